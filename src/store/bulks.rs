//! Decisions over a view of the queue: the preview, pinned to the version of each complaint, and what became of each.
//! The decisions themselves are commits like any other.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::ask_for_job;
use super::schema::{desk_bulk_items, desk_bulks};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{JobDraft, JobRow, Store, StoreError};
use crate::domain::job::JobKind;

/// A bulk decision.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_bulks, treat_none_as_default_value = false)]
pub struct BulkRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// Who decides.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// What was asked for, JSON.
    pub body: String,
    /// `previewed`, `running`, `done`, `stopped`.
    pub state: String,
    /// When it was previewed.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
    /// When it was started.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub started_at: Option<Timestamp>,
    /// When it was done or stopped.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub ended_at: Option<Timestamp>,
}

/// One complaint of a bulk decision.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_bulk_items, treat_none_as_default_value = false)]
pub struct BulkItemRow {
    /// The bulk decision.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub bulk_id: Uuid,
    /// Number, from 1, by urgency.
    pub n: i32,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its version at the preview: decided only on that.
    pub version: i32,
    /// Numbers of the listings, JSON.
    pub lines: String,
    /// `decide`, `propose`, `leave_out`.
    pub will: String,
    /// The rules that fired, JSON.
    pub rules: String,
    /// Why it is left out, or was not done.
    pub why: Option<String>,
    /// `decided`, `proposed`, `not_done`; none: not yet.
    pub outcome: Option<String>,
    /// When.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub at: Option<Timestamp>,
}

impl Store {
    /// Puts a preview.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_bulk(&self, row: BulkRow, items: Vec<BulkItemRow>) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(desk_bulks::table).values(row.clone()))?;
            if !items.is_empty() {
                go!(execute, diesel::insert_into(desk_bulk_items::table).values(items.clone()))?;
            }
            Ok::<(), Fault>(())
        })
    }

    /// A bulk decision with all its complaints.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn bulk(&self, id: Uuid) -> Result<(BulkRow, Vec<BulkItemRow>), StoreError> {
        look!(self, $go => {
            let row: BulkRow = go!(first, desk_bulks::table.find(Id(id)).select(BulkRow::as_select()))?;
            let own = desk_bulk_items::table.filter(desk_bulk_items::bulk_id.eq(Id(id)));
            let items: Vec<BulkItemRow> = go!(load, own.order(desk_bulk_items::n).select(BulkItemRow::as_select()))?;
            Ok::<_, Fault>((row, items))
        })
    }

    /// Starts what was previewed, and asks the agenda for it; false where it is not at that.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn start_bulk(&self, id: Uuid, at: Timestamp) -> Result<bool, StoreError> {
        let job = JobRow::from(JobDraft { kind: JobKind::BulkDecision, subject: id.to_string(), due_at: at });
        work!(self, $go => {
            let there = desk_bulks::table.filter(desk_bulks::id.eq(Id(id))).filter(desk_bulks::state.eq("previewed"));
            let set = (desk_bulks::state.eq("running"), desk_bulks::started_at.eq(Some(Ts(at))));
            if go!(execute, diesel::update(there).set(set))? != 1 {
                return Ok(false);
            }
            ask_for_job!(go, job.clone())?;
            Ok::<_, Fault>(true)
        })
    }

    /// Ends what is at state `from`; false where it is at another, or has ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn end_bulk(&self, id: Uuid, (from, state): (String, &'static str), at: Timestamp) -> Result<bool, StoreError> {
        work!(self, $go => {
            let there = desk_bulks::table
                .filter(desk_bulks::id.eq(Id(id)))
                .filter(desk_bulks::state.eq(&from))
                .filter(desk_bulks::ended_at.is_null());
            let set = (desk_bulks::state.eq(state), desk_bulks::ended_at.eq(Some(Ts(at))));
            Ok::<_, Fault>(go!(execute, diesel::update(there).set(set))? == 1)
        })
    }

    /// Writes down what became of a complaint of a bulk decision.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn end_bulk_item(
        &self,
        (bulk, n): (Uuid, i32),
        (outcome, why): (&'static str, Option<String>),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        work!(self, $go => {
            let set = (
                desk_bulk_items::outcome.eq(Some(outcome)),
                desk_bulk_items::why.eq(&why),
                desk_bulk_items::at.eq(Some(Ts(at))),
            );
            go!(execute, diesel::update(desk_bulk_items::table.find((Id(bulk), n))).set(set))?;
            Ok::<(), Fault>(())
        })
    }
}
