//! Several people and several processes at once: nobody gets the same work twice, nothing goes out twice,
//! and two judgements of one version are one judgement.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, database, on_both_databases};

fn takedown(line: u32) -> Value {
    json!({ "lines": [{ "line": line, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] })
}

on_both_databases! {
    /// Ten examiners take from a queue of six, then two judge each complaint at the same version.
    async fn no_work_is_done_twice(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut examiners = Vec::new();
        for _ in 0..10 {
            examiners.push(service.account("examiner", None).await.1);
        }
        for n in 0..6 {
            let item = format!("50000000000{n}");
            service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await.expect(201);
        }
        let wanted = json!({});
        let claims = examiners.iter().map(|key| service.post("/v1/admin/queue/claims", key, &wanted));
        let answers = futures_util::future::join_all(claims).await;
        let claimed: Vec<&str> = answers.iter().filter(|a| a.status == 201).map(|a| a.body["complaint"].as_str().unwrap()).collect();
        assert_eq!((claimed.len(), claimed.iter().collect::<BTreeSet<_>>().len()), (6, 6), "{claimed:?}");
        assert!(answers.iter().all(|a| a.status == 201 || a.status == 204));
        // Whoever has it keeps it; nobody else takes it.
        let had = answers.iter().position(|a| a.status == 201).unwrap();
        let path = format!("/v1/admin/complaints/{}/claim", answers[had].body["complaint"].as_str().unwrap());
        service.post(&path, &examiners[had], &json!({})).await.expect(201);
        assert_eq!(service.post(&path, &examiners[(had + 1) % 10], &json!({})).await.problem(409), "claim.taken");

        for id in &claimed {
            let path = format!("/v1/admin/complaints/{id}");
            let version = service.get(&path, &examiners[0]).await.expect(200)["version"].clone();
            let (path, form) = (format!("{path}/decision"), takedown(1));
            let both = examiners[..2].iter().map(|key| service.post_if(&path, key, (&version, &form)));
            let mut answers = futures_util::future::join_all(both).await;
            answers.sort_by_key(|a| a.status);
            let [first, second] = <[_; 2]>::try_from(answers).unwrap();
            first.expect(201);
            assert_eq!(second.problem(412), "complaint.changed");
        }
        let received = platform.wait_for_arrivals(6).await;
        assert_eq!(received.iter().map(|r| &r.id).collect::<BTreeSet<_>>().len(), received.len(), "one message each");
    }
}

/// Two processes on one PostgreSQL: what one takes the other sees, and each decision goes out once.
#[test]
fn two_processes_share_the_work() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let one = Service::start(Engine::Postgres).await;
        let two = one.beside().await;
        let platform = Platform::connect(&one, "ali", &["taobao"]).await;
        let (_, holder) = one.account("complainant", None).await;
        let (_, examiner) = one.account("examiner", None).await;
        let files = Deposited::of(&one, &holder, &LAMP).await;
        let mut all = BTreeSet::new();
        for n in 0..20 {
            let item = format!("6000000000{n:02}");
            let form = notice(&LAMP, &files, &[&item]);
            let (here, there) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
            let filed = here.file(&holder, (&item, &form)).await.expect(201);
            // The same key at the other process is the same filing.
            assert_eq!(there.file(&holder, (&item, &form)).await.expect(201)["id"], filed["id"]);
            let path = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
            there.post_if(&path, &examiner, (&filed["version"], &takedown(1))).await.expect(201);
            all.insert(filed["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(all.len(), 20);
        let received = platform.wait_for_arrivals(20).await;
        assert_eq!(received.iter().map(|r| &r.id).collect::<BTreeSet<_>>().len(), 20);
        let feed = two.get("/v1/platform/dispatches?limit=200", &platform.key).await.expect(200);
        let numbers: Vec<i64> = feed["items"].as_array().unwrap().iter().map(|i| i["feed_seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<i64>>(), "without gaps");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(platform.received().len(), 20, "nothing went out twice");
    });
}

/// A worker stopped past its lease while its platform thinks: another takes over, and what the first one has to
/// say when it goes on changes nothing.
#[test]
fn a_worker_that_was_away_too_long_changes_nothing() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let one = Service::start_with(Engine::Postgres, &[("rust_log", "warn")]).await;
        let platform = Platform::connect(&one, "ali", &["taobao"]).await;
        let (_, holder) = one.account("complainant", None).await;
        let (_, examiner) = one.account("examiner", None).await;
        let files = Deposited::of(&one, &holder, &LAMP).await;
        let filed = one.file(&holder, ("stopped", &notice(&LAMP, &files, &["700000000001"]))).await.expect(201);
        platform.will_think(Duration::from_millis(1_500));
        platform.will_answer(&[500, 200]);
        let path = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
        one.post_if(&path, &examiner, (&filed["version"], &takedown(1))).await.expect(201);
        let id = platform.wait_for_arrivals(1).await[0].id.clone();
        one.signal(rustix::process::Signal::STOP);

        let two = one.beside().await;
        two.set_time(two.now() + jiff::SignedDuration::from_secs(61));
        platform.wait_for_arrivals(2).await;
        let shown = format!("/v1/admin/dispatches/{id}");
        let outcomes = |shown: &Value| -> Vec<String> {
            let attempts = shown["deliveries"][0]["attempts"].as_array().unwrap();
            attempts.iter().map(|a| a["outcome"].as_str().unwrap().to_owned()).collect()
        };
        two.until((&shown, &examiner), |d| outcomes(d) == ["delivered"]).await;

        one.signal(rustix::process::Signal::CONT);
        let begun = std::time::Instant::now();
        while !one.written().contains("the claim was lost") {
            assert!(begun.elapsed() < Duration::from_secs(30), "the first worker said nothing: {}", one.written());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let after = two.get(&shown, &examiner).await.expect(200);
        assert_eq!((outcomes(&after), &after["deliveries"][0]["state"]), (vec!["delivered".to_owned()], &"delivered".into()));
        assert_eq!(platform.received().len(), 2);
    });
}

/// Two processes share the limits of an endpoint: together they send no more at once, and no more a second, than it
/// takes; and when it fails they leave it alone together.
#[test]
fn two_processes_hold_to_the_limits_of_an_endpoint() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let one = Service::start(Engine::Postgres).await;
        let platform = Platform::connect(&one, "ali", &["taobao"]).await;
        let two = one.beside().await;
        let path = format!("/v1/admin/endpoints/{}", platform.endpoint);
        let sends = async |n: usize| {
            one.post(&format!("{path}/pause"), &one.admin, &json!({ "why": "so that all wait" })).await.expect(201);
            for _ in 0..n {
                one.post(&format!("{path}/test"), &one.admin, &json!({})).await.expect(201);
            }
            one.post(&format!("{path}/resumption"), &one.admin, &json!({})).await.expect(201);
            std::time::Instant::now()
        };
        platform.always_thinks(Duration::from_millis(150));
        one.put(&format!("{path}/limits"), &one.admin, &json!({ "at_once_max": 3 })).await.expect(200);
        sends(24).await;
        platform.wait_for(24).await;
        assert_eq!(platform.most_at_once(), 3, "both together");

        one.put(&format!("{path}/limits"), &one.admin, &json!({ "per_second_max": 5 })).await.expect(200);
        let begun = sends(11).await;
        platform.wait_for(35).await;
        assert!(begun.elapsed().as_millis() >= 1_900, "five a second: {:?}", begun.elapsed());

        one.put(&format!("{path}/limits"), &one.admin, &json!({ "at_once_max": 1 })).await.expect(200);
        platform.will_answer(&[500; 20]);
        sends(12).await;
        let list = "/v1/admin/platforms/ali/endpoints";
        two.until((list, &two.admin), |l| l["items"][0]["open_until"].is_string()).await;
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert_eq!(platform.received().len(), 40, "five failures, whoever made them");
    });
}
