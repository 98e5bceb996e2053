//! `dispatch_received`: from a filing under a straight-through policy to the last byte of the takedown
//! at a platform on this machine, the service being idle otherwise.
//!
//! The limit is what cannot be saved: two exchanges over HTTP and one flush to the disk, and for a new
//! report its reading.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use fasttrack::intake::reader::Reader;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::loader::{Line, Shot, median, number, quantile};
use crate::reports::pause;
use crate::support::database::tamper;
use crate::support::notices::{LAMP, right_form, verify_part};
use crate::support::service::PROGRAM;
use crate::support::{Engine, fixture};
use crate::world::{World, own_report};
use crate::{Asked, figure};

/// Filings of a figure.
const FILINGS: u64 = 100;
/// Longest wait for a message.
const WAIT: Duration = Duration::from_secs(10);

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if !asked.wants("dispatch_received") {
        return;
    }
    let setting_up = crate::runtime();
    let (url, arrivals) = listen();
    let (world, right) = setting_up.block_on(async {
        let world = World::start(Engine::Sqlite).await;
        let right = switch_automation_on(&world, &url).await;
        (world, right)
    });
    let exchanges = exchange_ms(&world) + post_ms(&url, &arrivals) + flush_ms(&world);
    let known = received(&world, world.filing_by(&right), 1, &arrivals);
    if asked.wants("dispatch_received.known") {
        figure("dispatch_received.known.p50_ms", (quantile(&known, 0.5), exchanges), "ms");
    }
    if asked.wants("dispatch_received.new_report") {
        let report = std::fs::read(fixture(LAMP.report)).unwrap();
        let first = FILINGS + 1;
        grant(&world, &report, first..first + FILINGS);
        let reading = reading_ms(&report);
        let new = received(&world, world.filing_with_report_by(&right, &report), first, &arrivals);
        figure("dispatch_received.new_report.p50_ms", (quantile(&new, 0.5), exchanges + reading), "ms");
        figure("dispatch_received.new_report.p99_ms", (quantile(&new, 0.99), exchanges + reading), "ms");
    }
}

/// Everything that lets a takedown leave without a person: an endpoint, a right verified in every part,
/// a report compared by two people, and a policy that says so. Answers the right; it leaves the report to
/// each complaint.
async fn switch_automation_on(world: &World, url: &str) -> String {
    let s = &world.service;
    s.post("/v1/admin/platforms/ali/endpoints", &s.admin, &json!({ "url": url })).await.expect(201);
    let level = json!({ "level": "B", "evidence": "与国家知识产权局出具的副本核对一致" });
    let path = format!("/v1/admin/complaints/{}/authenticity", world.sample["id"].as_str().unwrap());
    for examiner in &world.examiners {
        s.post(&path, examiner, &level).await.expect(201);
    }
    let mut form = right_form(&LAMP, &world.files);
    form.as_object_mut().unwrap().remove("report");
    let right = s.post("/v1/rights", &world.holder, &form).await.expect(201)["id"].as_str().unwrap().to_owned();
    for part in ["identity", "standing", "documents"] {
        verify_part(s, &world.examiners[0], (&right, part)).await;
    }
    let mut policy = s.get("/v1/admin/policies/0", &s.admin).await.expect(200)["policy"].clone();
    policy["automation"] = json!({ "verified_notice": true, "prior_determination": true });
    let stored = s.post("/v1/admin/policies", &s.admin, &policy).await.expect(201);
    s.post(&format!("/v1/admin/policies/{}/activation", stored["version"]), &s.admin, &json!({})).await.expect(201);
    right
}

/// Level B for reports that come later: over HTTP two people can only grant it to a report that was
/// filed, and a filed one is known.
fn grant(world: &World, report: &[u8], filings: std::ops::Range<u64>) {
    let rows: Vec<String> = filings
        .map(|n| {
            let sha256 = hex::encode(Sha256::digest(own_report(report, &number(n, 0).to_string())));
            let id = Uuid::from_u128(u128::from(n)).simple().to_string();
            format!("(X'{id}', '{sha256}', 'B', X'{id}', NULL, 'bench', 1, 0, 1)")
        })
        .collect();
    let insert = "INSERT INTO report_grants (id, sha256, level, examiner, complaint_id, evidence, counts, at, n) VALUES";
    assert!(tamper(&world.service.database_url, &format!("{insert} {}", rows.join(", "))), "the grants could not be written");
}

/// Milliseconds from each filing to its message, ascending.
fn received(world: &World, shot: Shot, first: u64, arrivals: &Receiver<Instant>) -> Vec<f64> {
    let mut line = Line::open(&world.address(), shot, "201");
    let mut all: Vec<f64> = (first..first + FILINGS)
        .map(|n| {
            pause();
            let sent = line.send(n);
            arrivals.recv_timeout(WAIT).unwrap().duration_since(sent).as_secs_f64() * 1e3
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

/// A receiver that answers 200 and tells when each message had come whole.
fn listen() -> (String, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (tell, arrivals) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            std::thread::spawn(move || receive(stream, &tell));
        }
    });
    (url, arrivals)
}

fn receive(mut stream: TcpStream, tell: &Sender<Instant>) {
    let (mut bytes, mut part) = (Vec::new(), [0_u8; 64 * 1024]);
    while let Ok(read @ 1..) = stream.read(&mut part) {
        bytes.extend_from_slice(&part[..read]);
        while let Some(whole) = crate::loader::length(&bytes).filter(|whole| bytes.len() >= *whole) {
            if tell.send(Instant::now()).is_err() || stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
                return;
            }
            bytes.drain(..whole);
        }
    }
}

fn timed(mut once: impl FnMut()) -> f64 {
    let all = (0..FILINGS).map(|_| {
        let begun = Instant::now();
        once();
        begun.elapsed().as_secs_f64() * 1e3
    });
    median(all.collect())
}

/// One exchange with the service that does nothing: a filing without its body.
fn exchange_ms(world: &World) -> f64 {
    let mark = crate::loader::MARKS[0];
    let mut line = Line::open(&world.address(), Shot::post(&format!("/nowhere/{mark}"), &[], b""), "404");
    let mut n = 0;
    timed(|| {
        n += 1;
        line.send(n);
    })
}

/// One message handed to the receiver by nobody in particular.
fn post_ms(url: &str, arrivals: &Receiver<Instant>) -> f64 {
    let address = url.trim_start_matches("http://").trim_end_matches("/hook");
    let body = [crate::loader::MARKS[0].as_bytes(), &[b'.'; 4_000]].concat();
    let mut line = Line::open(address, Shot::post("/hook", &[], &body), "200");
    let mut n = 0;
    let all = timed(|| {
        n += 1;
        line.send(n);
    });
    arrivals.try_iter().for_each(drop);
    all
}

/// One flush of a few pages to the disk of the database.
fn flush_ms(world: &World) -> f64 {
    let mut file = std::fs::File::create(world.service.folder.path().join("flush")).unwrap();
    timed(|| {
        file.write_all(&[0; 16 * 1024]).unwrap();
        file.sync_data().unwrap();
    })
}

/// One reading, a child being ready.
fn reading_ms(report: &[u8]) -> f64 {
    let (reader, runtime) = (Reader::new(PROGRAM.into(), 1), crate::runtime());
    let mut n = 0;
    let all = (0..FILINGS / 4).map(|_| {
        pause();
        n += 1;
        let begun = Instant::now();
        let bytes = own_report(report, &number(n, 0).to_string());
        runtime.block_on(reader.read(Uuid::from_u128(1), bytes.into()));
        begun.elapsed().as_secs_f64() * 1e3
    });
    median(all.collect())
}
