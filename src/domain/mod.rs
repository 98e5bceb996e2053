//! What is true, whoever asks: values, rules and the two state tables.
//!
//! Not here: I/O, `async`, ambient time or ids, databases, HTTP. Everything else calls this.

pub mod calendar;
pub mod egress;
pub mod examine;
pub mod listing;
pub mod patent;
pub mod register;
pub mod report;
