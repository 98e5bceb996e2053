//! `delivery.*`: how many messages a second leave, to one endpoint with 64 in flight, by one worker and by two (also to
//! seven endpoints); and to seven endpoints while three others take what comes and never answer.

use crate::backlog::Backlog;
use crate::raw::{BODY_BYTES, IN_FLIGHT, Raw};
use crate::receiver::Receiver;
use crate::support::database::postgres_is_here;
use crate::support::{Engine, Service};
use crate::world::World;
use crate::{Asked, figure, median};

/// Times that subject and limit take their turn.
const ROUNDS: usize = 3;
/// The same, where two subjects are compared that are nearly alike; a multiple of the three that take turns.
const COMPARED_ROUNDS: usize = 12;
/// Messages of a turn.
const MESSAGES: usize = 15_000;
/// Endpoints that answer, and that do not.
pub const HEALTHY: usize = 7;
pub const DEAD: usize = 3;
/// Attempts at once at each of those.
pub const AT_ONCE: usize = 8;

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if asked.wants("delivery.sqlite") {
        one_endpoint(asked, Engine::Sqlite);
    }
    if asked.wants("delivery.postgres") && postgres_is_here() {
        one_endpoint(asked, Engine::Postgres);
    }
    if asked.wants("delivery.postgres.two_workers") && postgres_is_here() {
        two_workers(asked, "delivery.postgres.two_workers", (1, IN_FLIGHT));
    }
    if asked.wants("delivery.postgres.two_workers_at_seven") && postgres_is_here() {
        two_workers(asked, "delivery.postgres.two_workers_at_seven", (HEALTHY, AT_ONCE));
    }
    if asked.wants("delivery.with_dead_endpoints") {
        with_dead_endpoints(asked);
    }
}

/// One turn: a backlog is written while the endpoints are paused, and let go.
fn turn(runtime: &tokio::runtime::Runtime, world: &World, (receiver, backlog): (&Receiver, &mut Backlog), messages: usize) -> f64 {
    let all = world.endpoints.len();
    let each = messages / all;
    for endpoint in &world.endpoints {
        backlog.put(endpoint, each);
    }
    let before = receiver.arrived();
    runtime.block_on(world.resume(0..all));
    let rate = receiver.rate(before, (each * all) as u64);
    runtime.block_on(world.pause(0..all));
    rate
}

fn one_endpoint(asked: &Asked, engine: Engine) {
    let (name, messages) = (if engine == Engine::Sqlite { "delivery.sqlite" } else { "delivery.postgres" }, asked.sized(MESSAGES));
    let (runtime, receiver, raw) = (crate::runtime(), Receiver::start(), Raw::new());
    let world = runtime.block_on(World::start(engine, &[&receiver.url], IN_FLIGHT));
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    turn(&runtime, &world, (&receiver, &mut backlog), messages / 10);
    let (mut subject, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limit.push(raw.rate(&receiver.url, (messages, IN_FLIGHT)));
        subject.push(turn(&runtime, &world, (&receiver, &mut backlog), messages));
    }
    figure(name, (median(subject), median(limit)), "messages/s");
}

/// A second worker must not lower the rate of one. Of two that are nearly alike the noise is told too: one worker alone,
/// measured a second time in the same turns.
fn two_workers(asked: &Asked, name: &str, (endpoints, at_once): (usize, usize)) {
    let (runtime, receiver, messages) = (crate::runtime(), Receiver::start(), asked.sized(MESSAGES));
    let world = runtime.block_on(World::start(Engine::Postgres, &vec![receiver.url.as_str(); endpoints], at_once));
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    let mut rates: [Vec<f64>; 3] = Default::default();
    for round in 0..COMPARED_ROUNDS {
        // Who goes first changes: whoever comes later has more rows behind it that were.
        for which in [round % 3, (round + 1) % 3, (round + 2) % 3] {
            let second: Option<Service> = (which == 2).then(|| runtime.block_on(world.service.beside()));
            // Not counted, alone or not: connections are made, statements prepared, pages written out.
            turn(&runtime, &world, (&receiver, &mut backlog), messages / 10);
            rates[which].push(turn(&runtime, &world, (&receiver, &mut backlog), messages));
            drop(second);
        }
    }
    let [one, again, two] = rates.map(median);
    figure(name, (two, one), "messages/s");
    figure(&format!("{name}.noise"), (again, one), "messages/s");
}

fn with_dead_endpoints(asked: &Asked) {
    let messages = asked.sized(MESSAGES) / HEALTHY;
    let (runtime, receiver) = (crate::runtime(), Receiver::start());
    let mut urls = vec![receiver.url.as_str(); HEALTHY];
    urls.extend(vec![receiver.dead_url.as_str(); DEAD]);
    let world = runtime.block_on(World::start(Engine::Sqlite, &urls, AT_ONCE));
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    let mut run = |with_dead: bool| {
        for endpoint in &world.endpoints[..HEALTHY] {
            backlog.put(endpoint, messages);
        }
        if with_dead {
            for endpoint in &world.endpoints[HEALTHY..] {
                backlog.put(endpoint, messages);
            }
        }
        let before = receiver.arrived();
        runtime.block_on(world.resume(if with_dead { 0..HEALTHY + DEAD } else { 0..HEALTHY }));
        let rate = receiver.rate(before, (messages * HEALTHY) as u64);
        runtime.block_on(world.pause(0..HEALTHY + DEAD));
        rate
    };
    run(false);
    let (mut subject, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limit.push(run(false));
        subject.push(run(true));
    }
    figure("delivery.with_dead_endpoints", (median(subject), median(limit)), "messages/s");
}
