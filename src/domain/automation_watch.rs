//! Watching automation: how often people took back what was decided without one, and when that is too often.
//!
//! # Why
//! The rule stands in the policy: it has a version, is shown in a difference, is switched on by a lead, and is
//! there when somebody asks later why automation stopped. That it stopped does not: a new policy must not switch on
//! again by itself what went wrong.
//!
//! Law: Personal Information Protection Law 24 (automated decisions have to be fair).

use serde::{Deserialize, Serialize};

use super::complaint::Basis;
use super::conduct::{Rate, wilson};
use super::policy::Automation;

/// Days that are looked back, at most: what is older says little of how things are.
pub const WATCHED_DAYS: i64 = 90;
/// The bases on which something can leave without a human.
pub const AUTOMATIC_BASES: [Basis; 2] = [Basis::VerifiedNotice, Basis::PriorDetermination];

/// When automation switches itself off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchOff {
    /// More than so many of a hundred decisions were taken back: the lower end of the 95 % interval lies above it.
    pub reversal_percent_over: u32,
    /// And there were so many decisions at least, so that one of one says nothing.
    pub decisions_min: u32,
}

impl Default for SwitchOff {
    fn default() -> Self {
        SwitchOff { reversal_percent_over: 5, decisions_min: 20 }
    }
}

/// What became of decisions without a human.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Complaints decided.
    pub decided: u64,
    /// Of those, overturned: the same as in the published figures.
    pub reversed: u64,
}

impl Record {
    /// With what else was counted.
    pub fn and(self, other: Record) -> Record {
        Record { decided: self.decided + other.decided, reversed: self.reversed + other.reversed }
    }

    /// The share taken back, with its interval.
    pub fn rate(self) -> Rate {
        wilson(self.reversed, self.decided)
    }
}

impl SwitchOff {
    /// Whether so many were taken back that automation has to stop.
    pub fn trips(self, record: Record) -> bool {
        let enough = record.decided >= u64::from(self.decisions_min);
        enough && record.rate().low.is_some_and(|low| low * 100.0 > f64::from(self.reversal_percent_over))
    }
}

/// Whether a policy lets something leave without a human on this basis.
pub fn allows(automation: Automation, basis: Basis) -> bool {
    match basis {
        Basis::VerifiedNotice => automation.verified_notice,
        Basis::PriorDetermination => automation.prior_determination,
        Basis::CentreOpinion | Basis::AdministrativeAdjudication | Basis::CourtRuling => false,
    }
}

/// What of it is left while these bases are switched off.
pub fn without(automation: Automation, off: &[Basis]) -> Automation {
    Automation {
        verified_notice: automation.verified_notice && !off.contains(&Basis::VerifiedNotice),
        prior_determination: automation.prior_determination && !off.contains(&Basis::PriorDetermination),
        ..automation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trips(reversed: u64, decided: u64) -> bool {
        SwitchOff::default().trips(Record { decided, reversed })
    }

    #[test]
    fn few_say_nothing_and_chance_is_allowed_for() {
        assert!(!trips(1, 1) && !trips(19, 19), "fewer than twenty");
        assert!(trips(20, 20) && trips(3, 20));
        assert!(!trips(2, 20), "ten of a hundred, by chance of twenty");
        assert!(!trips(50, 1000) && !trips(64, 1000) && trips(66, 1000), "a thousand leave less to chance");
        assert!(!trips(0, 1_000_000));
        let never = SwitchOff { reversal_percent_over: 100, decisions_min: 1 };
        assert!(!never.trips(Record { decided: 1000, reversed: 1000 }));
    }

    #[test]
    fn what_is_switched_off_is_not_allowed_whatever_the_policy_says() {
        let both = Automation { verified_notice: true, prior_determination: true, ..Automation::default() };
        let left = without(both, &[Basis::VerifiedNotice]);
        assert!(!allows(left, Basis::VerifiedNotice) && allows(left, Basis::PriorDetermination));
        assert!(AUTOMATIC_BASES.into_iter().all(|b| !allows(Automation::default(), b)));
    }
}
