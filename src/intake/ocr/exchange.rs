//! One question to a process of its own: bytes in on standard input, bytes out on standard output, within a
//! time. Not here: the limits that process sets itself before it reads.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::intake::reader::ALLOCATOR;

/// What `command`, which begins with our own program, answers to `input`: at most so many bytes, within the
/// time. `None` where it cannot be started, fails, or is stopped; it is killed then.
pub(super) async fn exchange(command: &mut Command, input: &[u8], (bytes_max, time): (u64, Duration)) -> Option<Vec<u8>> {
    let mut child =
        command.envs(ALLOCATOR).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().ok()?;
    let (mut to, from) = (child.stdin.take()?, child.stdout.take()?);
    let exchange = async {
        let sending = async move {
            // A child that ends early closes the pipe; how it ended says why.
            let _ = to.write_all(input).await;
            drop(to);
        };
        let mut answer = Vec::new();
        let receiving = async { from.take(bytes_max).read_to_end(&mut answer).await };
        let ((), received) = tokio::join!(sending, receiving);
        let ended = child.wait().await.ok()?;
        (ended.success() && received.is_ok()).then_some(answer)
    };
    tokio::time::timeout(time, exchange).await.ok().flatten()
}
