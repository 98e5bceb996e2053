//! Platforms on this machine, one thread for all of them: those that answer 200 at once and count, and those that
//! take what comes and never answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver as Heard, Sender, channel};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longest wait for what is to come.
const WAIT: Duration = Duration::from_secs(300);

/// The receivers.
pub struct Receiver {
    /// Answers at once.
    pub url: String,
    /// Never answers.
    pub dead_url: String,
    arrived: Arc<AtomicU64>,
    /// When the first byte of each message came.
    pub first_bytes: Heard<Instant>,
}

impl Receiver {
    pub fn start() -> Self {
        let (tell, urls) = channel();
        let (ring, first_bytes) = channel();
        let arrived = Arc::new(AtomicU64::new(0));
        let count = arrived.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (answers, is_dead) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
                let url = |l: &TcpListener| format!("http://{}/hook", l.local_addr().unwrap());
                tell.send((url(&answers), url(&is_dead))).unwrap();
                loop {
                    tokio::select! {
                        Ok((stream, _)) = answers.accept() => { tokio::spawn(answer(stream, count.clone(), ring.clone())); }
                        Ok((stream, _)) = is_dead.accept() => { tokio::spawn(hold(stream)); }
                    }
                }
            });
        });
        let (url, dead_url) = urls.recv().unwrap();
        Receiver { url, dead_url, arrived, first_bytes }
    }

    /// Messages that were answered so far.
    pub fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// Waits until `n` more than `before` were answered; answers the rate from the first of them to the last.
    pub fn rate(&self, before: u64, n: u64) -> f64 {
        let mut begun = None;
        let waiting = Instant::now();
        while self.arrived() < before + n {
            if begun.is_none() && self.arrived() > before {
                begun = Some(Instant::now());
            }
            assert!(waiting.elapsed() < WAIT, "{} of {n} came", self.arrived() - before);
            crate::raw::pause(Duration::from_micros(500));
        }
        n as f64 / begun.unwrap_or(waiting).elapsed().as_secs_f64()
    }
}

async fn answer(mut stream: TcpStream, count: Arc<AtomicU64>, ring: Sender<Instant>) {
    let mut bytes = Vec::with_capacity(8 * 1024);
    let mut length = None;
    while length.is_none_or(|n| bytes.len() < n) {
        match stream.read_buf(&mut bytes).await {
            Ok(1..) => {}
            _ => return,
        }
        if bytes.len() < 64 * 1024 && length.is_none() {
            // Nobody may be listening any more.
            let _ = ring.send(Instant::now());
            length = whole(&bytes);
        }
    }
    if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.is_ok() {
        count.fetch_add(1, Ordering::Relaxed);
    }
    // The client closes.
    let _ = stream.read_buf(&mut bytes).await;
}

async fn hold(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut bytes).await {
        bytes.clear();
    }
}

/// How long a request is, once its head is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).unwrap();
    let length = text.lines().find_map(|l| {
        let (name, value) = l.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    Some(head + 4 + length.unwrap_or(0))
}
