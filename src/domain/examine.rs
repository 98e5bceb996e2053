//! The ten checks of an evaluation report, and what they add up to. Pure: the same facts, notice,
//! register and day always give the same findings.
//!
//! Unknown is not fail. A fact that only the complainant states proves nothing; it can only disagree.

mod authenticity;
mod checks;
mod finding;
mod items;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::register::RegisterEntry;
use super::report::{ItemVerdict, ReportFacts, Verdict};
use super::report_relation::OnRecord;
use super::signature::{SignatureSeen, Standing};

/// Confidence of OCR from which a check may pass on what it read.
pub const OCR_CONFIDENCE_MIN: u8 = 70;
/// Longest number of a claim or design, in digits.
const ITEM_DIGITS_MAX: usize = 4;

/// One of the ten checks, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// Is it an evaluation report of the right kind?
    #[serde(rename = "report.kind")]
    Kind,
    /// Is its patent number right?
    #[serde(rename = "patent.number")]
    Number,
    /// Is it about the patent of the notice?
    #[serde(rename = "report.identity")]
    Identity,
    /// Is it genuine?
    #[serde(rename = "report.authenticity")]
    Authenticity,
    /// Can its dates be?
    #[serde(rename = "report.dates")]
    Dates,
    /// Was it replaced by a corrected one?
    #[serde(rename = "report.superseded")]
    Superseded,
    /// Is the text that was evaluated the text in force?
    #[serde(rename = "report.text")]
    Text,
    /// Was each asserted item searched?
    #[serde(rename = "report.coverage")]
    Coverage,
    /// What does it say of each asserted item?
    #[serde(rename = "report.verdict")]
    Verdict,
    /// Is the patent in force, today and on the day of the act?
    #[serde(rename = "patent.in_force")]
    InForce,
}

impl Check {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Check::Kind => "report.kind",
            Check::Number => "patent.number",
            Check::Identity => "report.identity",
            Check::Authenticity => "report.authenticity",
            Check::Dates => "report.dates",
            Check::Superseded => "report.superseded",
            Check::Text => "report.text",
            Check::Coverage => "report.coverage",
            Check::Verdict => "report.verdict",
            Check::InForce => "patent.in_force",
        }
    }
}

/// Result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// Shown.
    Pass,
    /// Shown not to be so.
    Fail,
    /// Neither.
    Unknown,
}

impl CheckResult {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            CheckResult::Pass => "pass",
            CheckResult::Fail => "fail",
            CheckResult::Unknown => "unknown",
        }
    }
}

/// What the ten checks add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    /// All shown.
    Usable,
    /// Some asserted items are defective or were not searched.
    UsableInPart,
    /// Every asserted item is defective. Not a refusal.
    Negative,
    /// Something is not shown.
    Unverified,
    /// The document cannot support the complaint.
    Unusable,
}

impl Overall {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Overall::Usable => "usable",
            Overall::UsableInPart => "usable_in_part",
            Overall::Negative => "negative",
            Overall::Unverified => "unverified",
            Overall::Unusable => "unusable",
        }
    }
}

/// Authenticity level of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticityLevel {
    /// Digital signature to a configured trust anchor.
    A,
    /// Compared with a copy obtained from the patent office, by two people.
    B,
    /// Original sighted by an examiner.
    C,
    /// The complainant's undertaking only.
    D,
    /// Altered after signing.
    #[serde(rename = "broken")]
    Broken,
    /// A person recorded that it is false.
    #[serde(rename = "revoked")]
    Revoked,
}

