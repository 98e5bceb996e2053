//! The clocks of a complaint: when something happens to it by itself, and what. The agenda asks; what
//! happens is an event like every other, and a clock that nobody stopped ends at 24:00 of its last day.

use jiff::Timestamp;
use jiff::civil::Date;

use super::listing_table::listing_after;
use super::tables::state_after;
use super::{
    Complaint, DecisionProposed, Determination, Event, FollowUpMissed, HearingEnd, HearingEnded, Listing, ListingSupplementPeriodEnded,
    Stage, State, SupplementPeriodEnded, WaitingPeriodEnded,
};
use crate::domain::calendar::{Calendar, Due, end_of_day, shanghai_date};
use crate::domain::consultation::PLATFORM_REFERRAL;
use crate::domain::patent::{PatentKind, PatentNumber};
use crate::domain::platform_rule::{RULE_NOT_MET, RULE_UNKNOWN, RuleResult, RuleSeen};
use crate::domain::policy::Track;

/// Calendar days of the seller's answer window. Model: 河南省专利保护条例 20; 浙江省专利条例 34.
pub const ANSWER_DAYS: u32 = 7;
/// Calendar days of the answer window when it is extended, from the day it was opened.
pub const ANSWER_EXTENDED_DAYS: u32 = 15;
/// Working days for a decision on the simple track. Model: 四川省专利行政执法办案规范 146.
pub const DECISION_SIMPLE_WORKING_DAYS: u32 = 2;
/// Calendar days for a decision on the complex track, design. Model: protection-centre plan 2016.
pub const DECISION_COMPLEX_DESIGN_DAYS: u32 = 10;
/// Months for a decision on the complex track, utility model. Model: protection-centre plan 2016.
pub const DECISION_COMPLEX_UTILITY_MODEL_MONTHS: u32 = 1;
/// Why a complaint waits: a decision was proposed and needs another examiner.
pub const SECOND_EXAMINER: &str = "second_examiner";
/// Working days in which another examiner confirms what is asked beside a decision. Policy.
pub const SECOND_EXAMINER_WORKING_DAYS: u32 = 1;
/// Why a complaint waits: somebody asked for a second look.
pub const SECOND_LOOK: &str = "second_look";

/// When a decision is due that runs from `from`.
pub fn decision_due(calendar: &Calendar, track: Track, kind: PatentKind, from: Date) -> Due {
    match (track, kind) {
        (Track::Simple, _) => calendar.add_working_days(from, DECISION_SIMPLE_WORKING_DAYS),
        (Track::Complex, PatentKind::Design) => calendar.add_calendar_days(from, DECISION_COMPLEX_DESIGN_DAYS),
        (Track::Complex, _) => calendar.add_months(from, DECISION_COMPLEX_UTILITY_MODEL_MONTHS),
    }
}

/// The next day of a listing on which something happens by itself.
fn ends_on(l: &Listing) -> Option<Date> {
    let contest = l.contest.as_ref().and_then(|c| match &c.stage {
        Stage::Waiting { ends_on, .. } => Some(*ends_on),
        Stage::Kept { follow, missed: false, .. } => Some(follow.by),
        _ => None,
    });
    let awaited = l.awaited.as_ref().map(|a| a.due_on);
    contest.into_iter().chain(awaited).min()
}

impl Complaint {
    /// When it was decided, and when something last bore on how it ends: finality counts from there.
    pub(super) fn dated(&mut self, event: &Event, at: Timestamp) {
        let bears_on_the_end = matches!(
            event,
            Event::Decided(_)
                | Event::LiftDecided(_)
                | Event::Withdrawn(_)
                | Event::NotAccepted(_)
                | Event::SupplementPeriodEnded(_)
                | Event::ListingSupplementPeriodEnded(_)
                | Event::StatementChecked(_)
                | Event::WaitingPeriodEnded(_)
                | Event::AuthorityActed(_)
                | Event::ReviewDecided(_)
                | Event::Reconsidered(_)
        );
        if bears_on_the_end {
            self.last_act_at = Some(at);
        }
        if self.state == State::Decided && self.decided_at.is_none() {
            self.decided_at = Some(at);
            self.decided_late = self.triaged.as_ref().map(|t| shanghai_date(at) > t.due_on);
        }
        match event {
            Event::Accepted => self.accepted_at = self.accepted_at.or(Some(at)),
            Event::HearingOpened(_) => self.heard_at.0 = self.heard_at.0.or(Some(at)),
            Event::HearingEnded(_) => self.heard_at.1 = Some(at),
            _ => {}
        }
    }

    /// When something happens to this complaint by itself, next.
    pub fn alarm_at(&self) -> Option<Timestamp> {
        let state = match &self.state {
            State::AwaitingSupplement { due_on } => Some(*due_on),
            State::Hearing { answer_by } => Some(*answer_by),
            State::Closed { .. } => return None,
            _ => None,
        };
        state.into_iter().chain(self.listings.iter().filter_map(ends_on)).min().map(end_of_day)
    }

    /// What has happened by itself at `now`: one event, after which to ask again.
    pub fn passed(&self, now: Timestamp, calendar: &Calendar) -> Option<Event> {
        let over = |day: Date| end_of_day(day) <= now;
        match &self.state {
            State::AwaitingSupplement { due_on } if over(*due_on) => {
                return Some(Event::SupplementPeriodEnded(SupplementPeriodEnded { due_on: *due_on }));
            }
            State::Hearing { answer_by } if over(*answer_by) => {
                return Some(Event::HearingEnded(self.hearing_ended(HearingEnd::WindowEnded, *answer_by, calendar)));
            }
            State::Closed { .. } => return None,
            _ => {}
        }
        self.listings.iter().find_map(|l| self.listing_passed(l, &over))
    }

