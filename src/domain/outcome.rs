//! How a complaint ended, and whether that is final: what publication, statistics and conduct rest on; and oversight,
//! which alone counts consultations too.
//! Pure and of the log alone: the store keeps it beside the complaint, and `audit` compares.
//!
//! Not here: who may see it (`audience`), which of it is published (`publication`).

use jiff::ToSpan;
use jiff::civil::Date;

use super::calendar::shanghai_date;
use super::complaint::{Basis, ClosedWhy, Complaint, Determination, Listing, Measure, State};
use super::policy::Track;

/// Calendar days after which nobody can be expected to appeal any more: fifteen days to appeal, which begin when
/// the decision arrives and roll off rest days, and what arrival and the longest rest (nine days) may add.
///
/// Law: by analogy to Patent Law 65 (十五日 to sue on an adjudication); Civil Code 203. The number is policy.
pub const FINAL_AFTER_DAYS: i32 = 30;

/// How a complaint ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Infringement of at least one listing.
    Infringing,
    /// No infringement of any.
    NotInfringing,
    /// Nothing of what was decided could be determined.
    Undetermined,
    /// Everything was withdrawn.
    Withdrawn,
    /// 不予受理
    NotAccepted,
    /// What was missing was not supplied.
    SupplementMissing,
}

impl Ending {
    /// All endings.
    pub const ALL: [Ending; 6] = [
        Ending::Infringing,
        Ending::NotInfringing,
        Ending::Undetermined,
        Ending::Withdrawn,
        Ending::NotAccepted,
        Ending::SupplementMissing,
    ];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Infringing => "infringing",
            Ending::NotInfringing => "not_infringing",
            Ending::Undetermined => "undetermined",
            Ending::Withdrawn => "withdrawn",
            Ending::NotAccepted => "not_accepted",
            Ending::SupplementMissing => "supplement_missing",
        }
    }

    /// The ending of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Ending::ALL.into_iter().find(|e| e.word() == word)
    }

    /// Whether something was determined.
    pub fn is_decision(self) -> bool {
        matches!(self, Ending::Infringing | Ending::NotInfringing | Ending::Undetermined)
    }

    /// Whether it failed on form: something was missing, or it could not be taken at all.
    pub fn is_clerical_failure(self) -> bool {
        matches!(self, Ending::NotAccepted | Ending::SupplementMissing)
    }
}

/// How a complaint ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How.
    pub ending: Ending,
    /// The track, once triaged.
    pub track: Option<Track>,
    /// The day, Asia/Shanghai, of what last bore on it.
    pub ended_on: Date,
    /// Whether what was decided first was decided without a human.
    pub automatic: bool,
    /// Whether infringement was found of a listing, and stands: not lifted as overturned.
    pub upheld: bool,
    /// Whether a determination was overturned.
    pub overturned: bool,
    /// On what the first decision rested; none where nothing was decided listing by listing.
    pub basis: Option<Basis>,
    /// The policy it was triaged with when that was decided.
    pub policy_version: Option<i64>,
    /// When every listing was decided, the first time.
    pub decided_at: Option<jiff::Timestamp>,
    /// Seconds from filing until every listing was decided; none where nothing was.
    pub seconds_to_decision: Option<i64>,
    /// The examiner who decided first; none: automatic, or nothing was decided.
    pub examiner: Option<uuid::Uuid>,
    /// Whether it was decided after the day it was due.
    pub late: Option<bool>,
    /// Seconds from filing to acceptance.
    pub seconds_to_acceptance: Option<i64>,
    /// Seconds in which the sellers were heard.
    pub seconds_of_hearing: Option<i64>,
    /// The day from which it is final; none while something is pending, and of a consultation.
    pub final_from: Option<Date>,
    /// Whether it was a consultation: what follows is for its platform to decide, so nothing is final here.
    pub consulted: bool,
}

