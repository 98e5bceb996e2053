//! What confines a child, and what keeps one account from using up all children: by their structure, not by
//! the clock.

use std::fs::File;
use std::net::{TcpListener, UdpSocket};
use std::process::Command;

use super::*;

/// The exit of a confined process in which everything was refused.
const ALL_REFUSED: i32 = 42;

/// Run by the test below in a process of its own, since what confines it cannot be taken back.
#[test]
#[ignore = "confines its process for good"]
#[cfg(target_os = "linux")]
fn confined() {
    let mut holds = Holds::default();
    let kept = File::open("/proc/self/status").is_ok() && TcpListener::bind("127.0.0.1:0").is_ok();
    confine::files(&mut holds);
    let by_rights = !holds.landlock || File::open("/proc/self/status").is_err();
    confine::system_calls(&mut holds);
    let not_permitted = |e: std::io::Error| e.raw_os_error() == Some(libc::EPERM);
    let by_filter = holds.system_calls
        && File::open("/proc/self/status").is_err_and(not_permitted)
        && TcpListener::bind("127.0.0.1:0").is_err_and(not_permitted)
        && UdpSocket::bind("127.0.0.1:0").is_err_and(not_permitted)
        && Command::new("/bin/true").spawn().is_err();
    std::process::exit(if kept && by_rights && by_filter { ALL_REFUSED } else { 1 });
}

#[test]
#[cfg(target_os = "linux")]
fn a_confined_process_opens_no_file_no_socket_and_no_process() {
    let own = std::env::current_exe().unwrap();
    let end = Command::new(own).args(["--exact", "intake::reader::tests::confined", "--ignored", "--test-threads", "1"]).output().unwrap();
    assert_eq!(end.status.code(), Some(ALL_REFUSED), "{}", String::from_utf8_lossy(&end.stdout));
}

#[test]
fn an_account_waits_for_its_own_readings_and_for_nobody_else_s() {
    let reader = Reader::new("/nonexistent".into(), 8);
    let (busy, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (turn, in_a_row) = reader.turn_of(busy);
    assert!(!in_a_row, "its first reading");
    let readings: Vec<_> = (0..READINGS_PER_ACCOUNT_MAX).map(|_| turn.try_acquire().unwrap()).collect();
    let (again, in_a_row) = reader.turn_of(busy);
    assert!(in_a_row && again.try_acquire().is_err(), "it waits for its own");
    let (others, in_a_row) = reader.turn_of(other);
    assert!(!in_a_row && others.try_acquire().is_ok());
    drop(readings);
    reader.note_end(busy);
    assert!(again.try_acquire().is_ok());
    assert!(reader.turn_of(busy).1, "still one of a row");
}

#[tokio::test]
async fn who_reads_in_a_row_leaves_the_last_child_to_others() {
    let children = Children::of("/bin/cat".into(), &TrustAnchors::default());
    children.refill();
    assert!(children.take(SPARES_FOR_OTHERS).is_some());
    assert!(children.take(SPARES_FOR_OTHERS).is_none(), "the last is for others");
    assert!(children.take(0).is_some());
    assert!(children.take(0).is_none());
}
