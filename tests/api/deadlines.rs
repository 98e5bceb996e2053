//! Deadlines explain themselves, stand still, and move when a calendar is announced.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, JUICER, LAMP, notice};
use crate::support::{Cast, Engine, Service, on_both_databases};

on_both_databases! {
    /// A waiting period that crosses into a year not announced yet is provisional; when the year is put, its
    /// last day moves, by an event, and the lift leaves then.
    async fn a_calendar_announced_later(engine: Engine) {
        let cast = Cast::at(engine, "2026-12-25 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000001").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        let answer = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let path = format!("/v1/complaints/{id}/statements/{}/receipt", answer["statement"].as_str().unwrap());
        cast.service.post(&path, &cast.holder, &json!({})).await.expect(201);
        let before = cast.deadline(&id, "waiting_period").await;
        assert_eq!((&before["due_on"], &before["provisional"]), (&"2027-01-11".into(), &true.into()), "{before:#}");

        let year = json!({ "source": "国办发明电〔2026〕8号", "days": [
            { "date": "2027-01-01", "off": true, "name": "元旦" },
            { "date": "2027-01-09", "off": false, "name": "元旦" },
        ] });
        let put = cast.service.put("/v1/admin/calendar/2027", &cast.service.admin, &year).await.expect(200);
        assert_eq!((&put["announced"], &put["calendar_version"]), (&true.into(), &"cn-2027+2027v1".into()));
        let path = format!("/v1/complaints/{id}");
        let moved = |c: &Value| c["listings"][0]["contest"]["ends_on"] == "2027-01-09";
        cast.service.until((&path, &cast.holder), moved).await;
        assert_eq!(cast.log(&id).await.last().unwrap(), "deadline_moved");
        let after = cast.deadline(&id, "waiting_period").await;
        assert_eq!((&after["due_on"], &after["provisional"]), (&"2027-01-09".into(), &false.into()), "{after:#}");
        let wrong = json!({ "source": "x", "days": [{ "date": "2028-01-01", "off": true, "name": "元旦" }] });
        assert_eq!(cast.service.put("/v1/admin/calendar/2027", &cast.service.admin, &wrong).await.problem(422), "calendar.day");
        assert_eq!(cast.service.get("/v1/admin/calendar/1", &cast.service.admin).await.problem(404), "not_found");
        cast.service.set_shanghai_time("2027-01-10 00:00:00");
        cast.platform.wait_for(2).await;
        cast.ends_sound().await;
    }

    /// The decision clock stands still while a supplement is awaited, and while the complaint is suspended.
    async fn the_decision_clock_stands_still(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000002"]).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!((&filed["due_on"], &filed["track"]), (&"2026-11-04".into(), &"simple".into()), "{filed:#}");
        let missing = json!({ "missing": [{
            "code": "evidence.test_purchase", "message": "the test purchase is missing", "message_zh": "缺少公证购买凭证",
            "cure": "supply it", "cure_zh": "补交", "law": "法释〔2020〕12号 7",
        }] });
        cast.service.set_shanghai_time("2026-11-03 10:00:00");
        let asked = cast.judge(&cast.examiner, id, ("supplement-request", &missing)).await.expect(201);
        assert_eq!((&asked["state"], &asked["due_on"]), (&"awaiting_supplement".into(), &"2026-11-10".into()), "{asked:#}");
        assert_eq!(cast.deadline(id, "decision").await["state"], "paused");
        cast.service.set_shanghai_time("2026-11-09 10:00:00");
        let file = cast.file(&cast.holder, "test purchase").await;
        let supplied = json!({ "documents": [{ "kind": "test_purchase", "file": file }] });
        let back = cast.service.post(&format!("/v1/complaints/{id}/supplement"), &cast.holder, &supplied).await.expect(201);
        assert_eq!((&back["state"], &back["due_on"]), (&"accepted".into(), &"2026-11-10".into()), "one of two days was used: {back:#}");
        let decision = cast.deadline(id, "decision").await;
        assert_eq!(decision["segments"][0]["pauses"], json!([{ "from": "2026-11-03", "until": "2026-11-09", "why": "supplement" }]), "{decision:#}");

        let why = json!({ "why": "invalidation_pending" });
        let still = cast.judge(&cast.examiner, id, ("suspension", &why)).await.expect(201);
        assert_eq!((&still["state"], &still["why"]), (&"suspended".into(), &"invalidation_pending".into()));
        cast.service.set_shanghai_time("2026-11-20 10:00:00");
        let on = cast.judge(&cast.examiner, id, ("resumption", &json!({}))).await.expect(201);
        assert_eq!((&on["state"], &on["due_on"]), (&"accepted".into(), &"2026-11-23".into()), "{on:#}");
        let queue = cast.service.get(&format!("/v1/admin/complaints/{id}/deadlines"), &cast.examiner).await.expect(200);
        let clocks: Vec<&str> = queue["items"].as_array().unwrap().iter().map(|d| d["clock"].as_str().unwrap()).collect();
        assert_eq!(clocks, ["formal_check", "decision", "supplement"]);
        cast.ends_sound().await;
    }

    /// What a platform owes runs from the day it received the message: shown as over when it is silent, ended
    /// when it says so. Nothing happens by itself.
    async fn what_a_platform_owes(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000008"]).await;
        let id = filed["id"].as_str().unwrap();
        let line = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        cast.judge(&cast.examiner, id, ("decision", &line)).await.expect(201);
        let takedown = cast.platform.wait_for(1).await[0].clone();
        cast.acknowledge(&takedown, "received").await;
        let applied = cast.deadline(id, "platform_applied").await;
        assert_eq!((&applied["due_on"], &applied["state"], &applied["force"]), (&"2026-11-03".into(), &"running".into(), &"policy".into()));
        cast.service.set_shanghai_time("2026-11-04 09:00:00");
        assert_eq!(cast.deadline(id, "platform_applied").await["state"], "over");
        cast.acknowledge(&takedown, "applied").await;
        let applied = cast.deadline(id, "platform_applied").await;
        assert_eq!((&applied["state"], &applied["ended_on"]), (&"ended".into(), &"2026-11-04".into()), "{applied:#}");
        let tells = cast.deadline(id, "platform_tells_seller").await;
        assert_eq!((&tells["due_on"], &tells["state"], &tells["force"]), (&"2026-11-05".into(), &"running".into(), &"law".into()));
        cast.seller(&takedown, true).await;
        assert_eq!(cast.deadline(id, "platform_tells_seller").await["ended_on"], "2026-11-04");
        let back = json!({ "reason": "settled" });
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &back).await.expect(201);
        let lift = cast.platform.wait_for(2).await[1].clone();
        cast.acknowledge(&lift, "lifted").await;
        let lifted = cast.deadline(id, "platform_lifted").await;
        assert_eq!((&lifted["due_on"], &lifted["ended_on"]), (&"2026-11-05".into(), &"2026-11-04".into()), "{lifted:#}");
        cast.ends_sound().await;
    }

    /// Something is missing for one listing only: the other is decided meanwhile; not supplied, the one is
    /// deemed withdrawn.
    async fn a_supplement_for_one_listing(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000003", "100000000004", "100000000005"]).await;
        let id = filed["id"].as_str().unwrap();
        let missing = json!({ "lines": [2, 3], "missing": [{
            "code": "listing.snapshot", "message": "no snapshot of the listing", "message_zh": "缺少商品页面截图",
            "cure": "supply one", "cure_zh": "补交截图", "law": "法发〔2020〕32号 5",
        }] });
        let asked = cast.judge(&cast.examiner, id, ("supplement-request", &missing)).await.expect(201);
        assert_eq!((&asked["state"], &asked["listings"][1]["awaited"]["due_on"]), (&"accepted".into(), &"2026-11-09".into()), "{asked:#}");
        let line = |n: u32| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        let all = json!({ "lines": [line(1), line(2)] });
        assert_eq!(cast.judge(&cast.examiner, id, ("decision", &all)).await.problem(409), "complaint.not_possible");
        cast.judge(&cast.examiner, id, ("decision", &json!({ "lines": [line(1)] }))).await.expect(201);
        let file = cast.file(&cast.holder, "snapshot").await;
        let supplied = json!({ "lines": [2], "documents": [{ "kind": "listing_snapshot", "file": file }] });
        let back = cast.service.post(&format!("/v1/complaints/{id}/supplement"), &cast.holder, &supplied).await.expect(201);
        assert_eq!((&back["filed_at"], &back["listings"][1]["awaited"]), (&filed["filed_at"], &Value::Null), "{back:#}");
        cast.judge(&cast.examiner, id, ("decision", &json!({ "lines": [line(2)] }))).await.expect(201);
        cast.service.set_shanghai_time("2026-11-10 00:00:00");
        let path = format!("/v1/complaints/{id}");
        let ended = cast.service.until((&path, &cast.holder), |c| c["state"] == "decided").await;
        assert_eq!(ended["listings"][2]["determination"], "withdrawn", "{ended:#}");
        cast.ends_sound().await;
    }
}

