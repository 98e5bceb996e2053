//! Endpoints in the hands of a platform's engineers, and what becomes of messages that do not get through.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::database::counted;
use crate::support::mailbox::Mailbox;
use crate::support::notices::LAMP;
use crate::support::platform::{Platform, public_keys};
use crate::support::{Cast, Engine, on_both_databases};

const OPERATOR: &str = "operator@centre.example";

async fn cast(engine: Engine, settings: &[(&str, &str)]) -> Cast {
    Cast::with(engine, ("2026-11-02 09:00:00", "platform"), settings).await
}

/// A complaint about one item, decided with a takedown; the platform was not waited for.
async fn decided(cast: &Cast, item: &str) -> String {
    let filed = cast.files(&LAMP, &[item]).await;
    let id = filed["id"].as_str().unwrap().to_owned();
    let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
    cast.judge(&cast.examiner, &id, ("decision", &decision)).await.expect(201);
    id
}

/// The dispatches of a complaint as the operator sees them, in order of the feed.
async fn dispatches(cast: &Cast) -> Vec<Value> {
    let feed = cast.service.get("/v1/platform/dispatches?limit=200", &cast.platform.key).await.expect(200);
    let mut all = Vec::new();
    for item in feed["items"].as_array().unwrap() {
        let path = format!("/v1/admin/dispatches/{}", item["id"].as_str().unwrap());
        all.push(cast.service.get(&path, &cast.examiner).await.expect(200));
    }
    all
}

async fn until_state(cast: &Cast, dispatch: &Value, state: &str) -> Value {
    let path = format!("/v1/admin/dispatches/{}", dispatch["id"].as_str().unwrap());
    cast.service.until((&path, &cast.examiner), |d| d["deliveries"][0]["state"] == state).await
}

async fn until_attempts(cast: &Cast, dispatch: &Value, n: usize) {
    let path = format!("/v1/admin/dispatches/{}", dispatch["id"].as_str().unwrap());
    cast.service.until((&path, &cast.examiner), |d| d["deliveries"][0]["attempts"].as_array().unwrap().len() == n).await;
}

/// The reasons why the complaint stands in the queue again.
async fn until_queued(cast: &Cast, id: &str) {
    let is_back = |queue: &Value| {
        let row = queue["items"].as_array().unwrap().iter().find(|i| i["id"] == id);
        row.is_some_and(|r| r["reopened"].as_array().is_some_and(|codes| codes.contains(&"dispatch.undelivered".into())))
    };
    cast.service.until(("/v1/admin/queue", &cast.examiner), is_back).await;
}

