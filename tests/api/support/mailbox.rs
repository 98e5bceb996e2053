//! A mail relay on this machine that speaks SMTP over a socket: it keeps what it takes, refuses whom it is
//! told to refuse, and puts off whom it is told to put off.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The recipient of the envelope.
    pub to: String,
    /// Head and body, as they came.
    pub raw: String,
}

impl Taken {
    /// A header, decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let begins = format!("{}: ", name.to_lowercase());
        let line = head.lines().find(|l| l.to_lowercase().starts_with(&begins)).unwrap_or_else(|| panic!("no {name} in {head}"));
        words(&line[begins.len()..])
    }

    /// The part of this media type, decoded.
    pub fn part(&self, media_type: &str) -> String {
        let part = self.raw.split("\r\n--").find(|p| p.contains(&format!("Content-Type: {media_type}")));
        let (head, body) = part.unwrap_or_else(|| panic!("no {media_type} in {}", self.raw)).split_once("\r\n\r\n").unwrap();
        let bytes = if head.contains("base64") {
            STANDARD.decode(body.replace(['\r', '\n'], "")).unwrap()
        } else if head.contains("quoted-printable") {
            unquoted(body)
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(bytes).unwrap()
    }
}

/// Encoded words (RFC 2047, base64) decoded.
fn words(text: &str) -> String {
    let mut out = Vec::new();
    let mut after_coded = false;
    for (n, word) in text.split(' ').enumerate() {
        let coded = word.strip_prefix("=?utf-8?b?").and_then(|w| w.strip_suffix("?="));
        // The blank between two encoded words belongs to neither.
        if n > 0 && !(after_coded && coded.is_some()) {
            out.push(b' ');
        }
        after_coded = coded.is_some();
        match coded {
            Some(coded) => out.extend(STANDARD.decode(coded).unwrap()),
            None => out.extend(word.as_bytes()),
        }
    }
    String::from_utf8(out).unwrap()
}

fn unquoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'=', [a, b, more @ ..]) => {
                out.push(u8::from_str_radix(std::str::from_utf8(&[*a, *b]).unwrap(), 16).unwrap());
                rest = more;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    refused: Vec<String>,
    /// Times the next recipient is put off.
    busy: usize,
    /// `Message-ID`s of mails that were put off.
    put_off: Vec<String>,
}

/// The relay.
pub struct Mailbox {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Mailbox {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp+plain://{}", listener.local_addr().unwrap());
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                // A client that goes away in the middle is its own business.
                tokio::spawn(async move { converse(stream, &shared).await.ok() });
            }
        });
        Mailbox { url, state }
    }

    /// Refuses an address from now on.
    pub fn refuse(&self, address: &str) {
        self.state.lock().unwrap().refused.push(address.to_owned());
    }

    /// Puts the next mails off, so many times.
    pub fn be_busy(&self, times: usize) {
        self.state.lock().unwrap().busy = times;
    }

    /// `Message-ID`s of what was put off.
    pub fn put_off(&self) -> Vec<String> {
        self.state.lock().unwrap().put_off.clone()
    }

    /// All mails to an address so far.
    pub fn to(&self, address: &str) -> Vec<Taken> {
        self.state.lock().unwrap().taken.iter().filter(|t| t.to == address).cloned().collect()
    }

    /// Waits for a mail to an address whose subject says so.
    pub async fn wait_for(&self, address: &str, subject: &str) -> Taken {
        let begun = Instant::now();
        loop {
            let all = self.to(address);
            if let Some(found) = all.iter().find(|t| t.header("Subject").contains(subject)) {
                return found.clone();
            }
            let subjects: Vec<String> = all.iter().map(|t| t.header("Subject")).collect();
            assert!(begun.elapsed() < Duration::from_secs(60), "no mail {subject:?} to {address}; there are {subjects:?}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mailbox.example ESMTP\r\n").await?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer = match line.split([' ', ':', '\r']).next().unwrap_or("") {
            "EHLO" => "250-mailbox.example\r\n250 8BITMIME".to_owned(),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                if state.lock().unwrap().refused.contains(&to) { format!("550 <{to}> is unknown here") } else { "250 ok".to_owned() }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let raw = data(&mut stream).await?;
                taken(&mut state.lock().unwrap(), &to, raw)
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// What comes until the line with a dot, the dots that were doubled undone.
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut raw = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn taken(state: &mut State, to: &str, raw: String) -> String {
    let mail = Taken { to: to.to_owned(), raw };
    if state.busy > 0 {
        state.busy -= 1;
        state.put_off.push(mail.header("Message-ID"));
        return "451 busy, come back".to_owned();
    }
    state.taken.push(mail);
    format!("250 taken as {}", state.taken.len())
}
