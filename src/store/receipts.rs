//! How dispatches came to their platforms, pushed with success or pulled, and which of them wait for an answer.
//! What they are is in `dispatches`; what was answered, in `acks`.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Element, RowsAtOnce, columns};
use super::error::Fault;
use super::schema::{acks, attempts, deliveries, dispatch_lines, dispatch_pulls, dispatches};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::dispatch::{AckStep, DispatchKind};

/// How a dispatch came to its platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Whether an endpoint was to get it.
    pub pushed: bool,
    /// When the first attempt began that an endpoint accepted.
    pub delivered_at: Option<Timestamp>,
    /// When it was first handed out to the platform that pulled.
    pub pulled_at: Option<Timestamp>,
}

/// A delivery, and its dispatch.
type Pushed = (Id, Id);
/// When something happened to a delivery or a dispatch.
type At = (Id, Ts);

/// A part of a platform's feed of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPart {
    /// The platform.
    pub platform: String,
    /// After this number.
    pub after: i64,
    /// Up to this one.
    pub last: i64,
    /// Issued from then on, and before then.
    pub issued: (Timestamp, Timestamp),
}

/// That a dispatch was handed out.
pub(in crate::store) struct PullRow {
    dispatch_id: Uuid,
    at: Timestamp,
}
columns!(Pulls of PullRow, into "dispatch_pulls" "ON CONFLICT (dispatch_id) DO NOTHING": dispatch_id Uuid, at Timestamp);

impl Store {
    /// How the dispatches of a complaint came to their platforms; those that did not are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn receipts_of(&self, complaint: Uuid) -> Result<BTreeMap<Uuid, Receipt>, StoreError> {
        look!(self, $go => {
            let own = || dispatches::table.filter(dispatches::complaint_id.eq(Id(complaint))).select(dispatches::id);
            let pushed = deliveries::table.filter(deliveries::dispatch_id.eq_any(own())).select((deliveries::id, deliveries::dispatch_id));
            let pulled = dispatch_pulls::table
                .filter(dispatch_pulls::dispatch_id.eq_any(own()))
                .select((dispatch_pulls::dispatch_id, dispatch_pulls::at));
            let (pushed, pulled): (Vec<Pushed>, Vec<At>) = go!(together, pushed, pulled)?;
            let mut receipts = BTreeMap::<Uuid, Receipt>::new();
            for (dispatch, at) in pulled {
                receipts.entry(dispatch.0).or_default().pulled_at = Some(at.0);
            }
            let delivered = attempts::table
                .filter(attempts::delivery_id.eq_any(pushed.iter().map(|p| p.0).collect::<Vec<_>>()))
                .filter(attempts::class.eq("delivered"))
                .select((attempts::delivery_id, attempts::at));
            let delivered: Vec<At> = go!(load, delivered)?;
            for (delivery, dispatch) in pushed {
                let receipt = receipts.entry(dispatch.0).or_default();
                let first = delivered.iter().filter(|(of, _)| of.0 == delivery.0).map(|(_, at)| at.0).min();
                (receipt.pushed, receipt.delivered_at) = (true, receipt.delivered_at.into_iter().chain(first).min());
            }
            Ok::<_, Fault>(receipts)
        })
    }

    /// Writes down that dispatches were handed out to their platform, those that were not before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_pulled(&self, dispatches: &[Uuid], at: Timestamp) -> Result<(), StoreError> {
        let ids: Vec<Id> = dispatches.iter().copied().map(Id).collect();
        let before: Vec<Id> = look!(self, $go => {
            let query = dispatch_pulls::table.filter(dispatch_pulls::dispatch_id.eq_any(ids.clone())).select(dispatch_pulls::dispatch_id);
            let rows: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let before: BTreeSet<Uuid> = before.into_iter().map(|id| id.0).collect();
        let new = |id: &Uuid| Some(PullRow { dispatch_id: *id, at }).filter(|_| !before.contains(id));
        let rows: Vec<PullRow> = dispatches.iter().filter_map(new).collect();
        if rows.is_empty() {
            return Ok(());
        }
        work!(self, $go => {
            for part in rows.chunks(<Db as RowsAtOnce>::ROWS) {
                if let Some(part) = Pulls::of(part.iter()) {
                    go!(execute, part)?;
                }
            }
            Ok::<_, Fault>(())
        })
    }

    /// Of the dispatches in a part of a feed that ask for a measure, at most so many: those of which the platform did
    /// not say of every listing what became of it, and up to which number was looked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn unanswered(&self, part: FeedPart, limit: i64) -> Result<(Vec<Uuid>, i64), StoreError> {
        let asking: Vec<&str> = DispatchKind::ALL.into_iter().filter(|k| k.changes_items()).map(DispatchKind::word).collect();
        let ends: Vec<&str> = AckStep::ALL.into_iter().filter(|s| s.ends()).map(AckStep::word).collect();
        look!(self, $go => {
            let page = dispatches::table
                .filter(dispatches::platform.eq(&part.platform))
                .filter(dispatches::feed_seq.gt(part.after))
                .filter(dispatches::feed_seq.le(part.last))
                .filter(dispatches::kind.eq_any(asking.clone()))
                .order(dispatches::feed_seq)
                .limit(limit)
                .select((dispatches::feed_seq, dispatches::id, dispatches::issued_at));
            let page: Vec<(i64, Id, Ts)> = go!(load, page)?;
            let full = i64::try_from(page.len()).is_ok_and(|n| n >= limit);
            let until = page.last().map(|(feed_seq, _, _)| *feed_seq).filter(|_| full).unwrap_or(part.last);
            let (from, before) = part.issued;
            let ids: Vec<Id> = page.into_iter().filter(|(_, _, at)| at.0 >= from && at.0 < before).map(|(_, id, _)| id).collect();
            let said = acks::table
                .filter(acks::dispatch_id.eq(dispatch_lines::dispatch_id))
                .filter(acks::n.eq(dispatch_lines::n))
                .filter(acks::step.eq_any(ends.clone()));
            let open = dispatch_lines::table
                .filter(dispatch_lines::dispatch_id.eq_any(ids))
                .filter(not(exists(said)))
                .select(dispatch_lines::dispatch_id);
            let open: Vec<Id> = go!(load, open)?;
            let open: BTreeSet<Uuid> = open.into_iter().map(|id| id.0).collect();
            Ok::<_, Fault>((open.into_iter().collect(), until))
        })
    }
}