on_both_databases! {
    /// With its own key alone a platform's engineer adds an endpoint, tests it, reads what was sent and answered,
    /// holds it up and lets it go, and has sent again what failed.
    async fn a_platforms_engineer_needs_nobody(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let (service, key) = (&cast.service, &cast.platform.key);
        let own = service.get("/v1/platform/endpoints", key).await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert!(own["items"][0].get("secret").is_none());
        let form = json!({ "url": cast.platform.url(), "event_types": ["lift.decided"], "limits": { "per_second_max": 7, "at_once_max": 3 } });
        let made = service.post("/v1/platform/endpoints", key, &form).await.expect(201);
        assert_eq!((&made["platform"], &made["per_second_max"], &made["at_once_max"]), (&"ali".into(), &7.into(), &3.into()));
        let second = format!("/v1/platform/endpoints/{}", made["id"].as_str().unwrap());
        let limited = service.put(&format!("{second}/limits"), key, &json!({ "at_once_max": 5 })).await.expect(200);
        assert_eq!((&limited["per_second_max"], &limited["at_once_max"]), (&100.into(), &5.into()));

        // Only the endpoint that is asked for gets the test, whatever it takes otherwise.
        cast.platform.set_secret(made["secret"].as_str().unwrap());
        cast.platform.set_public_keys(public_keys(service, made["id"].as_str().unwrap()).await);
        cast.platform.will_answer(&[500]);
        let sent = service.post(&format!("{second}/test"), key, &json!({})).await.expect(201);
        let received = cast.platform.wait_for_arrivals(2).await;
        assert_eq!((received[0].body["type"].as_str(), received[0].signed_then, received[0].proven), (Some("test"), true, true));
        assert_eq!((&received[0].id, &received[0].bytes), (&received[1].id, &received[1].bytes));
        assert_eq!(sent["dispatch"], received[0].id.as_str());
        let log = service.until((&format!("{second}/attempts?limit=1"), key), |l| l["items"][0]["number"] == 2).await;
        assert_eq!((&log["items"][0]["outcome"], &log["items"][0]["dispatch"]), (&"delivered".into(), &sent["dispatch"]));
        let older = service.get(&format!("{second}/attempts?cursor={}", log["next_cursor"].as_str().unwrap()), key).await.expect(200);
        let first = &older["items"][0];
        assert_eq!((&first["status"], &first["reply"], &older["next_cursor"]), (&500.into(), &"the platform says 500".into(), &Value::Null));
        assert_eq!(first["request_headers"]["webhook-id"], sent["dispatch"]);
        assert!(first["request_headers"]["webhook-signature"].as_str().unwrap().contains(" v1a,"), "{first:#}");
        let feed = service.get("/v1/platform/dispatches", key).await.expect(200);
        assert_eq!((&feed["items"][0]["type"], feed["items"].as_array().unwrap().len()), (&"test".into(), 1));

        // Paused, it waits; a resumption may be slow.
        service.post(&format!("{second}/pause"), key, &json!({ "why": "moving" })).await.expect(201);
        service.post(&format!("{second}/test"), key, &json!({})).await.expect(201);
        service.post(&format!("{second}/test"), key, &json!({})).await.expect(201);
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        assert_eq!(cast.platform.received().len(), 2, "nothing is sent to a paused endpoint");
        let resumed = service.post(&format!("{second}/resumption"), key, &json!({ "per_second_max": 1 })).await.expect(201);
        assert_eq!((&resumed["status"], &resumed["drain_per_second"]), (&"active".into(), &1.into()));
        cast.platform.wait_for_arrivals(3).await;
        let begun = std::time::Instant::now();
        cast.platform.wait_for_arrivals(4).await;
        assert!(begun.elapsed().as_millis() > 700, "one a second: {:?}", begun.elapsed());
        service.until(("/v1/platform/endpoints", key), |l| l["items"][1]["drain_per_second"].is_null()).await;
        let again = service.post(&format!("/v1/platform/dispatches/{}/redelivery", received[0].id), key, &json!({})).await;
        assert_eq!(again.expect(201)["id"], received[0].id.as_str());
        assert_eq!(cast.platform.wait_for_arrivals(5).await[4].id, received[0].id);

        // Another's is not there.
        let other = Platform::connect(service, "jingdong", &["jd"]).await;
        for act in ["secret", "test", "resumption"] {
            assert_eq!(service.post(&format!("{second}/{act}"), &other.key, &json!({})).await.problem(404), "not_found");
        }
        let foreign = service.post(&format!("/v1/platform/dispatches/{}/redelivery", received[0].id), &other.key, &json!({})).await;
        assert_eq!(foreign.problem(404), "not_found");
    }

    /// After five failures in a row a lane opens: what waits keeps its attempts, one probe asks whether the
    /// platform is back, and then all go.
    async fn what_waits_for_a_dead_platform_keeps_its_attempts(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let (service, admin) = (&cast.service, &cast.service.admin);
        let path = format!("/v1/admin/endpoints/{}", cast.platform.endpoint);
        cast.platform.will_answer(&[500; 6]);
        // One at a time, so that it is known how many fail.
        service.put(&format!("{path}/limits"), admin, &json!({ "at_once_max": 1 })).await.expect(200);
        service.post(&format!("{path}/pause"), admin, &json!({ "why": "so that all wait" })).await.expect(201);
        for _ in 0..8 {
            service.post(&format!("{path}/test"), admin, &json!({})).await.expect(201);
        }
        service.post(&format!("{path}/resumption"), admin, &json!({})).await.expect(201);
        let list = "/v1/admin/platforms/ali/endpoints";
        let open = service.until((list, admin), |l| l["items"][0]["failures"] == 5).await;
        assert!(open["items"][0]["open_until"].is_string(), "{open:#}");
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(cast.platform.received().len(), 5, "an open lane is left alone");
        // The probe fails too, and the lane stays open for longer.
        service.set_time(service.now() + jiff::SignedDuration::from_secs(31));
        service.until((list, admin), |l| l["items"][0]["failures"] == 6).await;
        service.set_time(service.now() + jiff::SignedDuration::from_secs(31));
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(cast.platform.received().len(), 6);
        service.set_time(service.now() + jiff::SignedDuration::from_secs(30));
        assert_eq!(cast.platform.wait_for(8).await.len(), 8, "all of them, once it answers");
        let shown = service.until((list, admin), |l| l["items"][0]["failures"] == 0).await;
        assert!(shown["items"][0]["open_until"].is_null(), "{shown:#}");
    }

    /// What was never tried goes before what failed, however much of that is due again.
    async fn a_first_attempt_waits_behind_no_retry(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let (service, key) = (&cast.service, &cast.platform.key);
        let path = format!("/v1/platform/endpoints/{}", cast.platform.endpoint);
        let act = async |act: &str, form: Value| service.post(&format!("{path}/{act}"), key, &form).await.expect(201);
        service.put(&format!("{path}/limits"), key, &json!({ "at_once_max": 1 })).await.expect(200);
        cast.platform.will_answer(&[500; 3]);
        act("pause", json!({ "why": "so that all wait" })).await;
        for _ in 0..3 {
            act("test", json!({})).await;
        }
        act("resumption", json!({})).await;
        service.until((&format!("{path}/attempts"), key), |l| l["items"].as_array().unwrap().len() == 3).await;
        act("pause", json!({ "why": "so that all are due" })).await;
        let new = act("test", json!({})).await;
        service.set_time(service.now() + jiff::SignedDuration::from_secs(20));
        act("resumption", json!({})).await;
        let came = cast.platform.wait_for_arrivals(7).await;
        assert_eq!(new["dispatch"], came[3].id.as_str(), "three were due before it");
        assert_eq!(came.iter().map(|r| &r.id).collect::<std::collections::BTreeSet<_>>().len(), 4);
    }

    /// A message that cannot be delivered in time ends where somebody sees it: in its state, in the examiners'
    /// queue, in the operator's mailbox. Asked for again, it begins anew.
    async fn what_did_not_arrive_is_seen(engine: Engine) {
        let mailbox = Mailbox::start().await;
        // The second attempt is an hour after the first, so that it does not come while the time is being moved.
        let settings = [("smtp_url", mailbox.url.as_str()), ("operator_mail", OPERATOR), ("delivery_schedule", "0,3600,86400,86400,86400")];
        let cast = cast(engine, &settings).await;
        let (service, key) = (&cast.service, &cast.platform.key);
        cast.platform.will_answer(&[503, 503, 503]);
        let since = service.now();
        let id = decided(&cast, "100000000001").await;
        cast.platform.wait_for_arrivals(1).await;
        let dispatch = dispatches(&cast).await.remove(0);
        // Written down, before its claim is over.
        until_attempts(&cast, &dispatch, 1).await;
        service.days_pass(4);
        cast.platform.wait_for_arrivals(2).await;
        until_state(&cast, &dispatch, "undelivered").await;
        until_queued(&cast, &id).await;
        let mail = mailbox.wait_for(OPERATOR, "消息未在期限内送达").await;
        assert_eq!(mail.header("Subject"), "平台 ali：消息未在期限内送达");
        let link = format!("/v1/admin/dispatches/{}", dispatch["id"].as_str().unwrap());
        assert!(mail.part("text/plain").contains(&link), "{}", mail.raw);
        assert!(cast.log(&id).await.contains(&"reopened".to_owned()));
        // The complainant is not told of it by that mail, nor shown it.
        let shown = cast.shown(&id).await;
        assert!(!shown["mails"].to_string().contains("undelivered"), "{shown:#}");

        let path = format!("/v1/platform/endpoints/{}/redeliveries", cast.platform.endpoint);
        let counted = service.post(&path, key, &json!({ "since": since, "dry_run": true })).await.expect(200);
        assert_eq!(counted, json!({ "count": 1, "dry_run": true, "more": false }));
        assert_eq!(service.post(&path, key, &json!({ "since": "2026-01-01T00:00:00Z" })).await.problem(422), "redelivery.since");
        let later = service.post(&path, key, &json!({ "since": service.now(), "dry_run": true })).await.expect(200);
        assert_eq!(later["count"], 0);
        assert_eq!(cast.platform.received().len(), 2, "counting sends nothing");
        assert_eq!(service.post(&path, key, &json!({ "since": since })).await.expect(200)["count"], 1);
        // It fails once more and is tried again: its time began anew.
        until_attempts(&cast, &dispatch, 3).await;
        service.set_time(service.now() + jiff::SignedDuration::from_hours(2));
        cast.platform.wait_for_arrivals(4).await;
        let arrived = until_state(&cast, &dispatch, "delivered").await;
        assert_eq!(arrived["deliveries"][0]["attempts"].as_array().unwrap().len(), 4);
        assert_eq!(service.post(&path, key, &json!({ "since": since })).await.expect(200)["count"], 0);
        cast.ends_sound().await;
    }

    /// What waits for a paused endpoint longer than a message is of use is told, and waits on.
    async fn paused_is_never_dropped(engine: Engine) {
        let mailbox = Mailbox::start().await;
        let cast = cast(engine, &[("smtp_url", mailbox.url.as_str()), ("operator_mail", OPERATOR)]).await;
        let (service, admin) = (&cast.service, &cast.service.admin);
        cast.platform.will_answer(&[410]);
        let id = decided(&cast, "100000000002").await;
        mailbox.wait_for(OPERATOR, "接收地址已停用，推送已暂停").await;
        let dispatch = dispatches(&cast).await.remove(0);
        until_state(&cast, &dispatch, "paused").await;
        service.days_pass(5);
        mailbox.wait_for(OPERATOR, "消息未在期限内送达").await;
        until_queued(&cast, &id).await;
        assert_eq!(until_state(&cast, &dispatch, "paused").await["deliveries"][0]["attempts"].as_array().unwrap().len(), 1);
        let path = format!("/v1/admin/endpoints/{}/resumption", cast.platform.endpoint);
        service.post(&path, admin, &json!({})).await.expect(201);
        assert_eq!(cast.platform.wait_for_arrivals(2).await[1].id, dispatch["id"]);
        until_state(&cast, &dispatch, "delivered").await;
        assert_eq!(mailbox.to(OPERATOR).len(), 2, "each news once");
        cast.ends_sound().await;
    }

    /// All that was under way is answered 410: the operator hears of it once.
    async fn an_endpoint_is_gone_once(engine: Engine) {
        let mailbox = Mailbox::start().await;
        let cast = cast(engine, &[("smtp_url", mailbox.url.as_str()), ("operator_mail", OPERATOR)]).await;
        let path = format!("/v1/platform/endpoints/{}", cast.platform.endpoint);
        let posts = async |act: &str, form: Value| cast.service.post(&format!("{path}/{act}"), &cast.platform.key, &form).await.expect(201);
        posts("pause", json!({ "why": "so that all wait" })).await;
        for _ in 0..6 {
            posts("test", json!({})).await;
        }
        cast.platform.will_answer(&[410; 6]);
        posts("resumption", json!({})).await;
        let log = format!("{path}/attempts?limit=200");
        let all = |log: &Value| log["items"].as_array().unwrap().iter().filter(|a| a["status"] == 410).count() == 6;
        cast.service.until((&log, &cast.platform.key), all).await;
        mailbox.wait_for(OPERATOR, "接收地址已停用，推送已暂停").await;
        cast.service.until(("/v1/platform/endpoints", &cast.platform.key), |all| all["items"][0]["status"] == "paused").await;
        // Asked for with each attempt that is in the log.
        let url = cast.service.database_url.clone();
        while counted(&url, "SELECT count(*) FROM jobs WHERE kind = 'endpoint_paused'") > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(counted(&url, "SELECT count(*) FROM mails WHERE template = 'endpoint_paused'"), 1);
        cast.ends_sound().await;
    }

    /// The secret lies in no row as it is, nor as the bytes it stands for.
    async fn no_row_holds_a_secret(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let made = cast.service.post("/v1/platform/endpoints", &cast.platform.key, &json!({ "url": cast.platform.url() })).await.expect(201);
        let secret = made["secret"].as_str().unwrap();
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(key.len(), 32);
        let shown = match engine {
            Engine::Sqlite => "lower(hex(secrets))",
            Engine::Postgres => "encode(secrets, 'hex')",
        };
        let holding = |part: &[u8]| {
            let rows = format!("SELECT count(*) FROM endpoints WHERE {shown} LIKE '%{}%'", hex::encode(part));
            counted(&cast.service.database_url, &rows)
        };
        assert_eq!(holding(b""), 2, "both endpoints have one");
        for part in [b"whsec_".as_slice(), &secret.as_bytes()[6..], &key[..8], &key[24..]] {
            assert_eq!(holding(part), 0);
        }
    }

    /// What an address answered that may not be spoken to any more is nobody's to read.
    async fn a_refused_address_tells_nothing(engine: Engine) {
        let mut cast = cast(engine, &[]).await;
        let path = format!("/v1/platform/endpoints/{}", cast.platform.endpoint);
        cast.platform.will_say(&["what the house has within"]);
        cast.service.post(&format!("{path}/test"), &cast.platform.key, &json!({})).await.expect(201);
        let log = format!("{path}/attempts");
        let there = |log: &Value| log["items"].as_array().is_some_and(|all| !all.is_empty());
        let read = cast.service.until((&log, &cast.platform.key), there).await;
        assert_eq!(read["items"][0]["reply"], "what the house has within");
        assert!(cast.service.terminate());
        let strict = cast.service.beside_with(&[("egress_allow_networks", "")]).await;
        let read = strict.get(&log, &cast.platform.key).await.expect(200);
        assert_eq!((&read["items"][0]["status"], &read["items"][0]["reply"]), (&200.into(), &Value::Null));
    }

    /// A takedown that was lifted before it left is not pushed, and says so; one that another complaint's
    /// takedown came after still is.
    async fn only_what_is_undone_is_dropped(engine: Engine) {
        let mut cast = cast(engine, &[]).await;
        let admin = cast.service.admin.clone();
        let path = format!("/v1/admin/endpoints/{}", cast.platform.endpoint);
        cast.service.post(&format!("{path}/pause"), &admin, &json!({ "why": "so that all wait" })).await.expect(201);
        let undone = decided(&cast, "100000000003").await;
        let lift = json!({ "lines": [1], "reason": "decision_corrected", "text": "更正" });
        cast.judge(&cast.examiner, &undone, ("lift", &lift)).await.expect(201);
        let stands = decided(&cast, "100000000004").await;
        // Another holder's complaint moves the same item on.
        cast.holder = cast.service.account("complainant", None).await.1;
        let after = decided(&cast, "100000000004").await;
        cast.service.post(&format!("{path}/resumption"), &admin, &json!({})).await.expect(201);
        let received = cast.platform.wait_for(3).await;
        let all = dispatches(&cast).await;
        let states: Vec<(&str, &str, &str)> = all
            .iter()
            .map(|d| (d["kind"].as_str().unwrap(), d["complaint"].as_str().unwrap(), d["deliveries"][0]["state"].as_str().unwrap()))
            .collect();
        assert_eq!(states[0], ("takedown.decided", undone.as_str(), "superseded"));
        assert_eq!(all.len(), 4, "nothing is missing from the feed");
        let mut sent: Vec<(&str, &str)> = received
            .iter()
            .map(|r| (r.body["type"].as_str().unwrap(), r.body["complaint"]["id"].as_str().unwrap()))
            .collect();
        sent.sort();
        let mut expected = [("lift.decided", undone.as_str()), ("takedown.decided", stands.as_str()), ("takedown.decided", after.as_str())];
        expected.sort();
        assert_eq!(sent, expected);
    }

    /// A platform's receiver is elsewhere from now on: what waits goes there, what is issued goes as the kinds say, and
    /// an endpoint that is to get nothing more troubles nobody.
    async fn an_endpoint_moves(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let (service, key) = (&cast.service, &cast.platform.key);
        let elsewhere = Platform::connect(service, "jingdong", &["jd"]).await;
        let path = format!("/v1/platform/endpoints/{}", cast.platform.endpoint);
        cast.platform.will_answer(&[410]);
        decided(&cast, "100000000005").await;
        let waits = dispatches(&cast).await.remove(0);
        until_state(&cast, &waits, "paused").await;
        for (url, kinds, code) in [
            ("ftp://shop.example/", json!([]), "endpoint.url_refused"),
            (elsewhere.url(), json!(["takedown"]), "endpoint.event_type"),
            (elsewhere.url(), json!(["test", "test"]), "endpoint.event_type"),
        ] {
            assert_eq!(service.put(&path, key, &json!({ "url": url, "event_types": kinds })).await.problem(422), code);
        }
        let form = json!({ "url": elsewhere.url(), "event_types": ["takedown.decided"] });
        assert_eq!(service.put(&path, &elsewhere.key, &form).await.problem(404), "not_found");
        let moved = service.put(&path, key, &form).await.expect(200);
        assert_eq!((&moved["url"], &moved["event_types"], &moved["status"]), (&elsewhere.url().into(), &form["event_types"], &"paused".into()));
        let stale = service.request("PUT", &path, key).header("if-match", "\"v1\"").json(&form);
        assert_eq!(service.send(stale).await.problem(412), "if_match.stale");
        service.post(&format!("{path}/resumption"), key, &json!({})).await.expect(201);
        assert_eq!(elsewhere.wait_for_arrivals(1).await[0].id, waits["id"], "what waited goes to the new address");
        until_state(&cast, &waits, "delivered").await;
        assert_eq!(cast.platform.received().len(), 1);

        service.put(&path, key, &json!({ "url": elsewhere.url(), "event_types": ["test"] })).await.expect(200);
        decided(&cast, "100000000006").await;
        let fed = dispatches(&cast).await.remove(1);
        assert_eq!(fed["deliveries"], json!([]), "it is in the feed, and waits for no endpoint");
        cast.ends_sound().await;
    }

    /// After a rotation old and new sign side by side, as long as asked; every key that ever signed stays published.
    async fn a_rotation_loses_no_message(engine: Engine) {
        let cast = cast(engine, &[]).await;
        let (service, admin, endpoint) = (&cast.service, &cast.service.admin, cast.platform.endpoint.clone());
        let path = format!("/v1/admin/endpoints/{endpoint}");
        let rotate = async |form: Value| service.post(&format!("{path}/secret"), admin, &form).await;
        let test = async |n: usize| {
            service.post(&format!("{path}/test"), admin, &json!({})).await.expect(201);
            cast.platform.wait_for(n).await.remove(n - 1)
        };
        let old = public_keys(service, &endpoint).await;
        assert_eq!(rotate(json!({ "overlap_hours": 169 })).await.problem(422), "endpoint.overlap");
        let second = rotate(json!({ "overlap_hours": 48 })).await.expect(201)["secret"].as_str().unwrap().to_owned();
        let both = public_keys(service, &endpoint).await;
        assert_eq!((both.len(), &both[1]), (2, &old[0]));
        let sent = test(1).await;
        assert!(sent.signed_then && sent.proven, "the old ones still verify");
        service.days_pass(1);
        assert!(test(2).await.signed_then);
        service.days_pass(2);
        let sent = test(3).await;
        assert!(!sent.signed_then && !sent.proven, "and then no more");
        cast.platform.set_secret(&second);
        cast.platform.set_public_keys(vec![both[0]]);
        let sent = test(4).await;
        assert!(sent.signed_then && sent.proven);
        // At once, for a secret that leaked.
        rotate(json!({ "overlap_hours": 0 })).await.expect(201);
        let sent = test(5).await;
        assert!(!sent.signed_then && !sent.proven);
        let published = service.get(&format!("/v1/webhook-keys/{endpoint}"), "").await.expect(200);
        let numbers: Vec<(i64, bool)> =
            published["keys"].as_array().unwrap().iter().map(|k| (k["number"].as_i64().unwrap(), k["until"].is_null())).collect();
        assert_eq!(numbers, [(3, true), (2, false), (1, false)], "{published:#}");
    }
}
