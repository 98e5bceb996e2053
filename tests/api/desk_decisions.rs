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
