//! Oversight: how much waits and how old it is, which clocks are about to be missed and were missed, how long each
//! step takes and how often decisions are taken back; by track, platform and examiner. What platforms were advised is
//! told apart from what was decided here. What everybody's figures
//! count too is counted by the same function (`publication`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::publication::{Counted, PublicFormat, hours, place};
use super::{Desk, DeskError};
use crate::domain::calendar::{end_of_day, given_day, shanghai_date};
use crate::domain::conduct::{Rate, wilson};
use crate::domain::outcome::Ending;
use crate::store::{Answered, GroupBy, OpenRow, OutcomeCount, PERCENTILES, Step, SwitchRow, WorkRow};

/// Days that are looked back where nobody says.
pub const OVERSIGHT_DAYS: i32 = 30;
/// Longest period that can be asked for, days.
pub const OVERSIGHT_DAYS_MAX: i32 = 366;
/// Working days within which something is due soon.
pub const DUE_SOON_WORKING_DAYS: u32 = 2;
/// Ages of the queue: under so many days, and the rest.
const AGES_DAYS: [i64; 5] = [1, 3, 7, 14, 30];

/// Query of the oversight.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OversightQuery {
    /// In which form.
    #[serde(default)]
    pub format: PublicFormat,
    /// From that day; absent: [`OVERSIGHT_DAYS`] back.
    #[serde(default, deserialize_with = "given_day")]
    pub from: Option<Date>,
    /// To that day; absent: today.
    #[serde(default, deserialize_with = "given_day")]
    pub to: Option<Date>,
}

/// Oversight.
#[derive(Clone, Debug, Serialize)]
pub struct Oversight {
    /// From that day.
    pub from: Date,
    /// To that day.
    pub to: Date,
    /// When it was counted.
    pub as_of: Timestamp,
    /// What has to be seen to at once.
    pub alarms: Vec<Alarm>,
    /// What waits for a person now.
    pub queue: QueueLoad,
    /// What was decided in the period, by when the last listing was.
    pub decided: Decided,
    /// What platforms had referred for an opinion and was answered in the period, the same way.
    pub opinions: Decided,
    /// What became final in the period, by track: as in everybody's figures, but with small numbers.
    #[serde(rename = "final")]
    pub became_final: Vec<FinalFigures>,
}

/// Something that has to be seen to at once.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    /// Stable code.
    pub code: &'static str,
    /// What it is about.
    pub about: String,
    /// Since when.
    pub since: Timestamp,
}

/// What waits for a person.
#[derive(Clone, Debug, Serialize)]
pub struct QueueLoad {
    /// All of it.
    pub all: Load,
    /// By how long ago it was filed.
    pub ages: Vec<Age>,
    /// By track; null before triage.
    pub by_track: Vec<Keyed<Load>>,
    /// By platform; null: one without an account. A complaint on two counts for both.
    pub by_platform: Vec<Keyed<PlatformLoad>>,
    /// What each examiner has in hand.
    pub by_examiner: Vec<Keyed<HandLoad>>,
}

/// Something of a group.
#[derive(Clone, Debug, Serialize)]
pub struct Keyed<T> {
    /// Of the group.
    pub key: Option<String>,
    /// What of it.
    #[serde(flatten)]
    pub of: T,
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Load {
    /// How many.
    pub open: u64,
    /// Of those, nobody has in hand.
    pub unclaimed: u64,
    /// Of those, the last day of the next step is over.
    pub overdue: u64,
    /// Of those, it is today or within two working days.
    pub due_soon: u64,
    /// When the oldest was filed.
    pub oldest_filed_at: Option<Timestamp>,
}

/// What waits on a platform.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct PlatformLoad {
    /// How many.
    pub open: u64,
    /// Of those, the last day of the next step is over.
    pub overdue: u64,
}

/// What an examiner has in hand.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HandLoad {
    /// How many.
    pub claimed: u64,
    /// Of those, the last day of the next step is over.
    pub overdue: u64,
}

/// How many are of an age.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Age {
    /// Filed less than so many days ago, and not less than the ages before; null: longer.
    pub days_under: Option<i64>,
    /// How many.
    pub count: u64,
}

