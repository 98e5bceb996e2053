//! What a platform says of what it was sent, in its answer to the webhook itself, and what becomes of its silence.

use serde_json::{Value, json};

use crate::support::cast::Cast;
use crate::support::database::tamper;
use crate::support::notices::LAMP;
use crate::support::platform::Platform;
use crate::support::{Engine, on_both_databases};

const QUEUE: &str = "/v1/admin/queue";

/// A complaint about these items, all to be taken down; its id. The platform answers its message with `says`.
async fn decides(cast: &Cast, items: &[&str], says: &str) -> String {
    let filed = cast.files(&LAMP, items).await;
    let id = filed["id"].as_str().unwrap().to_owned();
    let line = |n: usize| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
    let decision = json!({ "lines": (1..=items.len()).map(line).collect::<Vec<_>>() });
    cast.platform.will_say(&[says]);
    cast.judge(&cast.examiner, &id, ("decision", &decision)).await.expect(201);
    id
}

/// The newest attempt in the log of the platform's endpoint, once it is the `n`th.
async fn attempt(cast: &Cast, n: usize) -> Value {
    let path = format!("/v1/platform/endpoints/{}/attempts", cast.platform.endpoint);
    let log = cast.service.until((&path, &cast.platform.key), |l| l["items"].as_array().unwrap().len() == n).await;
    log["items"][0].clone()
}

fn results(attempt: &Value) -> Vec<&str> {
    attempt["acknowledged"]["rows"].as_array().unwrap().iter().filter_map(|r| r["result"].as_str()).collect()
}

/// From here on the platform's endpoint is one for tests: what else it is issued lies in its feed only.
fn only_pulls(cast: &Cast) {
    assert!(tamper(&cast.service.database_url, "UPDATE endpoints SET event_types = '[\"test\"]'"));
}

/// When the platform's time to say `applied` is over, and how it stands.
async fn applied_by(cast: &Cast, id: &str) -> (String, String) {
    let clock = cast.deadline(id, "platform_applied").await;
    (clock["due_on"].as_str().unwrap().to_owned(), clock["state"].as_str().unwrap().to_owned())
}

