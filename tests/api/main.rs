//! The service as its users meet it: the real program, over HTTP, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod clocks;
mod corpus;
mod delivery;
mod filing;
mod hostile;
mod reports;
mod roles;
mod story;
mod support;
mod values;
