//! `dispatch_to_first_byte`: from the request that issues a message to its first byte at the platform, the service
//! being idle otherwise and the worker in its process. The time of the request and of its commit is in it: when
//! exactly the commit was is known to nobody outside.
//!
//! The limit is what cannot be saved: one exchange over HTTP, one flush to the disk, one message to its first byte.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::raw::{Raw, pause};
use crate::receiver::Receiver;
use crate::support::Engine;
use crate::world::World;
use crate::{Asked, figure, median, quantile};

/// Messages of a figure.
const MESSAGES: usize = 400;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(15);
/// Longest wait for one.
const WAIT: Duration = Duration::from_secs(10);

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if !asked.wants("dispatch_to_first_byte") {
        return;
    }
    let (runtime, receiver) = (crate::runtime(), Receiver::start());
    let world = runtime.block_on(World::start(Engine::Sqlite, &[&receiver.url], 8));
    runtime.block_on(world.resume(0..1));
    let all = first_bytes(&runtime, (&world, &receiver), asked.sized(MESSAGES).max(20));
    let limit = exchange_ms(&runtime, &world) + flush_ms(&world) + first_byte_ms(&receiver);
    figure("dispatch_to_first_byte.p50_ms", (quantile(&all, 0.5), limit), "ms");
    figure("dispatch_to_first_byte.p99_ms", (quantile(&all, 0.99), limit), "ms");
}

/// How long so many messages took, one after the other, in ascending milliseconds; to the first endpoint, which is the
/// only one at this receiver that is not paused.
pub fn first_bytes(runtime: &tokio::runtime::Runtime, (world, receiver): (&World, &Receiver), n: usize) -> Vec<f64> {
    let path = format!("/v1/admin/endpoints/{}/test", world.endpoints[0]);
    let mut all: Vec<f64> = (0..n)
        .map(|_| {
            pause(PAUSE);
            receiver.first_bytes.try_iter().for_each(drop);
            let sent = Instant::now();
            runtime.block_on(world.service.post(&path, &world.service.admin, &json!({}))).expect(201);
            receiver.first_bytes.recv_timeout(WAIT).unwrap().duration_since(sent).as_secs_f64() * 1e3
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

fn timed(mut once: impl FnMut() -> f64) -> f64 {
    median((0..50).map(|_| once()).collect())
}

fn exchange_ms(runtime: &tokio::runtime::Runtime, world: &World) -> f64 {
    timed(|| {
        let begun = Instant::now();
        runtime.block_on(world.service.get("/healthz", "")).expect(200);
        begun.elapsed().as_secs_f64() * 1e3
    })
}

fn flush_ms(world: &World) -> f64 {
    let mut file = std::fs::File::create(world.service.folder.path().join("flush")).unwrap();
    timed(|| {
        let begun = Instant::now();
        file.write_all(&[0; 16 * 1024]).unwrap();
        file.sync_data().unwrap();
        begun.elapsed().as_secs_f64() * 1e3
    })
}

fn first_byte_ms(receiver: &Receiver) -> f64 {
    let raw = Raw::new();
    timed(|| {
        receiver.first_bytes.try_iter().for_each(drop);
        let begun = Instant::now();
        raw.rate(&receiver.url, (1, 1));
        receiver.first_bytes.recv_timeout(WAIT).unwrap().duration_since(begun).as_secs_f64() * 1e3
    })
}
