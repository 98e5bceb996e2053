//! The hearing: on the complex track the seller is asked before anything is decided against it.

use serde_json::json;

use crate::support::notices::LAMP;
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

    /// On the simple track a substantial answer moves the complaint to the complex track.
    async fn a_substantial_answer_makes_it_complex(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000003", "100000000004"]).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!(filed["track"], "simple", "{filed:#}");
        let one = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        cast.judge(&cast.examiner, id, ("decision", &one)).await.expect(201);
        let takedown = cast.platform.wait_for(1).await[0].clone();
        let seller = cast.seller(&takedown, true).await;
        let form = json!({ "grounds": ["prior_art"], "text": "现有设计" });
        cast.service.post("/v1/seller/answers", &seller, &form).await.expect(201);
        assert_eq!(cast.shown(id).await["track"], "simple", "without evidence, about what is decided: recorded");
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
