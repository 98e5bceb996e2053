//! Figures of reading reports: `cargo bench --bench reports [NAME]`. Each line is
//! `figure <name> <value> <unit> limit <value> ratio <ratio>`; the limit is measured in the same run, or is
//! the target where there is nothing to measure it by.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;
mod neighbour;
mod signature;
mod single;

use std::path::PathBuf;

/// The program under measurement.
const PROGRAM: &str = env!("CARGO_BIN_EXE_fasttrack");

fn main() {
    // Cargo passes `--bench`; anything else is the beginning of a figure's name.
    let wanted = std::env::args().skip(1).find(|a| !a.starts_with("--")).unwrap_or_default();
    let wants = |name: &str| name.starts_with(&wanted) || wanted.starts_with(name);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (name, file) in single::FILES {
        if wants(name) {
            runtime.block_on(single::against_pdftotext(name, &fixture(file)));
        }
    }
    if wants("report.cpu_ms") {
        runtime.block_on(single::cpu(&fixture(single::FILES[0].1)));
    }
    if wants("report.hostile_neighbour") {
        runtime.block_on(neighbour::hostile_neighbour(&fixture(single::FILES[0].1)));
    }
    if wants("report.folder_files_per_s") {
        folder::files_per_second();
    }
    for file in signature::FILES.into_iter().filter(|f| wants(f.0)) {
        signature::against_the_primitive(file);
    }
}

/// One figure.
pub fn figure(name: &str, (value, unit): (f64, &str), limit: f64) {
    println!("figure {name} {value:.3} {unit} limit {limit:.3} ratio {:.3}", value / limit);
}

/// The middle of some measurements.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}
