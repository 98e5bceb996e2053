//! Who may use the service: invitations, suspension, rotation of keys; and the house log that keeps what was done
//! about it, and about everything else that is not one complaint's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::check_text;
use super::lists::{cursor_position, cursor_text, rows_asked};
use super::versions::{as_seen, first};
use super::{AccountForm, AccountView, Caller, Desk, DeskError, KeyCreated};
use crate::domain::house_letter::{HouseLetter, HouseLetterKind};
use crate::domain::house_log::{HouseDraft, HouseEvent};
use crate::store::{HouseFilter, HouseRow, InvitationPut, InvitationRow, KeyRow, StoreError};
use crate::vault::Vault;

/// Hours an invitation can be accepted.
pub const INVITATION_HOURS: i64 = 168;
/// Most hours an old key still opens after its rotation.
pub const KEY_OVERLAP_HOURS_MAX: u32 = 168;
/// Hours it does where nobody says.
pub const KEY_OVERLAP_HOURS: u32 = 24;

/// An invitation as it was made: the only time its token is shown.
#[derive(Clone, Debug, Serialize)]
pub struct InvitationCreated {
    /// Id.
    pub id: Uuid,
    /// The account it opens.
    pub account: AccountView,
    /// The token, to be handed to whoever is invited; null: it is on its way by mail.
    pub token: Option<String>,
    /// It opens nothing from then on.
    pub expires_at: Timestamp,
}

/// Acceptance of an invitation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceForm {
    /// The token.
    pub token: String,
}

/// What an accepted invitation gives: the only time the key is shown.
#[derive(Clone, Debug, Serialize)]
pub struct InvitationAccepted {
    /// The account.
    pub account: AccountView,
    /// Its key.
    pub key: KeyCreated,
}

/// Suspension of an account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspendForm {
    /// Why.
    pub why: String,
}

/// Rotation of a key.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotationForm {
    /// Hours the old key still opens; absent: [`KEY_OVERLAP_HOURS`].
    #[serde(default)]
    pub old_ends_in_hours: Option<u32>,
}

/// A key in the place of another: the only time it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRotated {
    /// The new key.
    #[serde(flatten)]
    pub key: KeyCreated,
    /// The old one opens nothing from then on.
    pub old_ends_at: Timestamp,
}

/// A key, without what opens.
#[derive(Clone, Debug, Serialize)]
pub struct KeyView {
    /// Id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub ends_at: Option<Timestamp>,
}

/// An account with its keys.
#[derive(Clone, Debug, Serialize)]
pub struct AccountShown {
    /// The account.
    #[serde(flatten)]
    pub account: AccountView,
    /// Its keys, oldest first.
    pub keys: Vec<KeyView>,
}

/// Query of the house log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseQuery {
    /// Only of that account.
    pub account: Option<Uuid>,
    /// Only what was refused.
    #[serde(default)]
    pub refused: bool,
    /// Rows.
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

/// An act, with its answer.
#[derive(Clone, Debug, Serialize)]
pub struct ActView {
    /// Its number in the log.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who; null: the service itself, or whoever may use its machine.
    pub account: Option<Uuid>,
    /// What.
    pub event: HouseEvent,
    /// Hash over the entry before and this.
    pub hash: String,
    /// What it was answered; null: it has no answer, because it is none that was asked, or the process died.
    pub answer: Option<AnswerView>,
}

/// The answer to an act.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// Its number in the log.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Status, code and where what was made is.
    pub event: HouseEvent,
    /// Hash over the entry before and this.
    pub hash: String,
}

