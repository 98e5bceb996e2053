//! The calendar: the one the service was started with, under the years administrators put since. When a
//! year is put, the last days that hang on it move, each by an event of its own.

use std::sync::{Arc, PoisonError};

use jiff::SignedDuration;
use serde::Serialize;
use uuid::Uuid;

use super::act::{Beside, dated};
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError};
use crate::domain::calendar::{AnnouncedDay, AnnouncedYear, Calendar};
use crate::domain::complaint::{Actor, Event, State, moved_by};
use crate::domain::job::JobKind;
use crate::store::JobDraft;

/// Years a calendar is kept for.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
/// Seconds after which every process has seen a year that was put.
pub const CALENDAR_SEEN_SECONDS: i64 = 3;
/// Complaints looked at in one go when a calendar was put.
const COMPLAINTS_AT_ONCE: i64 = 200;

/// The holidays of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarView {
    /// The year.
    pub year: i16,
    /// Whether its holidays are known.
    pub announced: bool,
    /// The days that are not what their weekday is, or have a name.
    pub days: Vec<AnnouncedDay>,
    /// Version of the whole calendar.
    pub calendar_version: String,
}

impl Desk {
    /// The calendar now.
    pub(crate) fn calendar(&self) -> Arc<Calendar> {
        self.calendar.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the years that were put, also by other processes.
    ///
    /// # Errors
    /// The store's.
    pub async fn load_calendar(&self) -> Result<(), DeskError> {
        let mut calendar = (*self.calendar_at_start).clone();
        for row in self.store.calendars().await? {
            // What was put was checked then.
            calendar = calendar.with_year(row.year, row.version, &row.announced).unwrap_or(calendar);
        }
        *self.calendar.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(calendar);
        Ok(())
    }

    /// The holidays of a year, and how often they were put.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for what is no year.
    pub async fn show_calendar(&self, year: &str) -> Result<(i64, CalendarView), DeskError> {
        let year = year_of(year)?;
        self.load_calendar().await?;
        let calendar = self.calendar();
        let view =
            CalendarView { year, announced: calendar.knows(year), days: calendar.days_of(year), calendar_version: calendar.version() };
        Ok((self.store.calendar_version(year).await?, view))
    }

    /// Puts the holidays of a year; the last days that hang on it are counted again.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] for a day that is not of the year.
    pub async fn put_calendar(
        &self,
        caller: &Caller,
        year: &str,
        (seen, announced): (i64, AnnouncedYear),
    ) -> Result<(i64, CalendarView), DeskError> {
        let number = year_of(year)?;
        as_seen(seen, self.store.calendar_version(number).await?)?;
        if announced.source.trim().is_empty() {
            return Err(DeskError::rule("calendar.source", "say where it was announced"));
        }
        self.calendar_at_start.with_year(number, 1, &announced).map_err(|e| DeskError::rule("calendar.day", e.to_string()))?;
        let now = self.clock.now();
        let due_at = now.checked_add(SignedDuration::from_secs(CALENDAR_SEEN_SECONDS)).unwrap_or(now);
        let job = JobDraft { kind: JobKind::CalendarPut, subject: number.to_string(), due_at };
        let put = self.store.put_calendar((number, seen, &announced), (caller.account, now), job).await;
        first(put, async || Ok(self.store.calendar_version(number).await?)).await?;
        self.show_calendar(year).await
    }

    /// Moves the last days of the complaints after `progress` to where the calendar now has them; answers
    /// where to go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn move_deadlines(&self, progress: Option<&str>) -> Result<Option<String>, DeskError> {
        self.load_calendar().await?;
        let after = progress.and_then(|p| p.parse().ok()).unwrap_or(Uuid::nil());
        let ids = self.store.complaint_ids(after, COMPLAINTS_AT_ONCE).await?;
        for id in &ids {
            self.move_deadlines_of(*id).await?;
        }
        Ok(ids.last().map(Uuid::to_string))
    }

    async fn move_deadlines_of(&self, id: Uuid) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let loaded = self.load(id).await?;
            if matches!(loaded.complaint.state, State::Closed { .. }) {
                return Ok(());
            }
            let moved = moved_by(&loaded.complaint, &dated(id, &loaded.log)?, &self.calendar());
            let events = moved.into_iter().map(|m| (Actor::System("agenda"), Event::DeadlineMoved(m))).collect();
            match self.record_all(&loaded, events, Beside::default()).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < super::RETRIES_MAX => {}
                other => return other.map(|_| ()),
            }
        }
    }
}

fn year_of(text: &str) -> Result<i16, DeskError> {
    text.parse().ok().filter(|year| YEARS.contains(year)).ok_or(DeskError::NotFound)
}
