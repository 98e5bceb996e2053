//! What an examiner read on the pages of a report, for what the machine could not read or only guessed.
//!
//! # Why it holds for the file
//! The words on a page are a property of the bytes: whoever files the same file files the same words. So
//! a reading is made once and holds for every complaint with that file, as levels A and B of
//! authenticity do. It says nothing of whether the file is genuine; nothing leaves without a human
//! before that is shown too, by a signature or by two people.
//!
//! It never stands against text: where the machine read text of its own, the two have to agree.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::report::{Form, ItemVerdict, ReadBy, ReadingFlag, ReportFacts, Seen, TextVersion, Verdict};

/// The item that stands for every item of a report.
const ALL_ITEMS: &str = "all";

/// One value and the page it stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnPage<T> {
    /// The value.
    pub value: T,
    /// 1-based page.
    pub page: u32,
}

/// The verdict on one item and the page it stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictOnPage {
    /// Number of the claim or design, or `all`.
    pub item: String,
    /// What the page says.
    pub verdict: Verdict,
    /// 1-based page.
    pub page: u32,
}

/// What an examiner read; absent: not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageReading {
    /// Form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<OnPage<Form>>,
    /// Patent number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patent_number: Option<OnPage<String>>,
    /// Title of the utility model, or the product of the design.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<OnPage<String>>,
    /// Patentee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<OnPage<String>>,
    /// Filing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<OnPage<Date>>,
    /// Date of the grant announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_on: Option<OnPage<Date>>,
    /// Date of completion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_on: Option<OnPage<Date>>,
    /// The text that was evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<OnPage<TextVersion>>,
    /// Verdicts.
    #[serde(default)]
    pub verdicts: Vec<VerdictOnPage>,
}

/// An examiner read the pages of the report, where the machine could not or only guessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRead {
    /// The file.
    pub report_sha256: String,
    /// The examiner.
    pub examiner: Uuid,
    /// The verdicts that were read.
    pub verdicts: Vec<VerdictOnPage>,
    /// The other facts that were read, by name; names of people are not written here.
    pub facts: Vec<String>,
}

impl PageReading {
    /// The facts it names beside verdicts, in the order of the form.
    pub fn fact_names(&self) -> Vec<&'static str> {
        let named = [
            ("form", self.form.is_some()),
            ("patent_number", self.patent_number.is_some()),
            ("title", self.title.is_some()),
            ("holder", self.holder.is_some()),
            ("filed_on", self.filed_on.is_some()),
            ("granted_on", self.granted_on.is_some()),
            ("completed_on", self.completed_on.is_some()),
            ("text_version", self.text_version.is_some()),
        ];
        named.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// Every page it names, with a JSON Pointer.
    pub fn pages(&self) -> Vec<(String, u32)> {
        let facts = [
            self.form.as_ref().map(|f| f.page),
            self.patent_number.as_ref().map(|f| f.page),
            self.title.as_ref().map(|f| f.page),
            self.holder.as_ref().map(|f| f.page),
            self.filed_on.as_ref().map(|f| f.page),
            self.granted_on.as_ref().map(|f| f.page),
            self.completed_on.as_ref().map(|f| f.page),
            self.text_version.as_ref().map(|f| f.page),
        ];
        let facts = self.fact_names().into_iter().zip(facts.into_iter().flatten()).map(|(name, page)| (format!("/{name}"), page));
        facts.chain(self.verdicts.iter().enumerate().map(|(i, v)| (format!("/verdicts/{i}"), v.page))).collect()
    }
}

impl ReportFacts {
    /// Whether something can be concluded from the file: it has text, or an examiner read its verdicts.
    pub fn is_read(&self) -> bool {
        self.readability == super::report::Readability::Text || self.verdicts.iter().any(|v| v.read == ReadBy::Examiner)
    }

