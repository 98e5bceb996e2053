//! One sweep over one database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::service::PROGRAM;
use crate::support::{Engine, Service, database};

/// Kills of a short sweep.
const KILLS_DEFAULT: u32 = 24;
/// One kill in so many is during a migration.
const MIGRATION_KILLS_EVERY: u32 = 8;
/// Longest wait for a chosen point; then the process is killed where it is.
const POINT_SECONDS: u64 = 5;
/// Longest time to drain what is left.
const DRAIN_SECONDS: u64 = 120;
/// Longer than a claim holds.
const LEASE_RUN_OUT_SECONDS: i64 = 61;

/// Where the process is to die.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// At a point, after so many passes.
    At(&'static str, u64),
    /// While the receiver has the request and has not answered.
    MidRequest,
    /// After so many milliseconds.
    AfterMs(u64),
}

/// Numbers that follow from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn death(&mut self) -> Death {
        match self.below(10) {
            0 => Death::At("filing.accepted", self.below(2)),
            1 => Death::At("store.commit", self.below(12)),
            2 => Death::At("store.committed", self.below(12)),
            3 => Death::At("delivery.claimed", self.below(2)),
            4 => Death::MidRequest,
            5 => Death::At("delivery.answered", self.below(2)),
            6 => Death::At("delivery.failed", self.below(2)),
            7 => Death::At("mail.answered", self.below(2)),
            8 => Death::At("files.put", 0),
            _ => Death::AfterMs(self.below(600)),
        }
    }
}

/// A whole number from the environment.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

struct Sweep {
    service: Service,
    platform: Platform,
    holder: String,
    examiner: String,
    files: Deposited,
    /// What was answered 201, by idempotency key: the complaint's id.
    filed: BTreeMap<String, String>,
    next_item: u64,
}

/// Kills, restarts, and accounts for everything.
pub async fn sweep(engine: Engine) {
    let kills = u32::try_from(setting("FASTTRACK_KILLS").unwrap_or(KILLS_DEFAULT.into())).unwrap();
    let seed = setting("FASTTRACK_SEED")
        .unwrap_or_else(|| u64::from(std::process::id()) ^ fasttrack::clock::Clock::System.now().as_second().unsigned_abs());
    let word = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    println!("kill_sweep database={word} FASTTRACK_SEED={seed}");
    let mut numbers = Numbers(seed);

    let in_migrations = kills / MIGRATION_KILLS_EVERY;
    for _ in 0..in_migrations {
        killed_while_migrating(engine, numbers.below(120)).await;
    }
    let mut sweep = Sweep::begin(engine).await;
    let mut deaths: BTreeMap<String, u32> = BTreeMap::new();
    for _ in in_migrations..kills {
        let death = numbers.death();
        let came = sweep.until_dead(death).await;
        *deaths.entry(came).or_default() += 1;
        sweep.come_back().await;
    }
    println!("kill_sweep database={word} migrating={in_migrations} {deaths:?}");
    let (dispatches, lost, invented) = sweep.account(kills).await;
    println!("kill_sweep database={word} kills={kills} dispatches={dispatches} lost={lost} invented={invented}");
    assert_eq!((lost, invented), (0, 0));
}

/// A database that is being made when the process is killed is whole after the next start.
async fn killed_while_migrating(engine: Engine, after_ms: u64) {
    let folder = tempfile::tempdir().unwrap();
    let url = database::new_database(engine, folder.path());
    let run = |command: &str| {
        let mut program = std::process::Command::new(PROGRAM);
        program.arg(command).env_clear().env("RUST_LOG", crate::SERVICE_LOG).env("FASTTRACK_DATABASE_URL", &url);
        program.env("FASTTRACK_DATA_FOLDER", folder.path().join("data"));
        program
    };
    let mut child = run("migrate").spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(after_ms)).await;
    let _ = child.kill();
    let _ = child.wait();
    let made = run("migrate").output().unwrap();
    assert!(made.status.success(), "after a kill at {after_ms} ms: {}", String::from_utf8_lossy(&made.stderr));
    let audit = run("audit").output().unwrap();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    assert_eq!(database::counted(&url, "SELECT count(*) FROM complaints"), 0);
}

impl Sweep {
    async fn begin(engine: Engine) -> Self {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        Sweep { service, platform, holder, examiner, files, filed: BTreeMap::new(), next_item: 700_000_000_000 }
    }

    /// Files and decides until the process is dead; answers how it died.
    async fn until_dead(&mut self, death: Death) -> String {
        let begun = Instant::now();
        let arrived = self.platform.received().len();
        match death {
            Death::At(point, passes) => {
                if point == "delivery.failed" {
                    self.platform.will_answer(&[500, 503, 500]);
                }
                self.service.order((point, passes, "kill"));
            }
            Death::MidRequest => self.platform.will_think(Duration::from_millis(1_500)),
            Death::AfterMs(_) => {}
        }
        loop {
            let in_vain = begun.elapsed() > Duration::from_secs(POINT_SECONDS);
            match death {
                Death::MidRequest if self.platform.received().len() > arrived => {
                    self.service.kill();
                    return "mid-request".to_owned();
                }
                Death::AfterMs(ms) if begun.elapsed() >= Duration::from_millis(ms) => {
                    self.service.kill();
                    return "any moment".to_owned();
                }
                _ if in_vain => {
                    self.service.order_met();
                    self.service.kill();
                    return "point not met".to_owned();
                }
                _ => {}
            }
            if self.service.request("GET", "/healthz", "").send().await.is_err() {
                return match death {
                    Death::At(point, _) => point.to_owned(),
                    other => panic!("it died by itself: {other:?}"),
                };
            }
            self.work(death).await;
        }
    }

