//! `delivery.*`: how many messages a second leave, to one endpoint with 64 in flight, by one worker and by two; and
//! to seven endpoints while three others take what comes and never answer.

use crate::backlog::Backlog;
use crate::raw::{BODY_BYTES, IN_FLIGHT, Raw};
use crate::receiver::Receiver;
use crate::support::database::postgres_is_here;
use crate::support::{Engine, Service};
use crate::world::World;
use crate::{Asked, figure, median};

/// Times that subject and limit take their turn.
const ROUNDS: usize = 3;
/// The same, where two subjects are compared that are nearly alike.
const COMPARED_ROUNDS: usize = 6;
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
    if (asked.wants("delivery.postgres") || asked.wants("delivery.postgres.two_workers")) && postgres_is_here() {
        one_endpoint(asked, Engine::Postgres);
    }
    if asked.wants("delivery.with_dead_endpoints") {
        with_dead_endpoints(asked);
    }
}

/// One turn: a backlog is written while the endpoint is paused, and let go.
fn turn(runtime: &tokio::runtime::Runtime, world: &World, (receiver, backlog): (&Receiver, &mut Backlog), messages: usize) -> f64 {
    backlog.put(&world.endpoints[0], messages);
    let before = receiver.arrived();
    runtime.block_on(world.resume(0..1));
    let rate = receiver.rate(before, messages as u64);
    runtime.block_on(world.pause(0..1));
    rate
}

fn one_endpoint(asked: &Asked, engine: Engine) {
    let (name, messages) = (if engine == Engine::Sqlite { "delivery.sqlite" } else { "delivery.postgres" }, asked.sized(MESSAGES));
    let (runtime, receiver, raw) = (crate::runtime(), Receiver::start(), Raw::new());
    let world = runtime.block_on(World::start(engine, &[&receiver.url], IN_FLIGHT));
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    let (mut subject, mut limit, mut two) = (Vec::new(), Vec::new(), Vec::new());
    let compares = engine == Engine::Postgres && asked.wants("delivery.postgres.two_workers");
    for round in 0..if compares { COMPARED_ROUNDS } else { ROUNDS } {
        limit.push(raw.rate(&receiver.url, (messages, IN_FLIGHT)));
        // Who goes first changes: whoever comes later has more rows behind it that were.
        for both in [round % 2 == 1, round % 2 == 0] {
            if both && !compares {
                continue;
            }
            let second: Option<Service> = both.then(|| runtime.block_on(world.service.beside()));
            // Not counted, alone or not: connections are made, statements prepared, pages written out.
            turn(&runtime, &world, (&receiver, &mut backlog), messages / 10);
            let rate = turn(&runtime, &world, (&receiver, &mut backlog), messages);
            if second.is_some() { two.push(rate) } else { subject.push(rate) }
        }
    }
    if asked.wants(name) {
        figure(name, (median(subject.clone()), median(limit)), "messages/s");
    }
    if !two.is_empty() {
        // A second worker must not lower the rate of one.
        figure("delivery.postgres.two_workers", (median(two), median(subject)), "messages/s");
    }
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