/// The complaints in the queue, all of them there because a platform is silent, once there are so many.
async fn silent(cast: &Cast, n: usize) -> Vec<String> {
    let queue = cast.service.until((QUEUE, &cast.examiner), |q| q["items"].as_array().unwrap().len() == n).await;
    let items = queue["items"].as_array().unwrap();
    assert!(items.iter().all(|i| i["reopened"] == json!(["dispatch.unacknowledged"])), "{queue:#}");
    items.iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    /// The answer to the webhook says what a `POST` would; whichever way it is said again, it is known.
    async fn the_answer_to_a_webhook_acknowledges(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let says = json!({ "code": 0, "acknowledgements": [
            { "n": 1, "step": "received" }, { "n": 1, "step": "applied", "measure": "disconnect", "at": "2026-11-02T00:59:00Z" },
            { "n": 2, "step": "applied" }, { "n": 1, "step": "refused" }, { "n": 1, "step": "lifted" },
        ]})
        .to_string();
        let id = decides(&cast, &["100000000001"], &says).await;
        let first = attempt(&cast, 1).await;
        let wrong = ["acknowledgement.no_such_line", "acknowledgement.reason", "acknowledgement.step_out_of_place"];
        assert_eq!(results(&first), [["recorded", "recorded"].as_slice(), &wrong].concat(), "{first:#}");
        assert_eq!((&first["outcome"], &first["acknowledged"]["refused"]), (&"delivered".into(), &Value::Null));
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "in_force");

        let takedown = cast.platform.messages()[0].clone();
        let shown = cast.service.get(&format!("/v1/platform/dispatches/{}", takedown.id), &cast.platform.key).await.expect(200);
        let kept: Vec<(&str, &str)> = shown["acknowledgements"].as_array().unwrap().iter().map(|a| (a["step"].as_str().unwrap(), a["at"].as_str().unwrap())).collect();
        assert_eq!(kept.len(), 2, "{shown:#}");
        assert!(kept.contains(&("applied", "2026-11-02T00:59:00Z")), "{kept:?}");
        let path = format!("/v1/platform/dispatches/{}/acknowledgements", takedown.id);
        let posted = cast.service.post(&path, &cast.platform.key, &json!({ "lines": [{ "n": 1, "step": "applied" }] })).await.expect(200);
        assert_eq!(posted["rows"][0]["result"], "known");
        cast.platform.will_say(&[&says]);
        cast.service.post(&format!("/v1/platform/dispatches/{}/redelivery", takedown.id), &cast.platform.key, &json!({})).await.expect(201);
        let again = attempt(&cast, 2).await;
        assert_eq!(results(&again), [["known", "known"].as_slice(), &wrong].concat(), "{again:#}");
        cast.ends_sound().await;
    }

    /// What is no acknowledgement harms nothing, and says why in the log of attempts; what is none of a success, or
    /// of a test, acknowledges nothing.
    async fn a_bad_acknowledgement_harms_nothing(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let applied = r#"{"acknowledgements":[{"n":1,"step":"applied"}]}"#;
        let hostile = r#"{"acknowledgements":[{"n":1,"step":"received","sold_before":"-009999-01-01"},{"n":1,"step":"received","at":"-004800-01-01T00:00:00Z"}]}"#;
        let long = format!(r#"{{"acknowledgements":[{{"n":1,"step":"applied"}}],"trace":"{}"}}"#, "x".repeat(64 * 1_024));
        let said = [
            (r#"{"acknowledgements":[{"n":1,"step":"applied","note":"\u0000"}]}"#, Some("acknowledgement.unreadable")),
            (r#"{"acknowledgements":[{"n":1,"step":"done"}]}"#, Some("acknowledgement.unreadable")),
            (&long, Some("acknowledgement.too_large")),
            ("ok", None),
        ];
        for (n, (body, code)) in said.into_iter().enumerate() {
            let id = decides(&cast, &[&format!("10000000001{n}")], body).await;
            let seen = attempt(&cast, n + 1).await;
            assert_eq!((&seen["outcome"], seen["acknowledged"]["refused"]["code"].as_str()), (&"delivered".into(), code), "{seen:#}");
            assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "requested");
        }
        let id = decides(&cast, &["100000000019"], hostile).await;
        let seen = attempt(&cast, 5).await;
        assert_eq!((&seen["outcome"], results(&seen)), (&"delivered".into(), vec!["acknowledgement.too_early"; 2]));

        cast.platform.will_say(&[applied]);
        cast.service.post(&format!("/v1/platform/endpoints/{}/test", cast.platform.endpoint), &cast.platform.key, &json!({})).await.expect(201);
        assert_eq!(results(&attempt(&cast, 6).await), ["acknowledgement.no_such_line"], "a test has no listings");

        let dispatch = cast.platform.messages()[4].id.clone();
        cast.platform.will_answer(&[500]);
        cast.platform.will_say(&[applied, "ok"]);
        cast.service.post(&format!("/v1/platform/dispatches/{dispatch}/redelivery"), &cast.platform.key, &json!({})).await.expect(201);
        attempt(&cast, 8).await;
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "requested", "a failure acknowledges nothing");
        cast.ends_sound().await;
    }

    /// What its records say against the complaint goes to an examiner at once, as if it had been posted.
    async fn what_the_answer_says_against_goes_to_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let says = json!({ "acknowledgements": [{ "n": 1, "step": "received", "sold_before": "2023-05-09" }] }).to_string();
        let id = decides(&cast, &["100000000021"], &says).await;
        let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["id"] == *id).await;
        assert_eq!(waiting["items"][0]["reopened"], json!(["platform.sold_before_filing"]));
        cast.ends_sound().await;
    }

    /// A complaint that comes back again before anybody looked at it keeps every reason: what the platform's records say
    /// against it is not hidden by what it says later, nor by its silence. Whoever looks at it has seen all.
    async fn no_reason_hides_another(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let says = json!({ "acknowledgements": [{ "n": 1, "step": "received", "sold_before": "2023-05-09" }] }).to_string();
        let id = decides(&cast, &["100000000023"], &says).await;
        cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["id"] == *id).await;
        let dispatch = cast.platform.messages()[0].id.clone();
        cast.service.set_shanghai_time("2026-11-03 09:00:00");
        let again = json!({ "dispatch": dispatch, "n": 1, "item_id": "100000000024" });
        cast.service.post("/v1/platform/relistings", &cast.platform.key, &again).await.expect(200);
        cast.service.set_shanghai_time("2026-11-04 00:00:01");
        let codes = json!(["platform.sold_before_filing", "listing.relisted", "dispatch.unacknowledged"]);
        let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["reopened"] == codes).await;
        assert_eq!(waiting["items"][0]["due_on"], "2026-11-04", "two working days after the first");
        for code in codes.as_array().unwrap() {
            let by = format!("{QUEUE}?reason={}", code.as_str().unwrap());
            assert_eq!(cast.service.get(&by, &cast.examiner).await.expect(200)["items"][0]["id"], *id, "{code}");
        }
        let back = cast.shown(&id).await["reopened"].clone();
        let kinds = |of: &[&Value]| of.iter().map(|why| why["kind"].clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&[&back["also"][0], &back["also"][1], &back["why"]]), ["platform_says", "relisted", "unacknowledged"], "{back:#}");
        cast.judge(&cast.examiner, &id, ("reconsideration", &json!({ "text": "已核实" }))).await.expect(201);
        assert_eq!(cast.shown(&id).await["reopened"], Value::Null);
        cast.ends_sound().await;
    }

    /// What a platform says it does not do reaches an examiner at once, by either way of saying it: a takedown it could not
    /// carry out, and a lift that it refuses, which a seller waits for. Where nothing is left to be done, and where a
    /// takedown is refused, which is its own to decide, nobody is troubled; nor where it did it after all.
    async fn what_is_not_done_reaches_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let row = |n: u32, step: &str, reason: &str| json!({ "n": n, "step": step, "reason": reason });
        let says = json!({ "acknowledgements": [
            row(1, "refused", "evidence_insufficient"), row(2, "could_not_apply", "no_such_item"), row(3, "could_not_apply", "sku_not_separable"),
            row(4, "could_not_apply", "technical"), { "n": 4, "step": "applied" },
        ]})
        .to_string();
        let items = ["100000000025", "100000000026", "100000000027", "100000000028"];
        let id = decides(&cast, &items, &says).await;
        let codes = json!(["dispatch.not_done"]);
        let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["reopened"] == codes).await;
        assert_eq!((&waiting["items"][0]["id"], &waiting["items"][0]["state"]), (&id.as_str().into(), &"decided".into()));
        let seen = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        let lines = json!([{ "line": 3, "step": "could_not_apply", "reason": "sku_not_separable" }]);
        let why = json!({ "kind": "not_done", "dispatch": cast.platform.messages()[0].id, "lines": lines });
        assert_eq!(seen["reopened"]["why"], why, "{:#}", seen["reopened"]);
        assert_eq!(cast.shown(&id).await["listings"][3]["measure"], "in_force");
        cast.platform.will_say(&["ok"]);
        let lift = json!({ "lines": [4], "reason": "manifest_evidence", "text": "许可合同有效" });
        cast.judge(&cast.examiner, &id, ("lift", &lift)).await.expect(201);
        attempt(&cast, 2).await;
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]), "who acts on it has seen it");

        let path = format!("/v1/platform/dispatches/{}/acknowledgements", cast.platform.messages()[1].id);
        for (row, n) in [(row(1, "could_not_apply", "removed_by_seller"), 0), (row(1, "refused", "conflicting_ruling"), 1)] {
            cast.service.post(&path, &cast.platform.key, &json!({ "lines": [row] })).await.expect(200);
            tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
            let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"].as_array().unwrap().len() == n).await;
            assert!(n == 0 || waiting["items"][0]["reopened"] == codes, "{waiting:#}");
        }
        cast.ends_sound().await;
    }

    /// Killed after the 2xx and before it is written down, the service sends again and is answered again: nothing
    /// that was acknowledged is lost.
    async fn a_kill_after_the_answer_loses_no_acknowledgement(engine: Engine) {
        let mut cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        cast.service.order(("delivery.answered", 0, "kill"));
        // Long enough that whoever decided is answered before.
        cast.platform.will_think(std::time::Duration::from_secs(1));
        let says = r#"{"acknowledgements":[{"n":1,"step":"applied"}]}"#;
        let id = decides(&cast, &["100000000031"], says).await;
        cast.platform.wait_for_arrivals(1).await;
        let begun = std::time::Instant::now();
        while !cast.service.order_met() {
            assert!(begun.elapsed().as_secs() < 30, "it is killed");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        cast.service.kill();
        cast.service.spawn().await;
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "requested", "neither delivered nor acknowledged");
        cast.platform.will_say(&[says]);
        // The claim of the dead one ends.
        cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_secs(90));
        assert_eq!(results(&attempt(&cast, 1).await), ["recorded"]);
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "in_force");
        cast.ends_sound().await;
    }

    /// A working day after it came an examiner is told of the listings of which nothing was said, once; what was
    /// answered on the last day is in time, and a rest day does not count.
    async fn silence_reaches_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-06 09:00:00", "platform").await;
        let half = r#"{"acknowledgements":[{"n":2,"step":"applied"},{"n":1,"step":"accepted"}]}"#;
        let late = decides(&cast, &["100000000041", "100000000042"], half).await;
        attempt(&cast, 1).await;
        let in_time = decides(&cast, &["100000000043"], "ok").await;
        attempt(&cast, 2).await;
        // From Friday the next working day is Monday.
        cast.service.set_shanghai_time("2026-11-09 23:58:00");
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]));
        cast.acknowledge(&cast.platform.messages()[1], "applied").await;
        cast.service.set_shanghai_time("2026-11-10 00:00:01");
        let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["id"] == *late).await;
        assert_eq!(waiting["items"].as_array().unwrap().len(), 1, "{in_time} was answered: {waiting:#}");
        assert_eq!((&waiting["items"][0]["reopened"], &waiting["items"][0]["due_on"]), (&json!(["dispatch.unacknowledged"]), &"2026-11-12".into()));
        let path = format!("/v1/admin/complaints/{late}");
        let seen = cast.service.get(&path, &cast.examiner).await.expect(200);
        let dispatch = &cast.platform.messages()[0].id;
        let why = json!({ "kind": "unacknowledged", "dispatch": dispatch, "last_day": "2026-11-09", "unanswered": [1] });
        assert_eq!(seen["reopened"]["why"], why, "{:#}", seen["reopened"]);
        cast.judge(&cast.examiner, &late, ("reconsideration", &json!({ "text": "已电话催办" }))).await.expect(201);
        cast.service.days_pass(5);
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]), "once");
        cast.ends_sound().await;
    }

    /// A lift is owed to the seller also where the complaint was withdrawn and is over.
    async fn silence_about_a_lift_after_a_withdrawal_reaches_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, _) = cast.taken_down("100000000061").await;
        cast.platform.will_say(&["ok"]);
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &json!({ "reason": "notice_wrong" })).await.expect(201);
        attempt(&cast, 2).await;
        cast.service.set_shanghai_time("2026-11-04 00:00:01");
        let waiting = cast.service.until((QUEUE, &cast.examiner), |q| q["items"][0]["id"] == *id).await;
        assert_eq!((&waiting["items"][0]["state"], &waiting["items"][0]["reopened"]), (&"closed".into(), &json!(["dispatch.unacknowledged"])));
        cast.judge(&cast.examiner, &id, ("reconsideration", &json!({ "text": "已电话催办" }))).await.expect(201);
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]));
        cast.ends_sound().await;
    }

    /// A lift of which nothing is said goes the same way, also where a platform was sent nothing and pulls: by that it
    /// has it, although the push still waits.
    async fn silence_about_a_lift_reaches_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, _) = cast.taken_down("100000000051").await;
        let pause = format!("/v1/admin/endpoints/{}/pause", cast.platform.endpoint);
        cast.service.post(&pause, &cast.service.admin, &json!({ "why": "it pulls" })).await.expect(201);
        let lift = json!({ "lines": [1], "reason": "manifest_evidence", "text": "许可合同有效" });
        cast.judge(&cast.examiner, &id, ("lift", &lift)).await.expect(201);
        let feed = cast.service.get("/v1/platform/dispatches?after=1", &cast.platform.key).await.expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1);
        cast.service.set_shanghai_time("2026-11-04 00:00:01");
        assert_eq!(silent(&cast, 1).await, [id]);
        cast.ends_sound().await;
    }

    /// The clock of a platform that is pushed nothing runs from when a message lies in its feed, or from when it pulled
    /// it, if it did before it was late: pulling again moves nothing.
    async fn who_only_pulls_is_late_too(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-06 09:00:00", "platform").await;
        only_pulls(&cast);
        let never = decides(&cast, &["100000000071"], "ok").await;
        let pulled = decides(&cast, &["100000000072"], "ok").await;
        // From Friday the next working day is Monday.
        assert_eq!(applied_by(&cast, &never).await, ("2026-11-09".into(), "running".into()));
        cast.service.set_shanghai_time("2026-11-09 10:00:00");
        let page = "/v1/platform/dispatches?after=1&limit=1";
        let feed = cast.service.get(page, &cast.platform.key).await.expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1);
        for (id, due_on) in [(&never, "2026-11-09"), (&pulled, "2026-11-10")] {
            assert_eq!(applied_by(&cast, id).await, (due_on.into(), "running".into()));
        }
        cast.service.set_shanghai_time("2026-11-10 00:00:01");
        assert_eq!(silent(&cast, 1).await, [never.as_str()]);
        cast.service.get(page, &cast.platform.key).await.expect(200);
        assert_eq!(applied_by(&cast, &pulled).await, ("2026-11-10".into(), "running".into()));
        cast.service.set_shanghai_time("2026-11-11 00:00:01");
        assert!(silent(&cast, 2).await.contains(&pulled));
        cast.ends_sound().await;
    }

    /// Each platform is looked at: where one said what became of it, the other's silence is seen, and of what was
    /// issued on another day as well.
    async fn the_silence_of_each_platform_is_seen(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let other = Platform::connect(&cast.service, "jd", &["jd"]).await;
        let form = |form: &mut Value| {
            let listings = json!([{ "url": "https://item.taobao.com/item.htm?id=100000000101" }, { "url": "https://item.jd.com/100012031548.html" }]);
            form["accused_products"][0]["listings"] = listings;
        };
        let both = cast.files_as(&LAMP, &["100000000101"], form).await["id"].as_str().unwrap().to_owned();
        let line = |n: usize| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        cast.platform.will_say(&[r#"{"acknowledgements":[{"n":1,"step":"applied"}]}"#]);
        cast.judge(&cast.examiner, &both, ("decision", &json!({ "lines": [line(1), line(2)] }))).await.expect(201);
        let sent = other.wait_for(1).await[0].clone();
        attempt(&cast, 1).await;
        cast.service.set_shanghai_time("2026-11-03 09:00:00");
        let next = decides(&cast, &["100000000102"], "ok").await;
        attempt(&cast, 2).await;
        cast.service.set_shanghai_time("2026-11-04 00:00:01");
        assert_eq!(silent(&cast, 1).await, [both.as_str()]);
        let seen = cast.service.get(&format!("/v1/admin/complaints/{both}"), &cast.examiner).await.expect(200);
        assert_eq!((&seen["reopened"]["why"]["dispatch"], &seen["reopened"]["why"]["unanswered"]), (&sent.id.into(), &json!([2])));
        cast.service.set_shanghai_time("2026-11-05 00:00:01");
        assert!(silent(&cast, 2).await.contains(&next));
        cast.ends_sound().await;
    }

    /// What arrives days after it was issued is answered in time a working day after it arrived, and not before.
    async fn silence_begins_when_a_message_arrives(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let endpoint = format!("/v1/admin/endpoints/{}", cast.platform.endpoint);
        cast.service.post(&format!("{endpoint}/pause"), &cast.service.admin, &json!({ "why": "it is away" })).await.expect(201);
        let id = decides(&cast, &["100000000081"], "ok").await;
        cast.service.set_shanghai_time("2026-11-05 10:00:00");
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]), "nobody can answer what is on its way");
        cast.service.post(&format!("{endpoint}/resumption"), &cast.service.admin, &json!({})).await.expect(201);
        attempt(&cast, 1).await;
        assert_eq!(applied_by(&cast, &id).await, ("2026-11-06".into(), "running".into()));
        cast.service.set_shanghai_time("2026-11-06 23:58:00");
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.service.get(QUEUE, &cast.examiner).await.expect(200)["items"], json!([]));
        cast.service.set_shanghai_time("2026-11-07 00:00:01");
        assert_eq!(silent(&cast, 1).await, [id]);
        cast.ends_sound().await;
    }

    /// What was issued before the days were looked at, and had neither arrived nor been answered, is not forgotten.
    async fn silence_about_what_was_issued_before_reaches_an_examiner(engine: Engine) {
        let mut cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        only_pulls(&cast);
        let id = decides(&cast, &["100000000091"], "ok").await;
        assert!(cast.service.terminate());
        // As it was before that migration, which then runs.
        let before = "DROP TABLE dispatch_pulls; DELETE FROM jobs WHERE kind = 'answers_owed'; \
             DELETE FROM __diesel_schema_migrations WHERE version = '20261126000091'";
        assert!(tamper(&cast.service.database_url, before));
        cast.service.spawn().await;
        cast.service.set_shanghai_time("2026-11-04 00:00:01");
        assert_eq!(silent(&cast, 1).await, [id]);
        cast.ends_sound().await;
    }
}
