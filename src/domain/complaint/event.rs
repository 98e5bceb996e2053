//! Everything that can happen to a complaint. A stored event is never changed: a new meaning gets a
//! new variant. No personal data: people are named by party id and keyed digest.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authority::AuthorityActed;
use super::contest::{
    FollowUpMissed, ProceedingsFollowed, ProceedingsProven, StatementArrived, StatementChecked, StatementForwarded, StatementReceived,
    StatementServiceFailed, WaitingPeriodEnded, WaitingPeriodExtended,
};
use super::decided::{Decided, DecisionProposed, DeletionAsked, LiftDecided, TerminationWithdrawn, Withdrawn};
use super::filed::{Filed, NotAccepted, SupplementPeriodEnded, SupplementRequested, Supplemented};
use super::hearing::{
    AnswerWindowExtended, DeadlineMoved, HearingEnded, HearingOpened, ListingSupplementPeriodEnded, ListingSupplementRequested,
    ListingsSupplemented, Resumed, SellerAnswered, SellerNotified, Suspended,
};
use super::referral::{ReferralEnded, Referred};
use super::resolution::ListingsResolved;
use super::review::{ExaminerRecused, ReviewDecided, ReviewRequested};
use super::{Reconsidered, Reopened, State};
use crate::domain::page_reading::ReportRead;
use crate::domain::platform_rule::RuleSeen;
use crate::domain::policy::{Facts, Track};
use crate::domain::report::TextVersion;

/// Everything that can happen to a complaint, past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// It was filed.
    Filed(Box<Filed>),
    /// 补正: something required is missing.
    SupplementRequested(SupplementRequested),
    /// What was missing was supplied.
    Supplemented(Supplemented),
    /// The period for the supplement ran out.
    SupplementPeriodEnded(SupplementPeriodEnded),
    /// 不予受理
    NotAccepted(NotAccepted),
    /// 受理
    Accepted,
    /// The ten checks were made.
    Examined(Examined),
    /// It was put on a track.
    Triaged(Triaged),
    /// An examiner put it on the other track.
    TrackChanged(TrackChanged),
    /// An examiner granted the report an authenticity level.
    AuthenticityGranted(AuthenticityGranted),
    /// An examiner read the pages of the report.
    ReportRead(ReportRead),
    /// Listings were decided.
    Decided(Decided),
    /// A decision was proposed that a second examiner has to confirm.
    DecisionProposed(DecisionProposed),
    /// What was taken down on a ruling is to be deleted.
    DeletionAsked(DeletionAsked),
    /// A proposal to end the business with a shop lost its record, and is withdrawn.
    TerminationWithdrawn(TerminationWithdrawn),
    /// Measures are to be lifted.
    LiftDecided(LiftDecided),
    /// The complainant took listings back.
    Withdrawn(Withdrawn),
    /// Something is missing that concerns some listings only.
    ListingSupplementRequested(ListingSupplementRequested),
    /// It was supplied.
    ListingsSupplemented(ListingsSupplemented),
    /// It was not, in time: these listings are deemed withdrawn.
    ListingSupplementPeriodEnded(ListingSupplementPeriodEnded),
    /// A platform said where links lead.
    ListingsResolved(ListingsResolved),
    /// The sellers are asked before a decision.
    HearingOpened(HearingOpened),
    /// A seller was told.
    SellerNotified(SellerNotified),
    /// A seller answered.
    SellerAnswered(SellerAnswered),
    /// The answer window was extended.
    AnswerWindowExtended(AnswerWindowExtended),
    /// All answered, or the window ran out.
    HearingEnded(HearingEnded),
    /// The complaint waits for something outside.
    Suspended(Suspended),
    /// It goes on.
    Resumed(Resumed),
    /// A non-infringement statement came.
    StatementReceived(StatementReceived),
    /// Its form was checked.
    StatementChecked(StatementChecked),
    /// It was forwarded to the complainant.
    StatementForwarded(StatementForwarded),
    /// It arrived: the waiting period runs.
    StatementArrived(StatementArrived),
    /// The mail that carried it did not serve it.
    StatementServiceFailed(StatementServiceFailed),
    /// The waiting period was extended.
    WaitingPeriodExtended(WaitingPeriodExtended),
    /// It ran out in silence: the measure is lifted.
    WaitingPeriodEnded(WaitingPeriodEnded),
    /// Proceedings were proven: the measure stays.
    ProceedingsProven(ProceedingsProven),
    /// The complainant told how they stand.
    ProceedingsFollowed(ProceedingsFollowed),
    /// It did not, in time.
    FollowUpMissed(FollowUpMissed),
    /// A court or an authority acted.
    AuthorityActed(Box<AuthorityActed>),
    /// A second look was asked for.
    ReviewRequested(ReviewRequested),
    /// It was taken.
    ReviewDecided(ReviewDecided),
    /// An examiner may not act here any more.
    ExaminerRecused(ExaminerRecused),
    /// A last day moved with the calendar.
    DeadlineMoved(DeadlineMoved),
    /// Something it rests on changed: it is with the examiners again.
    Reopened(Reopened),
    /// An examiner looked at it again and leaves it as it is.
    Reconsidered(Reconsidered),
    /// 转介: it was referred.
    Referred(Referred),
    /// The referral came back.
    ReferralEnded(ReferralEnded),
}

