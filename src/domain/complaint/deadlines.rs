//! Every deadline of a complaint, read out of its log: what started it, how it is counted, when it stood
//! still, whether it was met. A deadline is a list of periods, each from where the one before ended.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{
    ANSWER_DAYS, ANSWER_EXTENDED_DAYS, Complaint, DECISION_COMPLEX_DESIGN_DAYS, DECISION_COMPLEX_UTILITY_MODEL_MONTHS,
    DECISION_SIMPLE_WORKING_DAYS, DOCKET_WORKING_DAYS, EXTENSION_WORKING_DAYS, Event, ExtensionCap, FollowUp, FollowUpKind, HearingEnd,
    MovedClock, REVIEW_WORKING_DAYS, STATUS_DAYS, State, WAITING_DAYS,
};
use crate::domain::calendar::{Calendar, Due, Pause, Period, Unit, shanghai_date};
use crate::domain::formal::{FORMAL_CHECK_WORKING_DAYS, SUPPLEMENT_WORKING_DAYS};
use crate::domain::patent::{PatentKind, PatentNumber};
use crate::domain::policy::Track;

/// Working days to check a statement, and to forward it, each. Policy.
pub const STATEMENT_STEP_WORKING_DAYS: u32 = 1;

/// Where a clock's force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// The law itself.
    Law,
    /// The law, which can be read in more than one way.
    LawAmbiguous,
    /// A rule elsewhere that the service follows.
    Model,
    /// The service's own rule.
    Policy,
}

/// The clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockName {
    /// 形式审查
    FormalCheck,
    /// 补正
    Supplement,
    /// 答辩
    Answer,
    /// 判定
    Decision,
    /// Check of a statement.
    StatementCheck,
    /// Its forwarding.
    StatementForwarding,
    /// 等待期
    WaitingPeriod,
    /// Docket number after a notice of suit.
    DocketNumber,
    /// How proceedings stand.
    ProceedingsStatus,
    /// 复核
    Review,
    /// The platform says that the measure is applied.
    PlatformApplied,
    /// The platform says that it is lifted.
    PlatformLifted,
    /// The platform tells its seller.
    PlatformTellsSeller,
}

impl ClockName {
    /// Title in Chinese and English, force and source.
    pub fn about(self) -> (&'static str, &'static str, Force, &'static str) {
        match self {
            ClockName::FormalCheck => ("形式审查", "formal check", Force::Policy, "本系统规则"),
            ClockName::Supplement => ("补正", "supplement", Force::Policy, "本系统规则；参照专利法实施细则 62"),
            ClockName::Answer => ("平台内经营者答辩", "the seller's answer", Force::Policy, "参照河南省专利保护条例 20、浙江省专利条例 34"),
            ClockName::Decision => ("作出判定", "decision", Force::Model, "四川省专利行政执法办案规范 146；保护中心方案 2016"),
            ClockName::StatementCheck => ("声明形式审查", "check of the statement", Force::Policy, "本系统规则"),
            ClockName::StatementForwarding => ("转送声明", "forwarding of the statement", Force::Policy, "电子商务法 43(2)；本系统规则"),
            ClockName::WaitingPeriod => ("等待期", "waiting period", Force::Law, "电子商务法 43(2)；民法典 201、203；法释〔2020〕9号 3"),
            ClockName::DocketNumber => ("告知案号", "docket number", Force::Policy, "本系统规则"),
            ClockName::ProceedingsStatus => ("告知案件进展", "status of the proceedings", Force::Policy, "本系统规则"),
            ClockName::PlatformApplied => ("平台反馈已采取措施", "the platform says applied", Force::Policy, "本系统规则"),
            ClockName::PlatformLifted => ("平台反馈已终止措施", "the platform says lifted", Force::Policy, "本系统规则"),
            ClockName::PlatformTellsSeller => {
                ("平台转送通知", "the platform tells the seller", Force::Law, "电子商务法 42(2)（及时）；三个工作日系参照")
            }
            ClockName::Review => ("复核", "review", Force::Policy, "个人信息保护法 24；网络交易平台规则监督管理办法"),
        }
    }
}

/// One deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Which clock.
    pub clock: ClockName,
    /// The listings, for clocks of listings.
    pub lines: Vec<u32>,
    /// The statement or review it belongs to.
    pub of: Option<Uuid>,
    /// How it is counted; each begins where the one before ends.
    pub periods: Vec<Period>,
    /// The last day by which it holds; none: as counted.
    pub stored_due: Option<Date>,
    /// The day it was met or ended.
    pub ended_on: Option<Date>,
}

