//! The table of complaint × event. Everything not written here is refused. The table of listing × event
//! is [`super::listing_table`]; a change in either touches the state matrix snapshot and
//! `api-spec/openapi.yaml`.

use uuid::Uuid;

use super::listing_table::listing_after;
use super::{
    Awaited, ClosedWhy, Complaint, DecisionMade, Determination, Event, Hearing, HearingEnd, MeasureKind, MovedClock, Referral, Refused,
    Reopened, ReopenedWhy, Review, ReviewKind, ReviewRefused, State,
};
use crate::domain::examine::Overall;
use crate::domain::notice::Language;
use crate::domain::policy::Track;
use crate::domain::register::RegisterChange;

/// State of the complaint after `event`; `None`: not possible in this state.
pub fn state_after(c: &Complaint, event: &Event) -> Option<State> {
    use State::{Accepted, AwaitingSupplement, Closed, Decided, Filed, Hearing, Suspended};
    let keep = || Some(c.state.clone());
    match (&c.state, event) {
        // Before acceptance, and the supplement.
        (Filed | AwaitingSupplement { .. }, Event::SupplementRequested(s)) => Some(AwaitingSupplement { due_on: s.due_on }),
        (Accepted, Event::SupplementRequested(s)) if nothing_decided(c) => Some(AwaitingSupplement { due_on: s.due_on }),
        (AwaitingSupplement { .. }, Event::Supplemented(_)) => keep(),
        (AwaitingSupplement { due_on }, Event::SupplementPeriodEnded(e)) if *due_on == e.due_on => {
            Some(Closed { why: ClosedWhy::SupplementMissing })
        }
        (Filed | AwaitingSupplement { .. }, Event::NotAccepted(_)) => Some(Closed { why: ClosedWhy::NotAccepted }),
        // An authority may have decided it all meanwhile.
        (Filed | AwaitingSupplement { .. }, Event::Accepted) if c.pending_lines().is_empty() => Some(Decided),
        (Filed | AwaitingSupplement { .. }, Event::Accepted) => Some(Accepted),
        (Accepted | Hearing { .. }, Event::ListingSupplementRequested(_)) => keep(),
        (Accepted | Hearing { .. } | Suspended { .. } | Decided, Event::ListingsSupplemented(_)) => keep(),
        (Filed | Closed { .. }, Event::ListingSupplementPeriodEnded(_)) => None,
        (_, Event::ListingSupplementPeriodEnded(e)) => withdrawn_state(c, &e.lines),
        (Filed | Closed { .. }, Event::ListingsResolved(_)) => None,
        (_, Event::ListingsResolved(_)) => keep(),
        // Examination and triage.
        (Filed | AwaitingSupplement { .. } | Accepted | Hearing { .. } | Suspended { .. } | Decided, Event::Examined(_)) => keep(),
        (Accepted | Hearing { .. } | Suspended { .. }, Event::Triaged(_)) => keep(),
        (Accepted | Hearing { .. } | Suspended { .. }, Event::TrackChanged(_)) if c.track.is_some() => keep(),
        (Closed { .. }, Event::AuthenticityGranted(_) | Event::ReportRead(_)) => None,
        (_, Event::AuthenticityGranted(_) | Event::ReportRead(_)) => keep(),
        // The hearing.
        (Accepted, Event::HearingOpened(h)) if c.track == Some(Track::Complex) && c.hearing.is_none() => {
            Some(Hearing { answer_by: h.answer_by })
        }
        (Filed | AwaitingSupplement { .. } | Closed { .. }, Event::SellerNotified(_) | Event::SellerAnswered(_)) => None,
        (_, Event::SellerNotified(_) | Event::SellerAnswered(_)) => keep(),
        (Hearing { .. }, Event::AnswerWindowExtended(x)) if c.hearing.as_ref().is_some_and(|h| !h.extended) => {
            Some(Hearing { answer_by: x.answer_by })
        }
        (Hearing { answer_by }, Event::HearingEnded(e)) if hearing_may_end(c, e.how, *answer_by == e.ended_on) => Some(Accepted),
        (Accepted | Hearing { .. } | Decided, Event::Suspended(s)) => Some(Suspended { why: s.why.clone() }),
        (Suspended { .. }, Event::Resumed(_)) => match c.before_suspension.as_deref() {
            Some(Accepted | Hearing { .. }) if c.pending_lines().is_empty() => Some(Decided),
            before => before.cloned(),
        },
        // Decisions.
        (Accepted | Hearing { .. } | Decided, Event::Decided(d)) if c.track.is_some() && may_be_again(c, &d.lines) => {
            let named = |line: &u32| d.lines.iter().any(|l| l.line == *line);
            Some(decided_state(c, &named))
        }
        (Accepted | Hearing { .. } | Decided | Suspended { .. }, Event::DecisionProposed(p)) if p.review.is_some() => keep(),
        (Accepted | Hearing { .. } | Decided, Event::DecisionProposed(p)) if c.track.is_some() && may_be_again(c, &p.lines) => keep(),
        (Accepted | Hearing { .. } | Decided | Suspended { .. }, Event::LiftDecided(_) | Event::DeletionAsked(_)) => keep(),
        // Whatever became of the complaint, the platform has the proposal.
        (_, Event::TerminationWithdrawn(_)) => keep(),
        // The statement and the waiting period: about measures, whatever else is open.
        (
            Accepted | Hearing { .. } | Decided | Suspended { .. },
            Event::StatementReceived(_)
            | Event::StatementChecked(_)
            | Event::StatementForwarded(_)
            | Event::StatementArrived(_)
            | Event::StatementServiceFailed(_)
            | Event::WaitingPeriodExtended(_)
            | Event::WaitingPeriodEnded(_)
            | Event::ProceedingsProven(_)
            | Event::ProceedingsFollowed(_)
            | Event::FollowUpMissed(_),
        ) => keep(),
        // Second looks.
        (Accepted | Hearing { .. } | Decided | Suspended { .. }, Event::ReviewRequested(_) | Event::ReviewDecided(_)) => keep(),
        // Referrals. A lead to who enforces may come of a complaint that was never accepted.
        (_, Event::Referred(r)) if !r.to.is_waited_for() => keep(),
        (Accepted | Hearing { .. } | Decided | Suspended { .. }, Event::Referred(_)) => keep(),
        (_, Event::ReferralEnded(_)) => keep(),
        (Closed { .. }, Event::ExaminerRecused(_)) => None,
        (_, Event::ExaminerRecused(_)) => keep(),
        // Authorities: no state is final for them, but nothing is taken down for a complaint that was
        // never accepted or is over.
        (Filed, Event::AuthorityActed(_)) => None,
        (AwaitingSupplement { .. } | Closed { .. }, Event::AuthorityActed(a)) => {
            let takes_down = a.lines.iter().any(|l| l.effect == super::Effect::Takedown);
            if takes_down { None } else { keep() }
        }
        (_, Event::AuthorityActed(a)) => {
            let determines = matches!(
                a.act,
                super::AuthorityAct::JudgmentInfringing
                    | super::AuthorityAct::JudgmentNotInfringing
                    | super::AuthorityAct::AdjudicationInfringing
                    | super::AuthorityAct::AdjudicationNotInfringing
            );
            let named = |line: &u32| determines && a.lines.iter().any(|l| l.line == *line && l.effect != super::Effect::Examine);
            Some(decided_state(c, &named))
        }
        (Closed { .. } | Filed, Event::DeadlineMoved(_)) => None,
        (state, Event::DeadlineMoved(m)) => moved_state(state, m),
        (Closed { .. }, Event::Withdrawn(_)) => None,
        (_, Event::Withdrawn(w)) => withdrawn_state(c, &w.lines),
        // A change outside.
        (Closed { .. }, Event::Reopened(r)) if !r.why.concerns_delivery() => None,
        (_, Event::Reopened(_)) => keep(),
        (_, Event::Reconsidered(_)) if !c.reopened.is_empty() => keep(),
        _ => None,
    }
}

