//! `report check`: files and folders of reports, read by as many children as there are processors, told in
//! the order given.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use bytes::Bytes;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::print;
use super::show::{Paint, json_of, table_of};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::calendar::shanghai_date;
use crate::domain::examine::{Examination, Examined, examine};
use crate::domain::report::{Readability, ReportFacts};
use crate::domain::report_relation::OnRecord;
use crate::intake::ocr::scans::Scans;
use crate::intake::ocr::tesseract::Tesseract;
use crate::intake::reader::{Reader, Series};
use crate::intake::upload::FILE_BYTES_MAX;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Files, and folders whose PDF files are read, those in folders within them too.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    files: Vec<PathBuf>,
    /// One JSON object a file.
    #[arg(long)]
    json: bool,
    /// PEM files of the certificates whose signatures prove a report genuine.
    #[arg(long, env = "FASTTRACK_TRUST_ANCHORS", value_delimiter = ',')]
    trust_anchors: Vec<PathBuf>,
}

/// Read, and usable or unverified only by what no file can show.
const USABLE: u8 = 0;
/// Read, and not so.
const NOT_USABLE: u8 = 1;
/// Not readable.
const NOT_READABLE: u8 = 2;
/// Deepest folder below the one named.
const FOLDERS_DEEP_MAX: usize = 16;

/// What is told of one file.
struct Told {
    text: String,
    exit: u8,
}

pub(super) async fn reports(args: ReportArgs) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for named in &args.files {
        if named.is_dir() { find_in(named, FOLDERS_DEEP_MAX, &mut files)? } else { files.push(named.clone()) }
    }
    anyhow::ensure!(!files.is_empty(), "there is no PDF file in there");
    let (mut told, work) = start(files.clone(), &args)?;
    let bar = progress(files.len());
    let (mut waiting, mut next, mut worst) = (BTreeMap::new(), 0, USABLE);
    while let Some((n, one)) = told.recv().await {
        bar.inc(1);
        waiting.insert(n, one);
        while let Some(Told { text, exit }) = waiting.remove(&next) {
            bar.suspend(|| print(&text));
            worst = worst.max(exit);
            next += 1;
        }
    }
    bar.finish_and_clear();
    for reading in work {
        reading.await?;
    }
    Ok(ExitCode::from(worst))
}

type Answers = mpsc::Receiver<(usize, Told)>;

/// One series of readings for each processor, all out of one list.
fn start(files: Vec<PathBuf>, args: &ReportArgs) -> anyhow::Result<(Answers, Vec<tokio::task::JoinHandle<()>>)> {
    const TOLD_WAITING_MAX: usize = 64;
    let at_once = std::thread::available_parallelism().map_or(2, usize::from).min(files.len());
    let program = std::env::current_exe()?;
    let engine = Config::from_environment()?.reads_scans.then(|| Tesseract::find(program.clone())).transpose()?;
    let scans = Arc::new(Scans::new(program.clone(), engine, at_once));
    let reader = Reader::new(program, at_once).trusting(&crate::app::trust_anchors(&args.trust_anchors)?);
    let json = args.json;
    let today = shanghai_date(Clock::System.now());
    let paint = Paint { on: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() };
    let (files, next) = (Arc::new(files), Arc::new(AtomicUsize::new(0)));
    let (tell, told) = mpsc::channel(TOLD_WAITING_MAX);
    let work = (0..at_once)
        .map(|_| {
            let (files, next, tell) = (files.clone(), next.clone(), tell.clone());
            let mut reading = Readings { series: reader.series(), scans: scans.clone() };
            tokio::spawn(async move {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(n) else { return };
                    let one = check(&mut reading, (file, today), (json, paint)).await;
                    if tell.send((n, one)).await.is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    Ok((told, work))
}

/// What reads one file after the other.
struct Readings {
    series: Series,
    scans: Arc<Scans>,
}

async fn check(reading: &mut Readings, (file, today): (&Path, Date), (json, paint): (bool, Paint)) -> Told {
    let unread = |why: &str| (ReportFacts::nothing_read(Readability::Unreadable { why: why.into() }), None);
    let (facts, sha256) = match tokio::fs::metadata(file).await {
        Ok(data) if data.len() > FILE_BYTES_MAX => unread("too_large"),
        _ => match tokio::fs::read(file).await {
            Ok(bytes) => {
                let sha256 = hex::encode(Sha256::digest(&bytes));
                let bytes = Bytes::from(bytes);
                let facts = reading.series.read(&bytes).await;
                // Each report is an account of its own: none waits for another of this command.
                (reading.scans.read(Uuid::new_v5(&Uuid::NAMESPACE_URL, sha256.as_bytes()), &bytes, facts).await, Some(sha256))
            }
            Err(e) => {
                eprintln!("{}: {e}", file.display());
                unread("no_such_file")
            }
        },
    };
    let examined =
        examine(&Examination { facts: &facts, notice: None, register: None, granted: None, on_record: &OnRecord::Nothing, today });
    let name = file.display().to_string();
    let text =
        if json { json_of(&name, sha256.as_deref(), (&facts, &examined)).to_string() } else { table_of(&name, (&facts, &examined), paint) };
    Told { text, exit: exit_of(&facts, &examined) }
}

fn exit_of(facts: &ReportFacts, examined: &Examined) -> u8 {
    match facts.readability {
        Readability::Text if examined.is_sound_by_itself() => USABLE,
        Readability::Text | Readability::Ocr { .. } => NOT_USABLE,
        Readability::Scanned | Readability::Unreadable { .. } => NOT_READABLE,
    }
}

/// The PDF files of a folder, by name.
fn find_in(folder: &Path, deep: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be read", folder.display());
    let mut entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).with_context(cannot)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder may lead round in a circle.
        if entry.file_type().with_context(cannot)?.is_dir() {
            if deep > 0 {
                find_in(&path, deep - 1, files)?;
            }
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf")) {
            files.push(path);
        }
    }
    Ok(())
}

fn progress(files: usize) -> ProgressBar {
    if files < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:30} {pos}/{len} files  {per_sec}  {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
