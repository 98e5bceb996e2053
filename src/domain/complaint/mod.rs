//! A complaint: what its log says. Made by [`Complaint::file`], moved by [`Complaint::record`],
//! rebuilt by [`Complaint::replay`]; nothing else can make a [`Transition`], and a transition is
//! the only thing the store accepts.
//!
//! ```compile_fail
//! // A transition cannot be written down by hand.
//! let forged = fasttrack::domain::complaint::Transition { events: vec![] };
//! ```

mod authority;
mod axes;
mod clocks;
mod contest;
mod deadlines;
mod decided;
mod event;
mod filed;
mod hash;
mod hearing;
mod listing_table;
mod platform_clocks;
mod referral;
mod reopened;
mod resolution;
mod review;
mod tables;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use authority::*;
pub use axes::*;
pub use clocks::{
    ANSWER_DAYS, ANSWER_EXTENDED_DAYS, DECISION_COMPLEX_DESIGN_DAYS, DECISION_COMPLEX_UTILITY_MODEL_MONTHS, DECISION_SIMPLE_WORKING_DAYS,
    SECOND_EXAMINER, SECOND_EXAMINER_WORKING_DAYS, SECOND_LOOK, decision_due,
};
pub use contest::*;
pub use deadlines::{ClockName, Dated, Deadline, Force, STATEMENT_STEP_WORKING_DAYS, deadlines, decision_period, extended, moved_by};
pub use decided::*;
pub use event::*;
pub use filed::*;
pub use hash::{Hash, chain};
pub use hearing::*;
pub use listing_table::{ListingRefused, listing_after};
pub use platform_clocks::{PLATFORM_STEP_WORKING_DAYS, PLATFORM_TELLS_WORKING_DAYS, Reached, Sent, may_be_late_at, platform_deadlines};
pub use referral::*;
pub use reopened::*;
pub use resolution::*;
pub use review::*;
pub use tables::state_after;

use super::notice::Language;
use super::policy::Track;
use super::repetition::Earlier;
use super::report::TextVersion;

/// Where a complaint stands. Track, assignment and triage are fields, not states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Filed; the formal check is not over.
    Filed,
    /// 补正: something is missing.
    AwaitingSupplement {
        /// Last day to supply it.
        due_on: Date,
    },
    /// 受理
    Accepted,
    /// The seller was asked and has until this day (complex track).
    Hearing {
        /// Last day of the answer window.
        answer_by: Date,
    },
    /// Every listing is decided.
    Decided,
    /// Waiting for something outside.
    Suspended {
        /// Why.
        why: String,
    },
    /// Over.
    Closed {
        /// Why.
        why: ClosedWhy,
    },
}

impl State {
    /// The words of all states.
    pub const WORDS: [&'static str; 7] = ["filed", "awaiting_supplement", "accepted", "hearing", "decided", "suspended", "closed"];

    /// The word used in JSON and SQL.
    pub fn word(&self) -> &'static str {
        match self {
            State::Filed => "filed",
            State::AwaitingSupplement { .. } => "awaiting_supplement",
            State::Accepted => "accepted",
            State::Hearing { .. } => "hearing",
            State::Decided => "decided",
            State::Suspended { .. } => "suspended",
            State::Closed { .. } => "closed",
        }
    }
}

/// Why a complaint is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedWhy {
    /// 不予受理
    NotAccepted,
    /// Withdrawn as a whole.
    Withdrawn,
    /// The supplement was not supplied in time.
    SupplementMissing,
}

impl ClosedWhy {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ClosedWhy::NotAccepted => "not_accepted",
            ClosedWhy::Withdrawn => "withdrawn",
            ClosedWhy::SupplementMissing => "supplement_missing",
        }
    }
}

