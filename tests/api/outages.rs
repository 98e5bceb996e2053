//! What is not there: room on the disk, the database, the process itself. A clear answer, nothing lost or
//! half-stored, and work goes on without a restart when it is back.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, STAND, notice};
use crate::support::platform::Platform;
use crate::support::proxy::Wire;
use crate::support::{Engine, Service, database, on_both_databases};

/// Asks until it is answered with this status.
async fn until(service: &Service, (path, key): (&str, &str), status: u16) -> Value {
    let begun = Instant::now();
    loop {
        let answer = service.get(path, key).await;
        if answer.status == status {
            return answer.body;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "still {}: {:#}", answer.status, answer.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The test's own time for `work`, in turns of 20 ms: where the whole machine stands still, it does too. None where
/// that is longer than two seconds.
async fn within_two_seconds<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut turns = tokio::time::interval(Duration::from_millis(20));
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let over = async {
        for _ in 0..=100 {
            turns.tick().await;
        }
    };
    tokio::select! {
        done = work => Some(done),
        () = over => None,
    }
}

/// How often the service came to its database since `before`, for each second that passed: a loop that does not
/// wait comes hundreds of times.
fn comes_a_second(wire: &Wire, (before, begun): (u64, Instant)) -> u64 {
    (wire.connections() - before) / begun.elapsed().as_secs().max(1)
}

/// What is left to a service that waits between its tries: half a dozen loops, four tries each, every two seconds.
const CONNECTIONS_A_SECOND_MAX: u64 = 20;

/// A service whose database is at the other end of a wire.
async fn on_a_wire() -> Option<(Service, Wire)> {
    if !database::postgres_is_here() {
        return None;
    }
    // In no folder of a test's: it lives as long as the cluster.
    let url = database::new_database(Engine::Postgres, &std::env::temp_dir());
    let parsed = url::Url::parse(&url).unwrap();
    let wire = Wire::to(format!("{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap_or(5432))).await;
    let service = Service::start_with(Engine::Postgres, &[("database_url", &wire.of(&url))]).await;
    Some((service, wire))
}

/// A database that is away: 503 and when to try again; back, everything goes on, the delivery that waited too.
#[test]
fn a_database_that_is_away_is_said_and_comes_back() {
    crate::support::run(async {
        let Some((service, wire)) = on_a_wire().await else { return };
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &STAND).await;
        let first = service.file(&holder, ("first", &notice(&STAND, &files, &["100000000001"]))).await.expect(201);
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_features"] }] });
        let decide = format!("/v1/admin/complaints/{}/decision", first["id"].as_str().unwrap());

        wire.cut();
        let away = (wire.connections(), Instant::now());
        let second = notice(&STAND, &files, &["100000000002"]);
        let answer = service.file(&holder, ("second", &second)).await;
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(answer.problem(503), "store.unavailable");
        assert_eq!(service.get("/v1/complaints", &holder).await.problem(503), "store.unavailable");
        assert_eq!(service.post_if(&decide, &examiner, (&first["version"], &decision)).await.problem(503), "store.unavailable");
        let ready = service.get("/readyz", "").await.expect(503);
        assert_eq!((&ready["ready"], &ready["checks"][0]["ok"]), (&false.into(), &false.into()));
        service.get("/healthz", "").await.expect(200);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let comes = comes_a_second(&wire, away);
        assert!(comes < CONNECTIONS_A_SECOND_MAX, "{comes} connections a second");

        wire.mend();
        within_two_seconds(until(&service, ("/readyz", ""), 200)).await.expect("ready within two seconds");
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "nothing was half-stored");
        service.file(&holder, ("second", &second)).await.expect(201);
        service.post_if(&decide, &examiner, (&first["version"], &decision)).await.expect(201);
        assert!(platform.wait_for(1).await[0].signed);
    });
}

/// A database that neither answers nor breaks the line: the deadline on every unit of work ends it.
#[test]
fn a_database_that_is_silent_does_not_hold_requests_for_ever() {
    crate::support::run(async {
        let Some((service, wire)) = on_a_wire().await else { return };
        let (_, holder) = service.account("complainant", None).await;
        service.get("/v1/complaints", &holder).await.expect(200);
        wire.silence();
        let begun = Instant::now();
        assert_eq!(service.get("/v1/complaints", &holder).await.problem(503), "store.unavailable");
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        wire.mend();
        until(&service, ("/v1/complaints", &holder), 200).await;
    });
}

/// A database to which the bytes only trickle, so that something always comes: the deadline is on the whole unit of
/// work, and not on the silence between two bytes. Back at its pace, it is used at once.
#[test]
fn a_database_that_is_too_slow_is_away() {
    crate::support::run(async {
        let Some((service, wire)) = on_a_wire().await else { return };
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &STAND).await;
        let form = notice(&STAND, &files, &["100000000001"]);
        let test = format!("/v1/admin/endpoints/{}/test", platform.endpoint);

        wire.slow(1, Duration::from_millis(100));
        let away = (wire.connections(), Instant::now());
        let ended = std::sync::Mutex::new(Vec::new());
        let asks = async |what: &'static str, answer: crate::support::service::Answer| {
            ended.lock().unwrap().push(what);
            answer
        };
        let (read, filed, sent, alive) = tokio::join!(
            async { asks("read", service.get("/v1/complaints", &holder).await).await },
            async { asks("filed", service.file(&holder, ("slow", &form)).await).await },
            async { asks("sent", service.post(&test, &service.admin, &json!({})).await).await },
            async { asks("alive", service.get("/healthz", "").await).await },
        );
        assert_eq!(ended.lock().unwrap()[0], "alive", "liveness waits for no database");
        alive.expect(200);
        for answer in [read, filed, sent] {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            assert_eq!(answer.problem(503), "store.unavailable");
        }
        let comes = comes_a_second(&wire, away);
        assert!(comes < CONNECTIONS_A_SECOND_MAX, "{comes} connections a second");

        wire.mend();
        within_two_seconds(until(&service, ("/readyz", ""), 200)).await.expect("ready within two seconds");
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 0, "nothing was half-stored");
        assert_eq!(platform.received().len(), 0);
        service.file(&holder, ("slow", &form)).await.expect(201);
        service.post(&test, &service.admin, &json!({})).await.expect(201);
        assert!(platform.wait_for(1).await[0].signed);
    });
}

