//! Who may use the service: invited, suspended, with a new key; and everything that is done about it, refused or
//! not, in a log that nobody can change.

use serde_json::{Value, json};

use crate::support::database::tamper;
use crate::support::{Engine, Service, on_both_databases};

/// Acts of the house log, the newest first, without those of the test's own making: claims and filings have none.
async fn acts(service: &Service, query: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), format!("/v1/admin/house-log{query}"));
    while !next.is_empty() {
        let page = service.get(&next, &service.admin).await;
        next = page.header("link").strip_prefix('<').and_then(|l| l.split_once('>')).map_or(String::new(), |(path, _)| path.to_owned());
        all.extend(page.expect(200)["items"].as_array().unwrap().iter().cloned());
    }
    all
}

/// Role, route, status and code of an act.
fn told(act: &Value) -> (&str, &str, i64, &str) {
    let answer = &act["answer"]["event"];
    (
        act["event"]["role"].as_str().unwrap_or(""),
        act["event"]["route"].as_str().unwrap_or(""),
        answer["status"].as_i64().unwrap_or(0),
        answer["code"].as_str().unwrap_or(""),
    )
}

fn audited(service: &Service) -> (bool, Value) {
    let done = service.command().arg("audit").output().unwrap();
    (done.status.success(), serde_json::from_slice(&done.stdout).unwrap())
}

