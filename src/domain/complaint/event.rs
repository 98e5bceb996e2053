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
use super::hearing::{
    AnswerWindowExtended, DeadlineMoved, HearingEnded, HearingOpened, ListingSupplementPeriodEnded, ListingSupplementRequested,
    ListingsSupplemented, Resumed, SellerAnswered, SellerNotified, Suspended,
};
use super::review::{ExaminerRecused, ReviewDecided, ReviewRequested};
use super::{Determination, Reconsidered, Reopened, State};
use crate::domain::automation::MayAutomate;
use crate::domain::notice::{Capacity, DocumentKind, Language};
use crate::domain::page_reading::ReportRead;
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
            Event::LiftDecided(_) => "lift_decided",
            Event::Withdrawn(_) => "withdrawn",
            Event::ListingSupplementRequested(_) => "listing_supplement_requested",
            Event::ListingsSupplemented(_) => "listings_supplemented",
            Event::ListingSupplementPeriodEnded(_) => "listing_supplement_period_ended",
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
        }
    }

    /// The examiner who acts by it, where one does.
    pub fn examiner(&self) -> Option<Uuid> {
        match self {
            Event::Decided(d) => d.examiner(),
            Event::DecisionProposed(p) => Some(p.examiner),
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
            _ => None,
        }
    }

    /// The second examiner who acts by it, where two were needed.
    pub fn second(&self) -> Option<Uuid> {
        match self {
            Event::Decided(d) => d.seconded_by(),
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

/// A person, by id in `parties` and keyed digest of what was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRef {
    /// Id in `parties`.
    pub party: Uuid,
    /// Keyed digest, hexadecimal.
    pub digest: String,
}

/// The filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Account that filed.
    pub account: Uuid,
    /// The reference people read out.
    pub reference: String,
    /// The complainant's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// How it came in: `api`.
    pub filed_via: String,
    /// Language of messages.
    pub language: Language,
    /// Patent number, canonical.
    pub patent_number: String,
    /// Claims or designs asserted.
    pub asserted_items: Vec<String>,
    /// Capacity of the complainant.
    pub capacity: Capacity,
    /// The complainant.
    pub complainant: PartyRef,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<PartyRef>,
    /// Day of the act complained of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alleged_act_on: Option<Date>,
    /// SHA-256 of the evaluation report, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// SHA-256 of the notice as kept, hexadecimal.
    pub notice_sha256: String,
    /// Documents.
    pub documents: Vec<DocumentFiled>,
    /// Listings, line numbers from 1 without gaps.
    pub listings: Vec<ListingFiled>,
    /// The complaint this one says is about the same item again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relisting_of: Option<Uuid>,
    /// The right it names: patent, people, documents and report were taken from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Uuid>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFiled {
    /// What it is.
    pub kind: DocumentKind,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Last day it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// One listing as filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingFiled {
    /// Line number, from 1.
    pub line: u32,
    /// Accused product, from 0.
    pub product: u32,
    /// Site code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The operator's id space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_space: Option<String>,
    /// Item id; absent while the link is not resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// SKU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Code of the platform account that serves the site; absent: not connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

impl ListingFiled {
    /// `id_space/item_id[/sku]`, once the item is known: one item written two ways is one key.
    pub fn item_key(&self) -> Option<String> {
        item_key_of(self.id_space.as_deref(), self.item_id.as_deref(), self.sku.as_deref())
    }
}

/// The key of an item: `id_space/item_id[/sku]`; none for a link that does not say.
pub fn item_key_of(id_space: Option<&str>, item_id: Option<&str>, sku: Option<&str>) -> Option<String> {
    let (space, item) = (id_space?, item_id?);
    Some(match sku {
        None => format!("{space}/{item}"),
        Some(sku) => format!("{space}/{item}/{sku}"),
    })
}

/// Something required that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Stable code.
    pub code: String,
    /// What is missing, in English.
    pub message: String,
    /// In Chinese.
    pub message_zh: String,
    /// What cures it, in English.
    pub cure: String,
    /// In Chinese.
    pub cure_zh: String,
    /// Legal source.
    pub law: String,
}

