//! A lane: what one endpoint may be sent now. It holds a rate, a number at once, and a breaker that opens
//! when attempt after attempt fails. Pure; the store keeps each lane in a row, so that all workers agree.
//!
//! # Why
//! Waiting costs a delivery nothing: while a lane is open its deliveries keep their attempts, and one probe
//! at a time asks whether the endpoint is back. So a platform that was away for hours gets all that waited
//! within [`OPEN_SECONDS_MAX`] of its return, and not when each delivery's own schedule comes round.

use jiff::{SignedDuration, Timestamp};

/// Failures in a row at which a lane opens.
pub const FAILURES_MAX: i32 = 5;
/// Seconds a lane stays open at first; doubled each time the probe fails.
pub const OPEN_SECONDS: i64 = 30;
/// Longest a lane stays open, in seconds.
pub const OPEN_SECONDS_MAX: i64 = 300;
/// Most attempts a second an endpoint may be given.
pub const PER_SECOND_LIMIT: u32 = 10_000;
/// Most attempts at once an endpoint may be given.
pub const AT_ONCE_LIMIT: u32 = 256;
/// Most that one worker claims at a lane ahead of those that may be under way at once.
pub const AHEAD_MAX: usize = 256;
/// How many are claimed ahead for each that arrived since the last claim.
const AHEAD_TIMES: usize = 4;
/// Milliseconds of its rate that a lane spends on an answer that goes on after what is read of it.
///
/// # Why
/// Who answers so has the message, and is sent the next one too. But each such answer fills buffers on its way and costs
/// as much as many that end, and they are not to be paid by the other endpoints: one a second is left.
pub const OVERRUN_MS: i64 = 1_000;
/// Tenths of a second that may be sent at once after a pause: the burst of the rate.
const BURST_TENTHS: i64 = 1;

/// Longest that a rate can be spent ahead, in seconds: by answers without an end to all that may be under way, or claimed,
/// at an endpoint.
const SPENT_SECONDS_MAX: i64 = (AT_ONCE_LIMIT as i64 + AHEAD_MAX as i64) * OVERRUN_MS / 1_000 + 1;

const SECOND_US: i64 = 1_000_000;

/// How much an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneLimits {
    /// Attempts a second.
    pub per_second_max: u32,
    /// Attempts under way at once, over all workers.
    pub at_once_max: u32,
}

/// How a lane fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Until when its rate is spent.
    pub spent_until: Timestamp,
    /// Failures in a row.
    pub failures: i32,
    /// Times it opened since it last worked.
    pub opened: i32,
    /// Nothing is sent before then.
    pub open_until: Option<Timestamp>,
    /// The rate at which what waited is sent after a resumption, if it is lower.
    pub drain_per_second: Option<u32>,
}

/// What of a lane is claimed already, as the worker sees it that asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// By other workers.
    pub others: usize,
    /// By this one, begun or not.
    pub mine: usize,
    /// How many of this one's arrived since it last asked, if none failed.
    pub arrived: usize,
}

/// What a lane has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Deliveries that may be claimed now.
    pub attempts: usize,
    /// How many attempts may be under way at this worker.
    pub at_once: usize,
    /// When the rate allows more, where it is what limits them.
    pub again_at: Option<Timestamp>,
}

impl Lane {
    /// What a worker may claim now, so much being under way.
    ///
    /// # Why
    /// A lane is given ahead by what arrived meanwhile: so a fast one never waits for a claim, and a slow one
    /// holds hardly more than it sends. What others have claimed they may send at once, so it counts as sent: what
    /// all workers have under way stays within the limit.
    pub fn room(&self, now: Timestamp, limits: LaneLimits, under_way: UnderWay) -> Room {
        if self.open_until.is_some_and(|until| until > now) {
            return Room { attempts: 0, at_once: 0, again_at: None };
        }
        let at_once = usize::try_from(limits.at_once_max).unwrap_or(usize::MAX);
        // After it opened, one asks whether the endpoint is back.
        let at_once = if self.failures >= FAILURES_MAX { 1 } else { at_once };
        let at_once = at_once.saturating_sub(under_way.others);
        let ahead = if at_once == 0 || self.failures > 0 { 0 } else { (AHEAD_TIMES * under_way.arrived).min(AHEAD_MAX) };
        let free = (at_once + ahead).saturating_sub(under_way.mine);
        let by_rate = self.by_rate(now, limits);
        let again_at = (by_rate < free).then(|| later(self.begins(now, limits), (count(by_rate) + 1) * self.step_us(limits)));
        Room { attempts: free.min(by_rate), at_once, again_at }
    }

