//! One attempt, against receivers that listen on this machine. Called by no one but the test runner.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::super::egress::Clients;
use super::super::signature::SigningSecret;
use super::*;
use ed25519_dalek::SigningKey;

/// The first byte of a client that speaks TLS; it is answered in the clear, at once.
const TLS_HANDSHAKE: u8 = 0x16;

/// Takes one connection, reads one request, sends `answer`, and then holds the line or hangs up.
async fn receiver(answer: &'static str, hold: bool) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{\"a\":1}") && !request.starts_with(&[TLS_HANDSHAKE]) {
            if stream.read_buf(&mut request).await.unwrap() == 0 {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        if hold {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        String::from_utf8_lossy(&request).into_owned()
    });
    (address, received)
}

fn own_network() -> EgressRules {
    EgressRules { allow_private: vec!["127.0.0.0/8".parse().unwrap()], allow_http: true, ..EgressRules::default() }
}

fn message(url: String) -> Message {
    Message {
        url,
        id: "msg_1".to_owned(),
        at: "2026-11-24T07:00:00Z".parse().unwrap(),
        keys: SigningKeys { secrets: vec![SigningSecret::generate().unwrap()], pairs: vec![SigningKey::from_bytes(&[7; 32])] },
        body: bytes::Bytes::from_static(b"{\"a\":1}"),
        deadlines: Deadlines { total: Duration::from_secs(5), ..Deadlines::default() },
    }
}

async fn send(rules: &EgressRules, message: &Message) -> Attempted {
    attempt(&Clients::new(rules).unwrap(), rules, message).await
}

async fn answered(answer: &'static str) -> Attempted {
    let (address, _) = receiver(answer, false).await;
    send(&own_network(), &message(format!("http://{address}/hook"))).await
}

fn failed_status(status: u16, retry_after_seconds: Option<u64>, attempted: &Attempted) {
    assert_eq!(attempted.verdict, Verdict::Failed { retry_after_seconds }, "{attempted:?}");
    assert_eq!(attempted.status, Some(status));
    assert_eq!(attempted.failure, Some(FailureClass::Status));
}

fn blocked(attempted: &Attempted) {
    assert_eq!(attempted.verdict, Verdict::Failed { retry_after_seconds: None });
    assert_eq!(attempted.status, None);
    assert_eq!(attempted.failure, Some(FailureClass::Blocked), "{attempted:?}");
}

#[tokio::test]
async fn a_signed_post_is_accepted() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let (address, received) = receiver(answer, false).await;
    let message = message(format!("http://{address}/hook?x=1"));
    let attempted = send(&own_network(), &message).await;
    assert_eq!(attempted.verdict, Verdict::Accepted, "{attempted:?}");
    assert_eq!((attempted.status, attempted.failure), (Some(200), None));
    assert_eq!((attempted.detail, attempted.reply.as_deref()), (None, Some("ok")));
    let request = received.await.unwrap();
    assert!(request.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    assert!(request.contains("user-agent: fasttrack/"), "{request}");
    let signed = signature::headers("msg_1", message.at, &message.keys, &message.body);
    let logged: BTreeMap<String, String> = serde_json::from_str(&attempted.request.unwrap()).unwrap();
    for (name, value) in signed {
        assert_eq!(logged[name], value);
        assert!(request.contains(&format!("{name}: {value}\r\n")), "{name} in {request}");
    }
}

