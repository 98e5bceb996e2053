//! placeholder
use clap::Args;
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Exits when the story is told.
    #[arg(long)]
    once: bool,
}
pub(super) fn demo(args: DemoArgs) -> anyhow::Result<std::process::ExitCode> { let _ = args.once; Ok(std::process::ExitCode::SUCCESS) }
