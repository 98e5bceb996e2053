//! The generated corpus of evaluation reports, read by the real program and compared with its truth.
//! Not the comparison itself (`tests/corpus/check.py`, which says what counts as right) and not the reports: other
//! programs write them, see `tests/corpus/README.md`. The hostile half too: each file answered in time, none falsely usable.

use std::io::Write as _;
use std::process::Command;

/// Past the harness, which swallows what a passing test prints.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

#[test]
fn the_generated_corpus_is_read_right() {
    let Ok(folder) = std::env::var("TEST_CORPUS") else {
        assert!(std::env::var_os("TEST_REQUIRE_CORPUS").is_none(), "the corpus was skipped: TEST_CORPUS names no folder");
        say("SKIPPED corpus: TEST_CORPUS names no folder (tests/corpus/README.md says how to make one)");
        return;
    };
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/check.py");
    let outcome = Command::new("python3").args([check, &folder, "--program", env!("CARGO_BIN_EXE_fasttrack")]).output().unwrap();
    let told = String::from_utf8_lossy(&outcome.stdout);
    for line in told.lines().filter(|line| line.contains(" reports in ") || line.starts_with("hostile: ")) {
        say(line);
    }
    println!("{told}{}", String::from_utf8_lossy(&outcome.stderr));
    assert!(outcome.status.success(), "the corpus is not read right; the table above says where");
}
