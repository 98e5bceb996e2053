//! `intake.known`: filings whose report is known but not confirmed, so that nothing is dispatched.

use std::path::{Path, PathBuf};

use crate::loader::{Load, Run, Shot, median, quantile, run};
use crate::pgbench::{self, Pgbench};
use crate::process::{seconds_by_thread, seconds_of_postgres};
use crate::raw_sqlite::{self, RawSqlite};
use crate::support::Engine;
use crate::support::database::postgres_is_here;
use crate::world::World;
use crate::{Asked, figure, sample};

/// Times that subject and limit take their turn.
const ROUNDS: usize = 3;
/// Seconds of a turn.
const SECONDS: u64 = 4;
/// Seconds of the load before the first turn, not counted.
const WARM_UP_SECONDS: f64 = 1.0;

/// The turns of subject and limit.
struct Turns {
    subject: Vec<Run>,
    limit: Vec<Run>,
}

impl Turns {
    /// Tells rates and how far the slow answers lie from the usual.
    fn tell(&self, name: &str) {
        let rate = |runs: &[Run]| median(runs.iter().map(Run::rate).collect());
        let spread = |runs: &[Run]| {
            let of = |r: &Run| quantile(&r.latencies_ms, 0.99) / quantile(&r.latencies_ms, 0.5);
            median(runs.iter().map(of).collect())
        };
        figure(name, (rate(&self.subject), rate(&self.limit)), "complaints/s");
        figure(&format!("{name}.p99_over_p50"), (spread(&self.subject), spread(&self.limit)), "times");
    }

    fn done(&self) -> u64 {
        self.subject.iter().map(|r| r.done).sum()
    }
}

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if asked.wants("intake.known.postgres") && postgres_is_here() {
        on_postgres(asked);
    }
    if asked.wants("intake.known.sqlite") {
        on_sqlite();
    }
}

/// A world, its database at rest and copied by `copy`, started again.
fn world_with<T>(engine: Engine, copy: impl FnOnce(&World) -> T) -> (World, T) {
    let runtime = crate::runtime();
    let mut world = runtime.block_on(World::start(engine));
    assert!(world.service.terminate(), "a graceful end");
    let copied = copy(&world);
    runtime.block_on(world.service.spawn());
    (world, copied)
}

fn load(world: &World, shot: &Shot, (connections, seconds): (usize, f64), next: &mut u64) -> Run {
    run(&Load { address: &world.address(), connections, seconds, shot, status: "201" }, next)
}

fn on_postgres(asked: &Asked) {
    let (world, mut limit) = world_with(Engine::Postgres, |world| {
        let rows = pgbench::sample(&world.service.database_url, world.sample["id"].as_str().unwrap());
        println!("# a filing writes {} bytes of values", sample::bytes(&rows));
        Pgbench::new(&world.service.database_url, &rows)
    });
    let port = world.service.database_url.rsplit(':').next().and_then(|t| t.split('/').next()).unwrap().to_owned();
    let (shot, mut next) = (world.filing(), 0);
    for connections in [32, 128] {
        let name = format!("intake.known.postgres.c{connections}");
        if !asked.wants(&name) {
            continue;
        }
        load(&world, &shot, (connections, WARM_UP_SECONDS), &mut next);
        let mut turns = Turns { subject: Vec::new(), limit: Vec::new() };
        let mut cost = Cost::of(&world);
        let mut server_seconds = 0.0;
        for _ in 0..ROUNDS {
            let before = seconds_of_postgres(&port);
            cost.begin();
            turns.subject.push(load(&world, &shot, (connections, SECONDS as f64), &mut next));
            cost.end();
            server_seconds += seconds_of_postgres(&port) - before;
            turns.limit.push(limit.run(connections, SECONDS));
        }
        turns.tell(&name);
        cost.tell(&name, turns.done(), Some(server_seconds));
    }
}

fn on_sqlite() {
    let (world, (rows, path)) = world_with(Engine::Sqlite, |world| {
        let path = PathBuf::from(world.service.database_url.strip_prefix("sqlite:").unwrap());
        let copy = path.with_extension("limit");
        std::fs::copy(&path, &copy).unwrap();
        // What the service left in its write-ahead log belongs to it.
        let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        if log(&path).exists() {
            std::fs::copy(log(&path), log(&copy)).unwrap();
        }
        (raw_sqlite::sample(&copy, world.sample["id"].as_str().unwrap()), copy)
    });
    let mut limit = RawSqlite::new(&path, rows);
    let (shot, mut next, connections) = (world.filing(), 0, 128);
    let name = format!("intake.known.sqlite.c{connections}");
    load(&world, &shot, (connections, WARM_UP_SECONDS), &mut next);
    let mut turns = Turns { subject: Vec::new(), limit: Vec::new() };
    let mut cost = Cost::of(&world);
    for _ in 0..ROUNDS {
        cost.begin();
        turns.subject.push(load(&world, &shot, (connections, SECONDS as f64), &mut next));
        cost.end();
        turns.limit.push(limit.run(SECONDS as f64));
    }
    turns.tell(&name);
    cost.tell(&name, turns.done(), None);
}

/// Processor time of the service by its threads.
struct Cost {
    pid: u32,
    begun: std::collections::BTreeMap<String, f64>,
    all: std::collections::BTreeMap<String, f64>,
}

impl Cost {
    fn of(world: &World) -> Self {
        Cost { pid: world.service.pid(), begun: Default::default(), all: Default::default() }
    }

    fn begin(&mut self) {
        self.begun = seconds_by_thread(self.pid);
    }

    fn end(&mut self) {
        for (thread, seconds) in seconds_by_thread(self.pid) {
            let begun = self.begun.get(&thread).copied().unwrap_or(0.0);
            *self.all.entry(thread).or_insert(0.0) += seconds - begun;
        }
    }

    /// Tells the processor time of one request, by stage: threads of the service, and the server.
    fn tell(self, name: &str, requests: u64, server_seconds: Option<f64>) {
        let us = |seconds: f64| seconds * 1e6 / requests as f64;
        let stages: Vec<String> =
            self.all.iter().filter(|(_, s)| us(**s) >= 1.0).map(|(thread, s)| format!("{thread} {:.0}", us(*s))).collect();
        let server = server_seconds.map(|s| format!(", postgres {:.0}", us(s))).unwrap_or_default();
        println!("# {name}: processor us a request: {}{server}", stages.join(", "));
    }
}
