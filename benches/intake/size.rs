//! `memory`, `start_ms`: how large the process is and how soon it is there.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::loader::{Load, median, run};
use crate::process::mib;
use crate::support::Engine;
use crate::support::service::PROGRAM;
use crate::world::World;
use crate::{Asked, figure};

/// Starts of a median.
const STARTS: usize = 7;
/// The load under which memory is looked at.
const CONNECTIONS: usize = 128;
const SECONDS: f64 = 5.0;

/// Measures what is asked for.
pub fn figures(asked: &Asked) {
    if !["memory", "start_ms"].into_iter().any(|name| asked.wants(name)) {
        return;
    }
    let runtime = crate::runtime();
    let mut world = runtime.block_on(World::start(Engine::Sqlite));
    if asked.wants("start_ms") {
        start(&mut world);
    }
    runtime.block_on(world.service.spawn());
    let limit = waiting_mib();
    if asked.wants("memory.idle_mib") {
        std::thread::park_timeout(Duration::from_secs(1));
        figure("memory.idle_mib", (mib(world.service.pid(), "VmRSS"), limit), "MiB");
    }
    if asked.wants("memory.load_mib") {
        let shot = world.filing();
        run(&Load { address: &world.address(), connections: CONNECTIONS, seconds: SECONDS, shot: &shot, status: "201" }, &mut 0);
        figure("memory.load_mib", (mib(world.service.pid(), "VmHWM"), limit), "MiB");
    }
}

/// From the start of the process to the first `/readyz` that says yes, on a database that is there;
/// the limit is a start of the program that ends at once.
fn start(world: &mut World) {
    let (mut ready, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        world.service.terminate();
        let begun = Instant::now();
        let port = crate::support::service::free_port();
        let mut child = world.service.command().env("FASTTRACK_LISTEN", format!("127.0.0.1:{port}")).arg("serve").spawn().unwrap();
        while !says_yes(port) {
            assert!(begun.elapsed() < Duration::from_secs(30), "the service did not become ready");
            std::thread::park_timeout(Duration::from_millis(1));
        }
        ready.push(begun.elapsed().as_secs_f64() * 1e3);
        child.kill().unwrap();
        child.wait().unwrap();
        let begun = Instant::now();
        let ended = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).status();
        assert!(ended.is_ok_and(|s| s.success()));
        alone.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    figure("start_ms", (median(ready), median(alone)), "ms");
}

fn says_yes(port: u16) -> bool {
    use std::io::Read;
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
}

/// Memory of the program doing nothing: it waits for its input.
fn waiting_mib() -> f64 {
    let mut child = Command::new(PROGRAM).args(["patent", "check"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    std::thread::park_timeout(Duration::from_millis(300));
    let used = mib(child.id(), "VmRSS");
    drop(child.stdin.take());
    let _ = child.wait();
    used
}
