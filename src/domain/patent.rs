//! Patent numbers, kinds and terms. Not here: who owns a patent or whether it is in force.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// Kind of patent, by the type digit of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatentKind {
    /// Type digit 1.
    Invention,
    /// Type digit 2.
    UtilityModel,
    /// Type digit 3.
    Design,
    /// Type digit 8: invention by the PCT.
    PctInvention,
    /// Type digit 9: utility model by the PCT.
    PctUtilityModel,
}

impl PatentKind {
    /// Whether complaints about this kind are handled here: utility models and designs.
    pub fn accepted_here(self) -> bool {
        matches!(self, PatentKind::UtilityModel | PatentKind::Design | PatentKind::PctUtilityModel)
    }

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            PatentKind::Invention => "invention",
            PatentKind::UtilityModel => "utility_model",
            PatentKind::Design => "design",
            PatentKind::PctInvention => "pct_invention",
            PatentKind::PctUtilityModel => "pct_utility_model",
        }
    }

    fn of_digit(digit: u8) -> Option<Self> {
        match digit {
            b'1' => Some(PatentKind::Invention),
            b'2' => Some(PatentKind::UtilityModel),
            b'3' => Some(PatentKind::Design),
            b'8' => Some(PatentKind::PctInvention),
            b'9' => Some(PatentKind::PctUtilityModel),
            _ => None,
        }
    }
}

/// A patent number, right in form and check digit. Written as the standard has it, without `ZL`:
/// `202120443109.8`, or `98231113.3` for filings before 2003-10-01.
///
/// Law: ZC 0006-2003.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatentNumber {
    text: String,
}

/// Why a text is no patent number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatentNumberError {
    /// Nothing is there.
    #[error("the number is empty")]
    Empty,
    /// Digits were replaced by signs, as in published judgments.
    #[error("digits of the number are masked")]
    Masked,
    /// The number of a publication (`CN…U`), which is not the patent's.
    #[error("this is a publication number, not a patent number")]
    PublicationNumber,
    /// More digits than a number has.
    #[error("the number has {digits} digits, 13 are expected (or 9 before 2003-10)")]
    TooLong {
        /// Digits found.
        digits: usize,
    },
    /// Fewer digits than a number has.
    #[error("the number has {digits} digits, 13 are expected (or 9 before 2003-10)")]
    TooShort {
        /// Digits found.
        digits: usize,
    },
    /// Without its check digit.
    #[error("the check digit is missing; it would be {expected}")]
    CheckDigitMissing {
        /// The digit it should be.
        expected: char,
    },
    /// The check digit is wrong.
    #[error("the check digit is {found}, {expected} is expected")]
    CheckDigit {
        /// The digit found.
        found: char,
        /// The digit it should be.
        expected: char,
    },
    /// The year cannot be.
    #[error("the number cannot begin with {year}")]
    Year {
        /// As written.
        year: String,
    },
    /// The type digit stands for no kind of patent.
    #[error("type digit {digit} is none of 1, 2, 3, 8, 9")]
    TypeDigit {
        /// The digit found.
        digit: char,
    },
    /// Anything else.
    #[error("this is not written as a patent number")]
    Malformed,
}

impl PatentNumberError {
    /// Stable code.
    pub fn word(&self) -> &'static str {
        match self {
            PatentNumberError::Empty => "empty",
            PatentNumberError::Masked => "masked",
            PatentNumberError::PublicationNumber => "publication_number",
            PatentNumberError::TooLong { .. } => "too_long",
            PatentNumberError::TooShort { .. } => "too_short",
            PatentNumberError::CheckDigitMissing { .. } => "check_digit_missing",
            PatentNumberError::CheckDigit { .. } => "check_digit",
            PatentNumberError::Year { .. } => "year",
            PatentNumberError::TypeDigit { .. } => "type_digit",
            PatentNumberError::Malformed => "malformed",
        }
    }
}

/// Signs that stand for a digit withheld.
const MASKS: &[char] = &['×', '✕', '＊', '*', '●', '○', '?', '□', '■', '…'];

