//! The verdict on each claim or design, from the sentences of the report.
//!
//! The favourable phrase contains the unfavourable one, so the longer is matched first. Only a ticked
//! option counts. What the requester says is no verdict. Conclusion and details are merged, the worst
//! wins, and a contradiction is named. The text is read in two orders that must not contradict.

use std::collections::{BTreeMap, BTreeSet};

use super::super::pdf::layout::{Flow, HARD_BREAK, SOFT_BREAK, Sheet, by_place, by_stream};
use super::words::tick;
use crate::domain::report::{ItemVerdict, ReadingFlag, Verdict};

/// Most items of a report.
const ITEMS_MAX: u32 = 500;

/// What a phrase says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The conclusion: no defect was found.
    Good,
    /// The conclusion: not in accord with the conditions of grant.
    Bad,
    /// A detail: a condition is not met.
    Lacks,
    /// A detail: a condition is met; nothing by itself.
    Has,
    /// Not searched.
    NotSearched,
}

/// Phrases, a longer one before every shorter one it contains.
const PHRASES: &[(&str, Says)] = &[
    ("未发现存在不符合授予专利权条件的缺陷", Says::Good),
    ("未发现不符合授予专利权条件的缺陷", Says::Good),
    ("未发现存在不符合授予专利权条件", Says::Good),
    ("未发现不符合授予专利权条件", Says::Good),
    ("不符合授予专利权条件", Says::Bad),
    ("不符合授予专利权的条件", Says::Bad),
    ("未进行检索", Says::NotSearched),
    ("不进行检索", Says::NotSearched),
    ("未作检索", Says::NotSearched),
    ("未检索", Says::NotSearched),
    ("不予检索", Says::NotSearched),
    ("不具备专利法", Says::Lacks),
    ("不具备新颖性", Says::Lacks),
    ("不具备创造性", Says::Lacks),
    ("不具备实用性", Says::Lacks),
    ("不具有新颖性", Says::Lacks),
    ("不具有创造性", Says::Lacks),
    ("不符合专利法", Says::Lacks),
    ("不符合实施细则", Says::Lacks),
    ("不符合《专利法", Says::Lacks),
    ("不属于专利法第2条", Says::Lacks),
    ("属于专利法第5条", Says::Lacks),
    ("属于专利法第25条", Says::Lacks),
    ("具备专利法", Says::Has),
    ("具备新颖性", Says::Has),
    ("具备创造性", Says::Has),
    ("符合专利法", Says::Has),
];

/// A sentence that says what somebody else says.
const NOT_ITS_OWN: &[&str] = &["请求人认为", "请求人主张", "请求人称", "专利权人认为", "专利权人主张", "据称"];

/// Whom a phrase is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// All items, and their highest number where it is said.
    All(Option<u32>),
    /// These.
    Items(BTreeSet<u32>),
    /// All that were not named in this sentence.
    Rest,
    /// An exception or something else that cannot be read.
    Unclear,
}

/// One statement: whom, what, where, in which words.
#[derive(Clone)]
struct Statement {
    subject: Subject,
    says: Says,
    page: u32,
    quote: String,
}

/// Whether a text speaks of verdicts at all.
pub(super) fn speaks_of_verdicts(text: &str) -> bool {
    PHRASES.iter().any(|(phrase, says)| matches!(says, Says::Good | Says::Bad | Says::Lacks) && text.contains(phrase))
}

/// Makes every verdict unknown.
pub(super) fn forget(verdicts: &mut [ItemVerdict]) {
    for v in verdicts.iter_mut() {
        v.verdict = Verdict::Unknown;
    }
}

/// The verdicts of a report.
pub(super) fn verdicts(sheets: &[Sheet], flags: &mut BTreeSet<ReadingFlag>) -> Vec<ItemVerdict> {
    let (mut found, contradicted) = merge(&statements(&by_place(sheets)));
    let (other, _) = merge(&statements(&by_stream(sheets)));
    if contradicted {
        flags.insert(ReadingFlag::ConclusionContradicted);
    }
    for v in &mut found {
        let second = other.iter().find(|o| o.item == v.item);
        if second.is_some_and(|o| o.verdict != v.verdict && o.verdict != Verdict::Unknown) {
            v.verdict = Verdict::Unknown;
            flags.insert(ReadingFlag::ReadingsDisagree);
        }
    }
    found
}

