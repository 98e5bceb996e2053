//! What everybody may see: decisions that are final, by the operator's rule, and figures; and the rule itself.
//! All of it from rows that commits keep: no log is read here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{cursor_position, cursor_text, rows_asked};
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::Complaint;
use crate::domain::outcome::Ending;
use crate::domain::publication::{COUNT_SHOWN_MIN, PublicDecision, PublicationRule, share, without_small};
use crate::store::{OutcomeCount, PublishedFilter, StoreError};

/// Complaints whose outcome is written anew in one go.
const COMPLAINTS_AT_ONCE: i64 = 200;
/// Years that can be asked for.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// The rule in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicationView {
    /// Its version; 0: none was put.
    pub version: i64,
    /// The rule.
    #[serde(flatten)]
    pub rule: PublicationRule,
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicFormat {
    /// JSON.
    #[default]
    Json,
    /// CSV, RFC 4180.
    Csv,
}

/// Query of the published decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicDecisionQuery {
    /// In which form.
    #[serde(default)]
    pub format: PublicFormat,
    /// Rows.
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

/// Query of the figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicStatisticsQuery {
    /// In which form.
    #[serde(default)]
    pub format: PublicFormat,
    /// The year; absent: this one.
    pub year: Option<i16>,
}

/// A page of published decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicDecisionPage {
    /// The rule they are published by.
    pub rule: PublicationRule,
    /// The rows, those final last first.
    pub items: Vec<PublicDecision>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// The figures of a year: of the complaints that became final in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublicStatistics {
    /// The year, Asia/Shanghai.
    pub year: i16,
    /// The day they were counted on.
    pub as_of: Date,
    /// Figures that would rest on fewer complaints are null.
    pub count_shown_min: u64,
    /// By track; complaints that were never triaged stand under `none`.
    pub tracks: Vec<TrackStatistics>,
}

/// The figures of one track.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrackStatistics {
    /// `simple`, `complex`, `none`.
    pub track: &'static str,
    /// Complaints.
    pub complaints: Option<u64>,
    /// Infringement of at least one listing.
    pub infringing: Option<u64>,
    /// No infringement.
    pub not_infringing: Option<u64>,
    /// Not determined.
    pub undetermined: Option<u64>,
    /// Withdrawn.
    pub withdrawn: Option<u64>,
    /// Not accepted.
    pub not_accepted: Option<u64>,
    /// The supplement was not supplied.
    pub supplement_missing: Option<u64>,
    /// Of those decided: without a human.
    pub automatic_share: Option<f64>,
    /// Of those decided: overturned.
    pub reversal_rate: Option<f64>,
    /// Of all: failed on form.
    pub clerical_failure_rate: Option<f64>,
    /// Of those decided: no infringement found.
    pub substantive_failure_rate: Option<f64>,
    /// Hours from filing to decision, the median.
    pub hours_median: Option<f64>,
    /// The 95th percentile.
    pub hours_p95: Option<f64>,
}

impl Desk {
    /// The rule of publication.
    ///
    /// # Errors
    /// The store's.
    pub async fn publication(&self) -> Result<PublicationView, DeskError> {
        let (version, rule) = self.store.publication_rule().await?;
        Ok(PublicationView { version, rule })
    }

    /// Puts the rule of publication.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] for what is no ending of a decision.
    pub async fn put_publication(&self, caller: &Caller, (seen, rule): (i64, PublicationRule)) -> Result<PublicationView, DeskError> {
        as_seen(seen, self.publication().await?.version)?;
        let known = |word: &String| Ending::from_word(word).is_some_and(Ending::is_decision);
        if let Some(word) = rule.endings.iter().find(|w| !known(w)) {
            return Err(DeskError::rule("publication.ending", format!("{word} is not infringing, not_infringing or undetermined")));
        }
        let put = self.store.put_publication_rule((seen, &rule), caller.account, self.clock.now()).await;
        let version = first(put, async || Ok(self.publication().await?.version)).await?;
        Ok(PublicationView { version, rule })
    }

