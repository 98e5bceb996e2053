//! The two transition tables: complaint × event and listing × event. Everything not written here
//! is refused. A change here touches the state matrix snapshot and `api-spec/openapi.yaml`.

use serde::Serialize;

use super::{ClosedWhy, Complaint, Determination, Event, Listing, Measure, Refused, State};
use crate::domain::policy::Track;

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
}

/// State of the complaint after `event`; `None`: not possible in this state.
pub fn state_after(c: &Complaint, event: &Event) -> Option<State> {
    use State::{Accepted, AwaitingSupplement, Closed, Decided, Filed, Hearing, Suspended};
    let keep = || Some(c.state.clone());
    match (&c.state, event) {
        (Filed | AwaitingSupplement { .. }, Event::SupplementRequested(s)) => Some(AwaitingSupplement { due_on: s.due_on }),
        (AwaitingSupplement { .. }, Event::Supplemented(_)) => keep(),
        (AwaitingSupplement { due_on }, Event::SupplementPeriodEnded(e)) if *due_on == e.due_on => {
            Some(Closed { why: ClosedWhy::SupplementMissing })
        }
        (Filed | AwaitingSupplement { .. }, Event::NotAccepted(_)) => Some(Closed { why: ClosedWhy::NotAccepted }),
        (Filed | AwaitingSupplement { .. }, Event::Accepted) => Some(Accepted),
        (Filed | AwaitingSupplement { .. } | Accepted | Hearing { .. } | Suspended { .. } | Decided, Event::Examined(_)) => keep(),
        (Accepted | Hearing { .. } | Suspended { .. }, Event::Triaged(_)) => keep(),
        (Accepted | Hearing { .. } | Suspended { .. }, Event::TrackChanged(_)) if c.track.is_some() => keep(),
        (Closed { .. }, Event::AuthenticityGranted(_)) => None,
        (_, Event::AuthenticityGranted(_)) => keep(),
        (Accepted | Hearing { .. }, Event::Decided(d)) if c.track.is_some() => {
            let left = c.pending_lines().iter().any(|p| !d.lines.iter().any(|l| l.line == *p));
            if left { keep() } else { Some(Decided) }
        }
        (Accepted | Hearing { .. } | Decided | Suspended { .. }, Event::LiftDecided(_)) => keep(),
        (Closed { .. }, Event::Withdrawn(_)) => None,
        (_, Event::Withdrawn(w)) => {
            let all = c.listings.iter().all(|l| l.determination == Determination::Withdrawn || w.lines.contains(&l.filed.line));
            if all { Some(Closed { why: ClosedWhy::Withdrawn }) } else { withdrawn_partly(c, &w.lines) }
        }
        _ => None,
    }
}

/// With the last pending listing withdrawn and others decided, the complaint is decided.
fn withdrawn_partly(c: &Complaint, lines: &[u32]) -> Option<State> {
    let pending_left = c.pending_lines().iter().any(|p| !lines.contains(p));
    match &c.state {
        State::Accepted | State::Hearing { .. } if !pending_left => Some(State::Decided),
        other => Some(other.clone()),
    }
}

/// A listing after `event`, for a listing the event names.
///
/// # Errors
/// [`ListingRefused`]: the move is not in the table.
pub fn listing_after(l: &Listing, event: &Event) -> Result<Listing, ListingRefused> {
    let mut next = l.clone();
    match event {
        Event::Decided(d) => {
            let Some(line) = d.lines.iter().find(|x| x.line == l.filed.line) else {
                return Ok(next);
            };
            match l.determination {
                Determination::Pending | Determination::Undetermined => {}
                Determination::Withdrawn => return Err(ListingRefused::Withdrawn),
                Determination::Infringing | Determination::NotInfringing => return Err(ListingRefused::AlreadyDecided),
            }
            if line.takedown && line.determination != Determination::Infringing {
                return Err(ListingRefused::TakedownWithoutInfringement);
            }
            next.determination = line.determination;
            next.basis = Some(d.basis);
            next.by_human = d.examiner().is_some();
            if line.takedown {
                next.measure = Measure::Requested;
            }
        }
        Event::LiftDecided(_) => match l.measure {
            Measure::Requested => next.measure = Measure::LiftRequested,
            Measure::None | Measure::LiftRequested => return Err(ListingRefused::NoMeasure),
        },
        Event::Withdrawn(_) => {
            if l.determination == Determination::Withdrawn {
                return Err(ListingRefused::Withdrawn);
            }
            next.determination = Determination::Withdrawn;
            if l.measure == Measure::Requested {
                next.measure = Measure::LiftRequested;
            }
        }
        _ => {}
    }
    Ok(next)
}

impl Event {
    /// The listings it names.
    pub fn lines(&self) -> Vec<u32> {
        match self {
            Event::Decided(d) => d.lines.iter().map(|l| l.line).collect(),
            Event::LiftDecided(l) => l.lines.clone(),
            Event::Withdrawn(w) => w.lines.clone(),
            _ => Vec::new(),
        }
    }
}

impl Complaint {
    /// The complaint after `event`: legal for its state and for every listing it names, or refused.
    pub(super) fn moved(mut self, event: &Event) -> Result<Complaint, Refused> {
        let name = event.name();
        self.state = state_after(&self, event).ok_or(Refused::State { state: self.state.word(), event: name })?;
        for line in event.lines() {
            let at = (line as usize).checked_sub(1).filter(|i| *i < self.listings.len());
            let at = at.ok_or(Refused::NoSuchListing { line })?;
            self.listings[at] = listing_after(&self.listings[at], event).map_err(|why| Refused::Listing { line, event: name, why })?;
        }
        self.take(event);
        Ok(self)
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
                if let Some(triaged) = &mut self.triaged {
                    triaged.due_on = t.due_on;
                }
            }
            Event::Filed(_) | Event::AuthenticityGranted(_) | Event::Decided(_) | Event::LiftDecided(_) | Event::Withdrawn(_) => {}
        }
    }
}
