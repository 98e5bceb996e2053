//! What the report says beside its conclusion: why an item falls short, what was not searched, how many
//! items there are. Read generously, for it can only cast doubt on a favourable conclusion, never make one.

use std::collections::BTreeSet;

use super::numbers::{any, at, list, named, places};
use super::sentences::Sentence;

/// What a sentence adds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// These lack a condition of grant; none named: all.
    Lacks(BTreeSet<u32>),
    /// These were not searched.
    NotSearched(BTreeSet<u32>),
    /// These were searched.
    Searched(BTreeSet<u32>),
    /// So many there are.
    Count(u32),
    /// These are spoken of.
    Named(BTreeSet<u32>),
}

const NOT_SEARCHED: &[&str] = &["未进行检索", "未作检索", "未予检索", "未检索", "不进行检索", "不作检索", "不予检索", "未对其进行检索"];
const LACKS: &[&str] = &[
    "不符合专利法",
    "不符合《",
    "不符合中华人民共和国专利法",
    "不符合实施细则",
    "不符合专利法实施细则",
    "不属于专利法第2条",
    "不属于专利法第二条",
    "属于专利法第5条",
    "属于专利法第25条",
    "属于专利法第五条",
    "属于专利法第二十五条",
];
const LACKS_QUALITY: &[&str] = &["不具备", "不具有", "没有", "缺乏", "丧失"];
const QUALITIES: &[&str] = &["新颖性", "创造性", "实用性"];
/// Longest text from 不具备 to 新颖性, characters: 专利法实施细则第N条第N款规定的.
const QUALITY_WITHIN: usize = 24;

/// What a sentence adds to the conclusion.
pub(super) fn details(sentence: &Sentence) -> Vec<Detail> {
    let chars = &sentence.chars;
    if let Some((i, _)) = places(chars, NOT_SEARCHED).next() {
        let before = last_list(&chars[..i]);
        // What follows is the reason, or a list: 未检索的权利要求：7-8.
        let items = if before.is_empty() { named(&chars[i..]) } else { before };
        return if items.is_empty() { Vec::new() } else { vec![Detail::NotSearched(items)] };
    }
    let text = sentence.text();
    let mut out: Vec<Detail> = count(chars).into_iter().map(Detail::Count).collect();
    if text.contains("检索范围") || text.contains("已检索") {
        out.push(Detail::Searched(named(chars)));
    }
    let mut from = 0;
    let mut whom = BTreeSet::new();
    for i in lacks(chars) {
        let items = named(&chars[from..i]);
        if !items.is_empty() {
            whom = items;
        }
        from = i + 1;
        let all = ["说明书", "该外观设计", "本外观设计", "本专利", "该专利", "全部权利要求", "全部外观设计"];
        if !whom.is_empty() || all.iter().any(|w| text.contains(w)) {
            out.push(Detail::Lacks(whom.clone()));
        }
    }
    let spoken_of = named(chars);
    if !spoken_of.is_empty() {
        out.push(Detail::Named(spoken_of));
    }
    out
}

/// The last list of items in a text: the lines of a form may have run together before it.
fn last_list(chars: &[char]) -> BTreeSet<u32> {
    let (mut last, mut i) = (BTreeSet::new(), 0);
    while i < chars.len() {
        match list(chars, i) {
            Some((items, end)) => (last, i) = (items, end),
            None => i += 1,
        }
    }
    last
}

/// Where it says that something is lacking, in the order of the text.
fn lacks(chars: &[char]) -> BTreeSet<usize> {
    let denied = |i: usize| at(chars, i, "属于") && i > 0 && chars[i - 1] == '不';
    let outright = places(chars, LACKS).map(|(i, _)| i).filter(|i| !denied(*i));
    let of_quality = places(chars, LACKS_QUALITY).filter(|(i, length)| {
        let end = chars.len().min(i + length + QUALITY_WITHIN);
        (i + length..end).take_while(|j| !matches!(chars[*j], '，' | ',' | '。')).any(|j| any(chars, j, QUALITIES).is_some())
    });
    outright.chain(of_quality.map(|(i, _)| i)).collect()
}

/// `本专利共有10项权利要求`, `权利要求共10项`.
fn count(chars: &[char]) -> Option<u32> {
    let after = |(i, length): (usize, usize)| -> Option<u32> {
        let mut j = i + length;
        let digits = chars[j..].iter().take_while(|c| c.is_ascii_digit()).count();
        let n = chars[j..j + digits].iter().collect::<String>().parse().ok()?;
        j += digits;
        j += any(chars, j, &["项", "个"])?;
        let own = any(chars, j, &["权利要求", "相似外观设计", "外观设计", "设计", "套件"]).is_some();
        let before: String = chars[..i].iter().collect();
        (own || before.ends_with("权利要求")).then_some(n)
    };
    places(chars, &["共有", "共计", "共包括", "共包含", "共"]).find_map(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Detail> {
        details(&Sentence {
            chars: text.chars().collect(),
            breaks: Vec::new(),
            page: 1,
            in_conclusion: false,
            is_others: false,
            ticked: false,
        })
    }

    fn set(items: &[u32]) -> BTreeSet<u32> {
        items.iter().copied().collect()
    }

    #[test]
    fn details_say_whom_they_concern() {
        assert_eq!(read("权利要求1-3不具备专利法第22条第3款规定的创造性")[0], Detail::Lacks(set(&[1, 2, 3])));
        assert_eq!(read("设计2与对比设计1相比不具有明显区别，不符合专利法第23条第2款的规定")[0], Detail::Lacks(set(&[2])));
        assert_eq!(read("说明书不符合专利法第26条第3款的规定"), [Detail::Lacks(set(&[]))]);
        assert_eq!(read("设计2符合专利法第23条第1款和第2款的规定"), [Detail::Named(set(&[2]))]);
        assert_eq!(read("不属于专利法第5条规定的情形"), []);
    }

    #[test]
    fn the_reason_for_not_searching_is_no_lack() {
        assert_eq!(read("权利要求7-8未检索，理由：不具备专利法第22条第4款规定的实用性"), [Detail::NotSearched(set(&[7, 8]))]);
        assert_eq!(read("未检索的权利要求：7-8"), [Detail::NotSearched(set(&[7, 8]))]);
        assert_eq!(read("未检索的原因：属于专利法第5条规定的情形"), []);
    }

    #[test]
    fn counts_are_of_the_patent_s_own_items() {
        assert_eq!(read("本专利共有10项权利要求")[0], Detail::Count(10));
        assert_eq!(read("总页数：共6页"), []);
    }
}