impl Event {
    /// The `type` of the body.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Filed(_) => "filed",
            Event::SupplementRequested(_) => "supplement_requested",
            Event::Supplemented(_) => "supplemented",
            Event::SupplementPeriodEnded(_) => "supplement_period_ended",
            Event::NotAccepted(_) => "not_accepted",
            Event::Accepted => "accepted",
            Event::Examined(_) => "examined",
            Event::Triaged(_) => "triaged",
            Event::TrackChanged(_) => "track_changed",
            Event::AuthenticityGranted(_) => "authenticity_granted",
            Event::ReportRead(_) => "report_read",
            Event::Decided(_) => "decided",
            Event::DecisionProposed(_) => "decision_proposed",
            Event::DeletionAsked(_) => "deletion_asked",
            Event::TerminationWithdrawn(_) => "termination_withdrawn",
            Event::LiftDecided(_) => "lift_decided",
            Event::Withdrawn(_) => "withdrawn",
            Event::ListingSupplementRequested(_) => "listing_supplement_requested",
            Event::ListingsSupplemented(_) => "listings_supplemented",
            Event::ListingSupplementPeriodEnded(_) => "listing_supplement_period_ended",
            Event::ListingsResolved(_) => "listings_resolved",
            Event::HearingOpened(_) => "hearing_opened",
            Event::SellerNotified(_) => "seller_notified",
            Event::SellerAnswered(_) => "seller_answered",
            Event::AnswerWindowExtended(_) => "answer_window_extended",
            Event::HearingEnded(_) => "hearing_ended",
            Event::Suspended(_) => "suspended",
            Event::Resumed(_) => "resumed",
            Event::StatementReceived(_) => "statement_received",
            Event::StatementChecked(_) => "statement_checked",
            Event::StatementForwarded(_) => "statement_forwarded",
            Event::StatementArrived(_) => "statement_arrived",
            Event::StatementServiceFailed(_) => "statement_service_failed",
            Event::WaitingPeriodExtended(_) => "waiting_period_extended",
            Event::WaitingPeriodEnded(_) => "waiting_period_ended",
            Event::ProceedingsProven(_) => "proceedings_proven",
            Event::ProceedingsFollowed(_) => "proceedings_followed",
            Event::FollowUpMissed(_) => "follow_up_missed",
            Event::AuthorityActed(_) => "authority_acted",
            Event::ReviewRequested(_) => "review_requested",
            Event::ReviewDecided(_) => "review_decided",
            Event::ExaminerRecused(_) => "examiner_recused",
            Event::DeadlineMoved(_) => "deadline_moved",
            Event::Reopened(_) => "reopened",
            Event::Reconsidered(_) => "reconsidered",
            Event::Referred(_) => "referred",
            Event::ReferralEnded(_) => "referral_ended",
        }
    }

    /// The examiner who acts by it, where one does.
    pub fn examiner(&self) -> Option<Uuid> {
        match self {
            Event::Decided(d) => d.examiner(),
            Event::DecisionProposed(p) => Some(p.examiner),
            Event::DeletionAsked(d) => Some(d.examiner()),
            Event::LiftDecided(l) => l.examiner,
            Event::AuthenticityGranted(g) => Some(g.examiner),
            Event::ListingSupplementRequested(s) => Some(s.examiner),
            Event::AnswerWindowExtended(x) => Some(x.examiner),
            Event::Suspended(s) => Some(s.examiner),
            Event::Resumed(r) => Some(r.examiner),
            Event::StatementChecked(s) => s.examiner,
            Event::AuthorityActed(a) => Some(a.examiner),
            Event::ReviewDecided(r) => Some(r.examiner),
            Event::Reconsidered(r) => Some(r.examiner),
            Event::Referred(r) => Some(r.examiner),
            Event::ReferralEnded(r) => Some(r.examiner),
            _ => None,
        }
    }

    /// The second examiner who acts by it, where two were needed.
    pub fn second(&self) -> Option<Uuid> {
        match self {
            Event::Decided(d) => d.seconded_by(),
            Event::DeletionAsked(d) => d.seconded_by(),
            Event::ReviewDecided(r) => r.seconded_by,
            _ => None,
        }
    }

    /// The body as it is hashed and stored.
    pub fn body(&self) -> String {
        // Serialising these types cannot fail: string keys only, no maps with other keys.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Result of one of the ten checks, without the words (they are in the finding).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check.
    pub check: String,
    /// `pass`, `fail`, `unknown`.
    pub result: String,
    /// Stable code of what was found.
    pub code: String,
}

