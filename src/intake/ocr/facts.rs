//! From pages read by OCR to facts that say how sure they are.

use jiff::civil::Date;

use super::words::Read;
use crate::domain::patent::PatentNumber;
use crate::domain::report::{ItemVerdict, ReadBy, Readability, ReportFacts, Seen, TextVersion, Verdict};
use crate::intake::pdf::{Document, Page};
use crate::intake::report;

/// The most that is said of a choice that was told by the shape of a box.
const TICK_CONFIDENCE_MAX: u8 = 90;

/// The facts of pages that were read.
pub(super) fn of(scanned: &ReportFacts, pages: Vec<Read>, engine: &str) -> ReportFacts {
    let read_pages = pages.iter().map(|r| r.page.number).collect();
    let mut pages = pages;
    let drawn: Vec<Page> = pages.iter_mut().map(|r| std::mem::take(&mut r.page)).collect();
    let numbers: Vec<u32> = drawn.iter().map(|p| p.number).collect();
    let document = Document { pages: drawn, signature: scanned.signature.clone() };
    let found = report::facts(&document);
    let sure = |page: u32, texts: &[&str]| {
        let read = numbers.iter().position(|n| *n == page).and_then(|i| pages.get(i));
        ReadBy::Ocr { confidence: read.map_or(0, |r| r.confidence(texts)) }
    };
    let text = |seen: Option<Seen<String>>| seen.map(|s| Seen { read: sure(s.page, &[&s.value]), ..s });
    let date = |seen: Option<Seen<Date>>| seen.map(|s| Seen { read: sure(s.page, &[&printed(s.value, &s.quote)]), ..s });
    let mut facts = ReportFacts {
        readability: Readability::Ocr { engine: engine.to_owned(), read_pages },
        pages: scanned.pages,
        signature: scanned.signature.clone(),
        ..found
    };
    facts.form = facts.form.map(|s| Seen { read: sure(s.page, &[&s.quote]), ..s });
    facts.patent_number = text(facts.patent_number).filter(|n| PatentNumber::parse(&n.value).is_ok());
    facts.title = text(facts.title);
    facts.holder = text(facts.holder);
    facts.requester = text(facts.requester);
    facts.report_examiner = text(facts.report_examiner);
    facts.filed_on = date(facts.filed_on);
    facts.priority_on = date(facts.priority_on);
    facts.granted_on = date(facts.granted_on);
    facts.completed_on = date(facts.completed_on);
    facts.text_version = facts.text_version.map(|s| {
        let words = words_of(&s.value);
        let confidence = sure(s.page, &[&words]).confidence().unwrap_or(0).min(TICK_CONFIDENCE_MAX);
        Seen { read: ReadBy::Ocr { confidence }, ..s }
    });
    facts.verdicts = facts.verdicts.into_iter().map(|v| proposed(v, sure)).collect();
    facts
}

/// A verdict made a proposal.
fn proposed(v: ItemVerdict, sure: impl Fn(u32, &[&str]) -> ReadBy) -> ItemVerdict {
    let read = sure(v.page.unwrap_or(0), &[v.quote.as_deref().unwrap_or("")]);
    let proposed = Some(v.verdict).filter(|v| *v != Verdict::Unknown);
    ItemVerdict { verdict: Verdict::Unknown, read, proposed, ..v }
}

/// The part of a quote that is the date, from its year to its day.
fn printed(value: Date, quote: &str) -> String {
    let bare: String = quote.chars().filter(|c| !c.is_whitespace()).collect();
    let starts = bare.match_indices(&value.year().to_string()).map(|(at, _)| at).collect::<Vec<_>>();
    let of_date = |c: &char| c.is_ascii_digit() || matches!(c, '年' | '月' | '-' | '.' | '/');
    let parts = |text: &str| -> Vec<i32> { text.split(|c: char| !c.is_ascii_digit()).filter_map(|p| p.parse().ok()).collect() };
    let wanted = [i32::from(value.year()), i32::from(value.month()), i32::from(value.day())];
    let dates = starts.into_iter().map(|at| bare[at..].chars().take_while(of_date).collect::<String>());
    dates.into_iter().find(|text| parts(text) == wanted).unwrap_or_default()
}

fn words_of(version: &TextVersion) -> String {
    match version {
        TextVersion::Granted => "与授权公告一并公布的专利文件".to_owned(),
        TextVersion::Decision { number } => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_its_quote_as_it_was_printed() {
        let day = Date::constant(2021, 5, 7);
        assert_eq!(printed(day, "申请日 2021年5月7日"), "2021年5月7");
        assert_eq!(printed(day, "专利号ZL202120957342.8申请日2021 年 5 月 7 日授权公告日2021年12月14日"), "2021年5月7");
        assert_eq!(printed(day, "申请日：2021-05-07"), "2021-05-07");
    }
}
