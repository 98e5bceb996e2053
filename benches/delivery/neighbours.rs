//! `delivery.beside.<manner>` and `.p99_ms`: seven endpoints that are well beside three that are not, each manner of
//! those in its turn; the limit is the same seven alone. How many messages a second they get, and how long one takes
//! from the request that issues it to its first byte.
//!
//! The three have the limits of an endpoint that nobody gave any, and more waiting than those let through.

use std::time::Duration;

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
/// Messages of a turn: some seconds' worth, because what the three cost at once, before their lanes open, is no rate.
const MESSAGES: usize = 15_000;
/// Messages of a turn that are timed one by one, and turns of these.
const TIMED: usize = 200;
const TIMED_ROUNDS: usize = 5;
/// After a backlog was written past the program: until the disk has it.
const SETTLES: Duration = Duration::from_secs(1);

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
    let put = |backlog: &mut Backlog, which: std::ops::Range<usize>| {
        for endpoint in &world.endpoints[which] {
            backlog.put(endpoint, messages);
        }
    };
    let mut let_go = |from: usize, to: usize| {
        put(&mut backlog, from..to);
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

    // Both take their turn in the same world: what waits for the three was written before either began, and only in
    // the subject's turn are they resumed.
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    runtime.block_on(world.resume(0..1));
    let timed = || first_bytes(&runtime, (&world, &receiver), asked.sized(TIMED).max(20));
    for _ in 0..TIMED_ROUNDS {
        put(&mut backlog, HEALTHY..all);
        crate::raw::pause(SETTLES);
        alone.extend(timed());
        runtime.block_on(world.resume(HEALTHY..all));
        beside.extend(timed());
        runtime.block_on(world.pause(HEALTHY..all));
    }
    let p99 = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        quantile(&all, 0.99)
    };
    figure(&format!("{name}.p99_ms"), (p99(beside), p99(alone)), "ms");
}
