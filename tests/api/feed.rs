//! What a platform pulls: nothing is missing, nothing moves, also while many write; waiting is answered at once
//! when something comes; a day can be reconciled.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// Messages of each writer.
const MESSAGES: usize = 12;
const WRITERS: usize = 6;
const DECISIONS: usize = 6;

async fn page(service: &Service, key: &str, query: &str) -> Value {
    service.get(&format!("/v1/platform/dispatches?{query}"), key).await.expect(200)
}

/// Reads a feed as a consumer does, a page after the other, until it has so many; a gap fails at once.
async fn reads(service: &Service, key: &str, (all, limit): (usize, usize)) -> Vec<String> {
    let mut ids = Vec::new();
    let begun = Instant::now();
    while ids.len() < all {
        assert!(begun.elapsed() < Duration::from_secs(120), "{} of {all}", ids.len());
        let next = page(service, key, &format!("after={}&limit={limit}&wait=5", ids.len())).await;
        for item in next["items"].as_array().unwrap() {
            ids.push(item["id"].as_str().unwrap().to_owned());
            assert_eq!(item["feed_seq"], ids.len(), "without a gap, at any moment");
        }
    }
    ids
}

on_both_databases! {
    /// Six who send tests and one who decides, at two processes where there can be two, while three consumers read:
    /// each sees all, in one order, with no number left out at any moment.
    async fn nothing_is_missing_while_many_write(engine: Engine) {
        let service = Service::start(engine).await;
        let second = if engine == Engine::Postgres { Some(service.beside().await) } else { None };
        let other = second.as_ref().unwrap_or(&service);
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut filed = Vec::new();
        for n in 0..DECISIONS {
            let item = format!("70000000000{n}");
            filed.push(service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await.expect(201));
        }
        let test = format!("/v1/platform/endpoints/{}/test", platform.endpoint);
        let writes = async |n: usize| {
            let at = if n.is_multiple_of(2) { &service } else { other };
            for _ in 0..MESSAGES {
                at.post(&test, &platform.key, &json!({})).await.expect(201);
            }
        };
        let decides = async {
            let form = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
            for c in &filed {
                let path = format!("/v1/admin/complaints/{}/decision", c["id"].as_str().unwrap());
                other.post_if(&path, &examiner, (&c["version"], &form)).await.expect(201);
            }
        };
        let all = WRITERS * MESSAGES + DECISIONS;
        let writers = futures_util::future::join_all((0..WRITERS).map(writes));
        let consumers = futures_util::future::join_all([(&service, 200), (other, 7), (&service, 1)].map(|(at, limit)| reads(at, &platform.key, (all, limit))));
        let (_, (), seen) = tokio::join!(writers, decides, consumers);
        assert!(seen.iter().all(|ids| *ids == seen[0]), "one order");
        let again = page(&service, &platform.key, "limit=200").await;
        let now: Vec<&str> = again["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
        assert_eq!(now, seen[0], "and it stays");
    }

    /// Whoever waits is answered when something comes, and with nothing when nothing does. The body stands in the
    /// feed byte for byte.
    async fn a_feed_can_be_waited_for(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let key = &platform.key;
        let begun = Instant::now();
        assert_eq!(page(&service, key, "wait=1").await["items"], json!([]));
        assert!((900..5_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        let refused = service.get("/v1/platform/dispatches?wait=31", key).await;
        assert_eq!(refused.problem(422), "list.wait");
        let refused = service.get("/v1/platform/dispatches?after=-1", key).await;
        assert_eq!(refused.problem(422), "list.after");
        let waits = service.get("/v1/platform/dispatches?wait=30", key);
        let sends = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            service.post(&format!("/v1/platform/endpoints/{}/test", platform.endpoint), key, &json!({})).await.expect(201);
            Instant::now()
        };
        let (came, sent) = tokio::join!(async { (waits.await, Instant::now()) }, sends);
        assert!(came.1.saturating_duration_since(sent) < Duration::from_millis(800), "it was woken, and did not look by chance");
        let pushed = platform.wait_for(1).await.remove(0);
        let bytes = String::from_utf8(pushed.bytes.clone()).unwrap();
        assert!(String::from_utf8(came.0.bytes.clone()).unwrap().contains(&bytes), "{bytes}");
        assert_eq!(came.0.body["items"][0]["sha256"], hex::encode(Sha256::digest(&pushed.bytes)));
    }

    /// The digest of a day is what a consumer makes of the feed, and is complete when the day is over.
    async fn a_day_can_be_reconciled(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let other = Platform::connect(&service, "jingdong", &["jd"]).await;
        service.set_shanghai_time("2026-11-02 23:00:00");
        let test = |p: &Platform| format!("/v1/platform/endpoints/{}/test", p.endpoint);
        for _ in 0..3 {
            service.post(&test(&platform), &platform.key, &json!({})).await.expect(201);
            service.post(&test(&other), &other.key, &json!({})).await.expect(201);
        }
        service.set_shanghai_time("2026-11-03 00:00:01");
        service.post(&test(&platform), &platform.key, &json!({})).await.expect(201);
        let feed = page(&service, &platform.key, "").await;
        let expected = |items: &[Value]| {
            let mut hash = Sha256::new();
            for i in items {
                hash.update(format!("{} {} {}\n", i["feed_seq"], i["id"].as_str().unwrap(), i["sha256"].as_str().unwrap()));
            }
            hex::encode(hash.finalize())
        };
        let items = feed["items"].as_array().unwrap();
        let digest = async |day: &str| service.get(&format!("/v1/platform/digests/{day}"), &platform.key).await.expect(200);
        let before = digest("2026-11-02").await;
        assert_eq!((&before["count"], &before["first_feed_seq"], &before["last_feed_seq"]), (&3.into(), &1.into(), &3.into()));
        assert_eq!((&before["sha256"], &before["complete"]), (&expected(&items[..3]).into(), &false.into()));
        service.set_shanghai_time("2026-11-03 00:10:00");
        assert_eq!(digest("2026-11-02").await["complete"], true);
        let today = digest("2026-11-03").await;
        assert_eq!((&today["count"], &today["sha256"], &today["complete"]), (&1.into(), &expected(&items[3..]).into(), &false.into()));
        let none = digest("2026-10-01").await;
        assert_eq!((&none["count"], &none["first_feed_seq"], &none["sha256"]), (&0.into(), &Value::Null, &expected(&[]).into()));
        assert_eq!(service.get("/v1/platform/digests/today", &platform.key).await.problem(404), "not_found");
    }
}
