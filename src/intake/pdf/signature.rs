//! Whether a digital signature is in the file. It is not verified here.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object};

use crate::domain::report::SignatureSeen;

/// Most form fields that are looked at.
const FIELDS_MAX: usize = 10_000;
/// Deepest nesting of form fields.
const DEPTH_MAX: usize = 16;

/// Whether the bytes name a signed range anywhere: also true for a signature in a broken form.
pub fn names_byte_range(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"/ByteRange";
    bytes.windows(NAME.len()).any(|w| w == NAME)
}

/// Looks for a signature field with a value.
pub fn seen(pdf: &Pdf, byte_range: bool) -> SignatureSeen {
    if byte_range || has_signed_field(pdf) { SignatureSeen::PresentNotVerified } else { SignatureSeen::Absent }
}

fn has_signed_field(pdf: &Pdf) -> bool {
    let Some(root) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else {
        return false;
    };
    let Some(fields) = root.get::<Dict<'_>>("AcroForm").and_then(|form| form.get::<Array<'_>>("Fields")) else {
        return false;
    };
    let mut budget = FIELDS_MAX;
    let mut waiting = vec![(fields, 0, false)];
    while let Some((fields, depth, inherited)) = waiting.pop() {
        for field in fields.iter::<Dict<'_>>() {
            if budget == 0 {
                return false;
            }
            budget -= 1;
            let is_signature = field.get::<Name<'_>>("FT").map_or(inherited, |kind| kind.as_ref() == b"Sig");
            let valued = field.get::<Object<'_>>("V").is_some();
            if is_signature && valued {
                return true;
            }
            if depth < DEPTH_MAX
                && let Some(kids) = field.get::<Array<'_>>("Kids")
            {
                waiting.push((kids, depth + 1, is_signature));
            }
        }
    }
    false
}
