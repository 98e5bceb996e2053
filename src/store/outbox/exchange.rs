//! What a worker says to the outbox: what came of its attempts, and how many more it can begin. One transaction
//! writes the first down and claims the second.
//!
//! # Why
//! Under load a place that an attempt leaves is taken by the next one: one commit serves both, and so half as many
//! are flushed to the disk.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::answers::{Heard, keep_answers};
use super::claim::{Claimed, ClaimedRow, DeliveryClaim, DispatchText, DueIn, Found, MovedOn, ReadyLane, ReadyLanes, ReadyRow};
use super::record::{Attempts, Becomes, DeliveryAttempted, LaneRow, Locked, alike, to_be_answered};
use super::{AttemptRow, IsDue};
use crate::domain::dispatch::DispatchKind;
use crate::domain::job::JobKind;
use crate::domain::lane::{Lane, share, wholly_superseded};
use crate::store::acks::put_acks;
use crate::store::columns::RowsAtOnce;
use crate::store::error::Fault;
use crate::store::jobs::{JobDraft, ask_for_job, ask_once};
use crate::store::schema::{acks, deliveries, dispatch_lines, dispatches, endpoints, lanes};
use crate::store::types::{Id, Ts};
use crate::store::work::work;
use crate::store::{Store, StoreError};

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
        ask_once!($go, to_be_answered(mine(), $now));
        for d in mine() {
            let kind = match &d.becomes {
                Becomes::Delivered | Becomes::DueAgain(_) => continue,
                Becomes::Undelivered => JobKind::Undelivered,
                Becomes::Paused(why) => {
                    let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(why)));
                    $go!(execute, diesel::update(endpoints::table.find(Id(d.endpoint))).set(set))?;
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
/// What each lane gives, in parts of `$claim.room`; the lanes are moved on by it. Yields the deliveries' ids and
/// when a rate allows more.
macro_rules! pick {
    ($go:ident, $claim:ident, $ready:expr) => {{
        let now = $claim.now;
        // Counted when the lanes are locked: another worker's claims are in it.
        let ids: Vec<Id> = $ready.iter().map(|l| Id(l.endpoint)).collect();
        let under_way = deliveries::table
            .filter(deliveries::endpoint_id.eq_any(ids))
            .filter(IsDue)
            .filter(deliveries::lease_until.gt(Some(Ts(now))))
            .group_by(deliveries::endpoint_id)
            .select((deliveries::endpoint_id, diesel::dsl::count_star()));
        let under_way: Vec<(Id, i64)> = $go!(load, under_way)?;
        let (mut left, mut picked, mut again_at) = ($claim.room, Vec::<Id>::new(), None::<Timestamp>);
        for l in $ready.iter_mut() {
            let busy = under_way.iter().find(|(id, _)| id.0 == l.endpoint).map_or(0, |(_, n)| usize::try_from(*n).unwrap_or(0));
            let room = l.lane.room(now, l.limits, busy);
            let attempts = room.attempts.min(left.div_ceil(2));
            // One more than may begin: it shows whether any are left.
            let limit = i64::try_from(attempts + 1).unwrap_or(i64::MAX);
            let (mut begin, mut drained) = (Vec::new(), false);
            if attempts > 0 {
                let first: Vec<Id> = $go!(load, DueIn::<true> { endpoint: Id(l.endpoint), now: Ts(now), limit })?;
                let again: Vec<Id> = $go!(load, DueIn::<false> { endpoint: Id(l.endpoint), now: Ts(now), limit })?;
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
                continue;
            }
            left -= begin.len();
            l.lane.spend(now, l.limits, begin.len());
            l.lane.drain_per_second = l.lane.drain_per_second.filter(|_| !drained);
            let set = (
                lanes::claimed_at.eq(Ts(now)),
                lanes::spent_until.eq(Ts(l.lane.spent_until)),
                lanes::drain_per_second.eq(l.lane.drain_per_second.and_then(|n| i32::try_from(n).ok())),
            );
            $go!(execute, diesel::update(lanes::table.find(Id(l.endpoint))).set(set))?;
            picked.extend(begin);
        }
        (picked, again_at)
    }};
}

/// Those of the dispatches that are wholly superseded, by id. One look at an index a line.
macro_rules! superseded {
    ($go:ident, $texts:expr) => {{
        let texts: &Vec<DispatchText> = $texts;
        let changing = |t: &&DispatchText| DispatchKind::from_word(&t.1).is_some_and(DispatchKind::changes_items);
        let ids: Vec<Id> = texts.iter().filter(changing).map(|t| t.0).collect();
        let lines = dispatch_lines::table.filter(dispatch_lines::dispatch_id.eq_any(ids)).select((dispatch_lines::dispatch_id, MovedOn));
        let lines: Vec<(Id, Option<String>)> = $go!(load, lines)?;
        let mut over = BTreeSet::new();
        for (Id(dispatch), kind, Id(complaint), _) in texts {
            let of_it = || lines.iter().filter(|(id, _)| id.0 == *dispatch);
            let in_force =
                of_it().filter_map(|(_, measures)| measures.as_ref()).map(|m| m.contains(&complaint.to_string())).collect::<Vec<_>>();
            let takes_down = *kind == DispatchKind::Takedown.word();
            if !in_force.is_empty() && wholly_superseded(takes_down, of_it().count(), &in_force) {
                over.insert(*dispatch);
            }
        }
        over
    }};
}

/// Claims deliveries that are due, each for one worker, and drops those that say nothing any more.
macro_rules! claim {
    ($go:ident, $claim:ident) => {{
        let now = $claim.now;
        let ask = ReadyLanes { now: Ts(now), at_once_max: i32::try_from($claim.limits.at_once_max).unwrap_or(i32::MAX) };
        let ready: Vec<ReadyRow> = $go!(load, ask)?;
        let mut ready: Vec<ReadyLane> = ready.into_iter().map(|r| ReadyLane::of(r, $claim.limits)).collect();
        let (picked, mut again_at) = if ready.is_empty() { (Vec::new(), None) } else { pick!($go, $claim, ready) };
        if picked.is_empty() {
            Found { ready, mine: Vec::new(), texts: Vec::new(), again_at }
        } else {
            // Asked again with the row locked: its end may have been written down meanwhile.
            let free = deliveries::lease_until.is_null().or(deliveries::lease_until.le(Some(Ts(now))));
            let mine = deliveries::table.filter(deliveries::id.eq_any(picked)).filter(deliveries::state.eq("due")).filter(free);
            let mine = diesel::update(mine)
                .set((deliveries::fence.eq(deliveries::fence + 1), deliveries::lease_until.eq(Some(Ts($claim.lease_until)))))
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
            let texts = dispatches::table.filter(dispatches::id.eq_any(ids)).select((
                dispatches::id,
                dispatches::kind,
                dispatches::complaint_id,
                dispatches::body,
            ));
            let texts: Vec<DispatchText> = $go!(load, texts)?;
            let over = superseded!($go, &texts);
            let dropped: Vec<Id> = mine.iter().filter(|r| over.contains(&r.4.0)).map(|r| r.0).collect();
            if !dropped.is_empty() {
                let set = (deliveries::state.eq("superseded"), deliveries::lease_until.eq(None::<Ts>), deliveries::updated_at.eq(Ts(now)));
                $go!(execute, diesel::update(deliveries::table.filter(deliveries::id.eq_any(dropped))).set(set))?;
                // They leave room for others.
                again_at = Some(now);
            }
            let mine: Vec<ClaimedRow> = mine.into_iter().filter(|r| !over.contains(&r.4.0)).collect();
            Found { ready, mine, texts, again_at }
        }
    }};
}
impl Store {
    /// Writes attempts down and claims what is due, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; then nothing was changed.
    pub async fn exchange(
        &self,
        ended: Vec<DeliveryAttempted>,
        now: Timestamp,
        asked: Option<DeliveryClaim>,
    ) -> Result<Exchanged, StoreError> {
        let (lost, found) = work!(self, $go => {
            let lost = if ended.is_empty() { Vec::new() } else { record!(go, ended, now) };
            let found = match asked {
                Some(asked) => Some(claim!(go, asked)),
                None => None,
            };
            Ok::<_, Fault>((lost, found))
        })?;
        Ok(Exchanged { lost, claimed: found.map(Found::claimed).unwrap_or_default() })
    }
}
