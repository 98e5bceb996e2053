//! Files by three signers that know nothing of this verifier, and attacks on them, held to a table that was
//! written before any of them was verified. The files are made by `tests/fixtures/make/signed.py`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::*;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/signed").join(name)).unwrap()
}

fn anchors_of(name: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add_pem(&file(name)).unwrap();
    anchors
}

fn look(name: &str) -> SignatureSeen {
    verify(&file(&format!("{name}.pdf")), &anchors_of("anchors.pem"))
}

/// What of a file is not as the table says.
fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (field, wanted) in expected.as_object().unwrap() {
        let right = match field.as_str() {
            "why" => wanted.as_str().unwrap().split('|').any(|w| found["why"] == w),
            "signer" => found["signer"]["name"] == *wanted,
            "claimed_at" | "anchor" | "signatures" => found["signer"][field] == *wanted,
            "time_stamp" => found["signer"]["not_checked"] == serde_json::json!(["revocation", "time_stamp"]),
            _ => found[field] == *wanted,
        };
        if !right {
            wrong.push(format!("{field}: {wanted} expected"));
        }
    }
    wrong
}

#[test]
fn every_file_is_seen_as_the_table_says() {
    let table: BTreeMap<String, Value> = serde_json::from_slice(&file("expect.json")).unwrap();
    assert!(table.len() >= 100, "{}", table.len());
    let mut wrong = Vec::new();
    for (name, expected) in &table {
        let found = serde_json::to_value(look(name)).unwrap();
        for difference in differences(expected, &found) {
            wrong.push(format!("{name}: {difference}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

/// Of the certificates of `tests/fixtures/make/issuers` each lacks one thing; basicConstraints must say that it is an
/// authority, whatever its key may do.
#[test]
fn only_an_authority_issues_certificates() {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let file = file("issuers.pem");
    let seen: Vec<(String, bool, bool)> = CertificateDer::pem_slice_iter(&file)
        .map(|der| certificate::Certificate::parse(&der.unwrap()).unwrap())
        .map(|c| (c.subject_shown(), c.may_issue(0), c.may_issue(1)))
        .collect();
    let expected = [
        ("an authority", true, true),
        ("an authority of signers only", true, false),
        ("no authority, though its key may sign certificates", false, false),
        ("no word of it, though its key may sign certificates", false, false),
        ("an authority whose key may not sign certificates", false, false),
    ];
    assert_eq!(seen, expected.map(|(name, first, second)| (name.to_owned(), first, second)));
}
