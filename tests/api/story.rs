//! The main job, told whole: filed, read, triaged, decided, dispatched, acknowledged, lifted.

use serde_json::json;

use crate::support::notices::{Deposited, LAMP, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

on_both_databases! {
    /// A design complaint with a clean report goes on the simple track and to the platform and back.
    async fn a_complaint_from_filing_to_lift(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao", "tmall"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);

        let files = Deposited::of(&service, &holder, &LAMP).await;
        let filed = service.file(&holder, ("story-1", &notice(&LAMP, &files, &["637790875524", "637790875525"]))).await;
        assert_eq!(filed.header("etag"), "\"v4\"");
        let filed = filed.expect(201);
        let id = filed["id"].as_str().unwrap();
        assert_eq!((&filed["state"], &filed["track"], &filed["overall"]), (&"accepted".into(), &"simple".into(), &"unverified".into()), "{filed:#}");
        let unknown: Vec<&str> = filed["findings"].as_array().unwrap().iter()
            .filter(|f| f["result"] != "pass").map(|f| f["check"].as_str().unwrap()).collect();
        assert_eq!(unknown, ["report.authenticity"]);
        assert!(filed["criteria"].as_array().unwrap().iter().all(|c| c["met"] == false));

        let queue = service.get("/v1/admin/queue?track=simple", &examiner).await.expect(200);
        assert_eq!(queue["items"][0]["id"], id);
        let claim = service.post("/v1/admin/queue/claims", &examiner, &json!({})).await.expect(201);
        assert_eq!(claim["complaint"], id);

        let shown = service.get(&format!("/v1/admin/complaints/{id}"), &examiner).await.expect(200);
        let decision = json!({ "lines": [
            { "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] },
            { "line": 2, "determination": "not_infringing", "reasons": ["design_differs"] },
        ], "text": "整体视觉效果无差异" });
        let decided = service.post_if(&format!("/v1/admin/complaints/{id}/decision"), &examiner, (&shown["version"], &decision)).await.expect(201);
        assert_eq!((&decided["state"], &decided["listings"][1]["determination"]), (&"decided".into(), &"not_infringing".into()));

        let received = platform.wait_for(1).await;
        assert!(received[0].signed, "the platform's own library verifies the signature");
        let takedown = &received[0].body;
        assert_eq!((&takedown["type"], &takedown["listings"][0]["item_id"]), (&"takedown.decided".into(), &"637790875524".into()), "{takedown:#}");
        let whole = String::from_utf8(received[0].bytes.clone()).unwrap();
        for personal in ["13800138000", "91330200MA2AAAAA1X", "海曙区"] {
            assert!(!whole.contains(personal), "{personal} left the house");
        }

        let dispatch = &received[0].id;
        let acks = json!({ "lines": [
            { "n": 1, "step": "received" }, { "n": 1, "step": "accepted" }, { "n": 1, "step": "applied", "measure": "block" },
            { "n": 9, "step": "received" }, { "n": 1, "step": "refused", "reason": "no_such_word" },
        ] });
        let answered = service.post(&format!("/v1/platform/dispatches/{dispatch}/acknowledgements"), &platform.key, &acks).await.expect(200);
        let results: Vec<&str> = answered["rows"].as_array().unwrap().iter().map(|r| r["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["recorded", "recorded", "recorded", "acknowledgement.no_such_line", "acknowledgement.reason"]);
        let again = service.post(&format!("/v1/platform/dispatches/{dispatch}/acknowledgements"), &platform.key, &acks).await.expect(200);
        assert_eq!(again["rows"][0]["result"], "known");
        let seen = service.get(&format!("/v1/complaints/{id}"), &holder).await.expect(200);
        assert_eq!(seen["listings"][0]["measure"], "in_force", "{seen:#}");

        let lift = json!({ "lines": [1], "reason": "settled" });
        let lifted = service.post_if(&format!("/v1/admin/complaints/{id}/lift"), &examiner, (&decided["version"], &lift)).await.expect(201);
        assert_eq!(lifted["listings"][0]["measure"], "lift_requested");
        let received = platform.wait_for(2).await;
        let lift = &received[1];
        assert!(lift.signed && lift.body["type"] == "lift.decided");
        let version = |r: &crate::support::platform::Received| r.body["listings"][0]["item_version"].as_i64().unwrap();
        assert!(version(lift) > version(&received[0]), "the lift overrules the takedown");
        let done = json!({ "lines": [{ "n": 1, "step": "lifted" }] });
        service.post(&format!("/v1/platform/dispatches/{}/acknowledgements", lift.id), &platform.key, &done).await.expect(200);
        let seen = service.get(&format!("/v1/complaints/{id}"), &holder).await.expect(200);
        assert_eq!(seen["listings"][0]["measure"], "lifted");

        let feed = service.get("/v1/platform/dispatches", &platform.key).await.expect(200);
        let numbers: Vec<i64> = feed["items"].as_array().unwrap().iter().map(|d| d["feed_seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2]);

        let log = service.get(&format!("/v1/complaints/{id}/log"), &holder).await.expect(200);
        let kinds: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["filed", "examined", "accepted", "triaged", "decided", "lift_decided"]);

        assert!(service.terminate(), "a graceful end");
        let audit = service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}
