//! The table of listing × event: both axes of a listing and the contest of its measure.

use std::sync::Arc;

use serde::Serialize;

use super::{
    ArrivedBy, AuthorityAct, AuthorityActed, Basis, Contest, Determination, Effect, Event, Forwarder, LineDecided, Listing, Measure,
    MeasureKind, MovedClock, Stage, StatementOutcome,
};
use crate::domain::repetition::EARLIER_MIN;

/// Why a listing refuses an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ListingRefused {
    /// It is decided already.
    #[error("it is decided already")]
    AlreadyDecided,
    /// It was withdrawn.
    #[error("it was withdrawn")]
    Withdrawn,
    /// No measure is asked for it.
    #[error("no measure is asked for it")]
    NoMeasure,
    /// A takedown needs the determination `infringing`.
    #[error("a takedown needs the determination infringing")]
    TakedownWithoutInfringement,
    /// Which measure is meant is said of a takedown only, and so is what is proposed beside it.
    #[error("a measure, or a proposal beside it, goes with a takedown only")]
    MeasureWithoutTakedown,
    /// Only a ruling that binds the platform lets a deletion be asked of it.
    #[error("its deletion can be asked only where its measure rests on a ruling that binds its platform")]
    NotBound,
    /// Its deletion is asked already.
    #[error("its deletion is asked already")]
    DeletionAsked,
    /// To end the business with a shop is proposed only with a record of its repetition.
    #[error("the end of the business with its shop can be proposed only with a record of repeated infringement")]
    NoRepetition,
    /// No proposal to end the business with its shop stands.
    #[error("no proposal to end the business with its shop stands")]
    NoTermination,
    /// The policy says to hear the seller first.
    #[error("its seller must be heard first")]
    NotHeard,
    /// Something is missing for it.
    #[error("a supplement is awaited for it")]
    SupplementAwaited,
    /// No supplement is awaited for it.
    #[error("no supplement is awaited for it")]
    NoSupplementAwaited,
    /// Its measure rests on a ruling.
    #[error("its measure rests on a ruling, and ends only by a document of the body that issued it")]
    RestsOnRuling,
    /// A statement against its measure is under way.
    #[error("a statement against its measure is under way")]
    Contested,
    /// Its item is known.
    #[error("its item is known already")]
    ItemKnown,
    /// The statement is not at the step for this.
    #[error("the statement is not at the step for this")]
    WrongStage,
    /// The act has another effect on it.
    #[error("the act has another effect on it")]
    WrongEffect,
}

