//! Small words of a report: dates, decision numbers, tick boxes.

use jiff::civil::Date;

/// Marks of a box that is ticked.
const TICKED: &[char] = &['☑', '☒', '■', '✓', '√', '✔', '●', '◉'];
/// Marks of a box that is not.
const EMPTY: &[char] = &['□', '☐', '○'];

/// Brackets that are a box with the mark between them.
const OPEN: &[char] = &['[', '〔', '【', '(', '（', '［'];
const CLOSE: &[char] = &[']', '〕', '】', ')', '）', '］'];
const MARKS: &[char] = &['√', '✓', '✔', 'x', 'X', '×', '■', '●'];

/// A date as printed: `2020年3月31日`, `2020-03-31`, `2020.3.31`, `2020/3/31`, `20200331`; nothing beside it.
pub(super) fn date(text: &str) -> Option<Date> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (year, month, day) = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        (text[..4].to_owned(), text[4..6].to_owned(), text[6..].to_owned())
    } else if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        (year.to_owned(), month.to_owned(), rest.strip_suffix('日').unwrap_or(rest).to_owned())
    } else {
        let mark = text.chars().find(|c| matches!(c, '-' | '.' | '/' | '–'))?;
        let mut parts = text.split(mark).map(str::to_owned);
        (parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?)
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Option<i16> {
        (digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let year = number(&year, 4..=4).filter(|y| (1900..3000).contains(y))?;
    let (month, day) = (number(&month, 1..=2)?, number(&day, 1..=2)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// What stands at the beginning of a text: a box in brackets, and its length in characters.
pub(super) fn bracketed(chars: &[char]) -> Option<(char, usize)> {
    if !OPEN.contains(chars.first()?) {
        return None;
    }
    match chars.get(1)? {
        c if CLOSE.contains(c) => Some(('□', 2)),
        c if MARKS.contains(c) && chars.get(2).is_some_and(|c| CLOSE.contains(c)) => Some(('☑', 3)),
        _ => None,
    }
}

/// A text without blanks with every kind of box as one mark.
pub(super) fn with_boxes(text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let (c, length) = bracketed(&chars[i..]).unwrap_or((chars[i], 1));
        out.push(c);
        i += length;
    }
    out
}

/// The number between `第` and `号`: digits, with a letter in newer ones (`4W109876`).
pub(super) fn decision_number(text: &str) -> String {
    let Some((_, after)) = text.split_once('第') else { return String::new() };
    let Some((number, _)) = after.split_once('号') else { return String::new() };
    let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let right = number.len() <= 12 && number.bytes().all(|b| b.is_ascii_alphanumeric()) && number.bytes().any(|b| b.is_ascii_digit());
    if right { number } else { String::new() }
}

/// Whether the mark right before a text is ticked; none where there is no box.
pub(super) fn tick_before(before: &str) -> Option<bool> {
    let last = before.trim_end_matches([' ', ':', '：', '由', '生', '效', '的']).chars().next_back()?;
    tick(last)
}

/// Whether a character is a box, and ticked.
pub(super) fn tick(c: char) -> Option<bool> {
    if TICKED.contains(&c) {
        Some(true)
    } else if EMPTY.contains(&c) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_forms_print_them() {
        let expected = Date::constant(2020, 3, 31);
        for text in ["2020年3月31日", "2020年03月31日", "2020-03-31", "2020.03.31", "2020/3/31", "20200331", "2020 年 3 月 31 日"]
        {
            assert_eq!(date(text), Some(expected), "{text}");
        }
        for text in
            ["无", "", "2020年3月", "2020年13月1日", "3月31日", "授权公告日2020年3月31日", "2020-03-31-1", "2020年3月31日2020年4月1日"]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn the_decision_is_the_number_between_its_words() {
        assert_eq!(decision_number("决定，其中涉及第51234号无效宣告请求审查决定"), "51234");
        assert_eq!(decision_number("其中涉及第4W109876号无效宣告请求审查决定"), "4W109876");
        assert_eq!(decision_number("其中涉及第____号"), "");
    }

    #[test]
    fn a_tick_belongs_to_what_follows_it() {
        assert_eq!(tick_before("评价所针对的文本：■ "), Some(true));
        assert_eq!(tick_before("□由生效的"), Some(false));
        assert_eq!(tick_before("评价所针对的文本："), None);
    }
}
