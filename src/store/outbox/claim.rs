//! Claiming what is due, lane by lane: the lanes that have room are locked, each gives its share, and one
//! statement claims them all. What waits for an endpoint that is paused, open or full is never looked at.
//! A worker may hold more of a lane than may be under way at once; how many may is said with the claim.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use uuid::Uuid;

use super::count;
use crate::domain::lane::{Lane, LaneLimits};
use crate::store::columns::{Element, columns};
use crate::store::schema::lane_workers;
use crate::store::types::{Id, IdSql, Ts, TsSql};
use crate::store::words::in_words;

/// Most lanes that one claim takes from; those that waited longest come first.
pub const LANES_PER_CLAIM_MAX: i64 = 16;

/// What a worker has of a lane when it asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldHere {
    /// Claimed by it, begun or not.
    pub held: usize,
    /// Of those, not begun.
    pub waiting: usize,
    /// How many of them arrived since it last asked, if none failed.
    pub arrived: usize,
}

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct DeliveryClaim {
    /// Now.
    pub now: Timestamp,
    /// Most deliveries; no lane gets more than half of what is left of it.
    pub room: usize,
    /// What endpoints take that have no limits of their own.
    pub limits: LaneLimits,
}

/// A delivery that was claimed and is not attempted: it waits in the outbox again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// Id.
    pub id: Uuid,
    /// The endpoint.
    pub endpoint: Uuid,
    /// The fence of the claim.
    pub fence: i64,
}

/// What a worker got.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The lanes that were asked, and those it has some of that are shut.
    pub lanes: Vec<ClaimedLane>,
    /// The deliveries.
    pub deliveries: Vec<ClaimedDelivery>,
    /// When a rate allows more, where one is what held some back.
    pub again_at: Option<Timestamp>,
}

/// A lane from which a worker may have claimed.
#[derive(Clone, Debug)]
pub struct ClaimedLane {
    /// The endpoint.
    pub endpoint: Uuid,
    /// Its secrets, sealed.
    pub secrets: Vec<u8>,
    /// Most attempts that the worker may have under way there; none: what did not begin goes back.
    pub at_once: usize,
}

/// A delivery in the hands of a worker.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// Id.
    pub id: Uuid,
    /// The number that must still stand when the attempt is written down.
    pub fence: i64,
    /// Attempts made before.
    pub attempts: u32,
    /// Those of them that do not count, since it was asked for again after them.
    pub attempts_before: u32,
    /// The dispatch: `webhook-id`.
    pub dispatch: Uuid,
    /// Its kind.
    pub kind: String,
    /// The endpoint.
    pub endpoint: Uuid,
    /// Its address.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// It is given up then.
    pub expires_at: Timestamp,
}

/// A lane that has something due and is neither paused nor open, with its endpoint.
pub(super) struct ReadyLane {
    pub(super) endpoint: Uuid,
    url: String,
    secrets: Vec<u8>,
    pub(super) limits: LaneLimits,
    pub(super) lane: Lane,
    /// Most attempts that the worker may have under way there; nothing, until it was counted.
    pub(super) at_once: usize,
}

pub(super) type ReadyRow = (Id, Ts, i32, i32, Option<Ts>, Option<i32>, String, Vec<u8>, Option<i32>, Option<i32>);

impl ReadyLane {
    pub(super) fn of(r: ReadyRow, defaults: LaneLimits) -> Self {
        let own = |limit: Option<i32>, default| limit.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
        ReadyLane {
            endpoint: r.0.0,
            lane: Lane {
                spent_until: r.1.0,
                failures: r.2,
                opened: r.3,
                open_until: r.4.map(|t| t.0),
                drain_per_second: r.5.and_then(|n| u32::try_from(n).ok()),
            },
            url: r.6,
            secrets: r.7,
            at_once: 0,
            limits: LaneLimits { per_second_max: own(r.8, defaults.per_second_max), at_once_max: own(r.9, defaults.at_once_max) },
        }
    }
}

/// The ready lanes, those first that were claimed from longest ago. PostgreSQL locks them until the claim is
/// committed and passes over those that another worker has locked; on SQLite there is one writer.
pub(super) struct ReadyLanes {
    pub(super) now: Ts,
}

impl ReadyLanes {
    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<TsSql> + HasSqlType<BigInt>,
        Ts: ToSql<TsSql, DB>,
        i64: ToSql<BigInt, DB>,
    {
        out.push_sql(
            "SELECT l.endpoint_id, l.spent_until, l.failures, l.opened, l.open_until, l.drain_per_second, e.url, e.secrets, \
             e.per_second_max, e.at_once_max FROM lanes l JOIN endpoints e ON e.id = l.endpoint_id \
             WHERE e.status = 'active' AND (l.open_until IS NULL OR l.open_until <= ",
        );
        out.push_bind_param::<TsSql, _>(&self.now)?;
        for (before, of) in [(") AND (EXISTS (", "attempts = 0"), (") OR EXISTS (", "attempts > 0")] {
            out.push_sql(before);
            out.push_sql("SELECT 1 FROM deliveries WHERE endpoint_id = l.endpoint_id AND state = 'due' AND ");
            out.push_sql(of);
            out.push_sql(" AND due_at <= ");
            out.push_bind_param::<TsSql, _>(&self.now)?;
            out.push_sql(" AND (lease_until IS NULL OR lease_until <= ");
            out.push_bind_param::<TsSql, _>(&self.now)?;
            out.push_sql(")");
        }
        out.push_sql(")) ORDER BY l.claimed_at, l.endpoint_id LIMIT ");
        out.push_bind_param::<BigInt, _>(&LANES_PER_CLAIM_MAX)
    }
}