impl Deadline {
    /// Its last day by `calendar`, with the words of every period.
    pub fn due(&self, calendar: &Calendar) -> Vec<Due> {
        let mut from = None;
        let mut all = Vec::with_capacity(self.periods.len());
        for period in &self.periods {
            let begun = Period { from: from.unwrap_or(period.from), ..period.clone() };
            let due = begun.due(calendar);
            from = Some(due.due);
            all.push(due);
        }
        all
    }

    /// The last day that holds.
    pub fn due_on(&self, calendar: &Calendar) -> Option<Date> {
        self.stored_due.or_else(|| self.due(calendar).last().map(|d| d.due))
    }

    /// Whether it stands still now.
    pub fn is_paused(&self) -> bool {
        self.ended_on.is_none() && self.periods.iter().any(Period::is_paused)
    }
}

/// One event with its time.
pub type Dated = (Timestamp, Event);

/// The deadlines of the complaint `c`, whose log is `log`, in the order they began.
pub fn deadlines(c: &Complaint, log: &[Dated]) -> Vec<Deadline> {
    let kind = PatentNumber::parse(&c.filed.patent_number).map_or(PatentKind::UtilityModel, |n| n.kind());
    let mut reading = Reading { kind, track: Track::Simple, accepted: false, all: Vec::new() };
    for (at, event) in log {
        reading.take(shanghai_date(*at), event);
    }
    if c.state == State::Decided {
        let last = log.iter().rev().find(|(_, e)| matches!(e, Event::Decided(_) | Event::Withdrawn(_) | Event::AuthorityActed(_)));
        let day = last.map(|(at, _)| shanghai_date(*at));
        reading.open(ClockName::Decision).for_each(|d| d.ended_on = day);
    }
    if matches!(c.state, State::Closed { .. }) {
        let last = log.last().map(|(at, _)| shanghai_date(*at));
        reading.all.iter_mut().filter(|d| d.ended_on.is_none()).for_each(|d| d.ended_on = last);
    }
    reading.all
}

/// The decision clock that runs or stands still, if one does.
pub fn decision_period(c: &Complaint, log: &[Dated]) -> Option<Period> {
    let open = |d: &Deadline| d.clock == ClockName::Decision && d.ended_on.is_none();
    deadlines(c, log).into_iter().rfind(open).and_then(|d| d.periods.into_iter().next_back())
}

struct Reading {
    kind: PatentKind,
    track: Track,
    accepted: bool,
    all: Vec<Deadline>,
}

impl Reading {
    fn begin(&mut self, clock: ClockName, (of, lines): (Option<Uuid>, &[u32]), period: Period) {
        self.all.push(Deadline { clock, lines: lines.to_vec(), of, periods: vec![period], stored_due: None, ended_on: None });
    }

    fn open(&mut self, clock: ClockName) -> impl Iterator<Item = &mut Deadline> {
        self.all.iter_mut().filter(move |d| d.clock == clock && d.ended_on.is_none())
    }

    fn end(&mut self, clock: ClockName, day: Date) {
        self.open(clock).for_each(|d| d.ended_on = Some(day));
    }

    fn end_of(&mut self, clock: ClockName, of: Uuid, day: Date) {
        self.open(clock).filter(|d| d.of == Some(of)).for_each(|d| d.ended_on = Some(day));
    }

    fn pause(&mut self, day: Date, why: &str) {
        let pause = || Pause { from: day, until: None, why: why.to_owned() };
        self.open(ClockName::Decision).flat_map(|d| &mut d.periods).for_each(|p| p.pauses.push(pause()));
    }

    fn go_on(&mut self, day: Date) {
        let pauses = self.open(ClockName::Decision).flat_map(|d| &mut d.periods).flat_map(|p| &mut p.pauses);
        pauses.filter(|p| p.until.is_none()).for_each(|p| p.until = Some(day));
    }

    fn decide_from(&mut self, day: Date) {
        self.end(ClockName::Decision, day);
        let (amount, unit) = match (self.track, self.kind) {
            (Track::Simple, _) => (DECISION_SIMPLE_WORKING_DAYS, Unit::WorkingDays),
            (Track::Complex, PatentKind::Design) => (DECISION_COMPLEX_DESIGN_DAYS, Unit::CalendarDays),
            (Track::Complex, _) => (DECISION_COMPLEX_UTILITY_MODEL_MONTHS, Unit::Months),
        };
        self.begin(ClockName::Decision, (None, &[]), Period::new(day, amount, unit));
    }

