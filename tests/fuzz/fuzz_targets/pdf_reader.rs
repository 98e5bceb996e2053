//! The PDF reader and all above it: the bytes as a file, or, where they are none, as the content of a sound page.
//! What takes too much memory or time is the reading child's to end, not this target's to find: run it with
//! `-max_len=65536 -rss_limit_mb=2048 -timeout=60`.

#![no_main]

use fasttrack::intake::report::read;
use fasttrack::intake::signature::TrustAnchors;
use libfuzzer_sys::fuzz_target;

/// A PDF whose one page draws this, in a Chinese font that is not in the file.
fn drawn(content: &[u8]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n\
        3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>\nendobj\n\
        5 0 obj\n<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>\nendobj\n\
        6 0 obj\n<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>\nendobj\n"
        .to_vec();
    file.extend(format!("4 0 obj\n<</Length {}>>stream\n", content.len()).as_bytes());
    file.extend(content);
    file.extend(b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n");
    file
}

fuzz_target!(|bytes: &[u8]| {
    let file = if bytes.starts_with(b"%PDF") { bytes.to_vec() } else { drawn(bytes) };
    read(file, &TrustAnchors::default());
});