/// A machine whose clock is wrong sends late, or takes what another has in hand: it says so, and asks for no requests.
#[test]
fn a_clock_that_is_wrong_is_told() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let service = Service::start(Engine::Postgres).await;
        let url = service.database_url.clone();
        // Another `now` comes before the database's own for whoever connects from here on.
        let own = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$";
        assert!(database::tamper(&url, own));
        for (moved, status, note) in [("- 8.5", 503, "8 s ahead of"), ("+ 8.5", 503, "8 s behind"), ("- 3.5", 200, "")] {
            let now = format!(
                "CREATE OR REPLACE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS \
                 'SELECT pg_catalog.now() {moved} * pg_catalog.make_interval(secs => 1)'"
            );
            assert!(database::tamper(&url, &now));
            let others =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            assert!(database::tamper(&url, others));
            let told = |ready: &Value| {
                let all = ready["checks"].as_array().unwrap();
                let note = |name: &str| all.iter().find(|c| c["name"] == name).unwrap()["note"].as_str().unwrap_or("").to_owned();
                (note("store"), note("clock.skew"))
            };
            let begun = Instant::now();
            loop {
                let ready = service.get("/readyz", "").await;
                let (store, clock) = told(&ready.body);
                if store.is_empty() && ready.status == status && clock.starts_with(note) && clock.is_empty() == note.is_empty() {
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(30), "{moved}: {:#}", ready.body);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
}

/// A database that is slow, and yet within the deadline: everything takes its time and nothing fails.
#[test]
fn a_database_that_is_slow_is_waited_for() {
    crate::support::run(async {
        let Some((service, wire)) = on_a_wire().await else { return };
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &STAND).await;
        wire.slow(16_384, Duration::from_millis(25));
        service.get("/readyz", "").await.expect(200);
        for n in 0..3 {
            let item = format!("10000000000{n}");
            let filed = service.file(&holder, (&item, &notice(&STAND, &files, &[&item]))).await.expect(201);
            let decision =
                json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_features"] }] });
            let decide = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
            service.post_if(&decide, &examiner, (&filed["version"], &decision)).await.expect(201);
        }
        assert!(platform.wait_for(3).await.iter().all(|m| m.signed));
    });
}

