//! Rights: deposited once, verified once, named by complaints ever after.

use serde_json::{Value, json};

use crate::register::{Scene, finding};
use crate::support::database::tamper;
use crate::support::notices::{Deposited, LAMP, SHELF, deposit_right, notice, notice_by, register, right_form, verify_part};
use crate::support::{Engine, on_both_databases};

async fn facts(at: &Scene, complaint: &Value) -> (Value, Value) {
    let path = format!("/v1/admin/complaints/{}", complaint["id"].as_str().unwrap());
    let shown = at.service.get(&path, &at.examiner).await.expect(200);
    (shown["facts"].clone(), shown)
}

on_both_databases! {
    /// A complaint that names a right says nothing of what the right says, and triage sees who verified it.
    async fn what_is_proven_once_is_not_said_again(engine: Engine) {
        let at = Scene::open(engine).await;
        let (one_id, one) = at.service.account("examiner", None).await;
        let (_, two) = at.service.account("examiner", None).await;
        at.put(&LAMP, json!({})).await;
        let files = Deposited::of(&at.service, &at.holder, &LAMP).await;
        let right = deposit_right(&at.service, &at.holder, (&LAMP, &files)).await;
        assert_eq!(deposit_right(&at.service, &at.holder, (&LAMP, &files)).await, right, "the same again is the same right");
        let list = at.service.get("/v1/rights", &at.holder).await.expect(200);
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["state"]), (1, &"deposited".into()));
        let waiting = at.service.get("/v1/admin/rights?state=deposited", &one).await.expect(200);
        assert_eq!(waiting["items"][0]["id"], right.as_str());

        let by = async |item: &str| at.service.file(&at.holder, (item, &notice_by(&right, (&LAMP, &files), &[item]))).await.expect(201);
        let before = by("100000000001").await;
        assert_eq!((&before["state"], &before["missing"]), (&"accepted".into(), &json!([])), "documents, people and report are the right's");
        assert_eq!(facts(&at, &before).await.0.get("standing.proven"), None, "nobody looked");

        for part in ["identity", "standing", "documents"] {
            verify_part(&at.service, &one, (&right, part)).await;
        }
        verify_part(&at.service, &one, (&right, "report")).await;
        let path = format!("/v1/admin/rights/{right}/verification");
        let again = json!({ "part": "report", "result": "verified", "evidence": "同一人再次核对" });
        assert_eq!(at.service.post(&path, &one, &again).await.problem(422), "authenticity.second_person");
        let seen = at.service.get(&format!("/v1/rights/{right}"), &at.holder).await.expect(200);
        assert_eq!((&seen["state"], &seen["report_level"]), (&"verified".into(), &Value::Null), "one person is not two");
        let verified = verify_part(&at.service, &two, (&right, "report")).await;
        assert_eq!(verified["report_level"], "B");
        assert_eq!(verified["complainant"]["id_number"], "91330200MA2AAAAA1X", "an examiner sees who it is");
        assert!(verified["documents"].as_array().unwrap().iter().any(|d| d["kind"] == "identity" && d["audience"] == json!(["examiner", "complainant"])));

        let after = by("100000000002").await;
        assert_eq!((&after["overall"], &after["track"]), (&"usable".into(), &"simple".into()), "{after:#}");
        let (known, shown) = facts(&at, &after).await;
        for fact in ["identity.proven", "standing.proven", "documents.verified"] {
            assert_eq!(known[fact], true, "{fact}");
            assert_eq!(shown["sources"][fact]["examiner"], one_id.as_str());
        }
        assert_eq!(shown["complainant"]["person"]["name"], LAMP.holder, "the complaint has its people");
        let log = at.service.get(&format!("/v1/complaints/{}/log", after["id"].as_str().unwrap()), &at.holder).await.expect(200);
        for personal in ["91330200MA2AAAAA1X", "13800138000", "海曙区", one_id.as_str()] {
            assert!(!log.to_string().contains(personal), "{personal} is in the log");
        }
        assert_eq!(shown["log"][0]["body"]["right"], right.as_str());

        let mut entry = register(&LAMP);
        entry["holder"] = "宁波新主人有限公司".into();
        at.service.put(&format!("/v1/admin/patents/{}", LAMP.number), &one, &entry).await.expect(200);
        let late = by("100000000003").await;
        assert_eq!(facts(&at, &late).await.0.get("standing.proven"), None, "another holder was not verified");
        assert_eq!(finding(&late, "report.identity")["code"], "register.holder_differs");
    }

    /// What is wrong with a right, or with naming it, is said; what was refused cannot be named.
    async fn a_right_that_does_not_hold_is_not_taken(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, other) = at.service.account("complainant", None).await;
        let files = Deposited::of(&at.service, &at.holder, &LAMP).await;
        let mut wrong = right_form(&LAMP, &files);
        wrong["patent"]["number"] = "ZL202330271846.8".into();
        wrong["documents"][0]["file"] = "nothing".into();
        wrong["documents"][1]["from"] = "2026-02-01".into();
        wrong["documents"][1]["until"] = "2026-01-01".into();
        let said = at.service.post("/v1/rights", &at.holder, &wrong).await.expect(422);
        let codes: Vec<&str> = said["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["patent.check_digit", "document.period", "file.not_found"]);

        let right = deposit_right(&at.service, &at.holder, (&LAMP, &files)).await;
        assert_eq!(at.service.get(&format!("/v1/rights/{right}"), &other).await.problem(404), "not_found");
        let by = notice_by(&right, (&LAMP, &files), &["100000000001"]);
        let stolen = at.service.file(&other, ("r-1", &by)).await.expect(422);
        assert_eq!(stolen["problems"][0]["code"], "right.not_found");
        let mut twice = by.clone();
        twice["capacity"] = "patentee".into();
        let twice = at.service.file(&at.holder, ("r-2", &twice)).await.expect(422);
        assert_eq!((&twice["problems"][0]["pointer"], &twice["problems"][0]["code"]), (&"/capacity".into(), &"right.says_this".into()));
        let mut neither = by.clone();
        neither.as_object_mut().unwrap().remove("right");
        let neither = at.service.file(&at.holder, ("r-3", &neither)).await.expect(422);
        let missing: Vec<&str> = neither["problems"].as_array().unwrap().iter().map(|p| p["pointer"].as_str().unwrap()).collect();
        assert_eq!(missing, ["/patent", "/capacity", "/complainant"]);

        let path = format!("/v1/admin/rights/{right}/verification");
        let refused = json!({ "part": "standing", "result": "refused", "evidence": "登记簿载明其他权利人" });
        assert_eq!(at.service.post(&path, &at.examiner, &refused).await.problem(422), "verification.no_reason");
        let mut refused = refused;
        refused["reasons"] = json!(["name_differs"]);
        at.service.post(&path, &at.examiner, &refused).await.expect(201);
        let seen = at.service.get(&format!("/v1/rights/{right}"), &at.holder).await.expect(200);
        assert_eq!((&seen["state"], &seen["parts"]["standing"]["reasons"]), (&"refused".into(), &json!(["name_differs"])));
        let named = at.service.file(&at.holder, ("r-4", &by)).await.expect(422);
        assert_eq!(named["problems"][0]["code"], "right.refused");
    }

    /// A power of attorney that runs out is a fact, puts the complaint on the complex track and stops automation.
    async fn a_power_of_attorney_ends(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, two) = at.service.account("examiner", None).await;
        let (_, agent) = at.service.account("agent", None).await;
        at.put(&SHELF, json!({})).await;
        let files = Deposited::of(&at.service, &agent, &SHELF).await;
        let power = at.service.deposit_bytes(&agent, b"%PDF-1.4 power".to_vec()).await;
        let until = at.service.today().checked_add(jiff::Span::new().days(10)).unwrap().to_string();
        let mut form = right_form(&SHELF, &files);
        form["agent"] = form["complainant"].clone();
        form["agent"]["name"] = "某某代理有限公司".into();
        form["documents"].as_array_mut().unwrap().push(json!({
            "kind": "power_of_attorney", "file": power, "from": "2026-01-01", "until": until, "scope": "投诉", "sub_delegation": false,
            "captured_at": "2026-11-01T08:00:00Z",
        }));
        let right = at.service.post("/v1/rights", &agent, &form).await.expect(201);
        assert_eq!((&right["authority_until"], &right["has_agent"]), (&until.as_str().into(), &true.into()));
        let right = right["id"].as_str().unwrap();
        for part in ["identity", "standing", "documents", "report"] {
            verify_part(&at.service, &at.examiner, (right, part)).await;
        }
        verify_part(&at.service, &two, (right, "report")).await;
        let mut policy = at.service.get("/v1/admin/policies/0", &at.service.admin).await.expect(200)["policy"].clone();
        policy["automation"] = json!({ "verified_notice": true, "prior_determination": false });
        policy["criteria"].as_array_mut().unwrap().retain(|c| c["code"] != "authority.expired");
        let stored = at.service.post("/v1/admin/policies", &at.service.admin, &policy).await.expect(201);
        at.service.post(&format!("/v1/admin/policies/{}/activation", stored["version"]), &at.service.admin, &json!({})).await.expect(201);
        let by = async |item: &str| at.service.file(&agent, (item, &notice_by(right, (&SHELF, &files), &[item]))).await.expect(201);
        let in_time = by("100000000001").await;
        assert_eq!((&in_time["state"], &in_time["listings"][0]["by"]), (&"decided".into(), &"automatic".into()), "{in_time:#}");
        let mut licensee = notice(&LAMP, &Deposited::of(&at.service, &at.holder, &LAMP).await, &["100000000003"]);
        licensee["capacity"] = "exclusive_licensee".into();
        let licence = at.service.deposit_bytes(&at.holder, b"%PDF-1.4 licence".to_vec()).await;
        let over = json!({ "kind": "licence", "file": licence, "until": "2026-01-01", "licence_kind": "exclusive", "territory": "中国" });
        licensee["documents"].as_array_mut().unwrap().push(over);
        let filed = at.service.file(&at.holder, ("licensee", &licensee)).await.expect(201);
        assert_eq!(facts(&at, &filed).await.0["authority.expired"], true);
        at.service.days_pass(11);
        at.put(&SHELF, json!({ "as_of": at.service.today().to_string() })).await;
        let late = by("100000000002").await;
        assert_eq!((&late["state"], &late["missing"][0]["code"]), (&"awaiting_supplement".into(), &"document.power_of_attorney".into()), "{late:#}");
        assert!(at.platform.received().len() <= 1, "nothing leaves on a power of attorney that is over");
    }

    /// A power of attorney or a licence that ends while a complaint is open is looked at again; under a measure
    /// the licence is, for a measure stands on a right, and what an agent did stays done.
    async fn authority_ends_under_a_complaint(engine: Engine) {
        let at = Scene::open(engine).await;
        let (_, agent) = at.service.account("agent", None).await;
        for right in [&SHELF, &LAMP] {
            at.put(right, json!({})).await;
        }
        let day = |days: i64| at.service.today().checked_add(jiff::Span::new().days(days)).unwrap().to_string();
        let power = json!({
            "kind": "power_of_attorney", "file": at.service.deposit_bytes(&agent, b"%PDF-1.4 power".to_vec()).await,
            "from": "2026-01-01", "until": day(10), "scope": "投诉", "sub_delegation": false, "captured_at": "2026-11-01T08:00:00Z",
        });
        let licence = json!({
            "kind": "licence", "file": at.service.deposit_bytes(&at.holder, b"%PDF-1.4 licence".to_vec()).await,
            "until": day(10), "licence_kind": "exclusive", "territory": "中国",
        });
        let (its, own) = (Deposited::alone(&at.service, &agent, &SHELF).await, Deposited::alone(&at.service, &at.holder, &LAMP).await);
        let file = async |by_agent: bool, item: &str| {
            let (key, right, files) = if by_agent { (&agent, &SHELF, &its) } else { (&at.holder, &LAMP, &own) };
            let mut form = notice(right, files, &[item]);
            if by_agent {
                form["agent"] = form["complainant"].clone();
            } else {
                form["capacity"] = "exclusive_licensee".into();
            }
            form["documents"].as_array_mut().unwrap().push(if by_agent { power.clone() } else { licence.clone() });
            let filed = at.service.file(key, (item, &form)).await.expect(201);
            assert_eq!((&filed["state"], &filed["track"]), (&"accepted".into(), &"simple".into()), "{filed:#}");
            assert_eq!(facts(&at, &filed).await.0["authority.expired"], false);
            filed
        };
        let take_down = async |filed: &Value| {
            let path = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
            let line = json!({ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
            at.service.post_if(&path, &at.examiner, (&filed["version"], &json!({ "lines": [line] }))).await.expect(201);
        };
        let (by_power, by_licence) = (file(true, "100000000001").await, file(false, "100000000002").await);
        let (power_used, licence_used) = (file(true, "100000000003").await, file(false, "100000000004").await);
        take_down(&power_used).await;
        take_down(&licence_used).await;
        at.platform.wait_for(2).await;

        at.service.days_pass(11);
        for (filed, document) in [(&by_power, "power_of_attorney"), (&by_licence, "licence")] {
            let shown = at.came_back(filed["id"].as_str().unwrap(), "authority.ended").await;
            assert_eq!(shown["reopened"]["why"], json!({ "kind": "authority_ended", "document": document, "last_day": day(-1) }));
            assert_eq!(facts(&at, filed).await.0["authority.expired"], true);
            assert_eq!(shown["track"], "complex");
            let met = shown["criteria"].as_array().unwrap().iter().any(|c| c["code"] == "authority.expired" && c["met"] == true);
            assert!(met, "{shown:#}");
        }
        let shown = at.came_back(licence_used["id"].as_str().unwrap(), "authority.ended").await;
        assert_eq!(shown["listings"][0]["measure"], "requested", "a person decides what follows");
        let shown = at.service.get(&format!("/v1/admin/complaints/{}", power_used["id"].as_str().unwrap()), &at.examiner).await.expect(200);
        // Its platform never answers, which is another matter.
        assert_ne!(shown["reopened"]["why"]["kind"], "authority_ended");
        assert_eq!((&shown["state"], at.lifts()), (&"decided".into(), 0));
    }

    /// A person who was erased from a right takes the right out of use, and what was filed stays readable.
    async fn an_erased_person_is_gone(engine: Engine) {
        let at = Scene::open(engine).await;
        let files = Deposited::of(&at.service, &at.holder, &LAMP).await;
        let right = deposit_right(&at.service, &at.holder, (&LAMP, &files)).await;
        assert!(tamper(&at.service.database_url, if engine == Engine::Sqlite { "UPDATE rights SET key = x''" } else { "UPDATE rights SET key = ''" }));
        let shown = at.service.get(&format!("/v1/admin/rights/{right}"), &at.examiner).await.expect(200);
        assert_eq!((&shown["complainant"], &shown["patent_number"]), (&Value::Null, &LAMP.number.into()));
        let named = at.service.file(&at.holder, ("e-1", &notice_by(&right, (&LAMP, &files), &["100000000001"]))).await.expect(422);
        assert_eq!(named["problems"][0]["code"], "right.not_found");
    }
}
