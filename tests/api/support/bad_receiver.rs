//! A platform as it should not be: a receiver that is slow, endless, broken or away, and counts what it was given.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// From one byte of a receiver that drips to the next.
const DRIP: Duration = Duration::from_secs(1);

/// What a receiver does when it should answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// Takes what comes and says nothing.
    Silent,
    /// Begins its answer at a byte a second.
    DripsHead,
    /// Ends its answer at a byte a second.
    DripsBody,
    /// Answers 200 and never ends.
    Endless,
    /// Answers 200 with a kilobyte for each hundred and fifty of zeros.
    Bomb,
    /// Takes the connection, and no handshake comes about.
    StallsTls,
    /// Answers 200 and breaks the connection in the middle of its answer.
    Resets,
    /// Nobody listens.
    Away,
}

impl Manner {
    /// All of them.
    pub const ALL: [Manner; 8] = {
        use Manner::*;
        [Silent, DripsHead, DripsBody, Endless, Bomb, StallsTls, Resets, Away]
    };
}

#[derive(Default)]
struct Counts {
    taken: AtomicUsize,
    ended: AtomicUsize,
    most_sent: AtomicUsize,
}

/// The receiver; it listens as long as the runtime it was started on.
pub struct BadReceiver {
    pub url: String,
    counts: Arc<Counts>,
}

impl BadReceiver {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let scheme = if manner == Manner::StallsTls { "https" } else { "http" };
        let receiver = BadReceiver { url: format!("{scheme}://{address}/hook"), counts: Arc::default() };
        let counts = receiver.counts.clone();
        if manner == Manner::Away {
            return receiver;
        }
        let bomb: Arc<[u8]> = if manner == Manner::Bomb { bomb().into() } else { Arc::default() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (counts, bomb) = (counts.clone(), bomb.clone());
                counts.taken.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let sent = answer(stream, manner, &bomb).await;
                    counts.most_sent.fetch_max(sent, Ordering::SeqCst);
                    counts.ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        receiver
    }

    /// Connections it took.
    pub fn taken(&self) -> usize {
        self.counts.taken.load(Ordering::SeqCst)
    }

    /// Those of them that are over.
    pub fn ended(&self) -> usize {
        self.counts.ended.load(Ordering::SeqCst)
    }

    /// Most bytes that an answer of it came to before it was cut.
    pub fn most_sent(&self) -> usize {
        self.counts.most_sent.load(Ordering::SeqCst)
    }
}

/// Answers in its manner until the other side has gone; how many bytes it could send.
async fn answer(mut stream: TcpStream, manner: Manner, bomb: &[u8]) -> usize {
    let mut request = vec![0; 64 * 1_024];
    if stream.read(&mut request).await.unwrap_or(0) == 0 {
        return 0;
    }
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\n{rest}\r\n");
    match manner {
        Manner::Silent | Manner::StallsTls | Manner::Away => 0,
        Manner::DripsHead => drips(&mut stream, head("content-length: 0\r\n").as_bytes()).await,
        Manner::DripsBody => {
            let _ = stream.write_all(head("content-length: 600\r\n").as_bytes()).await;
            drips(&mut stream, &[b'x'; 600]).await
        }
        Manner::Endless => {
            let _ = stream.write_all(head("content-length: 1000000000000\r\n").as_bytes()).await;
            let mut sent = 0;
            while stream.write_all(&[b'x'; 16_384]).await.is_ok() {
                sent += 16_384;
            }
            return sent;
        }
        Manner::Bomb => {
            let rest = format!("content-encoding: gzip\r\ncontent-length: {}\r\n", bomb.len());
            let _ = stream.write_all(head(&rest).as_bytes()).await;
            let _ = stream.write_all(bomb).await;
            bomb.len()
        }
        Manner::Resets => {
            let _ = stream.write_all(head("content-length: 600\r\n").as_bytes()).await;
            let _ = stream.write_all(&[b'x'; 300]).await;
            // What is lost with the connection is only what is still under way.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _ = stream.set_zero_linger();
            return 300;
        }
    };
    // Whatever else comes: the other side ends it.
    while stream.read(&mut request).await.unwrap_or(0) > 0 {}
    0
}

/// A byte a second, as long as somebody takes them.
async fn drips(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    for (sent, byte) in bytes.iter().enumerate() {
        let mut gone = [0; 1_024];
        tokio::select! {
            n = stream.read(&mut gone) => if n.unwrap_or(0) == 0 { return sent },
            () = tokio::time::sleep(DRIP) => if stream.write_all(&[*byte]).await.is_err() { return sent },
        }
    }
    bytes.len()
}

/// A gzip file of 16 MiB of zeros in a hundred kilobytes: one zero, and then "the same 258 times more", 13 bits each.
pub fn bomb() -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |code: &str| bits.extend(code.chars().map(|c| c == '1'));
    // The last block, of fixed codes; a zero.
    put("1");
    put("10");
    put("00110000");
    for _ in 0..16 * 1_024 * 1_024 / 258 {
        // Length 258, distance 1.
        put("11000101");
        put("00000");
    }
    // The end of the block.
    put("0000000");
    let packed = bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0_u8, |all, (n, bit)| all | u8::from(*bit) << n));
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255].into_iter().chain(packed).collect()
}
