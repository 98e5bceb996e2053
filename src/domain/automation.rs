//! What may leave without a human: a proof value that only a triage which shows it all can yield.
//!
//! Rule: the active policy switched it on, no criterion is met, all ten checks pass, authenticity is
//! level A or B, the complainant's standing for this patent is proven, whoever acts may still act, and no platform asks
//! for more than is shown.

use super::complaint::Basis;
use super::platform_rule::{RULE_NOT_MET, RULE_UNKNOWN};
use super::policy::{Automation, FactValue, Facts, Policy, Track, Triage};

/// The ten checks, by the facts that carry their results.
const CHECKS: [&str; 10] = [
    "report.kind",
    "patent.number",
    "report.identity",
    "report.authenticity",
    "report.dates",
    "report.superseded",
    "report.text",
    "report.coverage",
    "report.verdict",
    "patent.in_force",
];

/// Proof that a takedown may be decided automatically, and on what basis. Made by
/// [`MayAutomate::prove`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MayAutomate {
    basis: Basis,
}

impl MayAutomate {
    /// The proof, where there is one. A prior determination by a human is the stronger basis.
    pub fn prove(policy: &Policy, triage: &Triage, facts: &Facts) -> Option<Self> {
        let none_met = triage.track == Track::Simple && triage.criteria.iter().all(|c| !c.met);
        basis(policy.automation, none_met, facts).map(|basis| MayAutomate { basis })
    }

    /// On what the takedown rests.
    pub fn basis(&self) -> Basis {
        self.basis
    }
}

/// On what a takedown without a human would rest, where one may leave: the rule itself, which a simulation asks
/// of past facts without proving anything.
pub fn basis(automation: Automation, none_met: bool, facts: &Facts) -> Option<Basis> {
    let word = |name: &str, wanted: &str| matches!(facts.get(name), Some(FactValue::Word(w)) if w == wanted);
    let yes = |name: &str| facts.get(name) == Some(&FactValue::Bool(true));
    let none = |name: &str| matches!(facts.get(name), None | Some(FactValue::Number(0)));
    let zero = |name: &str| facts.get(name) == Some(&FactValue::Number(0));
    let clean = none_met
        && CHECKS.iter().all(|check| word(check, "pass"))
        && word("report.overall", "usable")
        && (word("report.authenticity_level", "A") || word("report.authenticity_level", "B"))
        && yes("standing.proven")
        && !yes("authority.expired")
        && none(RULE_NOT_MET)
        && none(RULE_UNKNOWN)
        && zero("complaint.unresolved_listings")
        && zero("complaint.unconnected_listings");
    if !clean {
        return None;
    }
    if automation.prior_determination && yes("relisting.determined") {
        return Some(Basis::PriorDetermination);
    }
    automation.verified_notice.then_some(Basis::VerifiedNotice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of a complaint that may leave without a human.
    fn clean() -> Facts {
        let word = |w: &str| FactValue::Word(w.to_owned());
        let mut facts: Facts = CHECKS.iter().map(|check| ((*check).to_owned(), word("pass"))).collect();
        facts.insert("report.overall".into(), word("usable"));
        facts.insert("report.authenticity_level".into(), word("A"));
        facts.insert("standing.proven".into(), true.into());
        facts.insert("complaint.unresolved_listings".into(), FactValue::Number(0));
        facts.insert("complaint.unconnected_listings".into(), FactValue::Number(0));
        facts
    }

    /// A rule that is met, and none at all, stand in nobody's way; one that is not met or not known to be does.
    #[test]
    fn nothing_leaves_where_a_platform_asks_for_more_than_is_shown() {
        let on = Automation { verified_notice: true, ..crate::domain::policy::default_policy().automation };
        let with = |facts: &[(&str, i64)]| {
            let mut all = clean();
            all.extend(facts.iter().map(|(name, n)| ((*name).to_owned(), FactValue::Number(*n))));
            basis(on, true, &all)
        };
        assert_eq!(with(&[]), Some(Basis::VerifiedNotice));
        assert_eq!(with(&[(RULE_NOT_MET, 0), (RULE_UNKNOWN, 0)]), Some(Basis::VerifiedNotice));
        assert_eq!(with(&[(RULE_NOT_MET, 1), (RULE_UNKNOWN, 0)]), None);
        assert_eq!(with(&[(RULE_NOT_MET, 0), (RULE_UNKNOWN, 1)]), None);
    }
}