    fn take(&mut self, day: Date, event: &Event) {
        match event {
            Event::Filed(_) => {
                self.begin(ClockName::FormalCheck, (None, &[]), Period::new(day, FORMAL_CHECK_WORKING_DAYS, Unit::WorkingDays));
            }
            Event::SupplementRequested(_) => {
                self.end(ClockName::FormalCheck, day);
                self.end(ClockName::Supplement, day);
                self.pause(day, "supplement");
                self.begin(ClockName::Supplement, (None, &[]), Period::new(day, SUPPLEMENT_WORKING_DAYS, Unit::WorkingDays));
            }
            Event::Accepted => {
                self.end(ClockName::FormalCheck, day);
                self.end(ClockName::Supplement, day);
                self.go_on(day);
            }
            Event::SupplementPeriodEnded(_) | Event::NotAccepted(_) => {
                self.end(ClockName::FormalCheck, day);
                self.end(ClockName::Supplement, day);
            }
            Event::ListingSupplementRequested(s) => {
                self.begin(ClockName::Supplement, (None, &s.lines), Period::new(day, SUPPLEMENT_WORKING_DAYS, Unit::WorkingDays));
            }
            Event::ListingsSupplemented(s) => self.end_for(ClockName::Supplement, &s.lines, day),
            Event::ListingSupplementPeriodEnded(s) => self.end_for(ClockName::Supplement, &s.lines, day),
            Event::Triaged(t) => {
                let harder = t.track == Track::Complex && self.track == Track::Simple;
                if !self.accepted || harder {
                    self.track = t.track;
                    self.decide_from(day);
                }
                self.accepted = true;
            }
            Event::TrackChanged(t) => {
                self.track = t.to;
                self.decide_from(day);
            }
            Event::Decided(_) | Event::Withdrawn(_) | Event::AuthorityActed(_) => {}
            other => self.take_other(day, other),
        }
    }

    fn take_other(&mut self, day: Date, event: &Event) {
        match event {
            Event::HearingOpened(h) => {
                self.end(ClockName::Decision, day);
                self.begin(ClockName::Answer, (None, &h.lines), Period::new(h.opened_on, ANSWER_DAYS, Unit::CalendarDays));
            }
            Event::AnswerWindowExtended(_) => {
                self.open(ClockName::Answer).flat_map(|d| &mut d.periods).for_each(|p| p.amount = ANSWER_EXTENDED_DAYS);
            }
            Event::HearingEnded(h) => {
                self.end(ClockName::Answer, h.ended_on);
                self.track = Track::Complex;
                self.decide_from(if h.how == HearingEnd::Answered { day } else { h.ended_on });
            }
            Event::Suspended(s) => self.pause(day, &s.why),
            Event::Resumed(_) => self.go_on(day),
            Event::StatementReceived(s) => {
                let period = Period::new(s.received_on, STATEMENT_STEP_WORKING_DAYS, Unit::WorkingDays);
                self.begin(ClockName::StatementCheck, (Some(s.statement), &s.lines), period);
            }
            Event::StatementChecked(s) => {
                self.end_of(ClockName::StatementCheck, s.statement, day);
                if s.outcome == super::StatementOutcome::Whole {
                    let period = Period::new(day, STATEMENT_STEP_WORKING_DAYS, Unit::WorkingDays);
                    self.begin(ClockName::StatementForwarding, (Some(s.statement), &s.lines), period);
                }
            }
            Event::StatementForwarded(s) => self.end_of(ClockName::StatementForwarding, s.statement, s.forwarded_on),
            Event::StatementArrived(s) => {
                let period = Period::new(s.arrived_on, WAITING_DAYS, Unit::CalendarDays);
                self.begin(ClockName::WaitingPeriod, (Some(s.statement), &s.lines), period);
            }
            Event::StatementServiceFailed(s) => self.end_of(ClockName::WaitingPeriod, s.statement, day),
            Event::WaitingPeriodExtended(x) => {
                for d in self.open(ClockName::WaitingPeriod).filter(|d| d.of == Some(x.statement)) {
                    d.periods = extended(d.periods[0].from, x.cap);
                }
            }
            Event::WaitingPeriodEnded(e) => self.end_of(ClockName::WaitingPeriod, e.statement, e.ended_on),
            Event::ProceedingsProven(p) => {
                self.end_of(ClockName::WaitingPeriod, p.statement, day);
                self.follow((p.statement, &p.lines), (day, p.follow));
            }
            Event::ProceedingsFollowed(p) => {
                self.end_of(ClockName::DocketNumber, p.statement, day);
                self.end_of(ClockName::ProceedingsStatus, p.statement, day);
                self.follow((p.statement, &p.lines), (day, p.follow));
            }
            Event::ReviewRequested(r) => {
                let period = Period::new(day, REVIEW_WORKING_DAYS, Unit::WorkingDays);
                self.begin(ClockName::Review, (Some(r.review), &r.lines), period);
            }
            Event::ReviewDecided(r) => self.end_of(ClockName::Review, r.review, day),
            _ => {}
        }
    }

