//! The non-infringement statement (不存在侵权行为的声明) and what follows: checked, forwarded, arrived,
//! the waiting period, proceedings, silence. Bodies of events and the contest of a listing.
//!
//! Law: E-Commerce Law 43; Civil Code 1196; 法发〔2020〕32号 7; 法释〔2020〕9号 3.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::hearing::{Channel, Ground};
use super::{Missing, PartyRef};
use crate::domain::notice::Language;

/// Calendar days of the waiting period. Law: E-Commerce Law 43(2): 十五日.
pub const WAITING_DAYS: u32 = 15;
/// Working days of the longest waiting period. Law: 法释〔2020〕9号 3 (ambiguous: of the whole, or beyond).
pub const EXTENSION_WORKING_DAYS: u32 = 20;
/// Working days to give a docket number after a notice of suit. Policy.
pub const DOCKET_WORKING_DAYS: u32 = 20;
/// Calendar days between reports on proceedings. Policy.
pub const STATUS_DAYS: u32 = 90;

/// What the service answers where legitimate source is all a statement puts forward.
pub const LEGITIMATE_SOURCE_ONLY: &str = "仅主张合法来源不产生终止措施的效果";

/// A contest: a statement against the measure of a listing, and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// Id of the statement.
    pub statement: Uuid,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// When it came.
    pub received_on: Date,
    /// How far it came.
    pub stage: Stage,
}

/// How far a contest came, with its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It came; its form is not checked yet.
    Received,
    /// Its form is not whole: it has no effect, and another may follow.
    Deficient {
        /// What is missing.
        missing: Vec<Missing>,
    },
    /// It is whole and has no effect on the measure (legitimate source alone).
    NoEffect,
    /// It is whole, and is to be forwarded.
    Checked,
    /// It is on its way to the complainant.
    Forwarded {
        /// By whom.
        by: Forwarder,
        /// Whether the mail that carried it failed; an examiner sees to its service.
        failed: bool,
    },
    /// It arrived: the waiting period runs.
    Waiting {
        /// The day it arrived.
        arrived_on: Date,
        /// How.
        how: ArrivedBy,
        /// The last day; it ends at 24:00 and the lift leaves at 00:00.
        ends_on: Date,
        /// Whether it was extended.
        extended: bool,
    },
    /// Proceedings were proven: the measure stays.
    Kept {
        /// What is to be told next, and until when.
        follow: FollowUp,
        /// Whether that day passed in silence; an examiner looks into it.
        missed: bool,
        /// Where it stood before, should the proceedings come to nothing.
        before: Box<Stage>,
    },
}

impl Stage {
    /// The word used in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Stage::Received => "received",
            Stage::Deficient { .. } => "deficient",
            Stage::NoEffect => "no_effect",
            Stage::Checked => "checked",
            Stage::Forwarded { .. } => "forwarded",
            Stage::Waiting { .. } => "waiting",
            Stage::Kept { .. } => "kept",
        }
    }

    /// Whether a new statement may take its place.
    pub fn is_spent(&self) -> bool {
        matches!(self, Stage::Deficient { .. } | Stage::NoEffect)
    }
}

/// A statement came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementReceived {
    /// Id of the statement; its words are kept sealed.
    pub statement: Uuid,
    /// The listings whose measure it is against.
    pub lines: Vec<u32>,
    /// Through whom.
    pub channel: Channel,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// Whether the platform confirmed that this is its verified operator.
    pub identified: bool,
    /// Whether its truth was guaranteed in writing.
    pub truth_guarantee: bool,
    /// Who states it, sealed in `parties`.
    pub party: PartyRef,
    /// The language in which it can be written to; absent: it gave no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_in: Option<Language>,
    /// Evidence, by SHA-256.
    pub evidence: Vec<String>,
    /// The day, Asia/Shanghai.
    pub received_on: Date,
}

/// Result of the formal check of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementOutcome {
    /// It is whole, and is to be forwarded.
    Whole,
    /// Something is missing.
    Deficient,
    /// Legitimate source alone: no effect on the measure.
    NoEffect,
}

