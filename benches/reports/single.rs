//! One report: from its bytes in hand to its facts in hand, through the child that waits, beside the
//! `pdftotext` program on the same file.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fasttrack::intake::reader::Reader;
use uuid::Uuid;

use crate::{PROGRAM, figure, median};

/// Figures and the files they are measured on.
pub const FILES: &[(&str, &str)] = &[
    ("report.2_pages", "reports/typst-utility-partly.pdf"),
    ("report.30_pages", "bench/typst-30-pages.pdf"),
    ("report.2_pages_cmap", "bench/reportlab-2-pages-cmap.pdf"),
];
const ROUNDS: usize = 41;
/// Between two readings, so that the next child is ready, as it is in a service that is not busy.
const PAUSE: Duration = Duration::from_millis(150);

/// Milliseconds of one reading by an account of its own.
pub async fn read_ms(reader: &Reader, bytes: &Bytes) -> f64 {
    let started = Instant::now();
    let facts = reader.read(Uuid::new_v5(&Uuid::NAMESPACE_OID, b"reader"), bytes.clone()).await;
    let ms = started.elapsed().as_secs_f64() * 1e3;
    assert!(facts.patent_number.is_some(), "{:?}", facts.readability);
    ms
}

/// Both on the same file, turn by turn.
pub async fn against_pdftotext(name: &str, file: &Path) {
    let bytes = Bytes::from(std::fs::read(file).expect("the fixture"));
    let reader = Reader::new(PROGRAM.into(), 4);
    reader.warm().await.expect("a child");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        tokio::time::sleep(PAUSE).await;
        ours.push(read_ms(&reader, &bytes).await);
        tokio::time::sleep(PAUSE).await;
        let started = Instant::now();
        let done = Command::new("pdftotext").arg(file).arg("-").stdout(Stdio::null()).status().expect("pdftotext (poppler-utils)");
        theirs.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(done.success());
    }
    figure(name, (median(ours), "ms"), median(theirs));
}

/// Processor time of one reading, the start and warming of its child included.
pub async fn cpu(file: &Path) {
    const READINGS: usize = 100;
    let bytes = Bytes::from(std::fs::read(file).expect("the fixture"));
    let before = children_cpu_ms();
    let reader = Reader::new(PROGRAM.into(), 4);
    for _ in 0..READINGS {
        read_ms(&reader, &bytes).await;
    }
    drop(reader);
    tokio::time::sleep(PAUSE * 4).await;
    let ours = (children_cpu_ms() - before) / READINGS as f64;
    let before = children_cpu_ms();
    for _ in 0..READINGS {
        Command::new("pdftotext").arg(file).arg("-").stdout(Stdio::null()).status().expect("pdftotext (poppler-utils)");
    }
    figure("report.cpu_ms", (ours, "ms"), (children_cpu_ms() - before) / READINGS as f64);
}

/// Processor time of all children that have ended (`cutime` and `cstime`, in hundredths of a second).
fn children_cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let after_name = stat.rsplit_once(')').expect("a name in brackets").1;
    let fields: Vec<f64> = after_name.split_whitespace().skip(1).filter_map(|f| f.parse().ok()).collect();
    (fields[12] + fields[13]) * 10.0
}
