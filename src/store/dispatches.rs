//! What platforms were sent and what they answered: dispatches with their lines, acknowledgements.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, ask_for_job};
use super::rows::int;
use super::schema::{acks, dispatch_lines, dispatches};
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A dispatch as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispatchRow {
    /// Id.
    pub id: Uuid,
    /// Platform.
    pub platform: String,
    /// Kind.
    pub kind: String,
    /// The complaint.
    pub complaint_id: Option<Uuid>,
    /// Number in the platform's feed, gapless from 1.
    pub feed_seq: i64,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// It is given up then.
    pub deliver_until: Timestamp,
    /// The body as sent, byte for byte.
    pub body: String,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Its lines.
    pub lines: Vec<DispatchLine>,
}

/// A line of a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DispatchLine {
    /// Number in the dispatch, from 1.
    pub n: u32,
    /// Number of the listing in the complaint.
    pub line: u32,
}

/// As much of a dispatch as its place in a digest rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSum {
    /// Number in the feed.
    pub feed_seq: i64,
    /// Id.
    pub id: Uuid,
    /// SHA-256 of the body, hexadecimal.
    pub sha256: String,
    /// When it was issued.
    pub issued_at: Timestamp,
}

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

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = dispatches)]
struct DispatchSql {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    id: Uuid,
    platform: String,
    kind: String,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    complaint_id: Uuid,
    feed_seq: i64,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    issued_at: Timestamp,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    deliver_until: Timestamp,
    body: String,
    sha256: String,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = acks, treat_none_as_default_value = false)]
struct AckSql {
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

fn with_lines(rows: Vec<DispatchSql>, lines: Vec<(Id, i32, i32)>) -> Vec<DispatchRow> {
    let mut by_dispatch: BTreeMap<Uuid, Vec<DispatchLine>> = BTreeMap::new();
    for (Id(dispatch), n, line) in lines {
        by_dispatch.entry(dispatch).or_default().push(DispatchLine { n: count(n), line: count(line) });
    }
    let row = |r: DispatchSql| DispatchRow {
        lines: by_dispatch.remove(&r.id).unwrap_or_default(),
        id: r.id,
        platform: r.platform,
        kind: r.kind,
        // A test message has none.
        complaint_id: Some(r.complaint_id).filter(|id| !id.is_nil()),
        feed_seq: r.feed_seq,
        issued_at: r.issued_at,
        deliver_until: r.deliver_until,
        body: r.body,
        sha256: r.sha256,
    };
    rows.into_iter().map(row).collect()
}

/// The rows of `$query` with their lines.
macro_rules! dispatch_rows {
    ($go:ident, $query:expr) => {{
        let rows: Vec<DispatchSql> = $go!(load, $query)?;
        let ids: Vec<Id> = rows.iter().map(|r| Id(r.id)).collect();
        let lines = dispatch_lines::table
            .filter(dispatch_lines::dispatch_id.eq_any(ids))
            .order((dispatch_lines::dispatch_id, dispatch_lines::n))
            .select((dispatch_lines::dispatch_id, dispatch_lines::n, dispatch_lines::line));
        let lines: Vec<(Id, i32, i32)> = $go!(load, lines)?;
        with_lines(rows, lines)
    }};
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

impl Store {
    /// One dispatch.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn dispatch(&self, id: Uuid) -> Result<DispatchRow, StoreError> {
        let rows: Vec<DispatchRow> = look!(self, $go => {
            Ok::<_, Fault>(dispatch_rows!(go, dispatches::table.filter(dispatches::id.eq(Id(id))).select(DispatchSql::as_select())))
        })?;
        rows.into_iter().next().ok_or(StoreError::NotFound)
    }

    /// The dispatches of a complaint, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn dispatches_of(&self, complaint: Uuid) -> Result<Vec<DispatchRow>, StoreError> {
        look!(self, $go => {
            let query = dispatches::table
                .filter(dispatches::complaint_id.eq(Id(complaint)))
                .order((dispatches::seq, dispatches::platform, dispatches::part))
                .select(DispatchSql::as_select());
            Ok::<_, Fault>(dispatch_rows!(go, query))
        })
    }

    /// The feed of a platform after a number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn dispatch_page(&self, platform: &str, after: i64, limit: usize) -> Result<Vec<DispatchRow>, StoreError> {
        let (platform, limit) = (platform.to_owned(), i64::try_from(limit).unwrap_or(i64::MAX));
        look!(self, $go => {
            let query = dispatches::table
                .filter(dispatches::platform.eq(&platform))
                .filter(dispatches::feed_seq.gt(after))
                .order(dispatches::feed_seq)
                .limit(limit)
                .select(DispatchSql::as_select());
            Ok::<_, Fault>(dispatch_rows!(go, query))
        })
    }

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

    /// How many dispatches a platform was issued from a time until before another, and the first and last of
    /// their numbers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn issued_between(&self, platform: &str, (from, until): (Timestamp, Timestamp)) -> Result<Option<(i64, i64)>, StoreError> {
        let platform = platform.to_owned();
        let (first, last): (Option<i64>, Option<i64>) = look!(self, $go => {
            let query = dispatches::table
                .filter(dispatches::platform.eq(&platform))
                .filter(dispatches::issued_at.ge(Ts(from)))
                .filter(dispatches::issued_at.lt(Ts(until)))
                .select((diesel::dsl::min(dispatches::feed_seq), diesel::dsl::max(dispatches::feed_seq)));
            let row: (Option<i64>, Option<i64>) = go!(first, query)?;
            Ok::<_, Fault>(row)
        })?;
        Ok(first.zip(last))
    }

    /// Number, id, hash and time of the dispatches in a platform's feed after a number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn feed_sums(&self, platform: &str, after: i64, limit: i64) -> Result<Vec<FeedSum>, StoreError> {
        let platform = platform.to_owned();
        let rows: Vec<(i64, Id, String, Ts)> = look!(self, $go => {
            let query = dispatches::table
                .filter(dispatches::platform.eq(&platform))
                .filter(dispatches::feed_seq.gt(after))
                .order(dispatches::feed_seq)
                .limit(limit)
                .select((dispatches::feed_seq, dispatches::id, dispatches::sha256, dispatches::issued_at));
            let rows: Vec<(i64, Id, String, Ts)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let sum = |(feed_seq, id, sha256, at): (i64, Id, String, Ts)| FeedSum { feed_seq, id: id.0, sha256, issued_at: at.0 };
        Ok(rows.into_iter().map(sum).collect())
    }

    /// Records answers; for each whether it was new. One step of one line is recorded once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_acks(&self, rows: Vec<AckRow>, job: Option<JobDraft>) -> Result<Vec<bool>, StoreError> {
        let sql = |a: AckRow| AckSql {
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
        };
        let rows: Vec<AckSql> = rows.into_iter().map(sql).collect();
        work!(self, $go => {
            let mut new = Vec::with_capacity(rows.len());
            for row in &rows {
                let put = diesel::insert_into(acks::table).values(row.clone()).on_conflict((acks::dispatch_id, acks::n, acks::step)).do_nothing();
                new.push(go!(execute, put)? == 1);
            }
            if let Some(job) = job.clone() {
                ask_for_job!(go, job.into())?;
            }
            Ok::<_, Fault>(new)
        })
    }
}