/// The form of a statement was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementChecked {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// Result.
    pub outcome: StatementOutcome,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// The examiner; absent: by the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examiner: Option<Uuid>,
}

/// Who forwards a statement to the complainant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarder {
    /// The platform itself. Law: E-Commerce Law 43(2).
    Platform,
    /// This centre, mandated by the platform.
    CentreAsAgent,
}

/// A statement was forwarded, with the words of E-Commerce Law 43(2) about authority and court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementForwarded {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// By whom.
    pub by: Forwarder,
    /// When, Asia/Shanghai.
    pub forwarded_on: Date,
    /// SHA-256 of what was forwarded.
    pub text_sha256: String,
}

/// How a statement arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivedBy {
    /// It entered the confirmed service address. Law: E-Signature Law 11.
    ServiceAddress,
    /// The complainant acknowledged it.
    Receipt,
    /// An examiner or the platform recorded its service, with evidence.
    RecordedService,
}

/// A statement arrived at the complainant: the waiting period begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementArrived {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// How.
    pub how: ArrivedBy,
    /// The day, Asia/Shanghai; not counted.
    pub arrived_on: Date,
    /// Last day of the waiting period.
    pub ends_on: Date,
    /// SHA-256 of the evidence of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
    /// Whether the last day may move.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// Why a mail did not serve a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceFailure {
    /// No service address was confirmed: the mail tells, and serves nothing.
    AddressNotConfirmed,
    /// There is no mail system: the letter is a file.
    NotSent,
    /// The address was refused, or the mail was given up.
    Refused,
    /// It was taken, and came back.
    Bounced,
}

/// The mail that carried a statement did not serve it: it has not arrived, and an examiner sees to it.
///
/// Law: 民事诉讼法司法解释 135(2): what the sender's system shows as sent has arrived, unless shown otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementServiceFailed {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// Why.
    pub why: ServiceFailure,
}

/// How the 20 working days of an extension are counted. Law: 法释〔2020〕9号 3 can be read both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionCap {
    /// The whole period ends by the 20th working day after arrival.
    #[default]
    Total,
    /// At most 20 working days beyond the 15 days.
    Extra,
}

/// The waiting period was extended: notarisation and the like, with proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPeriodExtended {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// Stable code: `notarisation`, `authentication`, `other`.
    pub reason: String,
    /// SHA-256 of the proof.
    pub document_sha256: String,
    /// Last day now.
    pub ends_on: Date,
    /// How it is counted.
    pub cap: ExtensionCap,
    /// Whether that day may move.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// The waiting period ran out in silence: the measure is lifted. Law: E-Commerce Law 43(2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPeriodEnded {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// The last day there was.
    pub ended_on: Date,
}

/// Proceedings that keep a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proceedings {
    /// A suit.
    Suit,
    /// A complaint to the competent authority.
    AuthorityComplaint,
}

/// What proves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProceedingsProof {
    /// 受理通知书
    Acceptance,
    /// 立案号
    Docket,
    /// Receipt of filing online.
    OnlineFilingReceipt,
}

/// What is to be told next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What.
    pub what: FollowUpKind,
    /// Last day.
    pub by: Date,
}

/// Kinds of follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// The docket number, after a receipt of filing only.
    DocketNumber,
    /// How the proceedings stand.
    Status,
}

/// The complainant proved proceedings: the measure stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProceedingsProven {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// What proceedings.
    pub kind: Proceedings,
    /// What proves them.
    pub proof: ProceedingsProof,
    /// The court or authority.
    pub authority: String,
    /// Docket number, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// SHA-256 of the proof.
    pub document_sha256: String,
    /// The day, Asia/Shanghai.
    pub proven_on: Date,
    /// What is to be told next.
    pub follow: FollowUp,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// The complainant told how the proceedings stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProceedingsFollowed {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// Docket number, where it is told now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// SHA-256 of a document, where one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// What is to be told next.
    pub follow: FollowUp,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// The complainant did not tell in time: an examiner looks into it. The measure stays meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUpMissed {
    /// The statement.
    pub statement: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// What was to be told, and until when.
    pub follow: FollowUp,
}
