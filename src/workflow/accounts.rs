//! Accounts and their API keys. A key is shown once and stored as a keyed hash.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError, Role};
use crate::domain::notice::NAME_CHARS_MAX;
use crate::store::{AccountRow, KeyRow, StoreError};
use crate::vault::Vault;

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
    /// The store's.
    pub async fn authenticate(&self, cache: &KeyCache, key: &str) -> Result<Option<Caller>, DeskError> {
        let hash = self.vault.api_key_hash(key);
        if let Some(caller) = cache.get(&hash) {
            return Ok(Some(caller));
        }
        if key.starts_with(crate::vault::SELLER_TOKEN_PREFIX) {
            // Not kept: an access that ends or is revoked stops at once.
            return self.seller_of(&hash).await;
        }
        let Some(account) = self.store.account_by_key_hash(&hash).await? else {
            return Ok(None);
        };
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
        let row = AccountRow {
            id: self.ids.next(),
            role: form.role.word().to_owned(),
            name: form.name,
            platform: form.platform,
            filings_per_hour_max: form.filings_per_hour_max.map(i64::from),
            created_at: self.clock.now(),
        };
        self.store.put_account(row.clone()).await?;
        Ok(row.into())
    }

    /// All accounts.
    ///
    /// # Errors
    /// The store's.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, DeskError> {
        Ok(self.store.accounts().await?.into_iter().map(Into::into).collect())
    }

    /// Makes a key for an account.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn create_key(&self, account: Uuid) -> Result<KeyCreated, DeskError> {
        self.store.account(account).await?;
        let key = Vault::new_api_key()?;
        let row =
            KeyRow { id: self.ids.next(), account_id: account, hash: self.vault.api_key_hash(&key).to_vec(), created_at: self.clock.now() };
        let id = row.id;
        self.store.put_key(row).await?;
        Ok(KeyCreated { id, key })
    }

    /// Revokes a key; it works no longer than [`KEY_FRESH_SECONDS_MAX`].
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn revoke_key(&self, account: Uuid, key: Uuid) -> Result<(), DeskError> {
        Ok(self.store.revoke_key(account, key, self.clock.now()).await?)
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
        }
    }
}
