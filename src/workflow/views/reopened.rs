//! Why a complaint is with the examiners again, as people see it: every reason that nobody has looked at yet.

use jiff::civil::Date;
use serde::Serialize;

use crate::domain::complaint::{Complaint, ReopenedWhy};

/// Why it is with the examiners again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReopenedView {
    /// The reason that came last.
    pub why: ReopenedWhy,
    /// Those that came before it and wait as well, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ReopenedWhy>,
    /// Day by which an examiner looks at it, counted from the first.
    pub due_on: Date,
    /// Version of the calendar that day was computed with.
    pub calendar_version: String,
}

impl ReopenedView {
    /// Of a complaint; none where it is not with them again.
    pub(super) fn of(c: &Complaint) -> Option<Self> {
        let (last, before) = c.reopened.split_last()?;
        let first = before.first().unwrap_or(last);
        Some(ReopenedView {
            why: last.why.clone(),
            also: before.iter().map(|r| r.why.clone()).collect(),
            due_on: first.due_on,
            calendar_version: first.calendar_version.clone(),
        })
    }
}
