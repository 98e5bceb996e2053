//! Working days in China and periods that explain themselves.
//!
//! The holidays of each year are those the State Council announced; a year not announced yet knows its
//! fixed statutory days only, and a period that ends in it is provisional. A calendar is a value: the one
//! the program was built with, under the years an administrator put later ([`Calendar::with_year`]).

mod period;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Deserializer, Serialize};

pub use period::{Due, Pause, Period, Unit};

/// Announced holidays and made-up working days, as `[date, is_off_day, name]`.
const HOLIDAYS: &str = include_str!("calendar/cn-holidays.json");

/// Hours Shanghai is ahead of UTC; there is no daylight saving time.
const SHANGHAI_OFFSET_HOURS: i8 = 8;

/// Most days an announcement of one year may name.
pub const ANNOUNCED_DAYS_MAX: usize = 100;

/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    days: BTreeMap<Date, AnnouncedDay>,
    announced: Vec<i16>,
    put_later: BTreeMap<i16, i64>,
}

/// One day that an announcement makes what its weekday is not, or names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedDay {
    /// The day.
    pub date: Date,
    /// Whether it is a day off; false: a working day made up.
    pub off: bool,
    /// Name of the holiday.
    pub name: String,
}

/// The holidays of one year as announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedYear {
    /// Where it was announced.
    pub source: String,
    /// The days.
    pub days: Vec<AnnouncedDay>,
}

#[derive(Deserialize)]
struct Holidays {
    years: BTreeMap<String, Year>,
    days: Vec<(Date, bool, String)>,
}

#[derive(Deserialize)]
struct Year {
    announced: bool,
}

/// What is wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not the shape of the file.
    #[error("not a calendar: {0}")]
    Malformed(String),
    /// A day that is not of the year, comes twice, or too many days.
    #[error("{0}")]
    Day(String),
}

impl Calendar {
    /// The calendar this version was built with.
    pub fn built_in() -> Self {
        // Its test reads it; a program whose own file cannot be read has no days off beyond the weekends.
        Calendar::read(HOLIDAYS).unwrap_or(Calendar { days: BTreeMap::new(), announced: Vec::new(), put_later: BTreeMap::new() })
    }

    /// A calendar in the shape of the built-in file, which it replaces.
    ///
    /// # Errors
    /// [`CalendarError::Malformed`]
    pub fn read(text: &str) -> Result<Self, CalendarError> {
        let read: Holidays = serde_json::from_str(text).map_err(|e| CalendarError::Malformed(e.to_string()))?;
        let announced = read.years.iter().filter(|(_, y)| y.announced).filter_map(|(n, _)| n.parse().ok()).collect();
        let days = read.days.into_iter().map(|(date, off, name)| (date, AnnouncedDay { date, off, name })).collect();
        Ok(Calendar { days, announced, put_later: BTreeMap::new() })
    }

    /// This calendar with one year as `announced`, the `version`-th time it was put.
    ///
    /// # Errors
    /// [`CalendarError::Day`]
    pub fn with_year(&self, year: i16, version: i64, announced: &AnnouncedYear) -> Result<Self, CalendarError> {
        if announced.days.len() > ANNOUNCED_DAYS_MAX {
            return Err(CalendarError::Day(format!("at most {ANNOUNCED_DAYS_MAX} days")));
        }
        let mut next = self.clone();
        next.days.retain(|day, _| day.year() != year);
        for day in &announced.days {
            if day.date.year() != year {
                return Err(CalendarError::Day(format!("{} is not a day of {year}", day.date)));
            }
            if next.days.insert(day.date, day.clone()).is_some() {
                return Err(CalendarError::Day(format!("{} comes twice", day.date)));
            }
        }
        next.announced.push(year);
        next.announced.sort_unstable();
        next.announced.dedup();
        next.put_later.insert(year, version);
        Ok(next)
    }

    /// Which calendar this is: the last year announced, and the years put later with their versions.
    pub fn version(&self) -> String {
        let mut text = self.announced.last().map_or_else(|| "cn-none".to_owned(), |y| format!("cn-{y}"));
        for (year, version) in &self.put_later {
            text.push_str(&format!("+{year}v{version}"));
        }
        text
    }

    /// Whether the holidays of a year are announced.
    pub fn knows(&self, year: i16) -> bool {
        self.announced.contains(&year)
    }

    /// The days of a year that its announcement names.
    pub fn days_of(&self, year: i16) -> Vec<AnnouncedDay> {
        self.days.values().filter(|d| d.date.year() == year).cloned().collect()
    }

    /// Whether `day` is a working day.
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.days.get(&day) {
            Some(announced) => !announced.off,
            None => {
                let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                !(weekend || (!self.knows(day.year()) && is_fixed_holiday(day)))
            }
        }
    }

    /// Name of the holiday `day` is, where it is one.
    fn holiday(&self, day: Date) -> Option<&str> {
        self.days.get(&day).filter(|d| d.off).map(|d| d.name.as_str())
    }

    fn next_working_day(&self, mut day: Date) -> Date {
        while !self.is_working_day(day) && day < Date::MAX {
            day = tomorrow(day);
        }
        day
    }

    /// `days` working days after `from`; the day itself is not counted.
    pub fn add_working_days(&self, from: Date, days: u32) -> Due {
        Period::new(from, days, Unit::WorkingDays).due(self)
    }

    /// `days` calendar days after `from`, the day itself not counted, moved to the next working day.
    ///
    /// Law: Civil Code 201, 203.
    pub fn add_calendar_days(&self, from: Date, days: u32) -> Due {
        Period::new(from, days, Unit::CalendarDays).due(self)
    }

    /// `months` months after `from`, on the corresponding day or the month's last, moved to the next
    /// working day.
    ///
    /// Law: Civil Code 202, 203.
    pub fn add_months(&self, from: Date, months: u32) -> Due {
        Period::new(from, months, Unit::Months).due(self)
    }
}

