//! Accounts and their API keys. A key is shown once and stored as a keyed hash.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{PageQuery, cursor_position, cursor_text, rows_asked};
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError, Role};
use crate::domain::notice::NAME_CHARS_MAX;
use crate::domain::notice_check::is_mail_address;
use crate::store::{AccountMailRow, AccountRow, StoreError};

/// Seconds a look-up of a key is kept: a revoked key works no longer than this.
pub const KEY_FRESH_SECONDS_MAX: u64 = 5;
/// Most look-ups kept.
const KEYS_KEPT_MAX: usize = 10_000;

/// A new account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountForm {
    /// Role.
    pub role: Role,
    /// Name, for people.
    pub name: String,
    /// Code of the platform it speaks for; with role `platform` only.
    #[serde(default)]
    pub platform: Option<String>,
    /// Filings allowed an hour; absent: the default.
    #[serde(default)]
    pub filings_per_hour_max: Option<u32>,
    /// Where its holder is written to about the house; kept sealed, and shown to nobody.
    #[serde(default)]
    pub mail: Option<String>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Id.
    pub id: Uuid,
    /// Role.
    pub role: String,
    /// Name.
    pub name: String,
    /// Platform.
    pub platform: Option<String>,
    /// Filings allowed an hour.
    pub filings_per_hour_max: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when its keys open nothing; null: they do.
    pub suspended_at: Option<Timestamp>,
    /// Why.
    pub suspended_why: Option<String>,
    /// How often it changed: the tag of its `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// A page of accounts.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// The oldest first.
    pub items: Vec<AccountView>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// A new key: the only time it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyCreated {
    /// Id, to revoke it by.
    pub id: Uuid,
    /// The key.
    pub key: String,
}

/// Look-ups of keys, kept a few seconds.
#[derive(Default)]
pub struct KeyCache(Mutex<HashMap<[u8; 32], (Instant, Caller)>>);

impl KeyCache {
    /// Forgets all, after a change made here.
    pub fn forget(&self) {
        if let Ok(mut kept) = self.0.lock() {
            kept.clear();
        }
    }

    fn get(&self, hash: &[u8; 32]) -> Option<Caller> {
        let kept = self.0.lock().ok()?;
        let (at, caller) = kept.get(hash)?;
        (at.elapsed() < Duration::from_secs(KEY_FRESH_SECONDS_MAX)).then(|| caller.clone())
    }

    fn keep(&self, hash: [u8; 32], caller: &Caller) {
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= KEYS_KEPT_MAX {
                kept.retain(|_, (at, _)| at.elapsed() < Duration::from_secs(KEY_FRESH_SECONDS_MAX));
            }
            if kept.len() < KEYS_KEPT_MAX {
                kept.insert(hash, (Instant::now(), caller.clone()));
            }
        }
    }
}

