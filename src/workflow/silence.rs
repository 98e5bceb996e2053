//! A platform that has a message and does not say in time what became of it: an examiner gets the complaint back
//! and may ask. What it was asked for stays asked for.
//!
//! Called by `agenda`; doing it twice tells nobody twice.

use jiff::Timestamp;
use uuid::Uuid;

use super::act::dated;
use super::{Desk, DeskError};
use crate::domain::calendar::end_of_day;
use crate::domain::complaint::{ClockName, Measure, ReopenedWhy, may_be_late_at, platform_deadlines};
use crate::domain::dispatch::DispatchKind;

impl Desk {
    /// Brings the complaint of a dispatch before an examiner if its platform is late with its answer; answers when
    /// it would be, if it is not yet.
    ///
    /// # Errors
    /// The store's; it may be done again.
    pub async fn tell_of_silence(&self, dispatch: Uuid) -> Result<Option<Timestamp>, DeskError> {
        let row = self.store.dispatch(dispatch).await?;
        let Some(complaint) = row.complaint_id else { return Ok(None) };
        let acks = self.store.acks_of_dispatch(dispatch).await?;
        let silent_on = |n: u32| !acks.iter().any(|a| a.n == n && a.ends());
        if !row.lines.iter().any(|l| silent_on(l.n)) {
            return Ok(None);
        }
        let loaded = self.load(complaint).await?;
        let sent: Vec<_> = self.sent(complaint).await?.into_iter().filter(|s| s.dispatch == dispatch).collect();
        let calendar = self.calendar();
        let running = platform_deadlines(&loaded.complaint, &dated(complaint, &loaded.log)?, &sent);
        let answer = running.iter().find(|d| matches!(d.clock, ClockName::PlatformApplied | ClockName::PlatformLifted));
        // It was answered meanwhile, or what was asked is not asked any more.
        let Some(last_day) = answer.filter(|d| d.ended_on.is_none()).and_then(|d| d.due_on(&calendar)) else { return Ok(None) };
        let (now, _) = self.now();
        if end_of_day(last_day) > now {
            return Ok(Some(end_of_day(last_day)));
        }
        let asked = if row.kind == DispatchKind::Lift.word() { Measure::LiftRequested } else { Measure::Requested };
        let stands = |line: u32| loaded.complaint.listing(line).is_some_and(|l| l.measure == asked);
        let unanswered: Vec<u32> = row.lines.iter().filter(|l| silent_on(l.n) && stands(l.line)).map(|l| l.line).collect();
        if unanswered.is_empty() {
            return Ok(None);
        }
        // An examiner has it for another reason, which this must not hide.
        if loaded.complaint.reopened.is_some() {
            return Ok(Some(may_be_late_at(now)));
        }
        let why = ReopenedWhy::Unacknowledged { dispatch, last_day, unanswered };
        self.tell(&[complaint], |_| Some(why.clone())).await?;
        Ok(None)
    }
}
