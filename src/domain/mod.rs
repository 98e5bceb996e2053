//! What is true, whoever asks: values, rules and the two state tables.
//!
//! Not here: I/O, `async`, ambient time or ids, databases, HTTP. Everything else calls this.

pub mod acknowledgement;
pub mod audience;
pub mod automation;
pub mod automation_watch;
pub mod calendar;
pub mod complaint;
pub mod conduct;
pub mod consultation;
pub mod dispatch;
pub mod egress;
pub mod examine;
pub mod facts;
pub mod formal;
pub mod four_eyes;
pub mod house_letter;
pub mod house_log;
pub mod job;
pub mod lane;
pub mod letter;
pub mod listing;
pub mod notice;
pub mod notice_check;
mod notice_files;
pub mod outcome;
pub mod page_reading;
pub mod patent;
pub mod platform_rule;
pub mod policy;
pub mod publication;
pub mod reasons;
pub mod reference;
pub mod register;
pub mod reopening;
pub mod repetition;
pub mod report;
pub mod report_relation;
pub mod right;
pub mod search;
pub mod secrets;
pub mod signature;
pub mod simulation;
pub mod statement;
pub mod writ;
