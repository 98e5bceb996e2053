//! Lists of claims and designs: `权利要求1-3、5和7至10`, `设计1（基本设计）、设计3`, `第1、8项权利要求`.

use std::collections::BTreeSet;

/// Most items of a report.
pub(super) const ITEMS_MAX: u32 = 500;

/// How a list of items begins: with one of [`LABELS`], or 第.
const LIST_BEGINS: &[char] = &['第', '从', '独', '权', '外', '设', '套'];
/// What names an item.
const LABELS: &[&str] = &["从属权利要求", "独立权利要求", "权利要求", "外观设计", "设计", "套件"];
/// Labels after `第1项`.
const LABELS_AFTER: &[&str] = &["权利要求", "外观设计", "设计", "套件"];
/// Between two numbers.
const SEPARATORS: &[&str] = &["以及其", "以及", "及其", "、", "，", ",", "和", "及", "与"];
/// Between the ends of a range.
const RANGES: &[&str] = &["-", "–", "—", "－", "−", "‐", "‑", "~", "～", "〜", "至", "到"];
/// Longest name in brackets behind a number (`套件1（茶壶）`), characters.
const ASIDE_CHARS_MAX: usize = 12;
/// What no such name holds.
const NO_NAME: &str = "不未非除外符合发现缺陷条件检索，。；、：（(";
/// What comes before a label or number that is not one of the patent's own.
const OTHERS: &[&str] = &["对比", "现有", "在先", "证据", "对比文件", "惯常"];

/// Whether the text goes on with this word.
pub(super) fn at(chars: &[char], i: usize, word: &str) -> bool {
    let mut i = i;
    word.chars().all(|c| {
        let same = chars.get(i) == Some(&c);
        i += 1;
        same
    })
}

/// The length in characters of the longest of these words that stands here.
pub(super) fn any(chars: &[char], i: usize, words: &[&str]) -> Option<usize> {
    words.iter().filter(|w| at(chars, i, w)).map(|w| w.chars().count()).max()
}

/// Where these words stand, and how long the longest that stands there is.
pub(super) fn places<'a>(chars: &'a [char], words: &'a [&str]) -> impl Iterator<Item = (usize, usize)> + 'a {
    // At most characters of a report the first letter says no already.
    let firsts: Vec<char> = words.iter().filter_map(|w| w.chars().next()).collect();
    let begins = chars.iter().enumerate().filter(move |(_, c)| firsts.contains(c));
    begins.filter_map(|(i, _)| Some((i, any(chars, i, words)?)))
}

/// A list that stands here, as strictly as a list is written: rising numbers, no separator too many.
/// Answers the items and where the list ends.
pub(super) fn list(chars: &[char], start: usize) -> Option<(BTreeSet<u32>, usize)> {
    ordinal_list(chars, start).or_else(|| labelled_list(chars, start))
}

/// `第1、8项权利要求`.
fn ordinal_list(chars: &[char], start: usize) -> Option<(BTreeSet<u32>, usize)> {
    if !at(chars, start, "第") {
        return None;
    }
    let (items, mut i) = plain_list(chars, start + 1)?;
    if !at(chars, i, "项") {
        return None;
    }
    i += 1;
    Some((items, i + any(chars, i, LABELS_AFTER)?))
}

/// `权利要求1-3、权利要求5`.
fn labelled_list(chars: &[char], start: usize) -> Option<(BTreeSet<u32>, usize)> {
    let label = any(chars, start, LABELS)?;
    // 权利要求第1至12项
    let ordinal = usize::from(at(chars, start + label, "第"));
    let (items, i) = plain_list(chars, start + label + ordinal)?;
    let counted = at(chars, i, "项");
    (ordinal == 0 || counted).then_some((items, i + usize::from(counted)))
}

/// Numbers and ranges, with or without labels from the second on.
fn plain_list(chars: &[char], start: usize) -> Option<(BTreeSet<u32>, usize)> {
    let mut items = BTreeSet::new();
    let (mut last, mut i) = number(chars, start)?;
    items.insert(last);
    i = aside(chars, i);
    loop {
        if let Some(range) = any(chars, i, RANGES) {
            let from = i + range;
            let (to, end) = number(chars, from + any(chars, from, LABELS).unwrap_or(0))?;
            if to <= last || items.len() > ITEMS_MAX as usize {
                return None;
            }
            items.extend(last..=to);
            (last, i) = (to, aside(chars, end));
            if any(chars, i, RANGES).is_some() {
                return None;
            }
            continue;
        }
        let Some(separator) = any(chars, i, SEPARATORS) else { return Some((items, i)) };
        let from = i + separator;
        let label = any(chars, from, LABELS).unwrap_or(0);
        match number(chars, from + label) {
            Some((next, end)) if next > last => {
                items.insert(next);
                (last, i) = (next, aside(chars, end));
            }
            // Falling or equal numbers are a slip; after a comma another list may begin.
            Some(_) if label == 0 || !matches!(chars[i], '，' | ',') => return None,
            // Something else follows: the separator is not the list's.
            _ => return Some((items, i)),
        }
    }
}