/// A page of the house log.
#[derive(Clone, Debug, Serialize)]
pub struct ActPage {
    /// The newest first.
    pub items: Vec<ActView>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

impl Desk {
    /// Makes an account and invites whoever it is for: the token makes its first key, once. It goes by mail where
    /// there is an address, and then nobody else sees it.
    ///
    /// # Errors
    /// As [`Desk::create_account`].
    pub async fn invite(&self, form: AccountForm) -> Result<InvitationCreated, DeskError> {
        let to = form.mail.clone();
        let (account, mail) = self.new_account(form).await?;
        let token = Vault::new_invitation_token()?;
        let now = self.clock.now();
        let row = InvitationRow {
            id: self.ids.next(),
            account_id: account.id,
            hash: self.vault.api_key_hash(&token).to_vec(),
            created_at: now,
            expires_at: after(now, INVITATION_HOURS),
            used_at: None,
        };
        let (id, expires_at) = (row.id, row.expires_at);
        let letter = to.map(|to| {
            let words = [("role", account.role.clone()), ("until", expires_at.to_string()), ("token", token.clone())];
            let words = words.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            self.house_mail(HouseLetterKind::Invitation, HouseLetter { to, words })
        });
        let letter = letter.transpose()?;
        let token = Some(token).filter(|_| letter.is_none());
        self.store.put_invitation(InvitationPut { account: account.clone(), mail, invitation: row, letter }).await?;
        Ok(InvitationCreated { id, account: account.into(), token, expires_at })
    }

    /// Accepts an invitation: its account has a key from then on.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a token that is unknown, used or too old.
    pub async fn accept_invitation(&self, form: &AcceptanceForm) -> Result<InvitationAccepted, DeskError> {
        let now = self.clock.now();
        let hash = self.vault.api_key_hash(&form.token);
        let invitation = self.store.invitation(&hash, now).await?.ok_or(DeskError::NotFound)?;
        let account = self.store.account(invitation.account_id).await?;
        let (key, row) = self.new_key(account.id)?;
        let event = HouseEvent::InvitationAccepted { invitation: invitation.id, account: account.id };
        let entry = HouseDraft { at: now, account: Some(account.id), about: None, event };
        self.store.accept_invitation(invitation.id, row, entry).await?;
        Ok(InvitationAccepted { account: account.into(), key })
    }

    /// Suspends an account: its keys open nothing until it is reinstated.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]; [`DeskError::Rule`] for one's own account, so that somebody is left who may
    /// reinstate, and for one that is suspended.
    pub async fn suspend_account(&self, caller: &Caller, (id, seen): (Uuid, i64), form: SuspendForm) -> Result<AccountView, DeskError> {
        let before = self.store.account(id).await?;
        as_seen(seen, before.version)?;
        check_text(Some(&form.why))?;
        if form.why.trim().is_empty() {
            return Err(DeskError::rule("account.why", "say why"));
        }
        if caller.account == id {
            return Err(DeskError::rule("account.own", "nobody suspends the own account"));
        }
        if before.suspended_at.is_some() {
            return Err(DeskError::rule("account.suspended_already", "the account is suspended"));
        }
        let done = self.store.suspend_account((id, seen), Some((self.clock.now(), form.why))).await;
        first(done, async || self.account_version(id).await).await?;
        Ok(self.store.account(id).await?.into())
    }

    /// Reinstates an account that was suspended.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]; [`DeskError::Rule`] for one that is not suspended.
    pub async fn reinstate_account(&self, (id, seen): (Uuid, i64)) -> Result<AccountView, DeskError> {
        let before = self.store.account(id).await?;
        as_seen(seen, before.version)?;
        if before.suspended_at.is_none() {
            return Err(DeskError::rule("account.not_suspended", "the account is not suspended"));
        }
        first(self.store.suspend_account((id, seen), None).await, async || self.account_version(id).await).await?;
        Ok(self.store.account(id).await?.into())
    }

    /// An account with its keys.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn account(&self, id: Uuid) -> Result<AccountShown, DeskError> {
        let account = self.store.account(id).await?.into();
        let keys = self.store.keys_of(id).await?;
        let keys = keys.into_iter().map(|k| KeyView { id: k.id, created_at: k.created_at, ends_at: k.revoked_at }).collect();
        Ok(AccountShown { account, keys })
    }

