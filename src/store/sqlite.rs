//! The SQLite arm: one thread that owns the writing connection, and reader threads beside it.
//! Several writing connections are slow and unfair; one is neither. Write-ahead log, so that a reader
//! has a snapshot and never waits; `synchronous=FULL`, so that an answer means it is on the disk. A thread of its own
//! copies the log into the database: who writes would stand still for tens of milliseconds.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tokio::sync::oneshot;

use super::commit::{QUEUE_MAX, Waiting};
use super::error::{Fault, StoreError};
use super::{Outbox, Rounds};
use crate::fail_points::fails_at;

/// Threads that read.
const READERS: usize = 3;
/// Milliseconds from one copying of the log to the next, while anything is written.
const CHECKPOINT_MS: u64 = 250;
/// Pages (4 KiB) of the log after which the writer copies what is left, so that the log begins anew.
const LOG_PAGES_MAX: u32 = 8_192;

/// A unit of work for one of the threads.
pub(super) type Task = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// What the writing thread is asked to do.
pub(super) enum Job {
    /// One commit, to be grouped with its neighbours.
    Commit(Box<Waiting>),
    /// Anything else, alone.
    Work(Task),
}

/// Handles to the threads; they end when the last handle is dropped.
#[derive(Clone)]
pub struct Sqlite {
    writer: SyncSender<Job>,
    readers: SyncSender<Task>,
    /// Whether anything was written since the log was last copied.
    written: Arc<AtomicBool>,
    /// The copying thread ends with it.
    _copies: SyncSender<()>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) rounds: Rounds,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let (writer, jobs) = sync_channel(QUEUE_MAX);
        let (readers, tasks) = sync_channel(QUEUE_MAX);
        let mut conn = connect(path)?;
        spawn("store-writer", move || super::commit::sqlite::run(&mut conn, &jobs))?;
        let tasks = Arc::new(Mutex::new(tasks));
        for _ in 0..READERS {
            let (mut conn, tasks) = (connect(path)?, Arc::clone(&tasks));
            spawn("store-reader", move || read_all(&mut conn, &tasks))?;
        }
        let (written, (_copies, ended)) = (Arc::new(AtomicBool::new(false)), sync_channel(1));
        let (mut conn, changed) = (connect(path)?, Arc::clone(&written));
        spawn("store-checkpoint", move || checkpoint(&mut conn, (&changed, &ended)))?;
        Ok(Sqlite { writer, readers, written, _copies, outbox: Arc::default(), rounds: Rounds::default() })
    }

    pub(super) fn submit(&self, waiting: Waiting) -> Result<(), StoreError> {
        self.written.store(true, Ordering::Relaxed);
        self.writer.try_send(Job::Commit(Box::new(waiting))).map_err(refused)
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, answer) = task(work);
        self.written.store(true, Ordering::Relaxed);
        self.writer.try_send(Job::Work(task)).map_err(refused)?;
        answer.await.map_err(|_| gone())?.map_err(StoreError::from)
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, answer) = task(work);
        self.readers.try_send(task).map_err(refused)?;
        answer.await.map_err(|_| gone())?.map_err(StoreError::from)
    }
}

fn task<T: Send + 'static>(
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, Fault> + Send + 'static,
) -> (Task, oneshot::Receiver<Result<T, Fault>>) {
    let (tell, answer) = oneshot::channel();
    let task: Task = Box::new(move |conn| {
        let done = if fails_at("store.connection") { Err(Fault::NoConnection("a test wants it".to_owned())) } else { work(conn) };
        // Nobody waits any more: the work is done all the same, its answer is for nobody.
        let _ = tell.send(done);
    });
    (task, answer)
}

/// A unit of work in a transaction of its own.
pub(super) fn transaction<T>(
    conn: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let done = conn.immediate_transaction(|c| {
        let done = work(c)?;
        if fails_at("store.commit") { Err(Fault::Deadline) } else { Ok(done) }
    });
    if done.is_ok() && fails_at("store.committed") { Err(Fault::Deadline) } else { done }
}

fn read_all(conn: &mut SqliteConnection, tasks: &Mutex<Receiver<Task>>) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(task) => task(conn),
            Err(_) => return,
        }
    }
}

/// Copies the log into the database beside the writer, which then has little left to copy, until the handles are gone.
fn checkpoint(conn: &mut SqliteConnection, (written, ended): (&AtomicBool, &Receiver<()>)) {
    while ended.recv_timeout(Duration::from_millis(CHECKPOINT_MS)) == Err(RecvTimeoutError::Timeout) {
        if written.swap(false, Ordering::Relaxed)
            && let Err(e) = conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")
        {
            tracing::warn!(error = %e, "the log could not be copied; the writer will");
        }
    }
}

fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let unavailable = |why: String| StoreError::Unavailable { why };
    let path = path.to_str().ok_or_else(|| unavailable("the path is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(path).map_err(|e| unavailable(e.to_string()))?;
    // All of these but the journal mode hold per connection.
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = {LOG_PAGES_MAX};",
    ))
    .map_err(|e| StoreError::from(Fault::from(e)))?;
    Ok(conn)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop).map_err(|e| StoreError::Unavailable { why: e.to_string() })
}

fn refused<T>(e: TrySendError<T>) -> StoreError {
    match e {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Disconnected(_) => gone(),
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable { why: "the database's thread has ended".to_owned() }
}
