//! The examiners' queue, and who has what in hand.

use diesel::prelude::*;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::error::Fault;
use super::rows::ComplaintRow;
use super::schema::{complaints, desk_claims, listings};
use super::types::{Day, Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// Complaints of the queue that are looked at to find one nobody has.
const CANDIDATES_MAX: i64 = 50;

/// Which complaints of the queue are shown; absent: any.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// Word of the track.
    pub track: Option<String>,
    /// Word of the state.
    pub state: Option<String>,
    /// Due on this day or before.
    pub due_before: Option<Date>,
    /// With a listing on this platform.
    pub platform: Option<String>,
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    /// The complaint.
    pub complaint: ComplaintRow,
    /// The examiner who has it now.
    pub claimed_by: Option<Uuid>,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_claims)]
pub struct ClaimRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The examiner.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// Since.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub claimed_at: Timestamp,
    /// It returns to the queue then.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub lease_until: Timestamp,
}

/// The queue, filtered, most urgent first: one text for the page and for claiming.
macro_rules! queue {
    ($filter:expr, $limit:expr) => {{
        let mut query = complaints::table
            .filter(complaints::queue_on.is_not_null())
            .order((complaints::queue_on, complaints::id))
            .limit($limit)
            .select(ComplaintRow::as_select())
            .into_boxed::<Db>();
        if let Some(track) = $filter.track.clone() {
            query = query.filter(complaints::track.eq(track));
        }
        if let Some(state) = $filter.state.clone() {
            query = query.filter(complaints::state.eq(state));
        }
        if let Some(day) = $filter.due_before {
            query = query.filter(complaints::queue_on.le(Some(Day(day))));
        }
        if let Some(platform) = $filter.platform.clone() {
            let there = listings::table.filter(listings::platform.eq(platform)).select(listings::complaint_id);
            query = query.filter(complaints::id.eq_any(there));
        }
        query
    }};
}

impl Store {
    /// A page of the queue after `(day it is due or empty, id)`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_page(
        &self,
        filter: QueueFilter,
        after: Option<(String, Uuid)>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut query = queue!(filter, limit);
            if let Some((day, id)) = &after {
                let day = Some(Day(day.parse().unwrap_or(Date::MAX)));
                query = query.filter(complaints::queue_on.gt(day).or(complaints::queue_on.eq(day).and(complaints::id.gt(Id(*id)))));
            }
            let rows: Vec<ComplaintRow> = go!(load, query)?;
            let ids: Vec<Id> = rows.iter().map(|r| Id(r.id)).collect();
            let claims = desk_claims::table
                .filter(desk_claims::complaint_id.eq_any(ids))
                .filter(desk_claims::lease_until.gt(Ts(now)))
                .select(ClaimRow::as_select());
            let claims: Vec<ClaimRow> = go!(load, claims)?;
            let with_claim = |complaint: ComplaintRow| {
                let claimed_by = claims.iter().find(|c| c.complaint_id == complaint.id).map(|c| c.examiner);
                QueueRow { complaint, claimed_by }
            };
            Ok::<_, Fault>(rows.into_iter().map(with_claim).collect::<Vec<_>>())
        })
    }

    /// How many complaints wait, by track and state.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_counts(&self) -> Result<Vec<(Option<String>, String, i64)>, StoreError> {
        look!(self, $go => {
            let query = complaints::table
                .filter(complaints::queue_on.is_not_null())
                .group_by((complaints::track, complaints::state))
                .select((complaints::track, complaints::state, diesel::dsl::count_star()));
            let rows: Vec<(Option<String>, String, i64)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Claims the most urgent complaint nobody has; never one for two.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_next(
        &self,
        examiner: Uuid,
        filter: QueueFilter,
        now: Timestamp,
        lease_seconds: i64,
    ) -> Result<Option<Uuid>, StoreError> {
        let lease_until = lease(now, lease_seconds);
        work!(self, $go => {
            let free = desk_claims::table.filter(desk_claims::lease_until.gt(Ts(now))).select(desk_claims::complaint_id);
            let query = queue!(filter, CANDIDATES_MAX).filter(complaints::id.ne_all(free));
            let rows: Vec<ComplaintRow> = go!(load, query)?;
            let mut claimed = None;
            for row in rows {
                let claim = ClaimRow { complaint_id: row.id, examiner, claimed_at: now, lease_until };
                // Another examiner may have taken it since it was read.
                let put = diesel::insert_into(desk_claims::table)
                    .values(claim.clone())
                    .on_conflict(desk_claims::complaint_id)
                    .do_update()
                    .set((desk_claims::examiner.eq(Id(examiner)), desk_claims::claimed_at.eq(Ts(now)), desk_claims::lease_until.eq(Ts(lease_until))));
                let put = diesel::query_dsl::methods::FilterDsl::filter(put, desk_claims::lease_until.le(Ts(now)));
                if go!(execute, put)? == 1 {
                    claimed = Some(row.id);
                    break;
                }
            }
            Ok::<_, Fault>(claimed)
        })
    }

    /// Claims one complaint, or renews the claim; false when another examiner has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim(&self, complaint: Uuid, examiner: Uuid, now: Timestamp, lease_seconds: i64) -> Result<bool, StoreError> {
        let claim = ClaimRow { complaint_id: complaint, examiner, claimed_at: now, lease_until: lease(now, lease_seconds) };
        work!(self, $go => {
            let put = diesel::insert_into(desk_claims::table)
                .values(claim.clone())
                .on_conflict(desk_claims::complaint_id)
                .do_update()
                .set((desk_claims::examiner.eq(Id(examiner)), desk_claims::claimed_at.eq(Ts(now)), desk_claims::lease_until.eq(Ts(claim.lease_until))));
                let put = diesel::query_dsl::methods::FilterDsl::filter(put, desk_claims::lease_until.le(Ts(now)).or(desk_claims::examiner.eq(Id(examiner))));
            Ok::<_, Fault>(go!(execute, put)? == 1)
        })
    }

    /// Gives a complaint back; nothing happens where the examiner does not have it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn release(&self, complaint: Uuid, examiner: Uuid) -> Result<(), StoreError> {
        work!(self, $go => {
            let mine = desk_claims::table.filter(desk_claims::complaint_id.eq(Id(complaint))).filter(desk_claims::examiner.eq(Id(examiner)));
            go!(execute, diesel::delete(mine))?;
            Ok::<(), Fault>(())
        })
    }

    /// The claim on a complaint, also one that has run out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_of(&self, complaint: Uuid) -> Result<Option<ClaimRow>, StoreError> {
        look!(self, $go => {
            let row: Option<ClaimRow> = go!(first, desk_claims::table.find(Id(complaint)).select(ClaimRow::as_select())).optional()?;
            Ok::<_, Fault>(row)
        })
    }
}

fn lease(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}
