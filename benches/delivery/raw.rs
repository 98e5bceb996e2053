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

/// What sends.
pub struct Raw {
    runtime: tokio::runtime::Runtime,
    clients: Clients,
    keys: SigningKeys,
    body: bytes::Bytes,
}

impl Raw {
    pub fn new() -> Self {
        let vault = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
        let secrets = vec![SigningSecret::generate().unwrap()];
        Raw {
            runtime: crate::runtime(),
            clients: Clients::new(&rules()).unwrap(),
            keys: SigningKeys { secrets, pairs: vec![vault.webhook_key(Uuid::from_u128(1), 1)] },
            body: bytes::Bytes::from(vec![b'x'; BODY_BYTES]),
        }
    }

    /// Sends `n` messages, so many in flight; answers how many a second.
    pub fn rate(&self, url: &str, (n, in_flight): (usize, usize)) -> f64 {
        let left = Arc::new(AtomicUsize::new(n));
        let begun = Instant::now();
        self.runtime.block_on(async {
            let all: Vec<_> = (0..in_flight).map(|_| tokio::spawn(self.sends(url.to_owned(), left.clone()))).collect();
            for task in all {
                task.await.unwrap();
            }
        });
        n as f64 / begun.elapsed().as_secs_f64()
    }

    fn sends(&self, url: String, left: Arc<AtomicUsize>) -> impl Future<Output = ()> + use<> {
        let (clients, keys, body) = (self.clients.clone(), self.keys.clone(), self.body.clone());
        async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                let message = Message {
                    url: url.clone(),
                    id: Uuid::from_u128(7).to_string(),
                    at: Clock::System.now(),
                    keys: keys.clone(),
                    body: body.clone(),
                    deadlines: Deadlines::default(),
                };
                let attempted = attempt(&clients, &rules(), &message).await;
                assert_eq!(attempted.verdict, Verdict::Accepted, "{attempted:?}");
            }
        }
    }
}