/// A supplement to the whole complaint is asked for only while nothing was decided on it.
fn nothing_decided(c: &Complaint) -> bool {
    c.listings
        .iter()
        .all(|l| matches!(l.determination, Determination::Pending | Determination::Withdrawn) && l.measure == super::Measure::None)
}

/// The hearing ends when every seller that was asked answered, or on the last day of its window.
fn hearing_may_end(c: &Complaint, how: HearingEnd, last_day: bool) -> bool {
    match how {
        HearingEnd::WindowEnded => last_day,
        HearingEnd::Answered => c.all_heard(),
    }
}

/// What is decided is decided again only where it was reopened; that it be deleted can still be asked.
fn may_be_again(c: &Complaint, lines: &[super::LineDecided]) -> bool {
    let may = |line: &super::LineDecided| c.listing(line.line).is_none_or(|l| l.reopened || line.only_deletes(l));
    c.state != State::Decided || lines.iter().all(may)
}

/// With the last open listing decided, so is the complaint.
fn decided_state(c: &Complaint, named: &dyn Fn(&u32) -> bool) -> State {
    match &c.state {
        State::Accepted | State::Hearing { .. } if c.pending_lines().iter().all(named) => State::Decided,
        other => other.clone(),
    }
}

/// With every listing withdrawn the complaint is closed; with the last pending one, decided.
fn withdrawn_state(c: &Complaint, lines: &[u32]) -> Option<State> {
    let all = c.listings.iter().all(|l| l.determination == Determination::Withdrawn || lines.contains(&l.filed.line));
    Some(if all { State::Closed { why: ClosedWhy::Withdrawn } } else { decided_state(c, &|line| lines.contains(line)) })
}

