//! What an evaluation report says: from the pages as a person sees them to [`ReportFacts`].
//!
//! A value counts when the readings of the layout that find it agree on it. What a person cannot see is
//! not the report; where such text speaks of a fact, that fact is unknown. Nothing here concludes
//! anything from a fact.
//!
//! - [`laid`], [`columns`], [`pieces`]: a sheet as cells, columns, labels and texts.
//! - [`labels`]: the form's fields, by cell and by row.
//! - [`conclusion`]: the verdict on each claim or design.
//! - [`words`]: dates, numbers, tick boxes.

mod columns;
mod conclusion;
mod labels;
mod laid;
mod pieces;
mod words;

use std::collections::BTreeSet;

use super::pdf::layout::{Sheet, sheet, squeeze};
use super::pdf::{Document, Page, open};
use super::signature::TrustAnchors;
use crate::domain::report::{Form, QUOTE_CHARS_MAX, Readability, ReadingFlag, ReportFacts, Seen, TextVersion};
use labels::{Field, Label};
use laid::Laid;

/// Part of a page that an image must cover for the page to be a picture.
const PICTURE_SHARE_MIN: f64 = 0.5;
/// Fewest visible characters of a page with text.
const TEXT_CHARS_MIN: usize = 20;
/// Part of the glyphs without a character from which a file's text is not dependable.
const UNDECODABLE_SHARE_MAX: f64 = 0.02;
/// Longest line that is a title, characters.
const TITLE_CHARS_MAX: usize = 30;
/// Fewest painted paths of a page whose text was drawn as outlines.
const OUTLINE_PATHS_MIN: usize = 200;

/// Reads a file, and checks its signatures against the trust anchors.
pub fn read(bytes: Vec<u8>, anchors: &TrustAnchors) -> ReportFacts {
    match open(bytes, anchors) {
        Err(refused) => ReportFacts::nothing_read(Readability::Unreadable { why: refused.word().to_owned() }),
        Ok(document) => facts(&document),
    }
}

/// What the pages of a file say.
pub fn facts(document: &Document) -> ReportFacts {
    let pages = u32::try_from(document.pages.len()).unwrap_or(u32::MAX);
    let unread = |readability| ReportFacts { pages, signature: document.signature.clone(), ..ReportFacts::nothing_read(readability) };
    let visible: usize = document.pages.iter().map(|p| p.glyphs.len()).sum();
    let is_picture = |p: &Page| p.image_share >= PICTURE_SHARE_MIN || (p.glyphs.len() < TEXT_CHARS_MIN && p.paths >= OUTLINE_PATHS_MIN);
    if visible < TEXT_CHARS_MIN {
        let scanned = document.pages.iter().any(is_picture);
        return unread(if scanned { Readability::Scanned } else { Readability::Unreadable { why: "empty".into() } });
    }
    // A text layer laid invisibly over a scan is what a machine guessed, not what the page shows.
    if document.pages.iter().filter(|p| p.glyphs.len() >= TEXT_CHARS_MIN).count() == 0 {
        return unread(Readability::Scanned);
    }
    let sheets: Vec<Sheet> = document.pages.iter().map(sheet).collect();
    let mut flags = BTreeSet::new();
    let undecodable: usize = document.pages.iter().map(|p| p.undecodable).sum();
    #[expect(clippy::cast_precision_loss, reason = "counts of glyphs")]
    if undecodable as f64 > visible as f64 * UNDECODABLE_SHARE_MAX {
        flags.insert(ReadingFlag::UndecodableText);
    }
    let hidden: String = document.pages.iter().map(|p| squeeze(&p.hidden)).collect();
    let mut facts = unread(Readability::Text);
    let laid: Vec<Laid> = sheets.iter().map(Laid::new).collect();
    form(&laid, &mut facts, &mut flags);
    fields(&laid, &mut facts, (&hidden, &mut flags));
    facts.text_version = text_version(&laid);
    if let Some(Seen { value: TextVersion::Decision { number }, .. }) = &facts.text_version
        && number.is_empty()
    {
        facts.text_version = None;
    }
    let amended = matches!(&facts.text_version, Some(Seen { value: TextVersion::Decision { .. }, .. }));
    facts.verdicts = conclusion::verdicts(&sheets, amended, &mut flags);
    if conclusion::speaks_of_verdicts(&hidden) || document.pages.iter().any(|p| p.layered) {
        flags.insert(ReadingFlag::HiddenText);
        conclusion::forget(&mut facts.verdicts);
    }
    if document.pages.iter().any(|p| p.altered > 0) {
        flags.insert(ReadingFlag::AlteredText);
        conclusion::forget(&mut facts.verdicts);
    }
    if is_simulated(document, &laid) {
        flags.insert(ReadingFlag::Simulated);
    }
    facts.flags = flags.into_iter().collect();
    facts
}

