//! What a policy would have made of past complaints: their facts as they were triaged, triaged anew. Pure; it
//! changes nothing and proves nothing. What is counted can be counted in parts and put together.
//!
//! Not here: where the facts are read from, what is kept (`store`), threads (`workflow`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::automation::basis;
use super::policy::{Criterion, FactValue, Facts, Policy, Track, criteria_met, values_seen};

/// Complaints of each change that are kept to be read.
pub const SAMPLE_PER_CHANGE_MAX: usize = 25;

/// The policy that is tried, and those that past complaints were triaged with.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The policy that is tried.
    pub policy: Policy,
    /// The policies of the past, by version.
    pub past: BTreeMap<i64, Policy>,
}

/// The last triage of a past complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The complaint.
    pub complaint: Uuid,
    /// The policy it was triaged with.
    pub policy_version: i64,
    /// On which track that put it.
    pub track: Track,
    /// The criteria it met, by code.
    pub met: Vec<String>,
    /// Its facts.
    pub facts: Facts,
}

/// What would become otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A takedown would leave without a human.
    HumanToAutomatic,
    /// It would not any more.
    AutomaticToHuman,
    /// 繁案 → 简案
    ComplexToSimple,
    /// 简案 → 繁案
    SimpleToComplex,
}

/// Complaints that meet a criterion, before and now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionCount {
    /// Met it when they were triaged.
    pub met_before: u64,
    /// Meet it now.
    pub met_now: u64,
    /// Did not meet it, and do now.
    pub newly_met: u64,
    /// Met it, and do not any more.
    pub no_longer_met: u64,
}

/// A criterion that a complaint meets otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionChange {
    /// Its code.
    pub code: String,
    /// Whether it was met.
    pub met_before: bool,
    /// Whether it is.
    pub met_now: bool,
    /// The facts it looks at; null is unknown.
    pub saw: BTreeMap<String, Option<FactValue>>,
}

/// A complaint that would go otherwise, to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// The complaint.
    pub complaint: Uuid,
    /// The policy it was triaged with.
    pub policy_version: i64,
    /// What would become otherwise.
    pub changes: Vec<Change>,
    /// The criteria that make it so.
    pub criteria: Vec<CriterionChange>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Complaints looked at.
    pub complaints: u64,
    /// Of those, complex when they were triaged.
    pub complex_before: u64,
    /// Complex now.
    pub complex_now: u64,
    /// A takedown could leave without a human, by the policy of then.
    pub automatic_before: u64,
    /// By the policy that is tried.
    pub automatic_now: u64,
    /// How many would go otherwise, by what would.
    pub changes: BTreeMap<Change, u64>,
    /// By code of the criterion.
    pub criteria: BTreeMap<String, CriterionCount>,
    /// Of each change some, chosen by chance.
    pub sample: BTreeMap<Change, Vec<Sampled>>,
}

impl Tally {
    /// Looks at one more.
    pub fn add(&mut self, trial: &Trial, past: &Past) {
        let met: Vec<&Criterion> = criteria_met(&trial.policy, &past.facts).collect();
        let old = trial.past.get(&past.policy_version);
        let complex = (past.track == Track::Complex, !met.is_empty());
        // A complaint whose policy is not known any more was decided by a person, as far as anybody can tell.
        let automatic = (
            old.is_some_and(|old| basis(old.automation, !complex.0, &past.facts).is_some()),
            basis(trial.policy.automation, !complex.1, &past.facts).is_some(),
        );
        self.complaints += 1;
        self.complex_before += u64::from(complex.0);
        self.complex_now += u64::from(complex.1);
        self.automatic_before += u64::from(automatic.0);
        self.automatic_now += u64::from(automatic.1);
        let differs = self.count_criteria(past, &met);
        let changes: Vec<Change> = changes(complex, automatic).collect();
        for change in &changes {
            *self.changes.entry(*change).or_default() += 1;
        }
        if let Some(first) = changes.first().copied() {
            self.keep(
                first,
                || Sampled {
                    complaint: past.complaint,
                    policy_version: past.policy_version,
                    criteria: differs.iter().map(|(code, now)| explained(trial, (code, *now), past)).collect(),
                    changes,
                },
                past.complaint,
            );
        }
    }