/// What was decided.
#[derive(Clone, Debug, Serialize)]
pub struct Decided {
    /// All of it.
    pub all: Work,
    /// By track.
    pub by_track: Vec<Keyed<Work>>,
    /// By platform; null: one without an account. A complaint on two counts for both.
    pub by_platform: Vec<Keyed<Work>>,
    /// By the examiner who decided first.
    pub by_examiner: Vec<Keyed<Work>>,
}

impl Decided {
    fn work_of(&mut self, by: GroupBy, key: Option<&str>) -> Option<&mut Work> {
        let list = match by {
            GroupBy::All => return Some(&mut self.all),
            GroupBy::Track => &mut self.by_track,
            GroupBy::Platform => &mut self.by_platform,
            GroupBy::Examiner => &mut self.by_examiner,
        };
        list.iter_mut().find(|g| g.key.as_deref() == key).map(|g| &mut g.of)
    }
}

/// Decided complaints.
#[derive(Clone, Debug, Serialize)]
pub struct Work {
    /// How many.
    pub complaints: u64,
    /// Without a human.
    pub automatic: u64,
    /// A determination was overturned, with the interval of its share.
    pub overturned: Rate,
    /// Decided after the day it was due, with the interval of its share.
    pub late: Rate,
    /// How long each step took.
    pub steps: Vec<StepTime>,
}

/// How long a step took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepTime {
    /// `acceptance` (from filing), `hearing` (of the sellers), `decision` (from filing).
    pub step: &'static str,
    /// How many took it.
    pub complaints: u64,
    /// Hours, the mean.
    pub hours_mean: Option<f64>,
    /// The median.
    pub hours_median: Option<f64>,
    /// The 95th percentile.
    pub hours_p95: Option<f64>,
}

/// What became final, of one track.
#[derive(Clone, Debug, Serialize)]
pub struct FinalFigures {
    /// `simple`, `complex`, `none`.
    pub track: &'static str,
    /// Complaints.
    pub complaints: u64,
    /// By ending.
    pub endings: BTreeMap<&'static str, u64>,
    /// With a determination.
    pub decided: u64,
    /// Of those: without a human.
    pub automatic: u64,
    /// Of those: overturned.
    pub overturned: u64,
    /// Of those: no infringement.
    pub unfounded: u64,
    /// Of all: failed on form.
    pub clerical: u64,
}

impl Desk {
    /// Oversight of a period.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a period that is none, or too long.
    pub async fn oversight(&self, q: &OversightQuery) -> Result<Oversight, DeskError> {
        let (now, today) = self.now();
        let to = q.to.unwrap_or(today);
        let from = q.from.unwrap_or_else(|| to.saturating_sub((OVERSIGHT_DAYS - 1).days()));
        let days = from.until(to).map_or(-1, |span| span.get_days());
        if !(0..OVERSIGHT_DAYS_MAX).contains(&days) {
            return Err(DeskError::rule("oversight.period", format!("1 to {OVERSIGHT_DAYS_MAX} days, the first before the last")));
        }
        let period = (from.yesterday().map_or(now, end_of_day), end_of_day(to));
        Ok(Oversight {
            from,
            to,
            as_of: now,
            alarms: self.automation_off().await?.iter().map(alarm).collect(),
            queue: self.queue_load((now, today)).await?,
            decided: self.work(period, Answered::Complaints).await?,
            opinions: self.work(period, Answered::Consultations).await?,
            became_final: self.became_final((from, to.min(today))).await?,
        })
    }

