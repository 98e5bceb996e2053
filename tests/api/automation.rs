//! Watching automation: people take back what left without them, and it stops by itself and loudly; a lead, and
//! nobody else, starts it again.

use serde_json::{Value, json};

use crate::support::mailbox::Mailbox;
use crate::support::notices::{Deposited, LAMP, deposit_right, notice_by, verify_part};
use crate::support::{Cast, Engine, on_both_databases};

const AUTOMATION: &str = "/v1/admin/automation";

/// A right of which everything is proven, and a policy that lets a verified notice leave without a human, until two
/// of at least four were taken back.
struct Proven {
    cast: Cast,
    lead: String,
    right: String,
    files: Deposited,
    mailbox: Mailbox,
}

impl Proven {
    async fn at(engine: Engine) -> Self {
        let mailbox = Mailbox::start().await;
        let cast = Cast::with(engine, ("2026-11-02 09:00:00", "platform"), &[("smtp_url", &mailbox.url)]).await;
        let s = &cast.service;
        let form = json!({ "role": "lead", "name": "主任", "mail": "lead@house.example" });
        let made = s.post("/v1/admin/accounts", &s.admin, &form).await.expect(201);
        let key = s.post(&format!("/v1/admin/accounts/{}/keys", made["id"].as_str().unwrap()), &s.admin, &json!({})).await.expect(201);
        let lead = key["key"].as_str().unwrap().to_owned();
        cast.knows(&LAMP).await;
        let first = cast.files(&LAMP, &["300000000000"]).await;
        let grant = json!({ "level": "B", "evidence": "回执" });
        for examiner in [&cast.examiner, &cast.second] {
            s.post(&format!("/v1/admin/complaints/{}/authenticity", first["id"].as_str().unwrap()), examiner, &grant).await.expect(201);
        }
        let files = Deposited::of(s, &cast.holder, &LAMP).await;
        let right = deposit_right(s, &cast.holder, (&LAMP, &files)).await;
        for part in ["standing", "identity"] {
            verify_part(s, &cast.examiner, (&right, part)).await;
        }
        let proven = Proven { cast, lead, right, files, mailbox };
        proven.activates(json!({ "verified_notice": true, "switch_off": { "decisions_min": 4 } })).await;
        proven
    }

    async fn activates(&self, automation: Value) -> i64 {
        let s = &self.cast.service;
        let mut policy = s.get("/v1/admin/policies/0", &self.lead).await.expect(200)["policy"].clone();
        policy["automation"] = automation;
        let stored = s.post("/v1/admin/policies", &self.lead, &policy).await.expect(201)["version"].as_i64().unwrap();
        s.post(&format!("/v1/admin/policies/{stored}/activation"), &self.lead, &json!({})).await.expect(201);
        stored
    }

    async fn files(&self, item: &str) -> Value {
        self.files_against(&[item], "小店").await
    }

    /// Files against a seller for each item, whose shops are numbered.
    async fn files_against(&self, items: &[&str], shop: &str) -> Value {
        let mut form = notice_by(&self.right, (&LAMP, &self.files), items);
        for (n, listing) in form["accused_products"][0]["listings"].as_array_mut().unwrap().iter_mut().enumerate() {
            listing["shop"] = if items.len() == 1 { shop.into() } else { format!("{shop} {n}").into() };
        }
        form["truth_guarantee"]["signed_on"] = self.cast.service.today().to_string().into();
        form["alleged_act_on"] = self.cast.service.today().to_string().into();
        self.cast.service.file(&self.cast.holder, (items[0], &form)).await.expect(201)
    }

    async fn takes_back(&self, filed: &Value) {
        let lift = json!({ "lines": [1], "reason": "decision_corrected" });
        self.cast.judge(&self.cast.examiner, filed["id"].as_str().unwrap(), ("lift", &lift)).await.expect(201);
    }

    async fn basis(&self, name: &str) -> Value {
        let shown = self.cast.service.get(AUTOMATION, &self.cast.examiner).await.expect(200);
        shown["bases"].as_array().unwrap().iter().find(|b| b["basis"] == name).unwrap().clone()
    }
}

