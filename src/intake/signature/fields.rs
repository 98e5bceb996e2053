//! Signature fields of a file: every form field of type `Sig` with a value, whether it can be read or
//! not, with the bytes it signs and the bytes of its signature.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, String as Text};
use jiff::Timestamp;

use crate::domain::signature::BadSignature;

/// Most form fields that are looked at.
const FIELDS_MAX: usize = 10_000;
/// Deepest nesting of form fields.
const DEPTH_MAX: usize = 16;
/// Most signatures that are looked at. A report has one; each may hash the whole file.
pub(super) const SIGNATURES_MAX: usize = 8;
/// Largest signature with its certificates, bytes.
const CONTENTS_BYTES_MAX: usize = 1024 * 1024;

/// One signature of a file.
pub(super) struct Found<'a> {
    /// Format, as the file names it.
    pub(super) format: String,
    /// Time of signing, as the file says.
    pub(super) claimed_at: Option<Timestamp>,
    /// The two parts that are signed, and the bytes between their brackets.
    pub(super) range: Result<Range<'a>, BadSignature>,
}

/// What a signature covers.
pub(super) struct Range<'a> {
    /// From the start of the file to the signature.
    pub(super) before: &'a [u8],
    /// From behind the signature on.
    pub(super) behind: &'a [u8],
    /// The signature, decoded.
    pub(super) contents: Vec<u8>,
    /// Where the signed bytes end.
    pub(super) end: usize,
}

/// The signatures of a file.
///
/// # Errors
/// [`BadSignature::Unreachable`] where the bytes speak of one that no field leads to,
/// [`BadSignature::TooMany`], [`BadSignature::Unreadable`].
pub(super) fn find<'a>(pdf: &'a Pdf, bytes: &'a [u8]) -> Result<Vec<Found<'a>>, BadSignature> {
    let values = values(pdf)?;
    if values.is_empty() && names_byte_range(bytes) {
        return Err(BadSignature::Unreachable);
    }
    if values.len() > SIGNATURES_MAX {
        return Err(BadSignature::TooMany);
    }
    values.iter().map(|value| found(value, bytes)).collect()
}

/// Whether the bytes name a signed range anywhere.
fn names_byte_range(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"/ByteRange";
    bytes.windows(NAME.len()).any(|w| w == NAME)
}

/// The values of all signature fields.
fn values(pdf: &Pdf) -> Result<Vec<Dict<'_>>, BadSignature> {
    let mut found = Vec::new();
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let Some(fields) = root.and_then(|r| r.get::<Dict<'_>>("AcroForm")).and_then(|form| form.get::<Array<'_>>("Fields")) else {
        return Ok(found);
    };
    let mut budget = FIELDS_MAX;
    let mut waiting = vec![(fields, 0, false)];
    while let Some((fields, depth, inherited)) = waiting.pop() {
        for field in fields.iter::<Dict<'_>>() {
            budget = budget.checked_sub(1).ok_or(BadSignature::TooMany)?;
            let is_signature = field.get::<Name<'_>>("FT").map_or(inherited, |kind| kind.as_ref() == b"Sig");
            if is_signature && field.contains_key("V") && !matches!(field.get::<Object<'_>>("V"), Some(Object::Null(_))) {
                found.push(field.get::<Dict<'_>>("V").ok_or(BadSignature::Unreadable)?);
            }
            if let Some(kids) = field.get::<Array<'_>>("Kids") {
                if depth >= DEPTH_MAX {
                    return Err(BadSignature::TooMany);
                }
                waiting.push((kids, depth + 1, is_signature));
            }
        }
    }
    Ok(found)
}

fn found<'a>(value: &Dict<'_>, bytes: &'a [u8]) -> Result<Found<'a>, BadSignature> {
    let format = value.get::<Name<'_>>("SubFilter").ok_or(BadSignature::Unreadable)?;
    Ok(Found {
        format: String::from_utf8_lossy(format.as_ref()).chars().filter(|c| c.is_ascii_graphic()).take(64).collect(),
        claimed_at: value.get::<Text<'_>>("M").and_then(|m| time(m.as_bytes())),
        range: range(value, bytes),
    })
}

