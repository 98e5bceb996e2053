//! One mail, against a relay that listens on this machine. Called by no one but the test runner.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

/// Speaks SMTP once; answers `to_rcpt` to the recipient and `to_mail` to the mail itself, and
/// hands out all that it was told.
async fn relay(to_rcpt: &'static str, to_mail: &'static str) -> (Relay, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 relay.example ESMTP\r\n").await.unwrap();
        let (mut told, mut in_mail) = (String::new(), false);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return told;
            }
            told.push_str(&line);
            let answer = match line.split([' ', '\r']).next().unwrap() {
                "." => {
                    in_mail = false;
                    to_mail
                }
                _ if in_mail => continue,
                "EHLO" => "250-relay.example\r\n250 8BITMIME",
                "RCPT" => to_rcpt,
                "DATA" => {
                    in_mail = true;
                    "354 go on"
                }
                _ => "250 ok",
            };
            if !answer.is_empty() {
                stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
            if line.starts_with("QUIT") {
                return told;
            }
        }
    });
    (Relay::new(&settings(port)).unwrap(), told)
}

fn settings(port: u16) -> RelaySettings {
    RelaySettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: RelayTls::None,
        username: None,
        password: None,
        from: "Fast track <fasttrack@platform.example>".to_owned(),
    }
}

fn letter() -> Letter {
    Letter {
        to: "seller@shop.example".to_owned(),
        subject: "投诉 has been decided".to_owned(),
        text: "第一行\n.\nlast line\n".to_owned(),
        html: "<p>第一行</p>".to_owned(),
        message_id: "0199-delivery_1".to_owned(),
        at: "2026-11-24T07:00:00Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_mail_is_handed_over() {
    let (relay, told) = relay("250 ok", "250 queued as 77").await;
    let attempted = relay.send(&letter()).await;
    assert_eq!(attempted.verdict, Verdict::Accepted, "{attempted:?}");
    assert_eq!(attempted.detail, "250 queued as 77");
    let told = told.await.unwrap();
    for line in [
        "EHLO platform.example\r\n",
        "MAIL FROM:<fasttrack@platform.example>",
        "RCPT TO:<seller@shop.example>",
        "To: seller@shop.example\r\n",
        "Date: Tue, 24 Nov 2026 07:00:00 +0000\r\n",
        "Message-ID: <0199-delivery_1@platform.example>\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(told.contains("Subject: =?utf-8?b?"), "{told}");
}

#[tokio::test]
async fn only_a_final_refusal_is_one() {
    for (to_rcpt, to_mail, verdict) in [
        ("550 no such user", "250 ok", Verdict::Refused),
        ("250 ok", "554 spam", Verdict::Refused),
        ("450 later", "250 ok", FAILED),
        ("250 ok", "451 full", FAILED),
        ("530 log in first", "250 ok", FAILED),
    ] {
        let (relay, _) = relay(to_rcpt, to_mail).await;
        let attempted = relay.send(&letter()).await;
        assert_eq!(attempted.verdict, verdict, "{attempted:?}");
    }
    let (relay, _) = relay("550 no such user", "250 ok").await;
    assert!(relay.send(&letter()).await.detail.contains("no such user"));
}

#[tokio::test]
async fn a_relay_that_stalls_or_is_not_there_has_failed() {
    let (mut stalling, _) = relay("250 ok", "").await;
    stalling.deadline = Duration::from_millis(300);
    let attempted = stalling.send(&letter()).await;
    assert_eq!(attempted.verdict, FAILED, "{attempted:?}");
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = Relay::new(&settings(free.port())).unwrap();
    let attempted = nobody.send(&letter()).await;
    assert_eq!(attempted.verdict, FAILED, "{attempted:?}");
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(listener.local_addr().unwrap().port());
    settings.tls = RelayTls::Starttls;
    settings.username = Some("me".to_owned());
    settings.password = Some("s3cret".to_owned());
    assert!(!format!("{settings:?}").contains("s3cret"));
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 hello\r\n").await.unwrap();
        let mut told = String::new();
        while stream.read_line(&mut told).await.unwrap_or(0) > 0 {
            if told.ends_with("QUIT\r\n") {
                break;
            }
            stream.write_all(b"250 plain only\r\n").await.unwrap();
        }
        told
    });
    let attempted = Relay::new(&settings).unwrap().send(&letter()).await;
    assert_eq!(attempted.verdict, FAILED, "{attempted:?}");
    let told = told.await.unwrap();
    assert!(told.starts_with("EHLO") && !told.contains("AUTH") && !told.contains("MAIL"), "{told}");
}

