//! What a platform pulls: the feed of its dispatches, whole and in the order of their commits, and a digest of
//! each day by which it finds out whether it has all of them. That it pulled one is written down: it has it then.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Caller, Desk, DeskError};
use crate::domain::calendar::end_of_day;
use crate::store::{AckRow, DispatchRow, StoreError};

/// Minutes after its end at which nothing is added to a day any more: what was issued then is committed.
pub const DAY_SETTLES_MINUTES: i64 = 10;
/// Rows of a feed that are summed up at a time.
const SUMS_PER_ROUND: i64 = 5_000;

/// A dispatch as its platform sees it.
#[derive(Clone, Debug, Serialize)]
pub struct DispatchView {
    /// Number in the feed, gapless from 1.
    pub feed_seq: i64,
    /// Id.
    pub id: Uuid,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// SHA-256 of the body as it is pushed, hexadecimal.
    pub sha256: String,
    /// The body as it is pushed, byte for byte.
    pub body: Box<RawValue>,
    /// What the platform answered.
    pub acknowledgements: Vec<AckRow>,
}

/// What a platform was issued on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayDigest {
    /// The day, in Shanghai.
    pub day: Date,
    /// How many dispatches.
    pub count: u64,
    /// The lowest of their numbers in the feed.
    pub first_feed_seq: Option<i64>,
    /// The highest.
    pub last_feed_seq: Option<i64>,
    /// SHA-256 over one line each, in the order of the feed: number, id, SHA-256 of the body, separated by blanks.
    pub sha256: String,
    /// Whether the day is over, so that nothing is added any more.
    pub complete: bool,
}

impl Desk {
    /// A dispatch of the caller's platform.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another platform's.
    pub async fn platform_dispatch(&self, caller: &Caller, id: Uuid) -> Result<DispatchRow, DeskError> {
        let row = self.store.dispatch(id).await?;
        if caller.platform.as_deref() == Some(row.platform.as_str()) { Ok(row) } else { Err(DeskError::NotFound) }
    }

    /// Dispatches of the caller's platform after a number of its feed.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit.
    pub async fn platform_feed(&self, caller: &Caller, after: i64, limit: Option<usize>) -> Result<Vec<DispatchView>, DeskError> {
        let limit = super::lists::rows_asked(limit)?;
        let Some(platform) = &caller.platform else { return Ok(Vec::new()) };
        let rows = self.store.dispatch_page(platform, after, limit).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        // Before it is answered: what was handed out is had.
        self.store.put_pulled(&rows.iter().map(|r| r.id).collect::<Vec<_>>(), self.clock.now()).await?;
        let mut acks: BTreeMap<Uuid, Vec<AckRow>> = BTreeMap::new();
        for ack in self.store.acks_of_dispatches(rows.iter().map(|r| r.id).collect()).await? {
            acks.entry(ack.dispatch_id).or_default().push(ack);
        }
        rows.into_iter()
            .map(|row| {
                let own = acks.remove(&row.id).unwrap_or_default();
                dispatch_view(row, own)
            })
            .collect()
    }

    /// A dispatch of the caller's platform with what it answered.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another platform's.
    pub async fn show_to_platform(&self, caller: &Caller, id: Uuid) -> Result<DispatchView, DeskError> {
        let row = self.platform_dispatch(caller, id).await?;
        self.store.put_pulled(&[id], self.clock.now()).await?;
        let acks = self.store.acks_of_dispatch(id).await?;
        dispatch_view(row, acks)
    }

    /// What the caller's platform was issued on a day.
    ///
    /// # Errors
    /// The store's.
    pub async fn day_digest(&self, caller: &Caller, day: Date) -> Result<DayDigest, DeskError> {
        let platform = caller.platform.as_deref().ok_or(DeskError::NotFound)?;
        let from = day.yesterday().map_or(Timestamp::MIN, end_of_day);
        let until = end_of_day(day);
        let range = self.store.issued_between(platform, (from, until)).await?;
        let (mut count, mut hash) = (0, Sha256::new());
        if let Some((first, last)) = range {
            let mut after = first - 1;
            while after < last {
                let sums = self.store.feed_sums(platform, after, SUMS_PER_ROUND).await?;
                let Some(end) = sums.last().map(|s| s.feed_seq) else { break };
                for s in sums.iter().filter(|s| s.issued_at >= from && s.issued_at < until && s.feed_seq <= last) {
                    count += 1;
                    hash.update(format!("{} {} {}\n", s.feed_seq, s.id, s.sha256));
                }
                after = end;
            }
        }
        let settled = until.checked_add(SignedDuration::from_mins(DAY_SETTLES_MINUTES)).unwrap_or(until);
        Ok(DayDigest {
            day,
            count,
            first_feed_seq: range.map(|r| r.0),
            last_feed_seq: range.map(|r| r.1),
            sha256: hex::encode(hash.finalize()),
            complete: self.clock.now() >= settled,
        })
    }
}

fn dispatch_view(row: DispatchRow, acknowledgements: Vec<AckRow>) -> Result<DispatchView, DeskError> {
    let body = RawValue::from_string(row.body).map_err(|e| StoreError::corrupt("dispatches", row.id, e))?;
    Ok(DispatchView {
        feed_seq: row.feed_seq,
        id: row.id,
        kind: row.kind,
        issued_at: row.issued_at,
        sha256: row.sha256,
        body,
        acknowledgements,
    })
}