/// The sentences of a text with their page; a tick box begins one.
fn sentences(flow: &Flow) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    let mut current = String::new();
    let mut page = 1;
    let mut end = |current: &mut String, page: u32| {
        if !current.is_empty() {
            out.push((std::mem::take(current), page));
        }
    };
    for (c, p) in flow.chars.iter().zip(&flow.pages) {
        if current.is_empty() {
            page = *p;
        }
        match *c {
            HARD_BREAK => end(&mut current, page),
            SOFT_BREAK | ' ' => {}
            '。' | '；' | ';' => end(&mut current, page),
            c if tick(c).is_some() => {
                end(&mut current, page);
                page = *p;
                current.push(c);
            }
            c => current.push(c),
        }
    }
    end(&mut current, page);
    out
}

fn statements(flow: &Flow) -> Vec<Statement> {
    let mut all = Vec::new();
    for (sentence, page) in sentences(flow) {
        let ticked = sentence.chars().next().and_then(tick);
        if ticked == Some(false) || NOT_ITS_OWN.iter().any(|w| sentence.contains(w)) {
            continue;
        }
        all.extend(of_sentence(&sentence, page));
    }
    all
}

fn of_sentence(sentence: &str, page: u32) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut at = 0;
    let mut subject: Option<Subject> = None;
    while let Some((start, phrase, says)) = next_phrase(sentence, at) {
        let said = subject_of(&sentence[at..start]);
        if let Some(said) = said {
            subject = Some(said);
        }
        at = start + phrase.len();
        let about = match (&subject, says) {
            (Some(s), _) => s.clone(),
            // The description as a whole lacks something: that concerns every claim.
            (None, Says::Lacks) if sentence.contains("说明书") => Subject::All(None),
            (None, _) => continue,
        };
        found.push(Statement { subject: about, says, page, quote: super::quote(sentence) });
    }
    found
}

/// The next phrase at or after `from`: the earliest, and the longest of those that begin there. A phrase
/// inside a longer one is not met, because the longer begins earlier and is skipped whole.
fn next_phrase(sentence: &str, from: usize) -> Option<(usize, &'static str, Says)> {
    PHRASES
        .iter()
        .filter_map(|(phrase, says)| sentence[from..].find(phrase).map(|at| (from + at, *phrase, *says)))
        .min_by_key(|(at, phrase, _)| (*at, usize::MAX - phrase.len()))
}

/// Whom the words before a phrase name; none where they name nobody.
fn subject_of(text: &str) -> Option<Subject> {
    if text.contains("其余") || text.contains("其他权利要求") || text.contains("其它权利要求") {
        return Some(Subject::Rest);
    }
    if text.contains('除') && (text.contains("权利要求") || text.contains("设计")) {
        return Some(Subject::Unclear);
    }
    let whole = ["全部权利要求", "所有权利要求", "全部外观设计", "所有外观设计", "全部设计"].iter().any(|w| text.contains(w));
    let named = items_of(text);
    if whole {
        return Some(Subject::All(named.last().copied()));
    }
    if !named.is_empty() {
        return Some(Subject::Items(named));
    }
    let single = ["该外观设计", "本外观设计", "本专利", "该专利", "该权利要求", "涉案专利"].iter().any(|w| text.contains(w));
    single.then_some(Subject::All(None))
}

/// The numbers of claims or designs that a text names: `权利要求1-3、5和7至10`, `设计1、设计3`.
fn items_of(text: &str) -> BTreeSet<u32> {
    let mut items = BTreeSet::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let rest: String = chars[i..chars.len().min(i + 4)].iter().collect();
        let label = if rest == "权利要求" {
            4
        } else if rest.starts_with("设计") || rest.starts_with("套件") {
            // 对比设计1 is a cited design, not one of the patent.
            let cited = i >= 2 && matches!(chars[i - 2..i], ['对', '比'] | ['现', '有'] | ['在', '先']);
            if cited {
                i += 2;
                continue;
            }
            2
        } else {
            i += 1;
            continue;
        };
        i = numbers(&chars, i + label, &mut items);
    }
    items
}

