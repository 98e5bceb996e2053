//! Which decisions take two examiners, by their effect: one proposes, another confirms. A decision of one examiner needs
//! a proof that none of the rules fired, and only [`FourEyesRule::look`] gives one.
//!
//! Level B of authenticity always takes two people, and is granted and not decided: see `report_grants`.
//!
//! # Why
//! A replay does not look at this rule: what was decided under another rule, or on another day, stays decided. That a
//! report negative throughout takes two is in the table of moves itself, which a replay reads.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::complaint::{Complaint, Determination, LineDecided, Listing, MeasureKind};

/// Sellers above which a decision against them takes two. Policy.
pub const SELLERS_MAX: u32 = 5;
/// Most days of sales that are named.
pub const SALES_MAX: usize = 20;
/// Most days before one.
pub const DAYS_BEFORE_MAX: u32 = 60;

/// A day of great sales, every year, and how long before it two are needed. What is taken down then cannot be sold
/// when it would be sold most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sale {
    /// Month.
    pub month: i8,
    /// Day.
    pub day: i8,
    /// Days before it, itself not counted; Asia/Shanghai.
    pub days_before: u32,
}

impl Sale {
    /// The sale of which `today` is one of the days before it.
    fn ahead(self, today: Date) -> Option<Date> {
        let in_year = |year: i16| Date::new(year, self.month, self.day).ok();
        let days = i64::from(self.days_before);
        let next = [today.year(), today.year().saturating_add(1)].into_iter().filter_map(in_year).find(|sale| *sale > today)?;
        let first = next.checked_sub(days.days()).ok()?;
        (today >= first).then_some(next)
    }

    /// Whether there is such a day.
    pub fn is_a_day(self) -> bool {
        // A leap year has them all.
        Date::new(2_028, self.month, self.day).is_ok() && (1..=DAYS_BEFORE_MAX).contains(&self.days_before)
    }
}

/// Which decisions against sellers take two, beside those on a report that is negative throughout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FourEyesRule {
    /// Against more sellers than this; null: however many.
    pub sellers_max: Option<u32>,
    /// Before these days.
    pub sales: Vec<Sale>,
    /// Where it asks that an item be deleted.
    #[serde(default = "yes")]
    pub deletions: bool,
    /// Where it proposes that a platform end its business with a shop.
    #[serde(default = "yes")]
    pub terminations: bool,
}

/// What nobody said of it takes two.
fn yes() -> bool {
    true
}

impl Default for FourEyesRule {
    fn default() -> Self {
        let sale = |month, day| Sale { month, day, days_before: 10 };
        FourEyesRule { sellers_max: Some(SELLERS_MAX), sales: vec![sale(6, 18), sale(11, 11)], deletions: true, terminations: true }
    }
}

/// A rule that fired, with what it saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// `negative_report`, `sellers`, `sale`, `deletion`, `termination`.
    pub rule: String,
    /// What was seen: how many sellers, the day of the sale, how many items or shops.
    pub saw: String,
}

/// Proof that one examiner may decide so.
#[derive(Clone, Copy, Debug)]
pub struct DecidesAlone(());

impl FourEyesRule {
    /// Whether one examiner may decide these listings of `c` today; otherwise every rule that fired.
    ///
    /// # Errors
    /// The rules that fired.
    pub fn look(&self, c: &Complaint, lines: &[LineDecided], today: Date) -> Result<DecidesAlone, Vec<Fired>> {
        let fired = self.fired(c, lines, today);
        if fired.is_empty() { Ok(DecidesAlone(())) } else { Err(fired) }
    }

    /// The rules that fire.
    pub fn fired(&self, c: &Complaint, lines: &[LineDecided], today: Date) -> Vec<Fired> {
        let against: Vec<u32> = lines.iter().filter(|l| l.is_against()).map(|l| l.line).collect();
        if against.is_empty() {
            return Vec::new();
        }
        let fired = |rule: &str, saw: String| Fired { rule: rule.to_owned(), saw };
        let mut all = Vec::new();
        if c.needs_two(lines) {
            all.push(fired("negative_report", "negative".to_owned()));
        }
        let sellers = sellers(c, &against);
        if self.sellers_max.is_some_and(|max| sellers > max as usize) {
            all.push(fired("sellers", sellers.to_string()));
        }
        all.extend(self.sales.iter().filter_map(|s| s.ahead(today)).map(|day| fired("sale", day.to_string())));
        let deleted = lines.iter().filter(|l| l.measure == Some(MeasureKind::Delete)).count();
        if self.deletions && deleted > 0 {
            all.push(fired("deletion", deleted.to_string()));
        }
        let ended: Vec<u32> = lines.iter().filter(|l| !l.repetition.is_empty()).map(|l| l.line).collect();
        if self.terminations && !ended.is_empty() {
            all.push(fired("termination", shops(c.listings.iter().filter(|l| ended.contains(&l.filed.line))).to_string()));
        }
        all
    }
}

/// Sellers against whom this complaint would stand: decided before, so that nobody goes round the rule in parts, or now.
fn sellers(c: &Complaint, against: &[u32]) -> usize {
    shops(c.listings.iter().filter(|l| against.contains(&l.filed.line) || l.determination == Determination::Infringing))
}

/// The shops of listings. Whoever names none may be anybody, and counts alone.
fn shops<'a>(listings: impl Iterator<Item = &'a Listing>) -> usize {
    let mut named = BTreeSet::new();
    let mut unnamed = 0;
    for listing in listings {
        match &listing.filed.shop {
            Some(shop) => drop(named.insert((listing.filed.site.as_deref(), shop.as_str()))),
            None => unnamed += 1,
        }
    }
    named.len() + unnamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn ten_days_before_a_sale_and_not_on_it() {
        let sale = Sale { month: 6, day: 18, days_before: 10 };
        let seen: Vec<bool> = ["2026-06-07", "2026-06-08", "2026-06-17", "2026-06-18"].map(|d| sale.ahead(day(d)).is_some()).into();
        assert_eq!(seen, [false, true, true, false]);
        // Over the turn of a year.
        let new_year = Sale { month: 1, day: 5, days_before: 10 };
        assert_eq!(new_year.ahead(day("2026-12-26")), Some(day("2027-01-05")));
        assert_eq!(new_year.ahead(day("2026-12-25")), None);
        assert!(sale.is_a_day() && Sale { month: 2, day: 29, days_before: 1 }.is_a_day());
        assert!(!Sale { month: 2, day: 30, days_before: 1 }.is_a_day() && !Sale { days_before: 0, ..sale }.is_a_day());
    }
}
