//! What a worker says to the outbox: what came of its attempts, and how many more it can begin. One transaction
//! writes the first down and claims the second.
//!
//! # Why
//! Under load a place that an attempt leaves is taken by the next one: one commit serves both, and so half as many
//! are flushed to the disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::answers::{Heard, keep_answers};
use super::claim::{
    Claimed, ClaimedRow, DeliveryClaim, DispatchText, DueIn, Found, GivenBack, HeldHere, LANES_PER_CLAIM_MAX, LaneWorkerRow, LaneWorkers,
    MovedOn, ReadyLane, ReadyLanes, ReadyRow,
};
use super::record::{Attempts, Becomes, DeliveryAttempted, LaneRow, Locked, alike};
use super::{AttemptRow, IsDue};
use crate::domain::dispatch::DispatchKind;
use crate::domain::job::JobKind;
use crate::domain::lane::{Lane, UnderWay, share, wholly_superseded};
use crate::store::acks::put_acks;
use crate::store::columns::RowsAtOnce;
use crate::store::error::Fault;
use crate::store::jobs::{JobDraft, ask_for_job};
use crate::store::schema::{acks, deliveries, dispatch_lines, dispatches, endpoints, lane_workers, lanes};
use crate::store::types::{Id, Ts};
use crate::store::work::work;
use crate::store::{Store, StoreError};

/// What a worker says and asks in one exchange.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// The worker.
    pub worker: Uuid,
    /// What it holds once this is written down, by endpoint.
    pub held: BTreeMap<Uuid, HeldHere>,
    /// How long what it claims now holds: longer than what it claimed before.
    pub lease_until: Timestamp,
    /// What ended.
    pub ended: Vec<DeliveryAttempted>,
    /// What it claimed and did not begin.
    pub back: Vec<GivenBack>,
    /// What it asks for, if it can begin more.
    pub claim: Option<DeliveryClaim>,
}

/// What an exchange came to.
#[derive(Clone, Debug, Default)]
pub struct Exchanged {
    /// Deliveries whose claim was lost before the attempt was written down; nothing was changed of them.
    pub lost: Vec<Uuid>,
    /// What was claimed.
    pub claimed: Claimed,
}

/// The lanes that these attempts change, as they are and locked; in the order of their ids, before any delivery,
/// as a claim locks them.
macro_rules! hear {
    ($go:ident, $all:expr, $now:expr) => {{
        let endpoints: BTreeSet<Uuid> = $all.iter().map(|d| d.endpoint).collect();
        let failed: BTreeSet<Uuid> = $all.iter().filter(|d| d.becomes != Becomes::Delivered || d.overran).map(|d| d.endpoint).collect();
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
                    if done.overran {
                        lane.overrun($now);
                    }
                }
                let set = (
                    lanes::spent_until.eq(Ts(lane.spent_until)),
                    lanes::failures.eq(lane.failures),
                    lanes::opened.eq(lane.opened),
                    lanes::open_until.eq(lane.open_until.map(Ts)),
                );
                $go!(execute, diesel::update(lanes::table.find(Id(endpoint))).set(set))?;
            }
        }
    }};
}