    /// What has happened to a listing, and to every other for the same reason.
    fn listing_passed(&self, l: &Listing, over: &dyn Fn(Date) -> bool) -> Option<Event> {
        if let Some(awaited) = l.awaited.as_ref().filter(|a| over(a.due_on)) {
            let due_on = awaited.due_on;
            let lines = self.lines_where(|x| x.awaited.as_ref().is_some_and(|a| a.due_on == due_on));
            return Some(Event::ListingSupplementPeriodEnded(ListingSupplementPeriodEnded { lines, due_on }));
        }
        let contest = l.contest.as_ref()?;
        let statement = contest.statement;
        let like = |x: &Listing| x.contest.as_ref().is_some_and(|c| c.statement == statement && c.stage == contest.stage);
        match &contest.stage {
            Stage::Waiting { ends_on, .. } if over(*ends_on) => {
                Some(Event::WaitingPeriodEnded(WaitingPeriodEnded { statement, lines: self.lines_where(like), ended_on: *ends_on }))
            }
            Stage::Kept { follow, missed: false, .. } if over(follow.by) => {
                Some(Event::FollowUpMissed(FollowUpMissed { statement, lines: self.lines_where(like), follow: *follow }))
            }
            _ => None,
        }
    }

    /// Line numbers of the listings that are so.
    pub fn lines_where(&self, is: impl Fn(&Listing) -> bool) -> Vec<u32> {
        self.listings.iter().filter(|l| is(l)).map(|l| l.filed.line).collect()
    }

    /// The end of the hearing, from which the decision clock runs.
    pub fn hearing_ended(&self, how: HearingEnd, ended_on: Date, calendar: &Calendar) -> HearingEnded {
        let kind = PatentNumber::parse(&self.filed.patent_number).map_or(PatentKind::UtilityModel, |n| n.kind());
        let due = decision_due(calendar, Track::Complex, kind, ended_on);
        HearingEnded { how, ended_on, due_on: due.due, provisional: due.provisional, calendar_version: due.calendar_version }
    }

    /// Whether a person has to look at it: a step that is missing, or a listing that came back.
    pub fn needs_a_person(&self) -> bool {
        let open = |s: &Stage| matches!(s, Stage::Kept { missed: true, .. } | Stage::Received | Stage::Forwarded { failed: true, .. });
        let waits = |l: &Listing| l.contest.as_ref().is_some_and(|c| open(&c.stage));
        let again = !self.reopened.is_empty() || self.reviews.iter().any(|r| !r.decided);
        again || self.waits_for_a_second() || self.listings.iter().any(|l| l.reopened || waits(l))
    }

    /// Whether a decision waits for a second examiner who can still confirm it.
    pub(super) fn waits_for_a_second(&self) -> bool {
        let stands = |p: &DecisionProposed| {
            let event = Event::DecisionProposed(p.clone());
            let may = |line: u32| self.listing(line).is_some_and(|l| listing_after(l, &event).is_ok());
            state_after(self, &event).is_some() && p.lines.iter().all(|line| may(line.line))
        };
        self.proposed.as_ref().is_some_and(stands)
    }

    /// Why it is not simply the next, in codes: the criteria of the policy it met, why it came back,
    /// [`SECOND_EXAMINER`] where a decision waits for one, [`SECOND_LOOK`] where a review does.
    pub fn waits_because(&self) -> std::collections::BTreeSet<String> {
        let met = self.triaged.iter().flat_map(|t| t.met.iter().cloned());
        let again = self.came_back_because();
        let second = self.proposed.iter().map(|_| SECOND_EXAMINER.to_owned());
        let looks = self.reviews.iter().filter(|r| !r.decided).map(|_| SECOND_LOOK.to_owned());
        let asked = self.filed.consultation.iter().map(|_| PLATFORM_REFERRAL.to_owned());
        met.chain(again).chain(second).chain(looks).chain(asked).chain(self.rules_open()).collect()
    }

    /// Why it came back and nobody has looked at it since, in codes, each once, in the order they came.
    pub fn came_back_because(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for code in self.reopened.iter().flat_map(|r| r.why.codes()) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// What became of the rule of a listing's platform.
    pub fn rule_seen(&self, listing: &Listing) -> Option<&RuleSeen> {
        let platform = listing.filed.platform.as_deref()?;
        self.triaged.as_ref()?.platform_rules.iter().find(|r| r.platform == platform)
    }

    /// Of the listings that are not decided: whether their platforms' rules are not met, or not known to be.
    fn rules_open(&self) -> impl Iterator<Item = String> {
        let pending = |platform: &str| {
            let open = |l: &&Listing| l.determination == Determination::Pending && l.filed.platform.as_deref() == Some(platform);
            self.listings.iter().any(|l| open(&l))
        };
        let codes = self.triaged.iter().flat_map(|t| &t.platform_rules).filter_map(move |r| match r.result {
            RuleResult::Met => None,
            RuleResult::NotMet => Some(RULE_NOT_MET).filter(|_| pending(&r.platform)),
            RuleResult::Unknown => Some(RULE_UNKNOWN).filter(|_| pending(&r.platform)),
        });
        codes.map(str::to_owned)
    }
}
