//! A wire that can be cut: between the service and its database, as a network between machines is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const SILENT: u8 = 2;

/// The wire.
pub struct Wire {
    state: Arc<AtomicU8>,
    address: std::net::SocketAddr,
}

impl Wire {
    /// A wire to `to` (`host:port`).
    pub async fn to(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire { state: Arc::default(), address: listener.local_addr().unwrap() };
        let state = wire.state.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                // What connects while it is cut is closed at once.
                if state.load(Ordering::SeqCst) != CUT
                    && let Ok(far) = TcpStream::connect(&to).await
                {
                    tokio::spawn(carry(near, far, state.clone()));
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

    /// Every connection breaks, and none is made.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
    }

    /// Nothing comes through any more, and nobody is told.
    pub fn silence(&self) {
        self.state.store(SILENT, Ordering::SeqCst);
    }

    /// It carries again.
    pub fn mend(&self) {
        self.state.store(WHOLE, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, mut far: TcpStream, state: Arc<AtomicU8>) {
    let (mut from_near, mut from_far) = ([0; 16_384], [0; 16_384]);
    loop {
        match state.load(Ordering::SeqCst) {
            CUT => return,
            SILENT => tokio::time::sleep(Duration::from_millis(20)).await,
            _ => {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let carried = tokio::select! {
                    n = near.read(&mut from_near) => match n { Ok(n) if n > 0 => far.write_all(&from_near[..n]).await, _ => return },
                    n = far.read(&mut from_far) => match n { Ok(n) if n > 0 => near.write_all(&from_far[..n]).await, _ => return },
                    () = tokio::time::sleep(Duration::from_millis(20)) => Ok(()),
                };
                if carried.is_err() {
                    return;
                }
            }
        }
    }
}
