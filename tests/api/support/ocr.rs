//! Whether the OCR engine is on this machine, and pictures as tests see them.

use std::process::Command;

use super::service::PROGRAM;

/// Whether tests that need the engine can run. Where they cannot they are named as skipped, or fail if
/// `TEST_REQUIRE_OCR` is set.
pub fn engine_is_here() -> bool {
    // Asked as the service asks: through the program, which limits itself first.
    let listed = Command::new(PROGRAM).args(["ocr-engine", "--list-langs"]).output();
    let here = listed.is_ok_and(|l| String::from_utf8_lossy(&l.stdout).lines().any(|line| line == "chi_sim"));
    if !here {
        assert!(std::env::var_os("TEST_REQUIRE_OCR").is_none(), "tesseract with chi_sim is required");
        eprintln!("SKIPPED: tesseract with chi_sim was not found");
    }
    here
}

/// Width and height of a PNG; none if it is no PNG.
pub fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = rest.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}