    /// A page of the decisions that everybody may read.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn public_decisions(&self, q: &PublicDecisionQuery) -> Result<PublicDecisionPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        let after: Option<(Date, String)> = cursor_position(q.cursor.as_deref())?;
        let (_, rule) = self.store.publication_rule().await?;
        let (_, today) = self.now();
        let filter = PublishedFilter { endings: rule.endings.clone(), decided_from: rule.decided_from, today };
        let mut rows = self.store.published_page(filter, after, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&(r.final_from, &r.reference)));
        let read = |r: crate::store::PublishedRow| {
            serde_json::from_str(&r.body)
                .map_err(|e| DeskError::Store(StoreError::Corrupt { table: "published", id: r.reference, why: e.to_string() }))
        };
        let items = rows.into_iter().map(read).collect::<Result<Vec<PublicDecision>, _>>()?;
        Ok(PublicDecisionPage { rule, items, next_cursor })
    }

    /// The figures of a year.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where the rule publishes none; [`DeskError::Rule`] for what is no year.
    pub async fn public_statistics(&self, q: &PublicStatisticsQuery) -> Result<PublicStatistics, DeskError> {
        let (_, today) = self.now();
        let year = q.year.unwrap_or(today.year());
        let (Ok(first), Ok(last), true) = (Date::new(year, 1, 1), Date::new(year, 12, 31), YEARS.contains(&year)) else {
            return Err(DeskError::rule("statistics.year", format!("{} to {} is expected", YEARS.start(), YEARS.end())));
        };
        if !self.store.publication_rule().await?.1.statistics {
            return Err(DeskError::NotFound);
        }
        let days = (first, last.min(today));
        let counts = self.store.outcome_counts(days).await?;
        let mut tracks = Vec::new();
        for (track, word) in [(Some("simple"), "simple"), (Some("complex"), "complex"), (None, "none")] {
            let own: Vec<&OutcomeCount> = counts.iter().filter(|c| c.track.as_deref() == track).collect();
            let mut figures = figures(word, &own);
            let decided = decided(&own);
            if let Some(track) = track.filter(|_| decided >= COUNT_SHOWN_MIN) {
                let places = vec![place(decided, 50), place(decided, 95)];
                if let [median, p95] = self.store.seconds_at(track, days, places).await?[..] {
                    (figures.hours_median, figures.hours_p95) = (Some(hours(median)), Some(hours(p95)));
                }
            }
            tracks.push(figures);
        }
        Ok(PublicStatistics { year, as_of: today, count_shown_min: COUNT_SHOWN_MIN, tracks })
    }

    /// Writes anew how the complaints after `progress` ended; answers where to go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn rewrite_outcomes(&self, progress: Option<&str>) -> Result<Option<String>, DeskError> {
        let after = progress.and_then(|p| p.parse().ok()).unwrap_or(Uuid::nil());
        let ids = self.store.complaint_ids(after, COMPLAINTS_AT_ONCE).await?;
        for id in &ids {
            let stored = self.store.complaint(*id).await?.ok_or(DeskError::NotFound)?;
            let corrupt =
                |e: crate::domain::complaint::ReplayError| StoreError::Corrupt { table: "events", id: id.to_string(), why: e.to_string() };
            self.store.put_outcome(&Complaint::replay(*id, &stored.log).map_err(corrupt)?).await?;
        }
        Ok(ids.last().map(Uuid::to_string))
    }
}

fn count(own: &[&OutcomeCount], which: impl Fn(&OutcomeCount, Ending) -> bool) -> u64 {
    let is = |c: &&&OutcomeCount| Ending::from_word(&c.ending).is_some_and(|e| which(c, e));
    own.iter().filter(is).map(|c| u64::try_from(c.count).unwrap_or(0)).sum()
}

fn decided(own: &[&OutcomeCount]) -> u64 {
    count(own, |_, e| e.is_decision())
}

/// What the figures of a track are made of: one definition for everybody's figures and for oversight.
pub(super) struct Counted {
    /// By ending, in the order of [`Ending::ALL`].
    pub(super) endings: Vec<u64>,
    /// In all.
    pub(super) all: u64,
    /// Of those, with a determination.
    pub(super) decided: u64,
    /// Of those decided: without a human.
    pub(super) automatic: u64,
    /// Of those decided: overturned.
    pub(super) overturned: u64,
    /// Of those decided: no infringement.
    pub(super) unfounded: u64,
    /// Of all: failed on form.
    pub(super) clerical: u64,
}