/// The form, by its title and by the code printed on it; where they differ, unknown.
fn form(sheets: &[Laid], facts: &mut ReportFacts, flags: &mut BTreeSet<ReadingFlag>) {
    let title = sheets.iter().find_map(|sheet| sheet.lines.iter().find_map(|line| titled(line, sheet.sheet.page)));
    let code = sheets.iter().find_map(|sheet| sheet.lines.iter().find_map(|line| coded(line, sheet.sheet.page)));
    facts.corrected = title.as_ref().is_some_and(|(_, corrected)| *corrected) || code.as_ref().is_some_and(|(_, corrected)| *corrected);
    match (title, code) {
        (Some((title, _)), Some((code, _))) if title.value != code.value => {
            flags.insert(ReadingFlag::ReadingsDisagree);
        }
        (title, code) => facts.form = title.or(code).map(|(form, _)| form),
    }
    facts.kind = facts.form.as_ref().map(|f| f.value.patent_kind());
}

/// A title stands alone on its line; the same words in a sentence are no title.
fn titled(line: &str, page: u32) -> Option<(Seen<Form>, bool)> {
    const TITLES: &[(&str, Form)] = &[
        ("实用新型专利权评价报告", Form::UtilityModelEvaluation),
        ("外观设计专利权评价报告", Form::DesignEvaluation),
        ("实用新型专利检索报告", Form::SearchReport),
        ("实用新型检索报告", Form::SearchReport),
    ];
    const REST_CHARS_MAX: usize = 8;
    let bare = line.trim_start_matches("中华人民共和国").trim_start_matches("国家知识产权局");
    let (words, form) = TITLES.iter().find(|(words, _)| bare.starts_with(words))?;
    let rest = &bare[words.len()..];
    let alone = rest.chars().count() <= REST_CHARS_MAX;
    alone.then(|| (Seen::new(*form, page, quote(line)), rest.contains("更正")))
}

/// `表格代码 220701A 2023.1`; the `A` is that of a corrected report.
fn coded(line: &str, page: u32) -> Option<(Seen<Form>, bool)> {
    const CODES: &[(&str, Form)] =
        &[("220701", Form::UtilityModelEvaluation), ("230701", Form::DesignEvaluation), ("220702", Form::SearchReport)];
    const LINE_CHARS_MAX: usize = 24;
    let at = line.find(|c: char| c.is_ascii_digit())?;
    let (before, digits) = line.split_at(at);
    let (code, form) = CODES.iter().find(|(code, _)| digits.starts_with(code))?;
    let rest = &digits[code.len()..];
    let marks_it = (before.is_empty() || before.contains("表格") || before.contains("代码")) && line.chars().count() <= LINE_CHARS_MAX;
    let whole = !rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("20");
    (marks_it && whole).then(|| (Seen::new(*form, page, quote(line)), rest.starts_with(['A', 'a'])))
}