/// One number as it is printed: no leading zero, at most [`ITEMS_MAX`].
fn number(chars: &[char], start: usize) -> Option<(u32, usize)> {
    const CHINESE: &[char] = &['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
    if let Some(n) = chars.get(start).and_then(|c| CHINESE.iter().position(|d| d == c)) {
        let alone = chars.get(start + 1).is_none_or(|c| !CHINESE.contains(c) && !c.is_ascii_digit());
        return if alone { Some((u32::try_from(n + 1).ok()?, start + 1)) } else { None };
    }
    let digits = chars[start.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let text: String = chars.get(start..start + digits)?.iter().collect();
    let clean = !text.starts_with('0') && chars.get(start + digits).is_none_or(|c| !c.is_ascii_alphanumeric());
    let n = text.parse().ok().filter(|n| clean && (1..=ITEMS_MAX).contains(n))?;
    Some((n, start + digits))
}

/// Past `（基本设计）` or `（茶壶）`, if it stands here.
fn aside(chars: &[char], i: usize) -> usize {
    if !matches!(chars.get(i), Some('（' | '(')) {
        return i;
    }
    let rest = &chars[i + 1..chars.len().min(i + 2 + ASIDE_CHARS_MAX)];
    let Some(length) = rest.iter().position(|c| matches!(c, '）' | ')')) else { return i };
    let is_name = length > 0 && rest[..length].iter().all(|c| !c.is_numeric() && !NO_NAME.contains(*c));
    if is_name { i + length + 2 } else { i }
}

/// Every item that a text names anywhere, cited documents' claims left out.
pub(super) fn named(chars: &[char]) -> BTreeSet<u32> {
    let mut items = BTreeSet::new();
    let mut i = 0;
    while i < chars.len() {
        if !LIST_BEGINS.contains(&chars[i]) {
            i += 1;
        } else if let Some((found, end)) = list(chars, i).or_else(|| loose(chars, i)) {
            let own = !OTHERS.iter().any(|w| w.chars().count() <= i && at(chars, i - w.chars().count(), w));
            if own && !follows_document(chars, i) {
                items.extend(found);
            }
            i = end.max(i + 1);
        } else {
            i += 1;
        }
    }
    items
}

/// `权利要求：7-8`, `权利要求（7-8）`.
fn loose(chars: &[char], i: usize) -> Option<(BTreeSet<u32>, usize)> {
    let label = any(chars, i, LABELS)?;
    matches!(chars.get(i + label), Some('：' | ':' | '（' | '(')).then(|| plain_list(chars, i + label + 1)).flatten()
}

/// `对比文件1的权利要求3` is a claim of another patent.
fn follows_document(chars: &[char], i: usize) -> bool {
    let before: String = chars[i.saturating_sub(8)..i].iter().collect();
    ["对比文件", "证据", "文献"].iter().any(|w| before.contains(w)) && before.ends_with(['的', '中'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Option<Vec<u32>> {
        let chars: Vec<char> = text.chars().collect();
        list(&chars, 0).filter(|(_, end)| *end == chars.len()).map(|(items, _)| items.into_iter().collect())
    }

    #[test]
    fn lists_as_reports_write_them() {
        for (text, items) in [
            ("权利要求1-3、5和7至10", vec![1, 2, 3, 5, 7, 8, 9, 10]),
            ("权利要求1至权利要求4", vec![1, 2, 3, 4]),
            ("权利要求1以及从属权利要求2-5", vec![1, 2, 3, 4, 5]),
            ("权利要求1～6项", vec![1, 2, 3, 4, 5, 6]),
            ("第1、8项权利要求", vec![1, 8]),
            ("设计1（基本设计）、设计3", vec![1, 3]),
            ("套件1、套件2", vec![1, 2]),
            ("设计一", vec![1]),
        ] {
            assert_eq!(strict(text), Some(items), "{text}");
        }
    }

    #[test]
    fn a_slip_in_a_list_is_no_list() {
        for text in [
            "权利要求1--3",
            "权利要求3-1",
            "权利要求1、1",
            "权利要求1-1",
            "权利要求01",
            "权利要求1、、3",
            "权利要求、3",
            "权利要求1-3-5",
            "权利要求4-1O",
            "权利要求",
            "设计1、设计",
            "权利要求1-3、",
            "权利要求1-1000",
        ] {
            assert_eq!(strict(text), None, "{text}");
        }
    }

    #[test]
    fn every_label_begins_a_list() {
        let begin = |word: &&str| word.chars().next().is_some_and(|c| LIST_BEGINS.contains(&c));
        assert!(LABELS.iter().all(begin) && LABELS_AFTER.iter().all(begin));
    }

    #[test]
    fn claims_of_cited_documents_are_not_named() {
        let named_in = |text: &str| named(&text.chars().collect::<Vec<_>>()).into_iter().collect::<Vec<_>>();
        assert_eq!(named_in("设计2与对比设计1相比"), [2]);
        assert_eq!(named_in("权利要求4被对比文件1的权利要求3公开"), [4]);
        assert_eq!(named_in("未检索的权利要求：7-8"), [7, 8]);
    }
}
