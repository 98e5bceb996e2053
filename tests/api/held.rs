//! What a worker holds of a lane that moves: messages it claimed ahead of those under way. Whatever happens to the
//! worker or the platform, none of them is lost, goes out as two, or waits for a lease that need not run out.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fasttrack::domain::lane::FAILURES_MAX;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::platform::Platform;
use crate::support::{Engine, Service, database, on_both_databases};

/// Messages of the lane.
const MESSAGES: usize = 60;
/// Of them those that are answered at once: so the lane moves, and is given some ahead.
const QUICK: usize = 20;
/// Attempts the endpoint takes at once.
const AT_ONCE: usize = 2;
/// Longer than a claim holds.
const LEASE_RUN_OUT_SECONDS: i64 = 61;

const CLAIMED: &str = "SELECT count(*) FROM deliveries WHERE state = 'due' AND lease_until IS NOT NULL";
const HELD: &str = "SELECT coalesce(sum(held), 0) FROM lane_workers";
const DELIVERED: &str = "SELECT count(*) FROM deliveries WHERE state = 'delivered'";
const ATTEMPTS: &str = "SELECT count(*) FROM attempts";

fn counted(service: &Service, query: &str) -> usize {
    usize::try_from(database::counted(&service.database_url, query)).unwrap()
}