/// Writes attempts down; the deliveries whose claim was lost, of which nothing was changed.
macro_rules! record {
    ($go:ident, $all:ident, $now:ident) => {{
        hear!($go, $all, $now);
        let mut held = BTreeSet::new();
        for ((becomes, n, class, fence), ids) in alike(&$all) {
            let due_at = if let Becomes::DueAgain(at) = becomes { *at } else { $now };
            let told_at = (*becomes == Becomes::Undelivered).then_some(Ts($now));
            let mine = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::fence.eq(fence));
            let set = (
                deliveries::state.eq(becomes.word()),
                deliveries::due_at.eq(Ts(due_at)),
                deliveries::lease_until.eq(None::<Ts>),
                deliveries::attempts.eq(n),
                deliveries::last_class.eq(Some(class)),
                deliveries::updated_at.eq(Ts($now)),
            );
            let mine: Vec<Id> = match told_at {
                None => $go!(load, diesel::update(mine).set(set).returning(deliveries::id))?,
                told_at => $go!(load, diesel::update(mine).set((set, deliveries::told_at.eq(told_at))).returning(deliveries::id))?,
            };
            held.extend(mine.into_iter().map(|id| id.0));
        }
        let mine = || $all.iter().filter(|d| held.contains(&d.attempt.delivery_id));
        let mut told = keep_answers!($go, mine(), $now);
        let row = |d: &DeliveryAttempted| AttemptRow { acknowledged: told.remove(&d.attempt.delivery_id), ..d.attempt.clone() };
        let rows: Vec<AttemptRow> = mine().map(row).collect();
        for part in rows.chunks(<Db as RowsAtOnce>::ROWS) {
            if let Some(part) = Attempts::of(part.iter()) {
                $go!(execute, part)?;
            }
        }
        for d in mine() {
            let kind = match &d.becomes {
                Becomes::Delivered | Becomes::DueAgain(_) => continue,
                Becomes::Undelivered => JobKind::Undelivered,
                Becomes::Paused(why) => {
                    let moved = endpoints::version.eq(endpoints::version + 1);
                    let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(why)), moved);
                    let active = endpoints::table.find(Id(d.endpoint)).filter(endpoints::status.eq("active"));
                    if $go!(execute, diesel::update(active).set(set))? == 0 {
                        // What else was under way is answered alike: it is told once.
                        continue;
                    }
                    JobKind::EndpointPaused
                }
            };
            let draft = JobDraft { kind, subject: d.attempt.delivery_id.to_string(), due_at: $now };
            ask_for_job!($go, draft.into())?;
        }
        let lost = $all.iter().map(|d| d.attempt.delivery_id).filter(|id| !held.contains(id));
        lost.collect::<Vec<Uuid>>()
    }};
}
/// What was claimed and did not begin waits in the outbox again, unless somebody else has it by now.
macro_rules! take_back {
    ($go:ident, $back:expr) => {{
        let mut alike = BTreeMap::<i64, Vec<Id>>::new();
        for GivenBack { id, fence, .. } in $back {
            alike.entry(*fence).or_default().push(Id(*id));
        }
        for (fence, ids) in alike {
            let mine = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::fence.eq(fence)).filter(IsDue);
            $go!(execute, diesel::update(mine).set(deliveries::lease_until.eq(None::<Ts>)))?;
        }
    }};
}

/// What each lane gives, in parts of `$claim.room`; the lanes are moved on by it. Yields the deliveries' ids and
/// when a rate allows more.
macro_rules! pick {
    ($go:ident, ($said:expr, $claim:ident), $ready:expr) => {{
        let now = $claim.now;
        // Read when the lanes are locked: another worker's claims are in it.
        let ids: Vec<Id> = $ready.iter().map(|l| Id(l.endpoint)).collect();
        let others = lane_workers::table.filter(lane_workers::endpoint_id.eq_any(ids)).filter(lane_workers::worker.ne(Id($said.worker)));
        let others: Vec<LaneWorkerRow> = $go!(load, others.select(LaneWorkerRow::as_select()))?;
        let (others, gone): (Vec<LaneWorkerRow>, Vec<LaneWorkerRow>) = others.into_iter().partition(|w| w.until > now);
        if !gone.is_empty() {
            let lanes: Vec<Id> = gone.iter().map(|w| Id(w.endpoint_id)).collect();
            let ended = lane_workers::table.filter(lane_workers::endpoint_id.eq_any(lanes)).filter(lane_workers::until.le(Ts(now)));
            $go!(execute, diesel::delete(ended))?;
        }
        let (mut left, mut picked, mut again_at) = ($claim.room, Vec::<Id>::new(), None::<Timestamp>);
        let (mut passed, mut moved) = (Vec::<Id>::new(), Vec::<(Id, Lane)>::new());
        for l in $ready.iter_mut() {
            let here = $said.held.get(&l.endpoint).copied().unwrap_or_default();
            let others = others.iter().filter(|w| w.endpoint_id == l.endpoint).map(|w| usize::try_from(w.held).unwrap_or(0)).sum();
            let under_way = UnderWay { others, mine: here.held, arrived: here.arrived };
            let room = l.lane.room(now, l.limits, under_way);
            l.at_once = room.at_once;
            let attempts = room.attempts.min(left.div_ceil(2));
            // One more than may begin: it shows whether any are left.
            let limit = i64::try_from(attempts + 1).unwrap_or(i64::MAX);
            let (mut begin, mut drained) = (Vec::new(), false);
            if attempts > 0 {
                let (endpoint, at) = (Id(l.endpoint), Ts(now));
                let first = DueIn::<true> { endpoint, now: at, limit };
                let (first, again): (Vec<Id>, Vec<Id>) = $go!(together, first, DueIn::<false> { endpoint, now: at, limit })?;
                // All that waited for a resumption is under way: from here on the usual rate holds.
                drained = l.lane.drain_per_second.is_some() && first.len() + again.len() <= attempts;
                begin = share(first, again, attempts);
            }
            if begin.len() == room.attempts {
                again_at = again_at.into_iter().chain(room.again_at).min();
            } else if begin.len() == attempts {
                // It was the process's share that held it back, and not the lane.
                again_at = Some(now);
            }
            if begin.is_empty() && !drained {
                passed.push(Id(l.endpoint));
                continue;
            }
            left -= begin.len();
            l.lane.spend(now, l.limits, begin.len());
            l.lane.drain_per_second = l.lane.drain_per_second.filter(|_| !drained);
            moved.push((Id(l.endpoint), l.lane));
            picked.extend(begin);
        }
        let moved = moved.into_iter().map(|(id, lane)| {
            let set = (
                lanes::claimed_at.eq(Ts(now)),
                lanes::spent_until.eq(Ts(lane.spent_until)),
                lanes::drain_per_second.eq(lane.drain_per_second.and_then(|n| i32::try_from(n).ok())),
            );
            diesel::update(lanes::table.find(id)).set(set)
        });
        $go!(each, moved)?;
        if !passed.is_empty() && i64::try_from($ready.len()).is_ok_and(|n| n >= LANES_PER_CLAIM_MAX) {
            // Those that give nothing now must not hide others that would.
            let set = lanes::claimed_at.eq(Ts(now));
            $go!(execute, diesel::update(lanes::table.filter(lanes::endpoint_id.eq_any(passed))).set(set))?;
        }
        (picked, again_at)
    }};
}

