//! The one way to change a complaint: [`Store::commit`] takes a [`Transition`] with all that goes with
//! it and does it in one transaction, or not at all. Called by the workflow only.
//!
//! Commits go through one bounded queue. A writer takes all that waits, up to [`BATCH_MAX`], writes
//! them in one transaction and answers each only after the commit. If the batch fails it is rolled
//! back and its members run one by one, each with its own error.
//!
//! # Why
//! One transaction a request reaches a tenth of what SQLite can do with the disk flushed, and a
//! quarter of what PostgreSQL can; a savepoint a request costs a third of the rest.

mod insert;
mod issue;
mod plan;
pub(super) mod postgres;
pub(super) mod sqlite;
mod steps;

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::rows::{GrantRow, PageReadingRow, PartyRow};
use super::{AnswerRow, FileRow, JobDraft, ReadingRow, ReportRow, Store, StoreError, StoredAnswer, SubmissionRow};
use crate::domain::complaint::Transition;
use crate::domain::dispatch::DispatchDraft;
use crate::domain::writ::WritIssuer;
pub(super) use issue::{NewDelivery, NewDispatch};
use plan::Plan;

/// Most commits in one transaction.
const BATCH_MAX: usize = 128;
/// Most rows in one statement: SQLite takes 32,766 values in one.
pub(super) const ROWS_PER_INSERT_MAX: usize = 1_000;
/// Most writes that may wait; beyond, [`StoreError::Busy`].
pub(super) const QUEUE_MAX: usize = 8192;

/// A transition and all that is stored with it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// What happened.
    pub transition: Transition,
    /// New persons.
    pub parties: Vec<PartyRow>,
    /// The notice as now kept, where it changed.
    pub notice: Option<String>,
    /// For a new complaint: the URL of each listing, by line.
    pub urls: Vec<Option<String>>,
    /// Findings and criteria in words, as JSON.
    pub examination: Option<String>,
    /// Files the complaint now uses.
    pub files: Vec<Uuid>,
    /// Files that came with the request, which it uses too; the account may have the same bytes already.
    pub uploaded: Vec<FileRow>,
    /// What was read from its report, where that was not kept before.
    pub reading: Option<ReadingRow>,
    /// What platforms are to be sent.
    pub dispatches: Vec<DispatchDraft>,
    /// In whose name the documents that follow from it are issued.
    pub issuer: WritIssuer,
    /// An authenticity level granted with it.
    pub grant: Option<GrantRow>,
    /// What was submitted beside the log.
    pub submissions: Vec<SubmissionRow>,
    /// The report, for the registry; known to it perhaps.
    pub report: Option<ReportRow>,
    /// What is to be done because of it.
    pub jobs: Vec<JobDraft>,
    /// When the first of what the complaint rests on ends, by days known before.
    pub ends_at: Option<Timestamp>,
    /// What an examiner read on the report's pages with it.
    pub page_reading: Option<PageReadingRow>,
    /// The answer to keep for a retry of the same request.
    pub idempotency: Option<AnswerRow>,
    /// What the caller saw outside the complaint, checked again in the transaction.
    pub relied_on: Vec<ReliedOn>,
}

impl Commit {
    /// A commit of `transition`, with the documents `issuer` issues because of it, and nothing else.
    pub fn of(transition: Transition, issuer: WritIssuer) -> Self {
        Commit {
            transition,
            parties: Vec::new(),
            notice: None,
            urls: Vec::new(),
            examination: None,
            files: Vec::new(),
            uploaded: Vec::new(),
            reading: None,
            dispatches: Vec::new(),
            issuer,
            grant: None,
            submissions: Vec::new(),
            report: None,
            jobs: Vec::new(),
            ends_at: None,
            page_reading: None,
            idempotency: None,
            relied_on: Vec::new(),
        }
    }
}

/// Something outside the complaint that a commit was built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReliedOn {
    /// The register entry of a patent.
    Register {
        /// Patent number.
        number: String,
        /// Version seen; absent: there was none.
        version: Option<i64>,
    },
    /// The active policy.
    Policy {
        /// Version seen; 0: none was stored.
        version: i64,
        /// The last switch of automation seen; 0: there was none.
        switches: i64,
    },
}

/// What a commit brought about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The dispatches, in the order of the drafts.
    pub dispatches: Vec<Issued>,
}

/// A dispatch as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Id.
    pub id: Uuid,
    /// Code of the platform.
    pub platform: String,
    /// Its number in the platform's feed, gapless from 1.
    pub feed_seq: i64,
}

/// Why a commit had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The same account used the key before; this is what it was answered.
    #[error("the key was answered before")]
    Answered(StoredAnswer),
    /// Anything else: [`StoreError::Stale`] with `complaint`, `register` or `policy`,
    /// [`StoreError::Duplicate`] with `listing` or `reference`, …
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A commit in the queue, and who waits for it.
pub(super) struct Waiting {
    plan: Plan,
    tell: oneshot::Sender<Result<Committed, CommitError>>,
}

impl Waiting {
    fn answer(self, result: Result<Committed, CommitError>) {
        // The caller may have gone; what is committed stays committed.
        let _ = self.tell.send(result);
    }
}

/// The way into the queue of a PostgreSQL store.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Waiting>);

impl Queue {
    pub(super) fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        (Queue(sender), receiver)
    }

    fn submit(&self, waiting: Waiting) -> Result<(), StoreError> {
        self.0.try_send(waiting).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => ended(),
        })
    }
}

fn ended() -> StoreError {
    StoreError::Unavailable { why: "the writer has ended".to_owned() }
}

impl Store {
    /// Stores a transition and all that goes with it, in one transaction; returns after the commit.
    ///
    /// # Errors
    /// [`CommitError`], and nothing was stored: except that after [`StoreError::Unavailable`] it is
    /// not known whether it was, and the same commit may be tried again.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let plan = Plan::of(commit);
        let mails = !plan.mails.is_empty();
        let (tell, answer) = oneshot::channel();
        let waiting = Waiting { plan, tell };
        match self {
            Store::Postgres(pg) => pg.queue.submit(waiting)?,
            Store::Sqlite(sqlite) => sqlite.submit(waiting)?,
        }
        let committed = answer.await.map_err(|_| ended())??;
        for dispatch in &committed.dispatches {
            self.outbox().issued(&dispatch.platform);
        }
        if mails {
            self.outbox().mails.notify_one();
        }
        Ok(committed)
    }
}

/// Splits off what cannot be in one transaction with an earlier member: the same complaint, key or
/// live listing. The order among those that meet is kept.
fn split(waiting: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut taken = HashSet::new();
    waiting.into_iter().partition(|w| {
        let keys = w.plan.keys();
        let meets = keys.iter().any(|k| taken.contains(k));
        taken.extend(keys);
        !meets
    })
}

/// The connection of the PostgreSQL writers.
type Conn = AsyncPgConnection;