fn tomorrow(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// Days that are holidays every year by the regulation itself (全国年节及纪念日放假办法).
fn is_fixed_holiday(day: Date) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (5, 1 | 2) | (10, 1..=3))
}

/// A day as it is written everywhere, `2026-11-25`; none for another spelling of one.
pub fn day_of(text: &str) -> Option<Date> {
    spelt(text).filter(|_| text.len() == "2026-11-25".len())
}

/// The day of a text that spells it as we do.
fn spelt(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// Reads a day that may be left out, and in no other spelling: what reads as a day to us may be a number to others.
///
/// # Errors
/// The deserializer's, where it is no day.
pub fn given_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    let day = |text: String| spelt(&text).ok_or_else(|| serde::de::Error::custom("a day as 2026-11-25 is expected"));
    text.map(day).transpose()
}

/// The day in Shanghai at `at`.
pub fn shanghai_date(at: Timestamp) -> Date {
    jiff::tz::offset(SHANGHAI_OFFSET_HOURS).to_datetime(at).date()
}

/// 24:00 of `day` in Shanghai.
pub fn end_of_day(day: Date) -> Timestamp {
    let midnight = tomorrow(day).at(0, 0, 0, 0);
    jiff::tz::offset(SHANGHAI_OFFSET_HOURS).to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        calendar_days: Vec<Vector>,
        working_days: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        from: Date,
        days: u32,
        due: Date,
    }

    #[test]
    fn deadlines_are_those_counted_by_hand() {
        let vectors: Vectors = serde_json::from_str(include_str!("calendar/deadline-vectors.json")).unwrap();
        let calendar = Calendar::built_in();
        for v in vectors.calendar_days {
            assert_eq!(calendar.add_calendar_days(v.from, v.days).due, v.due);
        }
        for v in vectors.working_days {
            assert_eq!(calendar.add_working_days(v.from, v.days).due, v.due);
        }
    }

    #[test]
    fn working_days_of_the_years_are_as_many_as_published() {
        let calendar = Calendar::built_in();
        for (year, days) in [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
            let mut day = Date::constant(year, 1, 1);
            let mut count = 0;
            while day.year() == year {
                count += u32::from(calendar.is_working_day(day));
                day = tomorrow(day);
            }
            assert_eq!(count, days, "{year}");
        }
    }

    #[test]
    fn a_deadline_in_a_year_not_announced_is_provisional() {
        let due = Calendar::built_in().add_working_days(Date::constant(2026, 12, 30), 2);
        assert_eq!((due.due, due.provisional), (Date::constant(2027, 1, 4), true));
    }

    #[test]
    fn the_new_year_of_2020_was_made_longer_while_it_ran() {
        // Law: 国务院办公厅关于延长2020年春节假期的通知 (2020-01-27): off to 2 February, then Monday works.
        let calendar = Calendar::built_in();
        let day = |d: i8| Date::constant(2020, 2, d);
        assert!(
            !calendar.is_working_day(Date::constant(2020, 1, 31)) && !calendar.is_working_day(day(1)) && calendar.is_working_day(day(3))
        );
        assert_eq!(calendar.add_calendar_days(Date::constant(2020, 1, 16), 15).due, day(3));
        assert_eq!(calendar.add_working_days(Date::constant(2020, 1, 22), 2).due, day(3));
    }

    #[test]
    fn a_leap_day_is_a_day() {
        let calendar = Calendar::built_in();
        assert_eq!(calendar.add_calendar_days(Date::constant(2024, 2, 14), 15).due, Date::constant(2024, 2, 29));
        assert_eq!(calendar.add_months(Date::constant(2024, 1, 31), 1).due, Date::constant(2024, 2, 29));
        assert_eq!(calendar.add_months(Date::constant(2024, 2, 29), 12).due, Date::constant(2025, 2, 28));
        assert_eq!(calendar.add_working_days(Date::constant(2024, 2, 28), 1).due, Date::constant(2024, 2, 29));
    }

    #[test]
    fn a_year_put_later_settles_what_was_provisional() {
        let calendar = Calendar::built_in();
        let from = Date::constant(2026, 12, 25);
        let before = calendar.add_calendar_days(from, 15);
        assert_eq!((before.due, before.provisional), (Date::constant(2027, 1, 11), true));
        let off = |date: Date| AnnouncedDay { date, off: true, name: "元旦".into() };
        let year = AnnouncedYear {
            source: "国办发明电".into(),
            days: vec![off(Date::constant(2027, 1, 1)), off(Date::constant(2027, 1, 11))],
        };
        let after = calendar.with_year(2027, 1, &year).unwrap();
        let due = after.add_calendar_days(from, 15);
        assert_eq!((due.due, due.provisional, due.calendar_version.as_str()), (Date::constant(2027, 1, 12), false, "cn-2027+2027v1"));
        let wrong = AnnouncedYear { source: String::new(), days: vec![off(Date::constant(2028, 1, 1))] };
        assert!(matches!(calendar.with_year(2027, 1, &wrong), Err(CalendarError::Day(_))));
    }

    #[test]
    fn a_shanghai_day_ends_at_sixteen_hours_utc() {
        assert_eq!(end_of_day(Date::constant(2026, 11, 24)).to_string(), "2026-11-24T16:00:00Z");
        let late: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        assert_eq!(shanghai_date(late), Date::constant(2026, 11, 25));
    }
}