#[tokio::test]
async fn answers_are_judged_by_their_status() {
    let attempted = answered("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(attempted.verdict, Verdict::Accepted, "{attempted:?}");
    let attempted = answered("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((attempted.verdict, attempted.status), (Verdict::Gone, Some(410)));
    let attempted = answered("HTTP/1.1 500 Oh\r\ncontent-length: 7\r\nretry-after: 9\r\n\r\nno\r\nyes").await;
    failed_status(500, None, &attempted);
    assert_eq!(attempted.detail.as_deref(), Some("500 Internal Server Error"));
    assert_eq!(attempted.reply.as_deref(), Some("no\r\nyes"));
    let attempted = answered("HTTP/1.1 429 Slow\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    failed_status(429, Some(120), &attempted);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, received) = receiver("HTTP/1.1 200 OK\r\n\r\n", false).await;
    let answer = format!("HTTP/1.1 307 Away\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    failed_status(307, None, &answered(answer.leak()).await);
    assert!(!received.is_finished());
}

/// Whatever part of the attempt stalls, its deadline ends it, and the whole has one too.
#[tokio::test]
async fn a_receiver_that_stalls_or_breaks_off_has_failed() {
    let (short, long) = (Duration::from_millis(300), Duration::from_secs(20));
    for (answer, deadlines, status) in [
        ("", Deadlines { head: short, body: long, total: long }, None),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", Deadlines { head: long, body: short, total: long }, Some(200)),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", Deadlines { head: long, body: long, total: short }, None),
    ] {
        let (address, _) = receiver(answer, true).await;
        let mut message = message(format!("http://{address}/"));
        message.deadlines = deadlines;
        let attempted = send(&own_network(), &message).await;
        assert_eq!((attempted.failure, attempted.status), (Some(FailureClass::Timeout), status), "{attempted:?}");
        assert!((300..5_000).contains(&attempted.elapsed_ms), "{attempted:?}");
    }
    let attempted = answered("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx").await;
    assert_eq!(attempted.failure, Some(FailureClass::Body), "{attempted:?}");
    let attempted = answered("not HTTP at all\r\n\r\n").await;
    assert_eq!(attempted.failure, Some(FailureClass::Connect), "{attempted:?}");
    assert_eq!(attempted.status, None);
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = "x".repeat(200_000);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n{body}");
    let attempted = answered(answer.leak()).await;
    assert_eq!(attempted.verdict, Verdict::Accepted);
    assert_eq!(attempted.reply.unwrap().len(), REPLY_BYTES_KEPT_MAX);
}

/// What an answer claims to be packed in is not unpacked: a bomb stays as small as it came.
#[tokio::test]
async fn nothing_is_decompressed() {
    let attempted = answered("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\n\u{1f}bomb").await;
    assert_eq!((attempted.verdict, attempted.reply.as_deref()), (Verdict::Accepted, Some("\u{1f}bomb")), "{attempted:?}");
}

/// A handshake that never ends is ended.
#[tokio::test]
async fn a_stalled_handshake_has_failed() {
    let (address, _) = receiver("", true).await;
    let mut message = message(format!("https://{address}/"));
    message.deadlines = Deadlines { head: Duration::from_millis(300), ..Deadlines::default() };
    let attempted = send(&own_network(), &message).await;
    assert_eq!((attempted.failure, attempted.status), (Some(FailureClass::Timeout), None), "{attempted:?}");
}

#[tokio::test]
async fn the_rules_hold_for_addresses_and_names_alike() {
    let (address, received) = receiver("HTTP/1.1 200 OK\r\n\r\n", false).await;
    let public = EgressRules::default();
    let public_http = EgressRules { allow_http: true, ..EgressRules::default() };
    let (port, token) = (address.port(), "token=s3cret");
    for (url, rules) in [
        (format!("https://127.0.0.1:{port}/?{token}"), &public),
        (format!("https://localhost:{port}/?{token}"), &public),
        (format!("http://localhost:{port}/?{token}"), &public),
        (format!("http://localhost:{port}/?{token}"), &public_http),
        (format!("http://127.0.0.1:{port}/?{token}"), &public_http),
    ] {
        let attempted = send(rules, &message(url)).await;
        blocked(&attempted);
        assert!(!attempted.detail.as_ref().unwrap().contains("s3cret"), "{attempted:?}");
    }
    let mut unsigned = message(format!("http://{address}/"));
    unsigned.keys.secrets.clear();
    blocked(&send(&own_network(), &unsigned).await);
    assert!(!received.is_finished());
}

#[tokio::test]
async fn where_nobody_answers_it_says_why() {
    let attempted = send(&own_network(), &message("http://nowhere.invalid/".to_owned())).await;
    assert_eq!(attempted.failure, Some(FailureClass::Dns), "{attempted:?}");
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let attempted = send(&own_network(), &message(format!("http://{free}/?s3cret"))).await;
    assert_eq!(attempted.failure, Some(FailureClass::Connect), "{attempted:?}");
    assert!(!attempted.detail.as_ref().unwrap().contains("s3cret"), "{attempted:?}");
    let (address, _) = receiver("HTTP/1.1 400 Bad\r\n\r\n", false).await;
    let attempted = send(&own_network(), &message(format!("https://{address}/"))).await;
    assert_eq!(attempted.failure, Some(FailureClass::Tls), "{attempted:?}");
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let at: Timestamp = "2026-11-24T07:00:00Z".parse().unwrap();
    for (value, seconds) in [
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("Tue, 24 Nov 2026 07:05:00 GMT", Some(300)),
        ("Tue, 24 Nov 2026 06:00:00 GMT", Some(0)),
        ("-5", None),
        ("soon", None),
        ("99999999999999999999999", None),
    ] {
        assert_eq!(retry_after(value, at), seconds, "{value}");
    }
}
