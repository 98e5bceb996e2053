//! `cargo bench --bench intake [-- PREFIX…]`: how fast and how large the service is, each figure beside
//! a raw limit measured in the same run:
//!
//! `figure <name> <value> <unit> limit <value> ratio <ratio>`
//!
//! The real program over real HTTP, everything on, every filing another one and answered after its
//! commit. Subject and limit take turns, and medians are told, because a machine is seldom quiet.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod dispatch;
mod known;
mod loader;
mod pgbench;
mod process;
mod raw_sqlite;
mod reports;
mod sample;
mod size;
#[allow(dead_code, unused_imports, unused_macros)]
#[path = "../../tests/api/support/mod.rs"]
mod support;
mod world;

/// What the program logs while it is measured: as by default, but for one line a delivery.
pub const SERVICE_LOG: &str = "info,actix_server=warn,fasttrack=warn";
/// Time is the system's.
pub const TIME_MOVES: bool = false;
/// The limit and the service are measured on a server that keeps what it promised.
pub const POSTGRES_SETTINGS: [&str; 1] = ["fsync=on"];

/// Which figures are asked for.
pub struct Asked(Vec<String>);

impl Asked {
    /// Whether a figure beginning with `name` is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|p| name.starts_with(p.as_str()) || p.starts_with(name))
    }
}

/// Tells one figure beside its limit.
pub fn figure(name: &str, (value, limit): (f64, f64), unit: &str) {
    println!("figure {name} {value:.2} {unit} limit {limit:.2} ratio {:.2}", value / limit);
}

/// For what is set up and for limits; loads run in one of their own.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn main() {
    // Cargo passes `--bench`; what is left are the figures.
    let asked = Asked(std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect());
    known::figures(&asked);
    reports::figures(&asked);
    dispatch::figures(&asked);
    size::figures(&asked);
}
