//! Which letters follow from what happened: to whom, about what, in which language. What they say in words
//! is the mail's business (`delivery`), whom the address belongs to the vault's. No personal data here.
//!
//! A person gets one letter for a transition: about the last thing that happened that it waits for.

use jiff::civil::Date;
use uuid::Uuid;

use super::complaint::{Complaint, Event, Forwarder, MovedClock, Side, StatementOutcome, Transition};
use super::notice::Language;

macro_rules! letter_kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal;)+) => {
        /// What a letter is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LetterKind { $($(#[$doc])* $kind),+ }

        impl LetterKind {
            /// All kinds.
            pub const ALL: &[LetterKind] = &[$(LetterKind::$kind),+];

            /// The word used in JSON, SQL and among the words of letters.
            pub fn word(self) -> &'static str {
                match self { $(LetterKind::$kind => $word),+ }
            }

            /// The kind of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(LetterKind::$kind),)+ _ => None }
            }
        }
    };
}

letter_kinds! {
    /// 受理
    Accepted "accepted";
    /// 补正
    SupplementRequested "supplement_requested";
    /// Nothing was supplied in time.
    SupplementPeriodEnded "supplement_period_ended";
    /// 不予受理
    NotAccepted "not_accepted";
    /// The seller is asked before a decision.
    HearingOpened "hearing_opened";
    /// The seller's answer came.
    AnswerReceived "answer_received";
    /// It stands still.
    Suspended "suspended";
    /// It goes on.
    Resumed "resumed";
    /// 判定
    Decided "decided";
    /// Measures are lifted.
    LiftDecided "lift_decided";
    /// The complainant took it back.
    Withdrawn "withdrawn";
    /// A statement came; who states it is being checked.
    StatementReceived "statement_received";
    /// It is whole, and goes to the complainant.
    StatementWhole "statement_whole";
    /// Something is missing in it.
    StatementDeficient "statement_deficient";
    /// It has no effect on the measure.
    StatementNoEffect "statement_no_effect";
    /// It is forwarded with this letter. Law: E-Commerce Law 43(2).
    StatementForwarded "statement_forwarded";
    /// It arrived: the waiting period runs.
    StatementArrived "statement_arrived";
    /// The waiting period was extended.
    WaitingPeriodExtended "waiting_period_extended";
    /// It ran out in silence.
    WaitingPeriodEnded "waiting_period_ended";
    /// Proceedings keep the measure.
    ProceedingsProven "proceedings_proven";
    /// The complainant did not tell how they stand.
    FollowUpMissed "follow_up_missed";
    /// A court or an authority acted.
    AuthorityActed "authority_acted";
    /// What was taken down on a ruling is to be deleted.
    DeletionAsked "deletion_asked";
    /// The proposal to end the business with a shop is withdrawn.
    TerminationWithdrawn "termination_withdrawn";
    /// A second look was asked for.
    ReviewRequested "review_requested";
    /// It was taken.
    ReviewDecided "review_decided";
    /// A last day moved with the calendar.
    DeadlineMoved "deadline_moved";
    /// 转介
    Referred "referred";
    /// It came back.
    ReferralEnded "referral_ended";
    /// To the operator: a message did not reach its platform in time.
    Undelivered "undelivered";
    /// To the operator: an endpoint said that it is gone.
    EndpointPaused "endpoint_paused";
}

impl LetterKind {
    /// Whether the letter itself serves a statement: that it arrived begins the waiting period.
    pub fn serves(self) -> bool {
        self == LetterKind::StatementForwarded
    }
}

/// A letter to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterDraft {
    /// Id: the same however often the letter is handed over.
    pub id: Uuid,
    /// To which side.
    pub side: Side,
    /// To whom, by id in `parties`.
    pub party: Uuid,
    /// In which language.
    pub language: Language,
    /// About what.
    pub kind: LetterKind,
    /// The statement or review it is about.
    pub about: Option<Uuid>,
    /// The day that matters in it.
    pub day: Option<Date>,
}

/// What one side is told of an event: about what, about which statement or review, and the day that matters.
type Told = (LetterKind, Option<Uuid>, Option<Date>);

/// The letters that follow from a transition.
pub fn letters(t: &Transition) -> Vec<LetterDraft> {
    let c = t.after();
    let mut all: Vec<LetterDraft> = Vec::new();
    // Who complains to a platform is no party here.
    if c.filed.consultation.is_some() {
        return all;
    }
    for (stored, event) in t.numbered() {
        // A lead is nobody's business but that of who enforces.
        let lead = match event {
            Event::Referred(r) => Some(r.referral),
            Event::ReferralEnded(e) => Some(e.referral),
            _ => None,
        };
        let lead = lead.and_then(|id| c.referrals.iter().find(|r| r.referred.referral == id));
        if lead.is_some_and(|r| !r.referred.to.is_waited_for()) {
            continue;
        }
        if let Some(told) = to_complainant(event) {
            // What is served goes to the address that was confirmed for it; else an agent stands in.
            let agent = c.filed.agent.as_ref();
            let party = agent.filter(|_| !told.0.serves()).unwrap_or(&c.filed.complainant).party;
            put(&mut all, draft(c, stored.seq, (Side::Complainant, party, c.filed.language), told));
            // The agent reads the same; what it gets serves nothing.
            if let Some(agent) = agent.filter(|_| told.0.serves()) {
                put(&mut all, draft(c, stored.seq, (Side::Complainant, agent.party, c.filed.language), told));
            }
        }
        if let Some(told) = to_seller(event) {
            for (party, language) in sellers(c, &told_lines(c, event)) {
                put(&mut all, draft(c, stored.seq, (Side::Seller, party, language), told));
            }
        }
    }
    all
}

