//! The grammar of a conclusion. A sentence that speaks of the conditions of grant counts only if every
//! character of it is understood: one letter lost, doubled or swapped may turn a verdict round.

use std::collections::BTreeSet;

use super::numbers::{any, at, list};
use super::sentences::Sentence;

/// Whom a phrase is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// All items, with their numbers where they are said.
    All(BTreeSet<u32>),
    /// These.
    Items(BTreeSet<u32>),
    /// All but these and those that other sentences name.
    Rest(BTreeSet<u32>),
}

/// What is concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// 未发现存在不符合授予专利权条件的缺陷
    Good,
    /// 不符合授予专利权条件
    Bad,
}

/// What a sentence of a conclusion says, if it is understood whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conclusion {
    /// Whom and what.
    pub(super) says: Vec<(Subject, Says)>,
    /// Number of items, where it is stated.
    pub(super) count: Option<u32>,
}

const GOOD: &[&str] = &[
    "未发现存在不符合授予专利权条件的缺陷",
    "未发现存在不符合授予专利权的条件的缺陷",
    "未发现其存在不符合授予专利权条件的缺陷",
    "未发现有不符合授予专利权条件的缺陷",
    "未发现不符合授予专利权条件的缺陷",
];
const BAD: &[&str] = &["不符合授予专利权条件", "不符合授予专利权的条件"];
/// The inverted order: 未发现 whom 存在….
const GOOD_BEFORE: &str = "未发现";
const GOOD_AFTER: &[&str] = &["存在不符合授予专利权条件的缺陷", "存在不符合授予专利权的条件的缺陷"];

/// A reason within the conclusion; it changes nothing, for what it concerns is not in accord anyway.
const REASONS: &[&str] = &[
    "不具备新颖性",
    "不具备创造性",
    "不具备实用性",
    "不具备新颖性和创造性",
    "不具备专利法第22条第2款规定的新颖性",
    "不具备专利法第22条第3款规定的创造性",
    "不具备专利法第22条第4款规定的实用性",
];

/// Words between the parts, which say nothing.
const FILLERS: &[&str] = &[
    "，",
    ",",
    "：",
    ":",
    "综上所述",
    "综上",
    "综合上述",
    "因此",
    "因而",
    "所以",
    "故",
    "即",
    "其中",
    "而",
    "但",
    "经检索和分析",
    "经检索",
    "经审查",
    "经分析",
    "经评价",
    "经综合判断",
    "根据检索结果",
    "检索结果表明",
    "本报告认为",
    "本局认为",
    "审查员认为",
    "结论如下",
    "如下",
    "均",
    "都",
    "分别",
    "也",
    "具体理由见续页",
    "具体意见见续页",
    "具体理由详见续页",
    "理由见续页",
    "详见续页",
    "见续页",
    "（见续页）",
    "（续页）",
    "具体理由如下",
    "理由如下",
    "具体意见详见专利权评价意见",
    "具体理由详见专利权评价意见",
    "详见专利权评价意见",
    "具体详见专利权评价意见",
    "见专利权评价意见",
];

/// The patent or design as a whole.
const WHOLES: &[&str] = &[
    "本外观设计专利权",
    "该外观设计专利权",
    "本外观设计专利",
    "该外观设计专利",
    "本专利的外观设计",
    "该专利的外观设计",
    "本专利外观设计",
    "该专利外观设计",
    "涉案外观设计",
    "该外观设计",
    "本外观设计",
    "本实用新型专利",
    "该实用新型专利",
    "本实用新型",
    "该实用新型",
    "涉案专利",
    "本专利权",
    "该专利权",
    "本专利",
    "该专利",
];
const ALLS: &[&str] = &["全部权利要求", "所有权利要求", "全部外观设计", "所有外观设计", "全部设计", "所有设计", "各项权利要求", "全部套件"];
const RESTS: &[&str] = &[
    "其余各项权利要求",
    "其余权利要求",
    "其他权利要求",
    "其它权利要求",
    "其余外观设计",
    "其他外观设计",
    "其余各项设计",
    "其余设计",
    "其他设计",
    "其它设计",
    "其余套件",
    "除此之外的其他权利要求",
    "除此之外的其余权利要求",
    "除此以外的其他权利要求",
    "除此之外的其他设计",
    "除此之外的其余设计",
];

