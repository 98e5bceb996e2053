//! What a checked report looks like: as JSON for programs, as a table for people.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::domain::examine::{CheckResult, Examined, Overall};
use crate::domain::report::{ItemVerdict, Readability, ReadingFlag, ReportFacts, Seen, TextVersion, Verdict};

fn value<T: ToString>(seen: Option<&Seen<T>>) -> Option<String> {
    seen.map(|s| s.value.to_string())
}

/// One object a file.
pub(super) fn json_of(file: &str, sha256: Option<&str>, (facts, examined): (&ReportFacts, &Examined)) -> Value {
    let text_version = facts.text_version.as_ref().map(|t| match &t.value {
        TextVersion::Granted => json!("granted"),
        TextVersion::Decision { number } => json!({ "decision": { "number": number } }),
    });
    let findings: Vec<Value> = examined
        .findings
        .iter()
        .map(|f| {
            json!({
                "check": f.check, "result": f.result, "code": f.code, "seen": f.seen, "expected": f.expected,
                "page": f.page, "quote": f.quote, "message": f.message, "message_zh": f.message_zh,
            })
        })
        .collect();
    json!({
        "file": file,
        "sha256": sha256,
        "overall": examined.overall,
        "facts": {
            "readability": facts.readability,
            "pages": facts.pages,
            "form": facts.form.as_ref().map(|f| f.value.code()),
            "kind": facts.kind,
            "patent_number": value(facts.patent_number.as_ref()),
            "title": value(facts.title.as_ref()),
            "holder": value(facts.holder.as_ref()),
            "requester": value(facts.requester.as_ref()),
            "filed_on": value(facts.filed_on.as_ref()),
            "priority_on": value(facts.priority_on.as_ref()),
            "granted_on": value(facts.granted_on.as_ref()),
            "completed_on": value(facts.completed_on.as_ref()),
            "text_version": text_version,
            "report_examiner": value(facts.report_examiner.as_ref()),
            "corrected": facts.corrected,
            "flags": facts.flags,
            "signature": facts.signature,
        },
        "verdicts": facts.verdicts,
        "findings": findings,
    })
}

/// Longest quote in the table, characters.
const QUOTE_CHARS: usize = 60;

/// Colours for a terminal, or none.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    /// Whether there is a terminal that wants them.
    pub(super) on: bool,
}

impl Paint {
    const GREEN: u8 = 32;
    const RED: u8 = 31;
    const YELLOW: u8 = 33;
    const BOLD: u8 = 1;