    /// One complaint more, filed and decided as far as the process lives.
    async fn work(&mut self, death: Death) {
        let deadline = match death {
            Death::AfterMs(ms) => Duration::from_millis(ms.max(1)),
            _ => Duration::from_secs(POINT_SECONDS),
        };
        self.next_item += 1;
        let item = self.next_item.to_string();
        if tokio::time::timeout(deadline, self.file(&item)).await.is_ok_and(|filed| filed) {
            let _ = tokio::time::timeout(deadline, self.decide(&item)).await;
        }
        if matches!(death, Death::At("files.put", _)) {
            let request = self.service.request("POST", "/v1/files", &self.holder).header("content-type", "application/octet-stream");
            let _ = request.body(format!("%PDF-1.4 {item}").into_bytes()).send().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    async fn file(&mut self, item: &str) -> bool {
        let request = self.service.request("POST", "/v1/complaints", &self.holder).header("idempotency-key", item);
        // Every number was asked for once, whatever came of it: the key stands for the complaint.
        let known = self.filed.entry(item.to_owned()).or_default().clone();
        let Ok(response) = request.json(&notice(&LAMP, &self.files, &[item])).send().await else { return false };
        let status = response.status().as_u16();
        let Ok(body) = response.json::<Value>().await else { return false };
        assert!(status == 201 || status == 503, "{status}: {body:#}");
        if status != 201 {
            return false;
        }
        let id = body["id"].as_str().unwrap().to_owned();
        assert!(known.is_empty() || known == id, "one key, two complaints");
        self.filed.insert(item.to_owned(), id);
        true
    }

    /// True once it is decided.
    async fn decide(&self, item: &str) -> bool {
        let path = format!("/v1/admin/complaints/{}", self.filed[item]);
        let Ok(shown) = self.service.request("GET", &path, &self.examiner).send().await else { return false };
        let Ok(shown) = shown.json::<Value>().await else { return false };
        if shown["state"] == "decided" {
            return true;
        }
        let form = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        let request = self.service.request("POST", &format!("{path}/decision"), &self.examiner);
        let answer = request.header("if-match", format!("\"v{}\"", shown["version"])).json(&form).send().await;
        answer.is_ok_and(|a| a.status() == 201)
    }

    /// Starts it again, after the leases of the dead one.
    async fn come_back(&mut self) {
        self.service.set_time(self.service.now() + jiff::SignedDuration::from_secs(LEASE_RUN_OUT_SECONDS));
        self.service.spawn().await;
    }

    /// Ends what was begun and compares: dispatches, how many did not arrive, how many nobody decided.
    async fn account(&mut self, kills: u32) -> (usize, usize, usize) {
        let keys: Vec<String> = self.filed.keys().cloned().collect();
        for item in &keys {
            assert!(self.file(item).await, "{item}: the same key is answered after all");
            assert!(self.decide(item).await, "{item}");
        }
        let ids: BTreeSet<&String> = self.filed.values().collect();
        assert_eq!(ids.len(), keys.len(), "a complaint a key");
        let count = database::counted(&self.service.database_url, "SELECT count(*) FROM complaints");
        assert_eq!(usize::try_from(count).unwrap(), keys.len(), "and none beside them");

        let committed = self.feed().await;
        let missing = |received: &BTreeSet<String>| committed.iter().filter(|id| !received.contains(*id)).count();
        let received = || self.platform.received().into_iter().map(|r| r.id).collect::<BTreeSet<_>>();
        let begun = Instant::now();
        while missing(&received()) + self.undelivered() > 0 && begun.elapsed() < Duration::from_secs(DRAIN_SECONDS) {
            self.service.set_time(self.service.now() + jiff::SignedDuration::from_secs(LEASE_RUN_OUT_SECONDS));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(self.undelivered(), 0, "all are delivered by their own account");
        // A decision whose dispatch is missing is as lost as a dispatch that did not arrive.
        let lost = missing(&received()) + keys.len().saturating_sub(committed.len());
        let invented = received().difference(&committed).count();
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for r in self.platform.received() {
            *times.entry(r.id).or_default() += 1;
        }
        // Answers of 500 were ordered: three a kill at most.
        assert!(times.values().all(|n| *n <= 1 + 4 * kills), "{times:?}");
        let most = database::counted(&self.service.database_url, "SELECT max(attempts) FROM deliveries");
        assert!(most <= i64::from(1 + kills), "{most} attempts");
        assert!(self.service.terminate());
        let audit = self.service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
        (committed.len(), lost, invented)
    }

    fn undelivered(&self) -> usize {
        let count = database::counted(&self.service.database_url, "SELECT count(*) FROM deliveries WHERE state <> 'delivered'");
        usize::try_from(count).unwrap()
    }

    /// Every dispatch by the platform's feed, whose numbers have no gaps.
    async fn feed(&self) -> BTreeSet<String> {
        let (mut all, mut number) = (BTreeSet::new(), 0);
        loop {
            let page = self.service.get(&format!("/v1/platform/dispatches?limit=200&after={number}"), &self.platform.key).await.expect(200);
            for dispatch in page["items"].as_array().unwrap() {
                number += 1;
                assert_eq!(dispatch["feed_seq"], number, "a gap in the feed");
                all.insert(dispatch["id"].as_str().unwrap().to_owned());
            }
            assert_eq!(page["next_after"], number);
            if page["items"].as_array().unwrap().is_empty() {
                return all;
            }
        }
    }
}
