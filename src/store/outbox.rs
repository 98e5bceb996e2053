//! The outbox: deliveries and their attempts. What was sent is in `dispatches`; letters are in `mails`.
//!
//! - [`claim`]: what is due, lane by lane.
//! - [`record`]: what came of it.
//! - [`exchange`]: both in one transaction.
//!
//! A delivery is claimed with a lease and a fence. Whoever writes an attempt down must still hold the
//! fence: a worker that was away too long finds its number used and changes nothing.

mod answers;
mod claim;
mod exchange;
mod record;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, ask_for_job};
use super::schema::{attempts, deliveries, endpoints};
use super::types::{Id, Maybe, Ts};
use super::words::in_words;
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::dispatch::DELIVER_HOURS_MAX;
use crate::domain::job::JobKind;

pub use claim::{Claimed, ClaimedDelivery, ClaimedLane, DeliveryClaim, GivenBack, HeldHere, LANES_PER_CLAIM_MAX};
pub use exchange::{Exchange, Exchanged};
pub use record::{Becomes, DeliveryAttempted};

/// Most deliveries that are made due again by one request.
pub const REDELIVERIES_MAX: i64 = 10_000;

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
    /// `due`, `paused` (due, and its endpoint is paused), `delivered`, `undelivered`, `superseded`.
    pub state: String,
    /// Not tried before.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub due_at: Timestamp,
    /// Attempts made.
    pub attempts: i32,
    /// It is given up then, unless it waits for its endpoint.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub expires_at: Timestamp,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// The delivery.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub delivery_id: Uuid,
    /// Number, from 1.
    pub n: i32,
    /// When it began.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// HTTP status, where there was an answer.
    pub http_status: Option<i32>,
    /// `delivered`, or the class of the failure.
    pub class: String,
    /// How long it took, milliseconds.
    pub elapsed_ms: i32,
    /// The beginning of the answer's body.
    pub reply: Option<String>,
    /// The endpoint; unknown of attempts before it was kept.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub endpoint_id: Option<Uuid>,
    /// The headers that were sent, as JSON; absent where nothing was sent.
    pub request: Option<String>,
    /// What went wrong, in words.
    pub detail: Option<String>,
    /// What came of the acknowledgement in the answer's body, as JSON; absent where it held none.
    pub acknowledged: Option<String>,
}

in_words! {
    /// A delivery that is due.
    IsDue: Bool = "deliveries.state = 'due'"
}
in_words! {
    /// A delivery that failed and did not arrive yet.
    HasFailed: Bool = "(deliveries.state = 'undelivered' OR (deliveries.state = 'due' AND deliveries.attempts > deliveries.attempts_before))"
}

pub(super) fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// What a person asks to be sent again begins anew: its attempts before do not count, and it has as long as at
/// first. An attempt under way loses its claim: what it has to say of itself would undo this.
macro_rules! begin_anew {
    ($go:ident, $which:expr, $now:expr) => {{
        let until = $now.checked_add(SignedDuration::from_hours(DELIVER_HOURS_MAX)).unwrap_or($now);
        let set = (
            deliveries::state.eq("due"),
            deliveries::due_at.eq(Ts($now)),
            deliveries::fence.eq(deliveries::fence + 1),
            deliveries::lease_until.eq(None::<Ts>),
            deliveries::attempts_before.eq(deliveries::attempts),
            deliveries::expires_at.eq(Ts(until)),
            deliveries::told_at.eq(None::<Ts>),
            deliveries::updated_at.eq(Ts($now)),
        );
        $go!(execute, diesel::update($which).set(set))
    }};
}

/// The deliveries of an endpoint that failed since, and did not arrive yet.
macro_rules! failed_since {
    ($endpoint:expr, $since:expr) => {
        deliveries::table.filter(deliveries::endpoint_id.eq(Id($endpoint))).filter(deliveries::updated_at.ge(Ts($since))).filter(HasFailed)
    };
}