/// Reads a list of numbers and ranges from `i` on; answers where it ends.
fn numbers(chars: &[char], mut i: usize, items: &mut BTreeSet<u32>) -> usize {
    let mut before: Option<u32> = None;
    let mut range = false;
    loop {
        let start = i;
        while i < chars.len() && chars[i].is_ascii_digit() {
            i += 1;
        }
        if start == i {
            return i;
        }
        let number: u32 = chars[start..i].iter().collect::<String>().parse().unwrap_or(0);
        // 第22条第3款 and the like never follow the label directly, and numbers of claims are small.
        if number == 0 || number > ITEMS_MAX {
            return i;
        }
        match before.filter(|_| range) {
            Some(first) if first <= number => items.extend(first..=number),
            _ => {
                items.insert(number);
            }
        }
        before = Some(number);
        range = false;
        let Some(c) = chars.get(i) else { return i };
        match c {
            '-' | '–' | '—' | '－' | '~' | '～' | '至' | '到' => {
                range = true;
                i += 1;
                if chars[i..].starts_with(&['权', '利', '要', '求']) {
                    i += 4;
                }
            }
            '、' | '，' | ',' | '和' | '及' | '与' | '或' => i += 1,
            _ => return i,
        }
    }
}

/// Merges statements to one verdict an item. The flag is whether conclusion and details contradict.
fn merge(statements: &[Statement]) -> (Vec<ItemVerdict>, bool) {
    let highest = statements
        .iter()
        .filter_map(|s| match &s.subject {
            Subject::All(n) => *n,
            Subject::Items(items) => items.last().copied(),
            Subject::Rest | Subject::Unclear => None,
        })
        .max();
    let named: BTreeSet<u32> = statements
        .iter()
        .filter_map(|s| match &s.subject {
            Subject::Items(items) => Some(items.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    let keys: Vec<Option<u32>> = match highest {
        None => vec![None],
        Some(n) if statements.iter().any(|s| matches!(s.subject, Subject::All(_) | Subject::Rest)) => (1..=n).map(Some).collect(),
        Some(_) => named.iter().copied().map(Some).collect(),
    };
    let mut found: BTreeMap<Option<u32>, Vec<&Statement>> = keys.iter().map(|k| (*k, Vec::new())).collect();
    for s in statements {
        for (key, about) in &mut found {
            let concerned = match (&s.subject, key) {
                (Subject::All(_) | Subject::Unclear, _) => true,
                (Subject::Items(items), Some(n)) => items.contains(n),
                (Subject::Rest, Some(n)) => !named.contains(n),
                (Subject::Items(_) | Subject::Rest, None) => false,
            };
            if concerned {
                about.push(s);
            }
        }
    }
    let mut contradicted = false;
    let verdicts = found
        .into_iter()
        .filter(|(_, about)| !about.is_empty())
        .filter_map(|(key, about)| {
            let (verdict, deciding, contradicts) = verdict_of(&about)?;
            contradicted |= contradicts;
            Some(ItemVerdict {
                item: key.map_or_else(|| "all".to_owned(), |n| n.to_string()),
                verdict,
                page: Some(deciding.page),
                quote: Some(deciding.quote.clone()),
            })
        })
        .collect();
    (verdicts, contradicted)
}

/// The verdict of one item's statements: the worst; and whether conclusion and details contradict.
fn verdict_of<'a>(about: &[&'a Statement]) -> Option<(Verdict, &'a Statement, bool)> {
    let first = |says: Says| about.iter().find(|s| s.says == says).copied();
    let (good, bad, lacks, not_searched) = (first(Says::Good), first(Says::Bad), first(Says::Lacks), first(Says::NotSearched));
    if let Some(unclear) = about.iter().find(|s| s.subject == Subject::Unclear) {
        return Some((Verdict::Unknown, unclear, false));
    }
    let contradicts = good.is_some() && (bad.is_some() || lacks.is_some() || not_searched.is_some());
    if let Some(s) = bad.or(lacks) {
        return Some((Verdict::Defective, s, contradicts));
    }
    if let Some(s) = not_searched {
        return Some((Verdict::NotSearched, s, contradicts));
    }
    good.map(|s| (Verdict::NoDefectFound, s, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, &'static str)> {
        let flow = Flow { chars: text.chars().collect(), pages: vec![1; text.chars().count()] };
        merge(&statements(&flow)).0.into_iter().map(|v| (v.item, v.verdict.word())).collect()
    }

    fn items(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        pairs.iter().map(|(i, v)| ((*i).to_owned(), *v)).collect()
    }

    const GOOD: &str = "no_defect_found";
    const BAD: &str = "defective";

    #[test]
    fn the_longer_phrase_is_matched_first() {
        assert_eq!(read("全部外观设计未发现存在不符合授予专利权条件的缺陷。"), items(&[("all", GOOD)]));
        assert_eq!(read("全部外观设计不符合授予专利权条件。"), items(&[("all", BAD)]));
    }

    #[test]
    fn parts_have_their_own_verdicts() {
        let text = "初步结论：\n权利要求1-3、5不符合授予专利权条件，权利要求4、6未发现存在不符合授予专利权条件的缺陷。\n权利要求1-3不具备专利法第22条第3款规定的创造性。";
        assert_eq!(read(text), items(&[("1", BAD), ("2", BAD), ("3", BAD), ("4", GOOD), ("5", BAD), ("6", GOOD)]));
        let text = "该外观设计的设计2不符合授予专利权条件，设计1、设计3未发现存在不符合授予专利权条件的缺陷";
        assert_eq!(read(text), items(&[("1", GOOD), ("2", BAD), ("3", GOOD)]));
    }

    #[test]
    fn only_the_ticked_option_counts() {
        let text = "□全部权利要求1-2未发现存在不符合授予专利权条件的缺陷。☑全部权利要求1-2不符合授予专利权条件。";
        assert_eq!(read(text), items(&[("1", BAD), ("2", BAD)]));
    }

    #[test]
    fn what_the_requester_says_is_no_verdict() {
        let text = "请求人认为权利要求1不具备创造性。权利要求1未发现存在不符合授予专利权条件的缺陷。";
        assert_eq!(read(text), items(&[("1", GOOD)]));
    }

    #[test]
    fn a_cited_design_is_not_one_of_the_patent() {
        let text = "设计2与对比设计1相比不具有明显区别，不符合专利法第23条第2款的规定。设计1未发现存在不符合授予专利权条件的缺陷。";
        assert_eq!(read(text), items(&[("1", GOOD), ("2", BAD)]));
    }

    #[test]
    fn the_worst_wins_and_the_contradiction_is_known() {
        let text = "权利要求1未发现存在不符合授予专利权条件的缺陷。权利要求1不具备创造性。";
        let flow = Flow { chars: text.chars().collect(), pages: vec![1; text.chars().count()] };
        let (found, contradicted) = merge(&statements(&flow));
        assert_eq!((found[0].verdict, contradicted), (Verdict::Defective, true));
    }

    #[test]
    fn ranges_lists_and_the_rest() {
        let text = "权利要求1至3和5不符合授予专利权条件，其余权利要求未发现存在不符合授予专利权条件的缺陷。全部权利要求1-6";
        assert_eq!(read(text)[..4], items(&[("1", BAD), ("2", BAD), ("3", BAD), ("4", GOOD)]));
        let text = "权利要求7-8未检索，理由：无。权利要求1-6未发现存在不符合授予专利权条件的缺陷。";
        assert_eq!(read(text).iter().filter(|(_, v)| *v == "not_searched").count(), 2);
        assert_eq!(read("除权利要求1外，全部权利要求未发现存在不符合授予专利权条件的缺陷"), items(&[("all", "unknown")]));
    }
}