/// One listing of a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What was filed.
    pub filed: ListingFiled,
    /// First axis.
    pub determination: Determination,
    /// Second axis.
    pub measure: Measure,
    /// Which measure a takedown asks for, or asked for last.
    pub measure_kind: MeasureKind,
    /// The record with which the end of the platform's business with its shop was proposed; empty: it was not.
    pub repetition: Vec<Earlier>,
    /// The day that proposal was withdrawn because its record fell; none: it was not, or was made anew.
    pub termination_withdrawn_on: Option<Date>,
    /// On what the last decision rests.
    pub basis: Option<Basis>,
    /// Whether a person made it.
    pub by_human: bool,
    /// The ruling the measure rests on; only its issuer's document ends it.
    pub rests_on: Option<Arc<AuthorityDocument>>,
    /// The statement against the measure; only while one is asked.
    pub contest: Option<Contest>,
    /// What is missing for this listing, and until when.
    pub awaited: Option<Awaited>,
    /// Whether its seller was heard: it answered, or its window ended.
    pub heard: bool,
    /// Whether an examiner must look at it again, although it is decided.
    pub reopened: bool,
    /// Codes of the reasons of the last decision.
    pub reasons: Vec<String>,
    /// Whether a determination on it was overturned: on appeal, on evidence, by an authority, with the patent.
    pub overturned: bool,
    /// What its platform said its link is, where it was asked.
    pub resolution: Option<Resolution>,
    /// Its seller, by id in `parties`, and the language it is written to in; none: it gave no address.
    pub writes_to: Option<(Uuid, Language)>,
}

/// What is missing for one listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Last day to supply it.
    pub due_on: Date,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// The hearing of a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hearing {
    /// How it was opened.
    pub opened: HearingOpened,
    /// Whether the window was extended; once is all.
    pub extended: bool,
    /// Whether it is over.
    pub ended: bool,
}

/// A complaint, as its log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Id.
    pub id: Uuid,
    /// The first event.
    pub filed: Filed,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// State.
    pub state: State,
    /// Track, once triaged.
    pub track: Option<Track>,
    /// The last triage.
    pub triaged: Option<Triaged>,
    /// The last examination of the report.
    pub examined: Option<Examined>,
    /// What is missing, while a supplement is awaited.
    pub missing: Vec<Missing>,
    /// Documents, those supplied later included.
    pub documents: Vec<DocumentFiled>,
    /// The listings, by line number.
    pub listings: Vec<Listing>,
    /// The text version of the patent that the report evaluated, where known.
    pub text_version: Option<TextVersion>,
    /// The hearing, once opened.
    pub hearing: Option<Hearing>,
    /// The state before it was suspended.
    pub before_suspension: Option<Box<State>>,
    /// The decision that waits for a second examiner.
    pub proposed: Option<DecisionProposed>,
    /// Whether a seller answered to the merits.
    pub answered: bool,
    /// Decisions made.
    pub decisions: Vec<DecisionMade>,
    /// Second looks asked for.
    pub reviews: Vec<Review>,
    /// Examiners who may not act here.
    pub recused: Vec<Uuid>,
    /// Referrals.
    pub referrals: Vec<Referral>,
    /// Why it is with the examiners again, each reason in the order it came, until one has looked at it.
    pub reopened: Vec<Reopened>,
    /// When every listing was decided, the first time.
    pub decided_at: Option<Timestamp>,
    /// Whether that was after the day the decision was due; none before, and where it never was.
    pub decided_late: Option<bool>,
    /// When it was accepted, the first time.
    pub accepted_at: Option<Timestamp>,
    /// When the sellers were asked, and when that was over.
    pub heard_at: (Option<Timestamp>, Option<Timestamp>),
    /// When something last bore on how it ends.
    pub last_act_at: Option<Timestamp>,
    /// Number of the last event; the first is 1.
    pub seq: u32,
    /// Hash of the last event.
    pub hash: Hash,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An account, by id, in its role (`complainant`, `examiner`, …).
    Account {
        /// Its role.
        role: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// The service itself: `filing`, `agenda`, `policy`.
    System(&'static str),
}

impl Actor {
    /// `examiner:0192…` or `system:filing`; this text is hashed.
    pub fn text(&self) -> String {
        match self {
            Actor::Account { role, id } => format!("{role}:{id}"),
            Actor::System(part) => format!("system:{part}"),
        }
    }
}

/// One event as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Number, from 1.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Who, as [`Actor::text`].
    pub actor: String,
    /// Type, the `type` of the body.
    pub kind: String,
    /// The body, exactly as hashed.
    pub body: String,
    /// Hash over the one before and this.
    pub hash: Hash,
}