/// Waits until it is so; how long that took.
async fn until(what: &str, is: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it did not come to pass: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

/// Ends by an order it was given.
async fn dies(service: &mut Service) {
    let begun = Instant::now();
    while service.request("GET", "/healthz", "").send().await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it lives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    service.kill();
}

fn lease_runs_out(service: &Service) {
    service.set_time(service.now() + jiff::SignedDuration::from_secs(LEASE_RUN_OUT_SECONDS));
}

/// So many messages, all due at one moment.
async fn sends(service: &Service, platform: &Platform, messages: usize) {
    let act = async |act: &str, form: Value| {
        let path = format!("/v1/admin/endpoints/{}/{act}", platform.endpoint);
        service.post(&path, &service.admin, &form).await.expect(201);
    };
    act("pause", json!({ "why": "so that all wait" })).await;
    for _ in 0..messages {
        act("test", json!({})).await;
    }
    act("resumption", json!({})).await;
}

/// A platform that takes few at once, and is ready as said when its messages come.
async fn lane(service: &Service, ready: impl Fn(&Platform)) -> Platform {
    let platform = Platform::connect(service, "ali", &["taobao"]).await;
    let limits = json!({ "at_once_max": AT_ONCE, "per_second_max": 1_000 });
    service.put(&format!("/v1/admin/endpoints/{}/limits", platform.endpoint), &service.admin, &limits).await.expect(200);
    ready(&platform);
    sends(service, &platform, MESSAGES).await;
    platform
}

/// The same when the platform has answered some at once and thinks for so long about those it has now, while more
/// are held than those.
async fn held_ahead(service: &Service, (thinks, answers): (Duration, &[u16])) -> Platform {
    let ready = |platform: &Platform| {
        platform.thinks_after(QUICK, thinks);
        platform.will_answer(answers);
    };
    let platform = lane(service, ready).await;
    platform.wait_for(QUICK + AT_ONCE).await;
    until("some are claimed ahead", || counted(service, CLAIMED) > AT_ONCE).await;
    platform
}

/// Every message arrives, and that is written down once; those that came more than once.
async fn all_arrive(service: &Service, platform: &Platform) -> BTreeSet<String> {
    platform.wait_for(MESSAGES).await;
    until("all are written down", || counted(service, DELIVERED) == MESSAGES).await;
    assert_eq!((counted(service, ATTEMPTS), counted(service, CLAIMED), counted(service, HELD)), (MESSAGES, 0, 0));
    let mut once = BTreeSet::new();
    platform.received().into_iter().map(|r| r.id).filter(|id| !once.insert(id.clone())).collect()
}

on_both_databases! {
    /// Asked to end while a platform thinks: what did not begin is free at once, and not when the last attempt here
    /// ends or the lease does; what was under way is written down. Whoever comes next sends the rest, nothing twice.
    async fn an_end_gives_back_what_did_not_begin(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = held_ahead(&service, (Duration::from_secs(6), &[])).await;
        service.signal(Signal::TERM);
        let free_after = until("what did not begin is free", || counted(&service, CLAIMED) == AT_ONCE).await;
        assert!(free_after < Duration::from_secs(3), "not before an attempt ended: {free_after:?}");
        assert_eq!((counted(&service, HELD), platform.received().len()), (AT_ONCE, QUICK + AT_ONCE));
        assert!(service.terminate(), "a graceful end");
        assert_eq!((counted(&service, CLAIMED), counted(&service, HELD), counted(&service, DELIVERED)), (0, 0, QUICK + AT_ONCE));
        platform.thinks_after(MESSAGES, Duration::ZERO);
        service.spawn().await;
        assert_eq!(all_arrive(&service, &platform).await, BTreeSet::new());
    }

    /// Killed while it holds messages that did not begin: after the lease all go out, those that were under way a
    /// second time, and no other.
    async fn a_kill_loses_nothing_that_was_held(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = held_ahead(&service, (Duration::from_secs(6), &[])).await;
        service.kill();
        platform.thinks_after(MESSAGES, Duration::ZERO);
        lease_runs_out(&service);
        service.spawn().await;
        assert_eq!(all_arrive(&service, &platform).await.len(), AT_ONCE);
    }

    /// When an attempt fails, what waited behind it waits for the lane, and is not spent on a platform that is away:
    /// it fails as often as opens the lane, and nothing more is sent.
    async fn a_failure_gives_back_what_waits_behind_it(engine: Engine) {
        let service = Service::start(engine).await;
        let fails = [[200; QUICK].as_slice(), &[500; MESSAGES]].concat();
        let platform = held_ahead(&service, (Duration::from_millis(800), &fails)).await;
        // The next that begins was claimed after the failure.
        platform.wait_for_arrivals(QUICK + AT_ONCE + 1).await;
        let claimed = counted(&service, CLAIMED);
        assert!(claimed <= AT_ONCE, "{claimed} are kept behind what failed");
        until("nothing is held", || counted(&service, CLAIMED) == 0 && counted(&service, HELD) == 0).await;
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let failed = platform.received().len() - QUICK;
        // Beside the one that opens the lane others may be under way.
        let most = usize::try_from(FAILURES_MAX).unwrap() + AT_ONCE - 1;
        assert!(failed <= most, "{failed} attempts at a platform that is away");
        assert_eq!((counted(&service, CLAIMED), counted(&service, HELD), counted(&service, DELIVERED)), (0, 0, QUICK));
    }

    /// A person pauses the endpoint while more is claimed than is under way: what is under way ends, a place may have
    /// begun the next by then, and that is all that still comes. What was given back goes out when it is resumed.
    async fn a_pause_holds_for_what_was_claimed_ahead(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = held_ahead(&service, (Duration::from_millis(500), &[])).await;
        until("twice as many wait as are under way", || counted(&service, CLAIMED) >= 3 * AT_ONCE).await;
        let act = async |act: &str, form: Value| {
            let path = format!("/v1/admin/endpoints/{}/{act}", platform.endpoint);
            service.post(&path, &service.admin, &form).await.expect(201);
        };
        act("pause", json!({ "why": "the platform asks for it" })).await;
        let came = platform.received().len();
        until("nothing is held", || counted(&service, CLAIMED) == 0 && counted(&service, HELD) == 0).await;
        let after = platform.received().len() - came;
        // One may have been on its way when the pause was answered.
        assert!(after <= AT_ONCE + 1, "{after} were sent to a paused endpoint");
        platform.thinks_after(MESSAGES, Duration::ZERO);
        act("resumption", json!({})).await;
        assert_eq!(all_arrive(&service, &platform).await, BTreeSet::new());
    }

    /// Killed with the platform's answer in hand, before what came of it is written down: it is tried again.
    async fn a_kill_before_it_is_written_down_forgets_nothing(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        for (n, (answer, point)) in [(500, "delivery.failed"), (200, "delivery.answered")].into_iter().enumerate() {
            platform.will_answer(&[answer]);
            service.order((point, 0, "kill"));
            sends(&service, &platform, 1).await;
            dies(&mut service).await;
            assert!(service.order_met(), "{point}");
            assert_eq!((platform.received().len(), counted(&service, DELIVERED)), (2 * n + 1, n), "{point}");
            lease_runs_out(&service);
            service.spawn().await;
            let received = platform.wait_for_arrivals(2 * n + 2).await;
            assert_eq!(received[2 * n].id, received[2 * n + 1].id, "{point}");
            until("it is written down", || counted(&service, DELIVERED) == n + 1).await;
        }
        assert_eq!(counted(&service, ATTEMPTS), 2, "of those that were cut off nobody knows");
    }

    /// Killed while the platform has a message and has not answered: that it arrived nobody knows, and it goes again.
    async fn what_was_not_answered_is_not_delivered(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        platform.thinks_after(0, Duration::from_secs(5));
        sends(&service, &platform, 1).await;
        platform.wait_for_arrivals(1).await;
        service.kill();
        assert_eq!(counted(&service, DELIVERED), 0);
        platform.thinks_after(1, Duration::ZERO);
        lease_runs_out(&service);
        service.spawn().await;
        let received = platform.wait_for_arrivals(2).await;
        assert_eq!(received[0].id, received[1].id);
        until("it is written down", || counted(&service, DELIVERED) == 1).await;
    }
}

/// Stopped past its lease with messages it claimed ahead: another sends them all. When it goes on, it sends none of
/// them, and what it has to say of those that were under way changes nothing.
#[test]
fn what_another_took_is_not_sent_again() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let one = Service::start_with(Engine::Postgres, &[("rust_log", "warn")]).await;
        let platform = held_ahead(&one, (Duration::from_secs(2), &[])).await;
        one.signal(Signal::STOP);
        platform.thinks_after(MESSAGES, Duration::ZERO);
        let two = one.beside().await;
        lease_runs_out(&two);
        assert_eq!(all_arrive(&two, &platform).await.len(), AT_ONCE, "what was under way");
        lease_runs_out(&one);
        one.signal(Signal::CONT);
        until("it hears that it came too late", || one.written().matches("the claim was lost").count() == AT_ONCE).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(all_arrive(&two, &platform).await.len(), AT_ONCE, "nothing went out again");
        assert_eq!(platform.received().len(), MESSAGES + AT_ONCE);
    });
}

/// What a worker wrote down it does not hold: killed when all is done, it leaves the whole lane to another at once.
#[test]
fn what_ended_leaves_its_room_to_others() {
    if !database::postgres_is_here() {
        return;
    }
    crate::support::run(async {
        let mut one = Service::start(Engine::Postgres).await;
        let platform = lane(&one, |_| {}).await;
        all_arrive(&one, &platform).await;
        let two = one.beside().await;
        one.kill();
        let begun = Instant::now();
        sends(&two, &platform, AT_ONCE).await;
        platform.wait_for(MESSAGES + AT_ONCE).await;
        assert!(begun.elapsed() < Duration::from_secs(20), "it waited for the lease of what was over: {:?}", begun.elapsed());
    });
}
