//! The examiners' queue, read: complaints that wait for a person, by urgency, through any of its filters.
//!
//! # Why
//! Of a million complaints a hundredth waits, and every index here holds only those. A page is read in the order of
//! one index from where the page before ended, so that it costs what a page costs: by the mark that is asked for
//! (platform, reason), or by state, track, account or patent, or by the urgency alone. What is [`sought`] by text or by
//! who has it is looked up first, at most [`MATCHES_MAX`] of it, and is then put in order. How many there are: [`count`].

use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::claims::ClaimRow;
use super::error::Fault;
use super::marks::{PLATFORM, REASON};
use super::notes::ReminderRow;
use super::rows::ComplaintRow;
use super::schema::{complaints, desk_claims, desk_marks, desk_reminders, listings};
use super::types::{Day, DaySql, Id, IdSql, Ts};
use super::work::look;
use super::{Store, StoreError};

/// Most complaints that reminders hold at the top of the queue at once; the oldest reminders first.
pub const REMINDED_MAX: usize = 200;
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
    /// Waiting because of this.
    pub reason: Option<String>,
    /// Filed by this account.
    pub account: Option<Uuid>,
    /// On this patent.
    pub patent_number: Option<String>,
    /// Had by nobody now.
    pub unclaimed: bool,
    /// One of these: what a text or an examiner's hand was looked up as.
    pub among: Option<Vec<Uuid>>,
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    /// The complaint.
    pub complaint: ComplaintRow,
    /// Who has it now.
    pub claim: Option<ClaimRow>,
    /// The reminder that brought it to the top.
    pub reminder: Option<ReminderRow>,
}

/// A place in the queue: the day, and the complaint.
pub type Place = (Date, Uuid);

/// After a place, by these two columns: one look into an index that has them.
macro_rules! after {
    ($columns:literal, $place:expr) => {{
        let (day, id) = $place;
        let begun = diesel::dsl::sql::<Bool>(concat!("(", $columns, ") > (")).bind::<DaySql, _>(Day(day));
        begun.sql(", ").bind::<IdSql, _>(Id(id)).sql(")")
    }};
}

/// Narrows a query that has `complaints` in it by all of the filter that its index does not hold.
macro_rules! narrowed {
    ($query:ident, $filter:expr, $now:expr) => {{
        let mut query = $query;
        let filter: &QueueFilter = $filter;
        if let Some(track) = filter.track.clone() {
            query = query.filter(complaints::track.eq(track));
        }
        if let Some(state) = filter.state.clone() {
            query = query.filter(complaints::state.eq(state));
        }
        if let Some(day) = filter.due_before {
            query = query.filter(complaints::queue_on.le(Some(Day(day))));
        }
        if let Some(account) = filter.account {
            query = query.filter(complaints::account_id.eq(Id(account)));
        }
        if let Some(number) = filter.patent_number.clone() {
            query = query.filter(complaints::patent_number.eq(number));
        }
        if let Some(platform) = filter.platform.clone() {
            let there = listings::table.filter(listings::complaint_id.eq(complaints::id)).filter(listings::platform.eq(platform));
            query = query.filter(diesel::dsl::exists(there));
        }
        if filter.unclaimed {
            let held =
                desk_claims::table.filter(desk_claims::complaint_id.eq(complaints::id)).filter(desk_claims::lease_until.gt(Ts($now)));
            query = query.filter(diesel::dsl::not(diesel::dsl::exists(held)));
        }
        query
    }};
}

/// The queue, filtered, in order: `$select` of at most `$limit` complaints after a place, without those of `$but`;
/// `$of` it.
macro_rules! waiting {
    ($go:ident, ($filter:expr, $now:expr), $of:path: $select:expr, ($after:expr, $but:expr, $limit:expr)) => {{
        let filter: &QueueFilter = $filter;
        let driven = filter.among.is_none().then(|| mark_of(filter)).flatten();
        match driven {
            Some((kind, mark, rest)) => {
                let mut query = desk_marks::table
                    .inner_join(complaints::table)
                    .filter(desk_marks::kind.eq(kind))
                    .filter(desk_marks::mark.eq(mark))
                    .order((desk_marks::queue_on, desk_marks::complaint_id))
                    .limit($limit)
                    .select($select)
                    .into_boxed::<Db>();
                if let Some(place) = $after {
                    query = query.filter(after!("desk_marks.queue_on, desk_marks.complaint_id", place));
                }
                let but: &[Id] = $but;
                if !but.is_empty() {
                    query = query.filter(desk_marks::complaint_id.ne_all(but.to_vec()));
                }
                $go!(load, $of(narrowed!(query, &rest, $now)))
            }
            None => {
                let mut query =
                    complaints::table.order((complaints::queue_on, complaints::id)).limit($limit).select($select).into_boxed::<Db>();
                // That it is due on a day says as much; said twice, fewer are expected than there are, and they are sorted.
                if filter.due_before.is_none() {
                    query = query.filter(complaints::queue_on.is_not_null());
                }
                if let Some(place) = $after {
                    query = query.filter(after!("complaints.queue_on, complaints.id", place));
                }
                let but: &[Id] = $but;
                if !but.is_empty() {
                    query = query.filter(complaints::id.ne_all(but.to_vec()));
                }
                if let Some(ids) = &filter.among {
                    query = query.filter(complaints::id.eq_any(ids.iter().map(|id| Id(*id)).collect::<Vec<_>>()));
                }
                if let Some(reason) = filter.reason.clone() {
                    let there = desk_marks::table
                        .filter(desk_marks::complaint_id.eq(complaints::id))
                        .filter(desk_marks::kind.eq(REASON))
                        .filter(desk_marks::mark.eq(reason));
                    query = query.filter(diesel::dsl::exists(there));
                }
                $go!(load, $of(narrowed!(query, filter, $now)))
            }
        }
    }};
}

