//! What leads maintain for the desk, every version of it: which effects take two examiners, the codes of reasons.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::Fault;
use super::schema::desk_rules;
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

impl Store {
    /// Puts the next version of a rule, whose last was `last`; answers its number.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where another put that version first.
    pub async fn put_desk_rule(
        &self,
        (kind, last): (&'static str, i64),
        rule: &impl Serialize,
        (by, at): (Uuid, Timestamp),
    ) -> Result<i64, StoreError> {
        let body = serde_json::to_string(rule).map_err(|e| StoreError::corrupt("desk_rules", kind, e))?;
        let version = last + 1;
        work!(self, $go => {
            let row = (
                desk_rules::kind.eq(kind),
                desk_rules::version.eq(version),
                desk_rules::body.eq(&body),
                desk_rules::put_by.eq(Id(by)),
                desk_rules::put_at.eq(Ts(at)),
            );
            go!(execute, diesel::insert_into(desk_rules::table).values(row))?;
            Ok::<_, Fault>(version)
        })
    }

    /// A rule and its version; none was put: its default, version 0.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn desk_rule<T: DeserializeOwned + Default>(&self, kind: &'static str) -> Result<(i64, T), StoreError> {
        let last: Option<(i64, String)> = look!(self, $go => {
            let query = desk_rules::table
                .filter(desk_rules::kind.eq(kind))
                .order(desk_rules::version.desc())
                .select((desk_rules::version, desk_rules::body));
            let last: Option<(i64, String)> = go!(first, query).optional()?;
            Ok::<_, Fault>(last)
        })?;
        let Some((version, body)) = last else { return Ok((0, T::default())) };
        let rule = serde_json::from_str(&body).map_err(|e| StoreError::corrupt("desk_rules", version, e))?;
        Ok((version, rule))
    }
}
