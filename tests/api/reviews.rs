//! Second looks: either side, once a decision, by another examiner; and who may not act at all.

use serde_json::json;

use crate::support::database::tamper;
use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

on_both_databases! {
    /// The seller appeals; the first examiner cannot decide it; another changes the decision and the measure
    /// is lifted; there is no second appeal.
    async fn an_appeal_by_the_seller(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000001").await;
        let seller = cast.seller(&takedown, true).await;
        let appeal = json!({ "kind": "appeal", "text": "设计不相同" });
        cast.service.post("/v1/seller/reviews", &seller, &appeal).await.expect(201);
        assert_eq!(cast.service.post("/v1/seller/reviews", &seller, &appeal).await.problem(409), "complaint.not_possible");
        let human = json!({ "kind": "human", "text": "请人工复核" });
        assert_eq!(cast.service.post("/v1/seller/reviews", &seller, &human).await.problem(409), "complaint.not_possible", "a human decided");
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        let asked = admin["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap();
        let review = asked["body"]["review"].as_str().unwrap();
        assert_eq!(admin["due_on"], "2026-11-05", "{admin:#}");
        let act = format!("reviews/{review}/decision");
        let changed = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["design_differs"] }], "text": "整体视觉效果不同" });
        assert_eq!(cast.judge(&cast.examiner, &id, (&act, &changed)).await.problem(409), "complaint.not_possible", "the first examiner");
        cast.judge(&cast.second, &id, (&act, &changed)).await.expect(201);
        let lift = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&lift.body["type"], &lift.body["lift"]["reason"]), (&"lift.decided".into(), &"decision_changed_on_review".into()));
        let mine = json!({ "kind": "appeal", "text": "应当维持" });
        let path = format!("/v1/complaints/{id}/reviews");
        assert_eq!(cast.service.post(&path, &cast.holder, &mine).await.problem(409), "complaint.not_possible", "a decision on appeal is final here");
        cast.ends_sound().await;
    }

    /// The complainant appeals a refusal, and the takedown leaves after all.
    async fn an_appeal_by_the_complainant(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000002"]).await;
        let id = filed["id"].as_str().unwrap();
        let refusal = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["design_differs"] }] });
        cast.judge(&cast.examiner, id, ("decision", &refusal)).await.expect(201);
        let appeal = json!({ "kind": "appeal", "text": "主要视图相同" });
        cast.service.post(&format!("/v1/complaints/{id}/reviews"), &cast.holder, &appeal).await.expect(201);
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.second).await.expect(200);
        let asked = admin["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap();
        let act = format!("reviews/{}/decision", asked["body"]["review"].as_str().unwrap());
        let changed = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["similar_design"] }], "text": "近似" });
        cast.judge(&cast.second, id, (&act, &changed)).await.expect(201);
        let takedown = cast.platform.wait_for(1).await[0].clone();
        assert_eq!((&takedown.body["type"], &takedown.body["determination"]["by"]), (&"takedown.decided".into(), &"human".into()));
        cast.ends_sound().await;
    }

    /// Whoever advised a party does not decide.
    async fn a_recused_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000003"]).await;
        let id = filed["id"].as_str().unwrap();
        let path = format!("/v1/admin/complaints/{id}/recusal");
        cast.service.post(&path, &cast.examiner, &json!({ "why": "advised_a_party" })).await.expect(201);
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        assert_eq!(cast.judge(&cast.examiner, id, ("decision", &decision)).await.problem(409), "complaint.not_possible");
        cast.judge(&cast.second, id, ("decision", &decision)).await.expect(201);
        cast.ends_sound().await;
    }

    /// An administrator erases people from a complaint that is final: what they said and who they were is gone, its
    /// key with it, and the log verifies.
    async fn a_person_erased_by_an_administrator(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000005").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let path = format!("/v1/admin/complaints/{id}/erasure");
        let form = |who: &str| json!({ "who": who, "reason": "当事人请求删除" });
        assert_eq!(cast.service.post(&path, &cast.service.admin, &form("sellers")).await.problem(409), "erasure.not_final");
        let back = json!({ "reason": "settled" });
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &back).await.expect(201);
        // Answered, so that nothing comes back meanwhile.
        let lift = cast.platform.wait_for(2).await[1].clone();
        cast.acknowledge(&lift, "lifted").await;
        cast.service.days_pass(2);
        let before = cast.log(&id).await;
        for (who, records) in [("sellers", 1), ("complainant", 1), ("agent", 0), ("complainant", 0)] {
            let erased = cast.service.post(&path, &cast.service.admin, &form(who)).await.expect(201);
            assert_eq!(erased, json!({ "who": who, "records": records }));
        }
        let seen = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        assert_eq!((&seen["complainant"], &seen["conduct"]["complainant"]), (&serde_json::Value::Null, &serde_json::Value::Null));
        let stated = cast.service.get(&format!("/v1/complaints/{id}/statements"), &cast.holder).await.expect(200);
        assert_eq!((&stated["items"][0]["seller"], &stated["items"][0]["text"]), (&serde_json::Value::Null, &serde_json::Value::Null), "{stated:#}");
        assert_eq!(cast.log(&id).await, before);
        cast.ends_sound().await;
    }

    /// Erasing the people of a complaint leaves its log whole and its decisions standing.
    async fn an_erased_person(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000004").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        assert!(tamper(&cast.service.database_url, "DELETE FROM parties"));
        let seen = cast.service.get(&format!("/v1/complaints/{id}/statements"), &cast.holder).await.expect(200);
        assert_eq!((&seen["items"][0]["seller"], &seen["items"][0]["text"]), (&serde_json::Value::Null, &serde_json::Value::Null), "{seen:#}");
        cast.ends_sound().await;
    }
}
