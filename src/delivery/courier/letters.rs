//! The lane of letters. Every filing writes one, so they are taken many at a time and in rounds: claimed
//! by one statement, written down by another.
//!
//! # Why
//! A claim and a record a letter cost as much as the filing they follow. Letters wait for the next
//! round, so that a burst of filings is not slowed by the letters it causes; a relay takes no more
//! than this at a time anyway.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{AWAY_SECONDS, Courier, LEASE_SECONDS, LOOK_SECONDS, Post};
use crate::delivery::letters::{Writing, write};
use crate::delivery::mail::{Letter, MailAttempted as Handed};
use crate::delivery::schedule::{Outcome, Tried, Verdict};
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Complainant, Person};
use crate::domain::statement::SellerWords;
use crate::fail_points::fails_at;
use crate::store::{ClaimedMail, MailAttempted, OPERATOR_SIDE, PartyRow, StoreError};
use crate::vault::{SealedRecord, VaultError};

/// Letters of one round: handed over at once and written down together.
pub const LETTERS_PER_ROUND_MAX: usize = 64;
/// Milliseconds from one round that found letters to the next.
pub const LETTER_ROUND_MS: u64 = 250;
/// Rounds under way at once: one letter that its relay is slow to take does not hold up the next round.
const ROUNDS_AT_ONCE_MAX: usize = 4;

