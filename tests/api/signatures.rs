//! Signed reports on their whole way: to a takedown without a human where an anchor is configured, to a person
//! where none is, to nothing where the file was altered.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, notice_by, register, right_form, verify_part};
use crate::support::platform::Platform;
use crate::support::service::PROGRAM;
use crate::support::{Engine, Service, fixture, on_both_databases};

const ANCHORS: &str = "signed/anchors.pem";

fn path(name: &str) -> String {
    fixture(name).display().to_string()
}

fn signed() -> Vec<u8> {
    std::fs::read(fixture("signed/report-signed.pdf")).unwrap()
}

/// A service at which everything but the report's authenticity is proven, and the policy lets a takedown leave
/// without a human.
struct Ready {
    service: Service,
    platform: Platform,
    holder: String,
    files: Deposited,
    /// Verified, and without a report: each complaint brings its own.
    right: String,
}

impl Ready {
    async fn with_anchors(engine: Engine, anchors: &str) -> Self {
        let service = Service::start_with(engine, &[("trust_anchors", anchors)]).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let mut policy = service.get("/v1/admin/policies/0", &service.admin).await.expect(200)["policy"].clone();
        policy["automation"] = json!({ "verified_notice": true, "prior_determination": false });
        let stored = service.post("/v1/admin/policies", &service.admin, &policy).await.expect(201);
        service.post(&format!("/v1/admin/policies/{}/activation", stored["version"]), &service.admin, &json!({})).await.expect(201);
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = right_form(&LAMP, &files);
        form.as_object_mut().unwrap().remove("report");
        let right = service.post("/v1/rights", &holder, &form).await.expect(201)["id"].as_str().unwrap().to_owned();
        for part in ["identity", "standing"] {
            verify_part(&service, &examiner, (&right, part)).await;
        }
        Ready { service, platform, holder, files, right }
    }

    /// Files about an item with this report.
    async fn file(&mut self, item: &str, report: Vec<u8>) -> Value {
        self.files.report = self.service.deposit_bytes(&self.holder, report).await;
        let mut form = notice_by(&self.right, (&LAMP, &self.files), &[item]);
        form["report"] = self.files.report.as_str().into();
        self.service.file(&self.holder, (item, &form)).await.expect(201)
    }
}

fn authenticity(filed: &Value) -> &Value {
    filed["findings"].as_array().unwrap().iter().find(|f| f["check"] == "report.authenticity").unwrap()
}

fn outcome(filed: &Value) -> (&str, &str, &str) {
    let finding = authenticity(filed);
    (filed["state"].as_str().unwrap(), finding["result"].as_str().unwrap(), finding["code"].as_str().unwrap())
}