/// How the complaint ended; none while it goes on.
pub fn outcome(c: &Complaint) -> Option<Outcome> {
    let ending = ending(c)?;
    let consulted = c.filed.consultation.is_some();
    let seconds = |at: jiff::Timestamp| at.duration_since(c.filed_at).as_secs().max(0);
    let first = c.decisions.first().filter(|_| ending.is_decision());
    let decided_at = c.decided_at.filter(|_| ending.is_decision());
    Some(Outcome {
        ending,
        track: c.track,
        ended_on: shanghai_date(c.last_act_at?),
        automatic: first.is_some_and(|d| d.examiner.is_none()),
        basis: first.and_then(|d| d.basis),
        policy_version: first.and_then(|d| d.policy_version),
        decided_at,
        upheld: c.listings.iter().any(stands),
        overturned: c.listings.iter().any(|l| l.overturned),
        examiner: first.and_then(|d| d.examiner),
        late: c.decided_late.filter(|_| ending.is_decision()),
        seconds_to_acceptance: c.accepted_at.map(seconds),
        seconds_of_hearing: c.heard_at.0.zip(c.heard_at.1).map(|(from, to)| to.duration_since(from).as_secs().max(0)),
        seconds_to_decision: decided_at.map(seconds),
        final_from: final_from(c).filter(|_| !consulted),
        consulted,
    })
}

fn ending(c: &Complaint) -> Option<Ending> {
    let decided = || {
        let any = |d: Determination| c.listings.iter().any(|l| l.determination == d);
        match () {
            () if any(Determination::Infringing) => Ending::Infringing,
            () if any(Determination::NotInfringing) => Ending::NotInfringing,
            () if any(Determination::Undetermined) => Ending::Undetermined,
            () => Ending::Withdrawn,
        }
    };
    match &c.state {
        State::Decided => Some(decided()),
        State::Suspended { .. } if c.before_suspension.as_deref() == Some(&State::Decided) => Some(decided()),
        State::Closed { why: ClosedWhy::NotAccepted } => Some(Ending::NotAccepted),
        State::Closed { why: ClosedWhy::SupplementMissing } => Some(Ending::SupplementMissing),
        State::Closed { why: ClosedWhy::Withdrawn } => Some(Ending::Withdrawn),
        State::Filed | State::AwaitingSupplement { .. } | State::Accepted | State::Hearing { .. } | State::Suspended { .. } => None,
    }
}

/// The day from which the end of a complaint is final: the decision was issued, its appeal was decided or can
/// no longer be expected, and nothing is pending: no statement against a measure, no proceedings that keep
/// one, no second look, no change outside that an examiner has yet to look at and that casts doubt on it. What happens later (an
/// appeal, a judgment, an invalidation) ends finality until it is over in turn.
///
/// Law: E-Commerce Law 43, 44 (the result is what is made public); Patent Law 65, by analogy.
pub fn final_from(c: &Complaint) -> Option<Date> {
    let last = shanghai_date(c.last_act_at?);
    let over = match c.state {
        State::Decided => true,
        // Nobody can appeal what was never decided.
        State::Closed { .. } => return last.tomorrow().ok(),
        State::Filed | State::AwaitingSupplement { .. } | State::Accepted | State::Hearing { .. } | State::Suspended { .. } => false,
    };
    let doubted = c.reopened.iter().any(|r| !r.why.concerns_delivery());
    let pending = doubted || c.reviews.iter().any(|r| !r.decided) || c.listings.iter().any(is_pending);
    if !over || pending {
        return None;
    }
    if c.listings.iter().all(|l| appeal_is_spent(c, l)) { last.tomorrow().ok() } else { last.checked_add(FINAL_AFTER_DAYS.days()).ok() }
}

/// Whether infringement was found, and what overturned it, if anything, was not the finding itself.
fn stands(l: &Listing) -> bool {
    l.determination == Determination::Infringing && !(l.overturned && l.measure == Measure::LiftRequested)
}

fn is_pending(l: &Listing) -> bool {
    l.reopened || l.awaited.is_some() || l.contest.as_ref().is_some_and(|c| !c.stage.is_spent())
}

/// Whether its last decision was itself made on appeal, which nobody can appeal again.
fn appeal_is_spent(c: &Complaint, l: &Listing) -> bool {
    let last = c.decisions.iter().rfind(|d| d.lines.contains(&l.filed.line));
    l.determination == Determination::Withdrawn || last.is_some_and(|d| d.of_review)
}
