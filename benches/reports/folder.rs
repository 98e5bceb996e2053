//! A folder of a thousand reports, checked by the command that people use.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{PROGRAM, figure, fixture};

const FILES: usize = 1_000;
/// The target, files a second on two cores.
const TARGET: f64 = 250.0;

/// Files a second of `report check FOLDER --json`, the start of the program included.
pub fn files_per_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut reports: Vec<_> = std::fs::read_dir(fixture("reports")).expect("fixtures").flatten().map(|e| e.path()).collect();
    reports.retain(|p| {
        p.file_name().is_some_and(|n| ["reportlab-", "fpdf2-", "typst-", "demo-design"].iter().any(|w| n.to_string_lossy().starts_with(w)))
    });
    reports.sort();
    for n in 0..FILES {
        std::fs::copy(&reports[n % reports.len()], folder.path().join(format!("{n:04}.pdf"))).expect("a copy");
    }
    let started = Instant::now();
    let done =
        Command::new(PROGRAM).args(["report", "check", "--json"]).arg(folder.path()).stderr(Stdio::null()).output().expect("the program");
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(String::from_utf8_lossy(&done.stdout).lines().count(), FILES);
    figure("report.folder_files_per_s", (FILES as f64 / seconds, "files/s"), TARGET);
}
