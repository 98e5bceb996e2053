//! Who asked takes listings back, or the whole: a complainant its complaint, of which the measures that were asked are
//! lifted in the same commit; a platform what it referred, as far as it was not answered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::consultations::own;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, RETRIES_MAX};
use crate::domain::complaint::{Event, Withdrawn};
use crate::store::CommitError;

/// Codes of reasons for a withdrawal.
pub const WITHDRAWAL_REASONS: &[&str] = &["notice_wrong", "settled", "other"];

/// A withdrawal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalForm {
    /// The listings; absent: all that are left to be taken back.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
    /// A code of [`WITHDRAWAL_REASONS`].
    pub reason: String,
}

impl Desk {
    /// Withdraws listings of the caller's own complaint.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another's complaint, [`DeskError::Rule`], [`DeskError::Refused`].
    pub async fn withdraw(&self, caller: &Caller, id: Uuid, form: WithdrawalForm) -> Result<u32, DeskError> {
        self.take_back(caller, form, async || self.load_own(caller, id).await).await
    }

    /// Withdraws listings of what the caller's platform referred.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another's and for what was not referred, [`DeskError::Rule`], [`DeskError::Refused`].
    pub async fn withdraw_consultation(&self, caller: &Caller, id: Uuid, form: WithdrawalForm) -> Result<u32, DeskError> {
        let asked = async || {
            let loaded = self.load(id).await?;
            own(caller, &loaded.complaint)?;
            Ok(loaded)
        };
        self.take_back(caller, form, asked).await
    }

    async fn take_back(
        &self,
        caller: &Caller,
        form: WithdrawalForm,
        load: impl AsyncFn() -> Result<Loaded, DeskError>,
    ) -> Result<u32, DeskError> {
        if !WITHDRAWAL_REASONS.contains(&form.reason.as_str()) {
            let message = format!("{} is not one of {}", form.reason, WITHDRAWAL_REASONS.join(", "));
            return Err(DeskError::rule("withdrawal.unknown_reason", message));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let loaded = load().await?;
            let mut lines: Vec<u32> = form.lines.clone().unwrap_or_else(|| loaded.complaint.left_to_withdraw());
            lines.sort_unstable();
            lines.dedup();
            if lines.is_empty() {
                return Err(DeskError::rule("withdrawal.no_lines", "nothing is left to withdraw"));
            }
            let (now, _) = self.now();
            let event = Event::Withdrawn(Withdrawn { lines, reason: form.reason.clone() });
            let transition = loaded.complaint.record(&caller.actor(), now, event)?;
            let version = transition.after().seq;
            let commit = self.commit_of(transition, &loaded).await?;
            match self.store.commit(commit).await {
                Ok(_) | Err(CommitError::Answered(_)) => return Ok(version),
                Err(CommitError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                Err(CommitError::Store(e)) => return Err(e.into()),
            }
        }
    }
}
