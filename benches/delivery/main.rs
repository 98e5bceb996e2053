//! `cargo bench --bench delivery [-- PREFIX…] [--small]`: how fast messages leave, each figure beside a raw limit
//! measured in the same run:
//!
//! `figure <name> <value> <unit> limit <value> ratio <ratio>`
//!
//! The real program with its own database, everything on. Subject and limit take turns, and medians are told,
//! because a machine is seldom quiet. `--small` is for trying it out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backlog;
mod claims;
mod latency;
mod neighbours;
mod raw;
mod receiver;
#[allow(dead_code, unused_imports, unused_macros)]
#[path = "../../tests/api/support/mod.rs"]
mod support;
mod throughput;
mod world;

/// What the program logs while it is measured: as by default, but for one line a delivery.
pub const SERVICE_LOG: &str = "info,actix_server=warn,fasttrack=warn";
/// Time is the system's.
pub const TIME_MOVES: bool = false;
/// The service is measured on a server that keeps what it promised.
pub const POSTGRES_SETTINGS: [&str; 1] = ["fsync=on"];

/// Which figures are asked for, and at which size.
pub struct Asked {
    prefixes: Vec<String>,
    small: bool,
}

impl Asked {
    /// Whether a figure beginning with `name` is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.prefixes.is_empty() || self.prefixes.iter().any(|p| name.starts_with(p.as_str()) || p.starts_with(name))
    }

    /// So many, or a fiftieth of them.
    pub fn sized(&self, n: usize) -> usize {
        if self.small { n / 50 } else { n }
    }
}

/// Tells one figure beside its limit.
pub fn figure(name: &str, (value, limit): (f64, f64), unit: &str) {
    println!("figure {name} {value:.2} {unit} limit {limit:.2} ratio {:.2}", value / limit);
}

/// The value below which a part of ascending values lies.
pub fn quantile(ascending: &[f64], part: f64) -> f64 {
    let at = (part * ascending.len().saturating_sub(1) as f64).round() as usize;
    ascending.get(at).copied().unwrap_or(f64::NAN)
}

/// The median of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// For what is set up, and for the raw limit.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn main() {
    // Cargo passes `--bench`; what is left are the figures.
    let (flags, prefixes): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let asked = Asked { prefixes, small: flags.iter().any(|f| f == "--small") };
    throughput::figures(&asked);
    neighbours::figures(&asked);
    latency::figures(&asked);
    claims::figures(&asked);
}