/// The mark by whose index the queue is read, and what of the filter is left.
fn mark_of(filter: &QueueFilter) -> Option<(&'static str, String, QueueFilter)> {
    if let Some(reason) = &filter.reason {
        return Some((REASON, reason.clone(), QueueFilter { reason: None, ..filter.clone() }));
    }
    let platform = filter.platform.clone()?;
    Some((PLATFORM, platform, QueueFilter { platform: None, ..filter.clone() }))
}

/// Complaints that a reminder holds at the top today, narrowed by the filter: with the reminder, the oldest first.
macro_rules! reminded {
    ($go:ident, ($filter:expr, $now:expr), $today:expr) => {{
        let filter: &QueueFilter = $filter;
        let query = desk_reminders::table
            .filter(desk_reminders::done_at.is_null())
            .filter(desk_reminders::due_on.le(Day($today)))
            .order((desk_reminders::due_on, desk_reminders::id))
            .limit(i64::try_from(REMINDED_MAX).unwrap_or(i64::MAX))
            .select(ReminderRow::as_select());
        let mut reminders: Vec<ReminderRow> = $go!(load, query)?;
        if let Some(among) = &filter.among {
            reminders.retain(|r| among.contains(&r.complaint_id));
        }
        let mut once = std::collections::HashSet::new();
        reminders.retain(|r| once.insert(r.complaint_id));
        if reminders.is_empty() {
            Vec::new()
        } else {
            let ids: Vec<Id> = reminders.iter().map(|r| Id(r.complaint_id)).collect();
            let query = complaints::table.filter(complaints::id.eq_any(ids)).select(ComplaintRow::as_select()).into_boxed::<Db>();
            let mut query = narrowed!(query, filter, $now);
            if let Some(reason) = filter.reason.clone() {
                let there = desk_marks::table
                    .filter(desk_marks::complaint_id.eq(complaints::id))
                    .filter(desk_marks::kind.eq(REASON))
                    .filter(desk_marks::mark.eq(reason));
                query = query.filter(diesel::dsl::exists(there));
            }
            let rows: Vec<ComplaintRow> = $go!(load, query)?;
            let row_of = |r: ReminderRow| rows.iter().find(|c| c.id == r.complaint_id).cloned().map(|c| (c, r));
            reminders.into_iter().filter_map(row_of).collect::<Vec<(ComplaintRow, ReminderRow)>>()
        }
    }};
}

// Below the macros that they use.
mod count;
mod sought;

pub use sought::{MATCHES_MAX, NameSought, TextSought};

impl Store {
    /// A page of the queue: first what reminders hold at the top, then by urgency after a place. `after`: whether that
    /// place is among the reminded, and the place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_page(
        &self,
        filter: QueueFilter,
        (after, limit): (Option<(bool, Place)>, usize),
        (now, today): (Timestamp, Date),
    ) -> Result<Vec<QueueRow>, StoreError> {
        look!(self, $go => {
            let reminded: Vec<(ComplaintRow, ReminderRow)> = reminded!(go, (&filter, now), today);
            let but: Vec<Id> = reminded.iter().map(|(c, _)| Id(c.id)).collect();
            let (begun, place) = match after {
                Some((true, place)) => (reminded.iter().position(|(_, r)| (r.due_on, r.id) > place).unwrap_or(reminded.len()), None),
                Some((false, place)) => (reminded.len(), Some(place)),
                None => (0, None),
            };
            let mut found: Vec<(ComplaintRow, Option<ReminderRow>)> =
                reminded.into_iter().skip(begun).take(limit).map(|(c, r)| (c, Some(r))).collect();
            if found.len() < limit {
                let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
                let rows: Vec<ComplaintRow> = waiting!(go, (&filter, now), std::convert::identity: ComplaintRow::as_select(), (place, &but, left))?;
                found.extend(rows.into_iter().map(|c| (c, None)));
            }
            let ids: Vec<Id> = found.iter().map(|(c, _)| Id(c.id)).collect();
            let claims = desk_claims::table
                .filter(desk_claims::complaint_id.eq_any(ids))
                .filter(desk_claims::lease_until.gt(Ts(now)))
                .select(ClaimRow::as_select());
            let claims: Vec<ClaimRow> = go!(load, claims)?;
            let row = |(complaint, reminder): (ComplaintRow, Option<ReminderRow>)| {
                let claim = claims.iter().find(|c| c.complaint_id == complaint.id).cloned();
                QueueRow { complaint, claim, reminder }
            };
            Ok::<_, Fault>(found.into_iter().map(row).collect::<Vec<_>>())
        })
    }
}
