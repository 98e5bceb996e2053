//! The clocks of platforms: they run from the day a message was received, or could be had, until every listing in it
//! was answered. What a platform does is no fact about the complaint, so nothing becomes of it when one runs out: it
//! is shown, and goes to an examiner where it says nothing of a measure it was asked for.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::{ClockName, Complaint, Dated, Deadline, Event, Measure};
use crate::domain::calendar::{Period, Unit, end_of_day, shanghai_date};
use crate::domain::dispatch::DispatchKind;

/// Working days to say `applied`, and to say `lifted`. Policy.
pub const PLATFORM_STEP_WORKING_DAYS: u32 = 1;
/// Working days to tell the seller. Law: E-Commerce Law 42(2): 及时; the number is a model.
pub const PLATFORM_TELLS_WORKING_DAYS: u32 = 3;

/// The earliest moment at which the answer to what was received `at` can be late: no working day is shorter than a day.
pub fn may_be_late_at(at: Timestamp) -> Timestamp {
    let day = shanghai_date(at);
    end_of_day(day.checked_add(i64::from(PLATFORM_STEP_WORKING_DAYS).days()).unwrap_or(day))
}

/// How a message came to its platform, or could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// When it was put into the platform's feed.
    pub issued_at: Timestamp,
    /// Whether it is pushed as well: an endpoint was to get it.
    pub pushed: bool,
    /// When a push of it was first accepted.
    pub delivered_at: Option<Timestamp>,
    /// When it was first handed out to the platform that pulled.
    pub pulled_at: Option<Timestamp>,
    /// When the platform first said anything of it.
    pub answered_at: Option<Timestamp>,
}

impl Reached {
    /// From when on the platform has it; none: not yet. Where nothing is pushed, it can be had as soon as it is in the
    /// feed, and who does not look cannot say that it came later.
    pub fn received_at(&self) -> Option<Timestamp> {
        let seen = [self.delivered_at, self.pulled_at, self.answered_at].into_iter().flatten().min();
        seen.or(if self.pushed { None } else { Some(self.issued_at) })
    }
}

/// What a platform was sent, and when it said what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub dispatch: Uuid,
    /// Its kind.
    pub kind: DispatchKind,
    /// Its listings.
    pub lines: Vec<u32>,
    /// The day it was received ([`Reached::received_at`]); none: not yet.
    pub received_on: Option<Date>,
    /// The day the platform said of a listing what became of it, for those of which it did.
    pub answered: Vec<(u32, Date)>,
}

/// The deadlines of platforms in the complaint `c`, whose log is `log`.
pub fn platform_deadlines(c: &Complaint, log: &[Dated], sent: &[Sent]) -> Vec<Deadline> {
    let told: Vec<(u32, Date)> = log
        .iter()
        .filter_map(|(_, event)| match event {
            Event::SellerNotified(n) => Some(n.lines.iter().map(|line| (*line, n.notified_on))),
            _ => None,
        })
        .flatten()
        .collect();
    let mut all = Vec::new();
    for s in sent {
        let Some(from) = s.received_on else { continue };
        let mut clock = |clock, days, done: &[(u32, Date)]| {
            let ended_on = last_done(&s.lines, done);
            let periods = vec![Period::new(from, days, Unit::WorkingDays)];
            all.push(Deadline { clock, lines: s.lines.clone(), of: Some(s.dispatch), periods, stored_due: None, ended_on });
        };
        // A measure that is not asked any more is not to be applied any more.
        let asked = |line: &u32| c.listing(*line).is_some_and(|l| l.measure == Measure::Requested);
        match s.kind {
            DispatchKind::Takedown if last_done(&s.lines, &s.answered).is_some() || s.lines.iter().any(asked) => {
                clock(ClockName::PlatformApplied, PLATFORM_STEP_WORKING_DAYS, &s.answered);
            }
            DispatchKind::Lift => clock(ClockName::PlatformLifted, PLATFORM_STEP_WORKING_DAYS, &s.answered),
            _ => {}
        }
        if matches!(s.kind, DispatchKind::Takedown | DispatchKind::Hearing) {
            clock(ClockName::PlatformTellsSeller, PLATFORM_TELLS_WORKING_DAYS, &told);
        }
    }
    all
}

/// The day the last of `lines` was done; none while one is open.
fn last_done(lines: &[u32], done: &[(u32, Date)]) -> Option<Date> {
    let first = |line: &u32| done.iter().filter(|(l, _)| l == line).map(|(_, day)| *day).min();
    lines.iter().map(first).collect::<Option<Vec<Date>>>()?.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_received_when_it_is_seen_or_could_be_had() {
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).unwrap();
        let pushed = Reached { issued_at: at(0), pushed: true, delivered_at: None, pulled_at: None, answered_at: None };
        assert_eq!(pushed.received_at(), None, "it is still on its way");
        assert_eq!(Reached { pulled_at: Some(at(9)), ..pushed }.received_at(), Some(at(9)), "it did not wait for the push");
        let all = Reached { delivered_at: Some(at(7)), pulled_at: Some(at(9)), answered_at: Some(at(8)), ..pushed };
        assert_eq!(all.received_at(), Some(at(7)));
        let fed = Reached { pushed: false, ..pushed };
        assert_eq!(fed.received_at(), Some(at(0)), "nobody looked");
        assert_eq!(Reached { pulled_at: Some(at(9)), ..fed }.received_at(), Some(at(9)));
    }
}
