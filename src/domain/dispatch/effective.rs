//! The measure of a listing as it really stands: what the log asked, and what the platform said.

use serde::{Deserialize, Serialize};

use crate::domain::complaint::Measure;

/// Steps of a platform's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckStep {
    /// It has the dispatch.
    Received,
    /// It will act.
    Accepted,
    /// It will not, for a closed reason.
    Refused,
    /// The takedown is in effect.
    Applied,
    /// The lift is in effect.
    Lifted,
    /// It tried and could not.
    CouldNotApply,
}

impl AckStep {
    /// All of them.
    pub const ALL: [AckStep; 6] =
        [AckStep::Received, AckStep::Accepted, AckStep::Refused, AckStep::Applied, AckStep::Lifted, AckStep::CouldNotApply];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            AckStep::Received => "received",
            AckStep::Accepted => "accepted",
            AckStep::Refused => "refused",
            AckStep::Applied => "applied",
            AckStep::Lifted => "lifted",
            AckStep::CouldNotApply => "could_not_apply",
        }
    }

    /// Whether it says what became of the listing: nothing more is owed for it.
    pub fn ends(self) -> bool {
        matches!(self, AckStep::Refused | AckStep::Applied | AckStep::Lifted | AckStep::CouldNotApply)
    }

    /// The step of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        AckStep::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// The second axis of a listing, the platform's answers laid over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectiveMeasure {
    /// Nothing was asked.
    None,
    /// A takedown was asked.
    Requested,
    /// The platform said `applied`.
    InForce,
    /// The platform refused.
    Refused,
    /// A lift was asked.
    LiftRequested,
    /// The platform said `lifted`, or never had applied the takedown it refused.
    Lifted,
}

/// The measure, given what the log asked and the steps the platform answered to the last dispatch
/// of that kind for this listing. `in_force` only when the platform said `applied`.
pub fn effective_measure(asked: Measure, answered: &[AckStep]) -> EffectiveMeasure {
    let said = |s: AckStep| answered.contains(&s);
    match asked {
        Measure::None => EffectiveMeasure::None,
        Measure::Requested if said(AckStep::Applied) => EffectiveMeasure::InForce,
        Measure::Requested if said(AckStep::Refused) => EffectiveMeasure::Refused,
        Measure::Requested => EffectiveMeasure::Requested,
        Measure::LiftRequested if said(AckStep::Lifted) => EffectiveMeasure::Lifted,
        Measure::LiftRequested => EffectiveMeasure::LiftRequested,
    }
}