#[tokio::test]
async fn no_header_can_be_smuggled_in() {
    let relay = Relay::new(&settings(25)).unwrap();
    let smuggled = "x\r\nBcc: all@shop.example\r\n\r\nbody";
    let mail = compose(&relay.from, &Letter { subject: smuggled.to_owned(), ..letter() }).unwrap();
    let mail = String::from_utf8(mail.formatted()).unwrap();
    assert!(!mail.contains("\nBcc:"), "{mail}");
    for to in ["", "seller", "a@b\r\nBcc: c@d", "a@b, c@d", "Name <a@b>", "a@b\0", "a b@c"] {
        let refused = relay.send(&Letter { to: to.to_owned(), ..letter() }).await;
        assert_eq!(refused.verdict, Verdict::Refused, "{to}");
    }
    for id in ["", "a@b", "<a>", "a\r\nBcc: c@d", "a b", &"a".repeat(129)] {
        let refused = relay.send(&Letter { message_id: id.to_owned(), ..letter() }).await;
        assert_eq!(refused.verdict, Verdict::Refused, "{id}");
    }
}

#[test]
fn settings_that_make_no_relay_are_refused() {
    let with_login = RelaySettings {
        tls: RelayTls::Implicit,
        username: Some("me".to_owned()),
        password: Some("pw".to_owned()),
        host: "relay.example".to_owned(),
        ..settings(465)
    };
    assert!(Relay::new(&with_login).is_ok());
    let clear = RelaySettings { tls: RelayTls::None, ..with_login.clone() };
    assert!(matches!(Relay::new(&clear), Err(RelayRefused::LoginInTheClear)));
    let half = RelaySettings { password: None, ..with_login.clone() };
    assert!(matches!(Relay::new(&half), Err(RelayRefused::HalfALogin)));
    let nobody = RelaySettings { from: "nobody".to_owned(), ..with_login };
    assert!(matches!(Relay::new(&nobody), Err(RelayRefused::From)));
}

#[test]
fn a_url_names_relay_protection_and_login() {
    let read = |url: &str| RelaySettings::of_url(url, "a@b.example".into());
    let whole = read("smtps://me%40firm:p%3Ass@mail.example").unwrap();
    assert_eq!((whole.host.as_str(), whole.port, whole.tls), ("mail.example", 465, RelayTls::Implicit));
    assert_eq!((whole.username.as_deref(), whole.password.as_deref()), (Some("me@firm"), Some("p:ss")));
    let upgraded = read("smtp://mail.example:2525").unwrap();
    assert_eq!((upgraded.port, upgraded.tls, upgraded.username), (2525, RelayTls::Starttls, None));
    assert_eq!(read("smtp+plain://127.0.0.1").unwrap().tls, RelayTls::None);
    for wrong in ["https://mail.example", "smtp://", "mail.example", "smtp://mail.example/inbox", "smtps://mail.example?tls=none"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    let in_the_clear = read("smtp+plain://me:secret@mail.example").unwrap();
    assert!(matches!(Relay::new(&in_the_clear), Err(RelayRefused::LoginInTheClear)));
}

#[tokio::test]
async fn without_a_relay_a_mail_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let post = Folder::new(folder.path().join("mails"), "Fast track <fasttrack@platform.example>").unwrap();
    for _ in 0..2 {
        assert_eq!(post.put(&letter()).await.verdict, Verdict::Accepted);
    }
    let files: Vec<_> = std::fs::read_dir(folder.path().join("mails")).unwrap().flatten().map(|e| e.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(files[0].ends_with("0199-delivery_1.eml") && text.contains("Message-ID: <0199-delivery_1@platform.example>"), "{text}");
    let nobody = Letter { to: "nobody".into(), ..letter() };
    assert_eq!(post.put(&nobody).await.verdict, Verdict::Refused);
}

/// The name fits, and nobody vouches for it: nothing is said to such a relay.
#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let shaken_hands = std::thread::spawn(move || {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("../../../tests/fixtures/mail/self-signed.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../../tests/fixtures/mail/self-signed.key.pem")).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate], key).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut tls = rustls::ServerConnection::new(config.into()).unwrap();
        while tls.is_handshaking() {
            if tls.complete_io(&mut stream).is_err() {
                return false;
            }
        }
        true
    });
    let settings = RelaySettings { tls: RelayTls::Implicit, ..settings(port) };
    let attempted = Relay::new(&settings).unwrap().send(&letter()).await;
    assert_eq!(attempted.verdict, FAILED, "{attempted:?}");
    assert!(!shaken_hands.join().unwrap(), "it would have talked to anybody");
}
