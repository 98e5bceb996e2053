//! A platform that has a message, or could have it, and does not say in time what became of it: an examiner gets the
//! complaint back and may ask. What it was asked for stays asked for.
//!
//! Day by day all that was issued is looked at once its answer may be late; what is answered then costs nothing more,
//! the rest is asked for one by one. Called by `agenda`; doing it twice tells nobody twice.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::act::dated;
use super::{Desk, DeskError};
use crate::domain::calendar::end_of_day;
use crate::domain::complaint::{ClockName, Measure, ReopenedWhy, may_be_late_at, platform_deadlines};
use crate::domain::dispatch::DispatchKind;
use crate::domain::job::JobKind;
use crate::store::{FeedPart, JobDraft};

/// Dispatches of a day that are looked at in one step.
const LOOKED_AT_ONCE: i64 = 500;

impl Desk {
    /// Goes on with what platforms were issued on `day`, from where `progress` says, and asks for those of which
    /// something is not answered; answers where to go on.
    ///
    /// # Errors
    /// The store's; it may be done again.
    pub async fn look_for_answers(&self, day: Date, progress: Option<&str>) -> Result<Option<String>, DeskError> {
        let issued = (day.yesterday().map_or(Timestamp::MIN, end_of_day), end_of_day(day));
        let begun = progress.map(|text| part_of(text).ok_or(DeskError::NotFound)).transpose()?;
        let (platform, after, last) = match begun {
            Some(part) if part.1 < part.2 => part,
            begun => match self.next_issued(begun.map(|part| part.0).unwrap_or_default(), issued).await? {
                Some(part) => part,
                None => return Ok(None),
            },
        };
        let part = FeedPart { platform: platform.clone(), after, last, issued };
        let (silent, until) = self.store.unanswered(part, LOOKED_AT_ONCE).await?;
        let due_at = self.clock.now();
        let job = |id: Uuid| JobDraft { kind: JobKind::PlatformSilent, subject: id.to_string(), due_at };
        self.store.put_jobs_once(silent.into_iter().map(job).collect()).await?;
        Ok(Some(format!("{platform} {until} {last}")))
    }

    /// The part of its feed that the next platform after `code` was issued, in the order of their codes.
    async fn next_issued(&self, code: String, issued: (Timestamp, Timestamp)) -> Result<Option<(String, i64, i64)>, DeskError> {
        let mut codes: Vec<String> = self.store.platforms().await?.into_iter().map(|p| p.code).filter(|c| *c > code).collect();
        codes.sort();
        for code in codes {
            if let Some((first, last)) = self.store.issued_between(&code, issued).await? {
                return Ok(Some((code, first - 1, last)));
            }
        }
        Ok(None)
    }

    /// Brings the complaint of a dispatch before an examiner if its platform is late with its answer; answers when
    /// to look again, if it is not yet.
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
        let asked = if row.kind == DispatchKind::Lift.word() { Measure::LiftRequested } else { Measure::Requested };
        let stands = |line: u32| loaded.complaint.listing(line).is_some_and(|l| l.measure == asked);
        let unanswered: Vec<u32> = row.lines.iter().filter(|l| silent_on(l.n) && stands(l.line)).map(|l| l.line).collect();
        // What was asked is not asked any more.
        if unanswered.is_empty() {
            return Ok(None);
        }
        let (now, _) = self.now();
        let sent: Vec<_> = self.sent(complaint).await?.into_iter().filter(|s| s.dispatch == dispatch).collect();
        // It is still on its way; what becomes of that, others are told.
        if sent.iter().all(|s| s.received_on.is_none()) {
            return Ok(Some(may_be_late_at(now)));
        }
        let calendar = self.calendar();
        let running = platform_deadlines(&loaded.complaint, &dated(complaint, &loaded.log)?, &sent);
        let answer = running.iter().find(|d| matches!(d.clock, ClockName::PlatformApplied | ClockName::PlatformLifted));
        let Some(last_day) = answer.filter(|d| d.ended_on.is_none()).and_then(|d| d.due_on(&calendar)) else { return Ok(None) };
        if end_of_day(last_day) > now {
            return Ok(Some(end_of_day(last_day)));
        }
        let why = ReopenedWhy::Unacknowledged { dispatch, last_day, unanswered };
        self.tell(&[complaint], |_| Some(why.clone())).await?;
        Ok(None)
    }
}

/// Where it stands in the feed of a platform: its code, the last number looked at, and the last of that day.
fn part_of(progress: &str) -> Option<(String, i64, i64)> {
    let mut words = progress.split(' ');
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}
