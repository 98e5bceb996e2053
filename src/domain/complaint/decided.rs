//! What is decided, proposed, lifted and withdrawn, and on what it rests.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Determination, Listing, Measure, MeasureKind};
use crate::domain::automation::MayAutomate;
use crate::domain::four_eyes::{DecidesAlone, Fired};
use crate::domain::repetition::{Earlier, Fallen};

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
    /// Which measure it asks for, with a takedown only; absent: as before, and `block` where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<MeasureKind>,
    /// The record with which the end of the platform's business with the shop is proposed, with a takedown only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repetition: Vec<Earlier>,
    /// Codes from the list of reasons.
    pub reasons: Vec<String>,
}

impl LineDecided {
    /// Whether it speaks against the seller.
    pub fn is_against(&self) -> bool {
        self.takedown || self.determination == Determination::Infringing
    }

    /// Whether it asks nothing but that what is taken down be deleted.
    pub fn only_deletes(&self, l: &Listing) -> bool {
        let stands = l.determination == Determination::Infringing && l.measure == Measure::Requested && !l.reopened;
        let deletes = self.measure == Some(MeasureKind::Delete) && self.repetition.is_empty();
        stands && deletes && self.determination == l.determination
    }
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
    /// A decision of a named examiner, which no rule asks a second one for: a centre opinion (判定咨询意见).
    pub fn by_examiner(_alone: DecidesAlone, examiner: Uuid, lines: Vec<LineDecided>, text: Option<String>) -> Self {
        Decided { basis: Basis::CentreOpinion, examiner: Some(examiner), seconded_by: None, lines, text }
    }

    /// What one examiner proposed and `second` confirmed.
    pub fn confirmed(proposed: &DecisionProposed, second: Uuid) -> Self {
        let (lines, text) = (proposed.lines.clone(), proposed.text.clone());
        Decided { basis: Basis::CentreOpinion, examiner: Some(proposed.examiner), seconded_by: Some(second), lines, text }
    }

    /// A takedown without a human: only for what `proof` shows may leave so.
    pub fn automatic(proof: &MayAutomate, lines: &[u32]) -> Self {
        let line = |line: &u32| LineDecided {
            line: *line,
            determination: Determination::Infringing,
            takedown: true,
            measure: None,
            repetition: Vec::new(),
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

/// A decision that a second examiner has to confirm, by its effect.
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
    /// The day by which another confirms it, where no clock of the complaint runs any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// Why it takes two: the rules that fired. Absent in what was proposed before they were written down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Fired>,
}

/// What was taken down is to be deleted: the platform is bound by the ruling the measure rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionAsked {
    /// The examiner. Private, so that it needs its proof to ask alone.
    examiner: Uuid,
    /// The second examiner, where two were needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconded_by: Option<Uuid>,
    /// The listings.
    pub lines: Vec<LineDecided>,
    /// Reasons in words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl DeletionAsked {
    /// What a named examiner asks, which no rule asks a second one for.
    pub fn by_examiner(_alone: DecidesAlone, examiner: Uuid, lines: Vec<LineDecided>, text: Option<String>) -> Self {
        DeletionAsked { examiner, seconded_by: None, lines, text }
    }

    /// What one examiner proposed and `second` confirmed.
    pub fn confirmed(proposed: &DecisionProposed, second: Uuid) -> Self {
        let (lines, text) = (proposed.lines.clone(), proposed.text.clone());
        DeletionAsked { examiner: proposed.examiner, seconded_by: Some(second), lines, text }
    }

    /// The examiner.
    pub fn examiner(&self) -> Uuid {
        self.examiner
    }

    /// The second examiner, where two were needed.
    pub fn seconded_by(&self) -> Option<Uuid> {
        self.seconded_by
    }
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

/// The record behind a proposal to end the business with a shop fell, and with it the proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminationWithdrawn {
    /// The listings with which it was proposed, all of one shop.
    pub lines: Vec<u32>,
    /// Those of the record that do not count any more.
    pub fallen: Vec<Fallen>,
    /// The day, Asia/Shanghai.
    pub withdrawn_on: Date,
}

/// The complainant took listings back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The listings.
    pub lines: Vec<u32>,
    /// Code: `notice_wrong`, `settled`, `other`.
    pub reason: String,
}
