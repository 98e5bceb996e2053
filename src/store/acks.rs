//! What platforms answered: one step of one line of a dispatch is kept once, whoever says it again. Answers are
//! posted, or stand in the answer to a webhook; then they are written down with the attempt.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, ask_for_job};
use super::outbox::count;
use super::rows::int;
use super::schema::{acks, dispatches};
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::acknowledgement::{AckLineForm, LICENSED, LISTED_BEFORE};
use crate::domain::dispatch::AckStep;

/// What a platform answered of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AckRow {
    /// The dispatch.
    pub dispatch_id: Uuid,
    /// Number of the line in the dispatch.
    pub n: u32,
    /// Step.
    pub step: String,
    /// Reason of a refusal.
    pub reason: Option<String>,
    /// When it took effect, by the platform.
    pub at: Timestamp,
    /// When it was received here.
    pub received_at: Timestamp,
    /// Measure taken.
    pub measure: Option<String>,
    /// In words.
    pub note: Option<String>,
    /// First listed on, by the platform's records.
    pub first_listed_on: Option<Date>,
    /// First sold on, by the platform's records.
    pub sold_before: Option<Date>,
}

impl AckRow {
    /// A row of an answer, received now.
    pub fn of(dispatch: Uuid, line: AckLineForm, now: Timestamp) -> Self {
        AckRow {
            dispatch_id: dispatch,
            n: line.n,
            step: line.step.word().to_owned(),
            reason: line.reason,
            at: line.at.unwrap_or(now),
            received_at: now,
            measure: line.measure,
            note: line.note,
            first_listed_on: line.first_listed_on,
            sold_before: line.sold_before,
        }
    }

    /// Whether it may speak against its complaint; which days are before the patent's is seen later.
    pub fn may_speak_against(&self) -> bool {
        let refused = matches!(self.reason.as_deref(), Some(LISTED_BEFORE | LICENSED));
        self.first_listed_on.is_some() || self.sold_before.is_some() || refused
    }

    /// Whether it may be for an examiner to look at; what is, is seen later.
    pub fn may_concern_an_examiner(&self) -> bool {
        self.may_speak_against() || self.reason.is_some()
    }

    /// Whether it says what became of its listing.
    pub fn ends(&self) -> bool {
        AckStep::from_word(&self.step).is_some_and(AckStep::ends)
    }
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = acks, treat_none_as_default_value = false)]
pub(super) struct AckSql {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    dispatch_id: Uuid,
    n: i32,
    step: String,
    reason: Option<String>,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    at: Timestamp,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    received_at: Timestamp,
    measure: Option<String>,
    note: Option<String>,
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    first_listed_on: Option<Date>,
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    sold_before: Option<Date>,
}

impl From<AckSql> for AckRow {
    fn from(a: AckSql) -> Self {
        AckRow {
            dispatch_id: a.dispatch_id,
            n: count(a.n),
            step: a.step,
            reason: a.reason,
            at: a.at,
            received_at: a.received_at,
            measure: a.measure,
            note: a.note,
            first_listed_on: a.first_listed_on,
            sold_before: a.sold_before,
        }
    }
}

impl From<AckRow> for AckSql {
    fn from(a: AckRow) -> Self {
        AckSql {
            dispatch_id: a.dispatch_id,
            n: int(a.n),
            step: a.step,
            reason: a.reason,
            at: a.at,
            received_at: a.received_at,
            measure: a.measure,
            note: a.note,
            first_listed_on: a.first_listed_on,
            sold_before: a.sold_before,
        }
    }
}

/// The order in which rows are put, whoever puts them, so that two who put the same wait for each other and not in a circle.
pub(super) fn in_order(rows: &[AckRow]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| key(&rows[*a]).cmp(&key(&rows[*b])));
    order
}

fn key(row: &AckRow) -> (Uuid, u32, &str) {
    (row.dispatch_id, row.n, &row.step)
}

/// Puts answers within a unit of work of `$go`; for each whether it was new.
macro_rules! put_acks {
    ($go:ident, $rows:expr) => {{
        let rows: &[crate::store::acks::AckRow] = $rows;
        let mut new = vec![false; rows.len()];
        for at in crate::store::acks::in_order(rows) {
            let row = crate::store::acks::AckSql::from(rows[at].clone());
            let key = (acks::dispatch_id, acks::n, acks::step);
            new[at] = $go!(execute, diesel::insert_into(acks::table).values(row).on_conflict(key).do_nothing())? == 1;
        }
        new
    }};
}
pub(super) use put_acks;

impl Store {
    /// What platforms answered about a complaint's dispatches, in the order of arrival.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn acks_of(&self, complaint: Uuid) -> Result<Vec<AckRow>, StoreError> {
        let rows: Vec<AckSql> = look!(self, $go => {
            let of_complaint = dispatches::table.filter(dispatches::complaint_id.eq(Id(complaint))).select(dispatches::id);
            let query = acks::table
                .filter(acks::dispatch_id.eq_any(of_complaint))
                .order((acks::received_at, acks::n))
                .select(AckSql::as_select());
            let rows: Vec<AckSql> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// What a platform answered to one dispatch, in the order of arrival.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn acks_of_dispatch(&self, dispatch: Uuid) -> Result<Vec<AckRow>, StoreError> {
        let rows: Vec<AckSql> = look!(self, $go => {
            let query = acks::table.filter(acks::dispatch_id.eq(Id(dispatch))).order((acks::received_at, acks::n)).select(AckSql::as_select());
            let rows: Vec<AckSql> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// What a platform answered to some dispatches, in the order of arrival.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn acks_of_dispatches(&self, dispatches: Vec<Uuid>) -> Result<Vec<AckRow>, StoreError> {
        let ids: Vec<Id> = dispatches.into_iter().map(Id).collect();
        let rows: Vec<AckSql> = look!(self, $go => {
            let query = acks::table
                .filter(acks::dispatch_id.eq_any(ids.clone()))
                .order((acks::received_at, acks::n))
                .select(AckSql::as_select());
            let rows: Vec<AckSql> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Records answers, and what is to be done about them; for each whether it was new. One step of one line is
    /// recorded once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_acks(&self, rows: Vec<AckRow>, job: Option<JobDraft>) -> Result<Vec<bool>, StoreError> {
        work!(self, $go => {
            let new = put_acks!(go, &rows);
            if let Some(job) = job.clone() {
                ask_for_job!(go, job.into())?;
            }
            Ok::<_, Fault>(new)
        })
    }
}
