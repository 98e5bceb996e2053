//! What follows from an attempt: delivered, again at some time, given up, or the endpoint is gone.
//!
//! Pure: no I/O and no clock, so that the same attempt always has the same consequence, also after
//! a crash. The courier calls [`Schedule::next`] once for each attempt that ended.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The waits of Standard Webhooks, in seconds, each before the attempt at its index: 75.6 hours.
pub const DELAYS_SECONDS_DEFAULT: [u32; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Hours a schedule goes on at least, jitter aside.
pub const SCHEDULE_HOURS_MIN: i64 = 72;

/// How far a wait is moved at random, in percent of it, either way.
pub const JITTER_PERCENT: u32 = 10;

/// How much longer than scheduled a `Retry-After` may make us wait, in seconds.
pub const RETRY_AFTER_BEYOND_SECONDS_MAX: u64 = 3_600;

/// Why an attempt failed; the closed list that operators, lists and alarms see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The name has no address, or asking for it failed.
    Dns,
    /// Our own rules refused to send it: its address, or that no secret signs it.
    Blocked,
    /// The handshake failed: certificate, protocol version, ciphers.
    Tls,
    /// No connection within its deadline, or it broke before an answer began.
    Connect,
    /// Connected, but no complete answer before the deadline.
    Timeout,
    /// Answered with something other than success.
    Status,
    /// Answered with success, but broke its own answer off.
    Body,
}

impl FailureClass {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            FailureClass::Dns => "dns",
            FailureClass::Blocked => "blocked",
            FailureClass::Tls => "tls",
            FailureClass::Connect => "connect",
            FailureClass::Timeout => "timeout",
            FailureClass::Status => "status",
            FailureClass::Body => "body",
        }
    }
}

/// What the other side made of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has it.
    Accepted,
    /// It may have it next time.
    Failed {
        /// The wait it asked for, in seconds.
        retry_after_seconds: Option<u64>,
    },
    /// It will never take this one (a mail relay's 5xx).
    Refused,
    /// It will never take anything again (HTTP 410).
    Gone,
}

/// An attempt that ended, as far as the schedule cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The delivery; with the attempt's number it seeds the jitter.
    pub delivery_id: Uuid,
    /// The number of this attempt, from 1.
    pub attempt_no: u32,
    /// When it ended.
    pub ended_at: Timestamp,
    /// After this a delivery is of no use; nothing is tried later.
    pub deliver_until: Option<Timestamp>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What the courier does next with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Delivered,
    /// Due again at this time.
    RetryAt(Timestamp),
    /// No attempt is left, or none would help; stays visible and can be requeued.
    GaveUp,
    /// The endpoint says it no longer exists: it is paused, loudly, and its deliveries wait.
    EndpointGone,
}

/// How long to wait before each attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    delays_seconds: Vec<u32>,
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule { delays_seconds: DELAYS_SECONDS_DEFAULT.to_vec() }
    }
}

impl Schedule {
    /// A schedule of one attempt for each wait, in seconds; the first is the wait before the first.
    pub fn new(delays_seconds: Vec<u32>) -> Self {
        Schedule { delays_seconds }
    }

    /// How many attempts there are in all; never 0, since something due is tried once.
    pub fn attempts_max(&self) -> u32 {
        u32::try_from(self.delays_seconds.len()).unwrap_or(u32::MAX).max(1)
    }

    /// When a delivery queued at `queued_at` is first due.
    pub fn first_at(&self, queued_at: Timestamp) -> Timestamp {
        let seconds = self.delays_seconds.first().copied().unwrap_or(0);
        after(queued_at, i64::from(seconds) * 1_000)
    }

    /// What follows from an attempt.
    pub fn next(&self, tried: &Tried) -> Outcome {
        let retry_after_seconds = match tried.verdict {
            Verdict::Accepted => return Outcome::Delivered,
            Verdict::Gone => return Outcome::EndpointGone,
            Verdict::Refused => return Outcome::GaveUp,
            Verdict::Failed { retry_after_seconds } => retry_after_seconds,
        };
        let following = usize::try_from(tried.attempt_no).unwrap_or(usize::MAX);
        let Some(delay_seconds) = self.delays_seconds.get(following).copied() else {
            return Outcome::GaveUp;
        };
        let scheduled_ms = jittered_ms(delay_seconds, tried.delivery_id, tried.attempt_no);
        let retry_at = after(tried.ended_at, bounded_ms(scheduled_ms, retry_after_seconds));
        match tried.deliver_until {
            Some(until) if retry_at > until => Outcome::GaveUp,
            _ => Outcome::RetryAt(retry_at),
        }
    }
}

