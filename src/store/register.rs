//! The patent register, verified rights and policies: what examiners and administrators supply.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{patent_versions, patents, policies, rights};
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::policy::Policy;
use crate::domain::register::RegisterEntry;

/// The verified standing of an account for a patent.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rights, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct RightRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The account.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// Patent number, canonical.
    pub patent_number: String,
    /// Word of the capacity.
    pub capacity: String,
    /// Last day it holds.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub valid_until: Option<Date>,
    /// What it rests on.
    pub evidence: String,
    /// Who verified it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub verified_by: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub verified_at: Timestamp,
}

/// A stored policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRow {
    /// Version, from 1.
    pub version: i64,
    /// From when it is active, where it was activated.
    pub active_from: Option<Timestamp>,
    /// The document.
    pub policy: Policy,
}

fn policy_of(version: i64, text: &str) -> Result<Policy, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt("policies", version, e))
}

pub(super) fn entry_of(number: &str, text: &str) -> Result<RegisterEntry, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt("patents", number, e))
}

impl Store {
    /// The register's entry and its version.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn register(&self, number: &str) -> Result<Option<(i64, RegisterEntry)>, StoreError> {
        let key = number.to_owned();
        let row: Option<(i64, String)> = look!(self, $go => {
            let query = patents::table.find(key.clone()).select((patents::version, patents::entry));
            let row: Option<(i64, String)> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })?;
        row.map(|(version, text)| Ok((version, entry_of(number, &text)?))).transpose()
    }

    /// Puts an entry as the next version; all versions are kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_register(&self, number: &str, entry: &RegisterEntry, by: Uuid, at: Timestamp) -> Result<i64, StoreError> {
        let number = number.to_owned();
        let text = serde_json::to_string(entry).map_err(|e| StoreError::corrupt("patents", &number, e))?;
        work!(self, $go => {
            let first = (patents::number.eq(&number), patents::version.eq(1_i64), patents::entry.eq(&text), patents::put_by.eq(Id(by)), patents::put_at.eq(Ts(at)));
            let next = (patents::version.eq(patents::version + 1), patents::entry.eq(&text), patents::put_by.eq(Id(by)), patents::put_at.eq(Ts(at)));
            go!(execute, diesel::insert_into(patents::table).values(first).on_conflict(patents::number).do_update().set(next))?;
            let version: i64 = go!(first, patents::table.find(number.clone()).select(patents::version))?;
            let kept = (
                patent_versions::number.eq(&number),
                patent_versions::version.eq(version),
                patent_versions::entry.eq(&text),
                patent_versions::put_by.eq(Id(by)),
                patent_versions::put_at.eq(Ts(at)),
            );
            go!(execute, diesel::insert_into(patent_versions::table).values(kept))?;
            Ok::<_, Fault>(version)
        })
    }

    /// The verified right of an account in a patent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn right(&self, account: Uuid, number: &str) -> Result<Option<RightRow>, StoreError> {
        let number = number.to_owned();
        look!(self, $go => {
            let row: Option<RightRow> = go!(first, rights::table.find((Id(account), number.clone())).select(RightRow::as_select())).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Puts or replaces a right.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_right(&self, row: RightRow) -> Result<(), StoreError> {
        work!(self, $go => {
            let put = diesel::insert_into(rights::table)
                .values(row.clone())
                .on_conflict((rights::account_id, rights::patent_number))
                .do_update()
                .set(row.clone());
            go!(execute, put)?;
            Ok::<(), Fault>(())
        })
    }

    /// Stored policies, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn policies(&self) -> Result<Vec<PolicyRow>, StoreError> {
        let rows: Vec<(i64, String, Option<Ts>)> = look!(self, $go => {
            let query = policies::table.order(policies::version).select((policies::version, policies::body, policies::active_from));
            let rows: Vec<(i64, String, Option<Ts>)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let of = |(version, text, active_from): (i64, String, Option<Ts>)| {
            Ok(PolicyRow { version, active_from: active_from.map(Into::into), policy: policy_of(version, &text)? })
        };
        rows.into_iter().map(of).collect()
    }

    /// Stores a policy as the next version; it is not active yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_policy(&self, policy: &Policy, by: Uuid, at: Timestamp) -> Result<i64, StoreError> {
        let text = serde_json::to_string(policy).map_err(|e| StoreError::corrupt("policies", "new", e))?;
        work!(self, $go => {
            let last: Option<i64> = go!(first, policies::table.select(diesel::dsl::max(policies::version)))?;
            let version = last.unwrap_or(0) + 1;
            let row = (
                policies::version.eq(version),
                policies::body.eq(&text),
                policies::created_by.eq(Id(by)),
                policies::created_at.eq(Ts(at)),
            );
            go!(execute, diesel::insert_into(policies::table).values(row))?;
            Ok::<_, Fault>(version)
        })
    }

    /// Makes a version active from `from` on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn activate_policy(&self, version: i64, from: Timestamp) -> Result<(), StoreError> {
        work!(self, $go => {
            let set = diesel::update(policies::table.find(version)).set(policies::active_from.eq(Some(Ts(from))));
            match go!(execute, set)? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        })
    }

    /// The policy active at `now`: the one activated last.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn active_policy(&self, now: Timestamp) -> Result<Option<(i64, Policy)>, StoreError> {
        let row: Option<(i64, String)> = look!(self, $go => {
            let query = policies::table
                .filter(policies::active_from.le(Some(Ts(now))))
                .order((policies::active_from.desc(), policies::version.desc()))
                .select((policies::version, policies::body));
            let row: Option<(i64, String)> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })?;
        row.map(|(version, text)| Ok((version, policy_of(version, &text)?))).transpose()
    }
}
