//! `intake.new_report`, `intake.added_ms`, `intake.upload_60k`: filings that bring a report nobody has
//! seen, against reading it alone; and uploads, against writing a file alone.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fasttrack::domain::report::Readability;
use fasttrack::intake::reader::Reader;
use uuid::Uuid;

use crate::loader::{Line, Load, median, number, run};
use crate::support::notices::LAMP;
use crate::support::service::PROGRAM;
use crate::support::{Engine, fixture};
use crate::world::{World, own_report};
use crate::{Asked, figure};

/// Times that subject and limit take their turn.
const ROUNDS: usize = 3;
/// Seconds of a turn.
const SECONDS: f64 = 4.0;
/// Filings or uploads under way at once.
const AT_ONCE: usize = 8;
/// Reports read one after another for a median.
const ONE_BY_ONE: u64 = 60;
/// Bytes of an upload.
const UPLOAD_BYTES: usize = 60_000;

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if !["intake.new_report", "intake.added_ms", "intake.upload_60k"].into_iter().any(|name| asked.wants(name)) {
        return;
    }
    let setting_up = crate::runtime();
    let world = setting_up.block_on(World::start(Engine::Sqlite));
    let report = std::fs::read(fixture(LAMP.report)).unwrap();
    let mut next = 0;
    if asked.wants("intake.new_report.sqlite") {
        new_reports(&world, &report, &mut next);
    }
    if asked.wants("intake.added_ms") {
        added(&world, &report, &mut next);
    }
    if asked.wants("intake.upload_60k.sqlite") {
        uploads(&world, &mut next);
    }
}

fn new_reports(world: &World, report: &[u8], next: &mut u64) {
    let shot = world.filing_with_report(report);
    let (mut filed, mut read) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let load = Load { address: &world.address(), connections: AT_ONCE, seconds: SECONDS, shot: &shot, status: "201" };
        filed.push(run(&load, next).rate());
        read.push(readings(report, next));
    }
    figure("intake.new_report.sqlite", (median(filed), median(read)), "complaints/s");
}

/// Reports read a second by the reader alone, as many at once as the service allows.
fn readings(report: &[u8], next: &mut u64) -> f64 {
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let reader = Arc::new(Reader::new(PROGRAM.into(), at_once));
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    crate::runtime().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..AT_ONCE as u64 {
            let (reader, done, report, mut n) = (reader.clone(), done.clone(), report.to_vec(), *next + task * 1_000_000);
            tasks.spawn(async move {
                while begun.elapsed().as_secs_f64() < SECONDS {
                    read(&reader, &report, n).await;
                    done.fetch_add(1, Ordering::Relaxed);
                    n += 1;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    });
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

async fn read(reader: &Reader, report: &[u8], n: u64) {
    let bytes = Bytes::from(own_report(report, &number(n, 0).to_string()));
    let facts = reader.read(Uuid::from_u128(u128::from(n)), bytes).await;
    assert_eq!(facts.readability, Readability::Text);
}

fn added(world: &World, report: &[u8], next: &mut u64) {
    let mut line = Line::open(&world.address(), world.filing_with_report(report), "201");
    let reader = Reader::new(PROGRAM.into(), 1);
    let runtime = crate::runtime();
    let (mut filed, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ONE_BY_ONE {
        *next += 1;
        filed.push(line.send(*next).elapsed().as_secs_f64() * 1e3);
        pause();
        let begun = Instant::now();
        runtime.block_on(read(&reader, report, *next));
        alone.push(begun.elapsed().as_secs_f64() * 1e3);
        pause();
    }
    let alone = median(alone);
    figure("intake.added_ms", (median(filed) - alone, alone), "ms");
}

/// An idle service has the child for the next report ready.
pub fn pause() {
    std::thread::park_timeout(Duration::from_millis(40));
}

fn uploads(world: &World, next: &mut u64) {
    let shot = world.upload(UPLOAD_BYTES);
    let (mut subject, mut limit) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let load = Load { address: &world.address(), connections: AT_ONCE, seconds: SECONDS, shot: &shot, status: "201" };
        subject.push(run(&load, next).rate());
        limit.push(writes(&world.service.folder.path().join(format!("writes{round}"))));
    }
    figure("intake.upload_60k.sqlite", (median(subject), median(limit)), "files/s");
}

/// Files a second that are written, flushed and named, as an upload's must be.
fn writes(folder: &Path) -> f64 {
    std::fs::create_dir(folder).unwrap();
    let begun = Instant::now();
    let done: u64 = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..AT_ONCE)
            .map(|writer| {
                scope.spawn(move || {
                    let mut n = 0;
                    while begun.elapsed().as_secs_f64() < SECONDS {
                        let (coming, kept) = (folder.join(format!("{writer}.coming")), folder.join(format!("{writer}.{n}")));
                        let mut file = std::fs::File::create(&coming).unwrap();
                        file.write_all(&vec![b'.'; UPLOAD_BYTES]).unwrap();
                        file.sync_all().unwrap();
                        std::fs::rename(&coming, &kept).unwrap();
                        std::fs::File::open(folder).unwrap().sync_all().unwrap();
                        n += 1;
                    }
                    n
                })
            })
            .collect();
        writers.into_iter().map(|w| w.join().unwrap()).sum()
    });
    done as f64 / begun.elapsed().as_secs_f64()
}