    /// What waits for a person now.
    ///
    /// # Errors
    /// The store's.
    pub async fn queue_load(&self, (now, today): (Timestamp, Date)) -> Result<QueueLoad, DeskError> {
        let open = self.store.open_queue().await?;
        let held: BTreeMap<Uuid, Uuid> = self.store.claims_held(now).await?.into_iter().collect();
        let soon = self.calendar().add_working_days(today, DUE_SOON_WORKING_DAYS).due;
        let load = |rows: &[&OpenRow]| Load {
            open: count(rows, |_| true),
            unclaimed: count(rows, |r| !held.contains_key(&r.id)),
            overdue: count(rows, |r| is_overdue(r, today)),
            due_soon: count(rows, |r| r.due_on.is_some_and(|d| d >= today && d <= soon)),
            oldest_filed_at: rows.iter().map(|r| r.filed_at).min(),
        };
        let mut tracks: BTreeMap<Option<String>, Vec<&OpenRow>> = BTreeMap::new();
        let mut hands: BTreeMap<Uuid, Vec<&OpenRow>> = BTreeMap::new();
        for row in &open {
            tracks.entry(row.track.clone()).or_default().push(row);
            if let Some(examiner) = held.get(&row.id) {
                hands.entry(*examiner).or_default().push(row);
            }
        }
        let late: BTreeSet<Uuid> = open.iter().filter(|r| is_overdue(r, today)).map(|r| r.id).collect();
        let mut platforms: BTreeMap<Option<String>, PlatformLoad> = BTreeMap::new();
        for (id, platform) in self.store.platforms_of(open.iter().map(|r| r.id).collect()).await? {
            let load = platforms.entry(platform).or_default();
            load.open += 1;
            load.overdue += u64::from(late.contains(&id));
        }
        Ok(QueueLoad {
            all: load(&open.iter().collect::<Vec<_>>()),
            ages: ages(&open, today),
            by_track: tracks.into_iter().map(|(key, rows)| Keyed { key, of: load(&rows) }).collect(),
            by_platform: platforms.into_iter().map(|(key, of)| Keyed { key, of }).collect(),
            by_examiner: hands
                .into_iter()
                .map(|(examiner, rows)| Keyed {
                    key: Some(examiner.to_string()),
                    of: HandLoad { claimed: count(&rows, |_| true), overdue: count(&rows, |r| is_overdue(r, today)) },
                })
                .collect(),
        })
    }

    async fn work(&self, period: (Timestamp, Timestamp), what: Answered) -> Result<Decided, DeskError> {
        let tracks = self.store.work_decided(period, (what, GroupBy::Track)).await?;
        let mut decided = Decided {
            all: worked(&tracks.iter().collect::<Vec<_>>()),
            by_track: grouped(&tracks),
            by_platform: grouped(&self.store.work_decided(period, (what, GroupBy::Platform)).await?),
            by_examiner: grouped(&self.store.work_decided(period, (what, GroupBy::Examiner)).await?),
        };
        for by in GroupBy::ALL {
            for (n, step) in Step::ALL.into_iter().enumerate() {
                for row in self.store.step_times(period, (what, by, step)).await? {
                    let time = decided.work_of(by, row.key.as_deref()).and_then(|w| w.steps.get_mut(n));
                    let (Some(time), Ok(taken)) = (time, u64::try_from(row.at.taken)) else { continue };
                    // With few, one place is both.
                    for (percent, of) in PERCENTILES.into_iter().zip([&mut time.hours_median, &mut time.hours_p95]) {
                        if place(taken, percent) + 1 == row.at.place {
                            *of = Some(hours(row.at.seconds));
                        }
                    }
                }
            }
        }
        Ok(decided)
    }

    /// How long steps took in what was decided in the last [`OVERSIGHT_DAYS`] days, and in what was answered.
    ///
    /// # Errors
    /// The store's.
    pub async fn work_lately(&self) -> Result<[Decided; 2], DeskError> {
        let (now, today) = self.now();
        let from = today.saturating_sub((OVERSIGHT_DAYS - 1).days());
        let period = (from.yesterday().map_or(now, end_of_day), end_of_day(today));
        Ok([self.work(period, Answered::Complaints).await?, self.work(period, Answered::Consultations).await?])
    }

    async fn became_final(&self, days: (Date, Date)) -> Result<Vec<FinalFigures>, DeskError> {
        let counts = self.store.outcome_counts(days).await?;
        let of = |(track, word): (Option<&str>, &'static str)| {
            let own: Vec<&OutcomeCount> = counts.iter().filter(|c| c.track.as_deref() == track).collect();
            let c = Counted::of(&own);
            let endings = Ending::ALL.iter().map(|e| e.word()).zip(c.endings).collect();
            let (complaints, decided, automatic) = (c.all, c.decided, c.automatic);
            let (overturned, unfounded, clerical) = (c.overturned, c.unfounded, c.clerical);
            FinalFigures { track: word, complaints, endings, decided, automatic, overturned, unfounded, clerical }
        };
        Ok([(Some("simple"), "simple"), (Some("complex"), "complex"), (None, "none")].into_iter().map(of).collect())
    }
}

