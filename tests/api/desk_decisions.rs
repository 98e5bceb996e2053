//! Decisions at the examiners' desk: two examiners by effect, each rule saying that it fired; reasons from a list that
//! leads maintain.

use serde_json::{Value, json};

use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

fn id_of(filed: &Value) -> &str {
    filed["id"].as_str().unwrap()
}

fn decision(lines: &[u32], determination: &str, reason: &str) -> Value {
    let takedown = determination == "infringing";
    let line = |n: &u32| json!({ "line": n, "determination": determination, "takedown": takedown, "reasons": [reason] });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

async fn examined(cast: &Cast, id: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200)
}

/// A complaint about items of as many shops.
async fn files_against(cast: &Cast, shops: &[&str]) -> Value {
    let number = |shop: &&str| shop.bytes().fold(1_000_000_007_u64, |n, b| n * 31 % 899_999_999_999 + u64::from(b));
    let items: Vec<String> = shops.iter().map(|shop| (100_000_000_000 + number(shop)).to_string()).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    cast.files_as(&LAMP, &items, |form| {
        for (n, shop) in shops.iter().enumerate() {
            form["accused_products"][0]["listings"][n]["shop"] = (*shop).into();
        }
    })
    .await
}

on_both_databases! {
    /// More than five sellers, counted over the parts of a decision; the ten days before a sale, in Shanghai. Each rule
    /// says what it saw. Who proposed does not confirm, another does; what speaks for the seller takes one.
    async fn two_examiners_by_effect(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-10 23:50:00", "platform").await;
        let service = &cast.service;
        let lead = service.account("lead", None).await.1;
        let rule = |sales: Value| json!({ "sellers_max": 5, "sales": sales });
        let sales = json!([{ "month": 6, "day": 18, "days_before": 10 }, { "month": 11, "day": 11, "days_before": 10 }]);
        let bad = rule(json!([{ "month": 2, "day": 30, "days_before": 10 }]));
        assert_eq!(service.put("/v1/admin/four-eyes", &lead, &bad).await.problem(422), "four_eyes.sale");
        let put = service.put("/v1/admin/four-eyes", &lead, &rule(sales)).await.expect(200);
        assert_eq!(put["version"], 2);

        let before = files_against(&cast, &["甲"]).await;
        let shown = cast.judge(&cast.examiner, id_of(&before), ("decision", &decision(&[1], "infringing", "same_design"))).await.expect(201);
        assert_eq!(shown["proposed"]["rules"], json!([{ "rule": "sale", "saw": "2026-11-11" }]));
        assert_eq!(shown["listings"][0]["determination"], "pending");
        let found = service.get("/v1/admin/queue?reason=second_examiner", &cast.second).await.expect(200);
        assert_eq!(found["items"][0]["id"], id_of(&before));
        // It is nothing for who proposed it.
        assert_eq!(service.post("/v1/admin/queue/claims", &cast.examiner, &json!({})).await.status, 204);
        assert_eq!(service.post("/v1/admin/queue/claims", &cast.second, &json!({})).await.expect(201)["complaint"], id_of(&before));
        assert_eq!(cast.judge(&cast.examiner, id_of(&before), ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let shown = cast.judge(&cast.second, id_of(&before), ("decision-confirmation", &json!({}))).await.expect(201);
        assert_eq!((&shown["listings"][0]["determination"], &shown["proposed"]), (&"infringing".into(), &Value::Null));
        let for_seller = files_against(&cast, &["乙"]).await;
        let shown = cast.judge(&cast.examiner, id_of(&for_seller), ("decision", &decision(&[1], "not_infringing", "design_differs"))).await.expect(201);
        assert_eq!(shown["state"], "decided");

        // On the day itself it is over.
        service.set_shanghai_time("2026-11-11 00:00:10");
        let on_the_day = files_against(&cast, &["丙"]).await;
        let shown = cast.judge(&cast.examiner, id_of(&on_the_day), ("decision", &decision(&[1], "infringing", "same_design"))).await.expect(201);
        assert_eq!(shown["state"], "decided");

        // Six sellers, three and then three: the last three make six.
        let many = files_against(&cast, &["1", "2", "3", "4", "5", "6"]).await;
        let shown = cast.judge(&cast.examiner, id_of(&many), ("decision", &decision(&[1, 2, 3], "infringing", "same_design"))).await.expect(201);
        assert_eq!((&shown["listings"][2]["determination"], &shown["proposed"]), (&"infringing".into(), &Value::Null));
        let rest = decision(&[4, 5, 6], "infringing", "same_design");
        let shown = cast.judge(&cast.examiner, id_of(&many), ("decision", &rest)).await.expect(201);
        assert_eq!(shown["proposed"]["rules"], json!([{ "rule": "sellers", "saw": "6" }]));
        // A second proposal, of five, needs nobody else; it takes the place of the first.
        let shown = cast.judge(&cast.second, id_of(&many), ("decision", &decision(&[4, 5], "infringing", "same_design"))).await.expect(201);
        assert_eq!((&shown["listings"][4]["determination"], &shown["proposed"]), (&"infringing".into(), &Value::Null));
        cast.ends_sound().await;
    }

    /// A lead adds a code and retires one; decisions give what is on the list and nothing else; none is taken away.
    async fn reasons_are_a_list_that_leads_maintain(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let service = &cast.service;
        let lead = service.account("lead", None).await.1;
        let mut list = service.get("/v1/admin/reasons", &cast.examiner).await.expect(200);
        assert_eq!(list["version"], 0);
        let filed = files_against(&cast, &["甲", "乙"]).await;
        let novel = decision(&[1], "infringing", "mould_marks");
        assert_eq!(cast.judge(&cast.examiner, id_of(&filed), ("decision", &novel)).await.problem(422), "decision.unknown_reason");

        list.as_object_mut().unwrap().remove("version");
        let first = list["reasons"][0]["code"].as_str().unwrap().to_owned();
        list["reasons"][0]["retired"] = true.into();
        list["reasons"].as_array_mut().unwrap().push(json!({ "code": "mould_marks", "title_zh": "模具痕迹一致", "title_en": "The same mould" }));
        assert_eq!(service.put("/v1/admin/reasons", &cast.examiner, &list).await.problem(403), "role.not_allowed");
        assert_eq!(service.put("/v1/admin/reasons", &lead, &list).await.expect(200)["version"], 1);
        cast.judge(&cast.examiner, id_of(&filed), ("decision", &novel)).await.expect(201);
        let retired = decision(&[2], "infringing", &first);
        assert_eq!(cast.judge(&cast.examiner, id_of(&filed), ("decision", &retired)).await.problem(422), "decision.unknown_reason");
        // In the document it stands in words.
        cast.judge(&cast.examiner, id_of(&filed), ("decision", &decision(&[2], "infringing", "mould_marks"))).await.expect(201);
        let shown = examined(&cast, id_of(&filed)).await;
        assert_eq!(shown["log"].as_array().unwrap().iter().filter(|e| e["body"]["lines"][0]["reasons"][0] == "mould_marks").count(), 2);

        list["reasons"].as_array_mut().unwrap().pop();
        let problem = service.put("/v1/admin/reasons", &lead, &list).await;
        assert!(problem.body["detail"].as_str().unwrap().contains("mould_marks"), "{:#}", problem.body);
        assert_eq!(problem.problem(422), "reasons.list");
    }
}

/// Waits until a bulk decision is as `is` says.
async fn bulk_until(cast: &Cast, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    cast.service.until((&format!("/v1/admin/bulk-decisions/{id}"), &cast.examiner), is).await
}

/// What a bulk decision says of each complaint, by its id: what will happen, what did, why not.
fn told(bulk: &Value) -> std::collections::BTreeMap<String, String> {
    let word = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let items = bulk["items"].as_array().unwrap().iter();
    items.map(|i| (word(&i["complaint"]), format!("{} {} {}", word(&i["will"]), word(&i["outcome"]), word(&i["why"])))).collect()
}

on_both_databases! {
    /// What the preview says happens, to each by an event of its own; what changed since, what another took, what is
    /// not possible is left, with the reason, and waits on.
    async fn a_bulk_decision_does_what_its_preview_said(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let service = &cast.service;
        let clean = files_against(&cast, &["甲"]).await;
        let moved = files_against(&cast, &["乙"]).await;
        let taken_later = files_against(&cast, &["丙"]).await;
        let taken = files_against(&cast, &["丁"]).await;
        let many = files_against(&cast, &["1", "2", "3", "4", "5", "6"]).await;
        let unheard = cast.files_complex(&["300000000001"]).await;
        service.post(&format!("/v1/admin/complaints/{}/claim", id_of(&taken)), &cast.second, &json!({})).await.expect(201);
        let asked = |view: Value| json!({ "view": view, "determination": "infringing", "takedown": true, "reasons": ["same_design"], "text": "逐一核对" });
        assert_eq!(service.post("/v1/admin/bulk-decisions", &cast.examiner, &asked(json!({ "track": "fast" }))).await.problem(422), "list.filter");
        let previewed = service.post("/v1/admin/bulk-decisions", &cast.examiner, &asked(json!({ "platform": "ali" }))).await.expect(201);
        let id = previewed["id"].as_str().unwrap();
        let expected = [
            (&clean, "decide - -"), (&moved, "decide - -"), (&taken_later, "decide - -"), (&taken, "leave_out - held"),
            (&many, "propose - -"), (&unheard, "leave_out - not_possible"),
        ];
        assert_eq!(told(&previewed), expected.map(|(c, what)| (id_of(c).to_owned(), what.to_owned())).into());
        let progress = |b: &Value| b["progress"].clone();
        assert_eq!(progress(&previewed), json!({ "left_out": 2, "decided": 0, "proposed": 0, "not_done": 0, "left": 4 }));
        // Nothing happened yet, and then two of them move on.
        assert_eq!(examined(&cast, id_of(&clean)).await["state"], "accepted");
        cast.judge(&cast.second, id_of(&moved), ("track", &json!({ "to": "complex" }))).await.expect(201);
        service.post(&format!("/v1/admin/complaints/{}/claim", id_of(&taken_later)), &cast.second, &json!({})).await.expect(201);
        let start = format!("/v1/admin/bulk-decisions/{id}/start");
        assert_eq!(service.post(&start, &cast.second, &json!({})).await.problem(409), "bulk.not_yours");
        service.post(&start, &cast.examiner, &json!({})).await.expect(201);
        assert_eq!(service.post(&start, &cast.examiner, &json!({})).await.problem(409), "bulk.ended");

        let done = bulk_until(&cast, id, |b| b["state"] == "done").await;
        let expected = [
            (&clean, "decide decided -"), (&moved, "decide not_done changed"), (&taken_later, "decide not_done held"), (&taken, "leave_out - held"),
            (&many, "propose proposed -"), (&unheard, "leave_out - not_possible"),
        ];
        assert_eq!(told(&done), expected.map(|(c, what)| (id_of(c).to_owned(), what.to_owned())).into());
        assert_eq!(progress(&done), json!({ "left_out": 2, "decided": 1, "proposed": 1, "not_done": 2, "left": 0 }));
        assert_eq!(service.post(&format!("/v1/admin/bulk-decisions/{id}/stop"), &cast.examiner, &json!({})).await.problem(409), "bulk.ended");
        let of = |shown: &Value, kind: &str| shown["log"].as_array().unwrap().iter().filter(|e| e["type"] == kind).count();
        let (a, b) = (examined(&cast, id_of(&clean)).await, examined(&cast, id_of(&many)).await);
        assert_eq!((of(&a, "decided"), of(&b, "decided"), of(&b, "decision_proposed")), (1, 0, 1));
        assert_eq!(a["log"].as_array().unwrap().iter().rfind(|e| e["type"] == "decided").unwrap()["body"]["text"], "逐一核对");
        assert_eq!(cast.platform.wait_for(2).await.iter().filter(|m| m.body["type"] == "takedown.decided").count(), 1);
        cast.ends_sound().await;
    }

    /// Stopped, it decides nothing more: what is left is counted, and waits on.
    async fn a_bulk_decision_can_be_stopped(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let service = &cast.service;
        let lead = service.account("lead", None).await.1;
        for n in 0..16 {
            files_against(&cast, &[format!("店{n}").as_str()]).await;
        }
        let form = json!({ "view": {}, "determination": "undetermined", "reasons": ["evidence_insufficient"] });
        let previewed = service.post("/v1/admin/bulk-decisions", &cast.examiner, &form).await.expect(201);
        let path = |act: &str| format!("/v1/admin/bulk-decisions/{}/{act}", previewed["id"].as_str().unwrap());
        service.post(&path("start"), &cast.examiner, &json!({})).await.expect(201);
        assert_eq!(service.post(&path("stop"), &cast.second, &json!({})).await.problem(409), "bulk.not_yours");
        let stopped = service.post(&path("stop"), &lead, &json!({})).await.expect(201);
        assert_eq!(stopped["state"], "stopped");
        // Longer than the agenda waits between its looks.
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        let later = bulk_until(&cast, previewed["id"].as_str().unwrap(), |_| true).await;
        let told = |bulk: &Value, what: &str| bulk["progress"][what].as_u64().unwrap();
        let (decided, left) = (told(&later, "decided"), told(&later, "left"));
        // One may have been in hand at that moment.
        assert!(left >= 1 && decided <= told(&stopped, "decided") + 1 && decided + left == 16, "{:#}", later["progress"]);
        let waits = service.get("/v1/admin/queue", &cast.examiner).await.expect(200);
        assert_eq!(waits["items"].as_array().unwrap().len() as u64, left);
    }
}
