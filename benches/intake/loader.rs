//! The loader: requests rendered before the run, written on keep-alive sockets, each answered before
//! the next goes out. A request differs from its neighbour in some digits only, so that loading costs
//! little beside what is loaded.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Digits that stand in a request's template and are replaced by a number of its own.
pub const MARKS: [&str; 3] = ["@@@@@@@@@@@0", "@@@@@@@@@@@1", "@@@@@@@@@@@2"];
/// Numbers of one request: one for each mark.
const NUMBERS: u64 = MARKS.len() as u64;
/// Where the numbers begin: all have as many digits as a mark.
const FIRST_NUMBER: u64 = 600_000_000_000;

/// What stands at mark `k` of request `n`.
pub fn number(n: u64, k: u64) -> u64 {
    FIRST_NUMBER + n * NUMBERS + k
}

/// A request whose marks are filled with numbers no other request has.
#[derive(Clone)]
pub struct Shot {
    bytes: Vec<u8>,
    slots: Vec<(usize, u64)>,
}

impl Shot {
    /// A POST of `body`, in which marks stand.
    pub fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        let find = |mark: &str| {
            let at: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(mark.as_bytes())).collect();
            assert!(!at.is_empty() || mark != MARKS[0], "a request must differ from the others");
            at
        };
        let slots = (0_u64..).zip(MARKS).flat_map(|(k, mark)| find(mark).into_iter().map(move |at| (at, k))).collect();
        Shot { bytes, slots }
    }

    /// Writes the numbers of request `n` into its bytes.
    fn aim(&mut self, n: u64) -> &[u8] {
        for (at, k) in &self.slots {
            let mut number = number(n, *k);
            for digit in self.bytes[*at..at + MARKS[0].len()].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        &self.bytes
    }
}

/// What a run showed.
pub struct Run {
    pub done: u64,
    pub seconds: f64,
    /// In milliseconds, ascending.
    pub latencies_ms: Vec<f64>,
}

impl Run {
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }
}

/// The value below which a part of ascending values lies.
pub fn quantile(ascending: &[f64], part: f64) -> f64 {
    let at = (part * ascending.len().saturating_sub(1) as f64).round() as usize;
    ascending.get(at).copied().unwrap_or(f64::NAN)
}

/// The median of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// Where to, how many sockets, how long.
pub struct Load<'a> {
    pub address: &'a str,
    pub connections: usize,
    pub seconds: f64,
    pub shot: &'a Shot,
    /// Every answer's status; another one ends the bench.
    pub status: &'a str,
}

/// Runs a load; `next` numbers the requests of all runs.
pub fn run(load: &Load, next: &mut u64) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    let (shared, latencies) = (Rc::new(RefCell::new(*next)), Rc::new(RefCell::new(Vec::new())));
    let begun = Instant::now();
    let until = begun + Duration::from_secs_f64(load.seconds);
    for _ in 0..load.connections {
        let (shared, latencies) = (shared.clone(), latencies.clone());
        let (address, mut shot, status) = (load.address.to_owned(), load.shot.clone(), load.status.to_owned());
        tasks.spawn_local(async move {
            let mut connection = Connection::open(&address).await;
            while Instant::now() < until {
                let n = shared.replace_with(|n| *n + 1);
                let sent = Instant::now();
                connection.exchange(shot.aim(n), &status).await;
                latencies.borrow_mut().push(sent.elapsed().as_secs_f64() * 1e3);
            }
        });
    }
    runtime.block_on(tasks);
    let seconds = begun.elapsed().as_secs_f64();
    *next = *shared.borrow();
    let mut latencies_ms = latencies.take();
    latencies_ms.sort_by(f64::total_cmp);
    Run { done: latencies_ms.len() as u64, seconds, latencies_ms }
}

/// One socket for requests one after another, each timed.
pub struct Line {
    runtime: tokio::runtime::Runtime,
    connection: Connection,
    shot: Shot,
    status: &'static str,
}

impl Line {
    pub fn open(address: &str, shot: Shot, status: &'static str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(Connection::open(address));
        Line { runtime, connection, shot, status }
    }

    /// Sends request `n`; answers when it was sent.
    pub fn send(&mut self, n: u64) -> Instant {
        let sent = Instant::now();
        self.runtime.block_on(self.connection.exchange(self.shot.aim(n), self.status));
        sent
    }
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, answer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a request and reads its answer whole.
    async fn exchange(&mut self, request: &[u8], status: &str) {
        self.stream.write_all(request).await.unwrap();
        self.answer.clear();
        let mut whole = None;
        while whole.is_none_or(|bytes| self.answer.len() < bytes) {
            let read = self.stream.read_buf(&mut self.answer).await.unwrap();
            assert!(read > 0, "the service closed the connection");
            whole = whole.or_else(|| length(&self.answer));
        }
        let said = self.answer.get(9..12).unwrap_or_default();
        assert!(said == status.as_bytes(), "{status} was expected: {}", String::from_utf8_lossy(&self.answer));
    }
}

/// How long an answer is, head and body, once its head is there.
pub fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let body = text.lines().find_map(|l| {
        let (name, value) = l.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    Some(head + 4 + body.unwrap_or(0))
}