fn alarm(off: &SwitchRow) -> Alarm {
    Alarm { code: "automation.switched_off", about: off.basis.clone(), since: off.at }
}

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn count(rows: &[&OpenRow], which: impl Fn(&OpenRow) -> bool) -> u64 {
    rows.iter().filter(|r| which(r)).count() as u64
}

fn is_overdue(row: &OpenRow, today: Date) -> bool {
    row.due_on.is_some_and(|d| d < today)
}

fn ages(open: &[OpenRow], today: Date) -> Vec<Age> {
    let age = |r: &OpenRow| shanghai_date(r.filed_at).until(today).map_or(0, |span| i64::from(span.get_days()));
    let mut from = i64::MIN;
    let bounds = AGES_DAYS.into_iter().map(Some).chain([None]);
    let of = |under: Option<i64>| {
        let within = (from, under.unwrap_or(i64::MAX));
        from = within.1;
        Age { days_under: under, count: open.iter().filter(|r| (within.0..within.1).contains(&age(r))).count() as u64 }
    };
    bounds.map(of).collect()
}

fn grouped(rows: &[WorkRow]) -> Vec<Keyed<Work>> {
    let mut groups: BTreeMap<Option<String>, Vec<&WorkRow>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.key.clone()).or_default().push(row);
    }
    groups.into_iter().map(|(key, rows)| Keyed { key, of: worked(&rows) }).collect()
}

fn worked(rows: &[&WorkRow]) -> Work {
    let sum = |which: &dyn Fn(&WorkRow) -> bool| rows.iter().filter(|r| which(r)).map(|r| number(r.count)).sum::<u64>();
    let complaints = sum(&|_| true);
    let timed = sum(&|r| r.late.is_some());
    let step = |(i, step): (usize, Step)| {
        let (n, seconds) = rows.iter().filter_map(|r| r.steps.get(i)).fold((0, 0), |(n, s), (m, t)| (n + m, s + t));
        let hours_mean = (n > 0).then(|| hours(seconds / n));
        StepTime { step: step.word(), complaints: number(n), hours_mean, hours_median: None, hours_p95: None }
    };
    Work {
        complaints,
        automatic: sum(&|r| r.automatic),
        overturned: wilson(sum(&|r| r.overturned), complaints),
        late: wilson(sum(&|r| r.late == Some(true)), timed),
        steps: Step::ALL.into_iter().enumerate().map(step).collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_open_complaint_has_one_age() {
        let today = date(2026, 11, 30);
        let filed = |days: i32| OpenRow {
            id: Uuid::nil(),
            track: None,
            due_on: None,
            filed_at: end_of_day(today.saturating_sub((days + 1).days())),
        };
        let open: Vec<OpenRow> = [0, 1, 2, 3, 6, 7, 13, 14, 29, 30, 400].map(filed).into();
        let found: Vec<_> = ages(&open, today).iter().map(|a| (a.days_under, a.count)).collect();
        assert_eq!(found, [(Some(1), 1), (Some(3), 2), (Some(7), 2), (Some(14), 2), (Some(30), 2), (None, 2)]);
    }

    #[test]
    fn what_was_never_due_is_not_late_and_counts_in_no_share() {
        let row = |late, count| WorkRow {
            key: None,
            automatic: false,
            overturned: false,
            late,
            count,
            steps: [(count, 3600 * count), (0, 0), (count, 7200 * count)],
        };
        let (a, b, c) = (row(Some(true), 1), row(Some(false), 3), row(None, 4));
        let w = worked(&[&a, &b, &c]);
        assert_eq!((w.complaints, w.late.count, w.late.rate), (8, 1, Some(0.25)));
        let time = |step, hours_mean: Option<f64>| StepTime {
            step,
            complaints: if hours_mean.is_some() { 8 } else { 0 },
            hours_mean,
            hours_median: None,
            hours_p95: None,
        };
        assert_eq!(w.steps, [time("acceptance", Some(1.0)), time("hearing", None), time("decision", Some(2.0))]);
    }
}
