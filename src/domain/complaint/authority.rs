//! What courts and authorities do, each act with its document and its effect on every listing; no listing
//! state is final for it. A measure that rests on a ruling ends only by a document of the body that issued it.
//!
//! Law: Patent Law 47, 60, 65, 72; Civil Procedure Law 103-108, 126, 127; 法释〔2020〕9号 1; 法发〔2020〕32号 9, 10.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contest::Stage;
use super::{Listing, Measure};

/// What a court or authority did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityAct {
    /// Judgment: infringement. Law: Patent Law 65.
    JudgmentInfringing,
    /// Judgment: no infringement.
    JudgmentNotInfringing,
    /// 行政裁决: infringement. Law: Patent Law 65.
    AdjudicationInfringing,
    /// 行政裁决: no infringement.
    AdjudicationNotInfringing,
    /// The court did not accept the suit (不予受理). Law: Civil Procedure Law 126.
    SuitNotAccepted,
    /// The suit was withdrawn (撤诉). Law: Civil Procedure Law 148.
    SuitWithdrawn,
    /// The suit was dismissed on procedure (驳回起诉). Law: Civil Procedure Law 157.
    SuitDismissed,
    /// The authority declined the complaint.
    AuthorityDeclined,
    /// Preservation granted: take down. Law: Patent Law 72; 法释〔2020〕9号 1.
    PreservationGranted,
    /// Reverse preservation granted: restore, at once. Law: 法发〔2020〕32号 9.
    ReversePreservationGranted,
    /// Preservation ended. Law: Civil Procedure Law 107, 108.
    PreservationEnded,
    /// The patent was declared invalid. Law: Patent Law 45-47.
    PatentInvalidated,
    /// The patent was declared invalid in part.
    PatentInvalidatedInPart,
    /// The patent lapsed (fees, abandonment). Law: Patent Law 44.
    PatentLapsed,
    /// The term of the patent ended. Law: Patent Law 42.
    PatentExpired,
    /// The complainant corrected its notice, whole or for listings. Law: 法发〔2020〕32号 6.
    NoticeCorrected,
    /// The parties settled.
    Settled,
    /// The patent office corrected the report. Law: 专利审查指南 V-10 6.
    ReportCorrected,
}

impl AuthorityAct {
    /// All acts.
    pub const ALL: [AuthorityAct; 18] = [
        AuthorityAct::JudgmentInfringing,
        AuthorityAct::JudgmentNotInfringing,
        AuthorityAct::AdjudicationInfringing,
        AuthorityAct::AdjudicationNotInfringing,
        AuthorityAct::SuitNotAccepted,
        AuthorityAct::SuitWithdrawn,
        AuthorityAct::SuitDismissed,
        AuthorityAct::AuthorityDeclined,
        AuthorityAct::PreservationGranted,
        AuthorityAct::ReversePreservationGranted,
        AuthorityAct::PreservationEnded,
        AuthorityAct::PatentInvalidated,
        AuthorityAct::PatentInvalidatedInPart,
        AuthorityAct::PatentLapsed,
        AuthorityAct::PatentExpired,
        AuthorityAct::NoticeCorrected,
        AuthorityAct::Settled,
        AuthorityAct::ReportCorrected,
    ];

    /// The word used in JSON, and in the reason of a lift.
    pub fn word(self) -> &'static str {
        match self {
            AuthorityAct::JudgmentInfringing => "judgment_infringing",
            AuthorityAct::JudgmentNotInfringing => "judgment_not_infringing",
            AuthorityAct::AdjudicationInfringing => "adjudication_infringing",
            AuthorityAct::AdjudicationNotInfringing => "adjudication_not_infringing",
            AuthorityAct::SuitNotAccepted => "suit_not_accepted",
            AuthorityAct::SuitWithdrawn => "suit_withdrawn",
            AuthorityAct::SuitDismissed => "suit_dismissed",
            AuthorityAct::AuthorityDeclined => "authority_declined",
            AuthorityAct::PreservationGranted => "preservation_granted",
            AuthorityAct::ReversePreservationGranted => "reverse_preservation_granted",
            AuthorityAct::PreservationEnded => "preservation_ended",
            AuthorityAct::PatentInvalidated => "patent_invalidated",
            AuthorityAct::PatentInvalidatedInPart => "patent_invalidated_in_part",
            AuthorityAct::PatentLapsed => "patent_lapsed",
            AuthorityAct::PatentExpired => "patent_expired",
            AuthorityAct::NoticeCorrected => "notice_corrected",
            AuthorityAct::Settled => "settled",
            AuthorityAct::ReportCorrected => "report_corrected",
        }
    }
}

