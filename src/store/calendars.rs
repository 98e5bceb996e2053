//! Calendars of years as administrators put them, every version.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, JobRow, ask_for_job};
use super::schema::calendars;
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::calendar::AnnouncedYear;

/// The holidays of a year, the `version`-th time they were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    /// The year.
    pub year: i16,
    /// From 1.
    pub version: i64,
    /// The days.
    pub announced: AnnouncedYear,
}

impl Store {
    /// Puts the holidays of a year as its next version after `last`, and asks for `job` in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where another put that version first.
    pub async fn put_calendar(
        &self,
        (year, last, announced): (i16, i64, &AnnouncedYear),
        (by, at): (Uuid, Timestamp),
        job: JobDraft,
    ) -> Result<i64, StoreError> {
        let body = serde_json::to_string(announced).map_err(|e| StoreError::corrupt("calendars", year, e))?;
        let job = JobRow::from(job);
        let year = i32::from(year);
        work!(self, $go => {
            let version = last + 1;
            let row = (
                calendars::year.eq(year),
                calendars::version.eq(version),
                calendars::body.eq(&body),
                calendars::put_by.eq(Id(by)),
                calendars::put_at.eq(Ts(at)),
            );
            go!(execute, diesel::insert_into(calendars::table).values(row))?;
            ask_for_job!(go, job.clone())?;
            Ok::<_, Fault>(version)
        })
    }

    /// How often the holidays of a year were put.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn calendar_version(&self, year: i16) -> Result<i64, StoreError> {
        let year = i32::from(year);
        look!(self, $go => {
            let query = calendars::table.filter(calendars::year.eq(year)).order(calendars::version.desc()).select(calendars::version);
            let last: Option<i64> = go!(first, query).optional()?;
            Ok::<_, Fault>(last.unwrap_or(0))
        })
    }

    /// The last version of every year that was put, oldest year first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn calendars(&self) -> Result<Vec<CalendarRow>, StoreError> {
        let rows: Vec<(i32, i64, String)> = look!(self, $go => {
            let query = calendars::table.order((calendars::year, calendars::version)).select((calendars::year, calendars::version, calendars::body));
            let rows: Vec<(i32, i64, String)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let mut last: std::collections::BTreeMap<i16, CalendarRow> = Default::default();
        for (year, version, body) in rows {
            let announced = serde_json::from_str(&body).map_err(|e| StoreError::corrupt("calendars", year, e))?;
            let year = i16::try_from(year).map_err(|e| StoreError::corrupt("calendars", year, e))?;
            last.insert(year, CalendarRow { year, version, announced });
        }
        Ok(last.into_values().collect())
    }
}
