//! The outbox: deliveries and their attempts. What was sent is in `dispatches`; letters are in `mails`.
//!
//! A delivery is claimed with a lease and a fence. Whoever writes an attempt down must still hold the
//! fence: a worker that was away too long finds its number used and changes nothing.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{attempts, deliveries, dispatches, endpoints};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A dispatch on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct DeliveryRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The dispatch.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub dispatch_id: Uuid,
    /// The endpoint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub endpoint_id: Uuid,
    /// `due`, `paused`, `delivered`, `given_up`.
    pub state: String,
    /// Not tried before.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub due_at: Timestamp,
    /// Attempts made.
    pub attempts: i32,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// The delivery.
    #[serde(skip)]
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub delivery_id: Uuid,
    /// Number, from 1.
    #[serde(rename = "number")]
    pub n: i32,
    /// When it began.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// HTTP status, where there was an answer.
    #[serde(rename = "status")]
    pub http_status: Option<i32>,
    /// `delivered`, or the class of the failure.
    #[serde(rename = "outcome")]
    pub class: String,
    /// How long it took, milliseconds.
    #[serde(rename = "duration_ms")]
    pub elapsed_ms: i32,
    /// The beginning of the answer, or what went wrong.
    pub reply: Option<String>,
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
    /// The dispatch: `webhook-id`.
    pub dispatch: Uuid,
    /// The endpoint.
    pub endpoint: Uuid,
    /// Its address.
    pub url: String,
    /// Its secrets, sealed.
    pub secrets: Vec<u8>,
    /// What is sent.
    pub body: String,
    /// It is given up then.
    pub deliver_until: Timestamp,
}

/// What came of a claimed delivery.
#[derive(Clone, Debug)]
pub struct DeliveryAttempted {
    /// The attempt.
    pub attempt: AttemptRow,
    /// The fence of the claim.
    pub fence: i64,
    /// `due`, `delivered`, `given_up`, `paused`.
    pub state: &'static str,
    /// When it is due again.
    pub due_at: Timestamp,
    /// The endpoint, where it is to be paused, and why.
    pub pause: Option<(Uuid, String)>,
}

pub(super) fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

impl Store {
    /// The deliveries of a dispatch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn deliveries_of(&self, dispatch: Uuid) -> Result<Vec<DeliveryRow>, StoreError> {
        look!(self, $go => {
            let query = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).order(deliveries::id).select(DeliveryRow::as_select());
            let rows: Vec<DeliveryRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The attempts of all deliveries of a dispatch, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn attempts_of(&self, dispatch: Uuid) -> Result<Vec<AttemptRow>, StoreError> {
        look!(self, $go => {
            let of_dispatch = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).select(deliveries::id);
            let query = attempts::table
                .filter(attempts::delivery_id.eq_any(of_dispatch))
                .order((attempts::delivery_id, attempts::n))
                .select(AttemptRow::as_select());
            let rows: Vec<AttemptRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Claims deliveries that are due, the longest due first, leaving out `busy` endpoints; each for one worker.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_deliveries(
        &self,
        (now, lease_until): (Timestamp, Timestamp),
        busy: Vec<Uuid>,
        limit: usize,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        type Row = (Id, i64, i32, Id, Id, String, Vec<u8>, String, Ts);
        let rows: Vec<Row> = work!(self, $go => {
            let free = deliveries::lease_until.is_null().or(deliveries::lease_until.le(Some(Ts(now))));
            let query = deliveries::table
                .inner_join(dispatches::table.on(dispatches::id.eq(deliveries::dispatch_id)))
                .inner_join(endpoints::table.on(endpoints::id.eq(deliveries::endpoint_id)))
                .filter(deliveries::state.eq("due"))
                .filter(deliveries::due_at.le(Ts(now)))
                .filter(deliveries::endpoint_id.ne_all(busy.iter().copied().map(Id).collect::<Vec<_>>()))
                .filter(free)
                .order((deliveries::due_at, dispatches::feed_seq))
                .limit(limit)
                .select((
                    deliveries::id,
                    deliveries::fence,
                    deliveries::attempts,
                    dispatches::id,
                    endpoints::id,
                    endpoints::url,
                    endpoints::secrets,
                    dispatches::body,
                    dispatches::deliver_until,
                ));
            let rows: Vec<Row> = go!(load, query)?;
            let mut mine = Vec::new();
            for mut row in rows {
                let still = deliveries::table.filter(deliveries::id.eq(row.0)).filter(deliveries::fence.eq(row.1));
                let set = (deliveries::fence.eq(row.1 + 1), deliveries::lease_until.eq(Some(Ts(lease_until))), deliveries::updated_at.eq(Ts(now)));
                if go!(execute, diesel::update(still).set(set))? == 1 {
                    row.1 += 1;
                    mine.push(row);
                }
            }
            Ok::<_, Fault>(mine)
        })?;
        let claimed = |r: Row| ClaimedDelivery {
            id: r.0.0,
            fence: r.1,
            attempts: count(r.2),
            dispatch: r.3.0,
            endpoint: r.4.0,
            url: r.5,
            secrets: r.6,
            body: r.7,
            deliver_until: r.8.0,
        };
        Ok(rows.into_iter().map(claimed).collect())
    }

    /// Writes an attempt down; false when the claim was lost and nothing was changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_attempt(&self, done: DeliveryAttempted) -> Result<bool, StoreError> {
        work!(self, $go => {
            let a = &done.attempt;
            let held = deliveries::table.filter(deliveries::id.eq(Id(a.delivery_id))).filter(deliveries::fence.eq(done.fence));
            let set = (
                deliveries::state.eq(done.state),
                deliveries::due_at.eq(Ts(done.due_at)),
                deliveries::lease_until.eq(None::<Ts>),
                deliveries::attempts.eq(a.n),
                deliveries::last_class.eq(Some(&a.class)),
                deliveries::updated_at.eq(Ts(a.at)),
            );
            let held = go!(execute, diesel::update(held).set(set))? == 1;
            if held {
                go!(execute, diesel::insert_into(attempts::table).values(a.clone()))?;
                if let Some((endpoint, why)) = &done.pause {
                    let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(why)));
                    go!(execute, diesel::update(endpoints::table.find(Id(*endpoint))).set(set))?;
                    let waiting = deliveries::table.filter(deliveries::endpoint_id.eq(Id(*endpoint))).filter(deliveries::state.eq("due"));
                    go!(execute, diesel::update(waiting).set(deliveries::state.eq("paused")))?;
                }
            }
            Ok::<_, Fault>(held)
        })
    }

    /// Makes every delivery of a dispatch due again, whatever became of it. An attempt under way loses its claim:
    /// what it has to say of itself would undo this.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the dispatch has no delivery.
    pub async fn redeliver(&self, dispatch: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let done = work!(self, $go => {
            let all = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).filter(deliveries::state.ne("paused"));
            let set = (
                deliveries::state.eq("due"),
                deliveries::due_at.eq(Ts(now)),
                deliveries::fence.eq(deliveries::fence + 1),
                deliveries::lease_until.eq(None::<Ts>),
                deliveries::updated_at.eq(Ts(now)),
            );
            match go!(execute, diesel::update(all).set(set))? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        });
        self.outbox().deliveries.notify_one();
        done
    }
}
