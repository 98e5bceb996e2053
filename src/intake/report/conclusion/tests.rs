//! Wordings of conclusions, and what one wrong letter in them may never do.

use super::*;
use crate::intake::pdf::layout::{HARD_BREAK, SOFT_BREAK, sheet};
use crate::intake::pdf::open;
use crate::intake::signature::TrustAnchors;

const GOOD: Verdict = Verdict::NoDefectFound;
const BAD: Verdict = Verdict::Defective;
const UNKNOWN: Verdict = Verdict::Unknown;
const OUT: Verdict = Verdict::NotSearched;

fn flow(text: &str) -> Flow {
    Flow { chars: text.chars().collect(), pages: vec![1; text.chars().count()] }
}

fn read(text: &str) -> BTreeMap<String, Verdict> {
    Said::of(&flow(text), false).verdicts.into_iter().map(|v| (v.item, v.verdict)).collect()
}

fn items(parts: &[(&str, Verdict)]) -> BTreeMap<String, Verdict> {
    parts.iter().flat_map(|(names, v)| names.split(' ').map(|n| (n.to_owned(), *v))).collect()
}

/// A conclusion and what it says.
fn wordings() -> Vec<(&'static str, BTreeMap<String, Verdict>)> {
    vec![
        ("初步结论：全部外观设计未发现存在不符合授予专利权条件的缺陷。", items(&[("all", GOOD)])),
        ("E. 初步结论\n全部外观设计不符合授予专利权条件。", items(&[("all", BAD)])),
        ("评价结论：本专利外观设计未发现存在不符合授予专利权条件的缺陷。", items(&[("all", GOOD)])),
        (
            "初步结论：\n权利要求1-3、5不符合授予专利权条件，权利要求4、6未发现存在不符合授予专利权条件的缺陷。\n权利要求1-3不具备专利法第22条第3款规定的创造性。",
            items(&[("1 2 3 5", BAD), ("4 6", GOOD)]),
        ),
        ("该外观设计的设计2不符合授予专利权条件，设计1、设计3未发现存在不符合授予专利权条件的缺陷", items(&[("1 3", GOOD), ("2", BAD)])),
        ("全部权利要求（权利要求1至权利要求4）未发现存在不符合授予专利权条件的缺陷。", items(&[("1 2 3 4", GOOD)])),
        (
            "评价结论（1）第2、3项权利要求不符合授予专利权条件；（2）第1、4项权利要求未发现存在不符合授予专利权条件的缺陷。",
            items(&[("2 3", BAD), ("1 4", GOOD)]),
        ),
        (
            "综上所述，权利要求1以及从属权利要求2-5不符合授予专利权条件，权利要求6以及从属权利要求7未发现存在不符合授予专利权条件的缺陷。",
            items(&[("1 2 3 4 5", BAD), ("6 7", GOOD)]),
        ),
        (
            "权利要求7-8未检索，理由：不具备专利法第22条第4款规定的实用性。结论：权利要求1-6未发现存在不符合授予专利权条件的缺陷。",
            items(&[("1 2 3 4 5 6", GOOD), ("7 8", OUT)]),
        ),
        ("□全部权利要求1-2未发现存在不符合授予专利权条件的缺陷。☑全部权利要求1-2不符合授予专利权条件。", items(&[("1 2", BAD)])),
        (
            "本专利共有4项权利要求。权利要求2不符合授予专利权条件，其余权利要求未发现存在不符合授予专利权条件的缺陷。权利要求2不具备专利法第22条第3款规定的创造性。",
            items(&[("1 3 4", GOOD), ("2", BAD)]),
        ),
        ("未发现全部权利要求1-3存在不符合授予专利权条件的缺陷。", items(&[("1 2 3", GOOD)])),
    ]
}

#[test]
fn conclusions_as_reports_word_them() {
    for (text, verdicts) in wordings() {
        assert_eq!(read(text), verdicts, "{text}");
    }
}

#[test]
fn what_others_say_or_a_note_explains_is_no_verdict() {
    let own = "权利要求1未发现存在不符合授予专利权条件的缺陷。";
    for other in [
        "请求人认为权利要求1不符合授予专利权条件；权利要求1不具备创造性。",
        "请求人在请求书中主张“权利要求1不符合授予专利权条件”。",
        "被控侵权人陈述：权利要求1不具备专利法第22条第3款规定的创造性。",
        "说明：本报告所称“不符合授予专利权条件”，是指存在无效宣告理由所对应的缺陷。",
        "如果权利要求不符合授予专利权条件，任何人可以请求宣告该专利权无效。",
    ] {
        assert_eq!(read(&format!("{other}初步结论：{own}审查员张三。")), items(&[("1", GOOD)]), "{other}");
    }
}

