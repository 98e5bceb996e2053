//! One account sends hostile files without pause; how long does another wait for its report?

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fasttrack::intake::reader::Reader;
use uuid::Uuid;

use crate::single::read_ms;
use crate::{PROGRAM, figure, median};

const ROUNDS: usize = 61;
const PAUSE: Duration = Duration::from_millis(100);
/// As many as an account could send at once over HTTP.
const SENDERS: usize = 8;

/// Median of a 2-page report beside hostile files, against the median alone.
pub async fn hostile_neighbour(file: &Path) {
    let bytes = Bytes::from(std::fs::read(file).expect("the fixture"));
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let reader = Arc::new(Reader::new(PROGRAM.into(), 2 * processors));
    reader.warm().await.expect("a child");
    let idle = rounds(&reader, &bytes).await;
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let senders: Vec<_> = (0..SENDERS)
        .map(|n| {
            let (reader, stop, sent) = (reader.clone(), stop.clone(), sent.clone());
            tokio::spawn(async move {
                let hostile = [looping(), lines_without_end(), Bytes::from_static(b"%PDF-1.7 and nothing more")];
                let mut turn = n;
                while !stop.load(Ordering::Relaxed) {
                    reader.read(Uuid::new_v5(&Uuid::NAMESPACE_OID, b"hostile"), hostile[turn % hostile.len()].clone()).await;
                    sent.fetch_add(1, Ordering::Relaxed);
                    turn += 1;
                }
            })
        })
        .collect();
    let beside = rounds(&reader, &bytes).await;
    stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.expect("a sender ends");
    }
    println!("hostile files answered meanwhile: {}", sent.load(Ordering::Relaxed));
    figure("report.hostile_neighbour", (beside, "ms"), idle);
}

async fn rounds(reader: &Reader, bytes: &Bytes) -> f64 {
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        tokio::time::sleep(PAUSE).await;
        taken.push(read_ms(reader, bytes).await);
    }
    median(taken)
}

/// A file of these objects.
fn pdf(objects: &[String]) -> Bytes {
    let mut out = String::from("%PDF-1.4\n");
    let mut at = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        at.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in at {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    out.into()
}

fn stream(head: &str, content: &str) -> String {
    format!("<<{head}/Length {}>>stream\n{content}\nendstream", content.len())
}

/// A form that draws ten forms, each of which draws ten, twelve deep.
fn looping() -> Bytes {
    const DEPTH: usize = 12;
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>";
    let mut objects =
        vec!["<</Type/Catalog/Pages 2 0 R>>".into(), "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(), page.into(), stream("", "/F Do")];
    for depth in 0..DEPTH {
        let head = format!("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F {} 0 R>>>>", depth + 6);
        objects.push(stream(&head, &"/F Do ".repeat(10)));
    }
    objects.push(stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", "0 0 m 9 9 l S"));
    pdf(&objects)
}

/// Millions of operators.
fn lines_without_end() -> Bytes {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>";
    let content = "1 1 m 2 2 l S\n".repeat(2_000_000);
    pdf(&["<</Type/Catalog/Pages 2 0 R>>".into(), "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(), page.into(), stream("", &content)])
}
