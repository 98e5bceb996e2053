//! The registry of reports: copies, corrections, conflicts, and a report that is found to be false.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::register::{Scene, finding};
use crate::support::database::tamper;
use crate::support::notices::{Deposited, LAMP, Right, SHELF, notice};
use crate::support::{Engine, fixture, on_both_databases};

/// Reports that are granted by two people at once: enough that they meet.
const ROUNDS: u32 = 8;

/// A complainant with a file of its own that looks like the report of a right.
struct Filer {
    key: String,
    files: Deposited,
    sha256: String,
}

/// Other bytes with the facts of the right's report; `says` changes what the reader remembers of them, as
/// if another report had been read.
async fn filer(at: &Scene, right: &Right, (mark, says): (&str, Option<(&str, &str)>)) -> Filer {
    let (_, key) = at.service.account("complainant", None).await;
    let mut files = Deposited::of(&at.service, &key, right).await;
    let mut bytes = std::fs::read(fixture(right.report)).unwrap();
    if !mark.is_empty() {
        bytes.extend(format!("\n% {mark}\n").bytes());
    }
    let sha256 = hex::encode(Sha256::digest(&bytes));
    files.report = at.service.deposit_bytes(&key, bytes).await;
    at.service.post("/v1/report-checks", &key, &json!({ "report": files.report })).await.expect(200);
    if let Some((from, to)) = says {
        let change = format!("UPDATE report_readings SET facts = replace(facts, '{from}', '{to}') WHERE sha256 = '{sha256}'");
        assert!(tamper(&at.service.database_url, &change));
    }
    Filer { key, files, sha256 }
}

async fn files(at: &Scene, by: &Filer, (right, item): (&Right, &str)) -> Value {
    at.service.file(&by.key, (item, &notice(right, &by.files, &[item]))).await.expect(201)
}

async fn take_down(at: &Scene, filed: &Value) {
    let path = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
    let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
    at.service.post_if(&path, &at.examiner, (&filed["version"], &decision)).await.expect(201);
}

/// Two people compare the report with a copy of the patent office.
async fn prove(at: &Scene, filed: &Value, second: &str) {
    let path = format!("/v1/admin/complaints/{}/authenticity", filed["id"].as_str().unwrap());
    let grant = json!({ "level": "B", "evidence": "与官方副本核对一致" });
    at.service.post(&path, &at.examiner, &grant).await.expect(201);
    assert_eq!(at.service.post(&path, &at.examiner, &grant).await.problem(422), "authenticity.second_person");
    at.service.post(&path, second, &grant).await.expect(201);
}

