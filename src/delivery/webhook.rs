//! One attempt to hand a platform one dispatch, by a signed POST.
//!
//! Not here: when to try again (`schedule`), and writing down what came of it (the courier, which
//! calls [`attempt`] while no transaction is open).

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use super::egress::Unresolved;
use super::schedule::{FailureClass, Verdict};
use super::signature::{self, SigningSecret};
use crate::domain::egress::{EgressRules, check_url};

/// How long one attempt may take from resolving the name to the answer's last byte, in seconds.
pub const WEBHOOK_DEADLINE_SECONDS: u64 = 15;

/// How much of an answer's body is read at most, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// How long [`Attempted::detail`] is at most, in characters.
pub const DETAIL_CHARS_MAX: usize = 1_024;

/// What is sent, where to, and how it is signed.
#[derive(Clone, Debug)]
pub struct Message {
    /// The endpoint's URL, as registered.
    pub url: String,
    /// The same for every attempt of one delivery, so that the receiver can tell a repetition.
    pub id: String,
    /// When this attempt starts.
    pub at: Timestamp,
    /// The receiver's secrets, the current one first; with none, nothing is sent.
    pub secrets: Vec<SigningSecret>,
    /// JSON, byte for byte as it is signed.
    pub body: Vec<u8>,
    /// How long the attempt may take; [`WEBHOOK_DEADLINE_SECONDS`] unless a test is in a hurry.
    pub deadline: Duration,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// What the schedule goes by.
    pub verdict: Verdict,
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed, if it did.
    pub failure: Option<FailureClass>,
    /// For people: what was answered or what went wrong; at most [`DETAIL_CHARS_MAX`] characters,
    /// on one line, without the URL or a secret of ours.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// Sends `message` once. Any 2xx is accepted; redirects are answers like any other failure.
///
/// `client` is the one of `egress::client`, made with the same `rules`.
pub async fn attempt(client: &reqwest::Client, rules: &EgressRules, message: &Message) -> Attempted {
    let started = Instant::now();
    let mut attempted = match tokio::time::timeout(message.deadline, exchange(client, rules, message)).await {
        Ok(attempted) => attempted,
        Err(_) => failed(FailureClass::Timeout, "no complete answer before the deadline"),
    };
    attempted.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    attempted
}

async fn exchange(client: &reqwest::Client, rules: &EgressRules, message: &Message) -> Attempted {
    let url = match check_url(&message.url, rules) {
        Ok(url) => url,
        Err(refused) => return failed(FailureClass::Blocked, &refused.to_string()),
    };
    if message.secrets.is_empty() {
        return failed(FailureClass::Blocked, "the endpoint has no signing secret");
    }
    let mut request = client.post(url).header(CONTENT_TYPE, "application/json");
    let signed = signature::headers(&message.id, message.at, &message.secrets, &message.body);
    for (name, value) in signed {
        request = request.header(name, value);
    }
    match request.body(message.body.clone()).send().await {
        Ok(response) => judge(response, message.at).await,
        Err(error) => {
            let error = error.without_url();
            failed(classify(&error), &with_sources(&error))
        }
    }
}

async fn judge(mut response: Response, at: Timestamp) -> Attempted {
    let status = response.status();
    let retry_after_seconds = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|value| retry_after(value, at))
        }
        _ => None,
    };
    let (answer, complete) = read_answer(&mut response).await;
    let (verdict, failure) = match status {
        StatusCode::GONE => (Verdict::Gone, Some(FailureClass::Status)),
        // What it said of itself before breaking off is not to be relied on; the message's id
        // makes sending it again harmless.
        _ if status.is_success() && !complete => (Verdict::Failed { retry_after_seconds: None }, Some(FailureClass::Body)),
        _ if status.is_success() => (Verdict::Accepted, None),
        _ => (Verdict::Failed { retry_after_seconds }, Some(FailureClass::Status)),
    };
    Attempted {
        verdict,
        status: Some(status.as_u16()),
        failure,
        detail: detail(&format!("{status}: {}", String::from_utf8_lossy(&answer))),
        elapsed_ms: 0,
    }
}

/// The answer's body up to [`ANSWER_BYTES_MAX`], and whether it did not break off before.
async fn read_answer(response: &mut Response) -> (Vec<u8>, bool) {
    let mut answer = Vec::new();
    while answer.len() < ANSWER_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room_bytes = ANSWER_BYTES_MAX - answer.len();
                answer.extend_from_slice(&chunk[..chunk.len().min(room_bytes)]);
            }
            Ok(None) => break,
            Err(_) => return (answer, false),
        }
    }
    (answer, true)
}

/// The wait a `Retry-After` asks for, in seconds: it is a number of them, or an HTTP date.
fn retry_after(value: &str, at: Timestamp) -> Option<u64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(seconds);
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    u64::try_from(until.as_second() - at.as_second()).ok().or(Some(0))
}

fn failed(failure: FailureClass, reason: &str) -> Attempted {
    Attempted {
        verdict: Verdict::Failed { retry_after_seconds: None },
        status: None,
        failure: Some(failure),
        detail: detail(reason),
        elapsed_ms: 0,
    }
}

/// A receiver chooses this text: one line, no control characters, and an end.
fn detail(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(DETAIL_CHARS_MAX).collect()
}

fn classify(error: &reqwest::Error) -> FailureClass {
    for source in sources(error) {
        match source.downcast_ref::<Unresolved>() {
            Some(Unresolved::Blocked) => return FailureClass::Blocked,
            Some(Unresolved::NoAddress) => return FailureClass::Dns,
            None => {}
        }
        if is_tls(source) {
            return FailureClass::Tls;
        }
    }
    if error.is_timeout() && !error.is_connect() { FailureClass::Timeout } else { FailureClass::Connect }
}

/// An I/O error keeps the error it was made of to itself, often in several layers; it is no source.
fn is_tls(source: &(dyn Error + 'static)) -> bool {
    let mut innermost = source;
    while let Some(within) = innermost.downcast_ref().and_then(std::io::Error::get_ref) {
        innermost = within;
    }
    innermost.is::<rustls::Error>()
}

fn sources(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut sources = Vec::new();
    let mut source = error.source();
    while let Some(found) = source {
        sources.push(found);
        source = found.source();
    }
    sources
}

fn with_sources(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    for source in sources(error) {
        text.push_str(": ");
        text.push_str(&source.to_string());
    }
    text
}

#[cfg(test)]
mod tests;