fn fields(sheets: &[Laid], facts: &mut ReportFacts, (hidden, flags): (&str, &mut BTreeSet<ReadingFlag>)) {
    let mut take = |label: &Label| -> Option<Field> {
        let found = labels::find(sheets, label);
        if found.disagree {
            flags.insert(ReadingFlag::ReadingsDisagree);
        }
        if label.names.iter().any(|n| hidden.contains(n)) {
            flags.insert(ReadingFlag::HiddenText);
            return None;
        }
        found.field
    };
    let text = |f: Field| Seen::new(f.value, f.page, quote(&f.quote));
    let day = |f: Field| words::date(&f.value).map(|value| Seen::new(value, f.page, quote(&f.quote)));
    facts.patent_number = take(&labels::PATENT_NUMBER).map(text);
    facts.title = take(&labels::TITLE).map(text);
    facts.holder = take(&labels::HOLDER).map(text);
    facts.requester = take(&labels::REQUESTER).map(text);
    facts.filed_on = take(&labels::FILED_ON).and_then(day);
    facts.priority_on = take(&labels::PRIORITY_ON).and_then(day);
    facts.granted_on = take(&labels::GRANTED_ON).and_then(day);
    facts.completed_on = take(&labels::COMPLETED_ON).and_then(day);
    facts.report_examiner = take(&labels::EXAMINER).map(text);
}

/// Which text was evaluated: the ticked option, or the only one printed.
fn text_version(sheets: &[Laid]) -> Option<Seen<TextVersion>> {
    const GRANTED: &str = "与授权公告一并公布的专利文件";
    const DECISION: &str = "无效宣告请求审查决定维持有效的专利文件";
    for sheet in sheets {
        let text = words::with_boxes(&sheet.lines.concat());
        let (granted, decision) = (text.find(GRANTED), text.find(DECISION));
        if granted.is_none() && decision.is_none() {
            continue;
        }
        let ticks = |at: Option<usize>| at.map(|at| words::tick_before(&text[..at]));
        let chosen = match (ticks(granted), ticks(decision)) {
            (Some(Some(true)), Some(Some(true))) => None,
            (Some(Some(true)), _) | (Some(None), None) => Some(TextVersion::Granted),
            (_, Some(Some(true))) | (None, Some(None)) => {
                let after = decision.map_or("", |at| &text[at..]);
                Some(TextVersion::Decision { number: words::decision_number(after) })
            }
            _ => None,
        };
        return chosen.map(|value| {
            let quote = match &value {
                TextVersion::Granted => GRANTED.to_owned(),
                TextVersion::Decision { number } => format!("{DECISION} {number}"),
            };
            Seen::new(value, sheet.sheet.page, quote)
        });
    }
    None
}

fn is_simulated(document: &Document, sheets: &[Laid]) -> bool {
    const WORDS: &[&str] = &["模拟件", "非行政机关出具", "仅供参考样例"];
    // 模拟专利权评价报告 stands before the title, 模拟 behind it.
    let is_title = |line: &str| {
        let bare = line.trim_matches(['（', '）', '(', ')', '【', '】']);
        let about = bare.ends_with("报告") || bare.contains("评价报告") || bare.contains("检索报告");
        let says = bare.starts_with("模拟") || bare.ends_with("模拟") || ["（模拟", "(模拟"].iter().any(|w| bare.contains(w));
        about && says && bare.chars().count() <= TITLE_CHARS_MAX
    };
    if sheets.iter().flat_map(|s| &s.lines).any(|line| is_title(line)) {
        return true;
    }
    let turned = document.pages.iter().map(|p| squeeze(&p.turned));
    let watermarks = sheets.iter().map(|s| squeeze(&s.sheet.watermark));
    let lines = sheets.iter().map(|s| s.lines.concat());
    turned.chain(watermarks).chain(lines).any(|text| WORDS.iter().any(|w| text.contains(w)))
}

/// At most [`QUOTE_CHARS_MAX`] characters of a text.
fn quote(text: &str) -> String {
    text.chars().take(QUOTE_CHARS_MAX).collect()
}
