//! One attempt to hand a platform one dispatch, by a signed POST.
//!
//! Not here: when to try again (`schedule`), and writing down what came of it (the courier, which
//! calls [`attempt`] while no transaction is open).

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::{Response, StatusCode};

use super::egress::{self, Clients, Unresolved};
use super::schedule::{FailureClass, Verdict};
use super::signature::{self, SigningKeys};
use crate::domain::acknowledgement::{Said, said_in};
use crate::domain::egress::{EgressRules, check_url};
use crate::fail_points::fails_at;

/// How long one attempt may take from resolving the name to the answer's last byte, in seconds.
pub const WEBHOOK_DEADLINE_SECONDS: u64 = 15;

/// How long an answer may take to begin, in seconds, the request's way included.
pub const HEAD_DEADLINE_SECONDS: u64 = 10;

/// How long its body may take after that, in seconds.
pub const BODY_DEADLINE_SECONDS: u64 = 5;

/// How much of an answer's body is read at most, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// How much of it is kept, in bytes.
pub const REPLY_BYTES_KEPT_MAX: usize = 16 * 1_024;

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
    /// What signs it; without a secret nothing is sent.
    pub keys: SigningKeys,
    /// JSON, byte for byte as it is signed.
    pub body: bytes::Bytes,
    /// How long the attempt may take.
    pub deadlines: Deadlines,
}

/// How long the parts of an attempt may take, and the whole.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Until the answer begins.
    pub head: Duration,
    /// From there to its end.
    pub body: Duration,
    /// In all.
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            head: Duration::from_secs(HEAD_DEADLINE_SECONDS),
            body: Duration::from_secs(BODY_DEADLINE_SECONDS),
            total: Duration::from_secs(WEBHOOK_DEADLINE_SECONDS),
        }
    }
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
    /// For people, where it failed or was cut off: what went wrong; at most [`DETAIL_CHARS_MAX`] characters, on one line,
    /// without the URL or a secret of ours.
    pub detail: Option<String>,
    /// The beginning of the answer's body; a receiver chooses it.
    pub reply: Option<String>,
    /// What its body says of the message, where it was accepted.
    pub said: Option<Said>,
    /// Whether the answer went on after what is read of one.
    pub overran: bool,
    /// The headers that were sent, as JSON; none where nothing was.
    pub request: Option<String>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// Sends `message` once. Any 2xx is accepted; redirects are answers like any other failure.
///
/// `clients` are made with the same `rules`.
pub async fn attempt(clients: &Clients, rules: &EgressRules, message: &Message) -> Attempted {
    let started = Instant::now();
    let mut request = None;
    let mut attempted = match tokio::time::timeout(message.deadlines.total, exchange(clients, rules, (message, &mut request))).await {
        Ok(attempted) => attempted,
        Err(_) => failed(FailureClass::Timeout, "no complete answer before the deadline"),
    };
    attempted.request = request;
    attempted.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    attempted
}

async fn exchange(clients: &Clients, rules: &EgressRules, (message, sent): (&Message, &mut Option<String>)) -> Attempted {
    let url = match check_url(&message.url, rules) {
        Ok(url) => url,
        Err(refused) => return failed(FailureClass::Blocked, &refused.to_string()),
    };
    if message.keys.secrets.is_empty() {
        return failed(FailureClass::Blocked, "the endpoint has no signing secret");
    }
    let signed = signature::headers(&message.id, message.at, &message.keys, &message.body);
    let headers = [(CONTENT_TYPE.as_str(), "application/json".to_owned()), (USER_AGENT.as_str(), egress::USER_AGENT.to_owned())];
    let headers: BTreeMap<&str, String> = headers.into_iter().chain(signed).collect();
    let mut request = clients.of(&url).post(url);
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    *sent = serde_json::to_string(&headers).ok();
    if fails_at("webhook.send") {
        return failed(FailureClass::Connect, "a test wants it");
    }
    match tokio::time::timeout(message.deadlines.head, request.body(message.body.clone()).send()).await {
        Err(_) => failed(FailureClass::Timeout, "no answer began before its deadline"),
        Ok(Ok(response)) => judge(response, message).await,
        Ok(Err(error)) => {
            let error = error.without_url();
            let class = classify(&error);
            if class == FailureClass::Blocked {
                *sent = None;
            }
            failed(class, &with_sources(&error))
        }
    }
}

async fn judge(mut response: Response, message: &Message) -> Attempted {
    let status = response.status();
    let retry_after_seconds = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|value| retry_after(value, message.at))
        }
        _ => None,
    };
    // Of what says at once that it is too long no more is read than is kept.
    let too_long = response.content_length().is_some_and(|n| n > ANSWER_BYTES_MAX as u64);
    let most = if too_long { REPLY_BYTES_KEPT_MAX } else { ANSWER_BYTES_MAX };
    let mut answer = Vec::new();
    let read = tokio::time::timeout(message.deadlines.body, read_answer(&mut response, (&mut answer, most))).await;
    let (in_time, complete) = (read.is_ok(), read.unwrap_or(false));
    let overran = answer.len() > most;
    answer.truncate(most);
    let (verdict, failure) = match status {
        StatusCode::GONE => (Verdict::Gone, Some(FailureClass::Status)),
        // What it said of itself before breaking off is not to be relied on; the message's id
        // makes sending it again harmless.
        _ if status.is_success() && !in_time => (Verdict::Failed { retry_after_seconds: None }, Some(FailureClass::Timeout)),
        _ if status.is_success() && !complete => (Verdict::Failed { retry_after_seconds: None }, Some(FailureClass::Body)),
        _ if status.is_success() => (Verdict::Accepted, None),
        _ => (Verdict::Failed { retry_after_seconds }, Some(FailureClass::Status)),
    };
    let said = if verdict == Verdict::Accepted { said_in(&answer, !overran) } else { None };
    let detail = match failure {
        Some(FailureClass::Body) => Some("the answer broke off".to_owned()),
        Some(FailureClass::Timeout) => Some("the answer did not end before its deadline".to_owned()),
        Some(_) => Some(status.to_string()),
        None if overran => {
            Some(format!("the answer is longer than {ANSWER_BYTES_MAX} bytes and was cut off; such answers slow the endpoint down"))
        }
        None => None,
    };
    let (status, reply) = (Some(status.as_u16()), reply(&answer));
    Attempted { verdict, status, failure, detail, reply, said, overran, request: None, elapsed_ms: 0 }
}

/// The beginning of an answer as text; NUL no database keeps.
fn reply(answer: &[u8]) -> Option<String> {
    let kept = &answer[..answer.len().min(REPLY_BYTES_KEPT_MAX)];
    Some(String::from_utf8_lossy(kept).replace('\0', "\u{fffd}")).filter(|text| !text.is_empty())
}

/// Reads the answer's body up to `most` bytes, and one beyond if there is one; whether it did not break off before.
async fn read_answer(response: &mut Response, (answer, most): (&mut Vec<u8>, usize)) -> bool {
    while answer.len() <= most {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room_bytes = most + 1 - answer.len();
                answer.extend_from_slice(&chunk[..chunk.len().min(room_bytes)]);
            }
            Ok(None) => break,
            Err(_) => return false,
        }
    }
    true
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
        detail: Some(detail(reason)),
        reply: None,
        said: None,
        overran: false,
        request: None,
        elapsed_ms: 0,
    }
}

/// A receiver's part in this text is small, and yet: one line, no control characters, and an end.
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