impl Counted {
    pub(super) fn of(own: &[&OutcomeCount]) -> Self {
        let endings: Vec<u64> = Ending::ALL.iter().map(|ending| count(own, |_, e| e == *ending)).collect();
        Counted {
            all: endings.iter().sum(),
            endings,
            decided: decided(own),
            automatic: count(own, |c, e| e.is_decision() && c.automatic),
            overturned: count(own, |c, e| e.is_decision() && c.overturned),
            unfounded: count(own, |_, e| e == Ending::NotInfringing),
            clerical: count(own, |_, e| e.is_clerical_failure()),
        }
    }
}

fn figures(track: &'static str, own: &[&OutcomeCount]) -> TrackStatistics {
    let c = Counted::of(own);
    let (all, decided) = (c.all, c.decided);
    let shown = without_small(&c.endings);
    let of = |ending: Ending| Ending::ALL.iter().position(|e| *e == ending).and_then(|at| shown.get(at).copied().flatten());
    // A share of a whole whose parts are left out would give them away.
    let parts_shown = |which: fn(Ending) -> bool| Ending::ALL.into_iter().filter(|e| which(*e)).all(|e| of(e).is_some());
    let of_decided = |part: u64| share(part, decided).filter(|_| parts_shown(Ending::is_decision));
    TrackStatistics {
        track,
        complaints: without_small(&[all]).first().copied().flatten(),
        infringing: of(Ending::Infringing),
        not_infringing: of(Ending::NotInfringing),
        undetermined: of(Ending::Undetermined),
        withdrawn: of(Ending::Withdrawn),
        not_accepted: of(Ending::NotAccepted),
        supplement_missing: of(Ending::SupplementMissing),
        automatic_share: of_decided(c.automatic),
        reversal_rate: of_decided(c.overturned),
        clerical_failure_rate: share(c.clerical, all).filter(|_| parts_shown(Ending::is_clerical_failure)),
        substantive_failure_rate: of_decided(c.unfounded),
        hours_median: None,
        hours_p95: None,
    }
}

/// Where a percentile stands in `n` ascending values: the nearest rank.
pub(super) fn place(n: u64, percent: u64) -> i64 {
    i64::try_from((n * percent).div_ceil(100).saturating_sub(1)).unwrap_or(i64::MAX)
}

pub(super) fn hours(seconds: i64) -> f64 {
    (seconds as f64 / 360.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        assert_eq!([place(1, 50), place(2, 50), place(5, 50), place(5, 95), place(100, 95), place(101, 95)], [0, 0, 2, 4, 94, 95]);
    }

    fn rows(counts: &[(&str, bool, bool, i64)]) -> Vec<OutcomeCount> {
        let row = |(ending, automatic, overturned, count): &(&str, bool, bool, i64)| OutcomeCount {
            track: Some("simple".into()),
            ending: (*ending).into(),
            automatic: *automatic,
            overturned: *overturned,
            count: *count,
        };
        counts.iter().map(row).collect()
    }

    #[test]
    fn the_figures_are_of_what_was_decided_and_of_all() {
        let rows = rows(&[
            ("infringing", true, false, 20),
            ("infringing", false, true, 5),
            ("not_infringing", false, false, 10),
            ("supplement_missing", false, false, 15),
        ]);
        let f = figures("simple", &rows.iter().collect::<Vec<_>>());
        assert_eq!((f.complaints, f.infringing, f.not_infringing, f.withdrawn), (Some(50), Some(25), Some(10), Some(0)));
        assert_eq!((f.automatic_share, f.reversal_rate), (Some(0.57), Some(0.14)));
        assert_eq!((f.clerical_failure_rate, f.substantive_failure_rate), (Some(0.3), Some(0.29)));
    }

    #[test]
    fn a_small_count_takes_with_it_whatever_would_give_it_away() {
        let rows = rows(&[("infringing", true, false, 25), ("not_infringing", false, false, 10), ("withdrawn", false, false, 2)]);
        let f = figures("simple", &rows.iter().collect::<Vec<_>>());
        assert_eq!((f.complaints, f.infringing, f.not_infringing, f.withdrawn), (Some(37), Some(25), None, None));
        assert_eq!((f.automatic_share, f.substantive_failure_rate), (None, None));
        assert_eq!(f.clerical_failure_rate, Some(0.0));
    }
}
