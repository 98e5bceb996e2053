//! The service as its users meet it: the real program, over HTTP, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

/// What the program logs while tests run.
pub const SERVICE_LOG: &str = "warn";
/// Whether a file moves the program's time.
pub const TIME_MOVES: bool = true;
/// A test loses nothing with its database; hundreds pass through one cluster, on a small disk.
pub const POSTGRES_SETTINGS: [&str; 3] = ["fsync=off", "max_wal_size=128MB", "min_wal_size=64MB"];

mod acknowledgements;
mod attacks;
mod audience;
mod audit;
mod automation;
mod bad_receivers;
mod bucket;
mod case_file;
mod clocks;
mod conduct;
mod consultations;
mod contest;
mod contract;
mod corpus;
mod deadlines;
mod delivery;
mod desk;
mod desk_day;
mod desk_decisions;
mod documents;
mod endpoints;
mod feed;
mod filing;
mod hearing;
mod held;
mod hostile;
mod lab;
mod lists;
mod mail;
mod measures;
mod nth_failure;
mod outages;
mod oversight;
mod plans;
mod platform_rules;
mod publication;
mod reader;
mod receiving;
mod referrals;
mod register;
mod register_import;
mod report_registry;
mod reports;
mod resolutions;
mod reviews;
mod rights;
mod roles;
mod scans;
mod signatures;
mod staff;
mod story;
mod support;
mod terminations;
mod values;
mod versions;
mod workers;