on_both_databases! {
    /// From the invitation to the last key: each step works once, is seen at once, and stands in the log.
    async fn an_account_from_invitation_to_suspension(engine: Engine) {
        let service = Service::start(engine).await;
        let invited = service.post("/v1/admin/invitations", &service.admin, &json!({ "role": "examiner", "name": "李审查" })).await;
        let at = invited.header("location");
        let invited = invited.expect(201);
        assert_eq!(service.get(&at, &service.admin).await.expect(200)["keys"], json!([]), "no key before it is accepted");
        let token = json!({ "token": invited["token"] });
        let accepted = service.post("/v1/invitation-acceptances", "", &token).await.expect(201);
        let key = accepted["key"]["key"].as_str().unwrap();
        service.get("/v1/admin/queue", key).await.expect(200);
        assert_eq!(service.post("/v1/invitation-acceptances", "", &token).await.problem(404), "not_found", "once");
        assert_eq!(service.post("/v1/invitation-acceptances", "", &json!({ "token": "fti_x" })).await.problem(404), "not_found");
        // A token is no key.
        assert_eq!(service.get("/v1/admin/queue", invited["token"].as_str().unwrap()).await.problem(401), "unauthenticated");
        let late = service.post("/v1/admin/invitations", &service.admin, &json!({ "role": "auditor", "name": "晚到" })).await.expect(201);
        service.days_pass(7);
        let too_late = service.post("/v1/invitation-acceptances", "", &json!({ "token": late["token"] })).await;
        assert_eq!(too_late.problem(404), "not_found", "seven days");

        // A new key beside the old one, which ends when it was said.
        let old = format!("{at}/keys/{}/rotation", accepted["key"]["id"].as_str().unwrap());
        assert_eq!(service.post(&old, &service.admin, &json!({ "old_ends_in_hours": 169 })).await.problem(422), "key.overlap");
        let rotated = service.post(&old, &service.admin, &json!({ "old_ends_in_hours": 1 })).await.expect(201);
        let new = rotated["key"].as_str().unwrap();
        for both in [key, new] {
            service.get("/v1/admin/queue", both).await.expect(200);
        }
        let shown = service.get(&at, &service.admin).await.expect(200);
        assert_eq!((&shown["keys"][0]["ends_at"], &shown["keys"][1]["ends_at"]), (&rotated["old_ends_at"], &Value::Null));
        service.set_time(service.now() + jiff::SignedDuration::from_hours(2));
        tokio::time::sleep(std::time::Duration::from_millis(5_300)).await;
        assert_eq!(service.get("/v1/admin/queue", key).await.problem(401), "unauthenticated");
        assert_eq!(service.post(&old, &service.admin, &json!({})).await.problem(404), "not_found", "it ended");

        // Suspended, and back.
        let suspension = format!("{at}/suspension");
        assert_eq!(service.post(&suspension, &service.admin, &json!({ "why": " " })).await.problem(422), "account.why");
        let suspended = service.post(&suspension, &service.admin, &json!({ "why": "离职" })).await.expect(201);
        assert!(suspended["suspended_at"].is_string() && suspended["suspended_why"] == "离职", "{suspended:#}");
        assert_eq!(service.get("/v1/admin/queue", new).await.problem(403), "account.suspended");
        assert_eq!(service.post(&suspension, &service.admin, &json!({ "why": "x" })).await.problem(409), "account.suspended_already");
        let back = service.delete(&suspension, &service.admin).await.expect(200);
        assert_eq!(back["suspended_at"], Value::Null);
        service.get("/v1/admin/queue", new).await.expect(200);
        let again = service.delete(&suspension, &service.admin).await;
        assert_eq!(again.problem(409), "account.not_suspended");
        // Nobody locks out who could let them in again.
        let accounts = service.get("/v1/admin/accounts", &service.admin).await.expect(200);
        let own = accounts["items"].as_array().unwrap().iter().find(|a| a["role"] == "admin").unwrap()["id"].as_str().unwrap().to_owned();
        let alone = service.post(&format!("/v1/admin/accounts/{own}/suspension"), &service.admin, &json!({ "why": "x" })).await;
        assert_eq!(alone.problem(409), "account.own");

        let all = acts(&service, "?limit=3").await;
        let of_account: Vec<_> = all.iter().filter(|a| a["event"]["path"].as_str().is_some_and(|p| p.starts_with(&suspension))).map(told).collect();
        let route = "/v1/admin/accounts/{account_id}/suspension";
        let expected = [(409, "account.not_suspended"), (200, ""), (409, "account.suspended_already"), (201, ""), (422, "account.why")];
        assert_eq!(of_account, expected.map(|(status, code)| ("admin", route, status, code)));
        let made = all.iter().find(|a| a["event"]["route"] == "/v1/admin/invitations" && a["answer"]["event"]["made"] == at.as_str());
        assert!(made.is_some(), "what was made can be found: {all:#?}");
        let kinds: Vec<&str> = all.iter().filter_map(|a| a["event"]["type"].as_str()).filter(|t| *t != "asked").collect();
        assert_eq!(kinds, ["invitation_accepted", "key_made_on_command_line"]);
        let text = serde_json::to_string(&all).unwrap();
        assert!(!text.contains("ftk_") && !text.contains("fti_") && !text.contains("李审查"), "{text}");
    }

    /// What is refused is in the log as well: for the role, for the shape, for the state, for a stale version.
    async fn refused_acts_are_in_the_log(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, examiner) = service.account("examiner", None).await;
        let (id, auditor) = service.account("auditor", None).await;
        let (_, holder) = service.account("complainant", None).await;
        for key in [&examiner, &auditor, &holder] {
            let refused = service.post("/v1/admin/accounts", key, &json!({ "role": "admin", "name": "x" })).await;
            assert_eq!(refused.problem(403), "role.not_allowed");
        }
        service.post("/v1/admin/policies", &service.admin, &json!({ "name": "x" })).await.problem(422);
        let version = service.post("/v1/admin/policies/99/activation", &service.admin, &json!({})).await;
        assert_eq!(version.problem(404), "not_found");
        // Whoever has no key leaves no entry: anybody could fill the log.
        service.post("/v1/admin/accounts", "ftk_nobody", &json!({})).await.problem(401);

        let refused = acts(&service, "?refused=true&limit=2").await;
        let expected = [
            ("admin", "/v1/admin/policies/{version}/activation", 404, "not_found"),
            ("admin", "/v1/admin/policies", 422, "body.invalid"),
            ("complainant", "/v1/admin/accounts", 403, "role.not_allowed"),
            ("auditor", "/v1/admin/accounts", 403, "role.not_allowed"),
            ("examiner", "/v1/admin/accounts", 403, "role.not_allowed"),
        ];
        assert_eq!(refused.iter().map(told).collect::<Vec<_>>(), expected);
        let of_auditor = acts(&service, &format!("?account={id}")).await;
        assert_eq!(of_auditor.iter().map(told).collect::<Vec<_>>(), [expected[3]]);
        let both = acts(&service, &format!("?refused=true&account={id}")).await;
        assert_eq!(both, of_auditor);
        // Auditors read it; examiners do not.
        service.get("/v1/admin/house-log", &auditor).await.expect(200);
        assert_eq!(service.get("/v1/admin/house-log", &examiner).await.problem(403), "role.not_allowed");
        // Reading is no act.
        assert!(acts(&service, "").await.iter().all(|a| a["event"]["method"] != "GET"));
    }

    /// Nobody changes the log; where somebody with the database in hand does it, `audit` says so.
    async fn the_house_log_is_append_only(engine: Engine) {
        let mut service = Service::start(engine).await;
        for role in ["examiner", "lead", "auditor"] {
            service.account(role, None).await;
        }
        assert!(service.terminate());
        let url = &service.database_url;
        assert!(!tamper(url, "UPDATE house_log SET status = 200") && !tamper(url, "DELETE FROM house_log"));
        if engine == Engine::Postgres {
            assert!(!tamper(url, "TRUNCATE house_log"));
        }
        let (sound, report) = audited(&service);
        // The first key on the command line; the desk's rules; an account and a key thrice; each asked and answered.
        assert!(sound && report["house"] == 15, "{report:#}");

        let disarm = match engine {
            Engine::Sqlite => "DROP TRIGGER house_log_no_update; DROP TRIGGER house_log_no_delete",
            Engine::Postgres => "ALTER TABLE house_log DISABLE TRIGGER ALL",
        };
        assert!(tamper(url, disarm));
        let wrong = |report: &Value| report["problems"].as_array().unwrap().iter().map(|p| p["of"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(tamper(url, "DELETE FROM house_log WHERE n = 15"));
        let (sound, report) = audited(&service);
        assert_eq!((sound, wrong(&report)), (false, vec!["house log 14".to_owned(), "seal 1".to_owned()]), "a removed tail");
        assert!(tamper(url, "UPDATE house_log SET body = replace(body, '201', '403') WHERE n = 5"));
        let (_, report) = audited(&service);
        assert_eq!(wrong(&report)[..2], ["house log 5", "house log 5"], "a changed answer, and its place in the list: {report:#}");
        assert!(tamper(url, "DELETE FROM house_log WHERE n = 2"));
        let (_, report) = audited(&service);
        assert!(wrong(&report).contains(&"house log 3".to_owned()), "{report:#}");
    }

    /// An act is in the log before it is done: a process that dies in between leaves an act without an answer.
    async fn an_act_is_written_before_it_is_done(engine: Engine) {
        let service = Service::start(engine).await;
        // The answer cannot be written: the end of the log is out of its place.
        let block = match engine {
            Engine::Sqlite => "CREATE TRIGGER full BEFORE INSERT ON house_log WHEN NEW.kind = 'answered' BEGIN SELECT RAISE(ABORT, 'x'); END",
            Engine::Postgres => "ALTER TABLE house_log ADD CONSTRAINT full_log CHECK (kind <> 'answered') NOT VALID",
        };
        assert!(tamper(&service.database_url, block));
        let made = service.post("/v1/admin/accounts", &service.admin, &json!({ "role": "lead", "name": "x" })).await.expect(201);
        let last = acts(&service, "").await[0].clone();
        assert_eq!((told(&last).1, &last["answer"]), ("/v1/admin/accounts", &Value::Null));
        service.get(&format!("/v1/admin/accounts/{}", made["id"].as_str().unwrap()), &service.admin).await.expect(200);
        // Nor can the act: then it is not done.
        let block = match engine {
            Engine::Sqlite => "CREATE TRIGGER fuller BEFORE INSERT ON house_log BEGIN SELECT RAISE(ABORT, 'x'); END",
            Engine::Postgres => "ALTER TABLE house_log ADD CONSTRAINT fuller_log CHECK (n < 0) NOT VALID",
        };
        let before = service.get("/v1/admin/accounts", &service.admin).await.expect(200);
        assert!(tamper(&service.database_url, block));
        let refused = service.post("/v1/admin/accounts", &service.admin, &json!({ "role": "lead", "name": "y" })).await;
        assert!(refused.status >= 500, "{:#}", refused.body);
        assert_eq!(service.get("/v1/admin/accounts", &service.admin).await.expect(200), before);
    }

    /// The lists of the house hold together over pages.
    async fn lists_of_the_house_have_pages(engine: Engine) {
        let service = Service::start(engine).await;
        let policy = service.get("/v1/admin/policies/0", &service.admin).await.expect(200)["policy"].clone();
        for _ in 0..3 {
            service.account("examiner", None).await;
            service.post("/v1/admin/policies", &service.admin, &policy).await.expect(201);
        }
        for (path, by, all) in [
            ("/v1/admin/accounts", "id", 4),
            ("/v1/admin/policies", "version", 4),
        ] {
            let whole = service.get(path, &service.admin).await.expect(200);
            assert_eq!((whole["items"].as_array().unwrap().len(), &whole["next_cursor"]), (all, &Value::Null), "{path}");
            for limit in 1..=all {
                let (mut found, mut next) = (Vec::new(), format!("{path}?limit={limit}"));
                while !next.is_empty() {
                    let page = service.get(&next, &service.admin).await;
                    next = page.header("link").strip_prefix('<').and_then(|l| l.split_once('>')).map_or(String::new(), |(p, _)| p.to_owned());
                    found.extend(page.expect(200)["items"].as_array().unwrap().iter().map(|i| i[by].clone()));
                }
                let expected: Vec<Value> = whole["items"].as_array().unwrap().iter().map(|i| i[by].clone()).collect();
                assert_eq!(found, expected, "{path} by {limit}");
            }
            assert_eq!(service.get(&format!("{path}?limit=0"), &service.admin).await.problem(422), "list.limit", "{path}");
            assert_eq!(service.get(&format!("{path}?cursor=x"), &service.admin).await.problem(422), "list.cursor", "{path}");
        }
        assert_eq!(service.get("/v1/admin/policies/4", &service.admin).await.problem(404), "not_found");
        assert_eq!(service.get("/v1/admin/policies/3", &service.admin).await.expect(200)["version"], 3);
    }
}
