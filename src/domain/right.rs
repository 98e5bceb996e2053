//! A right: patent, holder, standing of whoever complains, and the documents that show it; deposited once,
//! verified once by people, and then named by complaints (`workflow::rights`).
//!
//! A right is not changed after it was deposited: what is missing or out of date is deposited as another.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::audience::Audience;
use super::notice::{Capacity, DocumentKind, DocumentStated, PatentStated, Person, PersonKind, ServiceAddress};

/// A right as it arrives. A file is named by the id of an earlier upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightForm {
    /// The patent, as the depositor states it.
    pub patent: PatentStated,
    /// Who complains by it.
    pub complainant: Person,
    /// In what capacity.
    pub capacity: Capacity,
    /// The agent that will file, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Person>,
    /// Confirmed service address (送达地址确认).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_address: Option<ServiceAddress>,
    /// The documents.
    pub documents: Vec<DocumentStated>,
    /// The evaluation report, by file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// A right without the people in it: what is kept in clear. Files are named by SHA-256 here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RightCase {
    /// The patent as stated.
    pub patent: PatentStated,
    /// Capacity.
    pub capacity: Capacity,
    /// Kind of the complainant.
    pub complainant_kind: PersonKind,
    /// Whether an agent files.
    pub has_agent: bool,
    /// Whether a service address was confirmed.
    pub service_address_confirmed: bool,
    /// Documents, by SHA-256.
    pub documents: Vec<DocumentStated>,
    /// SHA-256 of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// The people of a right: kept encrypted, one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightPeople {
    /// Who complains.
    pub complainant: Person,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Person>,
    /// Where it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_address: Option<ServiceAddress>,
}

impl RightForm {
    /// Parts the case from the people.
    pub fn split(self) -> (RightCase, RightPeople) {
        let case = RightCase {
            patent: self.patent,
            capacity: self.capacity,
            complainant_kind: self.complainant.kind,
            has_agent: self.agent.is_some(),
            service_address_confirmed: self.service_address.as_ref().is_some_and(|a| a.confirmed),
            documents: self.documents,
            report: self.report,
        };
        (case, RightPeople { complainant: self.complainant, agent: self.agent, service_address: self.service_address })
    }

    /// Every file the form names, with the JSON Pointer of the place.
    pub fn files(&self) -> Vec<(String, &str)> {
        let report = self.report.iter().map(|r| ("/report".to_owned(), r.as_str()));
        let documents = self.documents.iter().enumerate().map(|(i, d)| (format!("/documents/{i}/file"), d.file.as_str()));
        report.chain(documents).collect()
    }

    /// Replaces every file name by what `to` makes of it.
    pub fn rename_files(&mut self, to: impl Fn(&str) -> String) {
        if let Some(report) = &mut self.report {
            *report = to(report);
        }
        for d in &mut self.documents {
            d.file = to(&d.file);
        }
    }
}

/// A part of a right that is verified by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Who the complainant is. Law: Civil Code 1195 (真实身份信息).
    Identity,
    /// That it may complain by this patent. Law: 法发〔2020〕32号 5; Patent Law 14.
    Standing,
    /// The patent documents.
    Documents,
    /// The report, against a copy of the patent office: level B, by two people.
    Report,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 4] = [Part::Identity, Part::Standing, Part::Documents, Part::Report];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Part::Identity => "identity",
            Part::Standing => "standing",
            Part::Documents => "documents",
            Part::Report => "report",
        }
    }

    /// The part of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Part::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// What a person found of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartResult {
    /// It is shown.
    Verified,
    /// It is not.
    Refused,
}

/// Codes of reasons for a refusal.
pub const REFUSAL_REASONS: &[(&str, &str)] = &[
    ("identity_not_shown", "The document does not show who it is"),
    ("name_differs", "The names in the documents differ"),
    ("standing_not_shown", "The capacity is not shown"),
    ("licence_insufficient", "The licence does not give the right to complain"),
    ("consent_missing", "The consent of the other owners is missing"),
    ("authority_expired", "The power of attorney or the licence is over"),
    ("document_missing", "A document is missing"),
    ("document_unreadable", "A document cannot be read"),
    ("report_differs", "The report differs from the copy of the patent office"),
    ("other", "See the text"),
];

/// One finding of one person on one part; the last on a part counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The part.
    pub part: Part,
    /// What was found.
    pub result: PartResult,
    /// What it rests on.
    pub evidence: String,
    /// Codes of [`REFUSAL_REASONS`].
    pub reasons: Vec<String>,
    /// Who.
    pub examiner: Uuid,
    /// When.
    pub at: Timestamp,
}

/// Where a right stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RightState {
    /// Something is not verified yet.
    Deposited,
    /// Identity, standing and documents are verified.
    Verified,
    /// A part was refused.
    Refused,
}

