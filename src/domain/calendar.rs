//! Working days and deadlines in China, and what a deadline can say of itself.
//!
//! The holidays of each year are those the State Council announced; a year not announced yet knows its
//! fixed statutory days only, and a deadline that touches it is provisional.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

/// Announced holidays and made-up working days, as `[date, is_off_day, name]`.
const HOLIDAYS: &str = include_str!("calendar/cn-holidays.json");

/// Hours Shanghai is ahead of UTC; there is no daylight saving time.
const SHANGHAI_OFFSET_HOURS: i8 = 8;

/// A deadline that can explain itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last day, Asia/Shanghai; it ends at 24:00.
    pub due: Date,
    /// Whether it may move when the next calendar is announced.
    pub provisional: bool,
    /// Version of the calendar: the last year announced.
    pub calendar_version: String,
    /// How it was counted.
    pub explanation: String,
}

/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    days: BTreeMap<Date, bool>,
    announced: Vec<i16>,
    version: String,
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

impl Calendar {
    /// The calendar this version was built with.
    pub fn built_in() -> Self {
        // Its test reads it; a program whose own file cannot be read has no days off beyond the weekends.
        let read: Holidays = serde_json::from_str(HOLIDAYS).unwrap_or(Holidays { years: BTreeMap::new(), days: Vec::new() });
        let announced: Vec<i16> = read.years.iter().filter(|(_, y)| y.announced).filter_map(|(n, _)| n.parse().ok()).collect();
        let version = announced.last().map_or_else(|| "cn-none".into(), |y| format!("cn-{y}"));
        let days = read.days.into_iter().map(|(day, off, _)| (day, off)).collect();
        Calendar { days, announced, version }
    }

    /// Whether `day` is a working day.
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.days.get(&day) {
            Some(off) => !off,
            None => {
                let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                !(weekend || (!self.is_announced(day) && is_fixed_holiday(day)))
            }
        }
    }

    fn is_announced(&self, day: Date) -> bool {
        self.announced.contains(&day.year())
    }

    fn next_working_day(&self, mut day: Date) -> Date {
        while !self.is_working_day(day) {
            day = tomorrow(day);
        }
        day
    }

    fn due(&self, due: Date, explanation: String) -> Due {
        Due { due, provisional: !self.is_announced(due), calendar_version: self.version.clone(), explanation }
    }

    /// `days` working days after `from`; the day itself is not counted.
    pub fn add_working_days(&self, from: Date, days: u32) -> Due {
        let mut day = from;
        for _ in 0..days {
            day = self.next_working_day(tomorrow(day));
        }
        self.due(day, format!("{from} + {days} working days"))
    }

    /// `days` calendar days after `from`, the day itself not counted, moved to the next working day.
    ///
    /// Law: Civil Code 201, 203.
    pub fn add_calendar_days(&self, from: Date, days: u32) -> Due {
        let end = from.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
        let due = self.next_working_day(end);
        self.due(due, format!("{from} + {days} calendar days = {end}, then the next working day"))
    }

    /// `months` months after `from`, on the corresponding day or the month's last, moved to the next
    /// working day.
    ///
    /// Law: Civil Code 202, 203.
    pub fn add_months(&self, from: Date, months: u32) -> Due {
        let end = from.checked_add(i64::from(months).months()).unwrap_or(Date::MAX);
        let due = self.next_working_day(end);
        self.due(due, format!("{from} + {months} months = {end}, then the next working day"))
    }
}

fn tomorrow(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// Days that are holidays every year by the regulation itself (全国年节及纪念日放假办法).
fn is_fixed_holiday(day: Date) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (5, 1 | 2) | (10, 1..=3))
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
    fn a_shanghai_day_ends_at_sixteen_hours_utc() {
        assert_eq!(end_of_day(Date::constant(2026, 11, 24)).to_string(), "2026-11-24T16:00:00Z");
        let late: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        assert_eq!(shanghai_date(late), Date::constant(2026, 11, 25));
    }
}
