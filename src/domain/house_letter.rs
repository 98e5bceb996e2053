//! Letters to people of the house: what they are about, and what is sealed of them until they are sent. Letters to
//! the sides of a complaint are in `letter`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a letter to somebody of the house is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HouseLetterKind {
    /// Too much was taken back: automation switched itself off.
    AutomationSwitchedOff,
    /// An invitation to an account, with its token.
    Invitation,
}

impl HouseLetterKind {
    /// All kinds.
    pub const ALL: [HouseLetterKind; 2] = [HouseLetterKind::AutomationSwitchedOff, HouseLetterKind::Invitation];

    /// The word used in SQL and for the words.
    pub fn word(self) -> &'static str {
        match self {
            HouseLetterKind::AutomationSwitchedOff => "automation_switched_off",
            HouseLetterKind::Invitation => "invitation",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        HouseLetterKind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// What is sealed of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseLetter {
    /// The address.
    pub to: String,
    /// What its words are filled with.
    pub words: BTreeMap<String, String>,
}
