//! Pages drawn by a child process of our own program, one page a child: for an examiner to look at, and for
//! the engine. Where the engine is not configured, pages are only drawn.
//!
//! A report is read page by page, and its pages wait in one line with those of others, so that a long
//! report does not hold up a short one; an account has one report in that line at a time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::process::Command;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::exchange::exchange;
use super::page::{Plan, cut};
use super::tesseract::Tesseract;
use super::{PAGES_MAX, facts, picture, words};
use crate::domain::report::{Readability, ReportFacts};
use crate::intake::reader::confine;

/// The hidden subcommand under which the program draws one page of what comes on standard input.
pub const DRAW_COMMAND: &str = "draw-page";
/// Address space of the child, bytes.
const MEMORY_BYTES_MAX: u64 = 384 * 1024 * 1024;
/// Processor time of the child, seconds.
const CPU_SECONDS_MAX: u64 = 10;
/// After this the child is killed, seconds.
const DEADLINE_SECONDS: u64 = 60;
/// Largest answer of the child, bytes.
const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Pages that may fail before the rest of a report is left unread: a file made to waste time does so twice.
const PAGES_FAILED_MAX: usize = 2;
/// After this no further page of a report is begun, seconds.
const REPORT_SECONDS_MAX: u64 = 120;

/// What a page is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DrawFor {
    /// A person: PNG.
    Person,
    /// The engine: the length of a plan, the plan in JSON, its pictures.
    Engine,
}

impl DrawFor {
    fn word(self) -> &'static str {
        match self {
            DrawFor::Person => "person",
            DrawFor::Engine => "engine",
        }
    }
}

/// Draws pages and, with an engine, reads them.
pub struct Scans {
    program: PathBuf,
    engine: Option<Tesseract>,
    children: Semaphore,
    pages: Semaphore,
    turns: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
}

impl Scans {
    /// With `program` (this program) as the child, and so many children and pages at once.
    pub fn new(program: PathBuf, engine: Option<Tesseract>, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Scans { program, engine, children: Semaphore::new(at_once), pages: Semaphore::new(at_once.div_ceil(2)), turns: Mutex::default() }
    }

    /// Whether pictures are read.
    pub fn reads(&self) -> bool {
        self.engine.is_some()
    }

    /// One page (1-based) as PNG; `None` where there is no such page or it uses too much.
    pub async fn image(&self, bytes: &Bytes, page: u32) -> Option<Vec<u8>> {
        self.draw(bytes, page, DrawFor::Person).await.filter(|png| !png.is_empty())
    }

    /// What a scan says, as far as the engine reads it; `scanned` itself where there is no engine.
    pub async fn read(&self, account: Uuid, bytes: &Bytes, scanned: ReportFacts) -> ReportFacts {
        let Some(engine) = self.engine.as_ref().filter(|_| scanned.readability == Readability::Scanned) else { return scanned };
        let turn = self.turn_of(account);
        let Ok(_turn) = turn.acquire().await else { return scanned };
        let begun = tokio::time::Instant::now();
        let (mut read, mut failed) = (Vec::new(), 0);
        for page in (1..=scanned.pages).take(PAGES_MAX) {
            if failed >= PAGES_FAILED_MAX || begun.elapsed() > Duration::from_secs(REPORT_SECONDS_MAX) {
                break;
            }
            let found = self.read_page(engine, bytes, page).await;
            failed += usize::from(found.is_none());
            read.extend(found);
        }
        self.forget_idle_accounts();
        facts::of(&scanned, read, engine.version())
    }

    /// One page; `None` where it could not be drawn, or the engine failed or was stopped.
    async fn read_page(&self, engine: &Tesseract, bytes: &Bytes, page: u32) -> Option<words::Read> {
        let (plan, pictures) = self.draw(bytes, page, DrawFor::Engine).await.and_then(|answer| parts(&answer))?;
        let words = if plan.pieces.is_empty() {
            Vec::new()
        } else {
            let _turn = self.pages.acquire().await.ok()?;
            engine.read(&pictures).await?
        };
        Some(words::lay(&plan, &words, page))
    }

    fn turn_of(&self, account: Uuid) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(account).or_insert_with(|| Arc::new(Semaphore::new(1))).clone()
    }

    fn forget_idle_accounts(&self) {
        // The one that asks holds one itself.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }

    async fn draw(&self, bytes: &Bytes, page: u32, target: DrawFor) -> Option<Vec<u8>> {
        let _turn = self.children.acquire().await.ok()?;
        let mut command = Command::new(&self.program);
        command.args([DRAW_COMMAND, target.word(), &page.to_string()]).env_clear();
        exchange(&mut command, bytes, (ANSWER_BYTES_MAX, Duration::from_secs(DEADLINE_SECONDS))).await
    }
}

/// Plan and pictures out of the child's answer.
fn parts(answer: &[u8]) -> Option<(Plan, Vec<u8>)> {
    let (length, rest) = answer.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (plan, pictures) = rest.split_at_checked(length)?;
    Some((serde_json::from_slice(plan).ok()?, pictures.to_vec()))
}

/// The child: draws one page (1-based) of what comes on standard input. Writes nothing where it cannot.
///
/// # Errors
/// Standard input or output is gone, or the limits cannot be set.
pub fn draw_one(target: DrawFor, page: u32) -> std::io::Result<()> {
    use std::io::{Read, Write};

    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit = |n| Rlimit { current: Some(n), maximum: Some(n) };
    setrlimit(Resource::As, limit(MEMORY_BYTES_MAX))?;
    setrlimit(Resource::Cpu, limit(CPU_SECONDS_MAX))?;
    setrlimit(Resource::Fsize, limit(0))?;
    setrlimit(Resource::Core, limit(0))?;
    // As in the reading child; what the platform has not is said by that one.
    let mut holds = confine::Holds::default();
    confine::files(&mut holds);
    confine::system_calls(&mut holds);
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(crate::intake::upload::FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let index = usize::try_from(page).unwrap_or(usize::MAX).wrapping_sub(1);
    let answer = match target {
        DrawFor::Person => picture::png(bytes, index),
        DrawFor::Engine => picture::grey(bytes, index).and_then(|(grey, shape, scale)| cut(grey, (shape, scale))).and_then(written),
    };
    std::io::stdout().lock().write_all(&answer.unwrap_or_default())
}

fn written((plan, pictures): (Plan, Vec<u8>)) -> Option<Vec<u8>> {
    let plan = serde_json::to_vec(&plan).ok()?;
    let mut out = Vec::with_capacity(4 + plan.len() + pictures.len());
    out.extend(u32::try_from(plan.len()).ok()?.to_le_bytes());
    out.extend(plan);
    out.extend(pictures);
    Some(out)
}
