//! Reading a report where nothing it holds can do harm: in a child process of our own program, with
//! little memory, little time and one document. Two children wait ready, limited and warm, so that a
//! reading does not wait for a process to start.
//!
//! What cannot be read is a finding of the reading, never an error of the caller.
//!
//! # Why
//! Whoever sends files without pause must not make others wait. So an account has at most
//! [`READINGS_PER_ACCOUNT_MAX`] readings at once; while it reads in a row, the last ready child is left to
//! others, and what is started for it yields the processor; a file that takes long does so too.

mod child;
mod children;
pub(super) mod confine;
mod wire;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::signature::TrustAnchors;
use crate::domain::report::{Readability, ReportFacts};

pub use super::READER_VERSION;
pub use child::run as read_files;
use children::{Fault, Reading};
pub use confine::Holds;

/// The allocator's settings in a child: it reserves so many KiB at a time, and uses of them what it needs. Left
/// to itself it reserves more address space than a child may have.
pub const ALLOCATOR: [(&str, &str); 2] = [("MIMALLOC_ARENA_RESERVE", "65536"), ("MIMALLOC_ARENA_EAGER_COMMIT", "0")];

/// The hidden subcommand under which the program reads reports from standard input.
pub const READ_COMMAND: &str = "read-report";
/// Readings of one account at once, while others wait.
const READINGS_PER_ACCOUNT_MAX: usize = 2;
/// Children that wait ready.
const SPARES: usize = 2;
/// Children of those that read in a row leave so many to others.
const SPARES_FOR_OTHERS: usize = 1;
/// A reading so soon after the last one of the account is one of a row.
const ROW: Duration = Duration::from_millis(250);
/// A new child is started so long after one was taken: by then most readings are done.
const REFILL_AFTER: Duration = Duration::from_millis(8);
/// How many files one child reads in a series.
const SERIES_FILES_MAX: usize = 50;

/// Reads reports.
pub struct Reader {
    children: Arc<Children>,
    at_once: Semaphore,
    accounts: Mutex<HashMap<Uuid, Account>>,
}

struct Account {
    turn: Arc<Semaphore>,
    last: Option<Instant>,
}

impl Reader {
    /// A reader that starts `program` (this program) for each report, `readings_max` at once, and trusts
    /// nobody's signature.
    pub fn new(program: PathBuf, readings_max: usize) -> Self {
        let children = Children::of(program, &TrustAnchors::default());
        Reader { children: Arc::new(children), at_once: Semaphore::new(readings_max.max(1)), accounts: Mutex::default() }
    }

    /// The same reader, checking signatures against these trust anchors.
    #[must_use]
    pub fn trusting(self, anchors: &TrustAnchors) -> Self {
        let children = Children::of(self.children.program.clone(), anchors);
        Reader { children: Arc::new(children), ..self }
    }

    /// Whether facts read before are what this reader would read: they hold for the trust anchors they were
    /// checked against.
    pub fn would_repeat(&self, facts: &ReportFacts) -> bool {
        facts.signature.holds_under(&self.children.anchors_id)
    }

