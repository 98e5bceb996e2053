//! The child's side: confined, warmed, it reads one file after the other from standard input and writes
//! their facts to standard output, until the input ends. A file that takes too much processor time ends
//! the child; one that takes long goes behind those that are quick.

use std::io;
use std::process::exit;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustix::process::{getpid, setpriority_process};
use rustix::time::{ClockId, clock_gettime};

use super::super::report;
use super::super::signature::TrustAnchors;
use super::super::upload::FILE_BYTES_MAX;
use super::confine;
use super::wire::{ANCHORS, ANSWER, FILE, READY, receive, send};

/// The child's argument that puts it behind others from the start.
pub const BEHIND: &str = "--behind";
/// With this the child ends when a file takes too much.
pub const EXIT_RESOURCES: i32 = 75;
/// Processor time for one file.
pub const FILE_CPU_MAX: Duration = Duration::from_millis(1_500);
/// Processor time after which a file goes behind others.
const QUICK_CPU_MAX: Duration = Duration::from_millis(60);
/// How often a file's time is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The least urgent a process can be.
const BEHIND_ALL: i32 = 19;

/// A report of a few words with its font embedded, as most have it (typst, Noto Serif CJK). The character
/// maps of fonts that are not embedded are not loaded by it: that takes as long as all the rest, and few
/// reports need them.
const SPECIMEN: &[u8] = include_bytes!("specimen.pdf");

/// Reads files until there are no more.
///
/// # Errors
/// Standard input or output is gone, or holds something else than files.
pub fn run(behind: bool) -> io::Result<()> {
    if behind {
        go_behind();
    }
    let mut holds = confine::resources();
    // The first look at this clock opens a file, which is not allowed later.
    processor_time();
    // Who reads in a row waits for a child to start: warming it would make the wait longer, not shorter.
    if !behind {
        report::read(SPECIMEN.to_vec(), &TrustAnchors::default());
    }
    confine::files(&mut holds);
    let (begin, begins) = channel();
    let (end, ends) = channel();
    let (up, is_up) = channel();
    std::thread::Builder::new().spawn(move || {
        tell(&up);
        watch(&begins, &ends);
    })?;
    // Until a thread runs it makes calls that the filter does not let through.
    is_up.recv().map_err(io::Error::other)?;
    confine::system_calls(&mut holds);
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    send(&mut to, READY, &serde_json::to_vec(&holds)?)?;
    let mut anchors = TrustAnchors::default();
    while let Some((tag, bytes)) = receive(&mut from, FILE_BYTES_MAX)? {
        match tag {
            ANCHORS => anchors = TrustAnchors::from_bytes(&bytes).ok_or(io::ErrorKind::InvalidData)?,
            FILE => {
                tell(&begin);
                let facts = report::read(bytes, &anchors);
                tell(&end);
                send(&mut to, ANSWER, &serde_json::to_vec(&facts)?)?;
            }
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}

fn tell(watcher: &Sender<()>) {
    if watcher.send(()).is_err() {
        // Nobody holds the time any more.
        exit(EXIT_RESOURCES);
    }
}

fn watch(begins: &Receiver<()>, ends: &Receiver<()>) {
    while begins.recv().is_ok() {
        let start = processor_time();
        let mut is_behind = false;
        while matches!(ends.recv_timeout(LOOK_EVERY), Err(RecvTimeoutError::Timeout)) {
            let used = processor_time().saturating_sub(start);
            if used > FILE_CPU_MAX {
                exit(EXIT_RESOURCES);
            }
            if used > QUICK_CPU_MAX && !is_behind {
                go_behind();
                is_behind = true;
            }
        }
    }
}

/// Of the main thread: on Linux each thread has its own urgency, and the main thread reads.
fn go_behind() {
    // A platform that refuses reads no worse, only less fairly.
    let _ = setpriority_process(Some(getpid()), BEHIND_ALL);
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap_or(Duration::MAX)
}
