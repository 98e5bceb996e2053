//! Platforms that are slow, hostile or away beside others that are well: those get all of theirs while the others
//! still hold what they were given, and each of these is called by its name in the log of attempts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fasttrack::delivery::webhook::{ANSWER_BYTES_MAX, REPLY_BYTES_KEPT_MAX};
use fasttrack::domain::lane::{FAILURES_MAX, OVERRUN_MS};
use serde_json::{Value, json};

use crate::support::bad_receiver::{BadReceiver, Manner, bomb};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// Endpoints that are well.
const HEALTHY: usize = 7;
/// Messages for each of them.
const MESSAGES: usize = 10;
/// Messages for each of the others: more than it may have in hand at once.
const UNHEALTHY_MESSAGES: usize = 12;
/// What an endpoint without limits of its own has in hand at once.
const AT_ONCE: usize = 8;
/// More than a connection's buffers on both sides hold.
const BUFFERS_BYTES_MAX: usize = 16 * 1_024 * 1_024;

struct World {
    service: Service,
    platform: Platform,
}

impl World {
    /// An endpoint of the platform that is paused, with so many messages waiting for it.
    async fn paused(&self, url: &str, messages: usize) -> String {
        let made = self.platform_posts("endpoints", json!({ "url": url })).await;
        let endpoint = made["id"].as_str().unwrap().to_owned();
        self.endpoint(&endpoint, ("pause", json!({ "why": "so that all wait" }))).await;
        for _ in 0..messages {
            self.endpoint(&endpoint, ("test", json!({}))).await;
        }
        endpoint
    }

    async fn platform_posts(&self, path: &str, form: Value) -> Value {
        self.service.post(&format!("/v1/platform/{path}"), &self.platform.key, &form).await.expect(201)
    }

    async fn endpoint(&self, endpoint: &str, (act, form): (&str, Value)) {
        self.platform_posts(&format!("endpoints/{endpoint}/{act}"), form).await;
    }

    async fn attempts(&self, endpoint: &str) -> Vec<Value> {
        let path = format!("/v1/platform/endpoints/{endpoint}/attempts?limit=200");
        let log = self.service.get(&path, &self.platform.key).await.expect(200);
        log["items"].as_array().unwrap().clone()
    }

    /// The attempts at an endpoint, once there are so many.
    async fn until_attempts(&self, endpoint: &str, n: usize) -> Vec<Value> {
        let path = format!("/v1/platform/endpoints/{endpoint}/attempts?limit=200");
        let enough = |log: &Value| log["items"].as_array().unwrap().len() >= n;
        let log = self.service.until((&path, &self.platform.key), enough).await;
        log["items"].as_array().unwrap().clone()
    }
}

async fn until(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the log says of an attempt at such a receiver: its outcome and the status that came.
fn said_of(manner: Manner) -> (&'static str, Value) {
    match manner {
        Manner::Silent | Manner::DripsHead => ("timeout", Value::Null),
        Manner::DripsBody => ("timeout", 200.into()),
        // It has the message; what more it has to say is not heard.
        Manner::Endless | Manner::Bomb => ("delivered", 200.into()),
        Manner::StallsTls | Manner::Away => ("connect", Value::Null),
        Manner::Resets => ("body", 200.into()),
    }
}

on_both_databases! {
    async fn bad_receivers_delay_nobody_else(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let world = World { service, platform };
        let mut bad = BTreeMap::new();
        for manner in Manner::ALL {
            let receiver = BadReceiver::start(manner).await;
            let endpoint = world.paused(&receiver.url, UNHEALTHY_MESSAGES).await;
            bad.insert(manner, (receiver, endpoint));
        }
        let mut healthy = Vec::new();
        for _ in 0..HEALTHY {
            healthy.push(world.paused(world.platform.url(), MESSAGES).await);
        }

        for (_, endpoint) in bad.values() {
            world.endpoint(endpoint, ("resumption", json!({}))).await;
        }
        let hold = [Manner::Silent, Manner::DripsHead];
        for manner in hold {
            until("as many as it may have", || bad[&manner].0.taken() == AT_ONCE).await;
        }
        for endpoint in &healthy {
            world.endpoint(endpoint, ("resumption", json!({}))).await;
        }
        let arrived = world.platform.wait_for(HEALTHY * MESSAGES).await;
        for manner in hold {
            assert_eq!((bad[&manner].0.taken(), bad[&manner].0.ended()), (AT_ONCE, 0), "{manner:?}: it was waited for");
            assert_eq!(world.attempts(&bad[&manner].1).await.len(), 0, "{manner:?}");
        }
        assert_eq!(arrived.len(), HEALTHY * MESSAGES);
        for endpoint in &healthy {
            let log = world.until_attempts(endpoint, MESSAGES).await;
            assert!(log.iter().all(|a| a["number"] == 1 && a["outcome"] == "delivered"), "{log:#?}");
        }

        for (manner, (receiver, endpoint)) in &bad {
            let (outcome, status) = said_of(*manner);
            let few = if outcome == "delivered" { UNHEALTHY_MESSAGES } else { AT_ONCE };
            let log = world.until_attempts(endpoint, few).await;
            for attempt in &log {
                assert_eq!((&attempt["outcome"], &attempt["status"]), (&outcome.into(), &status), "{manner:?}: {attempt:#}");
                assert!(attempt["reply"].as_str().unwrap_or("").chars().count() <= REPLY_BYTES_KEPT_MAX);
            }
            // What fails is left alone after five: those under way are all that may follow.
            let most = usize::try_from(FAILURES_MAX).unwrap() - 1 + AT_ONCE;
            assert!(log.len() <= most || outcome == "delivered", "{manner:?}: {} attempts", log.len());
            assert!(receiver.taken() <= UNHEALTHY_MESSAGES, "{manner:?}: {}", receiver.taken());
            if outcome == "delivered" {
                // An answer without an end uses up what its endpoint may be sent: those beyond the first few wait.
                let at = |n: usize| log[n]["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
                let took = at(0).duration_since(at(UNHEALTHY_MESSAGES - 1)).as_millis();
                assert!(took >= i128::from(OVERRUN_MS) * AT_ONCE as i128 / 2, "{manner:?}: {took} ms");
            }
        }
        let flood = &bad[&Manner::Endless].0;
        until("every flood is cut", || flood.ended() == UNHEALTHY_MESSAGES).await;
        assert!(flood.most_sent() < ANSWER_BYTES_MAX + BUFFERS_BYTES_MAX, "{} bytes", flood.most_sent());
        let packed = String::from_utf8_lossy(&bomb()[..REPLY_BYTES_KEPT_MAX]).replace('\0', "\u{fffd}");
        assert_eq!(world.attempts(&bad[&Manner::Bomb].1).await[0]["reply"], packed, "a bomb stays as it came");
    }
}