#[test]
fn what_contradicts_itself_is_unknown() {
    for text in [
        "全部外观设计未发现存在不符合授予专利权条件的缺陷。全部外观设计不符合授予专利权条件。",
        "全部外观设计未发现存在不符合授予专利权条件的缺陷。本专利不符合专利法第23条第2款的规定。",
    ] {
        assert_eq!(read(text), items(&[("all", UNKNOWN)]), "{text}");
        assert!(Said::of(&flow(text), false).contradicted);
    }
    let text = "全部权利要求1-3未发现存在不符合授予专利权条件的缺陷。权利要求2不具备创造性。";
    assert_eq!(read(text), items(&[("1 3", GOOD), ("2", UNKNOWN)]));
}

#[test]
fn what_leaves_items_out_or_counts_others_is_unknown() {
    for text in [
        "权利要求1-3不符合授予专利权条件，权利要求5-8未发现存在不符合授予专利权条件的缺陷。",
        "权利要求1-3不符合授予专利权条件，权利要求4-1O未发现存在不符合授予专利权条件的缺陷。",
        "全部权利要求1-6未发现存在不符合授予专利权条件的缺陷。权利要求1-8具备创造性。",
        "本专利共有7项权利要求。全部权利要求1-6未发现存在不符合授予专利权条件的缺陷。",
        "全部权利要求1-66未发现存在不符合授予专利权条件的缺陷。",
        "除权利要求1外，全部权利要求未发现存在不符合授予专利权条件的缺陷。",
        "权利要求2不符合授予专利权条件，其余权利要求未发现存在不符合授予专利权条件的缺陷。",
    ] {
        assert!(!read(text).values().any(|v| *v == GOOD), "{text}: {:?}", read(text));
    }
}

#[test]
fn a_text_maintained_by_a_decision_may_begin_later() {
    let text = "权利要求2-4未发现存在不符合授予专利权条件的缺陷。";
    let amended: Vec<_> = Said::of(&flow(text), true).verdicts.into_iter().map(|v| (v.item, v.verdict)).collect();
    assert_eq!(amended, [("2".to_owned(), GOOD), ("3".to_owned(), GOOD), ("4".to_owned(), GOOD)]);
    assert_eq!(read(text), items(&[("2 3 4", UNKNOWN)]));
    let slipped = "权利要求29未发现存在不符合授予专利权条件的缺陷。权利要求2-9具备创造性。";
    assert!(Said::of(&flow(slipped), true).verdicts.iter().all(|v| v.verdict == UNKNOWN));
}

/// Every text that differs from this one by a letter deleted, doubled, or swapped with the next.
fn slips(chars: &[char]) -> impl Iterator<Item = (usize, &'static str, Vec<char>)> {
    let original = chars.to_vec();
    (0..chars.len()).flat_map(move |i| {
        let mut deleted = original.clone();
        deleted.remove(i);
        let mut doubled = original.clone();
        doubled.insert(i, original[i]);
        let mut all = vec![(i, "deleted", deleted), (i, "doubled", doubled)];
        if i + 1 < original.len() && original[i] != original[i + 1] {
            let mut swapped = original.clone();
            swapped.swap(i, i + 1);
            all.push((i, "swapped", swapped));
        }
        all
    })
}

/// Whether an answer is the truth or says less.
fn is_true_or_unknown(answer: &BTreeMap<String, Verdict>, truth: &BTreeMap<String, Verdict>) -> bool {
    answer.iter().all(|(item, verdict)| *verdict == UNKNOWN || truth.get(item) == Some(verdict))
}

#[test]
fn one_wrong_letter_never_gives_another_verdict() {
    for (text, truth) in wordings() {
        for (i, how, slipped) in slips(&text.chars().collect::<Vec<_>>()) {
            let slipped: String = slipped.into_iter().collect();
            let answer = read(&slipped);
            assert!(is_true_or_unknown(&answer, &truth), "{how} at {i}: {slipped}\n{answer:?} for {truth:?}");
        }
    }
}

/// A second conclusion that contradicts the first does not go away for a wrong letter, wherever it stands.
#[test]
fn one_wrong_letter_never_settles_a_contradiction() {
    let favourable = "初步结论：全部外观设计未发现存在不符合授予专利权条件的缺陷。审查员张三。";
    for (_, how, slipped) in slips(&"全部外观设计不符合授予专利权条件".chars().collect::<Vec<_>>()) {
        let slipped: String = slipped.into_iter().collect();
        let answer = read(&format!("{favourable}{HARD_BREAK}{slipped}{HARD_BREAK}"));
        assert_eq!(answer, items(&[("all", UNKNOWN)]), "{how}: {slipped}");
    }
}

/// Of options with boxes one whose box was lost is not chosen.
#[test]
fn an_option_without_its_box_is_not_the_conclusion() {
    let text = "初步结论：\n全部外观设计未发现存在不符合授予专利权条件的缺陷。\n□全部外观设计不符合授予专利权条件。";
    assert_eq!(read(text), items(&[("all", UNKNOWN)]));
}

