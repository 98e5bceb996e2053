//! The outbox, outwards: what is due is signed and sent, and what came of it is written down.
//!
//! Not here: deciding what is sent (the domain) or changing a complaint (nothing in this module can).
//!
//! - [`courier`]: takes what is due, a lease at a time, and writes every attempt down.
//! - [`schedule`]: what follows from an attempt: delivered, again at, given up, paused.
//! - [`signature`]: Standard Webhooks `v1` and `v1a`.
//! - [`egress`]: the HTTP clients, which connect where the rules allow.
//! - [`webhook`]: one attempt to hand a platform one dispatch.
//! - [`letters`]: the words of mails.
//! - [`mail`]: one attempt to hand one mail to the relay.

pub mod courier;
pub mod egress;
pub mod house_letters;
pub mod letters;
pub mod mail;
pub mod schedule;
pub mod signature;
pub mod webhook;