/// The ten checks were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// The report, absent where none was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// Version of the reader that read it.
    pub reader_version: u32,
    /// Overall result.
    pub overall: String,
    /// The ten results.
    pub checks: Vec<CheckResult>,
    /// Version of the register entry that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_version: Option<i64>,
    /// Authenticity level that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticity: Option<String>,
    /// The text the report evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<TextVersion>,
}

/// Put on a track by a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triaged {
    /// The track.
    pub track: Track,
    /// Version of the policy.
    pub policy_version: i64,
    /// The flat facts (at most 2 KiB).
    pub facts: Facts,
    /// Who found what people found, by fact.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, FactSource>,
    /// Codes of the criteria met.
    pub met: Vec<String>,
    /// What became of the rules of the platforms of its listings; absent where none has one, and in what was recorded
    /// before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platform_rules: Vec<RuleSeen>,
    /// Day the decision is due.
    pub due_on: Date,
    /// Whether that day crosses a year not yet announced.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// Who found a fact, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactSource {
    /// The right it was found of.
    pub right: Uuid,
    /// The examiner.
    pub examiner: Uuid,
    /// The day, Asia/Shanghai.
    pub on: Date,
}

/// Put on the other track by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackChanged {
    /// The new track.
    pub to: Track,
    /// Why; required from complex to simple.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Day the decision is now due.
    pub due_on: Date,
    /// The track it was on, and the day the decision was due there; absent in what was recorded before that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Track>,
    /// See above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_due_on: Option<Date>,
}

/// An authenticity level was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticityGranted {
    /// The file.
    pub report_sha256: String,
    /// `A` to `D`, or `broken`.
    pub level: String,
    /// The examiner.
    pub examiner: Uuid,
    /// For level B: the grant counts once a second person has made it.
    pub counts: bool,
}

impl super::Complaint {
    /// The day the next step of the service is due, where one is.
    pub fn due_on(&self) -> Option<Date> {
        let step = match &self.state {
            State::AwaitingSupplement { due_on } => Some(*due_on),
            State::Hearing { answer_by } => Some(*answer_by),
            State::Accepted => self.triaged.as_ref().map(|t| t.due_on),
            State::Filed | State::Decided | State::Suspended { .. } | State::Closed { .. } => None,
        };
        // What is owed to a side comes before the service's own next step, where it is earlier.
        let reviews = self.reviews.iter().filter(|r| !r.decided).map(|r| r.asked.due_on);
        let again = self.reopened.iter().map(|r| r.due_on);
        let second = self.proposed.iter().filter(|_| self.waits_for_a_second()).filter_map(|p| p.due_on);
        step.into_iter().chain(reviews).chain(again).chain(second).min()
    }
}
