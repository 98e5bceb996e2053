//! Rules of platforms, every version. See `domain::platform_rule`.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::platform_rules;
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::platform_rule::PlatformRule;

/// A version of a platform's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformRuleRow {
    /// The platform.
    pub platform: String,
    /// Version, from 1.
    pub version: i64,
    /// The rule.
    pub rule: PlatformRule,
    /// Who put it.
    pub put_by: Uuid,
    /// In which role.
    pub put_by_role: String,
    /// When.
    pub put_at: Timestamp,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_rules)]
struct RuleSql {
    platform: String,
    version: i64,
    body: String,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    put_by: Uuid,
    put_by_role: String,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    put_at: Timestamp,
}

impl RuleSql {
    fn row(self) -> Result<PlatformRuleRow, StoreError> {
        let rule = serde_json::from_str(&self.body).map_err(|e| StoreError::corrupt("platform_rules", &self.platform, e))?;
        Ok(PlatformRuleRow {
            platform: self.platform,
            version: self.version,
            rule,
            put_by: self.put_by,
            put_by_role: self.put_by_role,
            put_at: self.put_at,
        })
    }
}

impl Store {
    /// Puts the next version of a platform's rule.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown platform; [`StoreError::Duplicate`] where another put that version first.
    pub async fn put_platform_rule(&self, row: PlatformRuleRow) -> Result<(), StoreError> {
        let body = serde_json::to_string(&row.rule).map_err(|e| StoreError::corrupt("platform_rules", &row.platform, e))?;
        let PlatformRuleRow { platform, version, put_by, put_by_role, put_at, .. } = row;
        let row = RuleSql { platform, version, body, put_by, put_by_role, put_at };
        work!(self, $go => {
            go!(execute, diesel::insert_into(platform_rules::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// The last version of a platform's rule; none: it has put none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn platform_rule(&self, platform: &str) -> Result<Option<PlatformRuleRow>, StoreError> {
        let platform = platform.to_owned();
        let last: Option<RuleSql> = look!(self, $go => {
            let query = platform_rules::table
                .filter(platform_rules::platform.eq(&platform))
                .order(platform_rules::version.desc())
                .select(RuleSql::as_select());
            let last: Option<RuleSql> = go!(first, query).optional()?;
            Ok::<_, Fault>(last)
        })?;
        last.map(RuleSql::row).transpose()
    }

    /// The last version of every platform's rule, by platform.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn platform_rules(&self) -> Result<Vec<PlatformRuleRow>, StoreError> {
        let rows: Vec<RuleSql> = look!(self, $go => {
            use diesel::dsl::max;
            let last = platform_rules::table.group_by(platform_rules::platform).select((platform_rules::platform, max(platform_rules::version)));
            let last: Vec<(String, Option<i64>)> = go!(load, last)?;
            let mut rows: Vec<RuleSql> = Vec::new();
            for (platform, version) in last {
                let one = platform_rules::table.find((platform, version.unwrap_or_default())).select(RuleSql::as_select());
                rows.push(go!(first, one)?);
            }
            Ok::<_, Fault>(rows)
        })?;
        let mut rows: Vec<PlatformRuleRow> = rows.into_iter().map(RuleSql::row).collect::<Result<_, _>>()?;
        rows.sort_by(|a, b| a.platform.cmp(&b.platform));
        Ok(rows)
    }
}