impl QueryFragment<Pg> for ReadyLanes {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out.reborrow())?;
        out.push_sql(" FOR UPDATE OF l SKIP LOCKED");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for ReadyLanes {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out)
    }
}

impl QueryId for ReadyLanes {
    type QueryId = ReadyLanes;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for ReadyLanes {
    type SqlType = (IdSql, TsSql, Integer, Integer, Nullable<TsSql>, Nullable<Integer>, Text, Binary, Nullable<Integer>, Nullable<Integer>);
}

impl<Conn> diesel::RunQueryDsl<Conn> for ReadyLanes {}

/// How many deliveries of a lane one worker holds.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = lane_workers)]
pub(in crate::store) struct LaneWorkerRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) endpoint_id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) worker: Uuid,
    pub(super) held: i32,
    /// Its claims have run out then: it may have died.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) until: Timestamp,
}
columns!(LaneWorkers of LaneWorkerRow, into "lane_workers" "ON CONFLICT (endpoint_id, worker) DO UPDATE SET held = excluded.held, \
    until = excluded.until": endpoint_id Uuid, worker Uuid, held i32, until Timestamp);

/// The due deliveries of a lane, the longest due first: those never tried, or those that were. The condition
/// is in the words of the index, so that both databases find it.
pub(super) struct DueIn<const FIRST: bool> {
    pub(super) endpoint: Id,
    pub(super) now: Ts,
    pub(super) limit: i64,
}

impl<DB, const FIRST: bool> QueryFragment<DB> for DueIn<FIRST>
where
    DB: Backend + HasSqlType<IdSql> + HasSqlType<TsSql> + HasSqlType<BigInt>,
    Id: ToSql<IdSql, DB>,
    Ts: ToSql<TsSql, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT id FROM deliveries WHERE state = 'due' AND ");
        out.push_sql(if FIRST { "attempts = 0" } else { "attempts > 0" });
        out.push_sql(" AND endpoint_id = ");
        out.push_bind_param::<IdSql, _>(&self.endpoint)?;
        out.push_sql(" AND due_at <= ");
        out.push_bind_param::<TsSql, _>(&self.now)?;
        out.push_sql(" AND (lease_until IS NULL OR lease_until <= ");
        out.push_bind_param::<TsSql, _>(&self.now)?;
        out.push_sql(") ORDER BY due_at LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        Ok(())
    }
}

impl<const FIRST: bool> QueryId for DueIn<FIRST> {
    type QueryId = DueIn<FIRST>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const FIRST: bool> Query for DueIn<FIRST> {
    type SqlType = IdSql;
}

impl<Conn, const FIRST: bool> diesel::RunQueryDsl<Conn> for DueIn<FIRST> {}

pub(super) type ClaimedRow = (Id, i64, i32, i32, Id, Id, Ts);
pub(super) type DispatchText = (Id, String, Id, String);

/// What a claim brought out of its transaction.
pub(super) struct Found {
    pub(super) ready: Vec<ReadyLane>,
    /// Lanes of which the worker has some that did not begin, and to which nothing more is sent now.
    pub(super) shut: Vec<Id>,
    pub(super) mine: Vec<ClaimedRow>,
    pub(super) texts: Vec<DispatchText>,
    pub(super) again_at: Option<Timestamp>,
}

impl Found {
    /// Each delivery with its endpoint and its text.
    pub(super) fn claimed(self) -> Claimed {
        let Found { ready, shut, mine, texts, again_at } = self;
        let claimed = |r: ClaimedRow| {
            let lane = ready.iter().find(|l| l.endpoint == r.5.0)?;
            let text = texts.iter().find(|t| t.0.0 == r.4.0)?;
            Some(ClaimedDelivery {
                id: r.0.0,
                fence: r.1,
                attempts: count(r.2),
                attempts_before: count(r.3),
                dispatch: r.4.0,
                kind: text.1.clone(),
                endpoint: r.5.0,
                url: lane.url.clone(),
                body: text.3.clone(),
                expires_at: r.6.0,
            })
        };
        let deliveries = mine.into_iter().filter_map(claimed).collect();
        let lane = |l: ReadyLane| ClaimedLane { endpoint: l.endpoint, secrets: l.secrets, at_once: l.at_once };
        let shut = shut.into_iter().map(|Id(endpoint)| ClaimedLane { endpoint, secrets: Vec::new(), at_once: 0 });
        Claimed { lanes: ready.into_iter().map(lane).chain(shut).collect(), deliveries, again_at }
    }
}

in_words! {
    /// What is in force on a line's item if the item has moved on beyond the line; NULL where it has not.
    ///
    /// # Why
    /// Asked line by line within one statement, each by its key: as a join, a planner without fresh statistics may
    /// read every item there is.
    pub(super) MovedOn: Nullable<Text> =
        "(SELECT items.measures_in_force FROM dispatches JOIN items ON items.platform = dispatches.platform \
          WHERE dispatches.id = dispatch_lines.dispatch_id AND items.item_key = dispatch_lines.item_key \
          AND items.version > dispatch_lines.item_version)"
}
