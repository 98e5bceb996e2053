//! The clocks of a complaint: when something happens to it by itself, and what. The agenda asks; what
//! happens is an event like every other.

use jiff::Timestamp;

use super::{Complaint, Event, State, SupplementPeriodEnded};
use crate::domain::calendar::end_of_day;

impl Complaint {
    /// When something happens to this complaint by itself, next: a last day ends at 24:00.
    pub fn alarm_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::AwaitingSupplement { due_on } => Some(end_of_day(*due_on)),
            _ => None,
        }
    }

    /// What has happened by itself at `now`: one event, after which to ask again.
    pub fn passed(&self, now: Timestamp) -> Option<Event> {
        match &self.state {
            State::AwaitingSupplement { due_on } if end_of_day(*due_on) <= now => {
                Some(Event::SupplementPeriodEnded(SupplementPeriodEnded { due_on: *due_on }))
            }
            _ => None,
        }
    }
}
