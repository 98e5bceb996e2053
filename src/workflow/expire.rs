//! What happens to a complaint by itself when a period runs out, or when what it rests on ends. Called by the
//! agenda; nobody acts.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Desk, DeskError, RETRIES_MAX};
use crate::domain::calendar::Calendar;
use crate::domain::complaint::{Actor, Complaint, Transition};
use crate::store::CommitError;

impl Desk {
    /// Records what has happened to a complaint by now; answers when something happens next, if it is
    /// not the time yet. Where something was recorded, the commit told the agenda what comes next.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], the store's.
    pub async fn let_deadlines_pass(&self, id: Uuid) -> Result<Option<Timestamp>, DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let loaded = self.load(id).await?;
            let (now, _) = self.now();
            let Some(transition) = passed(&loaded.complaint, now, &self.calendar())? else {
                let ends_at = self.tell_of_ends(&loaded).await?;
                return Ok(loaded.complaint.alarm_at().into_iter().chain(ends_at).min());
            };
            let commit = self.commit_of(transition, &loaded).await?;
            match self.store.commit(commit).await {
                Ok(_) | Err(CommitError::Answered(_)) => return Ok(None),
                Err(CommitError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                Err(CommitError::Store(e)) => return Err(e.into()),
            }
        }
    }
}

/// All that has happened by itself at `now`, as one transition.
fn passed(complaint: &Complaint, now: Timestamp, calendar: &Calendar) -> Result<Option<Transition>, DeskError> {
    let clock = Actor::System("agenda");
    let mut transition: Option<Transition> = None;
    loop {
        let stands = transition.as_ref().map_or(complaint, Transition::after);
        let Some(event) = stands.passed(now, calendar) else { return Ok(transition) };
        transition = Some(match transition {
            None => complaint.record(&clock, now, event)?,
            Some(t) => t.and(&clock, now, event)?,
        });
    }
}
