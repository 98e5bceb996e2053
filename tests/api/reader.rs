//! The reading children, started as the service starts them.

use std::fmt::Write;

use fasttrack::domain::report::{Readability, ReportFacts};
use fasttrack::intake::reader::Reader;

use crate::support::fixture;
use crate::support::service::PROGRAM;

/// A page that draws a form that draws ten forms that draw ten forms, and so on.
fn bomb() -> Vec<u8> {
    const DEPTH: usize = 12;
    let mut file = String::from(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 10 0 R/Resources<</XObject<</X 11 0 R>>>>>>\nendobj\n",
    );
    let draws = "/X Do ".repeat(10);
    for n in 10..10 + DEPTH {
        let next = n + 1;
        let kind = format!("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X {next} 0 R>>>>");
        let (kind, text) = if n == 10 { ("", "/X Do") } else { (kind.as_str(), draws.as_str()) };
        let text = if n + 1 == 10 + DEPTH { "0 0 m 9 9 l S" } else { text };
        let _ = write!(file, "{n} 0 obj\n<</Length {}{kind}>>stream\n{text}\nendstream\nendobj\n", text.len());
    }
    file += "trailer\n<</Root 1 0 R>>\n%%EOF\n";
    file.into_bytes()
}

fn is_read(facts: &ReportFacts) -> bool {
    facts.readability == Readability::Text && !facts.verdicts.is_empty()
}

#[test]
#[cfg(target_os = "linux")]
fn every_limit_holds_in_a_child_of_the_service() {
    crate::support::run(async {
        let holds = Reader::new(PROGRAM.into(), 1).warm().await.unwrap();
        assert!(holds.each().iter().all(|(_, holds)| *holds), "{holds:?}");
    });
}

#[test]
fn a_child_is_replaced_after_a_fault() {
    crate::support::run(async {
        let good = std::fs::read(fixture("reports/typst-design-clean.pdf")).unwrap();
        let reader = Reader::new(PROGRAM.into(), 1);
        let mut series = reader.series();
        assert!(is_read(&series.read(&good).await));
        let bombed = series.read(&bomb()).await;
        assert_eq!(bombed.readability, Readability::Unreadable { why: "resources".into() });
        assert!(is_read(&series.read(&good).await), "a new child reads on");
        let account = uuid::Uuid::from_u128(1);
        assert!(!is_read(&reader.read(account, bomb().into()).await));
        assert!(is_read(&reader.read(account, good.into()).await));
    });
}
