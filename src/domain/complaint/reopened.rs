//! What a complaint hears of from outside, and the examiner's answer: the bodies of `reopened` and `reconsidered`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::dispatch::AckStep;
use crate::domain::notice::DocumentKind;
use crate::domain::register::RegisterChange;

/// It is with the examiners again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// Why.
    pub why: ReopenedWhy,
    /// Day by which an examiner looks at it.
    pub due_on: Date,
    /// Version of the calendar that day was computed with.
    pub calendar_version: String,
}

/// Why a complaint is with the examiners again. Equal reasons are one reason: it is told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReopenedWhy {
    /// The register changed. Law: Patent Law 42, 44, 46(2), 47; Implementing Rules 6, 115.
    Register {
        /// Version of the entry.
        version: i64,
        /// What changed.
        changes: Vec<RegisterChange>,
    },
    /// An examiner recorded that its report is false. Law: Implementing Rules 101(1)(iv); E-Commerce Law 42(3).
    ReportRevoked {
        /// The report.
        report_sha256: String,
        /// Code the examiner gave.
        reason: String,
    },
    /// A corrected report (更正) replaced its report. Law: 专利审查指南 第五部分第十章 6.
    ReportSuperseded {
        /// Its report.
        report_sha256: String,
        /// The correction.
        by: String,
    },
    /// A proven report says otherwise than its report. Law: Implementing Rules 63 (one report a patent).
    ReportConflict {
        /// Its report.
        report_sha256: String,
        /// The proven one.
        with: String,
    },
    /// The term of the patent is over, by its dates alone. Law: Patent Law 42.
    TermEnded {
        /// The last day of the term.
        last_day: Date,
    },
    /// The power of attorney or the licence by which somebody complains is over. Law: Civil Code 173(1).
    AuthorityEnded {
        /// `power_of_attorney` or `licence`.
        document: DocumentKind,
        /// Its last day.
        last_day: Date,
    },
    /// A platform's records speak against it: listed or sold before the filing or priority day, or licensed.
    /// Law: Patent Law 67, 75(1), 75(2).
    PlatformSays {
        /// The dispatch it answered.
        dispatch: Uuid,
        /// What it says, by listing.
        lines: Vec<PlatformLine>,
    },
    /// A message about it did not reach the platform in time (policy: somebody has to know).
    Undelivered {
        /// The dispatch.
        dispatch: Uuid,
        /// The endpoint it was for.
        endpoint: Uuid,
        /// Attempts made by then.
        attempts: u32,
    },
    /// A platform has a message for longer than it may take to say what became of it (policy: somebody has to ask).
    Unacknowledged {
        /// The dispatch.
        dispatch: Uuid,
        /// The last day to answer.
        last_day: Date,
        /// The listings of which it said nothing.
        unanswered: Vec<u32>,
    },
    /// A platform says that it did not do what it was asked, although there is something to be done (policy: a seller whose
    /// lift is not carried out, or a complainant whose takedown is not, learns nothing more by itself).
    NotDone {
        /// The dispatch it answered.
        dispatch: Uuid,
        /// What it says, by listing.
        lines: Vec<LineNotDone>,
    },
    /// A platform says that what was taken down is up again. Law: E-Commerce Law 38, 42(2), 45.
    Relisted {
        /// The platform that says so.
        platform: String,
        /// The takedown.
        dispatch: Uuid,
        /// The listing that was taken down.
        line: u32,
        /// The site of what is up now.
        site: String,
        /// Its item id.
        item_id: String,
        /// Its shop, where the platform names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shop: Option<String>,
    },
}

/// What a platform did not do with one listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineNotDone {
    /// The listing.
    pub line: u32,
    /// `refused` or `could_not_apply`.
    pub step: AckStep,
    /// Why, of the closed list.
    pub reason: String,
}

/// What a platform's records say of one listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformLine {
    /// The listing.
    pub line: u32,
    /// When it was first listed, where that is before the patent's day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_listed_on: Option<Date>,
    /// When it was first sold, where that is before the patent's day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_before: Option<Date>,
    /// Whether it refused because it was listed before, without saying when.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed_before: bool,
    /// Whether it has a licence on file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub licensed: bool,
}

impl PlatformLine {
    /// Whether it says that the listing is older than the patent.
    pub fn says_listed_before(&self) -> bool {
        self.listed_before || self.first_listed_on.is_some()
    }

    /// Whether it says anything against the complaint.
    pub fn speaks_against(&self) -> bool {
        self.says_listed_before() || self.sold_before.is_some() || self.licensed
    }
}

impl ReopenedWhy {
    /// Whether a platform was not reached, does not answer or does not do it: a matter of carrying out what was decided,
    /// on which it casts no doubt. A lift is owed to a seller also where the complaint is over.
    pub fn concerns_delivery(&self) -> bool {
        matches!(self, ReopenedWhy::Undelivered { .. } | ReopenedWhy::Unacknowledged { .. } | ReopenedWhy::NotDone { .. })
    }

    /// In short, for lists: `register.invalidated`, `report.revoked`, ….
    pub fn codes(&self) -> Vec<String> {
        match self {
            ReopenedWhy::Register { changes, .. } => changes.iter().map(|c| format!("register.{}", c.word())).collect(),
            ReopenedWhy::ReportRevoked { .. } => vec!["report.revoked".into()],
            ReopenedWhy::ReportSuperseded { .. } => vec!["report.superseded".into()],
            ReopenedWhy::ReportConflict { .. } => vec!["report.conflict".into()],
            ReopenedWhy::TermEnded { .. } => vec!["patent.term_ended".into()],
            ReopenedWhy::AuthorityEnded { .. } => vec!["authority.ended".into()],
            ReopenedWhy::Undelivered { .. } => vec!["dispatch.undelivered".into()],
            ReopenedWhy::Unacknowledged { .. } => vec!["dispatch.unacknowledged".into()],
            ReopenedWhy::NotDone { .. } => vec!["dispatch.not_done".into()],
            ReopenedWhy::Relisted { .. } => vec!["listing.relisted".into()],
            ReopenedWhy::PlatformSays { lines, .. } => {
                let any = |is: fn(&PlatformLine) -> bool| lines.iter().any(is);
                let said = [
                    (any(PlatformLine::says_listed_before), "platform.listed_before_filing"),
                    (any(|l| l.sold_before.is_some()), "platform.sold_before_filing"),
                    (any(|l| l.licensed), "platform.licensed_on_file"),
                ];
                said.into_iter().filter(|(so, _)| *so).map(|(_, code)| code.into()).collect()
            }
        }
    }
}

/// An examiner looked at it again and leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconsidered {
    /// The examiner.
    pub examiner: Uuid,
    /// Why it stays, without personal data.
    pub text: String,
}