on_both_databases! {
    /// A copy is normal; what says otherwise makes a person look, and counts against others once it is proven.
    async fn copies_and_conflicts(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, second) = at.service.account("examiner", None).await;
        at.put(&LAMP, json!({})).await;
        let original = filer(&at, &LAMP, ("", None)).await;
        let first = files(&at, &original, (&LAMP, "100000000001")).await;
        take_down(&at, &first).await;
        let copy = filer(&at, &LAMP, ("another copy", None)).await;
        let copied = files(&at, &copy, (&LAMP, "100000000002")).await;
        assert_eq!(finding(&copied, "report.superseded")["result"], "pass", "{copied:#}");
        assert_eq!(copied["track"], "simple");

        let other = filer(&at, &LAMP, ("other facts", Some(("2026-06-18", "2026-06-19")))).await;
        let conflicting = files(&at, &other, (&LAMP, "100000000003")).await;
        assert_eq!(finding(&conflicting, "report.superseded")["code"], "report.conflict");
        assert_eq!((&conflicting["track"], &conflicting["overall"]), (&"complex".into(), &"unverified".into()));

        let shown = at.service.get(&format!("/v1/admin/reports/{}", original.sha256), &at.examiner).await.expect(200);
        assert_eq!((&shown["patent_number"], &shown["level"]), (&LAMP.number.into(), &Value::Null), "{shown:#}");
        let relation = |sha256: &str| {
            let all = shown["relations"].as_array().unwrap();
            all.iter().find(|r| r["sha256"] == sha256).unwrap().clone()
        };
        assert_eq!(relation(&copy.sha256)["relation"], "another_copy");
        let conflict = relation(&other.sha256);
        let difference = &conflict["differences"][0];
        assert_eq!((&conflict["relation"], &difference["field"]), (&"conflict".into(), &"completed_on".into()));
        assert_eq!((&difference["this"]["value"], &difference["other"]["value"]), (&"2026-06-18".into(), &"2026-06-19".into()));
        assert!(difference["this"]["page"].is_u64() && difference["other"]["quote"].is_string(), "{difference:#}");
        let list = at.service.get(&format!("/v1/admin/patents/{}/reports", LAMP.number), &at.examiner).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
        let bytes = at.service.get(&format!("/v1/admin/reports/{}/file", other.sha256), &at.examiner).await;
        assert_eq!(hex::encode(Sha256::digest(&bytes.bytes)), other.sha256);

        prove(&at, &conflicting, &second).await;
        let id = first["id"].as_str().unwrap();
        let shown = at.came_back(id, "report.conflict").await;
        assert_eq!(shown["listings"][0]["measure"], "requested", "a person decides what follows");
        assert_eq!(finding(&shown, "report.superseded")["result"], "unknown");
        let seen = at.service.get(&format!("/v1/complaints/{}", conflicting["id"].as_str().unwrap()), &other.key).await.expect(200);
        assert_eq!(finding(&seen, "report.superseded")["result"], "pass", "the proven one does not suffer from what nobody proved");
    }

    /// What was filed before a report was proven profits as much as what is filed after, without a person.
    async fn a_proof_reaches_what_was_filed_before(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, second) = at.service.account("examiner", None).await;
        at.put(&LAMP, json!({})).await;
        let filer = filer(&at, &LAMP, ("", None)).await;
        let before = files(&at, &filer, (&LAMP, "100000000001")).await;
        let taken_back = files(&at, &filer, (&LAMP, "100000000002")).await;
        let path = format!("/v1/complaints/{}/withdrawal", taken_back["id"].as_str().unwrap());
        at.service.post(&path, &filer.key, &json!({ "reason": "settled" })).await.expect(201);
        let proven = files(&at, &filer, (&LAMP, "100000000003")).await;
        assert_eq!((&finding(&before, "report.authenticity")["result"], &before["track"]), (&"unknown".into(), &"simple".into()));
        prove(&at, &proven, &second).await;

        let path = format!("/v1/admin/complaints/{}", before["id"].as_str().unwrap());
        let passed = |c: &Value| finding(c, "report.authenticity")["result"] == "pass";
        let shown = at.service.until((&path, &at.examiner), passed).await;
        assert_eq!((&shown["overall"], &shown["track"], &shown["reopened"]), (&"usable".into(), &"simple".into(), &Value::Null), "{shown:#}");
        assert_eq!(shown["due_on"], before["due_on"], "the day a decision is due does not move");
        let log = at.service.get(&format!("/v1/complaints/{}/log", before["id"].as_str().unwrap()), &filer.key).await.expect(200);
        let kinds: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|e| &e["type"]).collect();
        assert_eq!(kinds[kinds.len() - 2..], ["examined", "triaged"], "{log:#}");
    }

    /// Two people grant level B at the same time, each in another complaint: one of them is the second.
    async fn two_people_at_once_are_two(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, second) = at.service.account("examiner", None).await;
        at.put(&LAMP, json!({})).await;
        for round in 0..ROUNDS {
            let filer = filer(&at, &LAMP, (&format!("round {round}"), None)).await;
            let one = files(&at, &filer, (&LAMP, &format!("10000000{round:02}01"))).await;
            let two = files(&at, &filer, (&LAMP, &format!("10000000{round:02}02"))).await;
            let path = |filed: &Value| format!("/v1/admin/complaints/{}/authenticity", filed["id"].as_str().unwrap());
            let grant = json!({ "level": "B", "evidence": "与官方副本核对一致" });
            let (paths, a, b) = ((path(&one), path(&two)), &at.examiner, &second);
            let (first, other) = tokio::join!(at.service.post(&paths.0, a, &grant), at.service.post(&paths.1, b, &grant));
            first.expect(201);
            other.expect(201);
            let shown = at.service.get(&format!("/v1/admin/reports/{}", filer.sha256), &at.examiner).await.expect(200);
            let counting = shown["grants"].as_array().unwrap().iter().filter(|g| g["counts"] == true).count();
            assert_eq!((&shown["level"], counting), (&"B".into(), 1), "round {round}: {shown:#}");
        }
    }

    /// A correction that nobody proved makes a person look; proven, it replaces the report everywhere.
    async fn a_correction_replaces_the_report(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, second) = at.service.account("examiner", None).await;
        at.put(&SHELF, json!({})).await;
        let original = filer(&at, &SHELF, ("", None)).await;
        let first = files(&at, &original, (&SHELF, "100000000001")).await;
        take_down(&at, &first).await;
        let correction = filer(&at, &SHELF, ("corrected", Some((r#""corrected":false"#, r#""corrected":true"#)))).await;
        let corrected = files(&at, &correction, (&SHELF, "100000000002")).await;
        assert_eq!(finding(&corrected, "report.superseded")["result"], "pass");
        let unsure = files(&at, &original, (&SHELF, "100000000003")).await;
        assert_eq!(finding(&unsure, "report.superseded")["code"], "report.correction_unproven");
        prove(&at, &corrected, &second).await;
        let shown = at.came_back(first["id"].as_str().unwrap(), "report.superseded").await;
        assert_eq!((&shown["overall"], &shown["listings"][0]["measure"]), (&"unusable".into(), &"requested".into()));
        let late = files(&at, &original, (&SHELF, "100000000004")).await;
        assert_eq!((&finding(&late, "report.superseded")["code"], &late["overall"]), (&"report.superseded".into(), &"unusable".into()));
    }

    /// A report that a person found to be false: every complaint with it comes back; nothing is lifted by itself.
    async fn a_false_report_brings_its_complaints_back(engine: Engine) {
        let at = Scene::open(engine).await;
        at.put(&LAMP, json!({})).await;
        let filer = filer(&at, &LAMP, ("", None)).await;
        let decided = files(&at, &filer, (&LAMP, "100000000001")).await;
        take_down(&at, &decided).await;
        let open = files(&at, &filer, (&LAMP, "100000000002")).await;
        let path = format!("/v1/admin/reports/{}/revocation", filer.sha256);
        let document = at.service.deposit_bytes(&at.examiner, b"%PDF-1.4 answer of the office".to_vec()).await;
        let form = |reason: &str, document: &str| json!({ "reason": reason, "document": document, "text": "国家知识产权局复函：未出具" });
        assert_eq!(at.service.post(&path, &at.examiner, &form("fake", &document)).await.problem(422), "revocation.unknown_reason");
        let theirs = form("not_issued", &filer.files.identity);
        assert_eq!(at.service.post(&path, &at.examiner, &theirs).await.problem(422), "revocation.document");
        let revoked = at.service.post(&path, &at.examiner, &form("not_issued", &document)).await.expect(201);
        assert_eq!((&revoked["level"], &revoked["revocation"]["reason"]), (&"revoked".into(), &"not_issued".into()));
        assert_eq!(at.service.post(&path, &at.examiner, &form("not_issued", &document)).await.problem(409), "revocation.recorded");
        for (id, measure) in [(&decided["id"], "requested"), (&open["id"], "none")] {
            let shown = at.came_back(id.as_str().unwrap(), "report.revoked").await;
            assert_eq!((&shown["overall"], &shown["listings"][0]["measure"]), (&"unusable".into(), &measure.into()));
            assert_eq!(finding(&shown, "report.authenticity")["code"], "authenticity.revoked");
            assert!(!shown.to_string().contains("forg"), "the word is a person's to say");
        }
        assert_eq!(at.lifts(), 0);
        let late = files(&at, &filer, (&LAMP, "100000000003")).await;
        assert_eq!((&late["overall"], &late["track"]), (&"unusable".into(), &"complex".into()));
    }
}
