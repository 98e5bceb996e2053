//! The n-th operation fails, for every n until a run needs no failure: of the database, the files, the relay
//! and the platform. An error has no effect or its full effect, and the same request again ends it well.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::bucket::Bucket;
use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, database, on_both_databases};

/// Most times a request is made again.
const TRIES_MAX: usize = 6;
/// More operations than the story has.
const OPERATIONS_MAX: u64 = 200;

struct Story {
    service: Service,
    platform: Platform,
    holder: String,
    examiner: String,
    files: Deposited,
}

impl Story {
    async fn begin(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let service = Service::start_with(engine, &[&[("rust_log", "off")], settings].concat()).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        Story { service, platform, holder, examiner, files }
    }

    /// Makes a request until it does not fail; `look` is asked after each failure.
    async fn until_done(&self, request: impl Fn() -> reqwest::RequestBuilder, status: u16) -> (Value, usize) {
        for failures in 0..TRIES_MAX {
            let response = request().send().await.unwrap();
            let got = response.status().as_u16();
            let body: Value = response.json().await.unwrap();
            if got == status {
                return (body, failures);
            }
            assert!([500, 503].contains(&got), "{got}: {body:#}");
        }
        panic!("it fails for ever");
    }

    async fn complaints_of(&self, item: &str) -> usize {
        let path = format!("/v1/complaints?item=alibaba/{item}");
        let (page, _) = self.until_done(|| self.service.request("GET", &path, &self.holder), 200).await;
        page["items"].as_array().unwrap().len()
    }

    async fn shown(&self, id: &str) -> Value {
        let path = format!("/v1/admin/complaints/{id}");
        self.until_done(|| self.service.request("GET", &path, &self.examiner), 200).await.0
    }

    /// A number out of the database, past the program: asking the program would be operations of its own.
    fn counted(&self, query: &str) -> i64 {
        database::counted(&self.service.database_url, query)
    }

    fn dispatches(&self) -> i64 {
        self.counted("SELECT count(*) FROM dispatches")
    }

    /// One complaint from the deposit of a file to the platform, whatever fails on the way.
    async fn told(&self, item: &str) {
        let page = format!("%PDF-1.4 picture {item}").into_bytes();
        let deposit =
            || self.service.request("POST", "/v1/files", &self.holder).header("content-type", "application/pdf").body(page.clone());
        let (file, _) = self.until_done(deposit, 201).await;
        let mut form = notice(&LAMP, &self.files, &[item]);
        form["documents"].as_array_mut().unwrap().push(json!({ "kind": "listing_snapshot", "file": file["id"] }));

        let before = self.dispatches();
        let filing = || self.service.request("POST", "/v1/complaints", &self.holder).header("idempotency-key", item).json(&form);
        let first = filing().send().await.unwrap();
        let status = first.status().as_u16();
        if status != 201 {
            assert!([500, 503].contains(&status), "{status}: {}", first.text().await.unwrap());
            assert!(self.complaints_of(item).await <= 1);
        }
        let (filed, _) = self.until_done(filing, 201).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!(self.complaints_of(item).await, 1, "filed once");

        let form = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        for _ in 0..TRIES_MAX {
            let shown = self.shown(id).await;
            if shown["state"] == "decided" {
                break;
            }
            let request = self.service.request("POST", &format!("/v1/admin/complaints/{id}/decision"), &self.examiner);
            let answer = request.header("if-match", format!("\"v{}\"", shown["version"])).json(&form).send().await.unwrap();
            let (status, sent) = (answer.status().as_u16(), self.dispatches() - before);
            let decided = self.shown(id).await["state"] == "decided";
            assert_eq!(decided, sent == 1, "a decision and its dispatch, or neither: {status}");
            assert!(status == 201 && decided || [500, 503].contains(&status), "{status}");
        }
        assert_eq!(self.dispatches(), before + 1, "decided once");
        self.arrives(before + 1).await;
    }

    /// The dispatch and the letters get there, and are said to have got there.
    async fn arrives(&self, dispatches: i64) {
        let begun = Instant::now();
        loop {
            let mails = self.counted("SELECT count(*) FROM mails WHERE state <> 'filed'");
            let delivered = self.counted("SELECT count(*) FROM deliveries WHERE state = 'delivered'");
            let here = i64::try_from(self.platform.messages().len()).unwrap();
            if mails == 0 && delivered == dispatches && here == dispatches {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{mails} letters wait; {delivered} of {dispatches} delivered, {here} here");
            // What was under way when something failed is taken up again after its lease, or at its next turn.
            self.service.set_time(self.service.now() + jiff::SignedDuration::from_secs(61));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Lets the n-th operation of a point fail, until a run needs no failure.
async fn every_operation_fails_once(engine: Engine, point: (&str, &str)) {
    fails_once_each(Story::begin(engine, &[]).await, point).await;
}

async fn fails_once_each(mut story: Story, (point, act): (&str, &str)) {
    for n in 0..OPERATIONS_MAX {
        story.service.order((point, n, act));
        story.told(&(800_000_000_000 + n).to_string()).await;
        if !story.service.order_met() {
            assert!(n > 0, "{point} was never met");
            eprintln!("{point}: {n} operations failed, one after the other");
            assert!(story.service.terminate());
            let audit = story.service.command().arg("audit").output().unwrap();
            assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
            return;
        }
    }
    panic!("{point}: no end after {OPERATIONS_MAX} operations");
}

on_both_databases! {
    /// No connection to the database, as often as it is tried again.
    async fn of_connections(engine: Engine) {
        let act = if engine == Engine::Postgres { "fail:4" } else { "fail:1" };
        every_operation_fails_once(engine, ("store.connection", act)).await;
    }

    /// A commit that is rolled back.
    async fn of_commits(engine: Engine) {
        every_operation_fails_once(engine, ("store.commit", "fail:1")).await;
    }

    /// A commit whose answer is lost.
    async fn of_answers_to_commits(engine: Engine) {
        every_operation_fails_once(engine, ("store.committed", "fail:1")).await;
    }

    /// A file that cannot be put.
    async fn of_files(engine: Engine) {
        every_operation_fails_once(engine, ("files.put", "fail:1")).await;
    }

    /// The same where files lie in a bucket.
    async fn of_files_in_a_bucket(engine: Engine) {
        let bucket = Bucket::start().await;
        fails_once_each(Story::begin(engine, &bucket.settings()).await, ("files.put", "fail:1")).await;
        assert!(bucket.objects().iter().all(|key| key.starts_with("sha256/")));
    }

    /// A letter that the relay does not take.
    async fn of_letters(engine: Engine) {
        every_operation_fails_once(engine, ("mail.send", "fail:1")).await;
    }

    /// A platform that cannot be reached.
    async fn of_messages(engine: Engine) {
        every_operation_fails_once(engine, ("webhook.send", "fail:1")).await;
    }
}