/// What an event decides, or would.
fn lines_decided(event: &Event) -> Option<&[super::LineDecided]> {
    match event {
        Event::Decided(d) => Some(&d.lines),
        Event::DecisionProposed(p) => Some(&p.lines),
        _ => None,
    }
}

fn moved_state(state: &State, m: &super::DeadlineMoved) -> Option<State> {
    match (m.clock, state) {
        (MovedClock::Supplement, State::AwaitingSupplement { due_on }) if *due_on == m.from => {
            Some(State::AwaitingSupplement { due_on: m.to })
        }
        (MovedClock::Answer, State::Hearing { answer_by }) if *answer_by == m.from => Some(State::Hearing { answer_by: m.to }),
        (MovedClock::Supplement | MovedClock::Answer, _) => None,
        (MovedClock::Decision | MovedClock::WaitingPeriod, other) => Some(other.clone()),
    }
}

impl Event {
    /// The listings it names.
    pub fn lines(&self) -> Vec<u32> {
        match self {
            Event::Decided(d) => d.lines.iter().map(|l| l.line).collect(),
            Event::DecisionProposed(p) => p.lines.iter().map(|l| l.line).collect(),
            Event::DeletionAsked(d) => d.lines.iter().map(|l| l.line).collect(),
            Event::TerminationWithdrawn(w) => w.lines.clone(),
            Event::LiftDecided(l) => l.lines.clone(),
            Event::Withdrawn(w) => w.lines.clone(),
            Event::ListingSupplementRequested(s) => s.lines.clone(),
            Event::ListingsSupplemented(s) => s.lines.clone(),
            Event::ListingSupplementPeriodEnded(s) => s.lines.clone(),
            Event::ListingsResolved(r) => r.lines.iter().map(|l| l.line).collect(),
            Event::HearingOpened(h) => h.lines.clone(),
            Event::SellerNotified(s) => s.lines.clone(),
            Event::SellerAnswered(s) => s.lines.clone(),
            Event::StatementReceived(s) => s.lines.clone(),
            Event::StatementChecked(s) => s.lines.clone(),
            Event::StatementForwarded(s) => s.lines.clone(),
            Event::StatementArrived(s) => s.lines.clone(),
            Event::StatementServiceFailed(s) => s.lines.clone(),
            Event::WaitingPeriodExtended(w) => w.lines.clone(),
            Event::WaitingPeriodEnded(w) => w.lines.clone(),
            Event::ProceedingsProven(p) => p.lines.clone(),
            Event::ProceedingsFollowed(p) => p.lines.clone(),
            Event::FollowUpMissed(p) => p.lines.clone(),
            Event::AuthorityActed(a) => a.lines.iter().map(|l| l.line).collect(),
            Event::ReviewRequested(r) => r.lines.clone(),
            Event::ReviewDecided(r) => r.lines.iter().map(|l| l.line).collect(),
            Event::DeadlineMoved(m) => m.lines.clone(),
            _ => Vec::new(),
        }
    }
}

impl Complaint {
    /// The complaint after `event`: legal for its state and for every listing it names, or refused.
    pub(super) fn moved(mut self, event: &Event) -> Result<Complaint, Refused> {
        let name = event.name();
        if [event.examiner(), event.second()].iter().flatten().any(|e| self.recused.contains(e)) {
            return Err(Refused::Recused);
        }
        let after = state_after(&self, event).ok_or(Refused::State { state: self.state.word(), event: name })?;
        self.may_be_consulted(event)?;
        self.may_be_reviewed(event)?;
        self.may_be_referred(event)?;
        self.has_four_eyes(event)?;
        for line in event.lines() {
            let at = (line as usize).checked_sub(1).filter(|i| *i < self.listings.len());
            let at = at.ok_or(Refused::NoSuchListing { line })?;
            self.may_be_decided(event, line)?;
            self.listings[at] = listing_after(&self.listings[at], event).map_err(|why| Refused::Listing { line, event: name, why })?;
        }
        let before = std::mem::replace(&mut self.state, after);
        self.lost_its_right(event);
        self.take(event);
        self.remember(event, before);
        Ok(self)
    }

