//! Referrals (转介): the complaint goes to somebody who can do what this service cannot: mediate, arbitrate,
//! adjudicate, judge; and leads (线索移送) to who enforces. Bodies of events and what the complaint remembers.
//!
//! A complaint that is referred before it is decided waits (`suspended`, why: `referred`) until the referral comes
//! back; a lead goes its own way and nothing waits for it. What a court or authority then decides takes effect as
//! what it is, by [`super::AuthorityActed`]; the outcome of a referral moves no measure by itself.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a complaint that waits for a referral is suspended.
pub const REFERRED: &str = "referred";

/// To what it is referred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferredTo {
    /// 调解. Law: 人民调解法 31, 33; Patent Law 65; 专利纠纷行政裁决和调解办法.
    Mediation,
    /// 仲裁, by an agreement of the parties only. Law: 仲裁法 (agreement in writing).
    Arbitration,
    /// 行政裁决. Law: Patent Law 65; 专利纠纷行政裁决和调解办法.
    AdministrativeAdjudication,
    /// 起诉. Law: Patent Law 65.
    Court,
    /// 线索移送 of a suspected counterfeit patent (假冒专利). Law: Patent Law 68, 69; 行政执法机关移送涉嫌犯罪案件的规定 3.
    EnforcementLead,
}

impl ReferredTo {
    /// All of them.
    pub const ALL: [ReferredTo; 5] = [
        ReferredTo::Mediation,
        ReferredTo::Arbitration,
        ReferredTo::AdministrativeAdjudication,
        ReferredTo::Court,
        ReferredTo::EnforcementLead,
    ];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ReferredTo::Mediation => "mediation",
            ReferredTo::Arbitration => "arbitration",
            ReferredTo::AdministrativeAdjudication => "administrative_adjudication",
            ReferredTo::Court => "court",
            ReferredTo::EnforcementLead => "enforcement_lead",
        }
    }

    /// Whether the complaint waits for it, and its sides are told.
    pub fn is_waited_for(self) -> bool {
        self != ReferredTo::EnforcementLead
    }
}

/// It was referred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referred {
    /// Id.
    pub referral: Uuid,
    /// To what.
    pub to: ReferredTo,
    /// To whom, by name.
    pub body: String,
    /// Why, without personal data.
    pub reason: String,
    /// The agreement to arbitrate, by SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_sha256: Option<String>,
    /// The case file that was handed over, by SHA-256.
    pub case_file_sha256: String,
    /// When, Asia/Shanghai.
    pub referred_on: Date,
    /// The examiner.
    pub examiner: Uuid,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferralOutcome {
    /// The parties agreed.
    Agreed,
    /// It was decided there.
    Decided,
    /// The body did not take it.
    Declined,
    /// It ended there without an agreement or a decision.
    Failed,
}

impl ReferralOutcome {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ReferralOutcome::Agreed => "agreed",
            ReferralOutcome::Decided => "decided",
            ReferralOutcome::Declined => "declined",
            ReferralOutcome::Failed => "failed",
        }
    }
}

/// It came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralEnded {
    /// The referral.
    pub referral: Uuid,
    /// What came of it.
    pub outcome: ReferralOutcome,
    /// The body's document, by SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// In words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it ended, Asia/Shanghai.
    pub ended_on: Date,
    /// The examiner who recorded it.
    pub examiner: Uuid,
}

/// A referral, as the complaint remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// How it was referred.
    pub referred: Referred,
    /// How it came back.
    pub ended: Option<ReferralEnded>,
}

/// Why a referral is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReferralRefused {
    /// It is there already.
    #[error("it is referred to that already")]
    Open,
    /// Arbitration needs an agreement of the parties.
    #[error("arbitration takes an agreement of the parties on file")]
    NoAgreement,
    /// There is no open referral of that id.
    #[error("there is no such open referral")]
    NoSuchReferral,
}

impl super::Complaint {
    pub(super) fn may_be_referred(&self, event: &super::Event) -> Result<(), ReferralRefused> {
        let open = |r: &&Referral| r.ended.is_none();
        match event {
            super::Event::Referred(r) if self.referrals.iter().filter(open).any(|x| x.referred.to == r.to) => Err(ReferralRefused::Open),
            super::Event::Referred(r) if r.to == ReferredTo::Arbitration && r.agreement_sha256.is_none() => {
                Err(ReferralRefused::NoAgreement)
            }
            super::Event::ReferralEnded(e) if !self.referrals.iter().filter(open).any(|x| x.referred.referral == e.referral) => {
                Err(ReferralRefused::NoSuchReferral)
            }
            _ => Ok(()),
        }
    }
}
