//! How two files that say they are the evaluation report of one patent stand to each other, and what that
//! means for the one a complaint rests on. Pure.
//!
//! There is one report a patent (Implementing Rules 63), and anybody may copy it: other bytes with the same
//! facts are normal. A correction (更正) replaces it. Otherwise different facts are for a person to look at.
//!
//! # Why
//! Anybody can file a file. So one that nobody has proven changes nothing for one that is proven, and makes
//! nothing fail: at most it makes a person look.

use serde::Serialize;

use super::report::{ItemVerdict, ReportFacts, Seen, TextVersion, Verdict};

/// How one file stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Other bytes, the same facts.
    AnotherCopy,
    /// It is a correction of the other.
    Corrects,
    /// The other is a correction of it.
    SupersededBy,
    /// Otherwise different facts.
    Conflict,
    /// One of the two cannot be read.
    Unread,
}

/// What one file says, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// In words.
    pub value: String,
    /// 1-based page.
    pub page: Option<u32>,
    /// The words there.
    pub quote: Option<String>,
}

/// Something that both files say, each otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Name of the fact; of a verdict `verdicts/` and the item.
    pub field: String,
    /// What the one says.
    pub this: Said,
    /// What the other says.
    pub other: Said,
}

/// Another file on the same patent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherReport {
    /// SHA-256.
    pub sha256: String,
    /// What it says.
    pub facts: ReportFacts,
    /// Authenticity level A or B.
    pub proven: bool,
}

/// What our records hold against the report a complaint rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OnRecord {
    /// Nothing.
    #[default]
    Nothing,
    /// A proven correction replaced it.
    Superseded {
        /// The correction.
        by: String,
    },
    /// A file says it is a correction, and nobody has proven it.
    CorrectionUnproven {
        /// That file.
        by: String,
    },
    /// Another file says otherwise.
    Conflict {
        /// That file.
        with: String,
        /// The first difference.
        field: String,
    },
}

/// How `this` stands to `other`, and what they say otherwise. A fact that one of them does not give, or that
/// a machine guessed from a picture, is no difference.
pub fn relate(this: &ReportFacts, other: &ReportFacts) -> (Relation, Vec<Difference>) {
    if !this.is_read() || !other.is_read() {
        return (Relation::Unread, Vec::new());
    }
    let differences = differences(this, other);
    let completed = |f: &ReportFacts| f.completed_on.as_ref().map(|d| d.value);
    let relation = match (this.corrected, other.corrected) {
        (true, false) => Relation::Corrects,
        (false, true) => Relation::SupersededBy,
        _ if differences.is_empty() => Relation::AnotherCopy,
        // A second correction, after a supplementary search. Law: 专利审查指南 第五部分第十章 6.
        (true, true) if completed(this) > completed(other) && completed(other).is_some() => Relation::Corrects,
        (true, true) if completed(other) > completed(this) && completed(this).is_some() => Relation::SupersededBy,
        _ => Relation::Conflict,
    };
    (relation, differences)
}

/// What the other files on the patent mean for a report: the gravest.
pub fn on_record(facts: &ReportFacts, proven: bool, others: &[OtherReport]) -> OnRecord {
    let mut gravest = OnRecord::Nothing;
    for other in others {
        let (relation, differences) = relate(facts, &other.facts);
        let found = match relation {
            Relation::SupersededBy if other.proven => OnRecord::Superseded { by: other.sha256.clone() },
            Relation::SupersededBy if !proven => OnRecord::CorrectionUnproven { by: other.sha256.clone() },
            Relation::Conflict if other.proven || !proven => {
                let field = differences.first().map(|d| d.field.clone()).unwrap_or_default();
                OnRecord::Conflict { with: other.sha256.clone(), field }
            }
            _ => OnRecord::Nothing,
        };
        if found.weight() > gravest.weight() {
            gravest = found;
        }
    }
    gravest
}

impl OnRecord {
    fn weight(&self) -> u8 {
        match self {
            OnRecord::Nothing => 0,
            OnRecord::Conflict { .. } => 1,
            OnRecord::CorrectionUnproven { .. } => 2,
            OnRecord::Superseded { .. } => 3,
        }
    }
}

fn differences(this: &ReportFacts, other: &ReportFacts) -> Vec<Difference> {
    let mut found = Vec::new();
    differ(&mut found, "form", (&this.form, &other.form), |f| f.code().to_owned());
    differ(&mut found, "patent_number", (&this.patent_number, &other.patent_number), |n| bare(n));
    differ(&mut found, "title", (&this.title, &other.title), |t| bare(t));
    differ(&mut found, "holder", (&this.holder, &other.holder), |t| bare(t));
    differ(&mut found, "requester", (&this.requester, &other.requester), |t| bare(t));
    differ(&mut found, "filed_on", (&this.filed_on, &other.filed_on), ToString::to_string);
    differ(&mut found, "priority_on", (&this.priority_on, &other.priority_on), ToString::to_string);
    differ(&mut found, "granted_on", (&this.granted_on, &other.granted_on), ToString::to_string);
    differ(&mut found, "completed_on", (&this.completed_on, &other.completed_on), ToString::to_string);
    differ(&mut found, "text_version", (&this.text_version, &other.text_version), |t| match t {
        TextVersion::Granted => "granted".to_owned(),
        TextVersion::Decision { number } => format!("decision {number}"),
    });
    verdicts_differ(&mut found, (&this.verdicts, &other.verdicts));
    found
}

