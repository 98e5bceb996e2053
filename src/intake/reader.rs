//! Reading a report where nothing it holds can do harm: in a child process of our own program, with
//! little memory, little time and one document. One child waits ready, so that a reading does not
//! wait for a process to start.
//!
//! What cannot be read is a finding of the reading, never an error of the caller.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::domain::report::{Readability, ReportFacts};

pub use super::READER_VERSION;
use super::signature::TrustAnchors;

/// The hidden subcommand under which the program reads one report from standard input.
pub const READ_COMMAND: &str = "read-report";
/// Address space of the child, bytes.
const MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Processor time of the child, seconds.
const CPU_SECONDS_MAX: u64 = 5;
/// After this the child is killed, seconds.
const DEADLINE_SECONDS: u64 = 8;
/// Largest answer of the child, bytes.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Readings of one account at once, while others wait.
const READINGS_PER_ACCOUNT_MAX: usize = 2;

/// Reads reports.
pub struct Reader {
    program: PathBuf,
    anchors: Anchors,
    at_once: Semaphore,
    by_account: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
    spare: Mutex<Option<Child>>,
}

impl Reader {
    /// A reader that starts `program` (this program) for each report, `readings_max` at once, and trusts
    /// nobody's signature.
    pub fn new(program: PathBuf, readings_max: usize) -> Self {
        let anchors = Anchors::of(&TrustAnchors::default());
        Reader { program, anchors, at_once: Semaphore::new(readings_max.max(1)), by_account: Mutex::default(), spare: Mutex::new(None) }
    }

    /// The same reader, checking signatures against these trust anchors.
    #[must_use]
    pub fn trusting(self, anchors: &TrustAnchors) -> Self {
        Reader { anchors: Anchors::of(anchors), ..self }
    }

    /// Whether facts read before are what this reader would read: they hold for the trust anchors they were
    /// checked against.
    pub fn would_repeat(&self, facts: &ReportFacts) -> bool {
        facts.signature.holds_under(&self.anchors.id)
    }

    /// What a report says. Never fails: what cannot be read is unreadable, with its reason.
    pub async fn read(&self, account: Uuid, bytes: Bytes) -> ReportFacts {
        let own = self.turn_of(account);
        let (Ok(_own), Ok(_turn)) = (own.acquire().await, self.at_once.acquire().await) else {
            return unreadable("reader_fault");
        };
        let deadline = Duration::from_secs(DEADLINE_SECONDS);
        let facts = match tokio::time::timeout(deadline, self.read_in_child(&bytes)).await {
            Ok(Ok(facts)) => facts,
            Ok(Err(why)) => unreadable(why),
            // The child is killed when it is dropped.
            Err(_) => unreadable("resources"),
        };
        self.forget_idle_accounts();
        facts
    }

    fn turn_of(&self, account: Uuid) -> Arc<Semaphore> {
        let mut turns = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(account).or_insert_with(|| Arc::new(Semaphore::new(READINGS_PER_ACCOUNT_MAX))).clone()
    }

    fn forget_idle_accounts(&self) {
        let mut turns = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }

    async fn read_in_child(&self, bytes: &[u8]) -> Result<ReportFacts, &'static str> {
        let ready = self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut child = match ready {
            Some(child) => child,
            None => self.start()?,
        };
        let next = self.start().ok();
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = next;
        let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("reader_fault");
        };
        let sending = async move {
            // A child that ends early closes the pipe; its answer says why.
            let anchors = &self.anchors.told;
            let length = u32::try_from(anchors.len()).unwrap_or(u32::MAX).to_be_bytes();
            let _ = to.write_all(&[&length, anchors.as_slice()].concat()).await;
            let _ = to.write_all(bytes).await;
            drop(to);
        };
        let mut answer = Vec::new();
        let receiving = async { from.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await };
        let ((), received) = tokio::join!(sending, receiving);
        let ended = child.wait().await.map_err(|_| "reader_fault")?;
        if !ended.success() {
            // Killed by a limit, or by the allocator that found none left.
            return Err(if ended.code().is_none() { "resources" } else { "reader_fault" });
        }
        received.map_err(|_| "reader_fault")?;
        serde_json::from_slice(&answer).map_err(|_| "reader_fault")
    }

    fn start(&self) -> Result<Child, &'static str> {
        Command::new(&self.program)
            .arg(READ_COMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| "reader_fault")
    }
}

/// The trust anchors as a child is told them.
struct Anchors {
    id: String,
    told: Vec<u8>,
}

impl Anchors {
    fn of(anchors: &TrustAnchors) -> Self {
        Anchors { id: anchors.id(), told: anchors.to_bytes() }
    }
}

fn unreadable(why: &str) -> ReportFacts {
    ReportFacts::nothing_read(Readability::Unreadable { why: why.to_owned() })
}

/// The child: reads trust anchors (their size in four bytes, then they) and one report from standard input,
/// and writes the report's facts to standard output.
///
/// # Errors
/// Standard input or output is gone, or the limits cannot be set.
pub fn read_one() -> std::io::Result<()> {
    use std::io::{Read, Write};

    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit = |n| Rlimit { current: Some(n), maximum: Some(n) };
    setrlimit(Resource::As, limit(MEMORY_BYTES_MAX))?;
    setrlimit(Resource::Cpu, limit(CPU_SECONDS_MAX))?;
    setrlimit(Resource::Fsize, limit(0))?;
    setrlimit(Resource::Core, limit(0))?;
    let mut input = std::io::stdin().lock();
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let mut told = Vec::new();
    input.by_ref().take(u32::from_be_bytes(length).into()).read_to_end(&mut told)?;
    let anchors = TrustAnchors::from_bytes(&told).ok_or(std::io::ErrorKind::InvalidData)?;
    let mut bytes = Vec::new();
    input.take(super::upload::FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let facts = super::report::read(bytes, &anchors);
    let answer = serde_json::to_vec(&facts)?;
    std::io::stdout().lock().write_all(&answer)
}
