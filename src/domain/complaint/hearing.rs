//! What happens between the sides before a decision: the seller is heard, a listing is supplemented, the
//! complaint stands still and goes on. Bodies of events; the tables say when they may happen.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DocumentFiled, Missing, PartyRef};
use crate::domain::notice::Language;

/// The sellers of these listings are asked, and have until this day before a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingOpened {
    /// The listings.
    pub lines: Vec<u32>,
    /// The day the sellers' platforms are told.
    pub opened_on: Date,
    /// Last day of the answer window.
    pub answer_by: Date,
    /// Whether nothing may be decided against a seller before the window ends (policy "hear first").
    pub hear_first: bool,
    /// Whether that day may move when the next calendar is announced.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// How a seller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToldThrough {
    /// Its platform told it, and gave it access.
    Platform,
    /// An examiner recorded it, with evidence.
    Examiner,
}

/// A seller was told of the complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerNotified {
    /// Its listings.
    pub lines: Vec<u32>,
    /// How.
    pub through: ToldThrough,
    /// When, Asia/Shanghai.
    pub notified_on: Date,
    /// SHA-256 of the evidence, where an examiner recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
}

/// Through whom something of the seller came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The seller itself, by the access its platform made.
    SellerAccess,
    /// Its platform.
    Platform,
    /// An examiner recorded it (paper, counter).
    Examiner,
}

/// What a seller puts forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Not the same: a feature is absent, or the design differs. Law: Patent Law 64.
    NotTheSame,
    /// 现有技术、现有设计. Law: Patent Law 67.
    PriorArt,
    /// 先用权. Law: Patent Law 75(2).
    PriorUse,
    /// 许可、权利用尽. Law: Patent Law 75(1).
    LicensedOrExhausted,
    /// 专利权无效或者终止. Law: Patent Law 42, 44, 47.
    InvalidOrExpired,
    /// The notifier does not own the right.
    NotTheOwner,
    /// 合法来源: frees from damages only. Law: Patent Law 77.
    LegitimateSource,
    /// Any other.
    Other,
}

/// The seller answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerAnswered {
    /// Id of the answer; its words are kept sealed.
    pub answer: Uuid,
    /// The listings.
    pub lines: Vec<u32>,
    /// Through whom.
    pub channel: Channel,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// Whether it goes to the merits, with evidence: then the track is complex.
    pub substantial: bool,
    /// Whether it came after the window; that does not stop the case.
    pub late: bool,
    /// Who answered, sealed in `parties`.
    pub party: PartyRef,
    /// The language in which it can be written to; absent: it gave no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_in: Option<Language>,
    /// Evidence, by SHA-256.
    pub evidence: Vec<String>,
}

/// The answer window was extended, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerWindowExtended {
    /// Last day now.
    pub answer_by: Date,
    /// Why, without personal data.
    pub reason: String,
    /// The examiner.
    pub examiner: Uuid,
    /// Whether that day may move.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// Why the hearing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HearingEnd {
    /// Every seller that was asked answered.
    Answered,
    /// The window ran out.
    WindowEnded,
}

/// The hearing ended: the decision clock runs from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingEnded {
    /// Why.
    pub how: HearingEnd,
    /// The last day of the hearing.
    pub ended_on: Date,
    /// Day the decision is due.
    pub due_on: Date,
    /// Whether that day may move.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// Something is missing that concerns some listings only; the others go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingSupplementRequested {
    /// The listings.
    pub lines: Vec<u32>,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Last day.
    pub due_on: Date,
    /// The examiner.
    pub examiner: Uuid,
    /// Whether that day may move.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// What was missing for listings was supplied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingsSupplemented {
    /// The listings.
    pub lines: Vec<u32>,
    /// The documents supplied.
    pub documents: Vec<DocumentFiled>,
    /// SHA-256 of the notice as now kept.
    pub notice_sha256: String,
}

/// Nothing was supplied in time for these listings: they are deemed withdrawn (视为撤回).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingSupplementPeriodEnded {
    /// The listings.
    pub lines: Vec<u32>,
    /// The last day there was.
    pub due_on: Date,
}

/// The complaint waits for something outside; its decision clock stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// Stable code: `invalidation_pending`, `ownership_dispute`, `suit_pending`, `other`.
    pub why: String,
    /// In words, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The examiner.
    pub examiner: Uuid,
}

/// It goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// The examiner.
    pub examiner: Uuid,
    /// Day the decision is due now, where one is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// A last day moved because a year's calendar was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineMoved {
    /// Which clock.
    pub clock: MovedClock,
    /// The listings, for clocks of listings.
    pub lines: Vec<u32>,
    /// The last day before.
    pub from: Date,
    /// The last day now.
    pub to: Date,
    /// Whether it may move again.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// Clocks whose last day can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedClock {
    /// The supplement.
    Supplement,
    /// The answer window.
    Answer,
    /// The decision.
    Decision,
    /// The waiting period, also extended.
    WaitingPeriod,
}
