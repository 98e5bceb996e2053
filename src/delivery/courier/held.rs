//! What one worker holds: deliveries it claimed, lane by lane, until what came of each is written down.
//!
//! # Why
//! A platform that answers in milliseconds would wait for the database between any two messages. So a lane is given
//! some ahead of those under way, and whoever ends one goes on with the next. What was claimed ahead goes back as
//! soon as an attempt of its lane fails, or its endpoint is paused: then it waits for the lane, and not here.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::keys::LaneKeys;
use super::{AT_ONCE_MAX, HELD_MAX};
use crate::delivery::webhook::WEBHOOK_DEADLINE_SECONDS;
use crate::store::{ClaimedDelivery, ClaimedLane, GivenBack, HeldHere};

/// One lane.
#[derive(Default)]
struct Lane {
    /// Most that may be under way here at once.
    at_once: usize,
    /// Attempts under way.
    under_way: usize,
    /// Claimed, and what came of it is not written down yet.
    held: usize,
    /// Claimed, and not begun; each with the end of its lease.
    waiting: VecDeque<(ClaimedDelivery, Timestamp)>,
    keys: Arc<LaneKeys>,
}

#[derive(Default)]
struct All {
    lanes: BTreeMap<Uuid, Lane>,
    /// Attempts under way, over all lanes.
    under_way: usize,
    back: Vec<GivenBack>,
}

/// All that this worker holds. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Held(Arc<Mutex<All>>);

impl Held {
    fn all(&self) -> MutexGuard<'_, All> {
        // Nothing is half done while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many more may be held.
    pub(super) fn room(&self) -> usize {
        HELD_MAX.saturating_sub(self.all().lanes.values().map(|l| l.held).sum())
    }

    /// How many wait here for an attempt to end.
    pub(super) fn waiting(&self) -> usize {
        self.all().lanes.values().map(|l| l.waiting.len()).sum()
    }

    /// What is held, when these attempts are written down: `(lane, whether it arrived)`.
    pub(super) fn beside(&self, ended: impl Iterator<Item = (Uuid, bool)>) -> BTreeMap<Uuid, HeldHere> {
        let here = |l: &Lane| HeldHere { held: l.held, waiting: l.waiting.len(), arrived: 0 };
        let mut all: BTreeMap<Uuid, HeldHere> = self.all().lanes.iter().map(|(id, lane)| (*id, here(lane))).collect();
        let mut failing = Vec::new();
        for (endpoint, arrived) in ended {
            let Some(lane) = all.get_mut(&endpoint) else { continue };
            (lane.held, lane.arrived) = (lane.held.saturating_sub(1), lane.arrived + 1);
            if !arrived {
                failing.push(endpoint);
            }
        }
        for endpoint in failing {
            all.entry(endpoint).and_modify(|lane| lane.arrived = 0);
        }
        all
    }

    /// Takes in what was claimed, for which the lease ends then; the places of what may begin now.
    pub(super) fn take(
        &self,
        lanes: Vec<ClaimedLane>,
        (claimed, lease_until): (Vec<ClaimedDelivery>, Timestamp),
        now: Timestamp,
    ) -> Vec<Place> {
        let mut all = self.all();
        for lane in lanes {
            let here = all.lanes.entry(lane.endpoint).or_default();
            here.at_once = lane.at_once;
            if lane.at_once == 0 {
                // Others have all of it, or nothing is sent there any more: what waits here must not wait for that.
                all.give_back(&lane.endpoint);
                continue;
            }
            if !here.keys.is_of(&lane.secrets) {
                here.keys = Arc::new(LaneKeys::sealed(lane.secrets));
            }
        }
        for delivery in claimed {
            let lane = all.lanes.entry(delivery.endpoint).or_default();
            lane.held += 1;
            lane.waiting.push_back((delivery, lease_until));
        }
        let mut begin = Vec::new();
        all.give_back_what_runs_out(now);
        let All { lanes, under_way, .. } = &mut *all;
        for (endpoint, lane) in lanes.iter_mut() {
            // No lane gets more than half of the places: one whose attempts hang leaves some to all others.
            while lane.under_way < lane.at_once.min(AT_ONCE_MAX - *under_way) {
                let Some((delivery, _)) = lane.waiting.pop_front() else { break };
                (lane.under_way, *under_way) = (lane.under_way + 1, *under_way + 1);
                let place = Place { held: self.clone(), endpoint: *endpoint, keys: lane.keys.clone(), delivery: Some(delivery) };
                begin.push(place);
            }
        }
        // Of a lane that gave nothing nothing is kept, its opened secrets least of all.
        lanes.retain(|_, lane| lane.held > 0 || lane.under_way > 0);
        begin
    }

