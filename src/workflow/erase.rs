//! Erasing a person from a complaint that is over. What the complaint decided stays, and its log verifies as before:
//! it names people by id and digest only.
//!
//! Law: Personal Information Protection Law 47.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::dated;
use super::decide::check_text;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, Touched};
use crate::domain::complaint::{Event, Side};
use crate::domain::outcome::final_from;
use crate::store::ErasureRow;

/// Whom to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erased {
    /// Who complains, with what it signed and asked for.
    Complainant,
    /// Its agent.
    Agent,
    /// The sellers, with what they stated.
    Sellers,
}

impl Erased {
    fn word(self) -> &'static str {
        match self {
            Erased::Complainant => "complainant",
            Erased::Agent => "agent",
            Erased::Sellers => "sellers",
        }
    }
}

/// An erasure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureForm {
    /// Whom.
    pub who: Erased,
    /// Why; no personal data.
    pub reason: String,
}

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErasureView {
    /// Whom.
    pub who: Erased,
    /// Records that were there.
    pub records: usize,
}

impl Desk {
    /// Erases a person from a complaint.
    ///
    /// # Errors
    /// [`DeskError::Rule`] while the complaint is not final: whoever is still to be heard cannot be gone.
    pub async fn erase(&self, caller: &Caller, at: &Touched, form: ErasureForm) -> Result<ErasureView, DeskError> {
        check_text(Some(&form.reason))?;
        if form.reason.trim().is_empty() {
            return Err(DeskError::rule("erasure.reason", "say why"));
        }
        match self.again(async || self.erase_once((caller, at), &form).await).await {
            Err(DeskError::Store(e)) if e.is_stale() => Err(DeskError::Changed { now: self.load(at.complaint).await?.complaint.seq }),
            other => other,
        }
    }

    async fn erase_once(&self, (caller, at): (&Caller, &Touched), form: &ErasureForm) -> Result<ErasureView, DeskError> {
        let complaint = at.complaint;
        let loaded = self.load(complaint).await?;
        at.stands(&loaded.complaint)?;
        let (now, today) = self.now();
        if final_from(&loaded.complaint).is_none_or(|day| day > today) {
            return Err(DeskError::rule("erasure.not_final", "people are erased from a complaint once it is final"));
        }
        let records = self.records_of(&loaded, form.who).await?;
        let row = ErasureRow {
            id: self.ids.next(),
            complaint_id: complaint,
            who: form.who.word().to_owned(),
            reason: form.reason.clone(),
            erased_by: caller.account,
            at: now,
        };
        let erased = self.store.erase(row, (records, loaded.complaint.seq)).await;
        // Flags are remembered by the digest that is gone now.
        self.recent.forget();
        Ok(ErasureView { who: form.who, records: erased? })
    }

    async fn records_of(&self, loaded: &Loaded, who: Erased) -> Result<Vec<Uuid>, DeskError> {
        let c = &loaded.complaint;
        let mut records = match who {
            Erased::Complainant => vec![c.filed.complainant.party],
            Erased::Agent => c.filed.agent.iter().map(|a| a.party).collect(),
            Erased::Sellers => Vec::new(),
        };
        for past in dated(c.id, &loaded.log)? {
            records.extend(match (&past.1, who) {
                (Event::SellerAnswered(a), Erased::Sellers) => Some(a.party.party),
                (Event::StatementReceived(s), Erased::Sellers) => Some(s.party.party),
                (Event::ReviewRequested(r), Erased::Sellers) if r.side == Side::Seller => Some(r.party.party),
                (Event::ReviewRequested(r), Erased::Complainant) if r.side == Side::Complainant => Some(r.party.party),
                _ => None,
            });
        }
        if who == Erased::Complainant {
            // Signatures and addresses that came with a supplement.
            let supplied = self.store.parties(c.id).await?.into_iter().filter(|p| p.role == "supplement");
            records.extend(supplied.map(|p| p.id));
        }
        Ok(records)
    }
}
