//! What more than a block takes: a link disconnected, an item deleted on a ruling that binds its platform, by two examiners.
//! The end of the business with a shop: `terminations`.

use fasttrack::domain::dispatch::LINES_PER_DISPATCH_MAX;
use serde_json::{Value, json};

use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

const COURT: &str = "宁波市中级人民法院";

pub fn id_of(filed: &Value) -> &str {
    filed["id"].as_str().unwrap()
}

/// A decision against listings, each with more than it takes.
pub fn against(lines: &[(u32, Value)]) -> Value {
    let line = |(n, more): &(u32, Value)| {
        let mut line = json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

on_both_databases! {
    /// More listings than a message holds go as parts of one group, each listing once.
    async fn many_listings_go_in_parts(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let items: Vec<String> = (0..LINES_PER_DISPATCH_MAX + 1).map(|n| format!("1000000{n:05}")).collect();
        let filed = cast.files(&LAMP, &items.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let lines: Vec<(u32, Value)> = (1..=u32::try_from(items.len()).unwrap()).map(|n| (n, json!({}))).collect();
        cast.judge(&cast.examiner, id_of(&filed), ("decision", &against(&lines))).await.expect(201);
        let mut sent = cast.platform.wait_for(2).await;
        sent.sort_by_key(|m| m.body["part"].as_u64());
        let parts: Vec<(u64, u64, usize)> = sent
            .iter()
            .map(|m| (m.body["part"].as_u64().unwrap(), m.body["parts"].as_u64().unwrap(), m.body["listings"].as_array().unwrap().len()))
            .collect();
        assert_eq!(parts, [(1, 2, LINES_PER_DISPATCH_MAX), (2, 2, 1)]);
        assert_eq!(sent[0].body["group_id"], sent[1].body["group_id"]);
        let mut told: Vec<&str> = sent.iter().flat_map(|m| m.body["listings"].as_array().unwrap()).map(|l| l["item_id"].as_str().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, items);
    }

    /// One decision, two measures: two parts of one group. Nothing is deleted on an opinion, and no measure stands
    /// without a takedown.
    async fn a_line_may_ask_for_more_than_a_block(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000021", "100000000022", "100000000023"]).await;
        let id = id_of(&filed);
        let form = against(&[(1, json!({ "measure": "disconnect" })), (2, json!({})), (3, json!({ "measure": "disconnect" }))]);
        let shown = cast.judge(&cast.examiner, id, ("decision", &form)).await.expect(201);
        let kinds: Vec<&Value> = shown["listings"].as_array().unwrap().iter().map(|l| &l["measure_kind"]).collect();
        assert_eq!(kinds, ["disconnect", "block", "disconnect"]);
        let sent = cast.platform.wait_for(2).await;
        let mut told: Vec<(&str, u64, Vec<u64>)> = sent.iter().map(|m| {
            let lines = m.body["listings"].as_array().unwrap().iter().map(|l| l["line"].as_u64().unwrap()).collect();
            (m.body["measure"]["kind"].as_str().unwrap(), m.body["part"].as_u64().unwrap(), lines)
        }).collect();
        told.sort_unstable();
        assert_eq!(told, [("block", 1, vec![2]), ("disconnect", 2, vec![1, 3])]);
        assert_eq!((&sent[0].body["group_id"], &sent[0].body["parts"]), (&sent[1].body["group_id"], &2.into()));
        assert!(sent.iter().all(|m| m.body["measure"].get("proposed").is_none() && m.body["binds_recipient"] == false));
        let seller = cast.seller(&sent[0], true).await;
        let seen = cast.service.get("/v1/seller/complaint", &seller).await.expect(200);
        assert_eq!(seen["listings"][0]["measure_kind"], sent[0].body["measure"]["kind"]);

        let other = cast.files(&LAMP, &["100000000024"]).await;
        let deleted = against(&[(1, json!({ "measure": "delete" }))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &deleted)).await.problem(409), "complaint.not_possible");
        for line in [json!({ "measure": "block" }), json!({ "propose_termination": true })] {
            let mut alone = against(&[(1, line)]);
            alone["lines"][0]["takedown"] = false.into();
            assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &alone)).await.problem(422), "decision.measure");
        }
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &against(&[(1, json!({ "measure": "terminate" }))]))).await.problem(422), "body.invalid");
        let nowhere = against(&[(9, json!({ "propose_termination": true }))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &nowhere)).await.problem(409), "complaint.not_possible");
        assert_eq!(cast.shown(id_of(&other)).await["listings"][0]["determination"], "pending");
        cast.ends_sound().await;
    }

    /// A court's order is taken down at once. Its deletion is asked by one examiner and confirmed by another, of the bound
    /// platform only, by itself; it ends with the order.
    async fn a_deletion_rests_on_a_ruling_and_two_examiners(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let service = &cast.service;
        let (id, _) = cast.taken_down("100000000031").await;
        let deletion = against(&[(1, json!({ "measure": "delete" }))]);
        // An opinion binds nobody, and what another platform was served with does not bind this one.
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.problem(409), "complaint.not_possible");
        cast.authority(&id, "judgment_infringing", COURT).await;
        let blocked = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&blocked.body["measure"]["kind"], &blocked.body["binds_recipient"]), (&"block".into(), &true.into()));
        let and_more = against(&[(1, json!({ "measure": "delete", "propose_termination": true }))]);
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &and_more)).await.problem(422), "termination.no_repetition");
        let shown = cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.expect(201);
        assert_eq!(shown["proposed"]["rules"], json!([{ "rule": "deletion", "saw": "1" }]));
        assert_eq!((&shown["listings"][0]["measure_kind"], &shown["state"]), (&"block".into(), &"decided".into()));
        let waits = service.get("/v1/admin/queue?reason=second_examiner", &cast.second).await.expect(200);
        assert_eq!((&waits["items"][0]["id"], &waits["items"][0]["due_on"]), (&id.as_str().into(), &"2026-11-23".into()));
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let shown = cast.judge(&cast.second, &id, ("decision-confirmation", &json!({}))).await.expect(201);
        let listing = &shown["listings"][0];
        assert_eq!((&listing["measure_kind"], &listing["basis"], &shown["proposed"]), (&"delete".into(), &"court_ruling".into(), &Value::Null));
        let deleted = cast.platform.wait_for(3).await[2].clone();
        assert_eq!((&deleted.body["measure"]["kind"], &deleted.body["binds_recipient"]), (&"delete".into(), &true.into()));
        let waits = service.get("/v1/admin/queue", &cast.second).await.expect(200);
        assert_eq!(waits["items"], json!([]));
        assert_eq!(deleted.body["binding_document"], blocked.body["binding_document"]);
        assert!(deleted.body["listings"][0]["item_version"].as_u64() > blocked.body["listings"][0]["item_version"].as_u64());
        cast.acknowledge(&deleted, "applied").await;
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.problem(409), "complaint.not_possible");
        // It is no second decision: no second opinion was issued, and there is nothing to appeal in it.
        assert_eq!(cast.log(&id).await.iter().filter(|e| *e == "decided").count(), 1);
        let opinions = service.get(&format!("/v1/complaints/{id}/documents"), &cast.holder).await.expect(200);
        assert_eq!(opinions["items"].as_array().unwrap().iter().filter(|d| d["kind"] == "opinion").count(), 1, "{opinions:#}");
        // Proposed, and then there is nothing to confirm any more: it waits for nobody.
        let (other, _) = cast.taken_down("100000000035").await;
        cast.authority(&other, "judgment_infringing", COURT).await;
        cast.judge(&cast.examiner, &other, ("decision", &deletion)).await.expect(201);
        cast.authority(&other, "judgment_not_infringing", COURT).await;
        assert_eq!(service.get("/v1/admin/queue", &cast.second).await.expect(200)["items"], json!([]));
        assert_eq!(cast.judge(&cast.second, &other, ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let sent = cast.platform.wait_for(6).await.len();
        cast.authority(&id, "judgment_not_infringing", COURT).await;
        let lift = cast.platform.wait_for(sent + 1).await[sent].clone();
        assert_eq!((&lift.body["type"], &lift.body["lift"]["reason"]), (&"lift.decided".into(), &"judgment_not_infringing".into()));
        assert!(cast.shown(&id).await["listings"][0].get("measure_kind").is_none());

        // What is decided and what is not do not go together; of another platform's ruling there is nothing to delete.
        let two = cast.files(&LAMP, &["100000000032", "100000000033"]).await;
        let file = cast.file(&cast.examiner, "judgment").await;
        let form = json!({
            "act": "judgment_infringing", "kind": "judgment", "number": "(2026)浙02民初119号", "authority": COURT,
            "issued_on": service.today().to_string(), "file": file, "binds_platforms": ["ali"], "lines": [1],
        });
        service.post(&format!("/v1/admin/complaints/{}/authority-acts", id_of(&two)), &cast.examiner, &form).await.expect(201);
        let mixed = against(&[(1, json!({ "measure": "delete" })), (2, json!({}))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&two), ("decision", &mixed)).await.problem(422), "decision.deletion_apart");
        let served_elsewhere = cast.files(&LAMP, &["100000000034"]).await;
        let elsewhere = json!({ "binds_platforms": ["jd"], "lines": [1], "number": "(2026)浙02民初120号" });
        let mut form = form;
        form.as_object_mut().unwrap().extend(elsewhere.as_object().unwrap().clone());
        service.post(&format!("/v1/admin/complaints/{}/authority-acts", id_of(&served_elsewhere)), &cast.examiner, &form).await.expect(201);
        assert_eq!(cast.judge(&cast.examiner, id_of(&served_elsewhere), ("decision", &deletion)).await.problem(409), "complaint.not_possible");

        // Leads may let one examiner ask.
        let lead = service.account("lead", None).await.1;
        let rule = json!({ "sellers_max": 5, "sales": [], "deletions": false });
        let put = service.put("/v1/admin/four-eyes", &lead, &rule).await.expect(200);
        assert_eq!((&put["deletions"], &put["terminations"]), (&false.into(), &true.into()), "what nobody said takes two");
        let shown = cast.judge(&cast.examiner, id_of(&two), ("decision", &deletion)).await.expect(201);
        assert_eq!((&shown["listings"][0]["measure_kind"], &shown["proposed"]), (&"delete".into(), &Value::Null));
        cast.ends_sound().await;
    }

    /// A second look may go further than the first decision, by two examiners, and the platform is told anew.
    async fn a_second_look_may_ask_for_more(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000061").await;
        let seller = cast.seller(&takedown, true).await;
        let asked = json!({ "kind": "appeal", "text": "外观不同" });
        cast.service.post("/v1/seller/reviews", &seller, &asked).await.expect(201);
        let review = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.second).await.expect(200);
        let review = review["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap()["body"]["review"].clone();
        let path = format!("reviews/{}/decision", review.as_str().unwrap());
        let mut form = against(&[(1, json!({ "measure": "disconnect" }))]);
        form["text"] = "维持，改为断开链接".into();
        cast.judge(&cast.second, &id, (&path, &form)).await.expect(201);
        let anew = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&anew.body["type"], &anew.body["measure"]["kind"]), (&"takedown.decided".into(), &"disconnect".into()));
        cast.ends_sound().await;
    }
}