fn differ<T>(found: &mut Vec<Difference>, field: &str, (this, other): (&Option<Seen<T>>, &Option<Seen<T>>), words: impl Fn(&T) -> String) {
    let (Some(a), Some(b)) = (this, other) else { return };
    if a.read.is_guess() || b.read.is_guess() {
        return;
    }
    let (value, their) = (words(&a.value), words(&b.value));
    if value != their {
        found.push(Difference {
            field: field.to_owned(),
            this: Said { value, page: Some(a.page), quote: Some(a.quote.clone()) },
            other: Said { value: their, page: Some(b.page), quote: Some(b.quote.clone()) },
        });
    }
}

fn verdicts_differ(found: &mut Vec<Difference>, (this, other): (&[ItemVerdict], &[ItemVerdict])) {
    let said = |v: &ItemVerdict| Said { value: v.verdict.word().to_owned(), page: v.page, quote: v.quote.clone() };
    for a in this.iter().filter(|v| v.verdict != Verdict::Unknown) {
        let theirs = other.iter().find(|b| b.item == a.item && b.verdict != Verdict::Unknown);
        if let Some(b) = theirs.filter(|b| b.verdict != a.verdict) {
            found.push(Difference { field: format!("verdicts/{}", a.item), this: said(a), other: said(b) });
        }
    }
}

/// A name or number without blanks, and with one kind of brackets.
fn bare(text: &str) -> String {
    let one_kind = |c: char| match c {
        '（' => '(',
        '）' => ')',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(one_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{ReadBy, Readability};
    use jiff::civil::{Date, date};

    fn report(completed_on: Date, corrected: bool) -> ReportFacts {
        let seen = |value: Date| Some(Seen::new(value, 1, value.to_string()));
        ReportFacts {
            completed_on: seen(completed_on),
            corrected,
            verdicts: vec![ItemVerdict { page: Some(2), ..ItemVerdict::new("1", Verdict::NoDefectFound) }],
            ..ReportFacts::nothing_read(Readability::Text)
        }
    }

    fn known(facts: ReportFacts, proven: bool) -> OtherReport {
        OtherReport { sha256: "other".into(), facts, proven }
    }

    #[test]
    fn the_four_relations() {
        let (early, late) = (date(2024, 1, 1), date(2024, 6, 1));
        let original = report(early, false);
        assert_eq!(relate(&original, &report(early, false)), (Relation::AnotherCopy, vec![]));
        let less = ReportFacts { completed_on: None, ..original.clone() };
        assert_eq!(relate(&original, &less).0, Relation::AnotherCopy, "what is not read is no difference");
        assert_eq!(relate(&original, &report(late, true)).0, Relation::SupersededBy);
        assert_eq!(relate(&report(late, true), &original).0, Relation::Corrects);
        assert_eq!(relate(&report(early, true), &report(late, true)).0, Relation::SupersededBy);
        let (relation, differences) = relate(&original, &report(late, false));
        assert_eq!((relation, differences[0].field.as_str(), differences[0].other.page), (Relation::Conflict, "completed_on", Some(1)));
        let mut bad = original.clone();
        bad.verdicts[0].verdict = Verdict::Defective;
        assert_eq!(relate(&original, &bad).1[0].field, "verdicts/1");
        assert_eq!(relate(&original, &ReportFacts::nothing_read(Readability::Scanned)).0, Relation::Unread);
    }

    #[test]
    fn a_scan_is_compared_by_what_an_examiner_read_and_not_by_guesses() {
        let text = report(date(2024, 1, 1), false);
        let guess = ReadBy::Ocr { confidence: 80 };
        let mut scan = ReportFacts { readability: Readability::Ocr { engine: "test".into(), read_pages: vec![1, 2] }, ..text.clone() };
        scan.completed_on = Some(Seen { read: guess, ..Seen::new(date(2024, 1, 7), 1, "2024年1月7日") });
        scan.verdicts[0] = ItemVerdict { read: guess, proposed: Some(Verdict::NoDefectFound), ..ItemVerdict::new("1", Verdict::Unknown) };
        assert_eq!(relate(&text, &scan).0, Relation::Unread);
        scan.verdicts[0] = ItemVerdict { read: ReadBy::Examiner, ..ItemVerdict::new("1", Verdict::NoDefectFound) };
        assert_eq!(relate(&text, &scan), (Relation::AnotherCopy, vec![]), "a misread day is no difference");
        scan.verdicts[0].verdict = Verdict::Defective;
        assert_eq!(relate(&text, &scan).0, Relation::Conflict);
    }

    #[test]
    fn what_nobody_has_proven_never_makes_a_report_fail() {
        let (early, late) = (date(2024, 1, 1), date(2024, 6, 1));
        let mine = report(early, false);
        let correction = |proven| known(report(late, true), proven);
        let conflict = |proven| known(report(late, false), proven);
        assert!(matches!(on_record(&mine, false, &[correction(false)]), OnRecord::CorrectionUnproven { .. }));
        assert_eq!(on_record(&mine, true, &[correction(false)]), OnRecord::Nothing);
        assert!(matches!(on_record(&mine, true, &[correction(true)]), OnRecord::Superseded { .. }));
        assert!(matches!(on_record(&mine, false, &[conflict(false)]), OnRecord::Conflict { .. }));
        assert_eq!(on_record(&mine, true, &[conflict(false)]), OnRecord::Nothing);
        assert!(matches!(on_record(&mine, true, &[conflict(true)]), OnRecord::Conflict { .. }));
        assert!(matches!(on_record(&mine, false, &[conflict(true), correction(true)]), OnRecord::Superseded { .. }));
        assert_eq!(on_record(&mine, false, &[known(mine.clone(), true)]), OnRecord::Nothing);
    }
}
