//! A wire that can be cut, silenced and slowed: between the service and what it stands on, as a network between
//! machines is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// How often a wire that does not carry looks whether it does again.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Cut,
    Silent,
    /// So many bytes, and then this long nothing.
    Slow(usize, Duration),
}

struct Shared {
    state: Mutex<State>,
    connections: AtomicU64,
}

impl Shared {
    fn state(&self) -> State {
        *self.state.lock().unwrap()
    }

    /// Waits out what a state asks for, unless it ends before.
    async fn wait(&self, state: State, time: Duration) {
        let begun = tokio::time::Instant::now();
        while self.state() == state && begun.elapsed() < time {
            tokio::time::sleep(LOOK.min(time.saturating_sub(begun.elapsed()))).await;
        }
    }
}

/// The wire.
pub struct Wire {
    shared: Arc<Shared>,
    address: std::net::SocketAddr,
}

impl Wire {
    /// A wire to `to` (`host:port`).
    pub async fn to(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared { state: Mutex::new(State::Whole), connections: AtomicU64::new(0) });
        let wire = Wire { shared: shared.clone(), address: listener.local_addr().unwrap() };
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                // What connects while it is cut is closed at once.
                if shared.state() != State::Cut
                    && let Ok(far) = TcpStream::connect(&to).await
                {
                    tokio::spawn(carry(near, far, shared.clone()));
                }
            }
        });
        wire
    }

    /// The same database, over this wire.
    pub fn of(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.into()
    }

    /// Where it begins.
    pub fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    /// Every connection breaks, and none is made.
    pub fn cut(&self) {
        self.becomes(State::Cut);
    }

    /// Nothing comes through any more, and nobody is told.
    pub fn silence(&self) {
        self.becomes(State::Silent);
    }

    /// Something always comes through: either way, so many bytes each `every`.
    pub fn slow(&self, bytes: usize, every: Duration) {
        self.becomes(State::Slow(bytes, every));
    }

    /// It carries again, first of all what it held.
    pub fn mend(&self) {
        self.becomes(State::Whole);
    }

    /// Connections that were asked for so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    fn becomes(&self, state: State) {
        *self.shared.state.lock().unwrap() = state;
    }
}

/// Carries both ways until either side hangs up or the wire is cut.
async fn carry(near: TcpStream, far: TcpStream, shared: Arc<Shared>) {
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let is_cut = async {
        while shared.state() != State::Cut {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        () = one_way(from_near, to_far, &shared) => {}
        () = one_way(from_far, to_near, &shared) => {}
        () = is_cut => {}
    }
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) {
    let mut bytes = [0; 16_384];
    loop {
        let mut held = match from.read(&mut bytes).await {
            Ok(n) if n > 0 => &bytes[..n],
            _ => return,
        };
        while !held.is_empty() {
            let n = match shared.state() {
                State::Whole => held.len(),
                State::Cut => return,
                State::Silent => {
                    shared.wait(State::Silent, Duration::MAX).await;
                    continue;
                }
                slow @ State::Slow(portion, every) => {
                    shared.wait(slow, every).await;
                    if shared.state() == slow { portion.min(held.len()) } else { continue }
                }
            };
            if to.write_all(&held[..n]).await.is_err() {
                return;
            }
            held = &held[n..];
        }
    }
}
