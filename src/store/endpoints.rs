//! What changes about an endpoint: paused or not, how much it takes, what signs for it; and the test message to one.
//! Endpoints themselves are in `platforms`.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::commit::{NewDelivery, NewDispatch};
use super::error::Fault;
use super::platforms::{EndpointRow, list_text};
use super::schema::{deliveries, dispatches, endpoints, lanes, platforms, webhook_keys};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::dispatch::DispatchDraft;

/// How an endpoint fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneRow {
    /// Failures in a row.
    pub failures: i32,
    /// After too many, nothing is sent before then.
    pub open_until: Option<Timestamp>,
    /// What is sent a second until all that waited for a resumption is.
    pub drain_per_second: Option<i32>,
}

/// A public key by which messages to an endpoint can be verified.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_keys, treat_none_as_default_value = false)]
pub struct WebhookKeyRow {
    /// The endpoint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub endpoint_id: Uuid,
    /// Its number among those of the endpoint, from 1.
    pub number: i32,
    /// As it is published.
    pub public_key: String,
    /// It signs from then on.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub made_at: Timestamp,
    /// Until then; absent: it is the newest.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub until: Option<Timestamp>,
}

/// Moves an endpoint on from the version that was seen; another at the same is told so.
macro_rules! endpoint_moves {
    ($go:ident, ($id:expr, $seen:expr), $set:expr) => {
        let there = endpoints::table.filter(endpoints::id.eq(Id($id))).filter(endpoints::version.eq($seen));
        if $go!(execute, diesel::update(there).set((endpoints::version.eq(endpoints::version + 1), $set)))? != 1 {
            return Err(Fault::Store(StoreError::Stale { what: "endpoint" }));
        }
    };
}

impl Store {
    /// Replaces the sealed secrets of an endpoint as it was read. Of `keys`, which are all that sign, the last is
    /// new; the others stop at `until` or before.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is not as it was read.
    pub async fn rotate_endpoint(
        &self,
        (read, secrets): (&EndpointRow, Vec<u8>),
        keys: Vec<WebhookKeyRow>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, seen) = (read.id, read.version);
        let newest = keys.last().map_or(1, |k| k.number);
        work!(self, $go => {
            endpoint_moves!(go, (id, seen), endpoints::secrets.eq(&secrets));
            for key in &keys {
                go!(execute, diesel::insert_into(webhook_keys::table).values(key.clone()).on_conflict_do_nothing())?;
            }
            let old = webhook_keys::table
                .filter(webhook_keys::endpoint_id.eq(Id(id)))
                .filter(webhook_keys::number.lt(newest))
                .filter(webhook_keys::until.is_null().or(webhook_keys::until.gt(Some(Ts(until)))));
            go!(execute, diesel::update(old).set(webhook_keys::until.eq(Some(Ts(until)))))?;
            Ok::<(), Fault>(())
        })
    }

    /// The public keys of an endpoint, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn webhook_keys(&self, endpoint: Uuid) -> Result<Vec<WebhookKeyRow>, StoreError> {
        look!(self, $go => {
            let query = webhook_keys::table
                .filter(webhook_keys::endpoint_id.eq(Id(endpoint)))
                .order(webhook_keys::number.desc())
                .select(WebhookKeyRow::as_select());
            let rows: Vec<WebhookKeyRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Puts the address of an endpoint as it was read, and the kinds it gets. At another address nothing is known yet of
    /// how it fares.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is not as it was read.
    pub async fn move_endpoint(&self, read: &EndpointRow, (url, event_types): (String, Vec<String>)) -> Result<(), StoreError> {
        let (id, seen, moved, kinds) = (read.id, read.version, read.url != url, list_text(&event_types));
        let done = work!(self, $go => {
            endpoint_moves!(go, (id, seen), (endpoints::url.eq(&url), endpoints::event_types.eq(&kinds)));
            if moved {
                let set = (lanes::failures.eq(0), lanes::opened.eq(0), lanes::open_until.eq(None::<Ts>));
                go!(execute, diesel::update(lanes::table.find(Id(id))).set(set))?;
            }
            Ok::<(), Fault>(())
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// Puts how much an endpoint, which is at the version `seen`, takes a second and at once.
    ///
    /// # Errors
    /// [`StoreError::Stale`]
    pub async fn set_endpoint_limits(
        &self,
        (id, seen): (Uuid, i64),
        (per_second, at_once): (Option<i32>, Option<i32>),
    ) -> Result<(), StoreError> {
        let done = work!(self, $go => {
            let set = (endpoints::per_second_max.eq(per_second), endpoints::at_once_max.eq(at_once));
            endpoint_moves!(go, (id, seen), set);
            Ok::<(), Fault>(())
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// Pauses an endpoint that is at the version `seen`; what waits for it waits as it is.
    ///
    /// # Errors
    /// [`StoreError::Stale`]
    pub async fn pause_endpoint(&self, (id, seen): (Uuid, i64), why: String) -> Result<(), StoreError> {
        work!(self, $go => {
            let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(&why)));
            endpoint_moves!(go, (id, seen), set);
            Ok::<(), Fault>(())
        })
    }

    /// Resumes an endpoint that is at the version `seen`, whatever it did before; what waited is sent at `drain_per_second`, where that is lower
    /// than its rate.
    ///
    /// # Errors
    /// [`StoreError::Stale`]
    pub async fn resume_endpoint(&self, (id, seen): (Uuid, i64), drain_per_second: Option<i32>) -> Result<(), StoreError> {
        let done = work!(self, $go => {
            let set = (endpoints::status.eq("active"), endpoints::paused_why.eq(None::<String>));
            endpoint_moves!(go, (id, seen), set);
            let set = (
                lanes::failures.eq(0),
                lanes::opened.eq(0),
                lanes::open_until.eq(None::<Ts>),
                lanes::drain_per_second.eq(drain_per_second),
            );
            go!(execute, diesel::update(lanes::table.find(Id(id))).set(set))?;
            Ok::<(), Fault>(())
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// How an endpoint fares.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn lane(&self, id: Uuid) -> Result<LaneRow, StoreError> {
        let (failures, open_until, drain_per_second): (i32, Option<Ts>, Option<i32>) = look!(self, $go => {
            let query = lanes::table.find(Id(id)).select((lanes::failures, lanes::open_until, lanes::drain_per_second));
            let row: (i32, Option<Ts>, Option<i32>) = go!(first, query)?;
            Ok::<_, Fault>(row)
        })?;
        Ok(LaneRow { failures, open_until: open_until.map(|t| t.0), drain_per_second })
    }

    /// Issues a test message to one endpoint: it takes the next number of its platform's feed as any other does.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown platform.
    pub async fn issue_test(&self, draft: DispatchDraft, endpoint: Uuid) -> Result<(), StoreError> {
        let platform = draft.platform.clone();
        let delivery = NewDelivery::of(draft.id, endpoint, (draft.issued_at, draft.deliver_until));
        let mut row = NewDispatch::of(&draft, &[], 0);
        let done = work!(self, $go => {
            let counter = platforms::table.find(&draft.platform);
            if go!(execute, diesel::update(counter).set(platforms::feed_seq.eq(platforms::feed_seq + 1)))? == 0 {
                return Err(Fault::Store(StoreError::NotFound));
            }
            row.feed_seq = go!(first, counter.select(platforms::feed_seq))?;
            go!(execute, diesel::insert_into(dispatches::table).values(row.clone()))?;
            go!(execute, diesel::insert_into(deliveries::table).values(delivery.clone()))?;
            Ok::<(), Fault>(())
        });
        self.outbox().issued(&platform);
        done
    }
}