/// Those of the dispatches that are wholly superseded, by id: `lines` are theirs, each with what is in force on its
/// item if that has moved on.
fn superseded(texts: &[DispatchText], lines: Vec<(Id, Option<String>)>) -> BTreeSet<Uuid> {
    let mut of = HashMap::<Uuid, Vec<Option<String>>>::new();
    for (Id(dispatch), measures) in lines {
        of.entry(dispatch).or_default().push(measures);
    }
    let over = |(Id(dispatch), kind, Id(complaint), text): &DispatchText| {
        let kind = DispatchKind::from_word(kind).filter(|k| k.changes_items())?;
        // A proposal that ended with it ended, whatever is in force by now.
        if text.contains("\"proposals_ended\":") {
            return None;
        }
        let (lines, complaint) = (of.get(dispatch)?, complaint.to_string());
        let in_force: Vec<bool> = lines.iter().flatten().map(|m| m.contains(&complaint)).collect();
        wholly_superseded(kind == DispatchKind::Takedown, lines.len(), &in_force).then_some(*dispatch)
    };
    texts.iter().filter_map(over).collect()
}

/// What the worker holds of each lane of which it holds another number now, with what it claimed.
fn holds<'a>(said: &Exchange, claimed: impl Iterator<Item = &'a ClaimedRow>) -> Vec<LaneWorkerRow> {
    let touched = said.ended.iter().map(|d| d.endpoint).chain(said.back.iter().map(|b| b.endpoint));
    let mut more: BTreeMap<Uuid, usize> = touched.map(|endpoint| (endpoint, 0)).collect();
    for row in claimed {
        *more.entry(row.5.0).or_default() += 1;
    }
    let holds = |(endpoint, more): (Uuid, usize)| {
        let held = said.held.get(&endpoint).map_or(0, |h| h.held) + more;
        LaneWorkerRow { endpoint_id: endpoint, worker: said.worker, held: i32::try_from(held).unwrap_or(i32::MAX), until: said.lease_until }
    };
    more.into_iter().map(holds).collect()
}

/// Of the lanes of which the worker has some that did not begin, and that give it nothing more, those that are paused
/// or open: somebody else has said so since.
macro_rules! shut {
    ($go:ident, ($said:expr, $now:expr), $ready:expr) => {{
        let waits = $said.held.iter().filter(|(_, here)| here.waiting > 0).map(|(endpoint, _)| *endpoint);
        let waits: Vec<Id> = waits.filter(|id| $ready.iter().all(|l| l.endpoint != *id)).map(Id).collect();
        if waits.is_empty() {
            Vec::new()
        } else {
            let open = lanes::open_until.gt(Some(Ts($now)));
            let shut = lanes::table
                .inner_join(endpoints::table.on(endpoints::id.eq(lanes::endpoint_id)))
                .filter(lanes::endpoint_id.eq_any(waits))
                .filter(endpoints::status.ne("active").nullable().or(open))
                .select(lanes::endpoint_id);
            let shut: Vec<Id> = $go!(load, shut)?;
            shut
        }
    }};
}

