//! What platforms were sent: dispatches with their lines. What they answered is in `acks`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{dispatch_lines, dispatches};
use super::types::{Id, Ts};
use super::work::look;
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

    /// How many dispatches a platform was issued from a time until before another, and the first and last of
    /// their numbers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn issued_between(&self, platform: &str, (from, until): (Timestamp, Timestamp)) -> Result<Option<(i64, i64)>, StoreError> {
        let platform = platform.to_owned();
        let (first, last): (Option<i64>, Option<i64>) = look!(self, $go => {
            // Nothing is added so that the days' index is used: the lowest number as it stands PostgreSQL looks for in
            // the order of the feed, from its beginning to the day.
            let number = || dispatches::feed_seq + 0_i64;
            let query = dispatches::table
                .filter(dispatches::platform.eq(&platform))
                .filter(dispatches::issued_at.ge(Ts(from)))
                .filter(dispatches::issued_at.lt(Ts(until)))
                .select((diesel::dsl::min(number()), diesel::dsl::max(number())));
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
}