/// Part of the phrase that is looked for with some of its letters wrong.
const MARK: &str = "符合授予专利权条件";
/// Pairs of neighbouring letters of [`MARK`] that show it; one slip destroys at most three of eight, and
/// 不授予专利权 alone has four.
const PAIRS_MIN: usize = 5;
/// Length of the text in which they must stand, characters.
const WINDOW: usize = 13;

/// Whether a text seems to speak of the conditions of grant, however garbled.
pub(super) fn speaks_of_grant(chars: &[char]) -> bool {
    let mark: Vec<char> = MARK.chars().collect();
    let pair = |two: &[char]| mark.windows(2).position(|m| two == m);
    let hits: Vec<(usize, usize)> = chars.windows(2).enumerate().filter_map(|(i, two)| Some((i, pair(two)?))).collect();
    if hits.len() < PAIRS_MIN {
        return false;
    }
    hits.iter().any(|(start, _)| {
        let near = hits.iter().filter(|(i, _)| (*start..=start + WINDOW).contains(i));
        near.map(|(_, pair)| *pair).collect::<BTreeSet<_>>().len() >= PAIRS_MIN
    })
}

/// Reads a conclusion, whole or not at all.
pub(super) fn conclusion(sentence: &Sentence) -> Option<Conclusion> {
    let chars = &sentence.chars;
    let mut out = Conclusion::default();
    let mut subject: Option<Subject> = None;
    let mut parts = BTreeSet::new();
    let mut answered = true;
    let mut i = beginning(chars);
    while i < chars.len() {
        if let Some((count, end)) = count_of(chars, i) {
            if out.count.replace(count).is_some_and(|before| before != count) {
                return None;
            }
            i = end;
        } else if let Some((whom, end)) = answered.then(|| inverted(chars, i)).flatten() {
            out.says.push((whom, Says::Good));
            subject = None;
            i = end;
        } else if let Some((whole, part, end)) = parts_at(chars, i) {
            if !answered {
                return None;
            }
            (subject, parts, answered, i) = (Some(Subject::Items(whole)), part, false, end);
        } else if let Some((whom, end)) = subject_at(chars, i) {
            if !answered {
                return None;
            }
            (subject, parts, answered, i) = (Some(whom), BTreeSet::new(), false, end);
        } else if let Some((says, end)) = predicate(sentence, i) {
            // A favourable word needs a subject of its own.
            if answered && says == Says::Good {
                return None;
            }
            out.says.push((with_parts(subject.clone()?, &parts, says), says));
            (answered, i) = (true, end);
        } else if let Some(length) = any(chars, i, REASONS).filter(|_| subject.is_some()) {
            i += length;
        } else {
            i += filler(chars, i)?;
        }
    }
    (answered && !(out.says.is_empty() && out.count.is_none())).then_some(out)
}

/// What is bad in part is bad; what is good in part is not yet good.
fn with_parts(whom: Subject, parts: &BTreeSet<u32>, says: Says) -> Subject {
    match whom {
        Subject::Items(items) if says == Says::Bad => Subject::Items(items.union(parts).copied().collect()),
        other => other,
    }
}

/// `权利要求3引用权利要求2的技术方案以及权利要求2、4`: the items that are meant whole, and those in part.
fn parts_at(chars: &[char], start: usize) -> Option<(BTreeSet<u32>, BTreeSet<u32>, usize)> {
    let (mut whole, mut parts) = (BTreeSet::new(), BTreeSet::new());
    let mut i = start;
    loop {
        let (items, end) = list(chars, i)?;
        match any(chars, end, &["引用", "从属于"]) {
            Some(cites) => {
                let (_, cited) = list(chars, end + cites)?;
                i = cited + any(chars, cited, &["的技术方案", "的方案", "时的技术方案"])?;
                parts.extend(items);
            }
            None => {
                i = end;
                whole.extend(items);
            }
        }
        match any(chars, i, &["以及", "、", "，", "和", "及"]) {
            Some(n) if list(chars, i + n).is_some() => i += n,
            _ => return (!parts.is_empty()).then_some((whole, parts, i)),
        }
    }
}

