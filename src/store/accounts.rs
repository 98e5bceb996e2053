//! Accounts, their keys, and invitations, which make the first.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::house_log::write_in_house_log;
use super::house_mails::{AccountMailRow, HouseMailRow};
use super::schema::{account_mails, accounts, api_keys, house_mails, invitations};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::house_log::HouseDraft;

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
    /// Since when it opens nothing.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub suspended_at: Option<Timestamp>,
    /// Why.
    pub suspended_why: Option<String>,
    /// How often it changed, from 1.
    pub version: i64,
}

/// A key of an account; the key itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
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
    /// From when on it opens nothing.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub revoked_at: Option<Timestamp>,
}

/// An invitation to an account; its token is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
pub struct InvitationRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The account.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// Keyed hash of the token, 32 bytes.
    pub hash: Vec<u8>,
    /// When it was made.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
    /// It opens nothing from then on.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub expires_at: Timestamp,
    /// When it was accepted.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub used_at: Option<Timestamp>,
}

/// A new account, and an invitation to it.
#[derive(Clone, Debug)]
pub struct InvitationPut {
    /// The account.
    pub account: AccountRow,
    /// Where it is written to.
    pub mail: Option<AccountMailRow>,
    /// The invitation.
    pub invitation: InvitationRow,
    /// The letter that carries its token.
    pub letter: Option<HouseMailRow>,
}

/// Moves an account on from the version that was seen; another at the same is told so.
macro_rules! account_moves {
    ($go:ident, $id:expr, $seen:expr) => {
        let there = accounts::table.filter(accounts::id.eq(Id($id))).filter(accounts::version.eq($seen));
        if $go!(execute, diesel::update(there).set(accounts::version.eq(accounts::version + 1)))? != 1 {
            return Err(Fault::Store(StoreError::Stale { what: "account" }));
        }
    };
}