    /// Whether every listing that is heard and still open was answered for.
    pub fn all_heard(&self) -> bool {
        let Some(hearing) = &self.hearing else { return false };
        let open = |line: &&u32| self.listing(**line).is_some_and(|l| l.determination == Determination::Pending);
        hearing.opened.lines.iter().filter(open).all(|line| self.listing(*line).is_some_and(|l| l.heard))
    }

    /// Where the policy says "hear first", nothing is determined against a seller before it was heard.
    fn may_be_decided(&self, event: &Event, line: u32) -> Result<(), Refused> {
        let (Some(lines), Some(hearing)) = (lines_decided(event), &self.hearing) else { return Ok(()) };
        let against = lines.iter().any(|l| l.line == line && l.is_against());
        let heard = hearing.ended || self.listing(line).is_none_or(|l| l.heard);
        if against && hearing.opened.hear_first && !heard {
            return Err(Refused::Listing { line, event: event.name(), why: super::ListingRefused::NotHeard });
        }
        Ok(())
    }

    /// Whether deciding so takes two examiners: against a seller, on a report that is negative throughout.
    ///
    /// Law: by analogy to 法释〔2025〕11号; the notifier's good faith is in doubt there, and so is the right.
    pub fn needs_two(&self, lines: &[super::LineDecided]) -> bool {
        self.examined.as_ref().is_some_and(|e| e.overall == Overall::Negative.word()) && lines.iter().any(super::LineDecided::is_against)
    }

    /// The same of a second look: where it turns what was decided against a seller.
    pub fn review_needs_two(&self, lines: &[super::LineDecided]) -> bool {
        self.needs_two(&self.turned_against(lines))
    }

    /// What of a second look does not stand against its seller already: a determination, a deletion, a proposal to end the
    /// business with it.
    pub fn turned_against(&self, lines: &[super::LineDecided]) -> Vec<super::LineDecided> {
        let stood = |l: &&super::LineDecided| {
            let stands = |x: &super::Listing| {
                let deletes = l.measure == Some(MeasureKind::Delete) && x.measure_kind != MeasureKind::Delete;
                x.determination == Determination::Infringing && !deletes && l.repetition.is_empty()
            };
            self.listing(l.line).is_some_and(stands)
        };
        lines.iter().filter(|l| !stood(l)).cloned().collect()
    }

    /// Whether a decision asks nothing but that what is taken down be deleted; none: some of it does, and some more.
    pub fn only_deletes(&self, lines: &[super::LineDecided]) -> Option<bool> {
        let deletes = lines.iter().filter(|line| self.listing(line.line).is_some_and(|l| line.only_deletes(l))).count();
        (deletes == 0 || deletes == lines.len()).then_some(deletes > 0)
    }

    fn has_four_eyes(&self, event: &Event) -> Result<(), Refused> {
        // Why it takes two, and until when another confirms it, is said in the proposal only.
        let same = |p: &super::DecisionProposed, other: super::DecisionProposed| {
            *p == super::DecisionProposed { rules: p.rules.clone(), due_on: p.due_on, ..other }
        };
        let as_proposed = |other: super::DecisionProposed, second: Uuid| {
            other.examiner != second && self.proposed.as_ref().is_some_and(|p| same(p, other))
        };
        let fits = match event {
            Event::Decided(d) => match (d.examiner(), d.seconded_by()) {
                (Some(examiner), Some(second)) => {
                    let (lines, text) = (d.lines.clone(), d.text.clone());
                    as_proposed(super::DecisionProposed { examiner, lines, text, review: None, due_on: None, rules: Vec::new() }, second)
                }
                (Some(_), None) => !self.needs_two(&d.lines),
                (None, second) => second.is_none(),
            },
            Event::DeletionAsked(d) => d.seconded_by().is_none_or(|second| {
                let (lines, text) = (d.lines.clone(), d.text.clone());
                as_proposed(
                    super::DecisionProposed { examiner: d.examiner(), lines, text, review: None, due_on: None, rules: Vec::new() },
                    second,
                )
            }),
            Event::ReviewDecided(r) => match r.seconded_by {
                Some(second) => as_proposed(r.as_proposed(), second),
                None => !self.review_needs_two(&r.lines),
            },
            _ => true,
        };
        if fits { Ok(()) } else { Err(Refused::FourEyes) }
    }