    /// What goes back to the outbox: taken from here.
    pub(super) fn give_back(&self) -> Vec<GivenBack> {
        std::mem::take(&mut self.all().back)
    }

    /// What could not be given back is given back another time.
    pub(super) fn keep_back(&self, back: Vec<GivenBack>) {
        self.all().back.extend(back);
    }

    /// Whether anything is to be given back.
    pub(super) fn has_some_to_give_back(&self) -> bool {
        !self.all().back.is_empty()
    }

    /// All that did not begin goes back.
    pub(super) fn give_all_back(&self) {
        let mut all = self.all();
        let endpoints: Vec<Uuid> = all.lanes.keys().copied().collect();
        endpoints.iter().for_each(|endpoint| all.give_back(endpoint));
    }

    /// They are written down, or nothing is known of them any more.
    pub(super) fn let_go(&self, endpoints: impl Iterator<Item = Uuid>) {
        let mut all = self.all();
        for endpoint in endpoints {
            let Some(lane) = all.lanes.get_mut(&endpoint) else { continue };
            lane.held = lane.held.saturating_sub(1);
            if lane.held == 0 && lane.under_way == 0 {
                all.lanes.remove(&endpoint);
            }
        }
    }
}

impl Lane {
    /// Whether an attempt that begins now could outlast the lease of what waits.
    fn runs_out(&self, now: Timestamp) -> bool {
        let lasts = now.checked_add(Duration::from_secs(WEBHOOK_DEADLINE_SECONDS)).unwrap_or(now);
        self.waiting.front().is_some_and(|(_, lease_until)| *lease_until < lasts)
    }
}

impl All {
    fn give_back_what_runs_out(&mut self, now: Timestamp) {
        let short: Vec<Uuid> = self.lanes.iter().filter(|(_, lane)| lane.runs_out(now)).map(|(id, _)| *id).collect();
        short.iter().for_each(|endpoint| self.give_back(endpoint));
    }

    fn give_back(&mut self, endpoint: &Uuid) {
        if let Some(lane) = self.lanes.get_mut(endpoint) {
            lane.held = lane.held.saturating_sub(lane.waiting.len());
            self.back.extend(lane.waiting.drain(..).map(|(d, _)| GivenBack { id: d.id, endpoint: d.endpoint, fence: d.fence }));
        }
    }
}

/// A place at a lane, for one attempt after the other. Left when it is dropped.
pub(super) struct Place {
    held: Held,
    endpoint: Uuid,
    /// What signs there.
    pub(super) keys: Arc<LaneKeys>,
    delivery: Option<ClaimedDelivery>,
}

impl Place {
    /// The delivery to attempt now.
    pub(super) fn delivery(&mut self) -> Option<ClaimedDelivery> {
        self.delivery.take()
    }

