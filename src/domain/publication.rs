//! What is published: the operator's rule, a decision as everybody may read it, and the small numbers that
//! statistics leave out. Fields are allowed one by one (`audience`), never forbidden.
//!
//! Not here: when a decision is final (`outcome`), how a page is made.
//!
//! # Why
//! Nothing that a person wrote is published, the reasons in words of an examiner included: what a person
//! writes may name a person. Codes say the same. Listings are counted, not named: an item or a shop leads to
//! who keeps it.
//!
//! Law: Personal Information Protection Law 4 (what cannot be traced to a person is no personal data), 6, 25
//! (personal data is not published without consent); E-Commerce Law 44 obliges platforms, and not the operator
//! of this service, to publish notices, statements and results: hence a rule of the operator's own.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::complaint::{Basis, Complaint, Determination, Measure};
use super::outcome::{Ending, Outcome};
use super::policy::Track;

/// Complaints below which a figure of the statistics is left out: with fewer, who was meant could be guessed.
pub const COUNT_SHOWN_MIN: u64 = 5;

/// The operator's rule. Until one is put: figures, and no decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationRule {
    /// Decisions with these endings are published: `infringing`, `not_infringing`, `undetermined`; none, where empty.
    pub endings: Vec<String>,
    /// Only what was decided on that day or later: parties know the rule beforehand.
    pub decided_from: Date,
    /// Whether figures are published.
    pub statistics: bool,
}

impl Default for PublicationRule {
    fn default() -> Self {
        PublicationRule { endings: Vec::new(), decided_from: Date::constant(2000, 1, 1), statistics: true }
    }
}

/// A decision as everybody may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicDecision {
    /// Reference of the complaint.
    pub reference: String,
    /// How it ended.
    pub ending: String,
    /// The day of what last bore on it.
    pub decided_on: Date,
    /// The day from which it is final.
    pub final_from: Date,
    /// The track.
    pub track: Option<Track>,
    /// Patent number.
    pub patent_number: String,
    /// Claims or designs asserted.
    pub asserted_items: Vec<String>,
    /// Overall result of the ten checks.
    pub overall: Option<String>,
    /// Whether a determination was overturned on the way.
    pub overturned: bool,
    /// The listings, those alike together.
    pub lines: Vec<PublicLines>,
}

/// Listings that were decided alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublicLines {
    /// Code of the platform; null where it is not connected.
    pub platform: Option<String>,
    /// First axis.
    pub determination: String,
    /// Second axis, as this service asked.
    pub measure: String,
    /// On what it rests.
    pub basis: Option<String>,
    /// `human` or `automatic`; null where nothing was decided.
    pub by: Option<String>,
    /// Codes of the reasons.
    pub reasons: Vec<String>,
    /// How many.
    pub listings: u32,
}

/// The decision as everybody may read it; none while it is not final, and where nothing was determined.
pub fn public_decision(c: &Complaint, outcome: &Outcome) -> Option<PublicDecision> {
    let final_from = outcome.final_from.filter(|_| outcome.ending.is_decision())?;
    let mut alike: BTreeMap<PublicLines, u32> = BTreeMap::new();
    for l in &c.listings {
        let line = PublicLines {
            platform: l.filed.platform.clone(),
            determination: Determination::word(l.determination).to_owned(),
            measure: Measure::word(l.measure).to_owned(),
            basis: l.basis.map(|b| Basis::word(b).to_owned()),
            by: l.basis.map(|_| if l.by_human { "human" } else { "automatic" }.to_owned()),
            reasons: l.reasons.clone(),
            listings: 0,
        };
        *alike.entry(line).or_default() += 1;
    }
    Some(PublicDecision {
        reference: c.filed.reference.clone(),
        ending: Ending::word(outcome.ending).to_owned(),
        decided_on: outcome.ended_on,
        final_from,
        track: outcome.track,
        patent_number: c.filed.patent_number.clone(),
        asserted_items: c.filed.asserted_items.clone(),
        overall: c.examined.as_ref().map(|e| e.overall.clone()),
        overturned: outcome.overturned,
        lines: alike.into_iter().map(|(line, listings)| PublicLines { listings, ..line }).collect(),
    })
}

/// Counts that together make a whole, the small ones left out: those of 1 to [`COUNT_SHOWN_MIN`] − 1, and
/// where that is one alone, the next smallest with it, or the whole would tell it.
pub fn without_small(counts: &[u64]) -> Vec<Option<u64>> {
    let small = |n: u64| (1..COUNT_SHOWN_MIN).contains(&n);
    let mut shown: Vec<Option<u64>> = counts.iter().map(|n| Some(*n).filter(|n| !small(*n))).collect();
    if shown.iter().filter(|n| n.is_none()).count() == 1 {
        let next = shown.iter_mut().filter(|n| n.is_some_and(|n| n > 0)).min_by_key(|n| n.unwrap_or(u64::MAX));
        if let Some(next) = next {
            *next = None;
        }
    }
    shown
}

/// The share `part` has in `whole`, to the hundredth; none where either side of it is small.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    let told = without_small(&[part, whole.saturating_sub(part)]).iter().all(Option::is_some);
    // More digits would tell the whole by its fractions.
    (told && whole > 0).then(|| (part as f64 / whole as f64 * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_cannot_be_had_from_the_others() {
        for counts in [[3, 90, 7, 0], [1, 1, 50, 0], [0, 0, 4, 0], [4, 5, 0, 0]] {
            let shown = without_small(&counts);
            let hidden: Vec<u64> = counts.iter().zip(&shown).filter(|(_, s)| s.is_none()).map(|(n, _)| *n).collect();
            assert!(shown.iter().flatten().all(|n| *n == 0 || *n >= COUNT_SHOWN_MIN), "{counts:?} {shown:?}");
            let others = counts.iter().filter(|n| **n > 0).count() > 1;
            assert!(!others || hidden.len() != 1, "one alone follows from the whole: {counts:?} {shown:?}");
        }
        assert_eq!(without_small(&[20, 30, 0]), [Some(20), Some(30), Some(0)]);
    }

    #[test]
    fn a_share_is_told_where_both_sides_are_large_enough() {
        assert_eq!((share(25, 100), share(0, 7), share(7, 7)), (Some(0.25), Some(0.0), Some(1.0)));
        assert_eq!((share(4, 100), share(97, 100), share(0, 0)), (None, None, None));
    }
}
