//! What a platform is sent, derived from a transition. A dispatch's body never changes once it is
//! committed: the store fills in the item versions inside the transaction and keeps the text.
//!
//! Law: E-Commerce Law 42, 43; product rules of what may never be in it.

mod body;
mod effective;
mod notice_copy;
mod proposals;
mod test_message;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use body::{ADVISORY_TEXT, DispatchContext, Issuer, LineContext, ProductContext, SCOPE_TEXT, comparison_sent, derive, lift_reason};
pub use effective::{AckStep, EffectiveMeasure, effective_measure};
pub use test_message::{test_body, test_draft};

/// Most listings in one message.
pub const LINES_PER_DISPATCH_MAX: usize = 200;
/// Hours after issue at which an undelivered dispatch is given up visibly.
pub const DELIVER_HOURS_MAX: i64 = 96;

/// Kind of dispatch, the `type` of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DispatchKind {
    /// Take down.
    #[serde(rename = "takedown.decided")]
    Takedown,
    /// Lift.
    #[serde(rename = "lift.decided")]
    Lift,
    /// The sellers are asked before a decision; changes no measure.
    #[serde(rename = "hearing.opened")]
    Hearing,
    /// A statement of a seller is whole, and the platform is to forward it. Law: E-Commerce Law 43(2).
    #[serde(rename = "statement.to_forward")]
    StatementToForward,
    /// The measure stays for now: proceedings were proven, or the waiting period was extended.
    #[serde(rename = "measure.kept")]
    MeasureKept,
    /// A proposal to end the business with a shop is withdrawn, because its record fell; changes no measure.
    #[serde(rename = "termination.withdrawn")]
    TerminationWithdrawn,
    /// Links do not tell their item, and the platform is asked where they lead.
    #[serde(rename = "listing.resolve_requested")]
    ResolveRequested,
    /// A test message of a platform's engineer.
    #[serde(rename = "test")]
    Test,
}

impl DispatchKind {
    /// All kinds.
    pub const ALL: [DispatchKind; 8] = [
        DispatchKind::Takedown,
        DispatchKind::Lift,
        DispatchKind::Hearing,
        DispatchKind::StatementToForward,
        DispatchKind::MeasureKept,
        DispatchKind::TerminationWithdrawn,
        DispatchKind::ResolveRequested,
        DispatchKind::Test,
    ];

    /// The `type` of the message.
    pub fn word(self) -> &'static str {
        match self {
            DispatchKind::Takedown => "takedown.decided",
            DispatchKind::Lift => "lift.decided",
            DispatchKind::Hearing => "hearing.opened",
            DispatchKind::StatementToForward => "statement.to_forward",
            DispatchKind::MeasureKept => "measure.kept",
            DispatchKind::TerminationWithdrawn => "termination.withdrawn",
            DispatchKind::ResolveRequested => "listing.resolve_requested",
            DispatchKind::Test => "test",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        DispatchKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// Whether an endpoint gets it that takes these types; none: all. What a takedown proposed is withdrawn wherever takedowns
    /// go, also at an endpoint that was set up before there was a type for it.
    pub fn goes_to(self, taken: &[String]) -> bool {
        let takes = |kind: DispatchKind| taken.iter().any(|t| t == kind.word());
        taken.is_empty() || takes(self) || self == DispatchKind::TerminationWithdrawn && takes(DispatchKind::Takedown)
    }

    /// Whether it changes our measures on an item, and so the item's version.
    pub fn changes_items(self) -> bool {
        matches!(self, DispatchKind::Takedown | DispatchKind::Lift)
    }
}

/// One line of a draft: the listing and its item on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    /// Number of the listing in the complaint.
    pub line: u32,
    /// `id_space/item_id[/sku]`.
    pub item_key: String,
}

/// A dispatch before the item versions are known.
#[derive(Clone, Debug)]
pub struct DispatchDraft {
    /// `webhook-id`: UUIDv5 of complaint, seq, platform, kind and part; the same on every retry.
    pub id: Uuid,
    /// Code of the platform account.
    pub platform: String,
    /// Kind.
    pub kind: DispatchKind,
    /// The complaint.
    pub complaint: Uuid,
    /// The event it follows from.
    pub seq: u32,
    /// Part, from 1.
    pub part: u32,
    /// Issued at.
    pub issued_at: Timestamp,
    /// Given up after.
    pub deliver_until: Timestamp,
    /// The lines, in the order of `body.listings`.
    pub lines: Vec<DraftLine>,
    /// The body without `item_version` and `measures_in_force`.
    pub body: Value,
}

/// State of one item after the commit, as the platform must see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemState {
    /// Gapless per platform item; the highest wins.
    pub version: i64,
    /// Complaints whose measure is in force on it, in order.
    pub measures_in_force: Vec<Uuid>,
}

impl DispatchDraft {
    /// The final text of the body; `items` in the order of `lines`.
    pub fn finish(mut self, items: &[ItemState]) -> String {
        if !self.kind.changes_items() {
            return self.body.to_string();
        }
        if let Some(listings) = self.body.get_mut("listings").and_then(Value::as_array_mut) {
            for (listing, item) in listings.iter_mut().zip(items) {
                listing["item_version"] = item.version.into();
                listing["measures_in_force"] = item.measures_in_force.iter().map(|c| c.to_string()).collect();
            }
        }
        self.body.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who was sent the proposal is sent its withdrawal; every other type only where it is named.
    #[test]
    fn a_withdrawal_goes_where_takedowns_go() {
        let takes = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let of = |kinds: &[String]| DispatchKind::ALL.into_iter().filter(|k| k.goes_to(kinds)).map(DispatchKind::word).collect::<Vec<_>>();
        assert_eq!(of(&[]), DispatchKind::ALL.map(DispatchKind::word));
        assert_eq!(of(&takes(&["takedown.decided"])), ["takedown.decided", "termination.withdrawn"]);
        assert_eq!(of(&takes(&["termination.withdrawn"])), ["termination.withdrawn"]);
        assert_eq!(of(&takes(&["lift.decided", "test"])), ["lift.decided", "test"]);
    }
}
