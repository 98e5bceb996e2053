//! The reader held to reports by several producers, whose wording was written by somebody who had not
//! read it; and to files that are none.

use std::process::Command;

use fasttrack::domain::patent::PatentNumber;
use serde_json::{Map, Value, json};

use crate::support::fixture;
use crate::support::service::PROGRAM;

fn check(name: &str) -> (i32, Value) {
    let done = Command::new(PROGRAM).args(["report", "check", "--json"]).arg(fixture(name)).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    (done.status.code().unwrap(), serde_json::from_str(text.trim()).unwrap())
}

fn truth() -> Map<String, Value> {
    let text = std::fs::read(fixture("reports/truth.json")).unwrap();
    match serde_json::from_slice(&text).unwrap() {
        Value::Object(all) => all,
        other => panic!("{other}"),
    }
}

/// What of a report's facts is not as it should be.
fn differences(truth: &Value, found: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let facts = &found["facts"];
    let number = |v: &Value| v.as_str().and_then(|n| PatentNumber::parse(n).ok());
    if number(&truth["patent_number"]) != number(&facts["patent_number"]) {
        wrong.push(format!("patent_number: {} for {}", facts["patent_number"], truth["patent_number"]));
    }
    for field in [
        "form",
        "kind",
        "title",
        "holder",
        "requester",
        "filed_on",
        "priority_on",
        "granted_on",
        "completed_on",
        "text_version",
        "corrected",
    ] {
        if facts[field] != truth[field] {
            wrong.push(format!("{field}: {} for {}", facts[field], truth[field]));
        }
    }
    if let Some(expected) = truth["verdicts"].as_object() {
        let read: Map<String, Value> =
            found["verdicts"].as_array().unwrap().iter().map(|v| (v["item"].as_str().unwrap().to_owned(), v["verdict"].clone())).collect();
        if *expected != read {
            wrong.push(format!("verdicts: {} for {}", json!(read), truth["verdicts"]));
        }
    }
    wrong
}

#[test]
fn text_reports_of_every_producer_are_read_as_a_person_reads_them() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for (name, truth) in truth().iter().filter(|(_, t)| t["readability"] == "text") {
        if truth["flags"].as_array().is_some_and(|f| f.iter().any(|f| f == "hidden_text")) {
            continue;
        }
        let (_, found) = check(&format!("reports/{name}"));
        wrong.extend(differences(truth, &found).into_iter().map(|w| format!("{name}: {w}")));
        read += 1;
    }
    assert!(read >= 25, "{read} reports were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_scan_and_what_is_no_report_conclude_nothing() {
    for (name, truth) in truth().iter().filter(|(_, t)| t["readability"] != "text") {
        let (code, found) = check(&format!("reports/{name}"));
        assert_eq!(code, 2, "{name}");
        assert_eq!(found["facts"]["readability"]["state"], truth["readability"], "{name}: {found:#}");
        assert_eq!((&found["facts"]["patent_number"], &found["verdicts"]), (&Value::Null, &json!([])), "{name}");
    }
}

#[test]
fn a_good_line_that_cannot_be_seen_turns_no_verdict() {
    let (code, found) = check("reports/reportlab-design-hidden-good-over-bad.pdf");
    assert_eq!(code, 1);
    assert!(found["facts"]["flags"].as_array().unwrap().contains(&"hidden_text".into()), "{found:#}");
    let verdicts: Vec<&Value> = found["verdicts"].as_array().unwrap().iter().map(|v| &v["verdict"]).collect();
    assert!(!verdicts.contains(&&"no_defect_found".into()), "{verdicts:?}");
}

#[test]
fn a_simulated_report_and_a_search_report_fail_by_kind() {
    for (name, code) in [("typst-design-simulated", "report.simulated"), ("typst-search-report-old", "report.search_report")] {
        let (exit, found) = check(&format!("reports/{name}.pdf"));
        assert_eq!((exit, &found["overall"]), (1, &"unusable".into()), "{name}");
        assert_eq!((&found["findings"][0]["result"], &found["findings"][0]["code"]), (&"fail".into(), &code.into()), "{found:#}");
    }
}

#[test]
fn the_exit_is_that_of_the_worst_file() {
    let exit = |names: &[&str]| {
        let files = names.iter().map(|n| fixture(&format!("reports/{n}.pdf")));
        Command::new(PROGRAM).args(["report", "check"]).args(files).output().unwrap().status.code().unwrap()
    };
    assert_eq!(exit(&["demo-design", "reportlab-utility-clean"]), 0);
    assert_eq!(exit(&["demo-design", "demo-utility-partly"]), 1);
    assert_eq!(exit(&["demo-utility-partly", "demo-scanned", "demo-design"]), 2);
}