/// Why an event was refused: the move is not in the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The complaint is in a state that does not allow it.
    #[error("{event} is not possible while the complaint is {state}")]
    State {
        /// State it is in.
        state: &'static str,
        /// Event refused.
        event: &'static str,
    },
    /// One of the listings does not allow it.
    #[error("{event} is not possible for listing {line}: {why}")]
    Listing {
        /// Number of the listing.
        line: u32,
        /// Event refused.
        event: &'static str,
        /// What stands against it.
        why: ListingRefused,
    },
    /// It takes two examiners, and they must agree on the same decision.
    #[error("this decision takes two examiners: one proposes, another confirms the same")]
    FourEyes,
    /// The examiner may not act in this complaint (回避).
    #[error("this examiner may not act in this complaint")]
    Recused,
    /// A second look that cannot be asked for or taken.
    #[error(transparent)]
    Review(#[from] ReviewRefused),
    /// It is a consultation, which is answered by an opinion and nothing else.
    #[error("{event} is not possible in a consultation: it is answered by an opinion, and asks no measure")]
    Consultation {
        /// Event refused.
        event: &'static str,
    },
    /// A referral that cannot be made or ended.
    #[error(transparent)]
    Referral(#[from] ReferralRefused),
    /// No such listing.
    #[error("the complaint has no listing {line}")]
    NoSuchListing {
        /// Number asked for.
        line: u32,
    },
}

/// Why a stored log could not be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The log is empty or does not begin with `filed`.
    #[error("the log does not begin with a filing")]
    NoFiling,
    /// A body cannot be read.
    #[error("event {seq} cannot be read: {why}")]
    Body {
        /// Its number.
        seq: u32,
        /// What the parser said.
        why: String,
    },
    /// The chain is broken.
    #[error("event {seq} does not fit the chain")]
    Chain {
        /// Its number.
        seq: u32,
    },
    /// A move the tables refuse.
    #[error("event {seq}: {refused}")]
    Refused {
        /// Its number.
        seq: u32,
        /// Why.
        refused: Refused,
    },
}

/// What happened, ready to be stored: the events, and the complaint before and after them.
#[derive(Clone, Debug)]
pub struct Transition {
    after: Complaint,
    stored: Vec<StoredEvent>,
    events: Vec<Event>,
    is_new: bool,
}

impl Transition {
    /// The complaint after the events.
    pub fn after(&self) -> &Complaint {
        &self.after
    }

    /// The events as the log keeps them.
    pub fn stored(&self) -> &[StoredEvent] {
        &self.stored
    }

    /// The events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The first of them, with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (&StoredEvent, &Event)> {
        self.stored.iter().zip(&self.events)
    }

    /// Whether the complaint did not exist before.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Records one more event on top of this transition.
    ///
    /// # Errors
    /// [`Refused`], and nothing changed.
    pub fn and(self, actor: &Actor, at: Timestamp, event: Event) -> Result<Self, Refused> {
        let Transition { after, mut stored, mut events, is_new } = self;
        let (after, one_more) = after.step(actor, at, &event)?;
        stored.push(one_more);
        events.push(event);
        Ok(Transition { after, stored, events, is_new })
    }

    /// The complaint after the events, and the events as the log keeps them.
    pub fn into_parts(self) -> (Complaint, Vec<StoredEvent>) {
        (self.after, self.stored)
    }
}

impl Complaint {
    /// The first transition of a complaint.
    pub fn file(id: Uuid, actor: &Actor, at: Timestamp, filed: Filed) -> Transition {
        let mut complaint = Complaint::born(id, at, filed.clone());
        let event = Event::Filed(Box::new(filed));
        let stored = complaint.store(actor, at, &event);
        Transition { after: complaint, stored: vec![stored], events: vec![event], is_new: true }
    }

