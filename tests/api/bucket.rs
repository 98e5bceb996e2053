//! Files in a bucket: the same story as with a folder, clear words while the store is away, and nothing of it on
//! the machine.

use std::time::{Duration, Instant};

use fasttrack::intake::storage::BUCKET_SILENT_SECONDS;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hostile::{multipart, post_multipart};
use crate::support::bucket::{Bucket, walk};
use crate::support::notices::{Deposited, JUICER, LAMP, notice};
use crate::support::{Cast, Engine, Service, database, fixture, on_both_databases};

/// How long a part may take to show that it is there, in seconds.
const READY_SECONDS: u64 = 3;
const DECISION: &str = "decision";

fn takedown() -> Value {
    json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] })
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Where a file lies in the bucket.
fn key(bytes: &[u8]) -> String {
    let hash = hash(bytes);
    format!("sha256/{}/{hash}", &hash[..2])
}

/// A file that is sent in parts: larger than what is held in memory.
fn large() -> Vec<u8> {
    b"%PDF-1.4 large".iter().copied().chain((0..12_000_000_u32).map(|n| (n % 251) as u8)).collect()
}

on_both_databases! {
    /// From the deposit to the platform: what was filed is read, shown, drawn and handed out from the bucket.
    async fn a_case_is_told_with_its_files_in_a_bucket(engine: Engine) {
        let bucket = Bucket::start().await;
        let cast = Cast::with(engine, ("2026-11-02 09:00:00", "platform"), &bucket.settings()).await;
        let large = large();
        let snapshot = cast.service.deposit_bytes(&cast.holder, large.clone()).await;
        assert_eq!(cast.service.deposit_bytes(&cast.holder, large.clone()).await, snapshot, "known");
        let drawn = fixture("reports/demo-design-2.pdf");
        let grant = cast.service.deposit(&cast.holder, &drawn).await;
        let filed = cast.files_as(&LAMP, &["100000000001"], |form| {
            form["documents"][0]["file"] = grant.as_str().into();
            form["documents"].as_array_mut().unwrap().push(json!({ "kind": "listing_snapshot", "file": snapshot }));
        });
        let filed = filed.await;
        assert_eq!(filed["track"], "simple", "its report was read: {filed:#}");
        let id = filed["id"].as_str().unwrap();

        let shown = format!("/v1/admin/complaints/{id}");
        let stored = cast.service.get(&format!("{shown}/documents/{}", hash(&large)), &cast.examiner).await;
        assert!(stored.status == 200 && stored.bytes == large);
        let page = cast.service.get(&format!("{shown}/report-pages/1"), &cast.examiner).await;
        assert_eq!((page.status, page.header("content-type")), (200, "image/png".into()));
        let case = cast.service.get(&format!("{shown}/case-file"), &cast.examiner).await;
        assert!(case.status == 200 && case.bytes.windows(large.len()).any(|part| part == large), "whole in the case file");
        cast.judge(&cast.examiner, id, (DECISION, &takedown())).await.expect(201);
        cast.platform.wait_for(1).await;

        let objects = bucket.objects();
        for bytes in [large, std::fs::read(drawn).unwrap(), std::fs::read(fixture(LAMP.report)).unwrap()] {
            assert!(objects.contains(&key(&bytes)), "{objects:#?}");
        }
        assert!(objects.iter().all(|key| key.starts_with("sha256/")), "nothing is left of what was coming in: {objects:#?}");
        let mut here = Vec::new();
        walk(&cast.service.data_folder(), &mut |path| here.push(path.display().to_string()));
        assert!(here.iter().all(|path| !path.contains("sha256")), "none lies on the machine: {here:#?}");
        cast.ends_sound().await;
    }

    /// While the store is away nothing is filed with files, and it is said when to try again; back, it is used at once.
    async fn a_bucket_that_is_away_is_said_and_comes_back(engine: Engine) {
        let bucket = Bucket::start().await;
        let service = Service::start_with(engine, &bucket.settings()).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let names =
            Deposited { report: "report".into(), grant: "grant".into(), certificate: "certificate".into(), identity: "identity".into() };
        let form = notice(&JUICER, &names, &["100000000001"]).to_string();
        let report = std::fs::read(fixture(JUICER.report)).unwrap();
        let parts: Vec<(&str, &str, &[u8])> = vec![
            ("notice", "application/json", form.as_bytes()),
            ("report", "application/pdf", &report),
            ("grant", "application/pdf", b"%PDF-1.4 grant"),
            ("certificate", "application/pdf", b"%PDF-1.4 certificate"),
            ("identity", "application/pdf", b"%PDF-1.4 identity"),
        ];
        let deposit = |bytes: Vec<u8>| service.request("POST", "/v1/files", &holder).header("content-type", "application/pdf").body(bytes);
        service.file(&holder, ("before", &notice(&LAMP, &files, &["100000000003"]))).await.expect(201);
        let before = bucket.objects();

        bucket.wire.cut();
        for answer in [
            service.send(deposit(b"%PDF-1.4 small".to_vec())).await,
            service.send(deposit(large())).await,
            post_multipart(&service, &holder, ("away", multipart(&parts))).await,
        ] {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            assert_eq!(answer.problem(503), "storage.unavailable");
        }
        let ready = service.get("/readyz", "").await.expect(503);
        assert_eq!((&ready["checks"][0]["ok"], &ready["checks"][1]["ok"]), (&true.into(), &false.into()), "{ready:#}");
        service.get("/healthz", "").await.expect(200);
        let filed = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(filed["items"].as_array().unwrap().len(), 1, "nothing was half-filed");
        assert_eq!(bucket.objects(), before);
        // What needs no file goes on: what the report says is known.
        let known = service.file(&holder, ("known", &notice(&LAMP, &files, &["100000000002"]))).await.expect(201);
        let page = format!("/v1/admin/complaints/{}/report-pages/1", known["id"].as_str().unwrap());
        assert_eq!(service.get(&page, &examiner).await.problem(503), "storage.unavailable");

        bucket.wire.mend();
        service.get("/readyz", "").await.expect(200);
        post_multipart(&service, &holder, ("away", multipart(&parts))).await.expect(201);
        service.send(deposit(large())).await.expect(201);
        assert_eq!(service.get(&page, &examiner).await.status, 200);
        assert!(bucket.objects().contains(&key(&large())));
    }
}