/// The document an act stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityDocument {
    /// What it is, in a word: `judgment`, `ruling`, `decision`, `agreement`, …
    pub kind: String,
    /// Its number (文号).
    pub number: String,
    /// Who issued it.
    pub authority: String,
    /// When.
    pub issued_on: Date,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Platforms it names or was served on, by code: it binds them.
    #[serde(default)]
    pub binds_platforms: Vec<String>,
}

impl AuthorityDocument {
    /// Whether it binds this platform.
    pub fn binds(&self, platform: Option<&str>) -> bool {
        platform.is_some_and(|p| self.binds_platforms.iter().any(|bound| bound == p))
    }
}

/// What an act does to a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A takedown leaves, or the measure that is asked already now rests on the ruling.
    Takedown,
    /// A lift leaves.
    Lift,
    /// The contest goes on where it stood before the proceedings.
    Resume,
    /// An examiner decides what follows.
    Examine,
    /// Nothing changes.
    Keep,
}

/// One listing of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityLine {
    /// The listing.
    pub line: u32,
    /// What the act does to it.
    pub effect: Effect,
}

/// A court or an authority acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityActed {
    /// What it did.
    pub act: AuthorityAct,
    /// The document.
    pub document: AuthorityDocument,
    /// Items declared invalid, for an invalidation in part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items_invalid: Vec<String>,
    /// The listings, with the effect on each.
    pub lines: Vec<AuthorityLine>,
    /// The examiner who recorded it.
    pub examiner: Uuid,
}

/// What `act` does to `listing`; `all_invalid`: every asserted item is among those declared invalid.
pub fn effect_of(act: AuthorityAct, issued_by: &str, listing: &Listing, all_invalid: bool) -> Effect {
    use AuthorityAct as A;
    let asked = listing.measure == Measure::Requested;
    let another_bodys = listing.rests_on.as_ref().is_some_and(|r| r.authority != issued_by);
    let lift = || match (asked, another_bodys) {
        (false, _) => Effect::Keep,
        // Only the body that issued the ruling can end what rests on it.
        (true, true) => Effect::Examine,
        (true, false) => Effect::Lift,
    };
    match act {
        A::JudgmentInfringing | A::AdjudicationInfringing | A::PreservationGranted if another_bodys => Effect::Examine,
        A::JudgmentInfringing | A::AdjudicationInfringing | A::PreservationGranted => Effect::Takedown,
        A::JudgmentNotInfringing
        | A::AdjudicationNotInfringing
        | A::ReversePreservationGranted
        | A::PatentInvalidated
        | A::PatentLapsed
        | A::PatentExpired
        | A::Settled => lift(),
        A::PatentInvalidatedInPart if all_invalid => lift(),
        A::PreservationEnded if listing.rests_on.is_some() => lift(),
        A::PreservationEnded => Effect::Keep,
        A::SuitNotAccepted | A::SuitWithdrawn | A::SuitDismissed | A::AuthorityDeclined => match &listing.contest {
            Some(contest) if asked && matches!(contest.stage, Stage::Kept { .. }) => Effect::Resume,
            _ => Effect::Keep,
        },
        A::PatentInvalidatedInPart | A::NoticeCorrected | A::ReportCorrected => Effect::Examine,
    }
}
