//! `claim.1m_over_10k`: what a claim costs while a million deliveries wait, over what it costs while ten thousand do,
//! nine tenths of them for one endpoint that is paused.

use std::time::Instant;

use fasttrack::clock::Clock;
use fasttrack::domain::lane::LaneLimits;
use fasttrack::store::{DeliveryClaim, Exchange, GivenBack, Store};
use jiff::SignedDuration;

use crate::backlog::Backlog;
use crate::receiver::Receiver;
use crate::support::Engine;
use crate::support::database::{postgres_is_here, tamper};
use crate::world::World;
use crate::{Asked, figure, median};

const LARGE: usize = 1_000_000;
const SMALL: usize = 10_000;
/// Endpoints that are not paused.
const ACTIVE: usize = 4;
/// Deliveries of a claim.
const ROOM: usize = 64;
/// Bytes of a body: of a million there is no need for large ones.
const BODY_BYTES: usize = 256;
/// Claims that are timed.
const CLAIMS: usize = 60;

/// Measures what is asked for; the figure is the worse of the two databases.
pub fn figures(asked: &Asked) {
    if !asked.wants("claim") {
        return;
    }
    let mut worst: Option<(f64, f64)> = None;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && !postgres_is_here() {
            continue;
        }
        let (small, large) = (claim_ms(asked, engine, SMALL), claim_ms(asked, engine, asked.sized(LARGE)));
        println!("# claim on {engine:?}: {small:.2} ms, {large:.2} ms");
        if worst.is_none_or(|(value, limit)| large / small > value / limit) {
            worst = Some((large, small));
        }
    }
    if let Some(worst) = worst {
        figure("claim.1m_over_10k", worst, "ms");
    }
}

fn claim_ms(asked: &Asked, engine: Engine, deliveries: usize) -> f64 {
    let (runtime, receiver) = (crate::runtime(), Receiver::start());
    let urls = [receiver.url.as_str(); ACTIVE + 1];
    let mut world = runtime.block_on(World::start(engine, &urls, ROOM));
    let url = world.service.database_url.clone();
    let mut backlog = Backlog::of(&url, BODY_BYTES);
    backlog.put(&world.endpoints[ACTIVE], deliveries * 9 / 10);
    for endpoint in &world.endpoints[..ACTIVE] {
        backlog.put(endpoint, deliveries / 10 / ACTIVE);
    }
    // The program would deliver them.
    assert!(world.service.terminate(), "a graceful end");
    let active: Vec<String> = world.endpoints[..ACTIVE].iter().map(|id| id_text(&url, id)).collect();
    assert!(tamper(&url, &format!("UPDATE endpoints SET status = 'active' WHERE id IN ({})", active.join(", "))));
    if engine == Engine::Postgres {
        assert!(tamper(&url, "VACUUM ANALYZE deliveries"));
    }
    let _inside = runtime.enter();
    let store = Store::open(&url, 2).unwrap();
    let once = || {
        let now = Clock::System.now();
        let claim = DeliveryClaim { now, room: ROOM, limits: LaneLimits { per_second_max: 10_000, at_once_max: 64 } };
        let lease_until = now + SignedDuration::from_secs(60);
        let begun = Instant::now();
        let claimed =
            runtime.block_on(store.exchange(Exchange { lease_until, claim: Some(claim), ..Exchange::default() }, now)).unwrap().claimed;
        let took = begun.elapsed().as_secs_f64() * 1e3;
        assert!(claimed.deliveries.len() > ROOM / 2, "{}", claimed.deliveries.len());
        let back = claimed.deliveries.iter().map(|d| GivenBack { id: d.id, endpoint: d.endpoint, fence: d.fence }).collect();
        runtime.block_on(store.exchange(Exchange { lease_until, back, ..Exchange::default() }, now)).unwrap();
        took
    };
    for _ in 0..5 {
        once();
    }
    median((0..asked.sized(CLAIMS * 50).min(CLAIMS)).map(|_| once()).collect())
}

fn id_text(url: &str, id: &str) -> String {
    if url.starts_with("sqlite:") { format!("X'{}'", id.replace('-', "")) } else { format!("'{id}'") }
}
