//! `queue_page`, `complaint`, `counts`: medians over HTTP with few and with many stored; `simulation_s`: a policy
//! tried on all of them, by one thread and by several.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use fasttrack::domain::policy::default_policy;
use fasttrack::domain::simulation::Trial;
use fasttrack::store::{PastFilter, Store};
use fasttrack::workflow::Slice;
use serde_json::{Value, json};

use crate::fill::{Filling, Templates, stored};
use crate::support::notices::{Deposited, LAMP, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service};

/// Complaints that are really there, and looked at.
const REAL: usize = 12;
/// Requests of a median.
const REQUESTS: usize = 300;
/// Requests before, which nobody counts.
const WARM: usize = 30;
/// Seconds that a simulation of a million may take.
const SIMULATION_SECONDS_MAX: f64 = 60.0;
/// Threads of a parallel simulation.
const THREADS: usize = 4;

/// Who is measured, and what is asked of it.
struct Desk {
    service: Service,
    examiner: String,
    complaints: Vec<String>,
    templates: Templates,
}

impl Desk {
    async fn start(engine: Engine) -> Self {
        let service = Service::start(engine).await;
        let _platform = Platform::connect(&service, "ali", &["taobao", "tmall"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut filed = Vec::new();
        for n in 0..REAL {
            let item = format!("6000000000{n:02}");
            filed.push((service.file(&holder, (&format!("desk-{n}"), &notice(&LAMP, &files, &[&item]))).await.expect(201), item));
        }
        let (decided, open) = (&filed[0], &filed[1]);
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        let path = format!("/v1/admin/complaints/{}/decision", id(&decided.0));
        service.post_if(&path, &examiner, (&decided.0["version"], &decision)).await.expect(201);
        let templates = Templates {
            decided: id(&decided.0),
            open: id(&open.0),
            references: [&decided.0, &open.0].map(|c| c["reference"].as_str().unwrap().to_owned()),
            items: [decided.1.clone(), open.1.clone()],
        };
        let complaints = filed.iter().map(|(c, _)| id(c)).collect();
        Desk { service, examiner, complaints, templates }
    }

    async fn ask(&self, path: &str) -> Vec<u8> {
        let answer = self.service.request("GET", path, &self.examiner).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    /// Pages of the queue in every view that has a cost of its own, the deepest last.
    async fn queue_pages(&self) -> Vec<String> {
        // Each is a full page at both sizes: of some hundred open complaints two thirds are due by that day.
        let mut pages: Vec<String> = ["", "?track=simple", "?state=accepted", "?platform=ali", "?due_before=2026-12-10"]
            .map(|q| format!("/v1/admin/queue{q}"))
            .into();
        let mut next = "/v1/admin/queue?limit=200".to_owned();
        for _ in 0..40 {
            let page: Value = serde_json::from_slice(&self.ask(&next).await).unwrap();
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("/v1/admin/queue?limit=200&cursor={cursor}");
        }
        pages.push(next.replace("limit=200&", ""));
        pages
    }

    async fn median_ms(&self, paths: &[String]) -> f64 {
        let mut took = Vec::new();
        for n in 0..WARM + REQUESTS {
            let path = &paths[n % paths.len()];
            let begun = Instant::now();
            self.ask(path).await;
            if n >= WARM {
                took.push(begun.elapsed().as_secs_f64() * 1e3);
            }
        }
        took.sort_by(f64::total_cmp);
        took[took.len() / 2]
    }

    /// Medians by name: of each page of the queue by itself too, and the slowest of them as `queue_page`.
    async fn medians(&self) -> BTreeMap<String, f64> {
        let mut all = BTreeMap::new();
        for (n, page) in self.queue_pages().await.into_iter().enumerate() {
            let median = self.median_ms(&[page]).await;
            all.insert(format!("queue_page{}", ["", "_track", "_state", "_platform", "_due", "_deep"][n]), median);
        }
        let shown: Vec<String> = self.complaints.iter().map(|id| format!("/v1/admin/complaints/{id}")).collect();
        all.insert("complaint".into(), self.median_ms(&shown).await);
        all.insert("counts".into(), self.median_ms(&["/v1/admin/queue/counts".to_owned()]).await);
        all
    }
}

fn id(complaint: &Value) -> String {
    complaint["id"].as_str().unwrap().to_owned()
}

fn figure(name: &str, (value, limit): (f64, f64), unit: &str) {
    println!("figure {name} {value:.2} {unit} limit {limit:.2} ratio {:.2}", value / limit);
}

/// Measures one database.
pub async fn figures(engine: Engine, (word, wants): (&str, &dyn Fn(&str) -> bool), (few, many): (u64, u64)) {
    let mut desk = Desk::start(engine).await;
    let url = desk.service.database_url.clone();
    // Beyond the real ones, so that no number stands twice.
    desk.service.terminate();
    Filling { engine, url: &url, templates: &desk.templates }.fill(1, few);
    desk.service.spawn().await;
    println!("# {word}: {:?} complaints, and open ones", stored(&url));
    let before = desk.medians().await;
    desk.service.terminate();
    let begun = Instant::now();
    Filling { engine, url: &url, templates: &desk.templates }.fill(few, many);
    println!("# {word}: {:?} complaints, and open ones, filled in {:.0} s", stored(&url), begun.elapsed().as_secs_f64());
    desk.service.spawn().await;
    let after = desk.medians().await;
    for (name, value) in &after {
        if wants(&format!("{name}.{word}")) {
            figure(&format!("{name}.{word}"), (*value, before[name]), "ms");
        }
    }
    desk.service.terminate();
    if wants(&format!("simulation_s.{word}")) {
        for (threads, name) in [(1, "single"), (THREADS, "parallel")] {
            let seconds = simulated(&url, threads, many).await;
            figure(&format!("simulation_s.{name}.{word}"), (seconds, SIMULATION_SECONDS_MAX * many as f64 / 1e6), "s");
        }
    }
}

/// Seconds that a policy by which every complaint would go otherwise takes over all of them.
async fn simulated(url: &str, threads: usize, many: u64) -> f64 {
    let store = Store::open(url, 4).unwrap();
    let mut policy = default_policy();
    let when = json!({ "fact": "complaint.listings", "op": "over", "value": 0 });
    let stricter = json!({ "code": "any", "title_zh": "全部", "title_en": "All", "law": "policy", "when": when });
    policy.criteria.push(serde_json::from_value(stricter).unwrap());
    let trial = Arc::new(Trial { policy, past: BTreeMap::from([(0, default_policy())]) });
    let slice = Slice { filter: PastFilter::default(), after: None, rows_max: usize::MAX, threads };
    let begun = Instant::now();
    let evaluated = slice.evaluate(&store, trial).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert!(evaluated.rows as u64 >= many - 1, "{} of {many} were looked at", evaluated.rows);
    println!("# {} looked at by {threads} threads: {:?}", evaluated.rows, evaluated.tally.changes);
    seconds
}