    /// An attempt ended here: goes on with what waits for this lane, if anything does and its lease lasts, and the
    /// lane has not more places than are left to others.
    pub(super) fn goes_on(mut self, arrived: bool, now: Timestamp) -> Option<Self> {
        let next = {
            let mut all = self.held.all();
            let free = AT_ONCE_MAX - all.under_way;
            let lane = all.lanes.get_mut(&self.endpoint)?;
            if !arrived || lane.runs_out(now) {
                all.give_back(&self.endpoint);
                None
            } else if lane.under_way <= lane.at_once.min(free + 1) {
                self.keys = lane.keys.clone();
                lane.waiting.pop_front()
            } else {
                None
            }
        };
        self.delivery = Some(next?.0);
        Some(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.held.all();
        all.under_way = all.under_way.saturating_sub(1);
        if let Some(lane) = all.lanes.get_mut(&self.endpoint) {
            lane.under_way = lane.under_way.saturating_sub(1);
            if std::thread::panicking() {
                // What was attempted here is handed in by nobody.
                lane.held = lane.held.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    fn lane(endpoint: u128, at_once: usize) -> ClaimedLane {
        ClaimedLane { endpoint: Uuid::from_u128(endpoint), secrets: vec![1], at_once }
    }

    fn claimed(endpoint: u128, n: u64) -> Vec<ClaimedDelivery> {
        let one = |n: u64| ClaimedDelivery {
            id: Uuid::from_u64_pair(0, n),
            fence: 7,
            attempts: 0,
            attempts_before: 0,
            dispatch: Uuid::nil(),
            kind: "takedown.decided".into(),
            endpoint: Uuid::from_u128(endpoint),
            url: String::new(),
            body: String::new(),
            expires_at: at(0),
        };
        (0..n).map(one).collect()
    }

    fn begins(place: &mut Place) -> u128 {
        place.delivery().unwrap().id.as_u128()
    }

    #[test]
    fn whoever_ends_one_goes_on_with_the_next() {
        let held = Held::default();
        let mut places = held.take(vec![lane(1, 2)], (claimed(1, 3), at(60)), at(1));
        assert_eq!((places.len(), held.waiting(), held.room()), (2, 1, HELD_MAX - 3));
        let mut first = places.remove(0);
        assert_eq!(begins(&mut first), 0);
        let mut first = first.goes_on(true, at(1)).unwrap();
        assert_eq!(begins(&mut first), 2, "the second has a place of its own");
        assert!(first.goes_on(true, at(1)).is_none(), "nothing waits");
        held.let_go([Uuid::from_u128(1); 2].into_iter());
        let one = (Uuid::from_u128(1), true);
        assert_eq!(held.beside([one].into_iter())[&one.0], HeldHere { held: 0, waiting: 0, arrived: 1 });
        // A place that was left is free for what is claimed next.
        assert_eq!(held.take(vec![lane(1, 2)], (claimed(1, 5), at(60)), at(1)).len(), 1);
    }

    #[test]
    fn what_waits_goes_back_when_one_fails_or_the_lease_runs_out() {
        for (arrived, now) in [(false, at(1)), (true, at(60 - i64::try_from(WEBHOOK_DEADLINE_SECONDS).unwrap() + 1))] {
            let held = Held::default();
            let mut places = held.take(vec![lane(1, 1)], (claimed(1, 3), at(60)), at(1));
            assert!(places.remove(0).goes_on(arrived, now).is_none());
            let back: Vec<u128> = held.give_back().iter().map(|b| b.id.as_u128()).collect();
            assert_eq!((back, held.waiting(), held.room()), (vec![1, 2], 0, HELD_MAX - 1));
            assert_eq!(held.give_back(), [], "once");
            let one = (Uuid::from_u128(1), arrived);
            let arrived = usize::from(arrived);
            assert_eq!(held.beside([one].into_iter())[&one.0], HeldHere { held: 0, waiting: 0, arrived }, "a failure speaks against more");
        }
    }

    #[test]
    fn what_was_long_in_coming_does_not_begin() {
        let held = Held::default();
        let begin = held.take(vec![lane(1, 2)], (claimed(1, 3), at(60)), at(50));
        assert_eq!((begin.len(), held.give_back().len(), held.room()), (0, 3, HELD_MAX));
        // Nor what waits from an earlier claim, when a place is free for it at last.
        let places = held.take(vec![lane(1, 1)], (claimed(1, 2), at(60)), at(1));
        assert_eq!(held.take(vec![lane(1, 2)], (Vec::new(), at(110)), at(50)).len(), 0);
        assert_eq!((held.give_back().len(), held.room(), places.len()), (1, HELD_MAX - 1, 1));
    }

    #[test]
    fn a_lane_that_others_have_keeps_nothing_waiting_here() {
        let held = Held::default();
        let places = held.take(vec![lane(1, 1)], (claimed(1, 2), at(60)), at(1));
        assert_eq!(held.take(vec![lane(1, 0)], (Vec::new(), at(60)), at(1)).len(), 0);
        assert_eq!((held.give_back().len(), held.waiting()), (1, 0));
        drop(places);
        held.give_all_back();
        assert!(!held.has_some_to_give_back());
    }

    #[test]
    fn a_lane_leaves_half_of_the_places_to_others() {
        let held = Held::default();
        let places = held.take(vec![lane(1, 256)], (claimed(1, 256), at(60)), at(1));
        assert_eq!(places.len(), AT_ONCE_MAX / 2);
        let others = held.take(vec![lane(2, 256)], (claimed(2, 256), at(60)), at(1));
        assert_eq!(others.len(), AT_ONCE_MAX / 4);
        // And the first gives up what is too many now, one attempt after the other.
        let still: Vec<Place> = places.into_iter().filter_map(|p| p.goes_on(true, at(1))).collect();
        assert_eq!(still.len(), 96, "as many as are left to others");
    }

    #[test]
    fn nothing_is_kept_of_a_lane_that_gave_nothing() {
        let held = Held::default();
        assert_eq!(held.take(vec![lane(1, 8)], (Vec::new(), at(60)), at(1)).len(), 0);
        assert!(held.beside(std::iter::empty()).is_empty());
    }

    #[test]
    fn keys_are_made_anew_when_the_secrets_change() {
        let held = Held::default();
        let mut places = held.take(vec![lane(1, 9)], (claimed(1, 1), at(60)), at(1));
        let secrets = vec![2];
        places.extend(held.take(vec![ClaimedLane { secrets, ..lane(1, 9) }], (claimed(1, 1), at(60)), at(1)));
        let [old, new] = places.as_slice() else { panic!() };
        assert!(old.keys.is_of(&[1]) && new.keys.is_of(&[2]));
    }
}
