//! Takes what is due out of the outbox, hands it over, and writes down what came of it.
//!
//! A claim is a lease with a fence: when this process dies, another takes over after the lease; when it
//! was only slow, what it writes down late changes nothing. Nothing is lost; a receiver may get a
//! message twice, always under the same `webhook-id`.
//!
//! Dispatches, letters, and letters to people of the house have a lane each: a letter may wait a moment, a
//! takedown may not. The stages of a
//! delivery are [`Courier::turn`], [`Courier::send`], [`Courier::reschedule`] and the next turn: each writes down
//! what ended and claims what is due, many at a time, and no transaction is open while a platform is spoken to.

mod held;
mod house;
mod keys;
mod letters;

use std::sync::Arc;
use std::time::Duration;

use held::{Held, Place};
use jiff::{SignedDuration, Timestamp};
use keys::LaneKeys;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::egress::Clients;
use super::mail::{Folder, Relay};
use super::schedule::{Outcome, Schedule, Tried};
use super::webhook::{self, Attempted, Deadlines, Message};
use crate::clock::Clock;
use crate::domain::egress::EgressRules;
use crate::domain::lane::LaneLimits;
use crate::fail_points::fails_at;
use crate::store::{AttemptRow, Becomes, ClaimedDelivery, DeliveryAttempted, DeliveryClaim, Exchange, Exchanged, Store};
use crate::vault::Vault;

/// Seconds a claim holds: longer than an attempt can take.
pub const LEASE_SECONDS: i64 = 60;
/// Attempts under way at once in one process; no endpoint gets more than half of those that are free.
pub const AT_ONCE_MAX: usize = 256;
/// Deliveries claimed at once by one process, begun or not; no endpoint gets more than half of what is left of it.
pub const HELD_MAX: usize = 1_024;
/// Milliseconds that what ended waits at most for more to end before it is written down.
const GATHER_MS: u64 = 5;
/// Seconds after which the outbox is looked at although nobody called: other processes write to it too.
const LOOK_SECONDS: u64 = 1;
/// Milliseconds from one look to the next while a rate holds something back: what it lets through goes together.
const RATE_LOOK_MS: u64 = 20;
/// Seconds to wait when the database does not answer.
const AWAY_SECONDS: u64 = 2;
/// Seconds between looks for what waits although its time is over.
const OVERDUE_LOOK_SECONDS: u64 = 5;
/// Deliveries told of in one of these looks.
const OVERDUE_TOLD_MAX: i64 = 100;

/// Where mails go: to the operator's relay, or into a folder where there is none.
pub enum Post {
    /// To a relay.
    Relay(Relay),
    /// Into files.
    Folder(Folder),
}

/// What a courier is made of.
pub struct CourierParts {
    /// As what it is known in the outbox: another at every start.
    pub worker: Uuid,
    /// The store.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Keys.
    pub vault: Vault,
    /// The clients for platforms.
    pub http: Clients,
    /// Where it may connect to.
    pub rules: EgressRules,
    /// How long to wait before each attempt.
    pub schedule: Schedule,
    /// What endpoints take that have no limits of their own.
    pub limits: LaneLimits,
    /// Where mails go.
    pub post: Post,
    /// Who writes mails.
    pub issuer: String,
    /// Who is told when a message does not arrive.
    pub operator_mail: Option<String>,
    /// Base of links in mails, without a trailing slash.
    pub public_url: String,
}

/// The courier. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    parts: Arc<CourierParts>,
    /// What is claimed.
    held: Held,
    /// Where attempts run.
    senders: Handle,
}

impl Courier {
    /// A courier of its parts, whose attempts run at `senders`: signing and speaking HTTP fill a processor, and
    /// neither claims nor requests are to wait for it.
    pub fn new(parts: CourierParts, senders: Handle) -> Self {
        Courier { parts: Arc::new(parts), held: Held::default(), senders }
    }