/// Runs a command where the service's small disk is.
fn inside(service: &Service, command: &[&str]) -> bool {
    let pid = service.pid().to_string();
    Command::new("nsenter")
        .args(["--target", &pid, "--user", "--mount", "--preserve-credentials"])
        .args(command)
        .status()
        .unwrap()
        .success()
}

/// A disk of two mebibytes under the data folder, in a namespace of the service's own; or why there is none.
fn small_disk_is_here() -> bool {
    let probe = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    let here = probe.is_ok_and(|p| p.status.success());
    if !here {
        assert!(std::env::var_os("TEST_REQUIRE_POSTGRES").is_none(), "nothing may be skipped, and no small disk can be made here");
        eprintln!("SKIPPED: no small disk can be made here (unshare)");
    }
    here
}

/// A full disk, with the files and the embedded database on it.
#[test]
fn a_full_disk_is_said_and_nothing_is_half_stored() {
    if !small_disk_is_here() {
        return;
    }
    crate::support::run(async {
        let service = Service::start_on_small_disk(4).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        service.file(&holder, ("before", &notice(&LAMP, &files, &["100000000001"]))).await.expect(201);

        let large = vec![b'x'; 5 * 1024 * 1024];
        let send = |bytes: Vec<u8>| service.request("POST", "/v1/files", &holder).header("content-type", "application/pdf").body(bytes);
        assert_eq!(service.send(send(large.clone())).await.problem(507), "storage.full");
        // Whatever was written of it is gone again: there is room for a small one.
        service.send(send(b"%PDF-1.4 small".to_vec())).await.expect(201);

        // Now the disk is filled to the last byte, and the database cannot write either.
        let folder = service.data_folder().display().to_string();
        inside(&service, &["dd", "if=/dev/zero", &format!("of={folder}/filler"), "bs=4096"]);
        let mut refused = 0;
        for n in 0..40 {
            let item = format!("2000000000{n:02}");
            let answer = service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await;
            match answer.status {
                201 => {}
                507 => {
                    assert_eq!(answer.problem(507), "storage.full");
                    refused += 1;
                }
                other => panic!("{other}: {:#}", answer.body),
            }
        }
        assert!(refused > 0, "the disk never was full");
        service.get("/v1/complaints", &holder).await.expect(200);

        assert!(inside(&service, &["rm", &format!("{folder}/filler")]));
        let begun = Instant::now();
        loop {
            let answer = service.file(&holder, ("after", &notice(&LAMP, &files, &["300000000001"]))).await;
            if answer.status == 201 {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "no way back from a full disk: {:#}", answer.body);
        }
        let listed = service.get("/v1/complaints?limit=200", &holder).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2 + 40 - refused, "what was refused was not kept, what was answered was");
    });
}

on_both_databases! {
    /// Killed in the middle of many filings: each is there whole or not at all, and the same key tells which.
    async fn a_kill_in_the_middle_leaves_nothing_half(engine: Engine) {
        let mut service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let requests: Vec<_> = (0..60)
            .map(|n| {
                let item = format!("4000000000{n:02}");
                let request = service.request("POST", "/v1/complaints", &holder).header("idempotency-key", &item);
                (item.clone(), request.json(&notice(&LAMP, &files, &[&item])))
            })
            .collect();
        let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
        for (item, request) in requests {
            let answered = answered.clone();
            tokio::spawn(async move {
                if let Ok(response) = request.send().await
                    && response.status() == 201
                    && let Ok(body) = response.json::<Value>().await
                {
                    let _ = answered.send((item, body["id"].as_str().unwrap().to_owned()));
                }
            });
        }
        drop(answered);
        // Some are answered, the rest are under way.
        let mut before = vec![answers.recv().await.expect("the first answer")];
        service.kill();
        while let Some(answer) = answers.recv().await {
            before.push(answer);
        }
        service.spawn().await;
        let mut again = std::collections::BTreeMap::new();
        for n in 0..60 {
            let item = format!("4000000000{n:02}");
            let answer = service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await.expect(201);
            again.insert(item, answer["id"].as_str().unwrap().to_owned());
        }
        for (item, id) in &before {
            assert_eq!(&again[item], id, "what was answered before the kill is what is answered after it");
        }
        let listed = service.get("/v1/complaints?limit=200", &holder).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 60);
        assert!(service.terminate());
        let audit = service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}