    /// Puts a key in the place of another, which still opens for a while.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a key that is not the account's, or is revoked; [`DeskError::Moved`]; [`DeskError::Rule`] for too
    /// long a while.
    pub async fn rotate_key(&self, (account, seen): (Uuid, i64), key: Uuid, form: KeyRotationForm) -> Result<KeyRotated, DeskError> {
        as_seen(seen, self.account_version(account).await?)?;
        let hours = form.old_ends_in_hours.unwrap_or(KEY_OVERLAP_HOURS);
        if hours > KEY_OVERLAP_HOURS_MAX {
            return Err(DeskError::rule("key.overlap", format!("at most {KEY_OVERLAP_HOURS_MAX} hours")));
        }
        let (made, row) = self.new_key(account)?;
        let old_ends_at = after(row.created_at, i64::from(hours));
        let done = self.store.rotate_key((key, seen), row, old_ends_at).await;
        first(done, async || self.account_version(account).await).await?;
        Ok(KeyRotated { key: made, old_ends_at })
    }

    /// A new key and its row.
    pub(super) fn new_key(&self, account: Uuid) -> Result<(KeyCreated, KeyRow), DeskError> {
        let key = Vault::new_api_key()?;
        let hash = self.vault.api_key_hash(&key).to_vec();
        let row = KeyRow { id: self.ids.next(), account_id: account, hash, created_at: self.clock.now(), revoked_at: None };
        Ok((KeyCreated { id: row.id, key }, row))
    }

    /// Writes in the house log what an account asks for, before anything of it is done; answers its number.
    ///
    /// # Errors
    /// The store's.
    pub async fn write_asked(&self, account: Uuid, event: HouseEvent) -> Result<i64, DeskError> {
        Ok(self.store.write_in_house_log(HouseDraft { at: self.clock.now(), account: Some(account), about: None, event }).await?)
    }

    /// Writes what an act was answered.
    ///
    /// # Errors
    /// The store's.
    pub async fn write_answered(&self, account: Uuid, about: i64, event: HouseEvent) -> Result<(), DeskError> {
        let entry = HouseDraft { at: self.clock.now(), account: Some(account), about: Some(about), event };
        self.store.write_in_house_log(entry).await?;
        Ok(())
    }

    /// Writes what was refused before anything of it was done.
    ///
    /// # Errors
    /// The store's.
    pub async fn write_refused(&self, account: Uuid, asked: HouseEvent, answered: HouseEvent) -> Result<(), DeskError> {
        let entry = |event| HouseDraft { at: self.clock.now(), account: Some(account), about: None, event };
        Ok(self.store.write_refusal_in_house_log(entry(asked), entry(answered)).await?)
    }

    /// Writes what was done on the command line.
    ///
    /// # Errors
    /// The store's.
    pub async fn write_key_made(&self, account: &AccountView) -> Result<(), DeskError> {
        let event = HouseEvent::KeyMadeOnCommandLine { account: account.id, role: account.role.clone() };
        self.store.write_in_house_log(HouseDraft { at: self.clock.now(), account: None, about: None, event }).await?;
        Ok(())
    }

    /// A page of the house log.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn house_log(&self, q: HouseQuery) -> Result<ActPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        let before: Option<i64> = cursor_position(q.cursor.as_deref())?;
        let filter = HouseFilter { account: q.account, refused: q.refused };
        let mut acts = self.store.house_acts(filter, before, limit + 1).await?;
        let more = acts.len() > limit;
        acts.truncate(limit);
        let next_cursor = acts.last().filter(|_| more).map(|(act, _)| cursor_text(&act.n));
        let items = acts.into_iter().map(act_view).collect::<Result<_, _>>()?;
        Ok(ActPage { items, next_cursor })
    }
}

fn event_of(row: &HouseRow) -> Result<HouseEvent, StoreError> {
    serde_json::from_str(&row.body).map_err(|e| StoreError::Corrupt { table: "house_log", id: row.n.to_string(), why: e.to_string() })
}

fn act_view((act, answer): (HouseRow, Option<HouseRow>)) -> Result<ActView, StoreError> {
    let answer = answer.map(|a| Ok::<_, StoreError>(AnswerView { n: a.n, at: a.at, event: event_of(&a)?, hash: hex::encode(&a.hash) }));
    Ok(ActView {
        n: act.n,
        at: act.at,
        account: act.account_id,
        event: event_of(&act)?,
        hash: hex::encode(&act.hash),
        answer: answer.transpose()?,
    })
}

fn after(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(now)
}