impl AuthenticityLevel {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            AuthenticityLevel::A => "A",
            AuthenticityLevel::B => "B",
            AuthenticityLevel::C => "C",
            AuthenticityLevel::D => "D",
            AuthenticityLevel::Broken => "broken",
            AuthenticityLevel::Revoked => "revoked",
        }
    }

    /// What a file's own signature shows; nobody grants it, and it lasts as long as its trust anchor is
    /// trusted here.
    pub fn shown_by(signature: &SignatureSeen, today: Date) -> Option<Self> {
        match signature {
            SignatureSeen::Altered { .. } => Some(AuthenticityLevel::Broken),
            SignatureSeen::Trusted { signer } if signer.standing(today) == Standing::Good => Some(AuthenticityLevel::A),
            SignatureSeen::Trusted { .. }
            | SignatureSeen::Absent
            | SignatureSeen::Untrusted { .. }
            | SignatureSeen::Expired { .. }
            | SignatureSeen::Appended { .. }
            | SignatureSeen::Bad { .. }
            | SignatureSeen::Unsupported { .. }
            | SignatureSeen::Unknown => None,
        }
    }

    /// The one of two that counts: what speaks against the file before all, then the better.
    pub fn counting(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        use AuthenticityLevel::{A, B, Broken, C, D, Revoked};
        [Revoked, Broken, A, B, C, D].into_iter().find(|l| a == Some(*l) || b == Some(*l))
    }

    /// Whether it proves the file for every complaint with it.
    pub fn is_proof(self) -> bool {
        matches!(self, AuthenticityLevel::A | AuthenticityLevel::B)
    }

    /// The level of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "A" => Some(AuthenticityLevel::A),
            "B" => Some(AuthenticityLevel::B),
            "C" => Some(AuthenticityLevel::C),
            "D" => Some(AuthenticityLevel::D),
            "broken" => Some(AuthenticityLevel::Broken),
            "revoked" => Some(AuthenticityLevel::Revoked),
            _ => None,
        }
    }
}

/// Who supplied what a finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppliedBy {
    /// The words of the report.
    Report,
    /// The register, as an examiner or an import supplied it.
    Register,
    /// An examiner.
    Examiner,
    /// The digital signature of the file.
    Signature,
    /// The service's own records.
    Records,
    /// The complainant's word; never a pass.
    Complainant,
    /// Nobody.
    Nobody,
}

/// The result of one check with everything a person needs to follow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// Its result.
    pub result: CheckResult,
    /// Stable code of the reason.
    pub code: String,
    /// What was seen.
    pub seen: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// Who supplied what was seen.
    pub supplied_by: SuppliedBy,
    /// 1-based page of the report.
    pub page: Option<u32>,
    /// The words there.
    pub quote: Option<String>,
    /// Confidence of the OCR that read the words, 0 to 100; absent where they are text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Legal source.
    pub law: String,
    /// A sentence in English.
    pub message: String,
    /// The same in Chinese; it governs.
    pub message_zh: String,
    /// What would cure it.
    pub cure: Option<String>,
    /// The same in Chinese.
    pub cure_zh: Option<String>,
    /// Something to heed although the check passed.
    pub warning: Option<String>,
}

/// What the notice says of the patent: the complainant's word.
#[derive(Clone, Copy, Debug)]
pub struct Claimed<'a> {
    /// Patent number, as stated.
    pub number: &'a str,
    /// Title.
    pub title: Option<&'a str>,
    /// Holder.
    pub holder: Option<&'a str>,
    /// Filing date.
    pub filed_on: Option<Date>,
    /// Date of the grant announcement.
    pub granted_on: Option<Date>,
    /// Asserted items, normalised.
    pub asserted_items: &'a [String],
    /// Day of the alleged act.
    pub alleged_act_on: Option<Date>,
}

/// What the checks look at.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// What the report says.
    pub facts: &'a ReportFacts,
    /// What the notice says; without one every item counts as asserted, and identity is left out of the overall.
    pub notice: Option<Claimed<'a>>,
    /// The register's entry.
    pub register: Option<&'a RegisterEntry>,
    /// The authenticity level that people granted.
    pub granted: Option<AuthenticityLevel>,
    /// What other files on the patent hold against it.
    pub on_record: &'a OnRecord,
    /// Today in Shanghai.
    pub today: Date,
}

impl<'a> Examination<'a> {
    /// The register's entry, if it is not too old to prove anything.
    fn fresh_register(&self) -> Option<&'a RegisterEntry> {
        self.register.filter(|r| r.is_fresh(self.today))
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// What it adds up to.
    pub overall: Overall,
    /// The ten findings, in their order.
    pub findings: Vec<Finding>,
    /// Verdicts on the asserted items.
    pub asserted: Vec<ItemVerdict>,
    /// The authenticity level that counts: what people granted, and what the file's signature shows.
    pub authenticity: Option<AuthenticityLevel>,
}

