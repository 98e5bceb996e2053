//! Second looks: the appeal (复核) against a decision, the human review of an automatic one, and who may
//! not look (回避). Bodies of events and what the complaint remembers of them.
//!
//! Law: 网络交易平台规则监督管理办法 (appeals, not by machines alone); 个人信息保护法 24; Patent Law
//! Implementing Rules 37 (recusal, by analogy).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Basis, DecisionProposed, LineDecided, PartyRef};

/// Working days for an appeal and for the review of an automatic decision. Policy.
pub const REVIEW_WORKING_DAYS: u32 = 3;

/// Who asks for a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The complainant.
    Complainant,
    /// The seller.
    Seller,
}

impl Side {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Side::Complainant => "complainant",
            Side::Seller => "seller",
        }
    }
}

/// Kinds of second looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// 复核: by another examiner than the first; once a side and decision.
    Appeal,
    /// By a human, of what was decided without one; at any time, beside the appeal.
    Human,
}

/// A second look was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRequested {
    /// Id.
    pub review: Uuid,
    /// Kind.
    pub kind: ReviewKind,
    /// Number of the event that decided.
    pub decision: u32,
    /// The listings.
    pub lines: Vec<u32>,
    /// Who asks.
    pub side: Side,
    /// Who asks and why, sealed in `parties`.
    pub party: PartyRef,
    /// Day the answer is due.
    pub due_on: Date,
    /// Version of the calendar.
    pub calendar_version: String,
}

/// A second look was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDecided {
    /// The review.
    pub review: Uuid,
    /// The examiner: always a human.
    pub examiner: Uuid,
    /// The listings, as they stand after it.
    pub lines: Vec<LineDecided>,
    /// Reasons in words, without personal data.
    pub text: String,
    /// The second examiner, where two were needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconded_by: Option<Uuid>,
}

/// An examiner may not act in this complaint any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminerRecused {
    /// Who.
    pub examiner: Uuid,
    /// Stable code: `advised_a_party`, `related_to_a_party`, `interest`, `other`.
    pub why: String,
}

/// A decision, as the complaint remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMade {
    /// Number of the event.
    pub seq: u32,
    /// The examiner; none: automatic.
    pub examiner: Option<Uuid>,
    /// The second examiner, where two were needed.
    pub second: Option<Uuid>,
    /// The listings.
    pub lines: Vec<u32>,
    /// Whether it was itself a second look: then no appeal against it.
    pub of_review: bool,
    /// On what a takedown by it rests, where it was decided listing by listing.
    pub basis: Option<Basis>,
    /// The policy the complaint was triaged with, then.
    pub policy_version: Option<i64>,
}

/// A review, as the complaint remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What was asked.
    pub asked: ReviewRequested,
    /// Whether it is decided.
    pub decided: bool,
}

/// Why a second look is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRefused {
    /// There is no such decision on these listings.
    #[error("there is no such decision on these listings")]
    NoSuchDecision,
    /// That side appealed this decision before.
    #[error("this side appealed the decision before")]
    AlreadyAppealed,
    /// A decision on appeal is final here.
    #[error("a decision on appeal cannot be appealed again")]
    Final,
    /// Only what was decided without a human goes to human review.
    #[error("a human made that decision; appeal it instead")]
    NotAutomatic,
    /// There is no open review of that id, or it is about other listings.
    #[error("there is no such open review of these listings")]
    NoSuchReview,
    /// The first examiner does not decide the appeal.
    #[error("an examiner who decided first cannot decide the appeal")]
    SameExaminer,
}

impl ReviewDecided {
    /// The proposal it confirms, where two were needed.
    pub(super) fn as_proposed(&self) -> DecisionProposed {
        DecisionProposed {
            examiner: self.examiner,
            lines: self.lines.clone(),
            text: Some(self.text.clone()),
            review: Some(self.review),
            due_on: None,
            rules: Vec::new(),
        }
    }

    /// What one examiner proposed on a review and `second` confirmed; none for a first decision.
    pub fn confirmed(proposed: &DecisionProposed, second: Uuid) -> Option<Self> {
        Some(ReviewDecided {
            review: proposed.review?,
            examiner: proposed.examiner,
            lines: proposed.lines.clone(),
            text: proposed.text.clone().unwrap_or_default(),
            seconded_by: Some(second),
        })
    }
}
