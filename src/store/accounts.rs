//! Accounts and their keys.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{accounts, api_keys};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct AccountRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// Word of the role.
    pub role: String,
    /// Name, for people.
    pub name: String,
    /// Platform it speaks for.
    pub platform: Option<String>,
    /// Filings allowed an hour; the default where absent.
    pub filings_per_hour_max: Option<i64>,
    /// When it was made.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
}

/// A key of an account; the key itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct KeyRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The account.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// Keyed hash, 32 bytes.
    pub hash: Vec<u8>,
    /// When it was made.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
}

impl Store {
    /// Puts a new account.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`]
    pub async fn put_account(&self, row: AccountRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(accounts::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn account(&self, id: Uuid) -> Result<AccountRow, StoreError> {
        look!(self, $go => {
            let row: AccountRow = go!(first, accounts::table.find(Id(id)).select(AccountRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        look!(self, $go => {
            let rows: Vec<AccountRow> = go!(load, accounts::table.order(accounts::id).select(AccountRow::as_select()))?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The account a key opens, by the key's hash; none for a key that is unknown or revoked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn account_by_key_hash(&self, hash: &[u8]) -> Result<Option<AccountRow>, StoreError> {
        let hash = hash.to_vec();
        look!(self, $go => {
            let query = accounts::table
                .inner_join(api_keys::table)
                .filter(api_keys::hash.eq(&hash))
                .filter(api_keys::revoked_at.is_null())
                .select(AccountRow::as_select());
            let row: Option<AccountRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Puts a key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown account.
    pub async fn put_key(&self, row: KeyRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(api_keys::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a key that is not the account's, or is revoked.
    pub async fn revoke_key(&self, account: Uuid, key: Uuid, at: Timestamp) -> Result<(), StoreError> {
        work!(self, $go => {
            let mine = api_keys::table
                .filter(api_keys::id.eq(Id(key)))
                .filter(api_keys::account_id.eq(Id(account)))
                .filter(api_keys::revoked_at.is_null());
            match go!(execute, diesel::update(mine).set(api_keys::revoked_at.eq(Some(Ts(at)))))? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        })
    }
}