    fn may_be_reviewed(&self, event: &Event) -> Result<(), ReviewRefused> {
        match event {
            Event::ReviewRequested(r) => {
                let decision = self.decisions.iter().find(|d| d.seq == r.decision);
                let decision = decision.filter(|d| r.lines.iter().all(|l| d.lines.contains(l)) && !r.lines.is_empty());
                let decision = decision.ok_or(ReviewRefused::NoSuchDecision)?;
                let same = |x: &&Review| x.asked.kind == r.kind && x.asked.decision == r.decision && x.asked.side == r.side;
                match r.kind {
                    ReviewKind::Appeal if decision.of_review => Err(ReviewRefused::Final),
                    ReviewKind::Human if decision.examiner.is_some() => Err(ReviewRefused::NotAutomatic),
                    _ if self.reviews.iter().filter(same).any(|x| r.kind == ReviewKind::Appeal || !x.decided) => {
                        Err(ReviewRefused::AlreadyAppealed)
                    }
                    _ => Ok(()),
                }
            }
            Event::ReviewDecided(r) => self.may_decide_review(r.review, &r.lines, [Some(r.examiner), r.seconded_by]),
            Event::DecisionProposed(p) => match p.review {
                Some(review) => self.may_decide_review(review, &p.lines, [Some(p.examiner), None]),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Whether these examiners may decide these listings on this review: none of them decided first.
    fn may_decide_review(&self, review: Uuid, lines: &[super::LineDecided], by: [Option<Uuid>; 2]) -> Result<(), ReviewRefused> {
        let open = self.reviews.iter().find(|x| x.asked.review == review && !x.decided).ok_or(ReviewRefused::NoSuchReview)?;
        if !lines.iter().all(|l| open.asked.lines.contains(&l.line)) || lines.is_empty() {
            return Err(ReviewRefused::NoSuchReview);
        }
        let first = self.decisions.iter().find(|d| d.seq == open.asked.decision);
        let took_part = first.is_some_and(|d| by.iter().flatten().any(|e| [d.examiner, d.second].contains(&Some(*e))));
        if took_part { Err(ReviewRefused::SameExaminer) } else { Ok(()) }
    }

    /// What the complaint remembers beyond its state: hearing, decisions, reviews, recusals.
    fn remember(&mut self, event: &Event, before: State) {
        let seq = self.seq + 1;
        let policy_version = self.triaged.as_ref().map(|t| t.policy_version);
        let basis = if let Event::Decided(d) = event { Some(d.basis) } else { None };
        let mut decided = |(examiner, second), lines, of_review| {
            self.decisions.push(DecisionMade { seq, examiner, second, lines, of_review, basis, policy_version });
        };
        match event {
            Event::Decided(d) => {
                decided((d.examiner(), d.seconded_by()), event.lines(), false);
                self.proposed = None;
            }
            Event::DecisionProposed(p) => self.proposed = Some(p.clone()),
            Event::DeletionAsked(_) => self.proposed = None,
            Event::SellerAnswered(a) => {
                self.answered |= a.substantial;
                self.write_to(&a.lines, (a.party.party, a.write_in));
            }
            Event::StatementReceived(s) => self.write_to(&s.lines, (s.party.party, s.write_in)),
            Event::LiftDecided(l) => decided((l.examiner, None), l.lines.clone(), false),
            Event::WaitingPeriodEnded(w) => decided((None, None), w.lines.clone(), false),
            Event::ReviewDecided(r) => {
                decided((Some(r.examiner), r.seconded_by), event.lines(), true);
                self.proposed = None;
                if let Some(review) = self.reviews.iter_mut().find(|x| x.asked.review == r.review) {
                    review.decided = true;
                }
            }
            Event::ReviewRequested(r) => self.reviews.push(Review { asked: r.clone(), decided: false }),
            Event::ExaminerRecused(r) => self.recused.push(r.examiner),
            Event::Referred(r) => self.referrals.push(Referral { referred: r.clone(), ended: None }),
            Event::ReferralEnded(e) => {
                if let Some(referral) = self.referrals.iter_mut().find(|r| r.referred.referral == e.referral) {
                    referral.ended = Some(e.clone());
                }
            }
            Event::HearingOpened(h) => self.hearing = Some(Hearing { opened: h.clone(), extended: false, ended: false }),
            Event::AnswerWindowExtended(_) => {
                if let Some(hearing) = &mut self.hearing {
                    hearing.extended = true;
                }
            }
            Event::HearingEnded(_) => {
                if let Some(hearing) = &mut self.hearing {
                    hearing.ended = true;
                    for line in &hearing.opened.lines {
                        if let Some(l) = self.listings.get_mut(*line as usize - 1) {
                            l.heard = true;
                        }
                    }
                }
            }
            Event::Suspended(_) => self.before_suspension = Some(Box::new(before)),
            _ => {}
        }
        if !matches!(self.state, State::Suspended { .. }) {
            self.before_suspension = None;
        }
    }

    /// What was lifted because the register says that the patent was declared invalid was never right.
    ///
    /// Law: Patent Law 47(1).
    fn lost_its_right(&mut self, event: &Event) {
        let Event::LiftDecided(lift) = event else { return };
        let invalid = |c: &RegisterChange| matches!(c, RegisterChange::Invalidated | RegisterChange::InvalidatedInPart);
        // An examiner lifts for any of what came back; what is lifted at once, for what came last.
        let told = if lift.examiner.is_some() { 0 } else { self.reopened.len().saturating_sub(1) };
        let is_invalid = |r: &Reopened| matches!(&r.why, ReopenedWhy::Register { changes, .. } if changes.iter().any(invalid));
        if self.reopened.iter().skip(told).any(is_invalid) {
            for line in &lift.lines {
                if let Some(l) = self.listings.get_mut(*line as usize - 1) {
                    l.overturned = true;
                }
            }
        }
    }

    /// Who speaks for a listing last is written to.
    fn write_to(&mut self, lines: &[u32], (party, write_in): (uuid::Uuid, Option<Language>)) {
        let Some(language) = write_in else { return };
        for line in lines {
            if let Some(l) = self.listings.get_mut(*line as usize - 1) {
                l.writes_to = Some((party, language));
            }
        }
    }

    /// Fields that follow from the event alone.
    fn take(&mut self, event: &Event) {
        match event {
            Event::SupplementRequested(s) => self.missing = s.missing.clone(),
            Event::Supplemented(s) => {
                self.documents.extend(s.documents.iter().cloned());
                if s.report_sha256.is_some() {
                    self.filed.report_sha256 = s.report_sha256.clone();
                }
                self.filed.notice_sha256 = s.notice_sha256.clone();
            }
            Event::ListingsSupplemented(s) => {
                self.documents.extend(s.documents.iter().cloned());
                self.filed.notice_sha256 = s.notice_sha256.clone();
            }
            Event::ListingSupplementRequested(s) => {
                for line in &s.lines {
                    if let Some(l) = self.listings.get_mut(*line as usize - 1) {
                        l.awaited = Some(Awaited { due_on: s.due_on, missing: s.missing.clone() });
                    }
                }
            }
            Event::Accepted | Event::NotAccepted(_) | Event::SupplementPeriodEnded(_) => self.missing = Vec::new(),
            Event::Examined(e) => {
                self.text_version = e.text_version.clone();
                self.examined = Some(e.clone());
            }
            Event::Triaged(t) => {
                self.track = Some(match self.track {
                    // From complex back to simple only by a person.
                    Some(Track::Complex) => Track::Complex,
                    _ => t.track,
                });
                self.triaged = Some(t.clone());
            }
            Event::TrackChanged(t) => {
                self.track = Some(t.to);
                self.decision_due(t.due_on);
            }
            Event::HearingEnded(h) => self.decision_due(h.due_on),
            Event::Resumed(super::Resumed { due_on: Some(day), .. }) => self.decision_due(*day),
            Event::DeadlineMoved(m) if m.clock == MovedClock::Decision => self.decision_due(m.to),
            // Beside those that nobody has looked at yet: what speaks against a decision is not hidden by what came after.
            Event::Reopened(r) => self.reopened.push(r.clone()),
            // An examiner who acts after it came back has seen why.
            Event::Decided(d) if d.examiner().is_some() => self.reopened.clear(),
            Event::LiftDecided(l) if l.examiner.is_some() => self.reopened.clear(),
            Event::Reconsidered(_) => self.reopened.clear(),
            _ => {}
        }
    }

    fn decision_due(&mut self, day: jiff::civil::Date) {
        if let Some(triaged) = &mut self.triaged {
            triaged.due_on = day;
        }
    }
}