/// A listing after `event`, for a listing the event names.
///
/// # Errors
/// [`ListingRefused`]: the move is not in the table.
pub fn listing_after(l: &Listing, event: &Event) -> Result<Listing, ListingRefused> {
    use ListingRefused as No;
    let mut next = l.clone();
    match event {
        Event::DecisionProposed(p) => {
            let Some(line) = p.lines.iter().find(|x| x.line == l.filed.line) else { return Ok(next) };
            // What could not be decided is not proposed.
            match p.review {
                None if line.only_deletes(l) => return deletion(l).map(|()| next),
                None => may_be_decided(l)?,
                Some(_) if l.determination == Determination::Withdrawn => return Err(No::Withdrawn),
                Some(_) => {}
            }
            determine(&mut l.clone(), line)?;
        }
        Event::Decided(d) => {
            let Some(line) = d.lines.iter().find(|x| x.line == l.filed.line) else { return Ok(next) };
            may_be_decided(l)?;
            determine(&mut next, line)?;
            next.basis = Some(d.basis);
            next.by_human = d.examiner().is_some();
        }
        Event::ReviewDecided(r) => {
            let Some(line) = r.lines.iter().find(|x| x.line == l.filed.line) else { return Ok(next) };
            if l.determination == Determination::Withdrawn {
                return Err(No::Withdrawn);
            }
            determine(&mut next, line)?;
            next.basis = Some(Basis::CentreOpinion);
            next.by_human = true;
        }
        Event::DeletionAsked(_) => {
            deletion(l)?;
            next.measure_kind = MeasureKind::Delete;
        }
        Event::TerminationWithdrawn(_) if l.repetition.is_empty() => return Err(No::NoTermination),
        Event::TerminationWithdrawn(w) => {
            next.repetition = Vec::new();
            next.termination_withdrawn_on = Some(w.withdrawn_on);
        }
        Event::LiftDecided(d) => {
            asked(l)?;
            lift(&mut next);
            next.overturned |= OVERTURNING_LIFTS.contains(&d.reason.as_str());
        }
        Event::Withdrawn(_) => {
            if l.determination == Determination::Withdrawn {
                return Err(No::Withdrawn);
            }
            withdraw(&mut next);
        }
        Event::ListingSupplementRequested(_) => match (l.determination, &l.awaited) {
            (Determination::Pending | Determination::Undetermined, None) => {}
            (Determination::Withdrawn, _) => return Err(No::Withdrawn),
            (_, Some(_)) => return Err(No::SupplementAwaited),
            _ => return Err(No::AlreadyDecided),
        },
        Event::ListingsSupplemented(_) => {
            next.awaited.take().ok_or(No::NoSupplementAwaited)?;
        }
        Event::ListingSupplementPeriodEnded(e) => match &l.awaited {
            Some(awaited) if awaited.due_on == e.due_on => {
                next.awaited = None;
                withdraw(&mut next);
            }
            _ => return Err(No::NoSupplementAwaited),
        },
        Event::ListingsResolved(r) => {
            let Some(said) = r.lines.iter().find(|x| x.line == l.filed.line) else { return Ok(next) };
            next.resolved(&said.resolution)?;
        }
        Event::HearingOpened(_) if l.determination != Determination::Pending => return Err(No::AlreadyDecided),
        Event::SellerAnswered(_) => next.heard = true,
        Event::AuthorityActed(a) => authority(&mut next, a)?,
        _ => contest_after(&mut next, event)?,
    }
    Ok(next)
}

/// A listing that is open, or was opened again, and for which nothing is missing.
fn may_be_decided(l: &Listing) -> Result<(), ListingRefused> {
    if l.awaited.is_some() {
        return Err(ListingRefused::SupplementAwaited);
    }
    match l.determination {
        Determination::Pending | Determination::Undetermined => Ok(()),
        Determination::Withdrawn => Err(ListingRefused::Withdrawn),
        Determination::Infringing | Determination::NotInfringing if l.reopened => Ok(()),
        Determination::Infringing | Determination::NotInfringing => Err(ListingRefused::AlreadyDecided),
    }
}

/// Whether it can be asked that a listing that is taken down be deleted.
fn deletion(l: &Listing) -> Result<(), ListingRefused> {
    if l.measure != Measure::Requested {
        return Err(ListingRefused::NoMeasure);
    }
    may_be_deleted(l)?;
    if l.measure_kind == MeasureKind::Delete { Err(ListingRefused::DeletionAsked) } else { Ok(()) }
}

/// Only of a platform that a ruling binds.
fn may_be_deleted(l: &Listing) -> Result<(), ListingRefused> {
    let bound = l.rests_on.as_ref().is_some_and(|d| d.binds(l.filed.platform.as_deref()));
    if bound { Ok(()) } else { Err(ListingRefused::NotBound) }
}