on_both_databases! {
    /// Level A is the service's own to see, and lasts as long as its anchor.
    async fn a_signature_to_an_anchor_needs_no_human(engine: Engine) {
        let mut ready = Ready::with_anchors(engine, &path(ANCHORS)).await;
        let filed = ready.file("300000000001", signed()).await;
        assert_eq!(outcome(&filed), ("decided", "pass", "authenticity.a"), "{filed:#}");
        let finding = authenticity(&filed);
        assert_eq!((&finding["supplied_by"], &finding["warning"]), (&"signature".into(), &"not checked: revocation".into()));
        assert!(finding["quote"].as_str().unwrap().starts_with("评价报告签发 p256"), "{finding:#}");
        assert_eq!((&filed["listings"][0]["by"], &filed["overall"]), (&"automatic".into(), &"usable".into()));
        let received = ready.platform.wait_for(1).await;
        assert_eq!(received[0].body["listings"][0]["basis"], "verified_notice");
        assert_eq!(received[0].body["report"]["authenticity_level"], "A", "{:#}", received[0].body["report"]);

        let mut altered = signed();
        let at = altered.len() / 3;
        altered[at] ^= 1;
        let filed = ready.file("300000000002", altered).await;
        assert_eq!((outcome(&filed).1, outcome(&filed).2), ("fail", "authenticity.broken"), "{filed:#}");
        assert_eq!((filed["state"] != "decided", &filed["overall"]), (true, &"unusable".into()));

        ready.service.terminate();
        ready.service.set("trust_anchors", &path("signed/leaf-p256.pem"));
        ready.service.spawn().await;
        let filed = ready.file("300000000003", signed()).await;
        assert_eq!(outcome(&filed), ("decided", "pass", "authenticity.a"), "the seal's own certificate is an anchor too");

        ready.service.terminate();
        ready.service.set("trust_anchors", "");
        ready.service.spawn().await;
        let filed = ready.file("300000000004", signed()).await;
        assert_eq!(outcome(&filed), ("accepted", "unknown", "authenticity.signer_untrusted"), "what was read under other anchors is read again");
    }

    /// Nothing is trusted that was not configured, and what was appended is not read.
    async fn without_an_anchor_or_with_an_appendix_a_person_looks(engine: Engine) {
        let mut ready = Ready::with_anchors(engine, "").await;
        let filed = ready.file("300000000001", signed()).await;
        assert_eq!(outcome(&filed), ("accepted", "unknown", "authenticity.signer_untrusted"));
        assert!(authenticity(&filed)["cure"].as_str().is_some_and(|c| c.contains("copy obtained from the patent office")));

        ready.service.terminate();
        ready.service.set("trust_anchors", &path(ANCHORS));
        ready.service.spawn().await;
        let whole = signed();
        let emptied = [whole.clone(), std::fs::read(fixture("signed/report-emptied.tail")).unwrap()].concat();
        let filed = ready.file("300000000002", emptied).await;
        assert_eq!(outcome(&filed), ("accepted", "unknown", "authenticity.appended"), "{filed:#}");
        let cure = authenticity(&filed)["cure"].as_str().unwrap();
        assert!(cure.contains(&format!("the first {} bytes", whole.len())), "{cure}");
        assert_eq!(filed["verdicts"][0]["verdict"], "no_defect_found", "the signed pages were read, not the emptied ones");
        let (_, examiner) = ready.service.account("examiner", None).await;
        let at = format!("/v1/admin/complaints/{}", filed["id"].as_str().unwrap());
        let shown = ready.service.get(&at, &examiner).await.expect(200);
        let revision = shown["report"]["signature"]["signed_sha256"].as_str().unwrap();
        let document = ready.service.get(&format!("{at}/documents/{revision}"), &examiner).await;
        assert!(document.status == 200 && document.bytes == whole, "people are shown the signed revision");
        let filed = ready.file("300000000003", whole).await;
        assert_eq!(outcome(&filed), ("decided", "pass", "authenticity.a"), "and the cure cures");
        assert_eq!(ready.platform.wait_for(1).await.len(), 1);
    }
}

#[test]
fn the_command_line_tells_what_a_signature_shows() {
    let check = |args: &[&str]| {
        let done =
            Command::new(PROGRAM).args(["report", "check", "--json", &path("signed/report-signed.pdf")]).args(args).output().unwrap();
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let anchors = path(ANCHORS);
    let found = check(&["--trust-anchors", &anchors]);
    assert_eq!((&found["facts"]["signature"]["state"], &found["findings"][3]["code"]), (&"trusted".into(), &"authenticity.a".into()));
    let found = check(&[]);
    assert_eq!((&found["facts"]["signature"]["state"], &found["facts"]["signature"]["why"]), (&"untrusted".into(), &"no_path".into()));
}

#[test]
fn an_anchor_file_that_holds_none_keeps_the_service_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("empty.pem", ""), ("wrong.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let done = Command::new(PROGRAM)
            .env("FASTTRACK_TRUST_ANCHORS", &file)
            .env("FASTTRACK_DATA_FOLDER", folder.path().join("data"))
            .arg("migrate")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains("FASTTRACK_TRUST_ANCHORS") && said.contains(name), "{said}");
    }
}
