//! The little ASN.1 that is needed below the types of the libraries: elements in a row, and BER turned
//! into DER. Signatures come from many makers; only what is looked at has to be right.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};

/// Deepest nesting of BER.
const DEPTH_MAX: usize = 24;
/// Most elements of one row.
const ELEMENTS_MAX: usize = 1000;
/// Tag of a constructed OCTET STRING, which DER does not have.
const OCTETS_IN_PARTS: u8 = 0x24;
const CONSTRUCTED: u8 = 0x20;
const OCTETS: u8 = 0x04;

/// One element.
pub(super) type Element<'a> = AnyRef<'a>;

/// The elements of a row.
pub(super) fn elements(row: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = SliceReader::new(row).ok()?;
    let mut all = Vec::new();
    while !reader.is_finished() {
        if all.len() >= ELEMENTS_MAX {
            return None;
        }
        all.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(all)
}

/// The elements inside a SEQUENCE.
pub(super) fn sequence<'a>(element: &Element<'a>) -> Option<Vec<Element<'a>>> {
    inside(element, Tag::Sequence)
}

/// The elements inside a SET.
pub(super) fn set<'a>(element: &Element<'a>) -> Option<Vec<Element<'a>>> {
    inside(element, Tag::Set)
}

fn inside<'a>(element: &Element<'a>, tag: Tag) -> Option<Vec<Element<'a>>> {
    if element.tag() == tag { elements(element.value()) } else { None }
}

/// The number of a context-specific element.
pub(super) fn context(element: &Element<'_>) -> Option<u32> {
    match element.tag() {
        Tag::ContextSpecific { number, .. } => Some(number.value()),
        _ => None,
    }
}

/// The element as an object identifier.
pub(super) fn oid(element: &Element<'_>) -> Option<ObjectIdentifier> {
    element.decode_as().ok()
}

/// The bytes of an OCTET STRING.
pub(super) fn octets<'a>(element: &Element<'a>) -> Option<&'a [u8]> {
    (element.tag() == Tag::OctetString).then(|| element.value())
}

/// The only element of a row.
pub(super) fn only<'a>(row: Vec<Element<'a>>) -> Option<Element<'a>> {
    match row.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// The element as it stands in a file, tag and length included.
pub(super) fn whole(element: &Element<'_>) -> Option<Vec<u8>> {
    element.to_der().ok()
}

/// The first object of `bytes` in DER, and how many bytes it takes. DER is given back as it is.
pub(super) fn to_der(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut reader = SliceReader::new(bytes).ok()?;
    if let Ok(element) = AnyRef::decode(&mut reader)
        && let Ok(der) = element.to_der()
        && is_definite(element.value(), 0)
    {
        let taken = der.len();
        return Some((der, taken));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let taken = normalise(bytes, 0, &mut out)?;
    Some((out, taken))
}

/// Whether nothing inside is written in the ways that only BER has.
fn is_definite(row: &[u8], depth: usize) -> bool {
    let Some(all) = elements(row) else { return false };
    let nested = |e: &Element<'_>| !e.tag().is_constructed() || (depth < DEPTH_MAX && is_definite(e.value(), depth + 1));
    all.iter().all(nested)
}

/// Writes one BER element as DER; answers the bytes it took.
fn normalise(bytes: &[u8], depth: usize, out: &mut Vec<u8>) -> Option<usize> {
    let (&tag, rest) = bytes.split_first()?;
    if depth > DEPTH_MAX || tag & 0x1f == 0x1f {
        return None;
    }
    let (length, head) = length_of(rest)?;
    let body = rest.get(head..)?;
    let is_row = tag & CONSTRUCTED != 0;
    let mut inner = Vec::new();
    let taken = match length {
        Some(length) if !is_row => {
            inner.extend_from_slice(body.get(..length)?);
            length
        }
        Some(length) => {
            let body = body.get(..length)?;
            let mut at = 0;
            while at < length {
                at += normalise(body.get(at..)?, depth + 1, &mut inner)?;
            }
            length
        }
        None if is_row => {
            let mut at = 0;
            while body.get(at..at + 2)? != [0, 0] {
                at += normalise(body.get(at..)?, depth + 1, &mut inner)?;
            }
            at + 2
        }
        None => return None,
    };
    if tag == OCTETS_IN_PARTS {
        let joined: Vec<u8> = elements(&inner)?.iter().map(octets).collect::<Option<Vec<_>>>()?.concat();
        write(OCTETS, &joined, out);
    } else {
        write(tag, &inner, out);
    }
    1_usize.checked_add(head)?.checked_add(taken)
}

/// A BER length (none: until the end mark) and how many bytes it takes.
fn length_of(bytes: &[u8]) -> Option<(Option<usize>, usize)> {
    let first = usize::from(*bytes.first()?);
    match first {
        0..=0x7f => Some((Some(first), 1)),
        0x80 => Some((None, 1)),
        _ => {
            let digits = bytes.get(1..=first & 0x7f)?;
            if digits.len() > size_of::<u32>() {
                return None;
            }
            let length = digits.iter().fold(0_usize, |n, b| (n << 8) | usize::from(*b));
            Some((Some(length), 1 + digits.len()))
        }
    }
}

fn write(tag: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    let length = body.len();
    if length < 0x80 {
        out.push(length.to_be_bytes()[size_of::<usize>() - 1]);
    } else {
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
        out.push(0x80 | digits.len().to_be_bytes()[size_of::<usize>() - 1]);
        out.extend_from_slice(&digits);
    }
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_and_octets_in_parts_become_der() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0x02, 0x81, 0x01, 0x05, 0, 0, 0xff];
        assert_eq!(to_der(&ber), Some((vec![0x30, 0x07, 0x04, 0x02, 0xaa, 0xbb, 0x02, 0x01, 0x05], 18)));
    }

    #[test]
    fn der_stays_as_it_is() {
        let der = [0x30, 0x05, 0x02, 0x01, 0x05, 0x05, 0x00];
        assert_eq!(to_der(&[&der[..], &[0, 0]].concat()), Some((der.to_vec(), 7)));
    }

    #[test]
    fn what_never_ends_or_nests_without_end_is_none() {
        assert_eq!(to_der(&[0x30, 0x80, 0x02, 0x01, 0x05]), None);
        assert_eq!(to_der(&[0x30, 0x80].repeat(1000)), None);
        assert_eq!(to_der(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