/// Everything about the statement against a measure.
fn contest_after(next: &mut Listing, event: &Event) -> Result<(), ListingRefused> {
    use ListingRefused as No;
    let (measure, rests_on) = (next.measure, next.rests_on.is_some());
    if let Event::StatementReceived(s) = event {
        if measure != Measure::Requested {
            return Err(No::NoMeasure);
        }
        if rests_on {
            return Err(No::RestsOnRuling);
        }
        if next.contest.as_ref().is_some_and(|c| !c.stage.is_spent()) {
            return Err(No::Contested);
        }
        let stage = Stage::Received;
        next.contest = Some(Contest { statement: s.statement, grounds: s.grounds.clone(), received_on: s.received_on, stage });
        return Ok(());
    }
    let statement = match event {
        Event::StatementChecked(e) => e.statement,
        Event::StatementForwarded(e) => e.statement,
        Event::StatementArrived(e) => e.statement,
        Event::StatementServiceFailed(e) => e.statement,
        Event::WaitingPeriodExtended(e) => e.statement,
        Event::WaitingPeriodEnded(e) => e.statement,
        Event::ProceedingsProven(e) => e.statement,
        Event::ProceedingsFollowed(e) => e.statement,
        Event::FollowUpMissed(e) => e.statement,
        Event::DeadlineMoved(m) if m.clock == MovedClock::WaitingPeriod => {
            let contest = next.contest.as_mut().ok_or(No::WrongStage)?;
            return match &mut contest.stage {
                Stage::Waiting { ends_on, .. } if *ends_on == m.from => {
                    *ends_on = m.to;
                    Ok(())
                }
                _ => Err(No::WrongStage),
            };
        }
        _ => return Ok(()),
    };
    let contest = next.contest.as_mut().filter(|c| c.statement == statement).ok_or(No::WrongStage)?;
    let stage = match (&contest.stage, event) {
        (Stage::Received, Event::StatementChecked(s)) => match s.outcome {
            StatementOutcome::Whole => Stage::Checked,
            StatementOutcome::Deficient => Stage::Deficient { missing: s.missing.clone() },
            StatementOutcome::NoEffect => Stage::NoEffect,
        },
        (Stage::Checked, Event::StatementForwarded(s)) => Stage::Forwarded { by: s.by, failed: false },
        (Stage::Forwarded { .. }, Event::StatementArrived(s)) => {
            Stage::Waiting { arrived_on: s.arrived_on, how: s.how, ends_on: s.ends_on, extended: false }
        }
        (Stage::Forwarded { by, failed: false }, Event::StatementServiceFailed(_)) => Stage::Forwarded { by: *by, failed: true },
        // What the mail server took came back: it has not arrived, unless its reader acted on it.
        (Stage::Waiting { how: ArrivedBy::ServiceAddress, extended: false, .. }, Event::StatementServiceFailed(_)) => {
            Stage::Forwarded { by: Forwarder::CentreAsAgent, failed: true }
        }
        (Stage::Waiting { arrived_on, how, ends_on, extended: false }, Event::WaitingPeriodExtended(x)) if x.ends_on > *ends_on => {
            Stage::Waiting { arrived_on: *arrived_on, how: *how, ends_on: x.ends_on, extended: true }
        }
        (Stage::Waiting { ends_on, .. }, Event::WaitingPeriodEnded(e)) if *ends_on == e.ended_on => {
            lift(next);
            return Ok(());
        }
        (Stage::Received | Stage::Checked | Stage::Forwarded { .. } | Stage::Waiting { .. }, Event::ProceedingsProven(p)) => {
            Stage::Kept { follow: p.follow, missed: false, before: Box::new(contest.stage.clone()) }
        }
        (Stage::Kept { before, .. }, Event::ProceedingsFollowed(p)) => {
            Stage::Kept { follow: p.follow, missed: false, before: before.clone() }
        }
        (Stage::Kept { follow, missed: false, before }, Event::FollowUpMissed(p)) if *follow == p.follow => {
            Stage::Kept { follow: *follow, missed: true, before: before.clone() }
        }
        _ => return Err(No::WrongStage),
    };
    contest.stage = stage;
    Ok(())
}

/// A measure that is asked and that the service itself may end.
fn asked(l: &Listing) -> Result<(), ListingRefused> {
    match (l.measure, &l.rests_on) {
        (Measure::None | Measure::LiftRequested, _) => Err(ListingRefused::NoMeasure),
        (Measure::Requested, Some(_)) => Err(ListingRefused::RestsOnRuling),
        (Measure::Requested, None) => Ok(()),
    }
}

fn lift(l: &mut Listing) {
    l.measure = Measure::LiftRequested;
    l.contest = None;
    l.rests_on = None;
    l.measure_kind = MeasureKind::Block;
    l.repetition = Vec::new();
}

/// The complainant's word is taken back; a measure that rests on a ruling stays.
fn withdraw(l: &mut Listing) {
    l.determination = Determination::Withdrawn;
    l.awaited = None;
    l.reopened = false;
    if l.measure == Measure::Requested && l.rests_on.is_none() {
        lift(l);
    }
}