impl Desk {
    /// The caller of a key; `None` for a key that is unknown, revoked or malformed.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an account that is suspended; the store's.
    pub async fn authenticate(&self, cache: &KeyCache, key: &str) -> Result<Option<Caller>, DeskError> {
        let hash = self.vault.api_key_hash(key);
        if let Some(caller) = cache.get(&hash) {
            return Ok(Some(caller));
        }
        if key.starts_with(crate::vault::SELLER_TOKEN_PREFIX) {
            // Not kept: an access that ends or is revoked stops at once.
            return self.seller_of(&hash).await;
        }
        let Some(account) = self.store.account_by_key_hash(&hash, self.clock.now()).await? else {
            return Ok(None);
        };
        if account.suspended_at.is_some() {
            return Err(DeskError::rule("account.suspended", "the account is suspended; ask an administrator"));
        }
        let role = Role::from_word(&account.role).ok_or_else(|| {
            DeskError::Store(StoreError::Corrupt { table: "accounts", id: account.id.to_string(), why: "unknown role".into() })
        })?;
        let caller = Caller {
            account: account.id,
            role,
            platform: account.platform,
            filings_per_hour_max: account.filings_per_hour_max.and_then(|n| u32::try_from(n).ok()),
            seller: None,
        };
        cache.keep(hash, &caller);
        Ok(Some(caller))
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an empty name or a platform that is missing, unknown or out of place.
    pub async fn create_account(&self, form: AccountForm) -> Result<AccountView, DeskError> {
        let (row, mail) = self.new_account(form).await?;
        self.store.put_account(row.clone(), mail).await?;
        Ok(row.into())
    }

    /// The row of a new account, and where it is written to.
    pub(super) async fn new_account(&self, form: AccountForm) -> Result<(AccountRow, Option<AccountMailRow>), DeskError> {
        if form.mail.as_deref().is_some_and(|mail| !is_mail_address(mail)) {
            return Err(DeskError::rule("account.mail", "not a mail address"));
        }
        if form.name.trim().is_empty() || form.name.chars().count() > NAME_CHARS_MAX {
            return Err(DeskError::rule("account.name", format!("1 to {NAME_CHARS_MAX} characters")));
        }
        if form.role == Role::Seller {
            return Err(DeskError::rule("account.role", "a seller has access by its platform, not an account"));
        }
        match (&form.platform, form.role) {
            (Some(code), Role::Platform) => {
                let known = self.store.platforms().await?;
                if !known.iter().any(|p| p.code == *code) {
                    return Err(DeskError::rule("account.platform_unknown", format!("no platform is called {code}")));
                }
            }
            (None, Role::Platform) => return Err(DeskError::rule("account.platform_required", "role platform needs a platform")),
            (Some(_), _) => return Err(DeskError::rule("account.platform_out_of_place", "only role platform has a platform")),
            (None, _) => {}
        }
        let id = self.ids.next();
        let sealed = form.mail.map(|mail| self.vault.seal(id, &mail)).transpose()?;
        let mail = sealed.map(|s| AccountMailRow { account_id: id, sealed: s.sealed, key: s.key });
        let row = AccountRow {
            id,
            role: form.role.word().to_owned(),
            name: form.name,
            platform: form.platform,
            filings_per_hour_max: form.filings_per_hour_max.map(i64::from),
            created_at: self.clock.now(),
            suspended_at: None,
            suspended_why: None,
            version: 1,
        };
        Ok((row, mail))
    }

    /// A page of the accounts.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn accounts(&self, q: PageQuery) -> Result<AccountPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        let after: Option<Uuid> = cursor_position(q.cursor.as_deref())?;
        let mut rows = self.store.accounts_page(after.unwrap_or_default(), limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&r.id));
        Ok(AccountPage { items: rows.into_iter().map(Into::into).collect(), next_cursor })
    }

    /// Makes a key for an account.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn create_key(&self, account: Uuid) -> Result<KeyCreated, DeskError> {
        self.store.account(account).await?;
        let (key, row) = self.new_key(account)?;
        self.store.put_key(row).await?;
        Ok(key)
    }

    /// Revokes a key; it works no longer than [`KEY_FRESH_SECONDS_MAX`].
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]
    pub async fn revoke_key(&self, (account, seen): (Uuid, i64), key: Uuid) -> Result<(), DeskError> {
        as_seen(seen, self.account_version(account).await?)?;
        let done = self.store.revoke_key((account, seen), key, self.clock.now()).await;
        first(done, async || self.account_version(account).await).await
    }

    pub(super) async fn account_version(&self, id: Uuid) -> Result<i64, DeskError> {
        Ok(self.store.account(id).await?.version)
    }
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        AccountView {
            id: row.id,
            role: row.role,
            name: row.name,
            platform: row.platform,
            filings_per_hour_max: row.filings_per_hour_max.and_then(|n| u32::try_from(n).ok()),
            created_at: row.created_at,
            suspended_at: row.suspended_at,
            suspended_why: row.suspended_why,
            version: row.version,
        }
    }
}
