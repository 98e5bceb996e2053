//! Writing attempts down, all that ended in one transaction: what became of each delivery, the log of its
//! attempts, how its lane fares, and what people are to hear of. Whoever lost its claim changes nothing but
//! the lane: what it learned of the endpoint is true all the same.

use std::collections::{BTreeMap, BTreeSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use uuid::Uuid;

use super::AttemptRow;
use crate::domain::job::JobKind;
use crate::domain::lane::Lane;
use crate::store::columns::{Element, RowsAtOnce, columns};
use crate::store::error::Fault;
use crate::store::jobs::{JobDraft, ask_for_job};
use crate::store::schema::{deliveries, endpoints, lanes};
use crate::store::types::{Id, Ts};
use crate::store::work::work;
use crate::store::{Store, StoreError};

columns!(Attempts of AttemptRow, into "attempts" "": delivery_id Uuid, n i32, at Timestamp, http_status Option<i32>, class String,
    elapsed_ms i32, reply Option<String>, endpoint_id Option<Uuid>, request Option<String>, detail Option<String>);

/// What becomes of a delivery after an attempt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Becomes {
    /// It has arrived.
    Delivered,
    /// It is due again then.
    DueAgain(Timestamp),
    /// It is not tried any more.
    Undelivered,
    /// It waits with its endpoint, which is paused, and why.
    Paused(String),
}

impl Becomes {
    /// The word of the state.
    pub fn word(&self) -> &'static str {
        match self {
            Becomes::Delivered => "delivered",
            Becomes::DueAgain(_) | Becomes::Paused(_) => "due",
            Becomes::Undelivered => "undelivered",
        }
    }
}

/// What came of a claimed delivery.
#[derive(Clone, Debug)]
pub struct DeliveryAttempted {
    /// The attempt.
    pub attempt: AttemptRow,
    /// The fence of the claim.
    pub fence: i64,
    /// The endpoint.
    pub endpoint: Uuid,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// A query whose rows are locked where the database has several writers.
#[derive(QueryId)]
struct Locked<Q>(Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" FOR UPDATE");
        Ok(())
    }
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Locked<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Conn> diesel::RunQueryDsl<Conn> for Locked<Q> {}

type LaneRow = (Id, Ts, i32, i32, Option<Ts>);

/// The lanes that these attempts change, as they are and locked; in the order of their ids, before any delivery,
/// as a claim locks them.
macro_rules! hear {
    ($go:ident, $all:expr, $now:expr) => {{
        let endpoints: BTreeSet<Uuid> = $all.iter().map(|d| d.endpoint).collect();
        let failed: BTreeSet<Uuid> = $all.iter().filter(|d| d.becomes != Becomes::Delivered).map(|d| d.endpoint).collect();
        let ids: Vec<Id> = endpoints.iter().copied().map(Id).collect();
        let unwell = lanes::table.filter(lanes::endpoint_id.eq_any(ids)).filter(lanes::failures.gt(0)).select(lanes::endpoint_id);
        let unwell: Vec<Id> = $go!(load, unwell)?;
        let changed: BTreeSet<Uuid> = unwell.into_iter().map(|id| id.0).chain(failed).collect();
        if !changed.is_empty() {
            let rows = lanes::table
                .filter(lanes::endpoint_id.eq_any(changed.into_iter().map(Id).collect::<Vec<_>>()))
                .order(lanes::endpoint_id)
                .select((lanes::endpoint_id, lanes::spent_until, lanes::failures, lanes::opened, lanes::open_until));
            let rows: Vec<LaneRow> = $go!(load, Locked(rows))?;
            for (Id(endpoint), spent_until, failures, opened, open_until) in rows {
                let open_until = open_until.map(|t| t.0);
                let mut lane = Lane { spent_until: spent_until.0, failures, opened, open_until, drain_per_second: None };
                for done in $all.iter().filter(|d| d.endpoint == endpoint) {
                    lane.hear($now, done.becomes == Becomes::Delivered);
                }
                let set = (lanes::failures.eq(lane.failures), lanes::opened.eq(lane.opened), lanes::open_until.eq(lane.open_until.map(Ts)));
                $go!(execute, diesel::update(lanes::table.find(Id(endpoint))).set(set))?;
            }
        }
    }};
}

/// Those that ended alike and share one statement.
type Alike<'a> = BTreeMap<(&'a Becomes, i32, &'a str, i64), Vec<Id>>;

fn alike(all: &[DeliveryAttempted]) -> Alike<'_> {
    let mut alike = Alike::new();
    for d in all {
        alike.entry((&d.becomes, d.attempt.n, d.attempt.class.as_str(), d.fence)).or_default().push(Id(d.attempt.delivery_id));
    }
    alike
}

impl Store {
    /// Writes attempts down; answers the deliveries whose claim was lost, of which nothing was changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; then nothing was changed.
    pub async fn record_attempts(&self, all: Vec<DeliveryAttempted>, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        work!(self, $go => {
            hear!(go, all, now);
            let mut held = BTreeSet::new();
            for ((becomes, n, class, fence), ids) in alike(&all) {
                let due_at = if let Becomes::DueAgain(at) = becomes { *at } else { now };
                let told_at = (*becomes == Becomes::Undelivered).then_some(Ts(now));
                let mine = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::fence.eq(fence));
                let set = (
                    deliveries::state.eq(becomes.word()),
                    deliveries::due_at.eq(Ts(due_at)),
                    deliveries::lease_until.eq(None::<Ts>),
                    deliveries::attempts.eq(n),
                    deliveries::last_class.eq(Some(class)),
                    deliveries::updated_at.eq(Ts(now)),
                );
                let mine: Vec<Id> = match told_at {
                    None => go!(load, diesel::update(mine).set(set).returning(deliveries::id))?,
                    told_at => go!(load, diesel::update(mine).set((set, deliveries::told_at.eq(told_at))).returning(deliveries::id))?,
                };
                held.extend(mine.into_iter().map(|id| id.0));
            }
            let mine = || all.iter().filter(|d| held.contains(&d.attempt.delivery_id));
            let rows: Vec<AttemptRow> = mine().map(|d| d.attempt.clone()).collect();
            for part in rows.chunks(<Db as RowsAtOnce>::ROWS) {
                if let Some(part) = Attempts::of(part.iter()) {
                    go!(execute, part)?;
                }
            }
            for d in mine() {
                let kind = match &d.becomes {
                    Becomes::Delivered | Becomes::DueAgain(_) => continue,
                    Becomes::Undelivered => JobKind::Undelivered,
                    Becomes::Paused(why) => {
                        let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(why)));
                        go!(execute, diesel::update(endpoints::table.find(Id(d.endpoint))).set(set))?;
                        JobKind::EndpointPaused
                    }
                };
                let draft = JobDraft { kind, subject: d.attempt.delivery_id.to_string(), due_at: now };
                ask_for_job!(go, draft.into())?;
            }
            let lost = all.iter().map(|d| d.attempt.delivery_id).filter(|id| !held.contains(id));
            Ok::<_, Fault>(lost.collect())
        })
    }
}