    /// Starts the spare children and waits for one of them; answers which limits hold in it.
    ///
    /// # Errors
    /// A stable code, if no child can be started.
    pub async fn warm(&self) -> Result<Holds, &'static str> {
        let mut first = self.children.take(0).map_or_else(|| self.children.start(false), Ok)?;
        let holds = self.children.ready(&mut first).await?;
        self.children.put_back(first);
        self.children.refill();
        Ok(holds)
    }

    /// Which limits hold in the children; none before one was ready.
    pub fn holds(&self) -> Option<Holds> {
        *self.children.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a report says. Never fails: what cannot be read is unreadable, with its reason.
    pub async fn read(&self, account: Uuid, bytes: Bytes) -> ReportFacts {
        // No child is spent on what is plainly none of ours.
        if !super::pdf::has_header(&bytes) {
            return unreadable(super::pdf::Refused::NotPdf.word());
        }
        let (own, in_a_row) = self.turn_of(account);
        let (Ok(_own), Ok(_turn)) = (own.acquire().await, self.at_once.acquire().await) else {
            return unreadable("reader_fault");
        };
        let facts = self.read_in_child(&bytes, in_a_row).await.unwrap_or_else(unreadable);
        self.note_end(account);
        facts
    }

    /// Reads many files with few children, for a caller who owns the machine.
    pub fn series(&self) -> Series {
        Series { children: self.children.clone(), current: None }
    }

    fn turn_of(&self, account: Uuid) -> (Arc<Semaphore>, bool) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Account { turn: Arc::new(Semaphore::new(READINGS_PER_ACCOUNT_MAX)), last: None };
        let account = accounts.entry(account).or_insert_with(new);
        let reads_now = account.turn.available_permits() < READINGS_PER_ACCOUNT_MAX;
        (account.turn.clone(), reads_now || account.last.is_some_and(|at| at.elapsed() < ROW))
    }

    fn note_end(&self, account: Uuid) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get_mut(&account) {
            account.last = Some(Instant::now());
        }
        accounts.retain(|_, a| Arc::strong_count(&a.turn) > 1 || a.last.is_none_or(|at| at.elapsed() < ROW));
    }

    async fn read_in_child(&self, bytes: &[u8], in_a_row: bool) -> Result<ReportFacts, Fault> {
        let left = if in_a_row { SPARES_FOR_OTHERS } else { 0 };
        let mut child = match self.children.take(left) {
            Some(child) => child,
            None => self.children.start(in_a_row)?,
        };
        let children = self.children.clone();
        tokio::spawn(async move {
            tokio::time::sleep(REFILL_AFTER).await;
            // Whoever starts a process waits until it runs: a thread that answers requests is not to.
            let _ = tokio::task::spawn_blocking(move || children.refill()).await;
        });
        self.children.ready(&mut child).await?;
        child.read(bytes).await
    }
}

/// Children that wait, and how more are made.
struct Children {
    program: PathBuf,
    /// The trust anchors as each child is told them, and the digest of the set.
    anchors: Arc<[u8]>,
    anchors_id: String,
    spare: Mutex<Vec<Reading>>,
    holds: Mutex<Option<Holds>>,
}

impl Children {
    fn of(program: PathBuf, anchors: &TrustAnchors) -> Self {
        let (told, anchors_id) = (anchors.to_bytes().into(), anchors.id());
        Children { program, anchors: told, anchors_id, spare: Mutex::default(), holds: Mutex::default() }
    }

    fn start(&self, behind: bool) -> Result<Reading, Fault> {
        Reading::start(&self.program, behind, self.anchors.clone())
    }

    /// The child that has waited longest, if more than `left` wait.
    fn take(&self, left: usize) -> Option<Reading> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        (spare.len() > left).then(|| spare.remove(0))
    }

    fn put_back(&self, child: Reading) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).insert(0, child);
    }

    fn refill(&self) {
        loop {
            let missing = self.spare.lock().unwrap_or_else(PoisonError::into_inner).len() < SPARES;
            // Where none can be started the next reading says so.
            let Some(child) = missing.then(|| self.start(false).ok()).flatten() else { return };
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        }
    }

    async fn ready(&self, child: &mut Reading) -> Result<Holds, Fault> {
        let holds = child.ready().await?;
        *self.holds.lock().unwrap_or_else(PoisonError::into_inner) = Some(holds);
        Ok(holds)
    }
}

/// Many files, read one after the other. A child reads [`SERIES_FILES_MAX`] of them and is replaced after
/// any fault; a file met in a used child is read again in a new one before it is called unreadable.
pub struct Series {
    children: Arc<Children>,
    current: Option<(Reading, usize)>,
}

impl Series {
    /// What the next file says. Never fails.
    pub async fn read(&mut self, bytes: &[u8]) -> ReportFacts {
        if !super::pdf::has_header(bytes) {
            return unreadable(super::pdf::Refused::NotPdf.word());
        }
        if let Some((child, files)) = self.current.take().filter(|(_, files)| *files < SERIES_FILES_MAX)
            && let Ok(facts) = self.read_in(child, (files, bytes)).await
        {
            return facts;
        }
        match self.children.start(false) {
            Ok(child) => self.read_in(child, (0, bytes)).await.unwrap_or_else(unreadable),
            Err(why) => unreadable(why),
        }
    }

    async fn read_in(&mut self, mut child: Reading, (files, bytes): (usize, &[u8])) -> Result<ReportFacts, Fault> {
        let facts = child.read(bytes).await?;
        self.current = Some((child, files + 1));
        Ok(facts)
    }
}

fn unreadable(why: &str) -> ReportFacts {
    ReportFacts::nothing_read(Readability::Unreadable { why: why.to_owned() })
}

#[cfg(test)]
mod tests;
