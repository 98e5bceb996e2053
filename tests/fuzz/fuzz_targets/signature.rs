//! The signature reader: a whole PDF as it comes, or, where the bytes are none, as the signature of a sound PDF.

#![no_main]

use std::sync::LazyLock;

use fasttrack::intake::signature::{TrustAnchors, verify};
use libfuzzer_sys::fuzz_target;

static ANCHORS: LazyLock<TrustAnchors> = LazyLock::new(|| {
    let mut anchors = TrustAnchors::default();
    anchors.add_pem(include_bytes!("../../fixtures/signed/anchors.pem")).expect("the fixtures' anchors");
    anchors
});

/// A PDF of no page whose only field is signed with these bytes.
fn signed(contents: &[u8], format: &str) -> Vec<u8> {
    let hex = hex::encode(contents);
    let head = format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>\nendobj\n2 0 obj\n<</Type/Pages/Count 0/Kids[]>>\nendobj\n\
         3 0 obj\n<</FT/Sig/T(S)/V 4 0 R>>\nendobj\n4 0 obj\n<</Type/Sig/SubFilter/{format}/Contents"
    );
    let tail = |range: &str| format!("/ByteRange[{range}]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n");
    let (first, second) = (head.len(), head.len() + hex.len() + 2);
    let length = tail(&format!("0 {first:010} {second:010} {:010}", 0)).len();
    let tail = tail(&format!("0 {first:010} {second:010} {length:010}"));
    format!("{head}<{hex}>{tail}").into_bytes()
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"%PDF") {
        verify(bytes, &ANCHORS);
    } else {
        for format in ["adbe.pkcs7.detached", "ETSI.CAdES.detached"] {
            verify(&signed(bytes, format), &ANCHORS);
        }
    }
});