fn range<'a>(value: &Dict<'_>, bytes: &'a [u8]) -> Result<Range<'a>, BadSignature> {
    let numbers = value.get::<Array<'_>>("ByteRange").ok_or(BadSignature::ByteRange)?;
    let numbers: Vec<Object<'_>> = numbers.iter::<Object<'_>>().take(5).collect();
    let numbers: Option<Vec<usize>> = numbers.into_iter().map(|n| n.into_number().and_then(whole)).collect();
    let Some(&[start, first, gap_end, last]) = numbers.as_deref() else {
        return Err(BadSignature::ByteRange);
    };
    let end = gap_end.checked_add(last).filter(|end| *end <= bytes.len()).ok_or(BadSignature::ByteRange)?;
    if start != 0 || first == 0 || first >= gap_end || last == 0 {
        return Err(BadSignature::ByteRange);
    }
    let gap = &bytes[first..gap_end];
    if !stands_in(value, bytes, first..gap_end) {
        return Err(BadSignature::Contents);
    }
    let digits = gap.strip_prefix(b"<").and_then(|g| g.strip_suffix(b">")).ok_or(BadSignature::Contents)?;
    if digits.len() > CONTENTS_BYTES_MAX * 2 {
        return Err(BadSignature::Contents);
    }
    let contents = hex::decode(digits).map_err(|_| BadSignature::Contents)?;
    Ok(Range { before: &bytes[..first], behind: &bytes[gap_end..end], contents, end })
}

/// A number of the range: whole and not negative.
fn whole(number: Number) -> Option<usize> {
    let n = number.as_i64();
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "offsets of a file of at most 50 MB are exact")]
    let exact = number.as_f64() == n as f64;
    usize::try_from(n).ok().filter(|_| exact)
}

/// Whether the gap is this dictionary's own `/Contents`: it lies inside the dictionary as it stands in
/// the file, right behind that name. Comparing values would not do: an encrypted file's engine decrypts
/// the one and not the other.
fn stands_in(value: &Dict<'_>, bytes: &[u8], gap: std::ops::Range<usize>) -> bool {
    let own = value.data();
    let Some(start) = (own.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize) else { return false };
    let inside = start <= gap.start && gap.end <= start.saturating_add(own.len());
    inside && bytes[start..gap.start].trim_ascii_end().ends_with(b"/Contents")
}

/// A PDF date: `D:YYYYMMDDHHmmSS+HH'mm'`, the zone UTC where it is left out.
fn time(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let (digits, zone) = text.split_at_checked(14)?;
    let part = |at: std::ops::Range<usize>| digits.get(at)?.parse::<i8>().ok();
    let year = digits.get(0..4)?.parse::<i16>().ok()?;
    let at = jiff::civil::DateTime::new(year, part(4..6)?, part(6..8)?, part(8..10)?, part(10..12)?, part(12..14)?, 0).ok()?;
    let zone: String = zone.chars().filter(|c| *c != '\'').collect();
    let minutes = |z: &str| Some(z.get(0..2)?.parse::<i32>().ok()? * 60 + z.get(2..4).map_or(Some(0), |m| m.parse().ok())?);
    let offset = match zone.chars().next() {
        None | Some('Z') => 0,
        Some('+') => minutes(&zone[1..])?,
        Some('-') => -minutes(&zone[1..])?,
        Some(_) => return None,
    };
    let zone = jiff::tz::Offset::from_seconds(offset * 60).ok()?;
    zone.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pdf_dates_of_every_zone_are_read() {
        let at = |text: &str| time(text.as_bytes()).map(|t| t.to_string());
        assert_eq!(at("D:20240517160000+08'00'").as_deref(), Some("2024-05-17T08:00:00Z"));
        assert_eq!(at("D:20240517080000Z").as_deref(), Some("2024-05-17T08:00:00Z"));
        assert_eq!(at("20240517080000").as_deref(), Some("2024-05-17T08:00:00Z"));
        assert_eq!(at("D:20240517033000-0430").as_deref(), Some("2024-05-17T08:00:00Z"));
        assert_eq!(at("D:20241399000000"), None);
        assert_eq!(at("D:2024"), None);
        assert_eq!(at("D:20240517080000+9x"), None);
    }
}