    /// Works until `stop` says so; then attempts under way are ended properly.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        tokio::join!(
            self.run_deliveries(stop.clone()),
            self.run_mails(stop.clone()),
            self.run_house_mails(stop.clone()),
            self.run_overdue(stop)
        );
    }

    /// Claims and sends until `stop`; then writes down what is still under way.
    async fn run_deliveries(&self, mut stop: watch::Receiver<bool>) {
        // As many as can be claimed: nobody ever waits to hand an attempt in.
        let (tell, mut hands_in) = mpsc::channel(HELD_MAX);
        let (mut ended, mut wait) = (Vec::with_capacity(HELD_MAX), Duration::ZERO);
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.gather(&mut hands_in, &mut ended, wait) => {}
            }
            wait = self.turn(&mut ended, &tell).await;
        }
        drop(tell);
        // At once, and not with the first attempt that ends: nobody sends it meanwhile, and a process that does not
        // end soon may be killed.
        self.held.give_all_back();
        if !ended.is_empty() || self.held.has_some_to_give_back() {
            self.record(std::mem::take(&mut ended)).await;
        }
        while hands_in.recv_many(&mut ended, HELD_MAX).await > 0 {
            self.record(std::mem::take(&mut ended)).await;
        }
    }

    /// Waits until there is something to say to the outbox: as many have ended as still wait here to begin, or any
    /// a moment ago; something new is due; or it is time to look.
    async fn gather(&self, hands_in: &mut mpsc::Receiver<DeliveryAttempted>, ended: &mut Vec<DeliveryAttempted>, wait: Duration) {
        let look = tokio::time::sleep(wait);
        tokio::pin!(look);
        let mut hurries = false;
        loop {
            while let Ok(one) = hands_in.try_recv() {
                ended.push(one);
            }
            if !ended.is_empty() && ended.len() >= self.held.waiting() {
                return;
            }
            // Also what ended during the last turn: its place must not wait for the next look.
            if !ended.is_empty() && !hurries {
                let soon = tokio::time::Instant::now() + Duration::from_millis(GATHER_MS);
                let at = look.deadline().min(soon);
                look.as_mut().reset(at);
                hurries = true;
            }
            tokio::select! {
                Some(one) = hands_in.recv() => ended.push(one),
                () = self.parts.store.outbox().deliveries.notified() => return,
                () = &mut look => return,
            }
        }
    }

    /// Writes down what ended, takes what is due, and begins it; answers how long to wait for the next turn.
    async fn turn(&self, ended: &mut Vec<DeliveryAttempted>, tell: &mpsc::Sender<DeliveryAttempted>) -> Duration {
        let now = self.parts.clock.now();
        let lease_until = now.checked_add(SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now);
        let room = self.held.room() + ended.len();
        let back = self.held.give_back();
        let held = self.held.beside(ended.iter().map(|d| (d.endpoint, d.becomes == Becomes::Delivered && !d.overran)));
        let claim = (room > 0).then_some(DeliveryClaim { now, room, limits: self.parts.limits });
        if claim.is_none() && ended.is_empty() && back.is_empty() {
            return Duration::from_secs(LOOK_SECONDS);
        }
        let said = Exchange { worker: self.parts.worker, held, lease_until, ended: ended.clone(), back: back.clone(), claim };
        match self.parts.store.exchange(said, now).await {
            Ok(Exchanged { lost, claimed }) => {
                tell_lost(lost);
                self.held.let_go(ended.drain(..).map(|d| d.endpoint));
                if !claimed.deliveries.is_empty() {
                    fails_at("delivery.claimed");
                }
                // The answer may have been long in coming.
                let now = self.parts.clock.now();
                for place in self.held.take(claimed.lanes, (claimed.deliveries, lease_until), now) {
                    self.begin(place, tell.clone());
                }
                self.until(claimed.again_at)
            }
            Err(e) => {
                tracing::warn!(error = %e, "the outbox does not answer");
                self.held.keep_back(back);
                // What ended must not wait for what cannot be claimed.
                let recorded = !ended.is_empty() && self.record(std::mem::take(ended)).await;
                Duration::from_secs(if recorded { LOOK_SECONDS } else { AWAY_SECONDS })
            }
        }
    }

    async fn run_overdue(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.parts.store.tell_overdue(self.parts.clock.now(), OVERDUE_TOLD_MAX).await {
                Ok(0) => {}
                Ok(late) => tracing::warn!(late, "deliveries wait although their time is over"),
                Err(e) => tracing::warn!(error = %e, "the outbox cannot be read"),
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(OVERDUE_LOOK_SECONDS)) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// How long to wait: not at all where more can begin, until a rate allows more, or until it is time to look
    /// again.
    fn until(&self, again_at: Option<Timestamp>) -> Duration {
        let look = Duration::from_secs(LOOK_SECONDS);
        let Some(at) = again_at else { return look };
        match Duration::try_from(at.duration_since(self.parts.clock.now())) {
            Ok(wait) if !wait.is_zero() => wait.clamp(Duration::from_millis(RATE_LOOK_MS), look),
            _ if self.held.room() > 0 => Duration::ZERO,
            _ => look,
        }
    }

    /// Begins an attempt; whoever ends it hands it in and goes on with the next of its lane.
    fn begin(&self, place: Place, tell: mpsc::Sender<DeliveryAttempted>) {
        let courier = self.clone();
        self.senders.spawn(async move {
            let mut going = Some(place);
            while let Some(mut place) = going.take() {
                let Some(delivery) = place.delivery() else { return };
                let (at, attempted) = courier.send(&delivery, &place.keys).await;
                let (arrived, ended) = (attempted.failure.is_none(), !attempted.overran);
                fails_at(if arrived { "delivery.answered" } else { "delivery.failed" });
                let done = courier.reschedule(&delivery, at, attempted);
                // Before it is handed in: whoever is told looks for places that are free.
                going = place.goes_on(arrived && ended, courier.parts.clock.now());
                // The receiver ends after the last sender.
                let _ = tell.send(done).await;
            }
        });
    }

    /// Hands a delivery over; answers when it began and what came of it.
    async fn send(&self, d: &ClaimedDelivery, keys: &LaneKeys) -> (Timestamp, Attempted) {
        let at = self.parts.clock.now();
        let message = Message {
            url: d.url.clone(),
            id: d.dispatch.to_string(),
            at,
            keys: keys.at(at, (&self.parts.vault, d.endpoint)),
            body: d.body.clone().into(),
            deadlines: Deadlines::default(),
        };
        (at, webhook::attempt(&self.parts.http, &self.parts.rules, &message).await)
    }

    /// What becomes of a delivery after an attempt.
    fn reschedule(&self, d: &ClaimedDelivery, at: Timestamp, attempted: Attempted) -> DeliveryAttempted {
        let ended_at = self.parts.clock.now();
        let number = d.attempts + 1;
        let attempt_no = number.saturating_sub(d.attempts_before);
        let tried = Tried { delivery_id: d.id, attempt_no, ended_at, deliver_until: Some(d.expires_at), verdict: attempted.verdict };
        let becomes = match self.parts.schedule.next(&tried) {
            Outcome::Delivered => Becomes::Delivered,
            Outcome::RetryAt(at) => Becomes::DueAgain(at),
            Outcome::GaveUp => Becomes::Undelivered,
            Outcome::EndpointGone => Becomes::Paused("the endpoint answered 410 Gone".to_owned()),
        };
        let class = attempted.failure.map_or("delivered", |f| f.as_str());
        tracing::info!(dispatch = %d.dispatch, endpoint = %d.endpoint, number, class, state = becomes.word(), "delivery attempted");
        let attempt = AttemptRow {
            delivery_id: d.id,
            n: i32::try_from(number).unwrap_or(i32::MAX),
            at,
            http_status: attempted.status.map(i32::from),
            class: class.to_owned(),
            elapsed_ms: i32::try_from(attempted.elapsed_ms).unwrap_or(i32::MAX),
            reply: attempted.reply,
            endpoint_id: Some(d.endpoint),
            request: attempted.request,
            detail: attempted.detail,
            // Seen when it is written down.
            acknowledged: None,
        };
        let (dispatch, kind) = (d.dispatch, d.kind.clone());
        DeliveryAttempted {
            attempt,
            fence: d.fence,
            endpoint: d.endpoint,
            dispatch,
            kind,
            said: attempted.said,
            overran: attempted.overran,
            becomes,
        }
    }

    /// Writes attempts down, and what did not begin. While the database is away they wait, as long as their claims
    /// hold; after that they are made again, under the same ids. Answers whether they were written.
    async fn record(&self, ended: Vec<DeliveryAttempted>) -> bool {
        let first = ended.iter().map(|d| d.attempt.at).min().unwrap_or_else(|| self.parts.clock.now());
        let mut back = self.held.give_back();
        let written = loop {
            let now = self.parts.clock.now();
            back.extend(self.held.give_back());
            let held = self.held.beside(ended.iter().map(|d| (d.endpoint, false)));
            let lease_until = now.checked_add(SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now);
            let said = Exchange { worker: self.parts.worker, held, lease_until, ended: ended.clone(), back: back.clone(), claim: None };
            match self.parts.store.exchange(said, now).await {
                Ok(Exchanged { lost, .. }) => {
                    tell_lost(lost);
                    break true;
                }
                Err(e) if now.duration_since(first) < SignedDuration::from_secs(LEASE_SECONDS) => {
                    tracing::warn!(attempts = ended.len(), error = %e, "attempts could not be written down yet");
                    tokio::time::sleep(Duration::from_secs(AWAY_SECONDS)).await;
                }
                Err(e) => {
                    tracing::warn!(attempts = ended.len(), error = %e, "attempts could not be written down");
                    break false;
                }
            }
        };
        self.held.let_go(ended.iter().map(|d| d.endpoint));
        written
    }
}

fn tell_lost(lost: Vec<Uuid>) {
    for delivery in lost {
        tracing::warn!(%delivery, "the claim was lost before the attempt was written down");
    }
}
