//! A period: from when, how much, in what unit, and when it stood still. Its last day follows from a
//! calendar, and so do the words that explain it.
//!
//! Law: Civil Code 201 (the day it begins is not counted), 202 (months), 203 (ends on the day after the
//! rest day; 24:00).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Calendar, tomorrow};

/// In what a period is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Working days; days off are left out.
    WorkingDays,
    /// Calendar days; the last moves off rest days. Law: Civil Code 203.
    CalendarDays,
    /// Months; the last day moves off rest days. Law: Civil Code 202, 203.
    Months,
}

/// Time in which a period stood still: the days after `from`, up to and with `until`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The day it began to stand still; that day still counted.
    pub from: Date,
    /// The last day that does not count; absent: it stands still now.
    pub until: Option<Date>,
    /// Why, a stable code.
    pub why: String,
}

/// A period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The day it starts; not counted.
    pub from: Date,
    /// How much.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
    /// When it stood still, in order.
    pub pauses: Vec<Pause>,
}

/// The last day of a period, and how it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last day, Asia/Shanghai; it ends at 24:00.
    pub due: Date,
    /// Whether it may move when the next calendar is announced.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
    /// How it was counted, in English.
    pub explanation: String,
    /// In Chinese, which governs.
    pub explanation_zh: String,
}

impl Period {
    /// A period that never stood still.
    pub fn new(from: Date, amount: u32, unit: Unit) -> Self {
        Period { from, amount, unit, pauses: Vec::new() }
    }

    /// Whether it stands still now.
    pub fn is_paused(&self) -> bool {
        self.pauses.iter().any(|p| p.until.is_none())
    }

    fn stands_still_on(&self, day: Date) -> bool {
        self.pauses.iter().any(|p| p.from < day && p.until.is_none_or(|until| day <= until))
    }

    /// The last day, as things stand: a period that stands still now is counted as if it went on after
    /// the day it stopped.
    pub fn due(&self, calendar: &Calendar) -> Due {
        let closed = |p: &Pause| Pause { until: Some(p.until.unwrap_or(p.from)), ..p.clone() };
        let known = Period { pauses: self.pauses.iter().map(closed).collect(), ..self.clone() };
        let counted = known.counted(calendar);
        let rolled = match self.unit {
            Unit::WorkingDays => counted,
            Unit::CalendarDays | Unit::Months => calendar.next_working_day(counted),
        };
        let provisional = !calendar.knows(rolled.year());
        let (explanation, explanation_zh) = self.words(calendar, (counted, rolled), provisional);
        Due { due: rolled, provisional, calendar_version: calendar.version(), explanation, explanation_zh }
    }

    /// The last day before it is moved off rest days.
    fn counted(&self, calendar: &Calendar) -> Date {
        if self.unit == Unit::Months {
            let end = self.from.checked_add(i64::from(self.amount).months()).unwrap_or(Date::MAX);
            let stood_still = |p: &Pause| p.until.map_or(0, |until| (until - p.from).get_days().max(0));
            let days: i32 = self.pauses.iter().map(stood_still).sum();
            return end.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
        }
        let counts = |day: Date| !self.stands_still_on(day) && (self.unit == Unit::CalendarDays || calendar.is_working_day(day));
        let (mut day, mut left) = (self.from, self.amount);
        while left > 0 && day < Date::MAX {
            day = tomorrow(day);
            left -= u32::from(counts(day));
        }
        day
    }

    fn words(&self, calendar: &Calendar, (counted, rolled): (Date, Date), provisional: bool) -> (String, String) {
        let (unit, unit_zh) = match self.unit {
            Unit::WorkingDays => ("working days", "个工作日"),
            Unit::CalendarDays => ("calendar days", "日"),
            Unit::Months => ("month(s)", "个月"),
        };
        let (from, amount) = (self.from, self.amount);
        let mut en = format!("{amount} {unit} from {from}, that day not counted");
        let mut zh = format!("自{from}起{amount}{unit_zh}（当日不计入）");
        for pause in &self.pauses {
            match pause.until {
                Some(until) => {
                    en.push_str(&format!("; it stood still after {} up to {until} ({})", pause.from, pause.why));
                    zh.push_str(&format!("，{}之后至{until}中止（{}）", pause.from, pause.why));
                }
                None => {
                    en.push_str(&format!("; it stands still since {} ({})", pause.from, pause.why));
                    zh.push_str(&format!("，{}起中止（{}）", pause.from, pause.why));
                }
            }
        }
        if counted == rolled {
            en.push_str(&format!(": ends on {rolled} at 24:00"));
            zh.push_str(&format!("，至{rolled}二十四时届满"));
        } else {
            let name = calendar.holiday(counted);
            en.push_str(&format!(": would end on {counted}, a day off{}", name.map(|n| format!(" ({n})")).unwrap_or_default()));
            en.push_str(&format!("; ends on the next working day, {rolled}, at 24:00"));
            let day = name.map_or_else(|| "休息日".to_owned(), |n| format!("{n}休假日"));
            zh.push_str(&format!("，末日{counted}为{day}，顺延至{rolled}二十四时届满"));
        }
        if provisional {
            en.push_str(&format!("; provisional: the holidays of {} are not announced yet", rolled.year()));
            zh.push_str(&format!("；{}年放假安排尚未公布，日期可能调整", rolled.year()));
        }
        (en, zh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_in_which_it_stood_still_do_not_count() {
        let calendar = Calendar::built_in();
        let pause = |from, until: Option<&str>| Pause { from: day(from), until: until.map(day), why: "supplement".into() };
        let mut period = Period::new(day("2026-03-02"), 2, Unit::WorkingDays);
        assert_eq!(period.due(&calendar).due, day("2026-03-04"));
        period.pauses.push(pause("2026-03-03", Some("2026-03-10")));
        assert_eq!(period.due(&calendar).due, day("2026-03-11"), "one day was used before it stood still");
        let mut period = Period::new(day("2026-03-02"), 10, Unit::CalendarDays);
        period.pauses.push(pause("2026-03-05", Some("2026-03-09")));
        assert_eq!(period.due(&calendar).due, day("2026-03-16"));
        let mut period = Period::new(day("2026-03-02"), 1, Unit::Months);
        period.pauses.push(pause("2026-03-05", Some("2026-03-09")));
        assert_eq!(period.due(&calendar).due, day("2026-04-07"), "2 April and 4 days, off Qingming");
        period.pauses = vec![pause("2026-03-05", None)];
        assert!(period.is_paused());
        // Supplied on the day it was asked for: nothing stood still.
        period.pauses = vec![pause("2026-03-05", Some("2026-03-05"))];
        assert_eq!(period.due(&calendar).due, day("2026-04-02"));
    }

    #[test]
    fn a_period_says_how_it_was_counted() {
        let due = Calendar::built_in().add_calendar_days(day("2026-09-20"), 15);
        assert_eq!(
            due.explanation,
            "15 calendar days from 2026-09-20, that day not counted: would end on 2026-10-05, a day off (国庆节); \
             ends on the next working day, 2026-10-08, at 24:00"
        );
        assert_eq!(due.explanation_zh, "自2026-09-20起15日（当日不计入），末日2026-10-05为国庆节休假日，顺延至2026-10-08二十四时届满");
        let due = Calendar::built_in().add_working_days(day("2026-12-30"), 2);
        assert!(due.provisional && due.explanation.ends_with("provisional: the holidays of 2027 are not announced yet"));
    }
}
