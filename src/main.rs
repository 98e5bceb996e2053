//! The program: parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser;

/// Filings allocate much and briefly, on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match fasttrack::cli::run(fasttrack::cli::Cli::parse()) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::from(70)
        }
    }
}