/// A request for a supplement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementRequested {
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Last day.
    pub due_on: Date,
    /// Version of the calendar it was computed with.
    pub calendar_version: String,
}

/// A supplement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplemented {
    /// The documents supplied.
    pub documents: Vec<DocumentFiled>,
    /// The report, where it was supplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// SHA-256 of the notice as now kept.
    pub notice_sha256: String,
}

/// Nothing was supplied in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementPeriodEnded {
    /// The last day there was.
    pub due_on: Date,
}

/// Not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAccepted {
    /// Why, the same shape as what is missing.
    pub reasons: Vec<Missing>,
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

/// On what a takedown rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A verified notice (E-Commerce Law 42); claims no determination.
    VerifiedNotice,
    /// A human determination of the same item before.
    PriorDetermination,
    /// 判定咨询意见 of a named examiner.
    CentreOpinion,
    /// 行政裁决
    AdministrativeAdjudication,
    /// 法院裁判
    CourtRuling,
}

impl Basis {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Basis::VerifiedNotice => "verified_notice",
            Basis::PriorDetermination => "prior_determination",
            Basis::CentreOpinion => "centre_opinion",
            Basis::AdministrativeAdjudication => "administrative_adjudication",
            Basis::CourtRuling => "court_ruling",
        }
    }
}

/// A decision on one listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDecided {
    /// The listing.
    pub line: u32,
    /// Result.
    pub determination: Determination,
    /// Whether a takedown is asked of the platform.
    pub takedown: bool,
    /// Codes from the list of reasons.
    pub reasons: Vec<String>,
}

/// Listings were decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// On what it rests.
    pub basis: Basis,
    /// The examiner; absent: automatic. Private, so that an automatic decision needs its proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    examiner: Option<Uuid>,
    /// The second examiner, where two were needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconded_by: Option<Uuid>,
    /// The listings.
    pub lines: Vec<LineDecided>,
    /// Reasons in words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Decided {
    /// A decision of a named examiner: a centre opinion (判定咨询意见).
    pub fn by_examiner(examiner: Uuid, lines: Vec<LineDecided>, text: Option<String>) -> Self {
        Decided { basis: Basis::CentreOpinion, examiner: Some(examiner), seconded_by: None, lines, text }
    }

    /// What one examiner proposed and `second` confirmed.
    pub fn confirmed(proposed: &DecisionProposed, second: Uuid) -> Self {
        let (lines, text) = (proposed.lines.clone(), proposed.text.clone());
        Decided { seconded_by: Some(second), ..Decided::by_examiner(proposed.examiner, lines, text) }
    }

    /// A takedown without a human: only for what `proof` shows may leave so.
    pub fn automatic(proof: &MayAutomate, lines: &[u32]) -> Self {
        let line = |line: &u32| LineDecided {
            line: *line,
            determination: Determination::Infringing,
            takedown: true,
            reasons: vec![proof.basis().word().to_owned()],
        };
        Decided { basis: proof.basis(), examiner: None, seconded_by: None, lines: lines.iter().map(line).collect(), text: None }
    }

    /// The examiner, where a human decided.
    pub fn examiner(&self) -> Option<Uuid> {
        self.examiner
    }

    /// The second examiner, where two were needed.
    pub fn seconded_by(&self) -> Option<Uuid> {
        self.seconded_by
    }
}

/// A decision that a second examiner has to confirm: against a seller, on a report that speaks against
/// what is asserted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionProposed {
    /// Who proposes.
    pub examiner: Uuid,
    /// The listings.
    pub lines: Vec<LineDecided>,
    /// Reasons in words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The second look it would decide; absent: a first decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Uuid>,
}

/// Measures are to be lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftDecided {
    /// The listings.
    pub lines: Vec<u32>,
    /// Stable code.
    pub reason: String,
    /// The examiner; absent: automatic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examiner: Option<Uuid>,
    /// In words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The complainant took listings back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The listings.
    pub lines: Vec<u32>,
    /// Code: `notice_wrong`, `settled`, `other`.
    pub reason: String,
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
        let again = self.reopened.as_ref().map(|r| r.due_on);
        step.into_iter().chain(reviews).chain(again).min()
    }
}