impl Store {
    /// Puts a new account, and where it is written to.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`]
    pub async fn put_account(&self, row: AccountRow, mail: Option<AccountMailRow>) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(accounts::table).values(row.clone()))?;
            if let Some(mail) = mail.clone() {
                go!(execute, diesel::insert_into(account_mails::table).values(mail))?;
            }
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

    /// Accounts, oldest first, after that one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn accounts_page(&self, after: Uuid, limit: usize) -> Result<Vec<AccountRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let query = accounts::table.filter(accounts::id.gt(Id(after))).order(accounts::id).limit(limit).select(AccountRow::as_select());
            let rows: Vec<AccountRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Suspends an account that is at the version `seen`, or reinstates it where `suspended` is none.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is at another.
    pub async fn suspend_account(&self, (id, seen): (Uuid, i64), suspended: Option<(Timestamp, String)>) -> Result<(), StoreError> {
        let (at, why) = suspended.unzip();
        work!(self, $go => {
            account_moves!(go, id, seen);
            let set = (accounts::suspended_at.eq(at.map(Ts)), accounts::suspended_why.eq(why.clone()));
            go!(execute, diesel::update(accounts::table.find(Id(id))).set(set))?;
            Ok::<(), Fault>(())
        })
    }

    /// The keys of an account, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn keys_of(&self, account: Uuid) -> Result<Vec<KeyRow>, StoreError> {
        look!(self, $go => {
            let query = api_keys::table.filter(api_keys::account_id.eq(Id(account))).order(api_keys::id).select(KeyRow::as_select());
            let rows: Vec<KeyRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Puts a new account and an invitation to it, with the letter that carries its token.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`]
    pub async fn put_invitation(&self, put: InvitationPut) -> Result<(), StoreError> {
        let written = put.letter.is_some();
        work!(self, $go => {
            go!(execute, diesel::insert_into(accounts::table).values(put.account.clone()))?;
            if let Some(mail) = put.mail.clone() {
                go!(execute, diesel::insert_into(account_mails::table).values(mail))?;
            }
            go!(execute, diesel::insert_into(invitations::table).values(put.invitation.clone()))?;
            if let Some(letter) = put.letter.clone() {
                go!(execute, diesel::insert_into(house_mails::table).values(letter))?;
            }
            Ok::<(), Fault>(())
        })?;
        if written {
            self.outbox().house_mails.notify_one();
        }
        Ok(())
    }

    /// The invitation of a token, by its hash; none for one that is unknown, over or used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn invitation(&self, hash: &[u8], now: Timestamp) -> Result<Option<InvitationRow>, StoreError> {
        let hash = hash.to_vec();
        look!(self, $go => {
            let query = invitations::table
                .filter(invitations::hash.eq(&hash))
                .filter(invitations::used_at.is_null())
                .filter(invitations::expires_at.gt(Ts(now)))
                .select(InvitationRow::as_select());
            let row: Option<InvitationRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Uses an invitation for this key, and says so in the house log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where somebody used it meanwhile.
    pub async fn accept_invitation(&self, id: Uuid, key: KeyRow, entry: HouseDraft) -> Result<(), StoreError> {
        work!(self, $go => {
            let open = invitations::table.filter(invitations::id.eq(Id(id))).filter(invitations::used_at.is_null());
            if go!(execute, diesel::update(open).set(invitations::used_at.eq(Some(Ts(key.created_at)))))? != 1 {
                return_fault(StoreError::NotFound)?;
            }
            go!(execute, diesel::insert_into(api_keys::table).values(key.clone()))?;
            write_in_house_log!(go, |_| vec![entry.clone()]);
            Ok::<(), Fault>(())
        })
    }

    /// Ends a key at `ends_at` and puts another in its place, of an account that is at the version `seen`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a key that is not the account's, or ends before; [`StoreError::Stale`].
    pub async fn rotate_key(&self, (old, seen): (Uuid, i64), new: KeyRow, ends_at: Timestamp) -> Result<(), StoreError> {
        work!(self, $go => {
            account_moves!(go, new.account_id, seen);
            let mine = api_keys::table
                .filter(api_keys::id.eq(Id(old)))
                .filter(api_keys::account_id.eq(Id(new.account_id)))
                .filter(api_keys::revoked_at.is_null().or(api_keys::revoked_at.gt(Some(Ts(new.created_at)))));
            if go!(execute, diesel::update(mine).set(api_keys::revoked_at.eq(Some(Ts(ends_at)))))? != 1 {
                return_fault(StoreError::NotFound)?;
            }
            go!(execute, diesel::insert_into(api_keys::table).values(new.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// The account a key opens at `now`, by the key's hash; none for a key that is unknown or revoked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn account_by_key_hash(&self, hash: &[u8], now: Timestamp) -> Result<Option<AccountRow>, StoreError> {
        let hash = hash.to_vec();
        look!(self, $go => {
            let query = accounts::table
                .inner_join(api_keys::table)
                .filter(api_keys::hash.eq(&hash))
                .filter(api_keys::revoked_at.is_null().or(api_keys::revoked_at.gt(Some(Ts(now)))))
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

    /// Revokes a key of an account that is at the version `seen`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a key that is not the account's, or is revoked; [`StoreError::Stale`].
    pub async fn revoke_key(&self, (account, seen): (Uuid, i64), key: Uuid, at: Timestamp) -> Result<(), StoreError> {
        work!(self, $go => {
            account_moves!(go, account, seen);
            let mine = api_keys::table
                .filter(api_keys::id.eq(Id(key)))
                .filter(api_keys::account_id.eq(Id(account)))
                .filter(api_keys::revoked_at.is_null().or(api_keys::revoked_at.gt(Some(Ts(at)))));
            match go!(execute, diesel::update(mine).set(api_keys::revoked_at.eq(Some(Ts(at)))))? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        })
    }
}

/// Ends the unit of work with an error of ours.
fn return_fault(e: StoreError) -> Result<(), Fault> {
    Err(Fault::Store(e))
}
