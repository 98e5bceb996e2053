//! The command line: each command is a few calls of the same parts the service is made of.
//!
//! Output that other programs read goes to standard output, everything else to standard error.

mod check;
mod demo;
mod keys;
mod listen;
mod process;
mod register;
mod reports;
mod show;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// A fast track for complaints that a listing infringes a utility-model or design patent.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API and works outbox and agenda, in one process.
    Serve,
    /// Works outbox and agenda only; PostgreSQL may have several workers.
    Worker,
    /// Brings the tables up to this version.
    Migrate,
    /// Makes an account with a key, and shows the key once.
    Keys(keys::KeysArgs),
    /// Evaluation reports.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Patent numbers.
    #[command(subcommand)]
    Patent(PatentCommand),
    /// The patent register.
    #[command(subcommand)]
    Register(RegisterCommand),
    /// Addresses of listings.
    #[command(subcommand)]
    Listing(ListingCommand),
    /// Counts a period from a day, with the built-in calendar, and says how.
    Deadline(check::DeadlineArgs),
    /// Reads everything back: chains, replays, projections, seals. With a case file: checks that, without a service.
    Audit(process::AuditArgs),
    /// Copies the embedded database and the files to a folder that must not exist yet.
    Backup {
        /// The folder.
        folder: PathBuf,
    },
    /// Receives messages as a platform would: verifies, prints, and answers well or badly on purpose.
    Listen(listen::ListenArgs),
    /// Prints the contract.
    Openapi,
    /// Starts everything on an empty folder and files complaints through HTTP, for one to watch.
    Demo(demo::DemoArgs),
    /// Reads reports from standard input (the reading child).
    #[command(name = crate::intake::reader::READ_COMMAND, hide = true)]
    ReadReport {
        /// Yields the processor to others.
        #[arg(long)]
        behind: bool,
    },
    /// Draws one page of what comes on standard input (the drawing child).
    #[command(name = crate::intake::ocr::scans::DRAW_COMMAND, hide = true)]
    DrawPage {
        /// What for.
        target: crate::intake::ocr::scans::DrawFor,
        /// 1-based.
        page: u32,
    },
    /// Limits itself and becomes the OCR engine.
    #[command(name = crate::intake::ocr::tesseract::ENGINE_COMMAND, hide = true)]
    OcrEngine {
        /// The engine's arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Reads reports and makes the ten checks, without a complaint.
    Check(reports::ReportArgs),
}

#[derive(Debug, Subcommand)]
enum RegisterCommand {
    /// Puts the entries of a file; killed, it goes on where it stood. Exit 1 if a row was refused.
    Import(register::ImportArgs),
}

#[derive(Debug, Subcommand)]
enum PatentCommand {
    /// Checks numbers: form and check digit.
    Check(LinesArgs),
}

#[derive(Debug, Subcommand)]
enum ListingCommand {
    /// Reads addresses to platform and item.
    Parse(LinesArgs),
}

/// Texts from arguments, or lines of standard input.
#[derive(Debug, Args)]
struct LinesArgs {
    /// The texts; none: lines of standard input.
    texts: Vec<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl LinesArgs {
    fn each(self, mut act: impl FnMut(&str) -> bool) -> anyhow::Result<ExitCode> {
        use std::io::BufRead;
        let mut good = true;
        if self.texts.is_empty() {
            for line in std::io::stdin().lock().lines() {
                let line = line?;
                if !line.trim().is_empty() {
                    good &= act(&line);
                }
            }
        } else {
            for text in &self.texts {
                good &= act(text);
            }
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Runs a command.
///
/// # Errors
/// What keeps the command from being done, for a person to read.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::ReadReport { behind } => {
            crate::intake::reader::read_files(behind)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::DrawPage { target, page } => {
            crate::intake::ocr::scans::draw_one(target, page)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::OcrEngine { arguments } => Err(crate::intake::ocr::tesseract::become_engine(&arguments).into()),
        Command::Patent(PatentCommand::Check(args)) => check::patents(args),
        Command::Listing(ListingCommand::Parse(args)) => check::listings(args),
        Command::Report(ReportCommand::Check(args)) => asynchronous(reports::reports(args)),
        Command::Deadline(args) => Ok(check::deadline(&args)),
        Command::Register(RegisterCommand::Import(args)) => asynchronous(register::import(args)),
        Command::Openapi => {
            print(crate::web::contract());
            Ok(ExitCode::SUCCESS)
        }
        Command::Listen(args) => listen::run(args),
        Command::Serve => process::serve(),
        Command::Worker => asynchronous(process::worker()),
        Command::Migrate => asynchronous(process::migrate()),
        Command::Keys(args) => asynchronous(keys::keys(args)),
        Command::Audit(args) => asynchronous(process::audit(args)),
        Command::Backup { folder } => asynchronous(process::backup(folder)),
        Command::Demo(args) => demo::demo(args),
    }
}

fn asynchronous(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(work)
}

/// A line to standard output; that nobody reads it any more is no error.
fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
