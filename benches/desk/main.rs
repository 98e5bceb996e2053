//! `cargo bench --bench desk [-- PREFIX…]`: whether the examiners' desk stays as fast with a million complaints as
//! with ten thousand, and how long a policy takes to be tried on a million:
//!
//! `figure <name> <with many> ms limit <with few> ratio <ratio>`
//!
//! The real program over real HTTP, on one database that grows between the two measurements. What is stored are
//! copies of complaints that were filed and decided over HTTP, put by SQL; 1 % of them are open, at both sizes.
//! `DESK_BENCH_ROWS` sets another size than a million, to try the bench itself.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fill;
mod measure;
#[allow(dead_code, unused_imports, unused_macros)]
#[path = "../../tests/api/support/mod.rs"]
mod support;

use support::Engine;

/// What the program logs while it is measured: as by default, but for one line a delivery.
pub const SERVICE_LOG: &str = "info,actix_server=warn,fasttrack=warn";
/// Time is the system's.
pub const TIME_MOVES: bool = false;
/// The server keeps what it promised.
pub const POSTGRES_SETTINGS: [&str; 1] = ["fsync=on"];

/// Complaints stored at first.
const FEW: u64 = 10_000;
/// Complaints stored at last.
const MANY: u64 = 1_000_000;

fn main() {
    // Cargo passes `--bench`; what is left are the figures.
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let wants = |name: &str| asked.is_empty() || asked.iter().any(|p| name.starts_with(p.as_str()) || p.starts_with(name));
    let many = std::env::var("DESK_BENCH_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(MANY);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (engine, word) in [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")] {
        let names = ["queue_page", "complaint", "counts", "simulation_s"];
        if names.iter().any(|name| wants(&format!("{name}.{word}"))) {
            runtime.block_on(measure::figures(engine, (word, &wants), (FEW.min(many), many)));
        }
    }
}
