//! The parent's side of one child: started, asked, and what its end means.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::child::{BEHIND, EXIT_RESOURCES};
use super::confine::Holds;
use super::wire::{ANCHORS, ANSWER, FILE, READY, receive_async, send_async};
use super::{ALLOCATOR, READ_COMMAND};
use crate::domain::report::ReportFacts;

/// Largest answer of a child, bytes.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// What a child says of its limits, bytes.
const READY_BYTES_MAX: u64 = 4 * 1024;
/// After this a child is killed: a child that neither reads nor uses its processor time.
const DEADLINE: Duration = Duration::from_secs(8);
/// A pipe that takes most reports whole, bytes.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1024 * 1024;

/// Why a file was not read: a stable code of `Readability::Unreadable`.
pub type Fault = &'static str;

/// One child. Killed when dropped.
pub struct Reading {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    /// What it is told before its first file.
    anchors: Arc<[u8]>,
    holds: Option<Holds>,
}

impl Reading {
    /// Starts a child; `behind` others or beside them. `anchors`: the trust anchors it will be told.
    pub fn start(program: &Path, behind: bool, anchors: Arc<[u8]>) -> Result<Self, Fault> {
        let mut child = Command::new(program)
            .arg(READ_COMMAND)
            .args(behind.then_some(BEHIND))
            .env_clear()
            .envs(ALLOCATOR)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| "reader_fault")?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("reader_fault");
        };
        #[cfg(target_os = "linux")]
        for pipe in [std::os::fd::AsFd::as_fd(&to), std::os::fd::AsFd::as_fd(&from)] {
            // Where an account's pipes are used up a small one does, only slower.
            let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
        }
        Ok(Reading { child, to, from, anchors, holds: None })
    }

    /// Waits until the child is limited and warm, and tells it the trust anchors; answers which limits hold.
    pub async fn ready(&mut self) -> Result<Holds, Fault> {
        if let Some(holds) = self.holds {
            return Ok(holds);
        }
        match tokio::time::timeout(DEADLINE, receive_async(&mut self.from, READY, READY_BYTES_MAX)).await {
            Ok(Ok(said)) => {
                let holds = serde_json::from_slice(&said).map_err(|_| "reader_fault")?;
                // A child that is gone is met when it is asked.
                let _ = send_async(&mut self.to, ANCHORS, &self.anchors).await;
                self.holds = Some(holds);
                Ok(holds)
            }
            Ok(Err(_)) => Err(self.why().await),
            Err(_) => Err("reader_fault"),
        }
    }

    /// Has one file read. After a fault the child is of no more use.
    pub async fn read(&mut self, bytes: &[u8]) -> Result<ReportFacts, Fault> {
        self.ready().await?;
        let Reading { to, from, .. } = self;
        // A child that ends early closes the pipe; how it ended says why.
        let asking = async { tokio::join!(send_async(to, FILE, bytes), receive_async(from, ANSWER, ANSWER_BYTES_MAX)).1 };
        match tokio::time::timeout(DEADLINE, asking).await {
            Ok(Ok(answer)) => serde_json::from_slice(&answer).map_err(|_| "reader_fault"),
            Ok(Err(_)) => Err(self.why().await),
            Err(_) => Err("resources"),
        }
    }

    /// What the end of the child means.
    async fn why(&mut self) -> Fault {
        // It closed its output; if it does not end, it is killed when dropped.
        match tokio::time::timeout(Duration::from_secs(1), self.child.wait()).await {
            // Killed by a limit, or by the allocator that found no memory left.
            Ok(Ok(end)) if end.code().is_none() || end.code() == Some(EXIT_RESOURCES) => "resources",
            _ => "reader_fault",
        }
    }
}
