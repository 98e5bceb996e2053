//! The case file: whole, signed, checked without the service that made it, and red for whatever was changed.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::notices::{LAMP, PERSONAL};
use crate::support::service::PROGRAM;
use crate::support::{Cast, Engine, fixture, on_both_databases};

/// A case file taken apart, to be put together otherwise.
#[derive(Clone)]
struct Pieces(Vec<(String, Vec<u8>)>);

impl Pieces {
    fn of(zip: &[u8]) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let all = zip.len();
        let piece = |at: usize| {
            let mut file = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        };
        Pieces((0..all).map(piece).collect())
    }

    fn zip(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in &self.0 {
            zip.start_file(name, stored).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn get(&self, name: &str) -> &[u8] {
        &self.0.iter().find(|(n, _)| n == name).unwrap().1
    }

    fn set(&mut self, name: &str, bytes: Vec<u8>) {
        self.0.iter_mut().find(|(n, _)| n == name).unwrap().1 = bytes;
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(self.get("manifest.json")).unwrap()
    }

    /// The manifest says what the files are now, as a forger would have it.
    fn renamed_hashes(&mut self) {
        let mut manifest = self.manifest();
        for entry in manifest["files"].as_array_mut().unwrap() {
            let bytes = self.get(entry["path"].as_str().unwrap());
            entry["sha256"] = hex::encode(Sha256::digest(bytes)).into();
            entry["bytes"] = bytes.len().into();
        }
        self.set("manifest.json", serde_json::to_vec(&manifest).unwrap());
    }

    fn signed_by(&mut self, key: &SigningKey) {
        let mut manifest = self.manifest();
        manifest["public_key"] = hex::encode(key.verifying_key().to_bytes()).into();
        let manifest = serde_json::to_vec(&manifest).unwrap();
        let signature = STANDARD.encode(key.sign(&manifest).to_bytes());
        self.set("manifest.json", manifest);
        self.set("manifest.sig", signature.into_bytes());
    }
}

/// Exit code, report, and the kinds of what is wrong.
fn audit(zip: &[u8], key: &str) -> (Option<i32>, Value, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.zip");
    std::fs::write(&file, zip).unwrap();
    let done = Command::new(PROGRAM).env_clear().arg("audit").arg(&file).args(["--key", key]).output().unwrap();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)));
    let kinds = report["problems"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap().to_owned()).collect();
    (done.status.code(), report, kinds)
}

fn red(pieces: &Pieces, key: &str, kinds: &[&str]) {
    let (code, report, found) = audit(&pieces.zip(), key);
    let expected: BTreeSet<String> = kinds.iter().map(|k| (*k).to_owned()).collect();
    assert_eq!((code, found), (Some(1), expected), "{report:#}");
}

