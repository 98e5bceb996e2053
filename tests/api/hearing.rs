//! The hearing: on the complex track the seller is asked before anything is decided against it.

use serde_json::json;

use crate::support::{Cast, Engine, on_both_databases};

fn infringing() -> serde_json::Value {
    json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_features"] }] })
}

on_both_databases! {
    /// A complex complaint: the platform is asked to tell the seller; no measure before the window ends; late
    /// silence does not stop the case, and the decision clock runs from the window's end.
    async fn silence_until_the_window_ends(engine: Engine) {
        let cast = Cast::at(engine, "2026-09-18 09:00:00", "platform").await;
        let filed = cast.files_complex(&["100000000001"]).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!((&filed["state"], &filed["due_on"]), (&"hearing".into(), &"2026-09-28".into()), "{filed:#}");
        let opened = cast.platform.wait_for(1).await[0].clone();
        assert_eq!((&opened.body["type"], &opened.body["hearing"]["answer_by"]), (&"hearing.opened".into(), &"2026-09-28".into()));
        assert!(opened.body["notice_to_forward"]["respondents"][0]["text"].as_str().unwrap().contains("知识产权侵权通知"));
        assert_eq!(cast.judge(&cast.examiner, id, ("decision", &infringing())).await.problem(409), "complaint.not_possible");
        let longer = json!({ "reason": "证据在境外形成" });
        let extended = cast.judge(&cast.examiner, id, ("hearing-extension", &longer)).await.expect(201);
        assert_eq!(extended["due_on"], "2026-10-08", "3 October is a holiday: {extended:#}");
        assert_eq!(cast.judge(&cast.examiner, id, ("hearing-extension", &longer)).await.problem(409), "complaint.not_possible");
        cast.service.set_shanghai_time("2026-10-08 23:59:50");
        assert_eq!(cast.shown(id).await["state"], "hearing");
        cast.service.set_shanghai_time("2026-10-09 00:00:00");
        let path = format!("/v1/complaints/{id}");
        let over = cast.service.until((&path, &cast.holder), |c| c["state"] == "accepted").await;
        assert_eq!(over["due_on"], "2026-11-09", "one month from the window's end, off a Sunday");
        cast.judge(&cast.examiner, id, ("decision", &infringing())).await.expect(201);
        assert_eq!(cast.platform.wait_for(2).await[1].body["type"], "takedown.decided");
        let late = cast.seller(&opened, true).await;
        let answer = json!({ "grounds": ["other"], "text": "迟到的答辩" });
        cast.service.post("/v1/seller/answers", &late, &answer).await.expect(201);
        cast.ends_sound().await;
    }

    /// Every seller answered: the hearing ends at once.
    async fn an_answer_ends_the_hearing(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_complex(&["100000000002"]).await;
        let id = filed["id"].as_str().unwrap();
        let opened = cast.platform.wait_for(1).await[0].clone();
        let seller = cast.seller(&opened, true).await;
        let seen = cast.service.get("/v1/seller/complaint", &seller).await.expect(200);
        assert_eq!((&seen["state"], &seen["answer_by"], &seen["track"]), (&"hearing".into(), &"2026-11-09".into(), &"complex".into()));
        let form = json!({ "grounds": ["not_the_same"], "text": "缺少权利要求4的特征" });
        cast.service.post("/v1/seller/answers", &seller, &form).await.expect(201);
        let shown = cast.shown(id).await;
        assert_eq!((&shown["state"], &shown["due_on"]), (&"accepted".into(), &"2026-12-02".into()), "{shown:#}");
        cast.judge(&cast.examiner, id, ("decision", &infringing())).await.expect(201);
        cast.ends_sound().await;
    }

    /// On the simple track an answer to the merits, with evidence, is a fact of triage and makes the complaint
    /// complex; one without, or about what is decided, is recorded and changes nothing.
    async fn a_substantial_answer_makes_it_complex(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_complex(&["100000000003", "100000000004"]).await;
        let id = filed["id"].as_str().unwrap();
        let opened = cast.platform.wait_for(1).await[0].clone();
        let seller = cast.seller(&opened, true).await;
        cast.service.set_shanghai_time("2026-11-10 00:00:00");
        let path = format!("/v1/complaints/{id}");
        cast.service.until((&path, &cast.holder), |c| c["state"] == "accepted").await;
        let simple = json!({ "to": "simple", "reason": "比对清楚" });
        let shown = cast.judge(&cast.examiner, id, ("track", &simple)).await.expect(201);
        assert_eq!((&shown["track"], &shown["due_on"]), (&"simple".into(), &"2026-11-12".into()), "{shown:#}");
        let mut form = json!({ "grounds": ["prior_art"], "text": "现有技术" });
        cast.service.post("/v1/seller/answers", &seller, &form).await.expect(201);
        assert_eq!(cast.shown(id).await["track"], "simple", "without evidence: recorded");
        form["evidence"] = cast.statement(&seller, "prior_art").await["evidence"].clone();
        cast.service.post("/v1/seller/answers", &seller, &form).await.expect(201);
        let shown = cast.shown(id).await;
        let met = |code: &str| shown["criteria"].as_array().unwrap().iter().any(|c| c["code"] == code && c["met"] == true);
        assert!(met("seller.answered"), "{shown:#}");
        assert_eq!((&shown["track"], &shown["state"]), (&"complex".into(), &"accepted".into()), "its sellers were heard: {shown:#}");
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        assert_eq!(admin["facts"]["seller.substantial_answer"], true);
        cast.ends_sound().await;
    }

    /// A report that speaks against all that is asserted: nothing before the seller was heard, and what is
    /// decided against it is proposed by one examiner and confirmed by another.
    async fn four_eyes_on_a_negative_report(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_negative(&["100000000006"]).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!((&filed["overall"], &filed["state"]), (&"negative".into(), &"hearing".into()), "{filed:#}");
        let confirm = ("decision-confirmation", &json!({}));
        assert_eq!(cast.judge(&cast.second, id, confirm).await.problem(409), "decision.none_proposed");
        assert_eq!(cast.judge(&cast.examiner, id, ("decision", &infringing())).await.problem(409), "complaint.not_possible", "not heard");
        cast.service.set_shanghai_time("2026-11-10 00:00:00");
        let path = format!("/v1/complaints/{id}");
        cast.service.until((&path, &cast.holder), |c| c["state"] == "accepted").await;
        let shown = cast.judge(&cast.examiner, id, ("decision", &infringing())).await.expect(201);
        assert_eq!((&shown["state"], &shown["listings"][0]["measure"]), (&"accepted".into(), &"none".into()), "{shown:#}");
        assert_eq!(shown["proposed"]["lines"][0]["determination"], "infringing");
        assert_eq!(cast.judge(&cast.examiner, id, confirm).await.problem(409), "complaint.not_possible", "two people");
        assert_eq!(cast.platform.messages().len(), 1, "only the hearing");
        let shown = cast.judge(&cast.second, id, confirm).await.expect(201);
        assert_eq!((&shown["state"], &shown["proposed"]), (&"decided".into(), &serde_json::Value::Null), "{shown:#}");
        assert_eq!(cast.platform.wait_for(2).await[1].body["type"], "takedown.decided");
        cast.ends_sound().await;
    }

    /// An appeal that turns a refusal against the seller takes two as well, and neither is the first examiner.
    async fn four_eyes_on_an_appeal_that_turns_it(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_negative(&["100000000008"]).await;
        let id = filed["id"].as_str().unwrap();
        // Before its time to be delivered is over.
        cast.platform.wait_for(1).await;
        cast.service.set_shanghai_time("2026-11-10 00:00:00");
        let path = format!("/v1/complaints/{id}");
        cast.service.until((&path, &cast.holder), |c| c["state"] == "accepted").await;
        let refusal = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["report_negative"] }] });
        cast.judge(&cast.examiner, id, ("decision", &refusal)).await.expect(201);
        let appeal = json!({ "kind": "appeal", "text": "报告结论有误" });
        cast.service.post(&format!("{path}/reviews"), &cast.holder, &appeal).await.expect(201);
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.second).await.expect(200);
        let asked = admin["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap();
        let act = format!("reviews/{}/decision", asked["body"]["review"].as_str().unwrap());
        let turned = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_features"] }], "text": "改判" });
        let shown = cast.judge(&cast.second, id, (&act, &turned)).await.expect(201);
        assert_eq!((&shown["listings"][0]["measure"], &shown["listings"][0]["determination"]), (&"none".into(), &"not_infringing".into()), "{shown:#}");
        assert_eq!(shown["proposed"]["lines"][0]["determination"], "infringing");
        let confirm = ("decision-confirmation", &json!({}));
        for (who, why) in [(&cast.examiner, "decided first"), (&cast.second, "proposed it")] {
            assert_eq!(cast.judge(who, id, confirm).await.problem(409), "complaint.not_possible", "{why}");
        }
        assert_eq!(cast.platform.messages().len(), 1, "only the hearing");
        let (_, third) = cast.service.account("lead", None).await;
        let shown = cast.judge(&third, id, confirm).await.expect(201);
        assert_eq!((&shown["listings"][0]["determination"], &shown["proposed"]), (&"infringing".into(), &serde_json::Value::Null), "{shown:#}");
        assert_eq!(cast.platform.wait_for(2).await[1].body["type"], "takedown.decided");
        assert_eq!(cast.log(id).await.last().map(String::as_str), Some("review_decided"));
        cast.ends_sound().await;
    }

    /// In favour of the seller one examiner is enough, whatever the report says.
    async fn one_examiner_refuses_on_a_negative_report(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_negative(&["100000000007"]).await;
        let id = filed["id"].as_str().unwrap();
        let refusal = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["report_negative"] }] });
        let shown = cast.judge(&cast.examiner, id, ("decision", &refusal)).await.expect(201);
        assert_eq!(shown["state"], "decided");
        cast.ends_sound().await;
    }

    /// Where the policy does not hear first, an examiner may decide while the window runs.
    async fn a_policy_that_does_not_hear_first(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let active = cast.service.get("/v1/admin/policies/0", &cast.service.admin).await.expect(200);
        assert_eq!(active["policy"]["hear_first"], true, "{active:#}");
        let mut policy = active["policy"].clone();
        policy["hear_first"] = false.into();
        let stored = cast.service.post("/v1/admin/policies", &cast.service.admin, &policy).await.expect(201);
        let path = format!("/v1/admin/policies/{}/activation", stored["version"]);
        cast.service.post(&path, &cast.service.admin, &json!({})).await.expect(201);
        let filed = cast.files_complex(&["100000000005"]).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!(filed["state"], "hearing");
        cast.judge(&cast.examiner, id, ("decision", &infringing())).await.expect(201);
        assert_eq!(cast.shown(id).await["state"], "decided");
        cast.ends_sound().await;
    }
}