impl PatentNumber {
    /// Reads a number as people write it: with or without `ZL`, `CN` and the point, in full-width
    /// characters, with a lower-case `x`, with one blank after the year and after the type digit.
    ///
    /// # Errors
    /// What is wrong with it, by name.
    pub fn parse(text: &str) -> Result<Self, PatentNumberError> {
        let folded: String = text.trim().chars().map(fold).collect();
        let bare = without_prefix(&folded);
        if bare.is_empty() {
            return Err(PatentNumberError::Empty);
        }
        let body = bare.trim_end_matches(['X', '.']);
        if bare.contains(MASKS) || body.contains('X') {
            return Err(PatentNumberError::Masked);
        }
        if is_publication(bare) {
            return Err(PatentNumberError::PublicationNumber);
        }
        let (digits, check) = split(bare)?;
        check_parts(&digits)?;
        let expected = check_digit(&digits);
        match check {
            None => Err(PatentNumberError::CheckDigitMissing { expected }),
            Some(found) if found != expected => Err(PatentNumberError::CheckDigit { found, expected }),
            Some(_) => Ok(PatentNumber { text: format!("{digits}.{expected}") }),
        }
    }

    /// Kind, by the type digit.
    pub fn kind(&self) -> PatentKind {
        let at = if self.is_expired_by_definition() { 2 } else { 4 };
        // `parse` let only known digits pass.
        self.text.as_bytes().get(at).and_then(|d| PatentKind::of_digit(*d)).unwrap_or(PatentKind::Invention)
    }

    /// Whether it is a number of the old form: a utility model or design with one has expired.
    pub fn is_expired_by_definition(&self) -> bool {
        self.text.len() == "98231113.3".len()
    }

    /// The last day on which a utility model or design of the old number form can have been in force.
    pub fn latest_possible_end(&self) -> Date {
        last_day_of_term(self.kind(), OLD_NUMBERS_UNTIL)
    }
}

/// Last filing day that got a number of the old form.
const OLD_NUMBERS_UNTIL: Date = date(2003, 9, 30);

impl fmt::Display for PatentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PatentNumber {
    type Err = PatentNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn fold(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            let ascii = u32::from(c) - 0xfee0;
            char::from_u32(ascii).unwrap_or(c).to_ascii_uppercase()
        }
        '．' | '·' | '。' => '.',
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c.to_ascii_uppercase(),
    }
}

/// Without label, `CN` and `ZL` before the digits.
fn without_prefix(text: &str) -> &str {
    let mut rest = text.strip_prefix("专利号").unwrap_or(text);
    rest = rest.trim_start_matches([':', '：', ' ']);
    for _ in 0..2 {
        for prefix in ["ZL", "CN"] {
            if let Some(after) = rest.strip_prefix(prefix) {
                rest = after.trim_start_matches([' ', '.', ':']);
            }
        }
    }
    rest
}

/// `203594924U`, `201298135Y`, `304567890S`, `102345678B`, also with a digit after the letter.
fn is_publication(bare: &str) -> bool {
    let text = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let after = bare.len() - text.len();
    let Some(letter) = text.chars().next_back() else { return false };
    let number = &text[..text.len() - letter.len_utf8()];
    after <= 1
        && matches!(letter, 'A' | 'B' | 'C' | 'D' | 'S' | 'U' | 'Y')
        && (7..=9).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// The digits before the check digit, and the check digit where there is one. Blanks may stand after
/// the year and after the type digit only.
fn split(bare: &str) -> Result<(String, Option<char>), PatentNumberError> {
    let (front, check) = match bare.rsplit_once('.') {
        Some((front, check)) => {
            let mut chars = check.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) if c.is_ascii_digit() || c == 'X' => (front.to_owned(), Some(c)),
                _ => return Err(PatentNumberError::Malformed),
            }
        }
        None => (bare.to_owned(), None),
    };
    let parts: Vec<&str> = front.split(' ').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    let blanks_right = matches!(lengths.as_slice(), [_] | [2..=5, _] | [2 | 4, 1, _]);
    let mut digits = parts.concat();
    let check = check.or_else(|| matches!(digits.len(), 9 | 13).then(|| digits.pop()).flatten());
    if !blanks_right || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PatentNumberError::Malformed);
    }
    let found = digits.len() + usize::from(check.is_some());
    match digits.len() {
        8 | 12 => Ok((digits, check)),
        n if n > 12 => Err(PatentNumberError::TooLong { digits: found }),
        _ => Err(PatentNumberError::TooShort { digits: found }),
    }
}