on_both_databases! {
    /// What left without a human determines nothing: however often, it is no record of repeated infringement.
    async fn what_left_without_a_human_is_no_record(engine: Engine) {
        let at = Proven::at(engine).await;
        for item in ["300000000031", "300000000032", "300000000033"] {
            let filed = at.files_against(&[item], "甲店").await;
            assert_eq!((&filed["listings"][0]["by"], &filed["listings"][0]["determination"]), (&"automatic".into(), &"infringing".into()));
        }
        at.cast.service.days_pass(60);
        let again = at.cast.files_as(&LAMP, &["300000000034"], |form| form["accused_products"][0]["listings"][0]["shop"] = "甲店".into()).await;
        let line = json!({ "line": 1, "determination": "infringing", "takedown": true, "propose_termination": true, "reasons": ["same_design"] });
        let answer = at.cast.judge(&at.cast.examiner, again["id"].as_str().unwrap(), ("decision", &json!({ "lines": [line] }))).await;
        assert_eq!(answer.problem(422), "termination.no_repetition");
    }

    /// Two of four taken back: it stops, says so everywhere, and goes on when a lead says so.
    async fn automation_switches_itself_off(engine: Engine) {
        let p = Proven::at(engine).await;
        let s = &p.cast.service;
        let mut filed = Vec::new();
        for n in 1..=4 {
            let one = p.files(&format!("30000000000{n}")).await;
            assert_eq!((&one["state"], &one["listings"][0]["by"]), (&"decided".into(), &"automatic".into()));
            filed.push(one);
        }
        let before = s.get(AUTOMATION, &p.cast.examiner).await.expect(200);
        assert_eq!((&before["decided"], &before["automatic"], &before["automatic_share"]["rate"]), (&4.into(), &4.into(), &1.0.into()));
        p.takes_back(&filed[0]).await;
        let one = s.until((AUTOMATION, &p.cast.examiner), |a| a["bases"][0]["record"]["reversed"]["count"] == 1).await;
        assert_eq!((&one["bases"][0]["on"], &one["bases"][0]["record"]["decided"]), (&true.into(), &4.into()), "one of four may be chance");
        assert_eq!(p.files("300000000005").await["state"], "decided");

        p.takes_back(&filed[1]).await;
        let off = s.until((AUTOMATION, &p.cast.examiner), |a| a["bases"][0]["on"] == false).await;
        let basis = &off["bases"][0];
        assert_eq!((&basis["basis"], &basis["by_policy"], &basis["switched"]["by"]), (&"verified_notice".into(), &true.into(), &Value::Null));
        assert_eq!((&basis["switched"]["decided"], &basis["switched"]["reversed"]), (&5.into(), &2.into()), "{basis:#}");
        assert_eq!(basis["versions"], json!([{ "policy_version": 1, "decided": 5, "reversed": basis["record"]["reversed"] }]));
        let stays = p.files("300000000006").await;
        assert_eq!((&stays["state"], &stays["track"]), (&"accepted".into(), &"simple".into()), "it goes to an examiner");
        // Loudly: readiness, the house log, and whoever leads.
        let ready = s.get("/readyz", "").await.expect(200);
        let check = ready["checks"].as_array().unwrap().iter().find(|c| c["name"] == "automation").unwrap().clone();
        assert!(check["ok"] == false && check["note"].as_str().unwrap().starts_with("verified_notice is switched off"), "{check}");
        let log = s.get("/v1/admin/house-log", &s.admin).await.expect(200);
        let entry = log["items"].as_array().unwrap().iter().find(|a| a["event"]["type"] == "automation_switched_off").unwrap().clone();
        assert_eq!((&entry["account"], &entry["event"]["reversed"]), (&Value::Null, &2.into()));
        let mail = p.mailbox.wait_for("lead@house.example", "自动判定已停用").await;
        assert!(mail.part("text/plain").contains("5 件自动判定中有 2 件"), "{}", mail.part("text/plain"));

        // A new policy does not switch it on, nor does anybody but a lead.
        p.activates(json!({ "verified_notice": true, "prior_determination": true })).await;
        assert_eq!(p.files("300000000007").await["state"], "accepted");
        let on = format!("{AUTOMATION}/verified_notice/resumption");
        for key in [&s.admin, &p.cast.examiner] {
            assert_eq!(s.post(&on, key, &json!({ "why": "x" })).await.problem(403), "role.not_allowed");
        }
        assert_eq!(s.post(&on, &p.lead, &json!({ "why": " " })).await.problem(422), "automation.why");
        let again = s.post(&on, &p.lead, &json!({ "why": "报告核对流程已修正" })).await.expect(201);
        let record = &again["bases"][0];
        assert_eq!((&record["on"], &record["record"]["decided"], &record["switched"]["why"]), (&true.into(), &0.into(), &"报告核对流程已修正".into()));
        assert_eq!(s.post(&on, &p.lead, &json!({ "why": "x" })).await.problem(409), "automation.switched_already");
        assert_eq!(p.files("300000000008").await["state"], "decided");
        // What was decided before counts no more.
        p.takes_back(&filed[2]).await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert_eq!(p.basis("verified_notice").await["on"], true);
        p.cast.ends_sound().await;
    }

    /// What takes two examiners does not leave without any: against more sellers than one may decide, and before a
    /// sale. It waits on the simple track, and nothing is sent, until one proposed and another confirmed.
    async fn what_takes_two_examiners_does_not_leave_with_none(engine: Engine) {
        let p = Proven::at(engine).await;
        let s = &p.cast.service;
        let five = ["300000000021", "300000000022", "300000000023", "300000000024", "300000000025"];
        assert_eq!(p.files_against(&five, "甲").await["state"], "decided", "five sellers are one examiner's");
        p.cast.platform.wait_for(1).await;
        let six = ["300000000031", "300000000032", "300000000033", "300000000034", "300000000035", "300000000036"];
        let many = p.files_against(&six, "乙").await;
        assert_eq!((&many["state"], &many["track"]), (&"accepted".into(), &"simple".into()));

        // From the tenth day before it, and for one seller too.
        let sale = json!({ "sellers_max": 5, "sales": [{ "month": 11, "day": 11, "days_before": 10 }] });
        s.put("/v1/admin/four-eyes", &s.admin, &sale).await.expect(200);
        let before = p.files("300000000041").await;
        assert_eq!((&before["state"], &before["track"]), (&"accepted".into(), &"simple".into()));
        let feed = s.get("/v1/platform/dispatches?limit=200", &p.cast.platform.key).await.expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1, "neither was sent");

        let lines = |n: usize| -> Value {
            let line = |line| json!({ "line": line, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
            json!({ "lines": (1..=n).map(line).collect::<Vec<_>>() })
        };
        for (filed, n, rules) in [
            (&many, 6, json!([{ "rule": "sellers", "saw": "6" }, { "rule": "sale", "saw": "2026-11-11" }])),
            (&before, 1, json!([{ "rule": "sale", "saw": "2026-11-11" }])),
        ] {
            let id = filed["id"].as_str().unwrap();
            let proposed = p.cast.judge(&p.cast.examiner, id, ("decision", &lines(n))).await.expect(201);
            assert_eq!(proposed["proposed"]["rules"], rules);
            let decided = p.cast.judge(&p.cast.second, id, ("decision-confirmation", &json!({}))).await.expect(201);
            assert_eq!((&decided["state"], &decided["listings"][0]["by"]), (&"decided".into(), &"human".into()));
        }
        p.cast.platform.wait_for(3).await;
        // On the day itself it is over, and automation goes on.
        s.set_shanghai_time("2026-11-11 00:00:10");
        assert_eq!(p.files("300000000042").await["state"], "decided");
        p.cast.ends_sound().await;
    }

    /// By hand it stops at once, for what is on its way too, and only on that basis.
    async fn automation_stops_by_hand(engine: Engine) {
        let p = Proven::at(engine).await;
        let s = &p.cast.service;
        assert_eq!(p.files("300000000001").await["state"], "decided");
        let off = format!("{AUTOMATION}/verified_notice/suspension");
        assert_eq!(s.post(&off, &p.cast.examiner, &json!({ "why": "x" })).await.problem(403), "role.not_allowed");
        assert_eq!(s.post(&format!("{AUTOMATION}/centre_opinion/suspension"), &p.lead, &json!({ "why": "x" })).await.problem(404), "not_found");
        // Another process, which looked a moment ago.
        if engine == Engine::Postgres {
            let beside = s.beside().await;
            let held = |item: &'static str| {
                let mut form = notice_by(&p.right, (&LAMP, &p.files), &[item]);
                form["truth_guarantee"]["signed_on"] = s.today().to_string().into();
                form["alleged_act_on"] = s.today().to_string().into();
                form
            };
            assert_eq!(beside.file(&p.cast.holder, ("b-1", &held("300000000011"))).await.expect(201)["state"], "decided");
            s.post(&off, &s.admin, &json!({ "why": "核查中" })).await.expect(201);
            assert_eq!(beside.file(&p.cast.holder, ("b-2", &held("300000000012"))).await.expect(201)["state"], "accepted");
        } else {
            s.post(&off, &s.admin, &json!({ "why": "核查中" })).await.expect(201);
        }
        assert_eq!(p.files("300000000002").await["state"], "accepted");
        assert_eq!(p.basis("prior_determination").await["switched"], Value::Null);
        p.cast.ends_sound().await;
    }

    /// An invitation that goes by mail is seen by nobody else, and its token is gone once it was sent.
    async fn an_invitation_goes_by_mail(engine: Engine) {
        let mailbox = Mailbox::start().await;
        let cast = Cast::with(engine, ("2026-11-02 09:00:00", "platform"), &[("smtp_url", &mailbox.url)]).await;
        let s = &cast.service;
        let form = json!({ "role": "examiner", "name": "李审查", "mail": "li@house.example" });
        let invited = s.post("/v1/admin/invitations", &s.admin, &form).await.expect(201);
        assert_eq!(invited["token"], Value::Null);
        let text = mailbox.wait_for("li@house.example", "使用邀请").await.part("text/plain");
        let token = text.lines().find(|l| l.starts_with("fti_")).unwrap_or_else(|| panic!("{text}")).trim().to_owned();
        s.post("/v1/invitation-acceptances", "", &json!({ "token": token })).await.expect(201);
        let kept = crate::support::database::counted(&s.database_url, "SELECT count(*) FROM house_mails WHERE length(sealed) > 0");
        assert_eq!(kept, 0, "its words are gone");
        let wrong = json!({ "role": "examiner", "name": "x", "mail": "x@y.example, z@y.example" });
        assert_eq!(s.post("/v1/admin/invitations", &s.admin, &wrong).await.problem(422), "account.mail");
    }
}