/// Days at their borders: what is filed one second before midnight in Shanghai is of that day.
#[test]
fn a_day_ends_at_midnight_in_shanghai() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let (_, holder) = service.account("complainant", None).await;
        service.set_shanghai_time("2026-11-05 23:59:50");
        let files = Deposited::of(&service, &holder, &JUICER).await;
        let mut form = notice(&JUICER, &files, &["100000000006"]);
        form.as_object_mut().unwrap().remove("truth_guarantee");
        let path = |answer: &Value| format!("/v1/complaints/{}", answer["id"].as_str().unwrap());
        service.set_shanghai_time("2026-11-05 23:59:57");
        let before = service.file(&holder, ("m-1", &form)).await.expect(201);
        form["accused_products"][0]["listings"] = json!([{ "url": "https://item.taobao.com/item.htm?id=100000000007" }]);
        service.set_shanghai_time("2026-11-06 00:00:00");
        let after = service.file(&holder, ("m-2", &form)).await.expect(201);
        assert_eq!((&before["due_on"], &after["due_on"]), (&"2026-11-12".into(), &"2026-11-13".into()));
        let seen = service.get(&format!("{}/deadlines", path(&before)), &holder).await.expect(200);
        assert_eq!(seen["items"][1]["segments"][0]["from"], "2026-11-05", "{seen:#}");
    });
}

/// `fasttrack deadline` answers as the service counts.
#[test]
fn the_command_counts_as_the_service_does() {
    let run = |args: &[&str]| std::process::Command::new(crate::support::service::PROGRAM).arg("deadline").args(args).output().unwrap();
    let done = run(&["--from", "2026-09-20", "--calendar-days", "15", "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let out: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&out["from"], &out["due"], &out["provisional"]), (&"2026-09-20".into(), &"2026-10-08".into(), &false.into()));
    assert!(out["explanation"].as_str().unwrap().contains("顺延至2026-10-08"));
    let out: Value = serde_json::from_slice(&run(&["--from", "2026-02-06", "--working-days", "20", "--json"]).stdout).unwrap();
    assert_eq!(out["due"], "2026-03-12");
    assert!(!run(&["--from", "2026-02-06"]).status.success(), "a period is asked for");
}