fn check_parts(digits: &str) -> Result<(), PatentNumberError> {
    let (year, rest) = digits.split_at(if digits.len() == 8 { 2 } else { 4 });
    let n: u32 = year.parse().unwrap_or(0);
    let right = if year.len() == 2 { n >= 85 || n <= 3 } else { (2003..2100).contains(&n) };
    if !right {
        return Err(PatentNumberError::Year { year: year.to_owned() });
    }
    match rest.bytes().next() {
        Some(d) if PatentKind::of_digit(d).is_some() => Ok(()),
        Some(d) => Err(PatentNumberError::TypeDigit { digit: char::from(d) }),
        None => Err(PatentNumberError::Malformed),
    }
}

/// Weights 2 to 9 and 2 to 5, modulo 11, ten written `X`.
fn check_digit(digits: &str) -> char {
    let weights = (2..=9_u32).cycle();
    let sum: u32 = digits.bytes().zip(weights).map(|(d, w)| u32::from(d - b'0') * w).sum();
    char::from_digit(sum % 11, 10).unwrap_or('X')
}

/// Day from which designs filed have a term of 15 years instead of 10.
const DESIGN_FIFTEEN_YEARS_FROM: Date = date(2021, 6, 1);

/// The last day of a patent's term: the day before the anniversary of the filing, holidays or not.
///
/// Law: Patent Law 42; Interim Measures of 2021 Art. 10 (designs filed before 2021-06-01: 10 years).
pub fn last_day_of_term(kind: PatentKind, filed_on: Date) -> Date {
    let years = match kind {
        PatentKind::UtilityModel | PatentKind::PctUtilityModel => 10,
        PatentKind::Design if filed_on < DESIGN_FIFTEEN_YEARS_FROM => 10,
        PatentKind::Design => 15,
        PatentKind::Invention | PatentKind::PctInvention => 20,
    };
    filed_on.checked_add(years.years()).and_then(Date::yesterday).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> &'static str {
        PatentNumber::parse(text).map_or_else(|e| e.word(), |_| "right")
    }

    #[test]
    fn one_number_however_it_is_written() {
        for text in [
            "202120443109.8",
            "ZL202120443109.8",
            "zl 2021 2 0443109.8",
            "2021204431098",
            "ＺＬ２０２１２０４４３１０９．８",
            "CN ZL202120443109.8",
            "ZLCN202120443109.8",
            "专利号：ZL202120443109.8",
            " 20212 0443109.8\n",
        ] {
            assert_eq!(PatentNumber::parse(text).map(|n| n.to_string()), Ok("202120443109.8".into()), "{text}");
        }
        assert_eq!(PatentNumber::parse("200930193487x").map(|n| n.to_string()), Ok("200930193487.X".into()));
    }

    #[test]
    fn what_is_wrong_has_a_name() {
        assert_eq!(word("ZL20063008××××.4"), "masked");
        assert_eq!(word("ZL20063008XXXX.4"), "masked");
        assert_eq!(word("ZL2015207817282.2"), "too_long");
        assert_eq!(word("CN203594924U"), "publication_number");
        assert_eq!(word("CN 201298135 Y"), "malformed");
        assert_eq!(word("202120443109"), "check_digit_missing");
        assert_eq!(word("202120443109.7"), "check_digit");
        assert_eq!(word("202170443109.7"), "type_digit");
        assert_eq!(word("199920443109.7"), "year");
        assert_eq!(word("2021 2 044 3109.8"), "malformed");
        assert_eq!(word("202120443109 .8"), "malformed");
        assert_eq!(word("  "), "empty");
        assert_eq!(word("1234"), "too_short");
        assert_eq!(word("中华人民共和国"), "malformed");
        assert_eq!(word("2021.2.0"), "malformed");
    }

    #[test]
    fn the_term_ends_the_day_before_the_anniversary() {
        let last = |kind, y, m, d| last_day_of_term(kind, date(y, m, d));
        assert_eq!(last(PatentKind::Design, 2006, 3, 28), date(2016, 3, 27));
        assert_eq!(last(PatentKind::Design, 2021, 5, 31), date(2031, 5, 30));
        assert_eq!(last(PatentKind::Design, 2021, 6, 1), date(2036, 5, 31));
        assert_eq!(last(PatentKind::UtilityModel, 2016, 2, 29), date(2026, 2, 27));
    }
}
