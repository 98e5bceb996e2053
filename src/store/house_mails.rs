//! Mails to people of the house, on their way: claimed with a lease and a fence, as letters are (`mails`). Address
//! and words are sealed, and gone when the mail ended: it may carry a token.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::outbox::count;
use super::schema::{account_mails, accounts, house_mails};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = house_mails, treat_none_as_default_value = false)]
pub struct HouseMailRow {
    /// Id; with the sender's domain its `Message-ID`.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// What it is about.
    pub template: String,
    /// Address and words, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// The key they are sealed with, itself wrapped by the caller.
    pub key: Vec<u8>,
    /// `due`, `sent`, `filed` (in a folder; nobody was sent anything), `given_up`.
    pub state: String,
    /// Not before.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub due_at: Timestamp,
    /// A worker has it until then.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub lease_until: Option<Timestamp>,
    /// The number that must still stand when the attempt is written down.
    pub fence: i64,
    /// Attempts made.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was written.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub written_at: Timestamp,
    /// When it was handed over, or given up.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub ended_at: Option<Timestamp>,
}

impl HouseMailRow {
    /// Attempts made before.
    pub fn attempts_made(&self) -> u32 {
        count(self.attempts)
    }
}

/// Where an account is written to, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_mails)]
pub struct AccountMailRow {
    /// The account.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// The address, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// The key it is sealed with, itself wrapped by the caller.
    pub key: Vec<u8>,
}

impl Store {
    /// Where the accounts of a role are written to, those that are suspended left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn mails_of_role(&self, role: &str) -> Result<Vec<AccountMailRow>, StoreError> {
        let role = role.to_owned();
        look!(self, $go => {
            let active = accounts::table.filter(accounts::role.eq(&role)).filter(accounts::suspended_at.is_null()).select(accounts::id);
            let query = account_mails::table.filter(account_mails::account_id.eq_any(active)).select(AccountMailRow::as_select());
            let rows: Vec<AccountMailRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Claims mails that are due, each for one worker.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_house_mails(&self, now: Timestamp, lease_until: Timestamp, limit: i64) -> Result<Vec<HouseMailRow>, StoreError> {
        work!(self, $go => {
            let free = house_mails::lease_until.is_null().or(house_mails::lease_until.le(Some(Ts(now))));
            let query = house_mails::table
                .filter(house_mails::state.eq("due"))
                .filter(house_mails::due_at.le(Ts(now)))
                .filter(free)
                .order(house_mails::due_at)
                .limit(limit)
                .select(HouseMailRow::as_select());
            let rows: Vec<HouseMailRow> = go!(load, query)?;
            let mut mine = Vec::new();
            for mut row in rows {
                let still = house_mails::table.filter(house_mails::id.eq(Id(row.id))).filter(house_mails::fence.eq(row.fence));
                let set = (house_mails::fence.eq(row.fence + 1), house_mails::lease_until.eq(Some(Ts(lease_until))));
                if go!(execute, diesel::update(still).set(set))? == 1 {
                    row.fence += 1;
                    mine.push(row);
                }
            }
            Ok::<_, Fault>(mine)
        })
    }

    /// Writes down what came of a mail that is held by its fence; what ended loses its words.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_house_mail(&self, row: HouseMailRow) -> Result<(), StoreError> {
        work!(self, $go => {
            let held = house_mails::table.filter(house_mails::id.eq(Id(row.id))).filter(house_mails::fence.eq(row.fence));
            let set = (
                house_mails::state.eq(&row.state),
                house_mails::due_at.eq(Ts(row.due_at)),
                house_mails::lease_until.eq(None::<Ts>),
                house_mails::attempts.eq(row.attempts),
                house_mails::last_error.eq(&row.last_error),
                house_mails::ended_at.eq(row.ended_at.map(Ts)),
            );
            go!(execute, diesel::update(held).set(set))?;
            if row.ended_at.is_some() {
                let ended = house_mails::table.filter(house_mails::id.eq(Id(row.id))).filter(house_mails::ended_at.is_not_null());
                let nothing: Vec<u8> = Vec::new();
                go!(execute, diesel::update(ended).set((house_mails::sealed.eq(nothing.clone()), house_mails::key.eq(nothing))))?;
            }
            Ok::<(), Fault>(())
        })
    }
}