/// The same with the fixtures, and with the generated corpus where `TEST_CORPUS` names it: each letter of each
/// conclusion in both orders of the whole text.
#[test]
fn one_wrong_letter_in_a_report_never_gives_another_verdict() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports");
    let tried = slip_through(&folder);
    assert!(tried > 2_000, "{tried} slips were tried");
    if let Ok(corpus) = std::env::var("TEST_CORPUS") {
        let tried = slip_through(std::path::Path::new(&corpus));
        println!("{tried} slips of the corpus were tried");
        assert!(tried > 8_000, "{tried} slips were tried");
    }
}

/// Verdicts that are right, by item: where the truth is unknown a slip may make a text clear again, and what
/// is clear of it is none of this test's.
fn sound_truth(truth: &serde_json::Value) -> Option<BTreeMap<String, Vec<Verdict>>> {
    let word = |v: &serde_json::Value| serde_json::from_value::<Verdict>(v.clone()).unwrap();
    let verdicts = truth["verdicts"].as_object()?;
    let all = |v: &serde_json::Value| v.as_array().map_or_else(|| vec![word(v)], |list| list.iter().map(word).collect());
    let verdicts: BTreeMap<String, Vec<Verdict>> = verdicts.iter().map(|(item, v)| (item.clone(), all(v))).collect();
    verdicts.values().all(|v| !v.contains(&UNKNOWN)).then_some(verdicts)
}

/// Longest text that slips are tried in, and most texts of one wording: each slip reads the whole text again.
const TEXT_CHARS_MAX: usize = 6_000;
const TEXTS_A_WORDING_MAX: usize = 2;

/// Slips through the texts of a folder; each text once, however many files hold it.
fn slip_through(folder: &std::path::Path) -> usize {
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let (mut tried, mut seen, mut wordings) = (0, std::collections::HashSet::new(), BTreeMap::<&str, usize>::new());
    for (name, truth) in truth.as_object().unwrap() {
        let readable = truth["readability"].as_str().is_none_or(|r| r == "text") && truth["hard"] != true;
        let Some(verdicts) = sound_truth(truth).filter(|_| readable) else { continue };
        let amended = truth["facts"]["text_version"].is_object();
        let Ok(document) = open(std::fs::read(folder.join(name)).unwrap(), &TrustAnchors::default()) else { continue };
        let sheets: Vec<Sheet> = document.pages.iter().map(sheet).collect();
        for (flow, in_place) in [(by_place(&sheets), true), (by_stream(&sheets), false)] {
            let said = Said::of(&flow, amended);
            // Boxes drawn apart from their texts: that order is never asked for a verdict.
            let asked = flow.chars.len() <= TEXT_CHARS_MAX && (in_place || !said.boxed);
            let text: String = flow.chars.iter().filter(|c| !matches!(**c, ' ' | HARD_BREAK | SOFT_BREAK)).collect();
            let times = wordings.entry(truth["family"].as_str().unwrap_or(name)).or_default();
            if !asked || *times >= TEXTS_A_WORDING_MAX || !seen.insert(text) {
                continue;
            }
            *times += 1;
            for (start, end) in conclusions(&flow) {
                for (_, how, slipped) in slips(&flow.chars[start..end]) {
                    let mut chars = flow.chars[..start].to_vec();
                    chars.extend(&slipped);
                    chars.extend(&flow.chars[end..]);
                    let pages = vec![1; chars.len()];
                    let said = Said::of(&Flow { chars, pages }, amended);
                    let answer: BTreeMap<String, Verdict> = said.verdicts.into_iter().map(|v| (v.item, v.verdict)).collect();
                    let slipped: String = slipped.iter().collect();
                    let right = answer.iter().all(|(item, verdict)| *verdict == UNKNOWN || is_right(&verdicts, (item, *verdict)));
                    assert!(right, "{name}, {how}: {slipped}\n{answer:?} for {verdicts:?}");
                    tried += 1;
                }
            }
        }
    }
    tried
}

/// Whether a verdict is the truth. `all` says of every item what they have in common; an item that there is not
/// may have no favourable one.
fn is_right(truth: &BTreeMap<String, Vec<Verdict>>, (item, verdict): (&String, Verdict)) -> bool {
    match truth.get(item) {
        Some(right) => right.contains(&verdict),
        None if item == "all" || truth.contains_key("all") => truth.values().all(|right| right.contains(&verdict)),
        None => verdict != GOOD,
    }
}

/// Where the sentences stand that speak of the conditions of grant.
fn conclusions(flow: &Flow) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (i, c) in flow.chars.iter().enumerate() {
        if matches!(c, '。' | &HARD_BREAK | &SOFT_BREAK) {
            if speaks_of_grant(&flow.chars[start..i]) {
                found.push((start, i + 1));
            }
            start = i + 1;
        }
    }
    found
}
