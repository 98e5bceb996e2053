//! The raw limit: the same client, the same bodies, both signatures made, so many in flight, and no database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fasttrack::clock::Clock;
use fasttrack::delivery::egress::Clients;
use fasttrack::delivery::schedule::Verdict;
use fasttrack::delivery::signature::{SigningKeys, SigningSecret};
use fasttrack::delivery::webhook::{Deadlines, Message, attempt};
use fasttrack::domain::egress::EgressRules;
use fasttrack::vault::Vault;
use uuid::Uuid;

/// Messages in flight to the one endpoint.
pub const IN_FLIGHT: usize = 64;
/// Bytes of a body.
pub const BODY_BYTES: usize = 2 * 1024;

/// Sleeps on a thread that has nothing else to do.
pub fn pause(time: Duration) {
    std::thread::park_timeout(time);
}

/// The rules of a machine of one's own.
pub fn rules() -> EgressRules {
    EgressRules { allow_private: vec!["127.0.0.0/8".parse().unwrap()], allow_http: true, ..EgressRules::default() }
}

/// Sends `n` messages; answers how many a second.
pub fn rate(url: &str, n: usize) -> f64 {
    let runtime = crate::runtime();
    let clients = Clients::new(&rules()).unwrap();
    let vault = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
    let keys = SigningKeys { secrets: vec![SigningSecret::generate().unwrap()], pairs: vec![vault.webhook_key(Uuid::from_u128(1), 1)] };
    let body = bytes::Bytes::from(vec![b'x'; BODY_BYTES]);
    let left = Arc::new(AtomicUsize::new(n));
    let begun = Instant::now();
    runtime.block_on(async {
        let all = (0..IN_FLIGHT).map(|_| {
            let (clients, keys, body, left, url) = (clients.clone(), keys.clone(), body.clone(), left.clone(), url.to_owned());
            tokio::spawn(async move {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                    let message = Message {
                        url: url.clone(),
                        id: Uuid::new_v5(&Uuid::nil(), &[]).to_string(),
                        at: Clock::System.now(),
                        keys: keys.clone(),
                        body: body.clone(),
                        deadlines: Deadlines::default(),
                    };
                    let attempted = attempt(&clients, &rules(), &message).await;
                    assert_eq!(attempted.verdict, Verdict::Accepted, "{attempted:?}");
                }
            })
        });
        for task in all.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
    n as f64 / begun.elapsed().as_secs_f64()
}