    /// Counts each criterion; answers those that are met otherwise than before, and whether they are now.
    fn count_criteria<'a>(&mut self, past: &'a Past, met: &[&'a Criterion]) -> Vec<(&'a str, bool)> {
        let mut differs = Vec::new();
        let mut count = |code: &'a str, before: bool, now: bool| {
            if !self.criteria.contains_key(code) {
                self.criteria.insert(code.to_owned(), CriterionCount::default());
            }
            if let Some(c) = self.criteria.get_mut(code) {
                c.met_before += u64::from(before);
                c.met_now += u64::from(now);
                c.newly_met += u64::from(now && !before);
                c.no_longer_met += u64::from(before && !now);
            }
            if before != now {
                differs.push((code, now));
            }
        };
        for criterion in met {
            count(&criterion.code, past.met.contains(&criterion.code), true);
        }
        for code in past.met.iter().filter(|code| !met.iter().any(|c| c.code == **code)) {
            count(code, true, false);
        }
        differs
    }

    /// Keeps a complaint to be read, if chance wants it. The end of its id is random: the smallest of all are a
    /// fair sample, the same in whatever order and in how many parts they are looked at.
    fn keep(&mut self, change: Change, sampled: impl FnOnce() -> Sampled, complaint: Uuid) {
        let kept = self.sample.entry(change).or_default();
        let chance = |id: Uuid| (id.as_u64_pair().1, id);
        let at = kept.partition_point(|s| chance(s.complaint) < chance(complaint));
        if at < SAMPLE_PER_CHANGE_MAX {
            kept.insert(at, sampled());
            kept.truncate(SAMPLE_PER_CHANGE_MAX);
        }
    }

    /// Puts what was counted elsewhere with it.
    pub fn merge(&mut self, other: Tally) {
        self.complaints += other.complaints;
        self.complex_before += other.complex_before;
        self.complex_now += other.complex_now;
        self.automatic_before += other.automatic_before;
        self.automatic_now += other.automatic_now;
        for (change, n) in other.changes {
            *self.changes.entry(change).or_default() += n;
        }
        for (code, more) in other.criteria {
            let c = self.criteria.entry(code).or_default();
            c.met_before += more.met_before;
            c.met_now += more.met_now;
            c.newly_met += more.newly_met;
            c.no_longer_met += more.no_longer_met;
        }
        for (change, all) in other.sample {
            for sampled in all {
                let id = sampled.complaint;
                self.keep(change, || sampled, id);
            }
        }
    }
}

fn changes(complex: (bool, bool), automatic: (bool, bool)) -> impl Iterator<Item = Change> {
    let all = [
        (Change::HumanToAutomatic, automatic == (false, true)),
        (Change::AutomaticToHuman, automatic == (true, false)),
        (Change::ComplexToSimple, complex == (true, false)),
        (Change::SimpleToComplex, complex == (false, true)),
    ];
    all.into_iter().filter(|(_, so)| *so).map(|(change, _)| change)
}

/// What a criterion saw; by the policy of then where the one that is tried has it no more.
fn explained(trial: &Trial, (code, now): (&str, bool), past: &Past) -> CriterionChange {
    let of = |policy: &Policy| policy.criteria.iter().find(|c| c.code == code).map(|c| values_seen(c, &past.facts));
    let saw = of(&trial.policy).or_else(|| trial.past.get(&past.policy_version).and_then(of)).unwrap_or_default();
    CriterionChange { code: code.to_owned(), met_before: !now, met_now: now, saw }
}

#[cfg(test)]
mod tests {
    use super::super::policy::{default_policy, triage};
    use super::*;

