//! `fasttrack`: a fast track for complaints that a listing on an e-commerce platform infringes a
//! utility-model or design patent.
//!
//! ```text
//!  complainant, seller, examiner, platform                 platforms, mailboxes
//!             │ HTTP in                                          ▲ HTTP, SMTP out
//!      ┌──────▼──────┐      ┌───────────┐               ┌────────┴───────┐
//!      │     web     │      │  agenda   │ (the clock)   │    delivery    │
//!      └──────┬──────┘      └─────┬─────┘               └────────┬───────┘
//!             └──────────┬────────┘                              │
//!                  ┌─────▼──────┐                                │
//!                  │  workflow  │  one function per verb         │
//!                  └──┬──────┬──┘                                │
//!            ┌────────▼─┐  ┌─▼──────────────────────────────────▼┐
//!            │  intake  │  │ store: log + projection + outbox    │
//!            └────────┬─┘  └─┬────────────────────────────────────┘
//!                   ┌─▼──────▼─┐
//!                   │  domain  │  pure: no I/O, no clock, no Diesel
//!                   └──────────┘
//! ```
//!
//! Arrows are `use`; they only point down. Three sentences to remember:
//!
//! 1. **The log is the complaint.** Its state is what the log says; the `complaints` and `listings`
//!    rows are an index for lists.
//! 2. **A [`domain::complaint::Transition`] is the only thing the store accepts**, and only the
//!    domain can make one.
//! 3. **Nothing is sent from a request.** Requests write to the outbox; [`delivery`] empties it.
//!
//! What is deliberately absent:
//!
//! - [`domain`] has no `async` and no ambient time or ids.
//! - No `UPDATE` or `DELETE` of the log; both databases refuse it by trigger.
//! - No handler touches the outbox; no delivery touches a complaint.
//! - No network or file I/O while a transaction is open.
//! - No global, no task-local user: the actor is an argument.

pub mod agenda;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod domain;
pub mod fail_points;
pub mod intake;
pub mod store;
pub mod vault;
pub mod web;
pub mod workflow;
pub mod writ;
