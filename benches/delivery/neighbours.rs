//! `delivery.beside.<manner>` and `.p99_ms`: seven endpoints that are well beside three that are not, each manner of
//! those in its turn; the limit is the same seven alone. How many messages a second they get, and how long one takes
//! from the request that issues it to its first byte.
//!
//! The three have the limits of an endpoint that nobody gave any, and more waiting than those let through.
//!
//! Two controls say what the others' figures are worth: `nobody`, the seven alone once more, is how far two measures of
//! the same lie apart; `well` is what three more cost that answer as they should.

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
const MESSAGES: usize = 30_000;
/// Messages of a turn that are timed one by one, and turns of these; the median of the turns is told.
const TIMED: usize = 200;
const TIMED_ROUNDS: usize = 9;
/// After a backlog was written past the program: until the disk has it.
const SETTLES: Duration = Duration::from_secs(1);

/// Who stands beside the seven.
#[derive(Clone, Copy)]
enum Others {
    Nobody,
    Well,
    Bad(Manner),
}

const OTHERS: [(Others, &str); 10] = [
    (Others::Nobody, "nobody"),
    (Others::Well, "well"),
    (Others::Bad(Manner::Silent), "silent"),
    (Others::Bad(Manner::DripsHead), "drips_head"),
    (Others::Bad(Manner::DripsBody), "drips_body"),
    (Others::Bad(Manner::Endless), "endless"),
    (Others::Bad(Manner::Bomb), "bomb"),
    (Others::Bad(Manner::StallsTls), "stalls_tls"),
    (Others::Bad(Manner::Resets), "resets"),
    (Others::Bad(Manner::Away), "away"),
];

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    for (others, word) in OTHERS {
        let name = format!("delivery.beside.{word}");
        if asked.wants(&name) {
            beside(asked, (others, &name));
        }
    }
}

fn beside(asked: &Asked, (others, name): (Others, &str)) {
    let messages = asked.sized(MESSAGES) / HEALTHY;
    let (runtime, receiver) = (crate::runtime(), Receiver::start());
    let mut world = runtime.block_on(World::start(Engine::Sqlite, &[receiver.url.as_str(); HEALTHY], AT_ONCE));
    // A receiver of its own, so that what comes to it is not counted.
    let well = Receiver::start();
    let url = match others {
        Others::Nobody => None,
        Others::Well => Some(well.url.clone()),
        Others::Bad(manner) => Some(runtime.block_on(BadReceiver::start(manner)).url.clone()),
    };
    for url in url.iter().cycle().take(DEAD) {
        runtime.block_on(world.also(url));
    }
    let all = world.endpoints.len();
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
    let timed = || quantile(&first_bytes(&runtime, (&world, &receiver), asked.sized(TIMED).max(20)), 0.99);
    for _ in 0..TIMED_ROUNDS {
        put(&mut backlog, HEALTHY..all);
        crate::raw::pause(SETTLES);
        alone.push(timed());
        runtime.block_on(world.resume(HEALTHY..all));
        beside.push(timed());
        runtime.block_on(world.pause(HEALTHY..all));
    }
    figure(&format!("{name}.p99_ms"), (median(beside), median(alone)), "ms");
}
