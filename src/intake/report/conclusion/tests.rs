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

/// The same with the fixtures: each letter of each conclusion in both orders of the whole text.
#[test]
fn one_wrong_letter_in_a_report_never_gives_another_verdict() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports");
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let mut tried = 0;
    for (name, truth) in truth.as_object().unwrap() {
        let Some(verdicts) = truth["verdicts"].as_object().filter(|_| truth["readability"] == "text") else { continue };
        let word = |v: &serde_json::Value| serde_json::from_value::<Verdict>(v.clone()).unwrap();
        let verdicts: BTreeMap<String, Verdict> = verdicts.iter().map(|(item, v)| (item.clone(), word(v))).collect();
        let document = open(std::fs::read(folder.join(name)).unwrap(), &TrustAnchors::default()).unwrap();
        let sheets: Vec<Sheet> = document.pages.iter().map(sheet).collect();
        for flow in [by_place(&sheets), by_stream(&sheets)] {
            for (start, end) in conclusions(&flow) {
                for (_, how, slipped) in slips(&flow.chars[start..end]) {
                    let mut chars = flow.chars[..start].to_vec();
                    chars.extend(&slipped);
                    chars.extend(&flow.chars[end..]);
                    let pages = vec![1; chars.len()];
                    let said = Said::of(&Flow { chars, pages }, false);
                    let answer: BTreeMap<String, Verdict> = said.verdicts.into_iter().map(|v| (v.item, v.verdict)).collect();
                    let slipped: String = slipped.iter().collect();
                    assert!(is_true_or_unknown(&answer, &verdicts), "{name}, {how}: {slipped}\n{answer:?} for {verdicts:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried} slips were tried");
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
