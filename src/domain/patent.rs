//! Patent numbers, kinds and terms.

use serde::{Deserialize, Serialize};

/// Kind of patent, by the type digit of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatentKind {
    /// Type digit 1.
    Invention,
    /// Type digit 2.
    UtilityModel,
    /// Type digit 3.
    Design,
    /// Type digit 8: invention by the PCT.
    PctInvention,
    /// Type digit 9: utility model by the PCT.
    PctUtilityModel,
}