/// Claims deliveries that are due, each for one worker, and drops those that say nothing any more.
macro_rules! claim {
    ($go:ident, $said:expr, $claim:ident) => {{
        let now = $claim.now;
        let ready: Vec<ReadyRow> = $go!(load, ReadyLanes { now: Ts(now) })?;
        let mut ready: Vec<ReadyLane> = ready.into_iter().map(|r| ReadyLane::of(r, $claim.limits)).collect();
        let shut = shut!($go, ($said, now), ready);
        let (picked, mut again_at) = if ready.is_empty() { (Vec::new(), None) } else { pick!($go, ($said, $claim), ready) };
        if picked.is_empty() {
            Found { ready, shut, mine: Vec::new(), texts: Vec::new(), again_at }
        } else {
            // Asked again with the row locked: its end may have been written down meanwhile.
            let free = deliveries::lease_until.is_null().or(deliveries::lease_until.le(Some(Ts(now))));
            let mine = deliveries::table.filter(deliveries::id.eq_any(picked)).filter(deliveries::state.eq("due")).filter(free);
            let mine = diesel::update(mine)
                .set((deliveries::fence.eq(deliveries::fence + 1), deliveries::lease_until.eq(Some(Ts($said.lease_until)))))
                .returning((
                    deliveries::id,
                    deliveries::fence,
                    deliveries::attempts,
                    deliveries::attempts_before,
                    deliveries::dispatch_id,
                    deliveries::endpoint_id,
                    deliveries::expires_at,
                ));
            let mine: Vec<ClaimedRow> = $go!(load, mine)?;
            let ids: Vec<Id> = mine.iter().map(|r| r.4).collect();
            let texts = dispatches::table.filter(dispatches::id.eq_any(ids.clone())).select((
                dispatches::id,
                dispatches::kind,
                dispatches::complaint_id,
                dispatches::body,
            ));
            let lines =
                dispatch_lines::table.filter(dispatch_lines::dispatch_id.eq_any(ids)).select((dispatch_lines::dispatch_id, MovedOn));
            let (texts, lines): (Vec<DispatchText>, Vec<(Id, Option<String>)>) = $go!(together, texts, lines)?;
            let over = superseded(&texts, lines);
            let dropped: Vec<Id> = mine.iter().filter(|r| over.contains(&r.4.0)).map(|r| r.0).collect();
            if !dropped.is_empty() {
                let set = (deliveries::state.eq("superseded"), deliveries::lease_until.eq(None::<Ts>), deliveries::updated_at.eq(Ts(now)));
                $go!(execute, diesel::update(deliveries::table.filter(deliveries::id.eq_any(dropped))).set(set))?;
                // They leave room for others.
                again_at = Some(now);
            }
            let mine: Vec<ClaimedRow> = mine.into_iter().filter(|r| !over.contains(&r.4.0)).collect();
            Found { ready, shut, mine, texts, again_at }
        }
    }};
}
impl Store {
    /// Writes attempts down and claims what is due, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; then nothing was changed.
    pub async fn exchange(&self, said: Exchange, now: Timestamp) -> Result<Exchanged, StoreError> {
        let (lost, found) = work!(self, $go => {
            let Exchange { ended, claim, .. } = &said;
            let lost = if ended.is_empty() { Vec::new() } else { record!(go, ended, now) };
            take_back!(go, &said.back);
            let found = match claim {
                Some(asked) => Some(claim!(go, said, asked)),
                None => None,
            };
            let holds = holds(&said, found.iter().flat_map(|f| &f.mine));
            for part in holds.chunks(<Db as RowsAtOnce>::ROWS) {
                if let Some(part) = LaneWorkers::of(part.iter()) {
                    go!(execute, part)?;
                }
            }
            Ok::<_, Fault>((lost, found))
        })?;
        Ok(Exchanged { lost, claimed: found.map(Found::claimed).unwrap_or_default() })
    }
}
