//! The kill sweep: the real program is killed again and again, at chosen points and at any moment, while
//! complaints are filed and decided; then every decision that was committed has arrived, none was invented,
//! and every log verifies.
//!
//! `FASTTRACK_KILLS=200 cargo test --release --test kill_sweep -- --nocapture` is the whole of it; without the
//! variable it is a short one. `FASTTRACK_SEED` repeats the plan of an earlier run.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unused_imports, unused_macros)]

#[path = "../api/support/mod.rs"]
mod support;

mod sweep;

/// What the program logs while it is killed.
pub const SERVICE_LOG: &str = "off";
/// Leases run out by the moved clock.
pub const TIME_MOVES: bool = true;
/// What is killed is the program, not the database; its log takes little of a small disk.
pub const POSTGRES_SETTINGS: [&str; 3] = ["fsync=off", "max_wal_size=128MB", "min_wal_size=64MB"];

use support::{Engine, database};

#[test]
fn sqlite() {
    support::run(sweep::sweep(Engine::Sqlite));
}

#[test]
fn postgres() {
    if database::postgres_is_here() {
        support::run(sweep::sweep(Engine::Postgres));
    }
}