impl Store {
    /// The deliveries of a dispatch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn deliveries_of(&self, dispatch: Uuid) -> Result<Vec<DeliveryRow>, StoreError> {
        let rows: Vec<(DeliveryRow, String)> = look!(self, $go => {
            let query = deliveries::table
                .inner_join(endpoints::table.on(endpoints::id.eq(deliveries::endpoint_id)))
                .filter(deliveries::dispatch_id.eq(Id(dispatch)))
                .order(deliveries::id)
                .select((DeliveryRow::as_select(), endpoints::status));
            let rows: Vec<(DeliveryRow, String)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let shown = |(row, status): (DeliveryRow, String)| match (row.state.as_str(), status.as_str()) {
            ("due", "paused") => DeliveryRow { state: "paused".to_owned(), ..row },
            _ => row,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// One delivery's dispatch and endpoint.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn delivery_to(&self, id: Uuid) -> Result<(Uuid, Uuid), StoreError> {
        look!(self, $go => {
            let query = deliveries::table.find(Id(id)).select((deliveries::dispatch_id, deliveries::endpoint_id));
            let (Id(dispatch), Id(endpoint)) = go!(first, query)?;
            Ok::<_, Fault>((dispatch, endpoint))
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

    /// Attempts at an endpoint with their dispatches, newest first, before the one at `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn attempts_at(
        &self,
        endpoint: Uuid,
        before: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<(Uuid, AttemptRow)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (at, delivery) = before.unwrap_or((Timestamp::MAX, Uuid::max()));
        // PostgreSQL's times end earlier than ours.
        let at = at.min(Timestamp::from_second(32_503_680_000).unwrap_or(at));
        let rows: Vec<(Id, AttemptRow)> = look!(self, $go => {
            let earlier = attempts::at.lt(Ts(at)).or(attempts::at.eq(Ts(at)).and(attempts::delivery_id.lt(Id(delivery))));
            let query = attempts::table
                .inner_join(deliveries::table.on(deliveries::id.eq(attempts::delivery_id)))
                .filter(attempts::endpoint_id.eq(Some(Id(endpoint))))
                .filter(attempts::at.le(Ts(at)))
                .filter(earlier)
                .order((attempts::at.desc(), attempts::delivery_id.desc()))
                .limit(limit)
                .select((deliveries::dispatch_id, AttemptRow::as_select()));
            let rows: Vec<(Id, AttemptRow)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        Ok(rows.into_iter().map(|(Id(dispatch), row)| (dispatch, row)).collect())
    }

    /// Makes every delivery of a dispatch due again, whatever became of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the dispatch has no delivery.
    pub async fn redeliver(&self, dispatch: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let done = work!(self, $go => {
            let all = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch)));
            match begin_anew!(go, all, now)? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// How many deliveries of an endpoint failed since and did not arrive yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn count_failed(&self, endpoint: Uuid, since: Timestamp) -> Result<i64, StoreError> {
        look!(self, $go => {
            let n: i64 = go!(get_result, failed_since!(endpoint, since).count())?;
            Ok::<_, Fault>(n)
        })
    }

    /// Makes those due again, at most [`REDELIVERIES_MAX`]; answers how many.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn redeliver_failed(&self, endpoint: Uuid, since: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
        let done = work!(self, $go => {
            let some = failed_since!(endpoint, since).select(deliveries::id).order(deliveries::updated_at).limit(REDELIVERIES_MAX);
            let some: Vec<Id> = go!(load, some)?;
            let mut again = 0;
            for part in some.chunks(super::commit::ROWS_PER_INSERT_MAX) {
                again += begin_anew!(go, deliveries::table.filter(deliveries::id.eq_any(part.to_vec())), now)?;
            }
            Ok::<_, Fault>(again)
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// Has people told, once each, of deliveries that wait although their time is over, because their endpoint is
    /// paused or does not answer. They go on waiting. Answers how many there were, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn tell_overdue(&self, now: Timestamp, limit: i64) -> Result<usize, StoreError> {
        work!(self, $go => {
            let late = deliveries::table
                .filter(IsDue)
                .filter(deliveries::told_at.is_null())
                .filter(deliveries::expires_at.le(Ts(now)))
                .order(deliveries::expires_at)
                .limit(limit)
                .select(deliveries::id);
            let late: Vec<Id> = go!(load, late)?;
            if late.is_empty() {
                return Ok(0);
            }
            let told = deliveries::table.filter(deliveries::id.eq_any(late)).filter(deliveries::told_at.is_null());
            let told: Vec<Id> = go!(load, diesel::update(told).set(deliveries::told_at.eq(Some(Ts(now)))).returning(deliveries::id))?;
            for id in &told {
                let draft = JobDraft { kind: JobKind::Undelivered, subject: id.0.to_string(), due_at: now };
                ask_for_job!(go, draft.into())?;
            }
            Ok::<_, Fault>(told.len())
        })
    }
}
