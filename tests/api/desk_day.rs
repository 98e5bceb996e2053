//! A day in an examiner's life, and the next morning, through the API alone.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, SHELF, notice};
use crate::support::{Cast, Engine, on_both_databases};

/// What an examiner writes for the house.
const NOTE: &str = "主视图差异仅在底座，请先看评价报告第2页";

fn decision(line: u32, determination: &str, reason: &str) -> Value {
    json!({ "lines": [{ "line": line, "determination": determination, "takedown": determination == "infringing", "reasons": [reason] }] })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn path(complaint: &str, of: &str) -> String {
    format!("/v1/admin/complaints/{complaint}/{of}")
}

async fn seen(cast: &Cast, complaint: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{complaint}"), &cast.examiner).await.expect(200)
}

/// Ids of a view of the queue.
async fn queue(cast: &Cast, (query, key): (&str, &str)) -> Vec<String> {
    let page = cast.service.get(&format!("/v1/admin/queue?{query}"), key).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|i| text(&i["id"])).collect()
}

/// A complaint about a lamp with a photograph of the accused product.
async fn files_with_picture(cast: &Cast, item: &str) -> String {
    let picture = [&[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'][..], b"not much of a photograph"].concat();
    let picture = cast.service.deposit_bytes(&cast.holder, picture).await;
    cast.knows(&LAMP).await;
    let mut files = Deposited::of(&cast.service, &cast.holder, &LAMP).await;
    // What was granted has pages that can be drawn.
    files.grant = cast.service.deposit(&cast.holder, &crate::support::fixture("reports/demo-design-2.pdf")).await;
    let mut form = notice(&LAMP, &files, &[item]);
    form["truth_guarantee"]["signed_on"] = cast.service.today().to_string().into();
    form["alleged_act_on"] = cast.service.today().to_string().into();
    form["accused_products"][0]["pictures"] = json!([picture]);
    text(&cast.service.file(&cast.holder, (item, &form)).await.expect(201)["id"])
}

/// Claims the next and looks at all of it: what it is judged by is on one screen, and its pictures can be seen.
async fn claims_and_looks(cast: &Cast) -> Value {
    let claim = cast.service.post("/v1/admin/queue/claims", &cast.examiner, &json!({})).await.expect(201);
    let shown = seen(cast, &text(&claim["complaint"])).await;
    assert_eq!(shown["claim"]["examiner"], claim["examiner"]);
    assert!(shown["findings"].as_array().unwrap().iter().any(|f| f["quote"].is_string() && f["page"].is_number()));
    assert!(shown["facts"]["report.overall"].is_string() && shown["criteria"].as_array().is_some_and(|c| !c.is_empty()));
    assert!(
        shown["deadlines"].as_array().unwrap().iter().any(|d| d["clock"] == "decision" && d["segments"][0]["explanation_zh"].is_string())
    );
    assert!(shown["conduct"].is_object() && !shown["log"].as_array().unwrap().is_empty());
    let page = text(&shown["pages_quoted"][0]["href"]);
    let drawn = cast.service.get(&page, &cast.examiner).await;
    assert_eq!((drawn.status, drawn.header("content-type")), (200, "image/png".into()));
    assert_eq!(cast.service.get(&page, &cast.examiner).await.bytes, drawn.bytes, "remembered");
    let side = &shown["side_by_side"][0];
    for href in [&side["granted"][0]["href"], &side["accused"][0]["href"]] {
        let picture = cast.service.get(&text(href), &cast.examiner).await;
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/png".into()), "{href}");
        assert!(picture.header("content-security-policy").contains("sandbox"));
    }
    let certificate = shown["notice"]["documents"].as_array().unwrap().iter().find(|d| d["kind"] == "identity").unwrap();
    let broken = path(&text(&shown["id"]), &format!("pictures/{}", text(&certificate["file"])));
    assert_eq!(cast.service.get(&broken, &cast.examiner).await.problem(422), "report.page_not_drawn");
    shown
}

on_both_databases! {
    async fn a_day_in_an_examiners_life(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-19 08:30:00", "platform").await;
        let service = &cast.service;
        let (lead, third) = (service.account("lead", None).await.1, service.account("examiner", None).await);
        // What lies there in the morning: three lamps and three shelves, all simple.
        let mut lamps = Vec::new();
        for item in ["600000000001", "600000000002", "600000000003"] {
            lamps.push(files_with_picture(&cast, item).await);
        }
        let mut shelves = Vec::new();
        for item in ["600000000004", "600000000005", "600000000006"] {
            shelves.push(text(&cast.files(&SHELF, &[item]).await["id"]));
        }
        let counts = service.get("/v1/admin/queue/counts", &cast.examiner).await.expect(200);
        assert_eq!((&counts["total"], &counts["at_least"]), (&6.into(), &false.into()));

        // The first: looked at, the report found genuine enough, decided; the colleague gets another.
        let first = claims_and_looks(&cast).await;
        let id = text(&first["id"]);
        assert_eq!(first["others"].as_array().unwrap().len(), 2);
        let other = service.post("/v1/admin/queue/claims", &cast.second, &json!({})).await.expect(201);
        assert_ne!(other["complaint"], first["id"]);
        let grant = json!({ "level": "C", "evidence": "已核对原件" });
        // On what was seen, and on nothing else.
        let grants = path(&id, "authenticity");
        let stale = first["version"].as_u64().unwrap() - 1;
        assert_eq!(service.post_if(&grants, &cast.examiner, (&stale.into(), &grant)).await.problem(412), "complaint.changed");
        let granted = service.post_if(&grants, &cast.examiner, (&first["version"], &grant)).await.expect(201);
        let yes = decision(1, "infringing", "same_design");
        assert_eq!(service.post_if(&path(&id, "decision"), &cast.examiner, (&first["version"], &yes)).await.problem(412), "complaint.changed");
        service.post_if(&path(&id, "decision"), &cast.examiner, (&granted["version"], &yes)).await.expect(201);
        let takedown = cast.platform.wait_for(1).await[0].clone();
        cast.acknowledge(&takedown, "applied").await;
        assert!(!queue(&cast, ("", &cast.examiner)).await.contains(&id));

        // The second is not simple: to the other track, with a note, to a colleague who knows such things.
        let doubtful = text(&claims_and_looks(&cast).await["id"]);
        service.post(&path(&doubtful, "notes"), &cast.examiner, &json!({ "text": NOTE })).await.expect(201);
        let why = json!({ "to": "complex", "reason": "底座形状差异需听取卖家意见" });
        cast.judge(&cast.examiner, &doubtful, ("track", &why)).await.expect(201);
        let over = json!({ "examiner": third.0, "text": "请接手" });
        service.post(&path(&doubtful, "assignment"), &cast.examiner, &over).await.expect(201);
        assert_eq!(queue(&cast, ("assigned=me", &third.1)).await, std::slice::from_ref(&doubtful));
        let taken = service.get(&format!("/v1/admin/complaints/{doubtful}"), &third.1).await.expect(200);
        assert_eq!(taken["notes"].as_array().unwrap().iter().map(|n| text(&n["text"])).collect::<Vec<_>>(), [NOTE, "请接手"]);
        // Who took it over finds that it is simple after all, and has to say why; the log says both.
        let back = json!({ "to": "simple" });
        assert_eq!(cast.judge(&third.1, &doubtful, ("track", &back)).await.problem(422), "track.reason_required");
        let back = json!({ "to": "simple", "reason": "底座不属于设计要点" });
        let shown = cast.judge(&third.1, &doubtful, ("track", &back)).await.expect(201);
        let explained: Vec<(String, String, String)> = shown["log"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|e| e["type"] == "track_changed")
            .map(|e| (text(&e["body"]["from"]), text(&e["body"]["to"]), text(&e["body"]["reason"])))
            .collect();
        let said = |from: &str, to: &str, why: &Value| (from.to_owned(), to.to_owned(), text(&why["reason"]));
        assert_eq!(explained, [said("simple", "complex", &why), said("complex", "simple", &back)]);
        let last = shown["log"].as_array().unwrap().iter().rfind(|e| e["type"] == "track_changed").unwrap();
        assert!(last["body"]["was_due_on"].is_string() && last["actor"] == format!("examiner:{}", third.0));

        // The shelves are alike: one stays for tomorrow, the others are decided together, as the preview said.
        let tomorrow = json!({ "on": "2026-11-20", "text": "等待无效宣告检索结果" });
        let reminder = service.post(&path(&shelves[2], "reminders"), &cast.examiner, &tomorrow).await.expect(201);
        service.post(&path(&shelves[2], "claim"), &cast.second, &json!({})).await.expect(201);
        let bulk = json!({
            "view": { "text": "ZL 2022 3041 8527", "state": "accepted" },
            "determination": "not_infringing", "reasons": ["design_differs"], "text": "整体视觉效果不同",
        });
        let previewed = service.post("/v1/admin/bulk-decisions", &cast.examiner, &bulk).await.expect(201);
        assert_eq!((&previewed["progress"]["left"], &previewed["progress"]["left_out"]), (&2.into(), &1.into()));
        let run = format!("/v1/admin/bulk-decisions/{}", text(&previewed["id"]));
        service.post(&format!("{run}/start"), &cast.examiner, &json!({})).await.expect(201);
        let done = service.until((&run, &cast.examiner), |b| b["state"] == "done").await;
        assert_eq!((&done["progress"]["decided"], &done["progress"]["not_done"]), (&2.into(), &0.into()));

        // In the evening the sale comes near: a takedown takes two now, and not the same two hands.
        let sales = json!({ "sellers_max": 5, "sales": [{ "month": 11, "day": 25, "days_before": 10 }] });
        service.put("/v1/admin/four-eyes", &lead, &sales).await.expect(200);
        let own = other["complaint"].as_str().unwrap();
        let proposed = cast.judge(&cast.second, own, ("decision", &yes)).await.expect(201);
        assert_eq!(proposed["proposed"]["rules"][0]["rule"], "sale");
        assert_eq!(cast.judge(&cast.second, own, ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let confirmed = cast.judge(&cast.examiner, own, ("decision-confirmation", &json!({}))).await.expect(201);
        assert_eq!(confirmed["state"], "decided");

        // The next morning the reminder is on top; the seller's side appealed nothing, the holder did.
        service.set_shanghai_time("2026-11-20 08:30:00");
        let appeal = json!({ "kind": "appeal", "text": "请复核底座" });
        service.post(&format!("/v1/complaints/{}/reviews", shelves[0]), &cast.holder, &appeal).await.expect(201);
        let morning = service.get("/v1/admin/queue", &cast.examiner).await.expect(200);
        assert_eq!((text(&morning["items"][0]["id"]), text(&morning["items"][0]["reminder"]["text"])), (shelves[2].clone(), text(&tomorrow["text"])));
        let done = path(&shelves[2], &format!("reminders/{}", text(&reminder["id"])));
        service.delete(&done, &cast.examiner).await.expect(204);
        // A second look is taken by another than the first, and found by its reason.
        assert_eq!(queue(&cast, ("reason=second_look", &cast.second)).await, [shelves[0].clone()]);
        let reviews = seen(&cast, &shelves[0]).await["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap()["body"]["review"].clone();
        let upheld = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["design_differs"] }], "text": "维持" });
        let act = format!("reviews/{}/decision", text(&reviews));
        assert_eq!(cast.judge(&cast.examiner, &shelves[0], (&act, &upheld)).await.problem(409), "complaint.not_possible");
        cast.judge(&cast.second, &shelves[0], (&act, &upheld)).await.expect(201);
        // A wrong takedown is lifted at once.
        let wrong = json!({ "lines": [1], "reason": "decision_corrected", "text": "更正" });
        let before = cast.platform.messages().len();
        cast.judge(&cast.examiner, &id, ("lift", &wrong)).await.expect(201);
        let lift = cast.platform.wait_for(before + 1).await[before].clone();
        assert_eq!(lift.body["type"], "lift.decided");
        assert_eq!(queue(&cast, ("", &cast.examiner)).await.len(), 2, "the doubtful one, and the shelf of today");
        for message in cast.platform.messages() {
            assert!(!String::from_utf8(message.bytes).unwrap().contains(NOTE));
        }
        cast.ends_sound().await;
    }
}
