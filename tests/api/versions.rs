//! Versions, by one rule: walked over the contract, and what it is for.

use serde_json::{Value, json};

use crate::support::cast::Cast;
use crate::support::contract::conditions;
use crate::support::notices::{Deposited, LAMP, deposit_right};
use crate::support::service::Answer;
use crate::support::{Engine, Service, on_both_databases};

/// Writes of the admin API that ask for no tag, each with its reason: all of them only add.
const ONLY_ADD: &[(&str, &str, &str)] = &[
    ("POST", "/v1/admin/queue/claims", "takes what nobody has: which, nobody saw before"),
    ("POST", "/v1/admin/complaints/{complaint_id}/claim", "takes what nobody has, or keeps the own longer; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/notes", "a note more; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/reminders", "a reminder more; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/conduct-flags", "a flag more; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/seller-notification", "what happened outside; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/statements/{statement_id}/arrival", "what happened outside; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/authority-acts", "what a court or an authority did, whatever stands here; heeds a tag"),
    ("POST", "/v1/admin/complaints/{complaint_id}/recusal", "steps back, whatever became of it; heeds a tag"),
    ("POST", "/v1/admin/mails/{mail_id}/bounce", "what happened outside"),
    ("POST", "/v1/admin/bulk-decisions", "a preview: nothing happens yet"),
    ("POST", "/v1/admin/policies", "a version more"),
    ("POST", "/v1/admin/policies/{version}/simulations", "a simulation more"),
    ("POST", "/v1/admin/accounts", "an account more"),
    ("POST", "/v1/admin/invitations", "an account more"),
    ("POST", "/v1/admin/accounts/{account_id}/keys", "a key more"),
    ("POST", "/v1/admin/platforms", "a platform more"),
    ("POST", "/v1/admin/platforms/{platform_code}/endpoints", "an endpoint more"),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/test", "a message more"),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/redeliveries", "attempts more"),
    ("POST", "/v1/admin/dispatches/{dispatch_id}/redelivery", "attempts more"),
];

/// An id of nothing.
const NOBODYS: &str = "01890000-0000-7000-8000-000000000000";