impl RightState {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            RightState::Deposited => "deposited",
            RightState::Verified => "verified",
            RightState::Refused => "refused",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [RightState::Deposited, RightState::Verified, RightState::Refused].into_iter().find(|s| s.word() == word)
    }
}

/// The last finding on a part.
pub fn last(all: &[Verification], part: Part) -> Option<&Verification> {
    all.iter().rev().find(|v| v.part == part)
}

/// Where a right with these findings stands.
pub fn state(all: &[Verification]) -> RightState {
    let of = |part| last(all, part).map(|v| v.result);
    if Part::ALL.into_iter().any(|p| of(p) == Some(PartResult::Refused)) {
        RightState::Refused
    } else if [Part::Identity, Part::Standing, Part::Documents].into_iter().all(|p| of(p) == Some(PartResult::Verified)) {
        RightState::Verified
    } else {
        RightState::Deposited
    }
}

/// Last day on which the documents let somebody act for or by the right. `None`: no such document is needed,
/// or it names no last day.
pub fn authority_until(capacity: Capacity, has_agent: bool, documents: &[(DocumentKind, Option<Date>)]) -> Option<Date> {
    authority_ends(capacity, has_agent, documents).into_iter().map(|(_, last_day)| last_day).min()
}

/// The documents that let somebody act for or by the right, each with its last day if it names one: the power
/// of attorney where an agent files, the licence of a licensee.
pub fn authority_ends(capacity: Capacity, has_agent: bool, documents: &[(DocumentKind, Option<Date>)]) -> Vec<(DocumentKind, Date)> {
    let licensee = matches!(capacity, Capacity::ExclusiveLicensee | Capacity::SoleLicensee | Capacity::OrdinaryLicensee);
    let longest = |kind: DocumentKind| {
        let all: Vec<Option<Date>> = documents.iter().filter(|(k, _)| *k == kind).map(|(_, until)| *until).collect();
        // One without a last day holds; of several the longest does.
        if all.contains(&None) { None } else { all.into_iter().flatten().max() }
    };
    let needed = [(has_agent, DocumentKind::PowerOfAttorney), (licensee, DocumentKind::Licence)];
    needed.into_iter().filter_map(|(needed, kind)| Some((kind, longest(kind).filter(|_| needed)?))).collect()
}

/// Who may see a document of a kind. What names people, licences and purchases stays with the examiners.
pub fn audience(kind: DocumentKind) -> &'static [Audience] {
    use Audience::{Complainant, Examiner, Platform, Public, Respondent};
    match kind {
        DocumentKind::GrantPublication => &[Examiner, Complainant, Platform, Respondent, Public],
        DocumentKind::PatentCertificate
        | DocumentKind::RegisterExtract
        | DocumentKind::EvaluationReport
        | DocumentKind::MaintainingDecision
        | DocumentKind::Judgment
        | DocumentKind::Adjudication
        | DocumentKind::Comparison
        | DocumentKind::ListingSnapshot => &[Examiner, Complainant, Platform, Respondent],
        DocumentKind::AnnualFeeReceipt
        | DocumentKind::Identity
        | DocumentKind::PowerOfAttorney
        | DocumentKind::Licence
        | DocumentKind::CoownerConsent
        | DocumentKind::TestPurchase
        | DocumentKind::NotarialDeed
        | DocumentKind::TimestampCertificate => &[Examiner, Complainant],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn found(part: Part, result: PartResult) -> Verification {
        Verification { part, result, evidence: "e".into(), reasons: vec![], examiner: Uuid::nil(), at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_last_finding_on_a_part_counts() {
        use PartResult::{Refused, Verified};
        let mut all = vec![found(Part::Identity, Verified), found(Part::Standing, Refused)];
        assert_eq!(state(&all), RightState::Refused);
        all.push(found(Part::Standing, Verified));
        assert_eq!(state(&all), RightState::Deposited, "the documents are not verified");
        all.push(found(Part::Documents, Verified));
        assert_eq!(state(&all), RightState::Verified);
        all.push(found(Part::Report, Refused));
        assert_eq!(state(&all), RightState::Refused);
    }

    #[test]
    fn authority_ends_with_the_first_document_that_is_needed() {
        let (early, late) = (date(2026, 1, 1), date(2027, 1, 1));
        let power = |until| (DocumentKind::PowerOfAttorney, until);
        let licence = |until| (DocumentKind::Licence, until);
        assert_eq!(authority_until(Capacity::Patentee, false, &[power(Some(early))]), None, "nobody acts by it");
        assert_eq!(authority_until(Capacity::Patentee, true, &[power(Some(early)), power(Some(late))]), Some(late));
        assert_eq!(authority_until(Capacity::Patentee, true, &[power(Some(early)), power(None)]), None);
        assert_eq!(authority_until(Capacity::SoleLicensee, true, &[power(Some(late)), licence(Some(early))]), Some(early));
    }
}