    fn put(self, code: u8, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn result(self, result: CheckResult) -> String {
        let (code, word) = match result {
            CheckResult::Pass => (Paint::GREEN, "pass   "),
            CheckResult::Fail => (Paint::RED, "FAIL   "),
            CheckResult::Unknown => (Paint::YELLOW, "unknown"),
        };
        self.put(code, word)
    }

    fn verdict(self, verdict: Verdict) -> String {
        let code = match verdict {
            Verdict::NoDefectFound => Paint::GREEN,
            Verdict::Defective => Paint::RED,
            Verdict::NotSearched | Verdict::Unknown => Paint::YELLOW,
        };
        self.put(code, &format!("{:<15}", verdict.word()))
    }
}

/// A table of one file.
pub(super) fn table_of(file: &str, (facts, examined): (&ReportFacts, &Examined), paint: Paint) -> String {
    let code = match examined.overall {
        Overall::Usable => Paint::GREEN,
        Overall::Unverified => Paint::YELLOW,
        Overall::UsableInPart | Overall::Negative | Overall::Unusable => Paint::RED,
    };
    let mut out = format!("{}  {}\n", paint.put(Paint::BOLD, file), paint.put(code, examined.overall.word()));
    match &facts.readability {
        Readability::Text => {}
        Readability::Scanned => out.push_str("  its pages are pictures: nothing was read from them\n"),
        Readability::Ocr { engine, read_pages } => {
            line(
                &mut out,
                &format!("its pages are pictures; {engine} read {} of {}: guesses, for a person to look at", read_pages.len(), facts.pages),
            );
        }
        Readability::Unreadable { why } => line(&mut out, &format!("it cannot be read: {why}")),
    }
    let shown = [
        ("patent", value(facts.patent_number.as_ref())),
        ("title", value(facts.title.as_ref())),
        ("holder", value(facts.holder.as_ref())),
        ("completed", value(facts.completed_on.as_ref())),
    ];
    for (name, value) in shown {
        if let Some(value) = value {
            line(&mut out, &format!("{name:<10} {value}"));
        }
    }
    for (items, verdict) in grouped(&facts.verdicts) {
        let place = place(verdict.page, verdict.quote.as_deref());
        let proposed = verdict.proposed.map(|p| format!("(OCR: {}) ", p.word())).unwrap_or_default();
        line(&mut out, &format!("item {items:<14} {} {proposed}{place}", paint.verdict(verdict.verdict)));
    }
    for flag in &facts.flags {
        line(&mut out, &paint.put(Paint::YELLOW, &format!("look: {}", flag_words(*flag))));
    }
    for f in &examined.findings {
        let seen = f.seen.as_deref().map(|s| format!(" ({s})")).unwrap_or_default();
        let place = f.quote.as_deref().map(|q| format!("  {}", place(f.page, Some(q)))).unwrap_or_default();
        line(&mut out, &format!("{:<20} {} {}{seen}{place}", f.check.word(), paint.result(f.result), f.message));
    }
    if examined.overall == Overall::Unverified && examined.is_sound_by_itself() {
        out.push_str("  nothing speaks against it but what no file can show by itself\n");
    }
    out.truncate(out.trim_end().len());
    out
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "  {}", text.trim_end());
}

/// `p.2 “the words”`.
fn place(page: Option<u32>, quote: Option<&str>) -> String {
    let page = page.map(|p| format!("p.{p} ")).unwrap_or_default();
    let Some(quote) = quote else { return page };
    let cut = quote.chars().count() > QUOTE_CHARS;
    let words: String = quote.chars().take(QUOTE_CHARS).collect();
    format!("{page}“{words}{}”", if cut { "…" } else { "" })
}

/// Neighbouring items with one verdict from one place, as `1-3`.
fn grouped(verdicts: &[ItemVerdict]) -> Vec<(String, &ItemVerdict)> {
    let mut out: Vec<(String, &ItemVerdict)> = Vec::new();
    for v in verdicts {
        match out.last_mut() {
            Some((items, last)) if last.verdict == v.verdict && last.quote == v.quote && last.page == v.page => {
                let first = items.split('-').next().unwrap_or_default().to_owned();
                *items = format!("{first}-{}", v.item);
            }
            _ => out.push((v.item.clone(), v)),
        }
    }
    out
}

fn flag_words(flag: ReadingFlag) -> &'static str {
    match flag {
        ReadingFlag::HiddenText => "it hides text that a person cannot see and that speaks of a label or a verdict",
        ReadingFlag::ReadingsDisagree => "two readings of its layout disagree",
        ReadingFlag::Simulated => "it says of itself that it is simulated",
        ReadingFlag::ConclusionContradicted => "its conclusion and its opinion contradict each other",
        ReadingFlag::AlteredText => "text in it was struck out or written over, or its letters are not those that the file says they are",
        ReadingFlag::UndecodableText => "some of its characters cannot be decoded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_items_are_told_together() {
        let item =
            |n: u32, verdict| ItemVerdict { page: Some(1), quote: Some("权利要求".into()), ..ItemVerdict::new(n.to_string(), verdict) };
        let verdicts = [item(1, Verdict::Defective), item(2, Verdict::Defective), item(3, Verdict::NoDefectFound)];
        let told: Vec<String> = grouped(&verdicts).into_iter().map(|(items, _)| items).collect();
        assert_eq!(told, ["1-2", "3"]);
        assert_eq!(place(Some(2), Some("不符合")), "p.2 “不符合”");
    }
}