/// The wait asked for, but never shorter than scheduled nor much longer: a takedown is urgent, and
/// a receiver's header must not be able to postpone it past its use.
fn bounded_ms(scheduled_ms: i64, retry_after_seconds: Option<u64>) -> i64 {
    let Some(asked_seconds) = retry_after_seconds else {
        return scheduled_ms;
    };
    let asked_ms = i64::try_from(asked_seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
    let latest_ms = scheduled_ms + RETRY_AFTER_BEYOND_SECONDS_MAX as i64 * 1_000;
    asked_ms.clamp(scheduled_ms, latest_ms)
}

/// Spreads retries of many deliveries that failed at once, without a random source: a schedule
/// worked out again after a crash is the same.
fn jittered_ms(delay_seconds: u32, delivery_id: Uuid, attempt_no: u32) -> i64 {
    let digest = Sha256::new().chain_update(delivery_id.as_bytes()).chain_update(attempt_no.to_be_bytes()).finalize();
    let mut word = [0_u8; 4];
    word.copy_from_slice(&digest[..4]);
    let delay_ms = i64::from(delay_seconds) * 1_000;
    let span_ms = delay_ms * i64::from(JITTER_PERCENT) / 100;
    let offset_ms = i64::from(u32::from_be_bytes(word)) % (2 * span_ms + 1);
    delay_ms - span_ms + offset_ms
}

fn after(at: Timestamp, milliseconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    fn failed(attempt_no: u32, retry_after_seconds: Option<u64>) -> Tried {
        Tried {
            delivery_id: Uuid::from_u128(7),
            attempt_no,
            ended_at: at(0),
            deliver_until: None,
            verdict: Verdict::Failed { retry_after_seconds },
        }
    }

    fn wait_ms(outcome: Outcome) -> i64 {
        match outcome {
            Outcome::RetryAt(retry_at) => retry_at.as_millisecond() - at(0).as_millisecond(),
            other => panic!("no retry: {other:?}"),
        }
    }

    #[test]
    fn the_default_schedule_ends_after_75_hours_and_10_attempts() {
        let schedule = Schedule::default();
        assert_eq!(DELAYS_SECONDS_DEFAULT.iter().sum::<u32>(), 75 * 3_600 + 35 * 60 + 5);
        assert_eq!(schedule.attempts_max(), 10);
        assert_eq!(schedule.first_at(at(0)), at(0));
        for attempt_no in 1..10 {
            let scheduled_ms = i64::from(DELAYS_SECONDS_DEFAULT[attempt_no as usize]) * 1_000;
            let wait_ms = wait_ms(schedule.next(&failed(attempt_no, None)));
            assert!((wait_ms - scheduled_ms).abs() <= scheduled_ms / 10, "{attempt_no}: {wait_ms}");
        }
        assert_eq!(schedule.next(&failed(10, None)), Outcome::GaveUp);
        assert_eq!(schedule.next(&failed(u32::MAX, None)), Outcome::GaveUp);
    }

    #[test]
    fn success_refusal_and_gone_end_it_at_once() {
        let schedule = Schedule::default();
        for (verdict, outcome) in
            [(Verdict::Accepted, Outcome::Delivered), (Verdict::Refused, Outcome::GaveUp), (Verdict::Gone, Outcome::EndpointGone)]
        {
            assert_eq!(schedule.next(&Tried { verdict, ..failed(1, None) }), outcome);
        }
    }

    #[test]
    fn retry_after_is_honoured_within_bounds() {
        let schedule = Schedule::new(vec![0, 100]);
        let plain_ms = wait_ms(schedule.next(&failed(1, None)));
        assert_eq!(wait_ms(schedule.next(&failed(1, Some(0)))), plain_ms);
        assert_eq!(wait_ms(schedule.next(&failed(1, Some(600)))), 600_000);
        assert_eq!(wait_ms(schedule.next(&failed(1, Some(u64::MAX)))), plain_ms + 3_600_000);
    }

    #[test]
    fn nothing_is_tried_after_its_use_has_ended() {
        let schedule = Schedule::new(vec![0, 100]);
        let tried = |until| Tried { deliver_until: Some(until), ..failed(1, None) };
        assert_eq!(schedule.next(&tried(at(89))), Outcome::GaveUp);
        assert!(matches!(schedule.next(&tried(at(111))), Outcome::RetryAt(_)));
    }

    #[test]
    fn the_end_of_time_does_not_panic() {
        let tried = Tried { ended_at: Timestamp::MAX, ..failed(9, Some(u64::MAX)) };
        assert_eq!(Schedule::default().next(&tried), Outcome::RetryAt(Timestamp::MAX));
        assert_eq!(Schedule::new(vec![]).next(&failed(1, None)), Outcome::GaveUp);
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_tenth_and_repeats(
            delay in any::<u32>(), id in any::<u128>(), attempt_no in any::<u32>(),
        ) {
            let id = Uuid::from_u128(id);
            let ms = jittered_ms(delay, id, attempt_no);
            prop_assert_eq!(ms, jittered_ms(delay, id, attempt_no));
            prop_assert!(ms >= 0);
            prop_assert!((ms - i64::from(delay) * 1_000).abs() <= i64::from(delay) * 100);
        }
    }
}