/// A store that takes connections and never answers is given up once it was silent as long as it may be, whatever was
/// asked of it, and by one wait; all else goes on meanwhile, and when it speaks again it is used.
#[test]
fn a_bucket_that_is_silent_is_given_up() {
    crate::support::run(async {
        let bucket = Bucket::start().await;
        let cast = Cast::with(Engine::Sqlite, ("2026-11-02 09:00:00", "platform"), &bucket.settings()).await;
        let (service, holder) = (&cast.service, cast.holder.as_str());
        let filed = cast.files(&LAMP, &["100000000001"]).await;
        let page = format!("/v1/admin/complaints/{}/report-pages/1", filed["id"].as_str().unwrap());
        let before = bucket.objects();
        bucket.wire.silence();

        let deposit = |bytes: Vec<u8>| service.request("POST", "/v1/files", holder).header("content-type", "application/pdf").body(bytes);
        let given_up = async |asked: &str, answer: reqwest::RequestBuilder| {
            let begun = Instant::now();
            let answer = service.send(answer).await;
            let waited = begun.elapsed().as_secs();
            let bound = BUCKET_SILENT_SECONDS - 1..BUCKET_SILENT_SECONDS + 15;
            assert!(bound.contains(&waited), "{asked}: {} after {waited} s", answer.status);
            answer
        };
        let goes_on = async {
            let begun = Instant::now();
            service.get("/healthz", "").await.expect(200);
            assert_eq!(service.get("/v1/complaints", holder).await.expect(200)["items"].as_array().unwrap().len(), 1);
            begun.elapsed()
        };
        let says_so = async {
            let begun = Instant::now();
            let ready = service.get("/readyz", "").await.expect(503);
            let took = begun.elapsed().as_secs();
            assert!((READY_SECONDS..READY_SECONDS + 5).contains(&took), "a probe has no more time: {took} s");
            assert_eq!((&ready["checks"][0]["ok"], &ready["checks"][1]["name"]), (&true.into(), &"files".into()), "{ready:#}");
            assert_eq!(ready["checks"][1]["note"], format!("silent for {READY_SECONDS} s"));
        };
        let (small, long, read, (), other) = tokio::join!(
            given_up("a small file", deposit(b"%PDF-1.4 small".to_vec())),
            given_up("a large file", deposit(large())),
            given_up("a page", service.request("GET", &page, &cast.examiner)),
            says_so,
            goes_on,
        );
        for answer in [small, long, read] {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            assert_eq!(answer.problem(503), "storage.unavailable");
        }
        assert!(other < Duration::from_secs(5), "{other:?}");
        assert_eq!(bucket.objects(), before);

        bucket.wire.mend();
        service.send(deposit(b"%PDF-1.4 small".to_vec())).await.expect(201);
        service.send(deposit(large())).await.expect(201);
        assert_eq!(service.get(&page, &cast.examiner).await.status, 200);
        assert!(bucket.objects().contains(&key(&large())));
        cast.ends_sound().await;
    });
}