    /// The facts with what examiners read, a later reading over an earlier.
    pub fn with_readings(mut self, readings: &[PageReading]) -> Self {
        for reading in readings {
            if !self.contradicted_by(reading).is_empty() && !self.flags.contains(&ReadingFlag::ReadingsDisagree) {
                self.flags.push(ReadingFlag::ReadingsDisagree);
                self.flags.sort_unstable();
            }
            lay(&mut self.form, reading.form.as_ref());
            lay(&mut self.patent_number, reading.patent_number.as_ref());
            lay(&mut self.title, reading.title.as_ref());
            lay(&mut self.holder, reading.holder.as_ref());
            lay(&mut self.filed_on, reading.filed_on.as_ref());
            lay(&mut self.granted_on, reading.granted_on.as_ref());
            lay(&mut self.completed_on, reading.completed_on.as_ref());
            lay(&mut self.text_version, reading.text_version.as_ref());
            if let Some(form) = &self.form {
                self.kind = Some(form.value.patent_kind());
            }
            for verdict in &reading.verdicts {
                self.lay_verdict(verdict);
            }
        }
        self
    }

    /// Names of the facts that the machine read as text and that a reading gives otherwise.
    pub fn contradicted_by(&self, reading: &PageReading) -> Vec<String> {
        let mut names = Vec::new();
        let mut note = |name: &str, contradicted: bool| {
            if contradicted {
                names.push(name.to_owned());
            }
        };
        note("form", contradicts(self.form.as_ref(), reading.form.as_ref()));
        note("patent_number", contradicts(self.patent_number.as_ref(), reading.patent_number.as_ref()));
        note("title", contradicts(self.title.as_ref(), reading.title.as_ref()));
        note("holder", contradicts(self.holder.as_ref(), reading.holder.as_ref()));
        note("filed_on", contradicts(self.filed_on.as_ref(), reading.filed_on.as_ref()));
        note("granted_on", contradicts(self.granted_on.as_ref(), reading.granted_on.as_ref()));
        note("completed_on", contradicts(self.completed_on.as_ref(), reading.completed_on.as_ref()));
        note("text_version", contradicts(self.text_version.as_ref(), reading.text_version.as_ref()));
        for v in &reading.verdicts {
            let other = |own: &&ItemVerdict| own.is_of(&v.item) && own.is_by_text() && own.verdict != v.verdict;
            if let Some(own) = self.verdicts.iter().find(other) {
                note(&format!("verdicts {}", own.item), true);
            }
        }
        names
    }

    fn lay_verdict(&mut self, read: &VerdictOnPage) {
        let mut met = false;
        for own in self.verdicts.iter_mut().filter(|own| own.is_of(&read.item)) {
            met = true;
            if own.is_by_text() {
                if own.verdict != read.verdict {
                    own.verdict = Verdict::Unknown;
                }
                continue;
            }
            own.verdict = read.verdict;
            if own.page != Some(read.page) {
                own.quote = None;
            }
            own.page = Some(read.page);
            own.read = ReadBy::Examiner;
        }
        if !met {
            let verdict = ItemVerdict { page: Some(read.page), read: ReadBy::Examiner, ..ItemVerdict::new(&read.item, read.verdict) };
            self.verdicts.push(verdict);
            self.verdicts.sort_by_key(|v| v.item.parse::<u32>().unwrap_or(0));
        }
    }
}

impl ItemVerdict {
    fn is_of(&self, item: &str) -> bool {
        self.item == item || item == ALL_ITEMS
    }

    fn is_by_text(&self) -> bool {
        self.read == ReadBy::Text && self.verdict != Verdict::Unknown
    }
}

fn contradicts<T: PartialEq>(own: Option<&Seen<T>>, read: Option<&OnPage<T>>) -> bool {
    own.zip(read).is_some_and(|(own, read)| own.read == ReadBy::Text && own.value != read.value)
}

