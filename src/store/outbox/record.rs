//! Writing attempts down, all that ended in one transaction: what became of each delivery, the log of its
//! attempts, how its lane fares, and what people are to hear of. Whoever lost its claim changes nothing but
//! the lane: what it learned of the endpoint is true all the same.

use std::collections::BTreeMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use uuid::Uuid;

use super::AttemptRow;
use crate::domain::acknowledgement::Said;
use crate::store::columns::{Element, columns};
use crate::store::types::{Id, Ts};

columns!(Attempts of AttemptRow, into "attempts" "": delivery_id Uuid, n i32, at Timestamp, http_status Option<i32>, class String,
    elapsed_ms i32, reply Option<String>, endpoint_id Option<Uuid>, request Option<String>, detail Option<String>, acknowledged Option<String>);

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
    /// The dispatch.
    pub dispatch: Uuid,
    /// Its kind.
    pub kind: String,
    /// What the answer's body says of it.
    pub said: Option<Said>,
    /// Whether that answer went on after what is read of one.
    pub overran: bool,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// A query whose rows are locked where the database has several writers.
#[derive(QueryId)]
pub(super) struct Locked<Q>(pub(super) Q);

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

pub(super) type LaneRow = (Id, Ts, i32, i32, Option<Ts>);

/// Those that ended alike and share one statement.
pub(super) type Alike<'a> = BTreeMap<(&'a Becomes, i32, &'a str, i64), Vec<Id>>;

pub(super) fn alike(all: &[DeliveryAttempted]) -> Alike<'_> {
    let mut alike = Alike::new();
    for d in all {
        alike.entry((&d.becomes, d.attempt.n, d.attempt.class.as_str(), d.fence)).or_default().push(Id(d.attempt.delivery_id));
    }
    alike
}