/// What is given up in the middle, too large, is taken back.
#[test]
fn nothing_is_left_in_a_bucket_of_what_was_given_up() {
    crate::support::run(async {
        let bucket = Bucket::start().await;
        let service = Service::start_with(Engine::Sqlite, &bucket.settings()).await;
        let (_, holder) = service.account("complainant", None).await;
        let request = service.request("POST", "/v1/files", &holder).header("content-type", "application/pdf");
        // Of unknown length, so that it is found out only when it has come.
        let parts = (0..51).map(|n| Ok::<_, std::io::Error>(vec![n; 1_024 * 1_024]));
        let answer = request.body(reqwest::Body::wrap_stream(futures_util::stream::iter(parts))).send().await.unwrap();
        assert_eq!(answer.status(), 413);
        let begun = std::time::Instant::now();
        while bucket.unfinished() > 0 {
            assert!(begun.elapsed().as_secs() < 30, "{} parts are left", bucket.unfinished());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(bucket.objects().is_empty());
    });
}

/// Two processes with nothing in common but the database, the bucket and the master key.
#[test]
fn two_processes_share_a_bucket() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let bucket = Bucket::start().await;
        let mut settings = bucket.settings();
        settings.push(("master_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
        let one = Service::start_with(Engine::Postgres, &settings).await;
        let elsewhere = tempfile::tempdir().unwrap();
        let two = one.beside_with(&[("data_folder", elsewhere.path().to_str().unwrap())]).await;
        let (_, holder) = one.account("complainant", None).await;
        let (_, examiner) = one.account("examiner", None).await;
        let files = Deposited::of(&one, &holder, &LAMP).await;
        let filed = two.file(&holder, ("shared", &notice(&LAMP, &files, &["100000000001"]))).await.expect(201);
        assert_eq!(filed["track"], "simple", "the report that the other kept was read: {filed:#}");
        let report = std::fs::read(fixture(LAMP.report)).unwrap();
        for service in [&one, &two] {
            let path = format!("/v1/admin/complaints/{}/documents/{}", filed["id"].as_str().unwrap(), hash(&report));
            let answer = service.get(&path, &examiner).await;
            assert!(answer.status == 200 && answer.bytes == report);
            service.get("/readyz", "").await.expect(200);
        }
    });
}
