//! The platform of the demonstration: takes webhooks, checks their signatures, remembers when they came.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::{Context, bail};
use serde_json::Value;

use crate::cli::verify::{Head, Verifier};

/// Seconds to wait for a message.
const WAIT_SECONDS: u64 = 20;

/// A message that came, signed as it should be.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: Value,
    pub(super) at: Instant,
}

#[derive(Default)]
struct State {
    verifier: Verifier,
    messages: Vec<Message>,
    refused: usize,
}

/// The receiver.
pub(super) struct Receiver {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        let server = HttpServer::new(move || App::new().app_data(web::Data::new(shared.clone())).default_service(web::to(receive)))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")?;
        let address = server.addrs().first().copied().context("an address")?;
        actix_web::rt::spawn(server.run());
        Ok(Receiver { url: format!("http://{address}/fasttrack"), state })
    }

    /// A secret that was shown when an endpoint was registered.
    pub(super) fn add_secret(&self, secret: &str) -> anyhow::Result<()> {
        self.lock().verifier.add_secret(secret)
    }

    /// The `n`-th message, from 0.
    pub(super) async fn message(&self, n: usize) -> anyhow::Result<Message> {
        let begun = Instant::now();
        loop {
            {
                let state = self.lock();
                if state.refused > 0 {
                    bail!("a message came that was not signed with a secret of ours");
                }
                if let Some(message) = state.messages.get(n) {
                    return Ok(message.clone());
                }
            }
            if begun.elapsed() > Duration::from_secs(WAIT_SECONDS) {
                bail!("no message came");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(state: web::Data<Arc<Mutex<State>>>, req: HttpRequest, bytes: web::Bytes) -> HttpResponse {
    let at = Instant::now();
    let head = Head::of(&req);
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let signed = state.verifier.by_secret(&head, &bytes) == Some(true);
    let id = head.id;
    if !signed {
        state.refused += 1;
        return HttpResponse::Unauthorized().finish();
    }
    // The same id again is the same message: it is answered and not counted twice.
    if !state.messages.iter().any(|m| m.id == id) {
        state.messages.push(Message { id, body: serde_json::from_slice(&bytes).unwrap_or_default(), at });
    }
    HttpResponse::Ok().finish()
}