/// Puts a value an examiner read where the machine read none or guessed; against text it leaves neither.
fn lay<T: PartialEq + Clone>(own: &mut Option<Seen<T>>, read: Option<&OnPage<T>>) {
    let Some(read) = read else { return };
    let is_text = own.as_ref().is_some_and(|own| own.read == ReadBy::Text);
    if !is_text {
        let quote = own.take().filter(|own| own.page == read.page && own.value == read.value).map(|own| own.quote);
        *own = Some(Seen { value: read.value.clone(), page: read.page, quote: quote.unwrap_or_default(), read: ReadBy::Examiner });
    } else if contradicts(own.as_ref(), Some(read)) {
        *own = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::Readability;

    fn scanned() -> ReportFacts {
        let guess = |item: &str, proposed| ItemVerdict {
            proposed: Some(proposed),
            page: Some(1),
            read: ReadBy::Ocr { confidence: 80 },
            ..ItemVerdict::new(item, Verdict::Unknown)
        };
        ReportFacts {
            verdicts: vec![guess("1", Verdict::NoDefectFound), guess("2", Verdict::NoDefectFound)],
            title: Some(Seen {
                read: ReadBy::Ocr { confidence: 40 }, ..Seen::new("折肘晾衣架".to_owned(), 1, "名称 折肘晾衣架")
            }),
            granted_on: Some(Seen::new(Date::constant(2021, 12, 14), 1, "…")),
            ..ReportFacts::nothing_read(Readability::Ocr { engine: "test".into(), read_pages: vec![1] })
        }
    }

    fn verdict(item: &str, verdict: Verdict) -> VerdictOnPage {
        VerdictOnPage { item: item.into(), verdict, page: 1 }
    }

    #[test]
    fn an_examiners_reading_stands_over_a_guess_and_a_later_one_over_an_earlier() {
        let first = PageReading {
            title: Some(OnPage { value: "折叠晾衣架".into(), page: 1 }),
            verdicts: vec![verdict("all", Verdict::NoDefectFound)],
            ..PageReading::default()
        };
        let second = PageReading { verdicts: vec![verdict("2", Verdict::Defective)], ..PageReading::default() };
        let facts = scanned();
        assert!(!facts.is_read());
        let facts = facts.with_readings(&[first, second]);
        assert!(facts.is_read());
        let read: Vec<_> = facts.verdicts.iter().map(|v| (v.verdict, v.read)).collect();
        assert_eq!(read, [(Verdict::NoDefectFound, ReadBy::Examiner), (Verdict::Defective, ReadBy::Examiner)]);
        assert_eq!(facts.title.unwrap().value, "折叠晾衣架");
    }

    #[test]
    fn against_text_neither_counts() {
        let read = PageReading {
            granted_on: Some(OnPage { value: Date::constant(2021, 12, 15), page: 1 }),
            verdicts: vec![verdict("1", Verdict::NoDefectFound)],
            ..PageReading::default()
        };
        let mut facts = scanned();
        facts.verdicts[0] = ItemVerdict::new("1", Verdict::Defective);
        assert_eq!(facts.contradicted_by(&read), ["granted_on", "verdicts 1"]);
        let facts = facts.with_readings(&[read]);
        assert_eq!((facts.granted_on, facts.verdicts[0].verdict), (None, Verdict::Unknown));
        assert_eq!(facts.flags, [ReadingFlag::ReadingsDisagree]);
    }

    #[test]
    fn an_item_the_machine_did_not_meet_is_added_in_order() {
        let read = PageReading { verdicts: vec![verdict("10", Verdict::NotSearched)], ..PageReading::default() };
        let facts = scanned().with_readings(std::slice::from_ref(&read));
        let items: Vec<_> = facts.verdicts.iter().map(|v| v.item.as_str()).collect();
        assert_eq!(items, ["1", "2", "10"]);
        assert_eq!(read.pages(), [("/verdicts/0".to_owned(), 1)]);
    }
}