impl Courier {
    pub(super) async fn run_mails(&self, mut stop: watch::Receiver<bool>) {
        let mut rounds = JoinSet::new();
        while !*stop.borrow() {
            if rounds.len() >= ROUNDS_AT_ONCE_MAX {
                let _ = rounds.join_next().await;
            }
            while rounds.try_join_next().is_some() {}
            let pause = match self.claim_mails().await {
                Ok(mails) if mails.is_empty() => None,
                Ok(mails) => {
                    let courier = self.clone();
                    rounds.spawn(async move { courier.post_all(mails).await });
                    Some(Duration::from_millis(LETTER_ROUND_MS))
                }
                Err(e) => {
                    tracing::warn!(error = %e, "the letters of the outbox cannot be read");
                    Some(Duration::from_secs(AWAY_SECONDS))
                }
            };
            tokio::select! {
                () = self.parts.store.outbox().mails.notified(), if pause.is_none() => {}
                () = tokio::time::sleep(pause.unwrap_or(Duration::from_secs(LOOK_SECONDS))) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while rounds.join_next().await.is_some() {}
    }

    async fn claim_mails(&self) -> Result<Vec<ClaimedMail>, StoreError> {
        let now = self.parts.clock.now();
        let lease_until = now.checked_add(SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now);
        self.parts.store.claim_mails(now, lease_until, LETTERS_PER_ROUND_MAX).await
    }

    async fn post_all(&self, mails: Vec<ClaimedMail>) {
        let at_once = mails.len().max(1);
        // Those that end together are written down together; a slow one holds up no other.
        let mut ended = stream::iter(mails).map(|mail| self.post(mail)).buffer_unordered(at_once).ready_chunks(at_once);
        while let Some(done) = ended.next().await {
            fails_at("mail.answered");
            // What cannot be written down now is tried again after the lease, under the same Message-ID.
            if let Err(e) = self.parts.store.record_mails(done, self.parts.clock.now()).await {
                tracing::warn!(error = %e, "mails could not be written down");
            }
        }
    }

    async fn post(&self, mail: ClaimedMail) -> MailAttempted {
        let at = self.parts.clock.now();
        let letter = self.letter(&mail, at);
        let handed = match (&self.parts.post, &letter) {
            _ if fails_at("mail.send") => {
                Handed { verdict: Verdict::Failed { retry_after_seconds: None }, detail: "a test wants it".into() }
            }
            (Post::Relay(relay), Ok(Some(letter))) => relay.send(letter).await,
            (Post::Folder(folder), Ok(Some(letter))) => folder.put(letter).await,
            (_, Ok(None)) => Handed { verdict: Verdict::Refused, detail: "the person was erased, or there are no words for it".into() },
            (_, Err(e)) => Handed { verdict: Verdict::Refused, detail: e.to_string() },
        };
        let ended_at = self.parts.clock.now();
        let tried = Tried { delivery_id: mail.id, attempt_no: mail.attempts + 1, ended_at, deliver_until: None, verdict: handed.verdict };
        let (state, again_at) = match (self.parts.schedule.next(&tried), &self.parts.post) {
            (Outcome::Delivered, Post::Relay(_)) => ("sent", None),
            (Outcome::Delivered, Post::Folder(_)) => ("filed", None),
            (Outcome::RetryAt(at), _) => ("due", Some(at)),
            (Outcome::GaveUp | Outcome::EndpointGone, _) => ("given_up", None),
        };
        tracing::info!(mail = %mail.id, complaint = %mail.complaint, template = mail.template, state, "mail attempted");
        // Relays repeat the address they refuse; it is nobody's business here.
        let to = letter.ok().flatten().map(|l| l.to).filter(|to| !to.is_empty());
        let error = match (state, to) {
            ("sent" | "filed", _) => None,
            (_, None) => Some(handed.detail),
            (_, Some(to)) => Some(handed.detail.replace(&to, "…")),
        };
        let serves = LetterKind::from_word(&mail.template).is_some_and(LetterKind::serves);
        MailAttempted { id: mail.id, fence: mail.fence, state, again_at, error, serves }
    }

    fn letter(&self, mail: &ClaimedMail, at: Timestamp) -> Result<Option<Letter>, VaultError> {
        let link = match mail.side.as_str() {
            "seller" => format!("{}/v1/seller/complaint", self.parts.public_url),
            OPERATOR_SIDE => format!("{}/v1/admin/dispatches/{}", self.parts.public_url, mail.about.unwrap_or_default()),
            _ => format!("{}/v1/complaints/{}", self.parts.public_url, mail.complaint),
        };
        let serves = LetterKind::from_word(&mail.template).is_some_and(LetterKind::serves);
        let said = match mail.submitted.as_ref().filter(|_| serves) {
            Some(row) => Some(self.statement(row)?),
            // What would be served was erased: then nothing is.
            None if serves => return Ok(None),
            None => None,
        };
        let written = write(&Writing {
            side: &mail.side,
            kind: &mail.template,
            language: &mail.language,
            reference: &mail.reference,
            link: &link,
            day: mail.day,
            said: said.as_ref().map(|(seller, text)| (seller.as_str(), text.as_str())),
            issuer: &self.parts.issuer,
        });
        let to = match (mail.side.as_str(), &mail.party) {
            (OPERATOR_SIDE, _) => self.parts.operator_mail.clone(),
            (_, Some(party)) => Some(self.address(party)?),
            (_, None) => None,
        };
        let (Some(to), Some(written)) = (to, written) else {
            return Ok(None);
        };
        let (subject, text, html) = (written.subject, written.text, written.html);
        Ok(Some(Letter { to, subject, text, html, message_id: mail.id.to_string(), at }))
    }

    /// Who states non-infringement, and in which words.
    fn statement(&self, row: &PartyRow) -> Result<(String, String), VaultError> {
        let record = SealedRecord { sealed: row.sealed.clone(), key: row.key.clone() };
        let words: SellerWords = self.parts.vault.open(row.id, &record)?;
        Ok((words.seller.map(|s| s.name).unwrap_or_default(), words.text))
    }

    fn address(&self, party: &PartyRow) -> Result<String, VaultError> {
        let record = SealedRecord { sealed: party.sealed.clone(), key: party.key.clone() };
        match party.role.as_str() {
            "complainant" => Ok(self.parts.vault.open::<Complainant>(party.id, &record)?.address_for_service().to_owned()),
            "seller_statement" | "seller_answer" => {
                let words: SellerWords = self.parts.vault.open(party.id, &record)?;
                Ok(words.seller.map(|s| s.email).unwrap_or_default())
            }
            _ => Ok(self.parts.vault.open::<Person>(party.id, &record)?.email),
        }
    }
}
