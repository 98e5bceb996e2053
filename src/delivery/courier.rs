//! Takes what is due out of the outbox, hands it over, and writes down what came of it.
//!
//! A claim is a lease with a fence: when this process dies, another takes over after the lease; when it
//! was only slow, what it writes down late changes nothing. Nothing is lost; a receiver may get a
//! message twice, always under the same `webhook-id`.
//!
//! Dispatches and letters have a lane each: a letter may wait a moment, a takedown may not.

mod letters;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::mail::{Folder, Relay};
use super::schedule::{Outcome, Schedule, Tried};
use super::signature::SigningSecret;
use super::webhook::{self, Message, WEBHOOK_DEADLINE_SECONDS};
use crate::clock::Clock;
use crate::domain::egress::EgressRules;
use crate::domain::secrets::EndpointSecrets;
use crate::store::{AttemptRow, ClaimedDelivery, DeliveryAttempted, Store, StoreError};
use crate::vault::Vault;

/// Seconds a claim holds: longer than an attempt can take.
pub const LEASE_SECONDS: i64 = 60;
/// Attempts under way at once.
const AT_ONCE_MAX: usize = 64;
/// Attempts under way to one endpoint at once: a slow platform does not hold up the others.
const AT_ONCE_PER_ENDPOINT_MAX: usize = 8;
/// Seconds after which the outbox is looked at although nobody called: other processes write to it too.
const LOOK_SECONDS: u64 = 1;
/// Seconds to wait when the database does not answer.
const AWAY_SECONDS: u64 = 2;

/// Where mails go: to the operator's relay, or into a folder where there is none.
pub enum Post {
    /// To a relay.
    Relay(Relay),
    /// Into files.
    Folder(Folder),
}

/// What a courier is made of.
pub struct CourierParts {
    /// The store.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Keys.
    pub vault: Vault,
    /// The client for platforms.
    pub http: reqwest::Client,
    /// Where it may connect to.
    pub rules: EgressRules,
    /// Where mails go.
    pub post: Post,
    /// Who writes mails.
    pub issuer: String,
    /// Base of links in mails, without a trailing slash.
    pub public_url: String,
}

/// The courier. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    parts: Arc<CourierParts>,
    schedule: Arc<Schedule>,
    under_way: Arc<Mutex<HashMap<Uuid, usize>>>,
}

impl Courier {
    /// A courier of its parts, with the waits of Standard Webhooks.
    pub fn new(parts: CourierParts) -> Self {
        Courier { parts: Arc::new(parts), schedule: Arc::new(Schedule::default()), under_way: Arc::default() }
    }

    /// Works until `stop` says so; then attempts under way are ended properly.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        tokio::join!(self.run_deliveries(stop.clone()), self.run_mails(stop));
    }

    async fn run_deliveries(&self, mut stop: watch::Receiver<bool>) {
        let mut attempts = JoinSet::new();
        while !*stop.borrow() {
            while attempts.try_join_next().is_some() {}
            let wait = match self.start_due(&mut attempts).await {
                Ok(0) => Duration::from_secs(LOOK_SECONDS),
                Ok(_) => continue,
                Err(e) => {
                    tracing::warn!(error = %e, "the outbox cannot be read");
                    Duration::from_secs(AWAY_SECONDS)
                }
            };
            tokio::select! {
                () = self.parts.store.outbox().deliveries.notified() => {}
                () = tokio::time::sleep(wait) => {}
                Some(_) = attempts.join_next(), if !attempts.is_empty() => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while attempts.join_next().await.is_some() {}
    }

    async fn start_due(&self, attempts: &mut JoinSet<()>) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        let lease_until = now.checked_add(SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now);
        let room = AT_ONCE_MAX.saturating_sub(attempts.len());
        if room == 0 {
            return Ok(0);
        }
        let claimed = self.parts.store.claim_deliveries((now, lease_until), self.busy(), room.min(AT_ONCE_PER_ENDPOINT_MAX)).await?;
        let started = claimed.len();
        for delivery in claimed {
            let courier = self.clone();
            courier.count(delivery.endpoint, 1);
            attempts.spawn(async move {
                let endpoint = delivery.endpoint;
                courier.deliver(delivery).await;
                courier.count(endpoint, -1);
            });
        }
        Ok(started)
    }

    fn count(&self, endpoint: Uuid, by: isize) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let n = under_way.entry(endpoint).or_insert(0);
        *n = n.saturating_add_signed(by);
        if *n == 0 {
            under_way.remove(&endpoint);
        }
    }

    fn busy(&self) -> Vec<Uuid> {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.iter().filter(|(_, n)| **n >= AT_ONCE_PER_ENDPOINT_MAX).map(|(id, _)| *id).collect()
    }

    async fn deliver(&self, d: ClaimedDelivery) {
        let at = self.parts.clock.now();
        let secrets = self.secrets(&d, at);
        let message = Message {
            url: d.url.clone(),
            id: d.dispatch.to_string(),
            at,
            secrets,
            body: d.body.clone().into_bytes(),
            deadline: Duration::from_secs(WEBHOOK_DEADLINE_SECONDS),
        };
        let attempted = webhook::attempt(&self.parts.http, &self.parts.rules, &message).await;
        let ended_at = self.parts.clock.now();
        let attempt_no = d.attempts + 1;
        let tried = Tried { delivery_id: d.id, attempt_no, ended_at, deliver_until: Some(d.deliver_until), verdict: attempted.verdict };
        let (state, due_at, pause) = match self.schedule.next(&tried) {
            Outcome::Delivered => ("delivered", ended_at, None),
            Outcome::RetryAt(at) => ("due", at, None),
            Outcome::GaveUp => ("given_up", ended_at, None),
            Outcome::EndpointGone => ("paused", ended_at, Some((d.endpoint, "the endpoint answered 410 Gone".to_owned()))),
        };
        let class = attempted.failure.map_or("delivered", |f| f.as_str());
        tracing::info!(dispatch = %d.dispatch, endpoint = %d.endpoint, attempt_no, class, state, "delivery attempted");
        let attempt = AttemptRow {
            delivery_id: d.id,
            n: i32::try_from(attempt_no).unwrap_or(i32::MAX),
            at,
            http_status: attempted.status.map(i32::from),
            class: class.to_owned(),
            elapsed_ms: i32::try_from(attempted.elapsed_ms).unwrap_or(i32::MAX),
            reply: Some(attempted.detail).filter(|d| !d.is_empty()),
        };
        let done = DeliveryAttempted { attempt, fence: d.fence, state, due_at, pause };
        // What cannot be written down now is tried again after the lease, under the same id.
        match self.parts.store.record_attempt(done).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(delivery = %d.id, "the claim was lost before the attempt was written down"),
            Err(e) => tracing::warn!(delivery = %d.id, error = %e, "the attempt could not be written down"),
        }
    }

    /// Secrets that sign now. None that can be opened gives none, and nothing is sent unsigned.
    fn secrets(&self, d: &ClaimedDelivery, at: Timestamp) -> Vec<SigningSecret> {
        let plain = self.parts.vault.open_secret(d.endpoint, &d.secrets).ok();
        let all = plain.and_then(|p| EndpointSecrets::parse(&p));
        let texts = all.iter().flat_map(|s| s.signing(at));
        texts.filter_map(|text| SigningSecret::parse(text).ok()).collect()
    }
}
