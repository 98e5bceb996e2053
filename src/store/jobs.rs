//! The agenda's table: what is due when, and who has it in hand.
//!
//! One row a thing to do, by kind and subject: asking for the same again moves the row and raises its
//! fence, so that whoever has the old request in hand changes nothing when it ends. A claim is a lease
//! with a fence, as in the outbox.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;

use super::columns::{Element, RowsAtOnce, columns};
use super::error::Fault;
use super::schema::jobs;
use super::types::{Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::job::JobKind;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobDraft {
    /// What.
    pub kind: JobKind,
    /// With what: an id, a number.
    pub subject: String,
    /// Not before.
    pub due_at: Timestamp,
}

/// Something to do, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct JobRow {
    /// Word of the kind.
    pub kind: String,
    /// With what.
    pub subject: String,
    /// Not before.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub due_at: Timestamp,
    /// A worker has it until then.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub lease_until: Option<Timestamp>,
    /// The number that must still stand when the work is written down.
    pub fence: i64,
    /// Times it failed since it was asked for.
    pub attempts: i32,
    /// Where to go on, where it is done in parts.
    pub progress: Option<String>,
    /// Why it failed last.
    pub last_error: Option<String>,
}

impl From<JobDraft> for JobRow {
    fn from(d: JobDraft) -> Self {
        JobRow {
            kind: d.kind.word().to_owned(),
            subject: d.subject,
            due_at: d.due_at,
            lease_until: None,
            fence: 0,
            attempts: 0,
            progress: None,
            last_error: None,
        }
    }
}

/// Asks for a job within a unit of work of `$go`; what was asked for before under the same kind and
/// subject begins anew.
macro_rules! ask_for_job {
    ($go:ident, $row:expr) => {{
        use diesel::prelude::*;

        use crate::store::schema::jobs;
        let row: crate::store::jobs::JobRow = $row;
        let again = (
            jobs::due_at.eq(crate::store::types::Ts(row.due_at)),
            jobs::lease_until.eq(None::<crate::store::types::Ts>),
            jobs::fence.eq(jobs::fence + 1),
            jobs::attempts.eq(0),
            jobs::progress.eq(None::<String>),
            jobs::last_error.eq(None::<String>),
        );
        $go!(execute, diesel::insert_into(jobs::table).values(row).on_conflict((jobs::kind, jobs::subject)).do_update().set(again))
    }};
}
pub(crate) use ask_for_job;

columns!(JobsOnce of JobRow, into "jobs" "ON CONFLICT (kind, subject) DO NOTHING": kind String, subject String, due_at Timestamp,
    lease_until Option<Timestamp>, fence i64, attempts i32, progress Option<String>, last_error Option<String>);

impl Store {
    /// Asks for a job; what was asked for before under the same kind and subject begins anew.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_job(&self, draft: JobDraft) -> Result<(), StoreError> {
        let row = JobRow::from(draft);
        work!(self, $go => {
            ask_for_job!(go, row.clone())?;
            Ok::<(), Fault>(())
        })
    }

    /// Asks for jobs; what was asked for before under the same kind and subject stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_jobs_once(&self, drafts: Vec<JobDraft>) -> Result<(), StoreError> {
        let rows: Vec<JobRow> = drafts.into_iter().map(Into::into).collect();
        work!(self, $go => {
            for part in rows.chunks(<Db as RowsAtOnce>::ROWS) {
                if let Some(part) = JobsOnce::of(part.iter()) {
                    go!(execute, part)?;
                }
            }
            Ok::<(), Fault>(())
        })
    }

    /// Claims jobs that are due, the longest due first; each for one worker.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_jobs(&self, now: Timestamp, lease_until: Timestamp, limit: usize) -> Result<Vec<JobRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        work!(self, $go => {
            let free = jobs::lease_until.is_null().or(jobs::lease_until.le(Some(Ts(now))));
            let query = jobs::table
                .filter(jobs::due_at.le(Ts(now)))
                .filter(free)
                .order((jobs::due_at, jobs::kind, jobs::subject))
                .limit(limit)
                .select(JobRow::as_select());
            let rows: Vec<JobRow> = go!(load, query)?;
            let mut mine = Vec::new();
            for mut row in rows {
                let still = jobs::table.find((row.kind.clone(), row.subject.clone())).filter(jobs::fence.eq(row.fence));
                let set = (jobs::fence.eq(row.fence + 1), jobs::lease_until.eq(Some(Ts(lease_until))));
                if go!(execute, diesel::update(still).set(set))? == 1 {
                    row.fence += 1;
                    mine.push(row);
                }
            }
            Ok::<_, Fault>(mine)
        })
    }

    /// Strikes a job that is done; nothing happens where it was asked for again meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn finish_job(&self, job: JobRow) -> Result<(), StoreError> {
        work!(self, $go => {
            let held = jobs::table.find((job.kind.clone(), job.subject.clone())).filter(jobs::fence.eq(job.fence));
            go!(execute, diesel::delete(held))?;
            Ok::<(), Fault>(())
        })
    }

    /// Puts a job off to its `due_at`, with its attempts, progress and error; nothing happens where it
    /// was asked for again meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_off_job(&self, job: JobRow) -> Result<(), StoreError> {
        work!(self, $go => {
            let held = jobs::table.find((job.kind.clone(), job.subject.clone())).filter(jobs::fence.eq(job.fence));
            let set = (
                jobs::due_at.eq(Ts(job.due_at)),
                jobs::lease_until.eq(None::<Ts>),
                jobs::attempts.eq(job.attempts),
                jobs::progress.eq(&job.progress),
                jobs::last_error.eq(&job.last_error),
            );
            go!(execute, diesel::update(held).set(set))?;
            Ok::<(), Fault>(())
        })
    }

    /// The next jobs, the longest due first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn jobs(&self, limit: i64) -> Result<Vec<JobRow>, StoreError> {
        look!(self, $go => {
            let query = jobs::table.order((jobs::due_at, jobs::kind, jobs::subject)).limit(limit).select(JobRow::as_select());
            let rows: Vec<JobRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }
}
