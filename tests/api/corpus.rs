//! The generated corpus of evaluation reports, read by the real program and compared with its truth.
//! Not the comparison itself (`tests/corpus/check.py`, which says what counts as right) and not the reports: other
//! programs write them, see `tests/corpus/README.md`.

use std::io::Write as _;
use std::process::Command;

#[test]
fn the_generated_corpus_is_read_right() {
    let Ok(folder) = std::env::var("FASTTRACK_TEST_CORPUS") else {
        assert!(std::env::var_os("TEST_REQUIRE_CORPUS").is_none(), "the corpus was skipped: FASTTRACK_TEST_CORPUS names no folder");
        // Past the harness, which swallows what a passing test prints.
        writeln!(std::io::stderr(), "SKIPPED corpus: FASTTRACK_TEST_CORPUS names no folder (tests/corpus/README.md says how to make one)")
            .unwrap();
        return;
    };
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/check.py");
    let outcome = Command::new("python3").args([check, &folder, "--program", env!("CARGO_BIN_EXE_fasttrack")]).output().unwrap();
    println!("{}{}", String::from_utf8_lossy(&outcome.stdout), String::from_utf8_lossy(&outcome.stderr));
    assert!(outcome.status.success(), "the corpus is not read right; the table above says where");
}