    fn facts(sellers: i64) -> Facts {
        let checks = ["kind", "identity", "authenticity", "dates", "superseded", "text", "coverage", "verdict"];
        let mut f: Facts = checks.iter().map(|c| (format!("report.{c}"), "pass".into())).collect();
        for (name, value) in
            [("patent.number", "pass"), ("patent.in_force", "pass"), ("report.overall", "usable"), ("report.authenticity_level", "A")]
        {
            f.insert(name.into(), value.into());
        }
        for (name, value) in [("report.readable", true), ("standing.proven", true)] {
            f.insert(name.into(), value.into());
        }
        for name in ["complaint.unresolved_listings", "complaint.unconnected_listings"] {
            f.insert(name.into(), FactValue::Number(0));
        }
        f.insert("patent.register_status".into(), "in_force".into());
        f.insert("complaint.sellers".into(), FactValue::Number(sellers));
        f
    }

    fn past(policy: &Policy, version: i64, n: u128) -> Past {
        let facts = facts(i64::try_from(n).unwrap());
        let triaged = triage(policy, &facts);
        Past { complaint: Uuid::from_u128(n), policy_version: version, track: triaged.track, met: triaged.met(), facts }
    }

    /// The default, which is complex from 21 sellers on; and one from 11 on, with automation.
    fn trial() -> Trial {
        let mut policy = default_policy();
        let text = serde_json::to_string(&policy.criteria).unwrap().replace("\"value\":20", "\"value\":10");
        policy.criteria = serde_json::from_str(&text).unwrap();
        policy.automation.verified_notice = true;
        Trial { policy, past: BTreeMap::from([(0, default_policy())]) }
    }

    #[test]
    fn what_would_go_otherwise_is_counted_and_explained() {
        let trial = trial();
        let mut tally = Tally::default();
        for n in 1..=40 {
            tally.add(&trial, &past(&default_policy(), 0, n));
        }
        assert_eq!((tally.complaints, tally.complex_before, tally.complex_now), (40, 20, 30));
        assert_eq!((tally.automatic_before, tally.automatic_now), (0, 10));
        assert_eq!(tally.changes, BTreeMap::from([(Change::HumanToAutomatic, 10), (Change::SimpleToComplex, 10)]));
        let large = tally.criteria["case.large"];
        assert_eq!(large, CriterionCount { met_before: 20, met_now: 30, newly_met: 10, no_longer_met: 0 });
        let read = &tally.sample[&Change::SimpleToComplex][0];
        assert_eq!((read.complaint, read.criteria[0].code.as_str()), (Uuid::from_u128(11), "case.large"));
        assert_eq!(read.criteria[0].saw["complaint.sellers"], Some(FactValue::Number(11)));
        assert_eq!(read.criteria[0].saw["complaint.accused_products"], None);
    }

    #[test]
    fn the_same_policy_changes_nothing() {
        let trial = Trial { policy: default_policy(), past: BTreeMap::from([(0, default_policy())]) };
        let mut tally = Tally::default();
        for n in 1..=40 {
            tally.add(&trial, &past(&default_policy(), 0, n));
        }
        assert!(tally.changes.is_empty() && tally.sample.is_empty(), "{tally:?}");
        assert!(tally.criteria.values().all(|c| c.newly_met == 0 && c.no_longer_met == 0 && c.met_before == c.met_now));
    }

    #[test]
    fn in_parts_and_in_any_order_it_is_the_same() {
        let trial = trial();
        let all: Vec<Past> = (1..=400).map(|n| past(&default_policy(), 0, n)).collect();
        let mut whole = Tally::default();
        all.iter().for_each(|p| whole.add(&trial, p));
        let mut parts = Tally::default();
        for chunk in all.rchunks(7) {
            let mut part = Tally::default();
            chunk.iter().rev().for_each(|p| part.add(&trial, p));
            // As it is kept between.
            parts = serde_json::from_str(&serde_json::to_string(&parts).unwrap()).unwrap();
            parts.merge(part);
        }
        assert_eq!(parts, whole);
        assert!(whole.sample.values().all(|s| s.len() <= SAMPLE_PER_CHANGE_MAX));
    }
}