    fn end_for(&mut self, clock: ClockName, lines: &[u32], day: Date) {
        for d in self.open(clock) {
            d.lines.retain(|l| !lines.contains(l));
            if d.lines.is_empty() {
                d.lines = lines.to_vec();
                d.ended_on = Some(day);
            }
        }
    }

    fn follow(&mut self, (statement, lines): (Uuid, &[u32]), (day, follow): (Date, FollowUp)) {
        let (clock, amount, unit) = match follow.what {
            FollowUpKind::DocketNumber => (ClockName::DocketNumber, DOCKET_WORKING_DAYS, Unit::WorkingDays),
            FollowUpKind::Status => (ClockName::ProceedingsStatus, STATUS_DAYS, Unit::CalendarDays),
        };
        self.begin(clock, (Some(statement), lines), Period::new(day, amount, unit));
    }
}

/// The waiting period extended. Law: 法释〔2020〕9号 3.
pub fn extended(arrived_on: Date, cap: ExtensionCap) -> Vec<Period> {
    match cap {
        ExtensionCap::Total => vec![Period::new(arrived_on, EXTENSION_WORKING_DAYS, Unit::WorkingDays)],
        // The second begins where the first ends, whatever day that is.
        ExtensionCap::Extra => vec![
            Period::new(arrived_on, WAITING_DAYS, Unit::CalendarDays),
            Period::new(arrived_on, EXTENSION_WORKING_DAYS, Unit::WorkingDays),
        ],
    }
}

/// The open clocks whose last day is another by `calendar` than the one that holds in `c`.
pub fn moved_by(c: &Complaint, log: &[Dated], calendar: &Calendar) -> Vec<super::DeadlineMoved> {
    let mut moved = Vec::new();
    for d in deadlines(c, log).into_iter().filter(|d| d.ended_on.is_none()) {
        let Some(due) = d.due(calendar).pop() else { continue };
        let (clock, holds) = match (d.clock, &c.state) {
            (ClockName::Supplement, State::AwaitingSupplement { due_on }) if d.lines.is_empty() => (MovedClock::Supplement, Some(*due_on)),
            (ClockName::Answer, State::Hearing { answer_by }) => (MovedClock::Answer, Some(*answer_by)),
            (ClockName::Decision, State::Accepted) if !d.is_paused() => (MovedClock::Decision, c.triaged.as_ref().map(|t| t.due_on)),
            (ClockName::WaitingPeriod, _) => (MovedClock::WaitingPeriod, waits_until(c, &d)),
            _ => continue,
        };
        let Some(from) = holds.filter(|from| *from != due.due) else { continue };
        let lines = if clock == MovedClock::WaitingPeriod { waiting_lines(c, &d) } else { Vec::new() };
        let (provisional, calendar_version) = (due.provisional, due.calendar_version);
        moved.push(super::DeadlineMoved { clock, lines, from, to: due.due, provisional, calendar_version });
    }
    moved
}

fn waiting_lines(c: &Complaint, d: &Deadline) -> Vec<u32> {
    let of = |l: &super::Listing| {
        l.contest.as_ref().is_some_and(|x| Some(x.statement) == d.of && matches!(x.stage, super::Stage::Waiting { .. }))
    };
    c.lines_where(of)
}

fn waits_until(c: &Complaint, d: &Deadline) -> Option<Date> {
    let first = waiting_lines(c, d).first().copied()?;
    match c.listing(first)?.contest.as_ref()?.stage {
        super::Stage::Waiting { ends_on, .. } => Some(ends_on),
        _ => None,
    }
}