    /// The lane after so many attempts began.
    pub fn spend(&mut self, now: Timestamp, limits: LaneLimits, attempts: usize) {
        self.spent_until = later(self.begins(now, limits), count(attempts) * self.step_us(limits));
    }

    /// The lane after an attempt ended.
    pub fn hear(&mut self, now: Timestamp, succeeded: bool) {
        if succeeded {
            (self.failures, self.opened, self.open_until) = (0, 0, None);
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let is_open = self.open_until.is_some_and(|until| until > now);
        if self.failures >= FAILURES_MAX && !is_open {
            let seconds = (OPEN_SECONDS << self.opened.clamp(0, 8)).min(OPEN_SECONDS_MAX);
            self.open_until = Some(later(now, seconds * SECOND_US));
            self.opened = self.opened.saturating_add(1);
        }
    }

    /// The lane after an answer did not end within what is read of it.
    pub fn overrun(&mut self, now: Timestamp) {
        self.spent_until = later(self.spent_until.max(now), OVERRUN_MS * SECOND_US / 1_000);
    }

    fn per_second(&self, limits: LaneLimits) -> i64 {
        let rate = self.drain_per_second.map_or(limits.per_second_max, |drain| drain.min(limits.per_second_max));
        i64::from(rate.clamp(1, PER_SECOND_LIMIT))
    }

    /// Microseconds one attempt takes of the rate.
    fn step_us(&self, limits: LaneLimits) -> i64 {
        SECOND_US / self.per_second(limits)
    }

    /// From when on the rate counts: what was not used long ago is gone. What is spent for longer than all that can be
    /// under way there could spend was written by a clock that was ahead, and holds nobody up.
    fn begins(&self, now: Timestamp, limits: LaneLimits) -> Timestamp {
        let burst_us = (BURST_TENTHS * SECOND_US / 10).max(self.step_us(limits));
        let unspent = later(now, -burst_us);
        if self.spent_until > later(now, SPENT_SECONDS_MAX * SECOND_US) { unspent } else { self.spent_until.max(unspent) }
    }

    fn by_rate(&self, now: Timestamp, limits: LaneLimits) -> usize {
        let unspent_us = now.as_microsecond() - self.begins(now, limits).as_microsecond();
        usize::try_from(unspent_us / self.step_us(limits)).unwrap_or(0)
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX / SECOND_US)
}

fn later(at: Timestamp, us: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_micros(us)).unwrap_or(at)
}

/// Which of a lane's due deliveries begin: those never tried first, but a quarter is kept for those that
/// were, so that neither starves the other.
pub fn share<T>(first: Vec<T>, again: Vec<T>, room: usize) -> Vec<T> {
    let kept = again.len().min(room / 4);
    let mut begin: Vec<T> = first.into_iter().take(room - kept).collect();
    let left = room - begin.len();
    begin.extend(again.into_iter().take(left));
    begin
}

