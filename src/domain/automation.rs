//! What may leave without a human: a proof value that only a triage which shows it all can yield.
//!
//! Rule: the active policy switched it on, no criterion is met, all ten checks pass, authenticity is
//! level A or B, the complainant's standing for this patent is proven, and whoever acts may still act.

use super::complaint::Basis;
use super::policy::{FactValue, Facts, Policy, Track, Triage};

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
        let word = |name: &str, wanted: &str| matches!(facts.get(name), Some(FactValue::Word(w)) if w == wanted);
        let yes = |name: &str| facts.get(name) == Some(&FactValue::Bool(true));
        let zero = |name: &str| facts.get(name) == Some(&FactValue::Number(0));
        let clean = triage.track == Track::Simple
            && triage.criteria.iter().all(|c| !c.met)
            && CHECKS.iter().all(|check| word(check, "pass"))
            && word("report.overall", "usable")
            && (word("report.authenticity_level", "A") || word("report.authenticity_level", "B"))
            && yes("standing.proven")
            && !yes("authority.expired")
            && zero("complaint.unresolved_listings")
            && zero("complaint.unconnected_listings");
        if !clean {
            return None;
        }
        if policy.automation.prior_determination && yes("relisting.determined") {
            return Some(MayAutomate { basis: Basis::PriorDetermination });
        }
        policy.automation.verified_notice.then_some(MayAutomate { basis: Basis::VerifiedNotice })
    }

    /// On what the takedown rests.
    pub fn basis(&self) -> Basis {
        self.basis
    }
}
