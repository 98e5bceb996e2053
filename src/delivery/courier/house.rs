//! The lane of letters to people of the house: few, so one after the other.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use super::{AWAY_SECONDS, Courier, LEASE_SECONDS, LOOK_SECONDS, Post};
use crate::delivery::house_letters::write;
use crate::delivery::mail::{Letter, MailAttempted as Handed};
use crate::delivery::schedule::{Outcome, Tried, Verdict};
use crate::domain::house_letter::{HouseLetter, HouseLetterKind};
use crate::store::{HouseMailRow, StoreError};
use crate::vault::SealedRecord;

/// Letters claimed at once.
const CLAIMED_MAX: i64 = 16;

impl Courier {
    pub(super) async fn run_house_mails(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let pause = match self.post_house_mails().await {
                Ok(0) => LOOK_SECONDS,
                Ok(_) => continue,
                Err(e) => {
                    tracing::warn!(error = %e, "the letters to the house cannot be read");
                    AWAY_SECONDS
                }
            };
            tokio::select! {
                () = self.parts.store.outbox().house_mails.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    async fn post_house_mails(&self) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        let lease_until = now.checked_add(SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now);
        let mine = self.parts.store.claim_house_mails(now, lease_until, CLAIMED_MAX).await?;
        let taken = mine.len();
        for mail in mine {
            let attempted = self.post_house_mail(mail).await;
            self.parts.store.record_house_mail(attempted).await?;
        }
        Ok(taken)
    }

    async fn post_house_mail(&self, mail: HouseMailRow) -> HouseMailRow {
        let letter = self.house_letter(&mail);
        let handed = match (&self.parts.post, &letter) {
            (Post::Relay(relay), Some(letter)) => relay.send(letter).await,
            (Post::Folder(folder), Some(letter)) => folder.put(letter).await,
            (_, None) => Handed { verdict: Verdict::Refused, detail: "it cannot be opened, or there are no words for it".into() },
        };
        let ended_at = self.parts.clock.now();
        let attempt_no = mail.attempts_made() + 1;
        let tried = Tried { delivery_id: mail.id, attempt_no, ended_at, deliver_until: None, verdict: handed.verdict };
        let (state, again_at) = match (self.parts.schedule.next(&tried), &self.parts.post) {
            (Outcome::Delivered, Post::Relay(_)) => ("sent", None),
            (Outcome::Delivered, Post::Folder(_)) => ("filed", None),
            (Outcome::RetryAt(at), _) => ("due", Some(at)),
            (Outcome::GaveUp | Outcome::EndpointGone, _) => ("given_up", None),
        };
        tracing::info!(mail = %mail.id, template = mail.template, state, "mail to the house attempted");
        // Relays repeat the address they refuse; it is nobody's business here.
        let to = letter.map(|l| l.to).filter(|to| !to.is_empty());
        let said = to.map_or(handed.detail.clone(), |to| handed.detail.replace(&to, "…"));
        HouseMailRow {
            state: state.to_owned(),
            due_at: again_at.unwrap_or(ended_at),
            attempts: i32::try_from(attempt_no).unwrap_or(i32::MAX),
            last_error: Some(said).filter(|_| !matches!(state, "sent" | "filed")),
            ended_at: again_at.is_none().then_some(ended_at),
            ..mail
        }
    }

    fn house_letter(&self, mail: &HouseMailRow) -> Option<Letter> {
        let record = SealedRecord { sealed: mail.sealed.clone(), key: mail.key.clone() };
        let letter: HouseLetter = self.parts.vault.open(mail.id, &record).ok()?;
        let kind = HouseLetterKind::from_word(&mail.template)?;
        let path = match kind {
            HouseLetterKind::AutomationSwitchedOff => "/v1/admin/automation",
            HouseLetterKind::Invitation => "/v1/invitation-acceptances",
        };
        let link = format!("{}{path}", self.parts.public_url);
        let written = write(kind, &letter, (&link, &self.parts.issuer))?;
        let (subject, text, html) = (written.subject.to_owned(), written.text, written.html);
        Some(Letter { to: letter.to, subject, text, html, message_id: mail.id.to_string(), at: self.parts.clock.now() })
    }
}