/// One of each thing that is changed.
struct Things {
    cast: Cast,
    lead: String,
    slots: Vec<(&'static str, String)>,
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

impl Things {
    async fn make(engine: Engine) -> Self {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let service = &cast.service;
        let (_, lead) = service.account("lead", None).await;
        let (complaint, takedown) = cast.taken_down("100000000001").await;
        let seller = cast.seller(&takedown, false).await;
        let statement = service.post("/v1/seller/statements", &seller, &cast.statement(&seller, "prior_use").await).await.expect(201);
        let at = |act: &str| format!("/v1/admin/complaints/{complaint}/{act}");
        let shown = service.get(&format!("/v1/admin/complaints/{complaint}"), &lead).await.expect(200);
        let flag = json!({ "against": "complainant", "factor": "known_unstable", "text": "x", "complaints": [shown["reference"]] });
        let flag = service.post(&at("conduct-flags"), &cast.examiner, &flag).await.expect(201);
        let reminder = json!({ "on": service.today().to_string(), "text": "x" });
        let reminder = service.post(&at("reminders"), &cast.examiner, &reminder).await.expect(201);
        let bulk = json!({ "view": {}, "determination": "undetermined", "reasons": ["evidence_insufficient"] });
        let bulk = service.post("/v1/admin/bulk-decisions", &cast.examiner, &bulk).await.expect(201);
        let simulation = service.post("/v1/admin/policies/0/simulations", &lead, &json!({})).await.expect(201);
        let policy = service.get("/v1/admin/policies/0", &lead).await.expect(200)["policy"].clone();
        let policy = service.post("/v1/admin/policies", &lead, &policy).await.expect(201);
        let (account, _) = service.account("auditor", None).await;
        let key = service.post(&format!("/v1/admin/accounts/{account}/keys"), &service.admin, &json!({})).await.expect(201);
        let right = deposit_right(service, &cast.holder, (&LAMP, &Deposited::of(service, &cast.holder, &LAMP).await)).await;
        let reports = service.get(&format!("/v1/admin/patents/{}/reports", LAMP.number), &lead).await.expect(200);
        let slots = vec![
            ("complaint_id", complaint.clone()),
            ("statement_id", statement["statement"].as_str().unwrap().to_owned()),
            ("review_id", NOBODYS.to_owned()),
            ("referral_id", NOBODYS.to_owned()),
            ("flag_id", id(&flag)),
            ("reminder_id", id(&reminder)),
            ("bulk_id", id(&bulk)),
            ("simulation_id", id(&simulation)),
            ("version", policy["version"].to_string()),
            ("basis", "verified_notice".to_owned()),
            ("account_id", account),
            ("key_id", id(&key)),
            ("right_id", right),
            ("sha256", reports["items"][0]["sha256"].as_str().unwrap().to_owned()),
            ("patent_number", LAMP.number.to_owned()),
            ("year", "2027".to_owned()),
            ("endpoint_id", cast.platform.endpoint.clone()),
            ("platform_code", "ali".to_owned()),
        ];
        Things { cast, lead, slots }
    }

    fn path(&self, template: &str) -> String {
        self.slots.iter().fold(template.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
    }

    /// Who may, and a body that is whole.
    async fn request(&self, method: &str, path: &str) -> (String, Value) {
        let service = &self.cast.service;
        let seen = async |path: &str| service.get(path, &self.lead).await.body;
        let day = service.today().to_string();
        let (of_admin, of_lead, of_examiner) = (service.admin.clone(), self.lead.clone(), self.cast.examiner.clone());
        let act = path.trim_start_matches("/v1/admin/complaints/{complaint_id}/");
        let body = match act {
            "assignment" => json!({ "examiner": NOBODYS }),
            "decision" => json!({ "lines": [{ "line": 1, "determination": "undetermined", "reasons": ["evidence_insufficient"] }] }),
            "lift" => json!({ "lines": [1], "reason": "settled" }),
            "track" => json!({ "to": "complex" }),
            "authenticity" => json!({ "level": "C", "evidence": "x" }),
            "report-reading" => json!({ "title": { "value": "x", "page": 1 } }),
            "reconsideration" => json!({ "text": "x" }),
            "supplement-request" => {
                json!({ "missing": [{ "code": "x", "message": "x", "message_zh": "x", "cure": "x", "cure_zh": "x", "law": "x" }] })
            }
            "hearing-extension" => json!({ "reason": "x" }),
            "suspension" => json!({ "why": "other", "text": "x" }),
            "statements/{statement_id}/check" => json!({ "outcome": "whole" }),
            "reviews/{review_id}/decision" => {
                json!({ "lines": [{ "line": 1, "determination": "undetermined", "reasons": ["evidence_insufficient"] }], "text": "x" })
            }
            "referrals" => json!({ "to": "court", "body": "x", "reason": "x", "case_file_sha256": "0".repeat(64) }),
            "referrals/{referral_id}/outcome" => json!({ "outcome": "declined", "ended_on": day }),
            "erasure" => return (of_admin, json!({ "who": "sellers", "reason": "x" })),
            "/v1/admin/four-eyes" => return (of_lead, json!({ "sellers_max": 5, "sales": [] })),
            "/v1/admin/reasons" => return (of_lead, json!({ "reasons": seen("/v1/admin/reasons").await["reasons"] })),
            "/v1/admin/publication" => return (of_admin, json!({ "endings": [], "decided_from": day, "statistics": true })),
            "/v1/admin/platforms/{platform_code}/rule" => return (of_admin, json!({ "report": null })),
            "/v1/platform/rule" => return (self.cast.platform.key.clone(), json!({ "report": null })),
            "/v1/admin/calendar/{year}" => return (of_admin, json!({ "source": "x", "days": [] })),
            "/v1/admin/patents/{patent_number}" => {
                let mut entry = crate::support::notices::register(&LAMP);
                entry["as_of"] = day.into();
                entry["source"] = "另一份登记簿副本".into();
                entry
            }
            "/v1/admin/reports/{sha256}/revocation" => {
                json!({ "reason": "not_issued", "document": self.cast.file(&of_examiner, "x").await, "text": "x" })
            }
            "/v1/admin/rights/{right_id}/verification" => json!({ "part": "identity", "result": "verified", "evidence": "x" }),
            "/v1/admin/conduct-flags/{flag_id}/withdrawal" => json!({ "text": "x" }),
            "/v1/admin/policies/{version}/activation" | "/v1/admin/simulations/{simulation_id}/stop" => return (of_lead, json!({})),
            p if p.starts_with("/v1/admin/automation/") => return (of_lead, json!({ "why": "x" })),
            "/v1/admin/accounts/{account_id}/suspension" => return (of_admin, json!({ "why": "x" })),
            p if p.starts_with("/v1/admin/accounts/") => return (of_admin, json!({})),
            p if p.contains("/endpoints/{endpoint_id}") => {
                let own = p.starts_with("/v1/platform/");
                let body = match p.rsplit('/').next().unwrap() {
                    "pause" => json!({ "why": "x" }),
                    "{endpoint_id}" => json!({ "url": self.cast.platform.url(), "event_types": [] }),
                    _ => json!({}),
                };
                return (if own { self.cast.platform.key.clone() } else { of_admin }, body);
            }
            _ => json!({}),
        };
        assert!(method != "PUT" || body != json!({}), "{method} {path} has no body here");
        (of_examiner, body)
    }

    async fn send(&self, (method, path): (&str, &str), (key, body): &(String, Value), tag: Option<&str>) -> Answer {
        let request = self.cast.service.request(method, &self.path(path), key);
        let request = if method == "DELETE" { request } else { request.json(body) };
        self.cast.service.send(tag.into_iter().fold(request, |r, tag| r.header("if-match", tag))).await
    }
}

on_both_databases! {
    /// Every write that asks for a tag is refused without one and with another than that of now, and says which that
    /// is; with it, it is not refused for that. Every other write of the admin API has its reason above.
    async fn every_write_names_what_it_saw(engine: Engine) {
        let things = Things::make(engine).await;
        let is_admin_write = |method: &str, path: &str| method != "GET" && path.starts_with("/v1/admin/");
        let free: Vec<(String, &str)> =
            conditions().into_iter().filter(|(m, p, asked)| is_admin_write(m, p) && *asked != Some(true)).map(|(m, p, _)| (m, p)).collect();
        let listed: Vec<(String, &str)> = ONLY_ADD.iter().map(|(m, p, _)| ((*m).to_owned(), *p)).collect();
        for one in &free {
            assert!(listed.contains(one), "{} {} asks for no tag, and has no reason here", one.0, one.1);
        }
        assert_eq!(free.len(), listed.len(), "a reason for what asks for a tag, or is none");
        for (method, path, asked) in conditions() {
            let heeds = ONLY_ADD.iter().any(|(m, p, why)| *m == method && *p == path && why.ends_with("heeds a tag"));
            assert_eq!(heeds, asked == Some(false), "{method} {path}: what it heeds is declared");
        }

        let asking: Vec<(String, &str)> =
            conditions().into_iter().filter(|(_, _, asked)| *asked == Some(true)).map(|(m, p, _)| (m, p)).collect();
        assert!(asking.len() > 40, "{}", asking.len());
        for (method, path) in &asking {
            let (route, asked) = ((method.as_str(), *path), things.request(method, path).await);
            assert_eq!(things.send(route, &asked, None).await.problem(428), "if_match.missing", "{method} {path}");
            let mut now = String::new();
            for wrong in ["\"v777777\"", "*", "W/\"v1\"", "\"v1\", \"v2\"", "v1"] {
                let answer = things.send(route, &asked, Some(wrong)).await;
                now = answer.header("etag");
                assert_eq!(answer.body["etag"], now.as_str(), "{method} {path}: {:#}", answer.body);
                let code = answer.problem(412);
                assert!(["complaint.changed", "if_match.stale"].contains(&code.as_str()), "{method} {path} with {wrong}: {code}");
            }
            let mut answer = things.send(route, &asked, Some(&now)).await;
            // What the service does by itself may come between.
            while answer.status == 412 && answer.header("etag") != now {
                now = answer.header("etag");
                answer = things.send(route, &asked, Some(&now)).await;
            }
            assert!(![412, 428].contains(&answer.status), "{method} {path}: {:#}", answer.body);
        }
        for (method, path, _) in ONLY_ADD.iter().filter(|(.., why)| why.ends_with("heeds a tag")) {
            let body = match path.rsplit('/').next().unwrap() {
                "notes" => json!({ "text": "x" }),
                "reminders" => json!({ "on": things.cast.service.today().to_string(), "text": "x" }),
                "conduct-flags" => json!({ "against": "complainant", "factor": "known_unstable", "text": "x", "complaints": ["0000000000"] }),
                _ => continue,
            };
            let answer = things.send((*method, *path), &(things.cast.examiner.clone(), body), Some("\"v777777\"")).await;
            assert_eq!(answer.problem(412), "complaint.changed", "{method} {path}");
        }
        things.cast.ends_sound().await;
    }

    /// Four people press at one moment, each having seen the same: one of them is heard, whatever the write is.
    async fn of_four_at_one_moment_one_is_heard(engine: Engine) {
        let things = Things::make(engine).await;
        let mut heard = Vec::new();
        for (method, path) in conditions().into_iter().filter(|(_, _, asked)| *asked == Some(true)).map(|(m, p, _)| (m, p)) {
            let (route, asked) = ((method.as_str(), path), things.request(&method, path).await);
            if route == ("DELETE", "/v1/admin/complaints/{complaint_id}/claim") {
                // To end what is not there is no change.
                things.cast.service.post(&things.path(path), &asked.0, &json!({})).await.expect(201);
            }
            let tag = things.send(route, &asked, Some("\"v777777\"")).await.header("etag");
            let all = (0..4).map(|_| things.send(route, &asked, Some(&tag)));
            let statuses: Vec<u16> = futures_util::future::join_all(all).await.into_iter().map(|a| a.status).collect();
            let done = statuses.iter().filter(|s| **s < 300).count();
            assert!(done <= 1 && statuses.iter().all(|s| *s < 500), "{method} {path}: {statuses:?}");
            if done == 1 {
                heard.push(format!("{method} {path}"));
            }
        }
        assert!(heard.len() > 28, "{} {heard:#?}", heard.len());
        things.cast.ends_sound().await;
    }

    /// What it is for: of two who saw the same, one changes it, and the other is told and loses nothing of the first.
    async fn of_two_who_saw_the_same_one_is_told(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let service = &cast.service;
        let (lead_id, lead) = service.account("lead", None).await;
        let (second_id, second) = service.account("lead", None).await;
        // Both assign what both saw with nobody.
        let filed = cast.files(&LAMP, &["100000000001"]).await;
        let path = format!("/v1/admin/complaints/{}", id(&filed));
        let claim = format!("{path}/claim");
        let free = service.get(&claim, &lead).await;
        assert_eq!((free.header("etag"), &free.expect(200)["claim"]), ("\"v0\"".to_owned(), &Value::Null));
        let assign = async |key: &str, to: &str, tag: &str| {
            let request = service.request("POST", &format!("{path}/assignment"), key).header("if-match", tag);
            service.send(request.json(&json!({ "examiner": to }))).await
        };
        let given = assign(&lead, &lead_id, "\"v0\"").await;
        let tag = given.header("etag");
        assert_eq!(tag, format!("\"v{}\"", given.expect(201)["version"]));
        let late = assign(&second, &second_id, "\"v0\"").await;
        assert_eq!((late.header("etag"), late.problem(412)), (tag.clone(), "if_match.stale".to_owned()));
        assert_eq!(service.get(&claim, &second).await.expect(200)["claim"]["examiner"], lead_id.as_str());
        assign(&second, &second_id, &tag).await.expect(201);
        // At the same moment, too.
        both_put(service, (&lead, &second), ("/v1/admin/four-eyes", &json!({ "sellers_max": 3, "sales": [] }))).await;
        let mut entry = crate::support::notices::register(&LAMP);
        entry["as_of"] = service.today().to_string().into();
        entry["source"] = "另一份登记簿副本".into();
        both_put(service, (&lead, &second), (&format!("/v1/admin/patents/{}", LAMP.number), &entry)).await;
        cast.ends_sound().await;
    }
}

async fn both_put(service: &Service, (one, other): (&str, &str), (path, body): (&str, &Value)) {
    let tag = service.get(path, one).await.header("etag");
    let put = |key: &str| service.send(service.request("PUT", path, key).header("if-match", &tag).json(body));
    let (a, b) = tokio::join!(put(one), put(other));
    let mut codes = [a.status, b.status];
    codes.sort_unstable();
    assert_eq!(codes, [200, 412], "{path}: {:#} {:#}", a.body, b.body);
}
