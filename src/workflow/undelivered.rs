//! A message that did not reach its platform in time, and an endpoint that said it is gone: an examiner gets
//! the complaint back, and the operator a mail. The delivery itself stays as it is, and can be asked for again.
//!
//! Called by `agenda`; doing it twice tells nobody twice.

use uuid::Uuid;

use super::{Desk, DeskError};
use crate::domain::complaint::ReopenedWhy;
use crate::domain::letter::LetterKind;
use crate::store::{DispatchRow, OperatorMail};

impl Desk {
    /// Brings the complaint of a delivery that was given up, or waits too long, before an examiner.
    ///
    /// # Errors
    /// The store's; it may be done again.
    pub async fn tell_of_undelivered(&self, delivery: Uuid) -> Result<(), DeskError> {
        let (dispatch, endpoint) = self.store.delivery_to(delivery).await?;
        let deliveries = self.store.deliveries_of(dispatch).await?;
        let Some(row) = deliveries.into_iter().find(|d| d.id == delivery) else { return Ok(()) };
        let waits = matches!(row.state.as_str(), "due" | "paused") && row.expires_at <= self.clock.now();
        // Else it arrived, was superseded, or was asked for again meanwhile.
        if row.state != "undelivered" && !waits {
            return Ok(());
        }
        let attempts = u32::try_from(row.attempts).unwrap_or(0);
        let sent = self.store.dispatch(dispatch).await?;
        self.tell_operator(&sent, LetterKind::Undelivered, (delivery, attempts)).await?;
        match sent.complaint_id {
            Some(complaint) => {
                let why = ReopenedWhy::Undelivered { dispatch, endpoint, attempts };
                self.tell(&[complaint], |_| Some(why.clone())).await.map(drop)
            }
            None => Ok(()),
        }
    }

    /// Tells the operator that an endpoint was paused because of what it answered to a delivery.
    ///
    /// # Errors
    /// The store's; it may be done again.
    pub async fn tell_of_pause(&self, delivery: Uuid) -> Result<(), DeskError> {
        let (dispatch, _) = self.store.delivery_to(delivery).await?;
        let sent = self.store.dispatch(dispatch).await?;
        let attempts = self.store.deliveries_of(dispatch).await?.iter().find(|d| d.id == delivery).map_or(0, |d| d.attempts);
        self.tell_operator(&sent, LetterKind::EndpointPaused, (delivery, u32::try_from(attempts).unwrap_or(0))).await
    }

    async fn tell_operator(&self, sent: &DispatchRow, kind: LetterKind, (delivery, attempts): (Uuid, u32)) -> Result<(), DeskError> {
        if !self.settings.tells_operator {
            return Ok(());
        }
        let mail = OperatorMail {
            id: Uuid::new_v5(&delivery, format!("{}/{attempts}", kind.word()).as_bytes()),
            kind: kind.word(),
            complaint: sent.complaint_id.unwrap_or_default(),
            dispatch: sent.id,
            platform: sent.platform.clone(),
            at: self.clock.now(),
        };
        Ok(self.store.put_operator_mail(mail).await?)
    }
}