/// Whether a message that changes measures says nothing any more: of each of its lines the item moved on
/// *and* its own effect was undone, so that all it asks for is over. Otherwise it goes whole, and the item
/// versions decide.
///
/// # Why
/// That the version is higher is not enough: where another complaint's takedown follows on the same item,
/// the first is still in force, and its notice is owed to the platform.
pub fn wholly_superseded(takes_down: bool, lines: usize, moved_on: &[bool]) -> bool {
    // `moved_on` has, for each line whose item has a higher version, whether the complaint's measure is in force.
    lines > 0 && moved_on.len() == lines && moved_on.iter().all(|in_force| *in_force != takes_down)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap()
    }

    const LIMITS: LaneLimits = LaneLimits { per_second_max: 100, at_once_max: 8 };

    /// So many under way at this worker, and no other.
    fn mine(mine: usize) -> UnderWay {
        UnderWay { mine, ..UnderWay::default() }
    }

    fn lane() -> Lane {
        Lane { spent_until: Timestamp::UNIX_EPOCH, failures: 0, opened: 0, open_until: None, drain_per_second: None }
    }

    #[test]
    fn no_more_at_once_than_the_endpoint_takes() {
        assert_eq!(lane().room(at(0), LIMITS, mine(3)), Room { attempts: 5, at_once: 8, again_at: None });
        assert_eq!(lane().room(at(0), LIMITS, mine(8)).attempts, 0);
        assert_eq!(lane().room(at(0), LIMITS, mine(9)).attempts, 0);
    }

    #[test]
    fn a_lane_that_moves_is_given_some_ahead() {
        let (limits, moves) = (LaneLimits { per_second_max: 10_000, at_once_max: 8 }, UnderWay { others: 0, mine: 8, arrived: 6 });
        assert_eq!(lane().room(at(0), limits, moves).attempts, 24);
        assert_eq!(lane().room(at(0), limits, UnderWay { arrived: 0, ..moves }).attempts, 0, "one that does not has what it can send");
        assert_eq!(lane().room(at(0), limits, UnderWay { arrived: 9_999, ..moves }).attempts, AHEAD_MAX);
        let failing = Lane { failures: 1, ..lane() };
        assert_eq!(failing.room(at(0), limits, moves).attempts, 0);
        assert_eq!(lane().room(at(0), limits, UnderWay { others: 5, mine: 0, arrived: 0 }).at_once, 3);
        assert_eq!(lane().room(at(0), limits, UnderWay { others: 8, mine: 0, arrived: 6 }).attempts, 0, "all of it is with others");
    }

    #[test]
    fn the_rate_is_spent_and_comes_back() {
        let limits = LaneLimits { per_second_max: 20, at_once_max: 200 };
        let mut lane = lane();
        assert_eq!(lane.room(at(0), limits, mine(0)).attempts, 2, "a burst of a tenth of a second");
        lane.spend(at(0), limits, 2);
        assert_eq!(lane.room(at(0), limits, mine(0)), Room { attempts: 0, at_once: 200, again_at: Some(at(50)) });
        assert_eq!(lane.room(at(49), limits, mine(0)).attempts, 0);
        assert_eq!(lane.room(at(50), limits, mine(0)).attempts, 1);
        let slow = LaneLimits { per_second_max: 1, at_once_max: 8 };
        assert_eq!(lane.room(at(5_000), slow, mine(0)).attempts, 1, "the slowest rate still sends");
        lane.drain_per_second = Some(10);
        assert_eq!(lane.room(at(5_000), limits, mine(0)).attempts, 1);
        lane.drain_per_second = Some(1_000);
        assert_eq!(lane.room(at(5_000), limits, mine(0)).attempts, 2, "a resumption makes nothing faster");
    }

    #[test]
    fn a_clock_that_was_ahead_holds_no_lane_up() {
        let mut lane = Lane { spent_until: at(86_400_000), ..lane() };
        assert_eq!(lane.room(at(0), LIMITS, mine(0)).attempts, 8);
        lane.spend(at(0), LIMITS, 8);
        assert_eq!(lane.spent_until, at(-20), "by this clock from here on");
        // What can be spent is.
        let most = Lane { spent_until: at(SPENT_SECONDS_MAX * 1_000), ..lane };
        assert_eq!(most.room(at(0), LIMITS, mine(0)).again_at, Some(at(SPENT_SECONDS_MAX * 1_000 + 10)));
    }

    #[test]
    fn answers_that_do_not_end_leave_one_a_second() {
        let (limits, mut lane, mut begun) = (LaneLimits { per_second_max: 10_000, at_once_max: 8 }, lane(), 0);
        for ms in 0..10_000 {
            let n = lane.room(at(ms), limits, mine(0)).attempts;
            lane.spend(at(ms), limits, n);
            // All of them answer at once, and go on.
            (0..n).for_each(|_| lane.overrun(at(ms)));
            begun += n;
        }
        assert_eq!(begun, 10 + 6, "the last eight are paid for after the end");
    }

    #[test]
    fn failures_in_a_row_open_a_lane_and_one_probe_closes_it() {
        let mut lane = lane();
        for n in 0..FAILURES_MAX {
            assert_eq!(lane.room(at(0), LIMITS, mine(0)).attempts, 8, "{n}");
            lane.hear(at(0), false);
        }
        assert_eq!(lane.room(at(29_999), LIMITS, mine(0)).attempts, 0);
        assert_eq!(lane.room(at(30_000), LIMITS, mine(0)).attempts, 1);
        assert_eq!(lane.room(at(30_000), LIMITS, mine(1)).attempts, 0, "one at a time");
        lane.hear(at(1_000), false);
        assert_eq!(lane.open_until, Some(at(30_000)), "what was under way when it opened does not open it again");
        lane.hear(at(30_000), false);
        assert_eq!(lane.open_until, Some(at(90_000)));
        for _ in 0..9 {
            let until = lane.open_until.unwrap();
            lane.hear(until, false);
            assert!(lane.open_until.unwrap() <= later(until, OPEN_SECONDS_MAX * SECOND_US));
        }
        lane.hear(at(0), true);
        assert_eq!((lane.failures, lane.opened, lane.open_until), (0, 0, None));
    }

    #[test]
    fn first_attempts_go_first_and_retries_do_not_starve() {
        let (first, again) = ((0..10).collect::<Vec<_>>(), (100..110).collect::<Vec<_>>());
        assert_eq!(share(first.clone(), again.clone(), 8), [0, 1, 2, 3, 4, 5, 100, 101]);
        assert_eq!(share(first.clone(), vec![], 3), [0, 1, 2]);
        assert_eq!(share(vec![], again.clone(), 3), [100, 101, 102]);
        assert_eq!(share(first, again, 1), [0]);
    }

    #[test]
    fn only_what_is_over_in_every_line_is_superseded() {
        assert!(wholly_superseded(true, 2, &[false, false]), "a takedown whose measures are lifted");
        assert!(!wholly_superseded(true, 2, &[false]), "one line stands");
        assert!(!wholly_superseded(true, 1, &[true]), "another complaint moved the item on; this one's measure stands");
        assert!(wholly_superseded(false, 1, &[true]), "a lift of what was taken down again");
        assert!(!wholly_superseded(false, 1, &[false]));
        assert!(!wholly_superseded(true, 0, &[]));
    }

    proptest! {
        /// However workers take turns at claiming, beginning and ending, no more are under way than the endpoint takes.
        #[test]
        fn workers_together_keep_the_limit(limit in 1_u32..12, steps in proptest::collection::vec((0_usize..3, 0_u8..3, 0_usize..40), 1..300)) {
            let limits = LaneLimits { per_second_max: 10_000, at_once_max: limit };
            // What each holds, has under way, may have under way, and has ended since it last asked.
            let mut all = [(0_usize, 0_usize, 0_usize, 0_usize); 3];
            for (time, (who, what, n)) in steps.into_iter().enumerate() {
                let others = all.iter().enumerate().filter(|(i, _)| *i != who).map(|(_, w)| w.0).sum();
                let (held, sending, at_once, ended) = &mut all[who];
                match what {
                    0 => {
                        let now = at(1_000 * i64::try_from(time).unwrap());
                        let room = lane().room(now, limits, UnderWay { others, mine: *held, arrived: *ended });
                        (*held, *at_once, *ended) = (*held + room.attempts.min(n), room.at_once, 0);
                        if room.at_once == 0 {
                            // What did not begin goes back.
                            *held = *sending;
                        }
                    }
                    1 => *sending = (*sending + n).min(*held).min((*at_once).max(*sending)),
                    _ => {
                        let some = n.min(*sending);
                        (*sending, *held, *ended) = (*sending - some, *held - some, *ended + some);
                    }
                }
                let under_way: usize = all.iter().map(|w| w.1).sum();
                prop_assert!(under_way <= limit as usize, "{all:?}");
            }
        }

        /// Over any second no more begin than the rate and its burst allow, whoever asks and when.
        #[test]
        fn a_second_never_has_more(rate in 1_u32..500, asks in proptest::collection::vec((0_i64..200, 0_usize..50), 1..200)) {
            let limits = LaneLimits { per_second_max: rate, at_once_max: 256 };
            let (mut lane, mut now, mut begun) = (lane(), 0, Vec::new());
            for (pause, wanted) in asks {
                now += pause;
                let n = lane.room(at(now), limits, mine(0)).attempts.min(wanted);
                lane.spend(at(now), limits, n);
                begun.push((now, n));
            }
            for (from, _) in &begun {
                let within: usize = begun.iter().filter(|(t, _)| t >= from && *t < from + 1_000).map(|(_, n)| n).sum();
                // A step is whole microseconds, so a rate may be a little higher than asked.
                prop_assert!(within as u32 <= rate + rate / 10 + 2, "{within} of {rate}");
            }
        }
    }
}
