//! Mails that were taken and came back.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::check_text;
use super::{Desk, DeskError};
use crate::domain::letter::LetterKind;

/// A mail came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BounceForm {
    /// What the notice of failure says, without addresses.
    pub why: String,
}

impl Desk {
    /// Writes down that a mail came back; one that served a statement did not serve it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a mail that was not sent, [`DeskError::Rule`].
    pub async fn bounce_mail(&self, mail: Uuid, form: BounceForm) -> Result<(), DeskError> {
        check_text(Some(&form.why))?;
        if form.why.trim().is_empty() || form.why.contains('@') {
            return Err(DeskError::rule("mail.bounce_why", "say why, without addresses"));
        }
        let kept = self.store.mail(mail).await?;
        let serves = LetterKind::from_word(&kept.template).is_some_and(LetterKind::serves);
        Ok(self.store.bounce_mail(mail, form.why, (self.clock.now(), serves)).await?)
    }
}