impl Examined {
    /// Whether nothing speaks against the report but what no file can show by itself: that it is genuine,
    /// that its text and the patent are in force, and what patent the complaint is about.
    pub fn is_sound_by_itself(&self) -> bool {
        let beyond_the_file = |f: &Finding| {
            f.result == CheckResult::Unknown
                && (matches!(f.check, Check::Authenticity | Check::Identity | Check::Text)
                    || (f.check == Check::InForce && f.code.starts_with("register.")))
        };
        matches!(self.overall, Overall::Usable | Overall::Unverified)
            && self.findings.iter().all(|f| f.result == CheckResult::Pass || beyond_the_file(f))
    }
}

/// The ten checks.
pub fn examine(x: &Examination) -> Examined {
    let asserted = asserted_verdicts(x);
    let level = AuthenticityLevel::counting(x.granted, AuthenticityLevel::shown_by(&x.facts.signature, x.today));
    let findings = vec![
        checks::kind(x),
        checks::number(x),
        checks::identity(x),
        authenticity::check(x, level),
        checks::dates(x),
        checks::superseded(x),
        items::text(x),
        items::coverage(&asserted),
        items::verdict(&asserted),
        checks::in_force(x),
    ];
    let findings: Vec<Finding> = findings.into_iter().map(finding::by_ocr).collect();
    let overall = overall(&findings, &asserted, x.notice.is_some());
    Examined { overall, findings, asserted, authenticity: level }
}

/// The report's verdict on each asserted item; one it does not speak of is unknown, and so is every one
/// on a text that is no longer in force.
fn asserted_verdicts(x: &Examination) -> Vec<ItemVerdict> {
    let amended = items::amended_since(x);
    let of_text = |v: ItemVerdict| if amended { ItemVerdict { verdict: Verdict::Unknown, ..v } } else { v };
    read_verdicts(x).into_iter().map(of_text).collect()
}

fn read_verdicts(x: &Examination) -> Vec<ItemVerdict> {
    let verdicts = &x.facts.verdicts;
    let Some(notice) = x.notice else {
        return verdicts.clone();
    };
    let of = |item: &String| {
        let found = verdicts.iter().find(|v| v.item == *item).or_else(|| verdicts.iter().find(|v| v.item == "all"));
        match found {
            Some(v) => ItemVerdict { item: item.clone(), ..v.clone() },
            None => ItemVerdict::new(item, Verdict::Unknown),
        }
    };
    notice.asserted_items.iter().map(of).collect()
}

fn overall(findings: &[Finding], asserted: &[ItemVerdict], with_notice: bool) -> Overall {
    let all = |v: Verdict| !asserted.is_empty() && asserted.iter().all(|i| i.verdict == v);
    let any = |v: Verdict| asserted.iter().any(|i| i.verdict == v);
    let decisive = |f: &&Finding| !matches!(f.check, Check::Coverage | Check::Verdict);
    let counts = |f: &&Finding| with_notice || f.check != Check::Identity;
    if findings.iter().filter(decisive).any(|f| f.result == CheckResult::Fail) || all(Verdict::NotSearched) {
        Overall::Unusable
    } else if all(Verdict::Defective) {
        Overall::Negative
    } else if any(Verdict::Defective) || any(Verdict::NotSearched) {
        Overall::UsableInPart
    } else if findings.iter().filter(counts).any(|f| f.result == CheckResult::Unknown) {
        Overall::Unverified
    } else {
        Overall::Usable
    }
}

/// The number of a claim or design in its normal form (`"1"`), however it was written (`权利要求１`, `设计2`).
pub fn normal_item(text: &str) -> Option<String> {
    let folded: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            _ => c,
        })
        .collect();
    let digits = ["权利要求", "外观设计", "设计", "套件"]
        .iter()
        .find_map(|label| folded.strip_prefix(label))
        .unwrap_or(&folded)
        .trim()
        .trim_start_matches('0');
    let right = !digits.is_empty() && digits.len() <= ITEM_DIGITS_MAX && digits.bytes().all(|b| b.is_ascii_digit());
    right.then(|| digits.to_owned())
}

#[cfg(test)]
mod tests;
