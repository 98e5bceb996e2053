//! What people type to find a complaint: folded, so that full-width digits, case, blanks and hyphens do not hide it.
//! Not here: where it is looked for (`store::queue`), and how names are searched that are sealed (`vault`).

use unicode_normalization::UnicodeNormalization;

/// Most characters of what is sought.
pub const TEXT_SOUGHT_CHARS_MAX: usize = 64;
/// Characters of a name from which on it is sought: one alone is borne by half the country.
pub const NAME_CHARS_MIN: usize = 2;
/// Characters of a name that are looked at; what is longer is sought by its beginning.
pub const NAME_CHARS_SOUGHT_MAX: usize = 12;
/// Digits of an application number before its check digit.
const NUMBER_DIGITS: usize = 12;
/// Characters of a reference.
const REFERENCE_CHARS: usize = 10;

/// Text as it is compared: NFKC, lower case, without blanks.
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// The beginning of a reference, as it is kept; none where it cannot be one.
pub fn beginning_of_reference(folded: &str) -> Option<String> {
    let upper = |c: char| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let text: String = folded.chars().filter(|c| *c != '-').map(upper).collect();
    let can_be = !text.is_empty() && text.len() <= REFERENCE_CHARS && text.chars().all(|c| c.is_ascii_alphanumeric());
    can_be.then_some(text)
}

/// The beginning of a patent number, as it is kept (`202330271846.9`); none where it cannot be one.
pub fn beginning_of_number(folded: &str) -> Option<String> {
    let bare = folded.strip_prefix("zl").or_else(|| folded.strip_prefix("cn")).unwrap_or(folded);
    let digits: String = bare.chars().filter(|c| *c != '.').map(|c| c.to_ascii_uppercase()).collect();
    let (number, check) = digits.split_at_checked(NUMBER_DIGITS).unwrap_or((&digits, ""));
    let all_digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    match check {
        "" if all_digits => Some(number.to_owned()),
        c if all_digits && c.len() == 1 && (c == "X" || c.bytes().all(|b| b.is_ascii_digit())) => Some(format!("{number}.{c}")),
        _ => None,
    }
}

/// The beginnings of a name that are kept in digests, from [`NAME_CHARS_MIN`] characters on; none for a shorter one.
pub fn beginnings_of_name(folded: &str) -> impl Iterator<Item = &str> {
    let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.take(NAME_CHARS_SOUGHT_MAX).skip(NAME_CHARS_MIN - 1).map(|end| folded.get(..end).unwrap_or(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_it_is_typed_it_is_the_same() {
        assert_eq!(folded("ＺＬ ２０２３　３０２７"), "zl20233027");
        assert_eq!(beginning_of_number("zl20233027").as_deref(), Some("20233027"));
        assert_eq!(beginning_of_number("2023302718469").as_deref(), Some("202330271846.9"));
        assert_eq!(beginning_of_number("202330271846.x").as_deref(), Some("202330271846.X"));
        assert_eq!(beginning_of_number("20233027184699"), None);
        assert_eq!(beginning_of_number("宁波"), None);
        assert_eq!(beginning_of_reference("ab-oil").as_deref(), Some("AB011"));
        assert_eq!(beginning_of_reference("宁波"), None);
        assert_eq!(beginning_of_reference("12345678901"), None);
    }

    #[test]
    fn a_name_is_sought_from_two_characters_on() {
        assert_eq!(beginnings_of_name("明").count(), 0);
        assert_eq!(beginnings_of_name("宁波明光").collect::<Vec<_>>(), ["宁波", "宁波明", "宁波明光"]);
        assert_eq!(beginnings_of_name("abcdefghijklmnop").last(), Some("abcdefghijkl"));
    }
}
