//! Patent numbers and listing addresses on the command line, held to published data.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::fixture;
use crate::support::service::PROGRAM;

fn lines_of(args: &[&str], input: &[String]) -> (i32, Vec<Value>) {
    let mut child = Command::new(PROGRAM).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.join("\n").as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    (done.status.code().unwrap(), text.lines().map(|l| serde_json::from_str(l).unwrap()).collect())
}

fn data(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap()
}

#[test]
fn published_patent_numbers_are_right_and_false_ones_say_which_digit() {
    let data = data("values/patent-numbers.json");
    let valid = data["valid"].as_array().unwrap();
    let inputs: Vec<String> = valid.iter().map(|v| v["number"].as_str().unwrap().to_owned()).collect();
    let (code, found) = lines_of(&["patent", "check", "--json"], &inputs);
    assert_eq!((code, found.len()), (0, valid.len()));
    for (found, expected) in found.iter().zip(valid) {
        assert_eq!((&found["valid"], &found["kind"], &found["number"]), (&true.into(), &expected["kind"], &expected["number"]));
    }
    let false_ones = data["invalid_check_digit"].as_array().unwrap();
    let inputs: Vec<String> = false_ones.iter().map(|v| v["number"].as_str().unwrap().to_owned()).collect();
    let (code, found) = lines_of(&["patent", "check", "--json"], &inputs);
    assert_eq!(code, 1);
    for (found, expected) in found.iter().zip(false_ones) {
        assert_eq!((&found["valid"], &found["problem"]), (&false.into(), &"check_digit".into()));
        assert_eq!(found["expected_digit"], expected["expected_digit"]);
    }
}

#[test]
fn masked_and_overlong_numbers_are_named_as_such() {
    let inputs = ["ZL20063008××××.4".to_owned(), "ZL2015207817282.2".to_owned(), "CN203594924U".to_owned()];
    let (_, found) = lines_of(&["patent", "check", "--json"], &inputs);
    let problems: Vec<&str> = found.iter().map(|f| f["problem"].as_str().unwrap()).collect();
    assert_eq!(problems, ["masked", "too_long", "publication_number"]);
}

#[test]
fn addresses_of_listings_are_read_as_published() {
    let data = data("values/listing-urls.json");
    let cases = data["cases"].as_array().unwrap();
    let inputs: Vec<String> = cases.iter().map(|c| c["url"].as_str().unwrap().to_owned()).collect();
    let (_, found) = lines_of(&["listing", "parse", "--json"], &inputs);
    assert_eq!(found.len(), cases.len());
    for (found, case) in found.iter().zip(cases) {
        for field in ["platform", "item_id", "status"] {
            assert_eq!(found[field], case[field], "{case}");
        }
    }
}