/// Past the heading and the number of a paragraph.
fn beginning(chars: &[char]) -> usize {
    const HEADS: &[&str] = &["初步结论", "评价结论", "结论"];
    let (head, headed) = (0..chars.len().min(16)).find_map(|i| any(chars, i, HEADS).map(|n| (i, i + n))).unwrap_or((0, 0));
    let numbered = chars[..head].iter().all(|c| c.is_ascii_alphanumeric() || "一二三四五六七八九十、．.（）() 项".contains(*c));
    let mut i = if numbered { headed } else { 0 };
    if headed > 0 && numbered && any(chars, i, &["为：", "是：", "为", "是"]).is_some() {
        i += any(chars, i, &["为：", "是：", "为", "是"]).unwrap_or(0);
    }
    i + paragraph_number(chars, i)
}

/// `（1）`, `1.`: where a paragraph begins.
fn paragraph_number(chars: &[char], i: usize) -> usize {
    let open = usize::from(matches!(chars.get(i), Some('（' | '(')));
    let digits = chars[(i + open).min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let closed = match chars.get(i + open + digits) {
        Some('）' | ')') => true,
        Some('.' | '．' | '、') => open == 0,
        _ => false,
    };
    if (1..=2).contains(&digits) && closed { open + digits + 1 } else { 0 }
}

fn filler(chars: &[char], i: usize) -> Option<usize> {
    any(chars, i, FILLERS)
        .or_else(|| Some(paragraph_number(chars, i)).filter(|n| *n > 0 && (i == 0 || matches!(chars[i - 1], '，' | '：' | ':' | '、'))))
}

/// `本专利共有10项权利要求`.
fn count_of(chars: &[char], start: usize) -> Option<(u32, usize)> {
    let mut i = start + any(chars, start, WHOLES).unwrap_or(0);
    i += any(chars, i, &["共有", "共计", "共包括", "共包含", "共", "包括", "包含"])?;
    let digits = chars[i.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let count = chars[i..i + digits].iter().collect::<String>().parse().ok().filter(|n| (1..=super::numbers::ITEMS_MAX).contains(n))?;
    i += digits;
    i += any(chars, i, &["项", "个"])?;
    i += any(chars, i, &["相似"]).unwrap_or(0);
    Some((count, i + any(chars, i, &["权利要求", "外观设计", "设计", "套件"])?))
}

fn inverted(chars: &[char], start: usize) -> Option<(Subject, usize)> {
    let from = start + any(chars, start, &[GOOD_BEFORE])?;
    let (whom, end) = subject_at(chars, from)?;
    Some((whom, end + any(chars, end, GOOD_AFTER)?))
}

fn subject_at(chars: &[char], start: usize) -> Option<(Subject, usize)> {
    if let Some(found) = excepting(chars, start) {
        return Some(found);
    }
    if let Some(length) = any(chars, start, RESTS) {
        let end = start + length;
        return match list_after(chars, start, end) {
            Some((items, close)) => Some((Subject::Items(items), close)),
            None => Some((Subject::Rest(BTreeSet::new()), end)),
        };
    }
    if let Some(length) = any(chars, start, ALLS) {
        return all_of(chars, start, start + length);
    }
    if let Some((items, end)) = list(chars, start) {
        return Some((Subject::Items(items), end));
    }
    // 全部第1、2项权利要求
    let ordinals = any(chars, start, &["全部", "所有"]).map(|n| start + n).filter(|i| at(chars, *i, "第"));
    if let Some((items, end)) = ordinals.and_then(|i| list(chars, i)) {
        return Some((Subject::All(items), end));
    }
    let length = any(chars, start, WHOLES)?;
    // 该外观设计的设计2: of the whole these.
    let of = start + length + usize::from(at(chars, start + length, "的"));
    match subject_at(chars, of) {
        Some(found) if of > start + length || !matches!(found.0, Subject::All(_)) => Some(found),
        _ if of > start + length => None,
        _ => Some((Subject::All(BTreeSet::new()), start + length)),
    }
}

/// `全部权利要求1-10`, `全部权利要求（权利要求1至权利要求4）`.
fn all_of(chars: &[char], start: usize, end: usize) -> Option<(Subject, usize)> {
    if matches!(chars.get(end), Some('（' | '(')) {
        let inner = end + 1;
        if let Some((count, close)) = count_in_brackets(chars, inner) {
            return Some((Subject::All((1..=count).collect()), close));
        }
        let (items, close) = list(chars, inner).or_else(|| list_after(chars, start, inner))?;
        return matches!(chars.get(close), Some('）' | ')')).then_some((Subject::All(items), close + 1));
    }
    if let Some((items, close)) = list(chars, end) {
        return Some((Subject::All(items), close));
    }
    // 全部权利要求第1至20项
    if at(chars, end, "第") {
        let (items, close) = list_after(chars, start, end)?;
        return Some((Subject::All(items), close));
    }
    match list_after(chars, start, end) {
        // A bare number may be how many there are or which one: only `1` is both.
        Some((items, close)) if items.len() > 1 || items.contains(&1) => Some((Subject::All(items), close)),
        Some(_) => None,
        None if chars.get(end).is_some_and(|c| c.is_ascii_digit()) => None,
        None => Some((Subject::All(BTreeSet::new()), end)),
    }
}

/// `共10项）`.
fn count_in_brackets(chars: &[char], start: usize) -> Option<(u32, usize)> {
    let from = start + any(chars, start, &["共", "共计", "共有"])?;
    let digits = chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let count = chars[from..from + digits].iter().collect::<String>().parse().ok()?;
    let end = from + digits + any(chars, from + digits, &["项", "个"])?;
    ((1..=super::numbers::ITEMS_MAX).contains(&count) && matches!(chars.get(end), Some('）' | ')'))).then_some((count, end + 1))
}

/// A list at `i` whose label is the one of `全部权利要求` at `start`.
fn list_after(chars: &[char], start: usize, i: usize) -> Option<(BTreeSet<u32>, usize)> {
    let mut labelled: Vec<char> = "权利要求".chars().collect();
    let label = labelled.len();
    labelled.extend_from_slice(chars.get(i..)?);
    let (items, end) = list(&labelled, 0)?;
    (start < i).then(|| (items, end - label + i))
}

/// `除权利要求1外，其余权利要求`.
fn excepting(chars: &[char], start: usize) -> Option<(Subject, usize)> {
    let from = start + any(chars, start, &["除"])?;
    let (items, end) = list(chars, from)?;
    let outside = end + any(chars, end, &["以外", "之外", "外"])?;
    let comma = outside + any(chars, outside, &["，", ","]).unwrap_or(0);
    let rest = any(chars, comma, RESTS).or_else(|| any(chars, comma, ALLS))?;
    Some((Subject::Rest(items), comma + rest))
}

/// A verdict that ends where a verdict may end.
fn predicate(sentence: &Sentence, start: usize) -> Option<(Says, usize)> {
    let chars = &sentence.chars;
    let found = [(GOOD, Says::Good), (BAD, Says::Bad)]
        .into_iter()
        .find_map(|(phrases, says)| any(chars, start, phrases).map(|length| (says, start + length)))?;
    let end = found.1;
    let ends = match chars.get(end) {
        None | Some('，' | ',' | '：' | '（' | '(') => true,
        Some(_) => sentence.breaks.contains(&end) || subject_at(chars, end).is_some(),
    };
    ends.then_some(found)
}
