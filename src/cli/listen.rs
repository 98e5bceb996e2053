//! `listen`: a platform's receiver on one's own machine, for whoever builds one. It verifies what comes, prints it,
//! and answers as it is told: well, or badly on purpose.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use clap::Args;
use futures_util::stream;
use serde_json::Value;

use super::verify::{Head, Verifier};
use crate::clock::Clock;

/// Most bytes of a message that is taken.
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a slow answer, each a second after the one before.
const SLOW_BYTES: usize = 3_600;

/// A receiver on this machine.
#[derive(Debug, Args)]
pub(super) struct ListenArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9000")]
    address: SocketAddr,
    /// Secret of the endpoint, whsec_…; several during a rotation.
    #[arg(long = "secret", value_name = "SECRET")]
    secrets: Vec<String>,
    /// Public key of the endpoint, whpk_…, from /v1/webhook-keys/{endpoint_id}; several during a rotation.
    #[arg(long = "public-key", value_name = "KEY")]
    keys: Vec<String>,
    /// Answer with this status.
    #[arg(long, default_value_t = 200)]
    status: u16,
    /// Ask to be left alone for so many seconds, with Retry-After.
    #[arg(long, value_name = "SECONDS")]
    retry_after: Option<u32>,
    /// Take what comes and never answer.
    #[arg(long, conflicts_with = "slow")]
    hang: bool,
    /// Answer a byte a second.
    #[arg(long)]
    slow: bool,
}

struct State {
    verifier: Verifier,
    status: StatusCode,
    retry_after: Option<u32>,
    hang: bool,
    slow: bool,
    /// How often each message came.
    seen: Mutex<HashMap<String, u32>>,
}

/// Listens until it is interrupted.
pub(super) fn run(args: ListenArgs) -> anyhow::Result<ExitCode> {
    let mut verifier = Verifier::default();
    args.secrets.iter().try_for_each(|secret| verifier.add_secret(secret))?;
    args.keys.iter().try_for_each(|key| verifier.add_key(key))?;
    let status = StatusCode::from_u16(args.status).context("--status is an HTTP status")?;
    let (retry_after, hang, slow) = (args.retry_after, args.hang, args.slow);
    let state = web::Data::from(Arc::new(State { verifier, status, retry_after, hang, slow, seen: Mutex::default() }));
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let bytes_max = web::PayloadConfig::new(MESSAGE_BYTES_MAX);
            App::new().app_data(state.clone()).app_data(bytes_max).default_service(web::to(receive))
        })
        .workers(1)
        .shutdown_timeout(0)
        .bind(args.address)
        .with_context(|| format!("{} cannot be listened on", args.address))?;
        let address = server.addrs().first().copied().unwrap_or(args.address);
        eprintln!(
            "listening on http://{address}/ ; register it as an endpoint (an operator's setting must allow private networks and http)"
        );
        server.run().await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn receive(state: web::Data<State>, req: HttpRequest, bytes: web::Bytes) -> HttpResponse {
    tell(&state, &req, &bytes);
    if state.hang {
        std::future::pending::<()>().await;
    }
    let mut answer = HttpResponse::build(state.status);
    if let Some(seconds) = state.retry_after {
        answer.insert_header(("retry-after", seconds.to_string()));
    }
    if state.slow {
        return answer.streaming(stream::unfold(SLOW_BYTES, |left| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            (left > 0).then(|| (Ok::<_, actix_web::Error>(web::Bytes::from_static(b".")), left - 1))
        }));
    }
    answer.finish()
}

/// One line that says what to make of it, and the body.
fn tell(state: &State, req: &HttpRequest, bytes: &[u8]) {
    let head = Head::of(req);
    let now = Clock::System.now();
    let times = {
        let mut seen = state.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let n = seen.entry(head.id.clone()).or_insert(0);
        *n += 1;
        *n
    };
    let word = |verdict: Option<bool>| match verdict {
        Some(true) => "verified",
        Some(false) => "WRONG",
        None => "not checked",
    };
    let body: Option<Value> = serde_json::from_slice(bytes).ok();
    let kind = body.as_ref().and_then(|b| b["type"].as_str()).unwrap_or("no type");
    let again = if times > 1 { format!(", for the {times}. time: the same message") } else { String::new() };
    let stale = if head.is_fresh(now) { "" } else { ", more than 5 minutes off" };
    let (v1, v1a) = (state.verifier.by_secret(&head, bytes), state.verifier.by_key(&head, bytes));
    let line = format!("{now} {} {kind}: v1 {}, v1a {}{stale}{again}", head.id, word(v1), word(v1a));
    let shown = body.and_then(|b| serde_json::to_string_pretty(&b).ok()).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    // Whoever reads it may have gone; what comes is answered all the same.
    let _ = writeln!(std::io::stdout().lock(), "{line}\n{shown}");
}
