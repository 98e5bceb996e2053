//! Referrals: a complaint waits while somebody else mediates, arbitrates, adjudicates or judges, and goes on when
//! it comes back; a lead to who enforces is waited for by nobody, and told to nobody.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

/// The SHA-256 of a case file of the complaint as it is now.
async fn case_file(cast: &Cast, id: &str) -> String {
    let file = cast.service.get(&format!("/v1/admin/complaints/{id}/case-file"), &cast.examiner).await;
    assert_eq!(file.status, 200);
    hex::encode(Sha256::digest(&file.bytes))
}

fn form(to: &str, case_file: &str) -> Value {
    json!({ "to": to, "body": "宁波市知识产权纠纷人民调解委员会", "reason": "双方均有意愿", "case_file_sha256": case_file })
}

async fn house(cast: &Cast, id: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200)
}

fn letters(shown: &Value, kind: &str) -> Vec<String> {
    let all = shown["mails"].as_array().unwrap().iter().filter(|m| m["kind"] == kind);
    all.map(|m| m["side"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    /// What is not decided waits until the last referral is back, and its clock stands still.
    async fn a_complaint_waits_for_its_referrals(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000001"]).await;
        let id = filed["id"].as_str().unwrap().to_owned();
        let refused = cast.judge(&cast.examiner, &id, ("referrals", &form("mediation", &"0".repeat(64)))).await;
        assert_eq!(refused.problem(422), "referral.case_file", "only a case file that was handed out");
        let sha256 = case_file(&cast, &id).await;
        let refused = cast.judge(&cast.examiner, &id, ("referrals", &form("arbitration", &sha256))).await;
        assert_eq!(refused.problem(422), "referral.agreement");
        let mut nameless = form("mediation", &sha256);
        nameless["body"] = " ".into();
        assert_eq!(cast.judge(&cast.examiner, &id, ("referrals", &nameless)).await.problem(422), "referral.incomplete");

        let referred = cast.judge(&cast.examiner, &id, ("referrals", &form("mediation", &sha256))).await.expect(201);
        assert_eq!((&referred["state"], &referred["why"]), (&"suspended".into(), &"referred".into()), "{referred:#}");
        let again = cast.judge(&cast.examiner, &id, ("referrals", &form("mediation", &sha256))).await;
        assert_eq!(again.problem(409), "complaint.not_possible", "it is there already");
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        let early = cast.judge(&cast.examiner, &id, ("decision", &decision)).await;
        assert_eq!(early.problem(409), "complaint.not_possible", "nothing is decided meanwhile");
        let mut arbitration = form("arbitration", &sha256);
        arbitration["agreement"] = cast.file(&cast.examiner, "arbitration agreement").await.into();
        let referred = cast.judge(&cast.examiner, &id, ("referrals", &arbitration)).await.expect(201);
        let ids: Vec<String> = referred["referrals"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 2);

        let own = cast.shown(&id).await;
        assert_eq!((&own["referrals"][0]["to"], &own["referrals"][0]["outcome"]), (&"mediation".into(), &Value::Null));
        assert_eq!(letters(&own, "referred").len(), 2);
        let papers = cast.service.get(&format!("/v1/complaints/{id}/documents"), &cast.holder).await.expect(200);
        let kinds: Vec<&str> = papers["items"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["acceptance", "referral", "referral"]);

        cast.service.days_pass(10);
        let today = cast.service.today().to_string();
        let outcome = |n: usize| format!("referrals/{}/outcome", ids[n]);
        let declined = json!({ "outcome": "declined", "ended_on": today });
        let ended = cast.judge(&cast.examiner, &id, (&outcome(1), &declined)).await.expect(201);
        assert_eq!(ended["state"], "suspended", "mediation is still on");
        assert_eq!(cast.judge(&cast.examiner, &id, (&outcome(1), &declined)).await.problem(409), "complaint.not_possible", "once");
        let failed = json!({ "outcome": "failed", "ended_on": today, "document": cast.file(&cast.examiner, "minutes").await });
        let ended = cast.judge(&cast.examiner, &id, (&outcome(0), &failed)).await.expect(201);
        assert_eq!((&ended["state"], &ended["referrals"][0]["outcome"]), (&"accepted".into(), &"failed".into()), "{ended:#}");
        assert!(ended["due_on"].as_str() > filed["due_on"].as_str(), "the clock stood still: {} {}", filed["due_on"], ended["due_on"]);
        assert_eq!(letters(&cast.shown(&id).await, "referral_ended").len(), 2);
        cast.judge(&cast.examiner, &id, ("decision", &decision)).await.expect(201);
        cast.ends_sound().await;
    }

    /// Both sides are told of a referral of what is decided, and the measure stays; of a lead nobody is told.
    async fn both_sides_are_told_and_nobody_of_a_lead(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000002").await;
        let seller = cast.seller(&takedown, true).await;
        let statement = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &statement).await.expect(201);
        let sha256 = case_file(&cast, &id).await;
        let before = house(&cast, &id).await;
        let lead = cast.judge(&cast.examiner, &id, ("referrals", &form("enforcement_lead", &sha256))).await.expect(201);
        assert_eq!((&lead["state"], &lead["referrals"][0]["to"]), (&before["state"], &"enforcement_lead".into()));
        assert_eq!(lead["mails"].as_array().unwrap().len(), before["mails"].as_array().unwrap().len(), "nobody is told");
        assert_eq!(cast.shown(&id).await.get("referrals"), None);

        let referred = cast.judge(&cast.examiner, &id, ("referrals", &form("court", &sha256))).await.expect(201);
        assert_eq!((&referred["state"], &referred["listings"][0]["measure"]), (&"decided".into(), &"in_force".into()));
        let mut told = letters(&referred, "referred");
        told.sort();
        assert_eq!(told, ["complainant", "seller"]);
        let papers = cast.service.get("/v1/seller/documents", &seller).await.expect(200);
        let kinds: Vec<&str> = papers["items"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["opinion", "referral"]);
        let court = referred["referrals"][1]["id"].as_str().unwrap();
        let decided = json!({ "outcome": "decided", "ended_on": "2026-11-02", "text": "判决见所附文书" });
        let ended = cast.judge(&cast.examiner, &id, (&format!("referrals/{court}/outcome"), &decided)).await.expect(201);
        assert_eq!(ended["listings"][0]["measure"], "in_force", "an outcome moves no measure by itself");
        let early = json!({ "outcome": "decided", "ended_on": "2026-11-03" });
        let lead = lead["referrals"][0]["id"].as_str().unwrap();
        let refused = cast.judge(&cast.examiner, &id, (&format!("referrals/{lead}/outcome"), &early)).await;
        assert_eq!(refused.problem(422), "referral.in_the_future");
        cast.ends_sound().await;
    }
}