/// Reasons of a lift that say the decision was wrong.
const OVERTURNING_LIFTS: [&str; 2] = ["manifest_evidence", "decision_corrected"];

/// Whether this says otherwise than what was determined.
fn overturns(before: Determination, after: Determination) -> bool {
    matches!(before, Determination::Infringing | Determination::NotInfringing) && before != after
}

/// What an examiner found, and the measure that follows.
fn determine(l: &mut Listing, line: &LineDecided) -> Result<(), ListingRefused> {
    if line.takedown && line.determination != Determination::Infringing {
        return Err(ListingRefused::TakedownWithoutInfringement);
    }
    if !line.takedown && (line.measure.is_some() || !line.repetition.is_empty()) {
        return Err(ListingRefused::MeasureWithoutTakedown);
    }
    if line.measure == Some(MeasureKind::Delete) {
        may_be_deleted(l)?;
    }
    if !line.repetition.is_empty() && (line.repetition.len() < EARLIER_MIN || l.filed.site.is_none() || l.filed.shop.is_none()) {
        return Err(ListingRefused::NoRepetition);
    }
    let ends = line.determination != Determination::Infringing && l.measure == Measure::Requested;
    if ends && l.rests_on.is_some() {
        return Err(ListingRefused::RestsOnRuling);
    }
    l.overturned |= overturns(l.determination, line.determination);
    l.determination = line.determination;
    l.reasons = line.reasons.clone();
    l.reopened = false;
    if line.takedown && l.measure != Measure::Requested {
        l.measure = Measure::Requested;
        l.contest = None;
    }
    if line.takedown {
        l.measure_kind = line.measure.unwrap_or(l.measure_kind);
        if !line.repetition.is_empty() {
            l.repetition = line.repetition.clone();
            l.termination_withdrawn_on = None;
        }
    }
    if ends {
        lift(l);
    }
    Ok(())
}

fn authority(l: &mut Listing, a: &AuthorityActed) -> Result<(), ListingRefused> {
    let Some(line) = a.lines.iter().find(|x| x.line == l.filed.line) else { return Ok(()) };
    // What the act can do to a listing in this position; invalidation in part depends on the items.
    let possible = [true, false].map(|all| super::effect_of(a.act, &a.document.authority, l, all));
    if !possible.contains(&line.effect) {
        return Err(ListingRefused::WrongEffect);
    }
    let determined = match a.act {
        AuthorityAct::JudgmentInfringing => Some((Determination::Infringing, Basis::CourtRuling)),
        AuthorityAct::JudgmentNotInfringing => Some((Determination::NotInfringing, Basis::CourtRuling)),
        AuthorityAct::AdjudicationInfringing => Some((Determination::Infringing, Basis::AdministrativeAdjudication)),
        AuthorityAct::AdjudicationNotInfringing => Some((Determination::NotInfringing, Basis::AdministrativeAdjudication)),
        AuthorityAct::PreservationGranted => Some((l.determination, Basis::CourtRuling)),
        _ => None,
    };
    if let Some((determination, basis)) = determined.filter(|_| line.effect != Effect::Examine) {
        l.overturned |= overturns(l.determination, determination);
        if determination != l.determination {
            l.reasons = Vec::new();
        }
        l.determination = determination;
        l.basis = Some(basis);
        l.by_human = true;
        l.awaited = None;
        l.reopened = false;
    }
    match line.effect {
        Effect::Takedown => {
            l.measure = Measure::Requested;
            l.contest = None;
            l.rests_on = Some(Arc::new(a.document.clone()));
            if l.measure_kind == MeasureKind::Delete && may_be_deleted(l).is_err() {
                l.measure_kind = MeasureKind::Block;
            }
        }
        Effect::Lift => {
            // Declared invalid, the right never was. Law: Patent Law 47(1).
            l.overturned |= matches!(a.act, AuthorityAct::PatentInvalidated | AuthorityAct::PatentInvalidatedInPart);
            lift(l);
        }
        Effect::Resume => {
            if let Some(contest) = &mut l.contest
                && let Stage::Kept { before, .. } = &contest.stage
            {
                contest.stage = (**before).clone();
            }
        }
        Effect::Examine => l.reopened = true,
        Effect::Keep => {}
    }
    Ok(())
}
