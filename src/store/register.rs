//! The patent register, to be read, and policies.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{patent_versions, patents, policies};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::policy::Policy;
use crate::domain::register::RegisterEntry;

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

fn policy_row((version, text, active_from): (i64, String, Option<Ts>)) -> Result<PolicyRow, StoreError> {
    Ok(PolicyRow { version, active_from: active_from.map(Into::into), policy: policy_of(version, &text)? })
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

    /// The entries of a patent, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn register_versions(&self, number: &str) -> Result<Vec<(i64, Timestamp, RegisterEntry)>, StoreError> {
        let key = number.to_owned();
        let rows: Vec<(i64, Ts, String)> = look!(self, $go => {
            let query = patent_versions::table
                .filter(patent_versions::number.eq(&key))
                .order(patent_versions::version)
                .select((patent_versions::version, patent_versions::put_at, patent_versions::entry));
            let rows: Vec<(i64, Ts, String)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        rows.into_iter().map(|(version, Ts(at), text)| Ok((version, at, entry_of(number, &text)?))).collect()
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
        rows.into_iter().map(policy_row).collect()
    }

    /// Stored policies after that version, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn policies_page(&self, after: i64, limit: usize) -> Result<Vec<PolicyRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String, Option<Ts>)> = look!(self, $go => {
            let query = policies::table
                .filter(policies::version.gt(after))
                .order(policies::version)
                .limit(limit)
                .select((policies::version, policies::body, policies::active_from));
            let rows: Vec<(i64, String, Option<Ts>)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        rows.into_iter().map(policy_row).collect()
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

    /// How many activations there were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn activations(&self) -> Result<i64, StoreError> {
        look!(self, $go => {
            let last: Option<i64> = go!(first, policies::table.select(diesel::dsl::max(policies::activation)))?;
            Ok::<_, Fault>(last.unwrap_or(0))
        })
    }

    /// Makes a version active from `from` on, by the activation after `last`.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`], or [`StoreError::Stale`] of the same version, where somebody activated one meanwhile.
    pub async fn activate_policy(&self, version: i64, from: Timestamp, last: i64) -> Result<(), StoreError> {
        work!(self, $go => {
            let set = (policies::active_from.eq(Some(Ts(from))), policies::activation.eq(Some(last + 1)));
            // Two who activate the same write the same number: the second of them is told apart by what it finds there.
            let not_yet = policies::activation.is_null().or(policies::activation.le(Some(last)));
            match go!(execute, diesel::update(policies::table.find(version).filter(not_yet)).set(set))? {
                0 => Err(Fault::Store(StoreError::Stale { what: "policy" })),
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
