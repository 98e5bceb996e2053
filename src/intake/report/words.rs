//! Small words of a report: dates, decision numbers, tick boxes.

use jiff::civil::Date;

/// Marks of a box that is ticked.
const TICKED: &[char] = &['☑', '☒', '■', '✓', '√', '✔', '●', '◉'];
/// Marks of a box that is not.
const EMPTY: &[char] = &['□', '☐', '○'];

/// A date as printed: `2020年3月31日`, `2020-03-31`, `2020.3.31`, `2020/3/31`, `20200331`.
pub(super) fn date(text: &str) -> Option<Date> {
    let parts: Vec<i32> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map_while(|p| p.parse().ok()).collect();
    let (year, month, day) = match parts.as_slice() {
        [whole] if (19_000_101..=29_991_231).contains(whole) => (whole / 10_000, whole / 100 % 100, whole % 100),
        [year, month, day] if (1900..3000).contains(year) => (*year, *month, *day),
        _ => return None,
    };
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The digits between `第` and `号`.
pub(super) fn decision_number(text: &str) -> String {
    let Some((_, after)) = text.split_once('第') else { return String::new() };
    let Some((number, _)) = after.split_once('号') else { return String::new() };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() <= 12 { digits } else { String::new() }
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
        for text in ["无", "", "2020年3月", "2020年13月1日", "3月31日"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn the_decision_is_the_number_between_its_words() {
        assert_eq!(decision_number("决定，其中涉及第51234号无效宣告请求审查决定"), "51234");
        assert_eq!(decision_number("其中涉及第____号"), "");
    }

    #[test]
    fn a_tick_belongs_to_what_follows_it() {
        assert_eq!(tick_before("评价所针对的文本：■ "), Some(true));
        assert_eq!(tick_before("□由生效的"), Some(false));
        assert_eq!(tick_before("评价所针对的文本："), None);
    }
}