    /// Records one event.
    ///
    /// # Errors
    /// [`Refused`] with state and event when the tables do not allow it.
    pub fn record(&self, actor: &Actor, at: Timestamp, event: Event) -> Result<Transition, Refused> {
        let (after, stored) = self.clone().step(actor, at, &event)?;
        Ok(Transition { after, stored: vec![stored], events: vec![event], is_new: false })
    }

    /// Rebuilds a complaint from its log, checking chain and moves.
    ///
    /// # Errors
    /// [`ReplayError`] at the first event that does not fit.
    pub fn replay(id: Uuid, log: &[StoredEvent]) -> Result<Complaint, ReplayError> {
        let mut complaint: Option<Complaint> = None;
        for stored in log {
            let seq = stored.seq;
            let event: Event = serde_json::from_str(&stored.body).map_err(|e| ReplayError::Body { seq, why: e.to_string() })?;
            let (before, at_seq) = complaint.as_ref().map_or(([0; 32], 0), |c| (c.hash, c.seq));
            if seq != at_seq + 1 || chain(&before, id, stored) != stored.hash || event.name() != stored.kind {
                return Err(ReplayError::Chain { seq });
            }
            let mut next = match (complaint, event) {
                (None, Event::Filed(filed)) => Complaint::born(id, stored.at, *filed),
                (None, _) => return Err(ReplayError::NoFiling),
                (Some(c), event) => {
                    let mut moved = c.moved(&event).map_err(|refused| ReplayError::Refused { seq, refused })?;
                    moved.dated(&event, stored.at);
                    moved
                }
            };
            next.seq = seq;
            next.hash = stored.hash;
            complaint = Some(next);
        }
        complaint.ok_or(ReplayError::NoFiling)
    }

    /// The listing with this line number.
    pub fn listing(&self, line: u32) -> Option<&Listing> {
        self.listings.get((line as usize).checked_sub(1)?)
    }

    /// Line numbers of the listings that are not decided yet.
    pub fn pending_lines(&self) -> Vec<u32> {
        self.listings.iter().filter(|l| l.determination == Determination::Pending).map(|l| l.filed.line).collect()
    }

    fn born(id: Uuid, at: Timestamp, filed: Filed) -> Complaint {
        let listings = filed
            .listings
            .iter()
            .map(|l| Listing {
                filed: l.clone(),
                determination: Determination::Pending,
                measure: Measure::None,
                measure_kind: MeasureKind::Block,
                repetition: Vec::new(),
                termination_withdrawn_on: None,
                basis: None,
                by_human: false,
                rests_on: None,
                contest: None,
                awaited: None,
                heard: false,
                reopened: false,
                reasons: Vec::new(),
                overturned: false,
                resolution: None,
                writes_to: None,
            })
            .collect();
        Complaint {
            id,
            documents: filed.documents.clone(),
            filed,
            filed_at: at,
            state: State::Filed,
            track: None,
            triaged: None,
            examined: None,
            missing: Vec::new(),
            listings,
            text_version: None,
            hearing: None,
            before_suspension: None,
            proposed: None,
            answered: false,
            decisions: Vec::new(),
            reviews: Vec::new(),
            recused: Vec::new(),
            referrals: Vec::new(),
            reopened: Vec::new(),
            decided_at: None,
            decided_late: None,
            accepted_at: None,
            heard_at: (None, None),
            last_act_at: None,
            seq: 0,
            hash: [0; 32],
        }
    }

    fn step(self, actor: &Actor, at: Timestamp, event: &Event) -> Result<(Complaint, StoredEvent), Refused> {
        let mut after = self.moved(event)?;
        after.dated(event, at);
        let stored = after.store(actor, at, event);
        Ok((after, stored))
    }

    fn store(&mut self, actor: &Actor, at: Timestamp, event: &Event) -> StoredEvent {
        let mut stored =
            StoredEvent { seq: self.seq + 1, at, actor: actor.text(), kind: event.name().to_owned(), body: event.body(), hash: [0; 32] };
        stored.hash = chain(&self.hash, self.id, &stored);
        self.seq = stored.seq;
        self.hash = stored.hash;
        stored
    }
}