on_both_databases! {
    /// Whoever knows the hash of another's file does not get the file by naming it in a complaint.
    async fn a_case_file_holds_no_file_of_others(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, other) = cast.service.account("complainant", None).await;
        let secret = b"%PDF-1.4 another party's".to_vec();
        cast.service.deposit_bytes(&other, secret.clone()).await;
        let hash = hex::encode(Sha256::digest(&secret));
        let filed = cast.files_as(&LAMP, &["100000000009"], |form| form["client_reference"] = hash.as_str().into()).await;
        let path = format!("/v1/admin/complaints/{}/case-file", filed["id"].as_str().unwrap());
        let answer = cast.service.get(&path, &cast.examiner).await;
        assert_eq!(answer.status, 200);
        let pieces = Pieces::of(&answer.bytes);
        assert!(String::from_utf8_lossy(pieces.get("log.jsonl")).contains(&hash), "the log names it");
        assert!(pieces.0.iter().all(|(name, bytes)| !name.ends_with(&hash) && *bytes != secret));
    }

    /// Everything about a complaint is in it; it is green as it came, and red in every way it can be changed.
    async fn a_case_file_is_whole_and_shows_every_change(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, sent) = cast.taken_down("100000000001").await;
        let answer = cast.service.get(&format!("/v1/admin/complaints/{id}/case-file"), &cast.examiner).await;
        assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "application/zip"));
        let whole = Pieces::of(&answer.bytes);
        let manifest = whole.manifest();
        let key = cast.service.get("/v1/signing-key", "").await.expect(200)["public_key"].as_str().unwrap().to_owned();
        assert_eq!(manifest["public_key"], key.as_str());
        let missing = Command::new(PROGRAM).args(["audit", "missing.zip", "--key", &key]).output().unwrap();
        assert_eq!(missing.status.code(), Some(2), "what cannot be read is no broken case file");
        let (code, report, _) = audit(&answer.bytes, &key);
        assert_eq!((code, &report["problems"], &report["complaint"]), (Some(0), &json!([]), &id.as_str().into()), "{report:#}");
        assert_eq!(report["events"], manifest["last_seq"]);

        let of_report = hex::encode(Sha256::digest(std::fs::read(fixture(LAMP.report)).unwrap()));
        let entries = manifest["files"].as_array().unwrap();
        assert!(entries.iter().any(|e| e["path"] == format!("documents/{of_report}") && e["what"] == "evaluation_report"), "{manifest:#}");
        assert_eq!(entries.iter().filter(|e| e["path"].as_str().unwrap().starts_with("documents/")).count(), 4);
        let dispatch = whole.0.iter().find(|(name, _)| name.starts_with("dispatches/")).unwrap();
        assert_eq!(dispatch.1, sent.bytes, "byte for byte what the platform was sent");
        let text = |name: &str| String::from_utf8(whole.get(name).to_vec()).unwrap();
        assert!(PERSONAL.iter().all(|p| !text("log.jsonl").contains(p)), "the log names nobody");
        assert!(whole.0.iter().any(|(name, bytes)| name.starts_with("people/complainant") && String::from_utf8_lossy(bytes).contains(PERSONAL[0])));
        assert!(text("summary.md").contains(LAMP.number) && text("acknowledgements.jsonl").contains("\"applied\""));
        let issued = cast.service.get(&format!("/v1/admin/complaints/{id}/issued-documents"), &cast.examiner).await.expect(200);
        for row in issued["items"].as_array().unwrap() {
            let pdf = whole.get(&format!("issued/{}.pdf", row["id"].as_str().unwrap()));
            assert_eq!(row["sha256"], hex::encode(Sha256::digest(pdf)));
        }
        assert_eq!(serde_json::from_slice::<Value>(whole.get("issued.json")).unwrap(), issued["items"]);
        let decisions: Value = serde_json::from_slice(whole.get("decisions.json")).unwrap();
        assert_eq!((decisions.as_array().unwrap().len(), &decisions[0]["event"]["type"]), (1, &"decided".into()));

        let mut document = whole.clone();
        let name = format!("documents/{of_report}");
        let mut bytes = document.get(&name).to_vec();
        bytes[100] ^= 1;
        document.set(&name, bytes);
        red(&document, &key, &["file"]);
        document.renamed_hashes();
        red(&document, &key, &["signature"]);
        let forger = SigningKey::from_bytes(&[7; 32]);
        document.signed_by(&forger);
        red(&document, &key, &["signature"]);

        let mut log = whole.clone();
        log.set("log.jsonl", text("log.jsonl").replacen("infringing", "infrinGing", 1).into_bytes());
        red(&log, &key, &["chain", "file"]);
        log.renamed_hashes();
        red(&log, &key, &["chain", "signature"]);
        let mut cut = whole.clone();
        let lines: Vec<String> = text("log.jsonl").lines().map(str::to_owned).collect();
        cut.set("log.jsonl", (lines[..lines.len() - 1].join("\n") + "\n").into_bytes());
        red(&cut, &key, &["chain", "file"]);

        let mut less = whole.clone();
        less.0.retain(|(n, _)| *n != name);
        red(&less, &key, &["file"]);
        let mut more = whole.clone();
        more.0.push(("documents/new".into(), b"slipped in".to_vec()));
        red(&more, &key, &["file"]);
        red(&whole, &hex::encode(forger.verifying_key().to_bytes()), &["signature"]);
    }
}

/// A case file far larger than what the service may hold of it: read slowly, it is sent as slowly.
#[test]
#[cfg(target_os = "linux")]
fn a_large_case_file_is_never_whole_in_memory() {
    const DOCUMENT_MIB: usize = 40;
    const GROWS_KIB_MAX: u64 = 48 * 1024;
    crate::support::run(async {
        let cast = Cast::at(Engine::Sqlite, "2026-11-02 09:00:00", "platform").await;
        let mut evidence = Vec::new();
        for n in 0..4u8 {
            let mut bytes = format!("%PDF-1.4 purchase {n}").into_bytes();
            bytes.resize(DOCUMENT_MIB << 20, n);
            evidence.push(json!({ "kind": "test_purchase", "file": cast.service.deposit_bytes(&cast.holder, bytes).await }));
        }
        let filed = cast.files_as(&LAMP, &["100000000001"], |form| {
            form["documents"].as_array_mut().unwrap().extend(evidence.clone());
        });
        let filed = filed.await;
        let path = format!("/v1/admin/complaints/{}/case-file", filed["id"].as_str().unwrap());
        let pid = cast.service.pid();
        let kib = |name: &str| -> u64 {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = status.lines().find(|l| l.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        // The peak begins anew.
        std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
        let before = kib("VmRSS:");
        let answer = cast.service.get(&path, &cast.examiner).await;
        assert!(answer.bytes.len() > (4 * DOCUMENT_MIB) << 20, "{} bytes", answer.bytes.len());
        let grew = kib("VmHWM:").saturating_sub(before);
        eprintln!("a case file of {} MiB: the service grew by {} KiB", answer.bytes.len() >> 20, grew);
        assert!(grew < GROWS_KIB_MAX, "the service grew by {grew} KiB");
        let key = cast.service.get("/v1/signing-key", "").await.expect(200);
        let (code, report, _) = audit(&answer.bytes, key["public_key"].as_str().unwrap());
        assert_eq!(code, Some(0), "{report:#}");
    });
}