/// The later letter to a person takes the place of the earlier.
fn put(all: &mut Vec<LetterDraft>, letter: LetterDraft) {
    all.retain(|l| l.party != letter.party);
    all.push(letter);
}

fn draft(c: &Complaint, seq: u32, (side, party, language): (Side, Uuid, Language), (kind, about, day): Told) -> LetterDraft {
    let id = Uuid::new_v5(&c.id, format!("{seq}/letter/{party}").as_bytes());
    LetterDraft { id, side, party, language, kind, about, day }
}

/// The listings whose sellers are told: those an event names; a referral is of the whole complaint.
fn told_lines(c: &Complaint, event: &Event) -> Vec<u32> {
    match event {
        Event::Referred(_) | Event::ReferralEnded(_) => c.listings.iter().map(|l| l.filed.line).collect(),
        other => other.lines(),
    }
}

/// The sellers of these listings that can be written to.
fn sellers(c: &Complaint, lines: &[u32]) -> Vec<(Uuid, Language)> {
    let mut all: Vec<(Uuid, Language)> = Vec::new();
    for writes in lines.iter().filter_map(|line| c.listing(*line)?.writes_to) {
        if !all.contains(&writes) {
            all.push(writes);
        }
    }
    all
}

fn to_complainant(event: &Event) -> Option<Told> {
    use LetterKind as K;
    let plain = |kind| Some((kind, None, None));
    match event {
        Event::Accepted => plain(K::Accepted),
        Event::SupplementRequested(s) => Some((K::SupplementRequested, None, Some(s.due_on))),
        Event::ListingSupplementRequested(s) => Some((K::SupplementRequested, None, Some(s.due_on))),
        Event::SupplementPeriodEnded(_) | Event::ListingSupplementPeriodEnded(_) => plain(K::SupplementPeriodEnded),
        Event::NotAccepted(_) => plain(K::NotAccepted),
        Event::HearingOpened(h) => Some((K::HearingOpened, None, Some(h.answer_by))),
        Event::Suspended(_) => plain(K::Suspended),
        Event::Resumed(r) => Some((K::Resumed, None, r.due_on)),
        Event::Decided(_) => plain(K::Decided),
        Event::StatementForwarded(s) if s.by == Forwarder::CentreAsAgent => Some((K::StatementForwarded, Some(s.statement), None)),
        Event::FollowUpMissed(f) => Some((K::FollowUpMissed, Some(f.statement), Some(f.follow.by))),
        Event::ReviewRequested(r) if r.side == Side::Complainant => Some((K::ReviewRequested, Some(r.review), Some(r.due_on))),
        other => to_both(other),
    }
}

fn to_seller(event: &Event) -> Option<Told> {
    use LetterKind as K;
    match event {
        Event::SellerAnswered(a) => Some((K::AnswerReceived, Some(a.answer), None)),
        Event::Decided(_) => Some((K::Decided, None, None)),
        Event::Withdrawn(_) | Event::ListingSupplementPeriodEnded(_) => Some((K::Withdrawn, None, None)),
        Event::StatementReceived(s) => Some((K::StatementReceived, Some(s.statement), None)),
        Event::StatementChecked(s) => {
            let kind = match s.outcome {
                StatementOutcome::Whole => K::StatementWhole,
                StatementOutcome::Deficient => K::StatementDeficient,
                StatementOutcome::NoEffect => K::StatementNoEffect,
            };
            Some((kind, Some(s.statement), None))
        }
        Event::ReviewRequested(r) if r.side == Side::Seller => Some((K::ReviewRequested, Some(r.review), Some(r.due_on))),
        other => to_both(other),
    }
}

fn to_both(event: &Event) -> Option<Told> {
    use LetterKind as K;
    match event {
        Event::LiftDecided(_) => Some((K::LiftDecided, None, None)),
        Event::StatementArrived(s) => Some((K::StatementArrived, Some(s.statement), Some(s.ends_on))),
        Event::WaitingPeriodExtended(x) => Some((K::WaitingPeriodExtended, Some(x.statement), Some(x.ends_on))),
        Event::WaitingPeriodEnded(w) => Some((K::WaitingPeriodEnded, Some(w.statement), Some(w.ended_on))),
        Event::ProceedingsProven(p) => Some((K::ProceedingsProven, Some(p.statement), None)),
        Event::AuthorityActed(_) => Some((K::AuthorityActed, None, None)),
        Event::DeletionAsked(_) => Some((K::DeletionAsked, None, None)),
        Event::TerminationWithdrawn(w) => Some((K::TerminationWithdrawn, None, Some(w.withdrawn_on))),
        Event::ReviewDecided(r) => Some((K::ReviewDecided, Some(r.review), None)),
        Event::Referred(_) => Some((K::Referred, None, None)),
        Event::ReferralEnded(e) => Some((K::ReferralEnded, None, Some(e.ended_on))),
        Event::DeadlineMoved(m) if m.clock == MovedClock::WaitingPeriod => Some((K::DeadlineMoved, None, Some(m.to))),
        _ => None,
    }
}
