//! `delivery.beside.<manner>` and `.p99_ms`: seven endpoints that are well beside three that are not, each manner of
//! those in its turn; the limit is the same seven alone. How many messages a second they get, and how long one takes
//! from the request that issues it to its first byte.
//!
//! The three have the limits of an endpoint that nobody gave any, and more waiting than those let through.

use crate::backlog::Backlog;
use crate::latency::first_bytes;
use crate::raw::BODY_BYTES;
use crate::receiver::Receiver;
use crate::support::Engine;
use crate::support::bad_receiver::{BadReceiver, Manner};
use crate::throughput::{AT_ONCE, DEAD, HEALTHY};
use crate::world::World;
use crate::{Asked, figure, median, quantile};

/// Times that subject and limit take their turn.
const ROUNDS: usize = 3;
/// Messages of a turn.
const MESSAGES: usize = 5_000;
/// Messages that are timed one by one.
const TIMED: usize = 200;

const MANNERS: [(Manner, &str); 8] = [
    (Manner::Silent, "silent"),
    (Manner::DripsHead, "drips_head"),
    (Manner::DripsBody, "drips_body"),
    (Manner::Endless, "endless"),
    (Manner::Bomb, "bomb"),
    (Manner::StallsTls, "stalls_tls"),
    (Manner::Resets, "resets"),
    (Manner::Away, "away"),
];

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    for (manner, word) in MANNERS {
        let name = format!("delivery.beside.{word}");
        if asked.wants(&name) {
            beside(asked, (manner, &name));
        }
    }
}

fn beside(asked: &Asked, (manner, name): (Manner, &str)) {
    let messages = asked.sized(MESSAGES) / HEALTHY;
    let (runtime, receiver) = (crate::runtime(), Receiver::start());
    let mut world = runtime.block_on(World::start(Engine::Sqlite, &[receiver.url.as_str(); HEALTHY], AT_ONCE));
    let bad = runtime.block_on(BadReceiver::start(manner));
    for _ in 0..DEAD {
        runtime.block_on(world.also(&bad.url));
    }
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    let mut let_go = |from: usize, to: usize| {
        for endpoint in &world.endpoints[from..to] {
            backlog.put(endpoint, messages);
        }
        runtime.block_on(world.resume(from..to));
    };
    let all = HEALTHY + DEAD;
    let mut turn = |beside: bool| {
        if beside {
            let_go(HEALTHY, all);
        }
        let before = receiver.arrived();
        let_go(0, HEALTHY);
        let rate = receiver.rate(before, (messages * HEALTHY) as u64);
        runtime.block_on(world.pause(0..all));
        rate
    };
    turn(false);
    let (mut subject, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limit.push(turn(false));
        subject.push(turn(true));
    }
    figure(name, (median(subject), median(limit)), "messages/s");

    let timed = || quantile(&first_bytes(&runtime, (&world, &receiver), asked.sized(TIMED).max(20)), 0.99);
    runtime.block_on(world.resume(0..1));
    let alone = timed();
    let_go(HEALTHY, all);
    figure(&format!("{name}.p99_ms"), (timed(), alone), "ms");
}
