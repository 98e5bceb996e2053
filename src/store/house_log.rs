//! The house log's table. Entries are written one after the other: whoever writes one holds the row with the
//! log's end until the commit.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::rows::hash_of;
use super::schema::{house_log, house_log_tip};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::house_log::HouseDraft;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = house_log, treat_none_as_default_value = false)]
pub struct HouseRow {
    /// Number, from 1, without gaps.
    pub n: i64,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// Word of what happened.
    pub kind: String,
    /// Who; absent: the service itself, or whoever may use its machine.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub account_id: Option<Uuid>,
    /// The entry it answers.
    pub about: Option<i64>,
    /// The status it was answered with.
    pub status: Option<i32>,
    /// JSON.
    pub body: String,
    /// Hash over the entry before and this.
    pub hash: Vec<u8>,
}

/// Which entries a list shows; absent: any that is no answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct HouseFilter {
    /// Of that account.
    pub account: Option<Uuid>,
    /// Only what was refused.
    pub refused: bool,
}

/// Writes entries within a unit of work of `$go`, as the last of it; yields the number of the last. `$drafts` is
/// a function of the number of the entry before, so that an answer can name what it answers.
macro_rules! write_in_house_log {
    ($go:ident, $drafts:expr) => {{
        use crate::domain::house_log::{Hashed, chain};
        use crate::store::house_log::HouseRow;
        use crate::store::schema::{house_log, house_log_tip};
        // Writing the row locks it: the next entry is written after the commit.
        $go!(execute, diesel::update(house_log_tip::table.find(1)).set(house_log_tip::n.eq(house_log_tip::n)))?;
        let tip: (i64, Vec<u8>) = $go!(first, house_log_tip::table.find(1).select((house_log_tip::n, house_log_tip::hash)))?;
        let (mut n, mut hash) = (tip.0, crate::store::rows::hash_of("house_log_tip", "1", &tip.1)?);
        let drafts: Vec<crate::domain::house_log::HouseDraft> = ($drafts)(n);
        for draft in &drafts {
            let (account, about, body) = (draft.account, draft.about, draft.event.body());
            n += 1;
            hash = chain(&hash, &Hashed { n, at: draft.at, account, about, body: &body });
            let (kind, status) = (draft.event.kind().to_owned(), draft.status());
            let row = HouseRow { n, at: draft.at, kind, account_id: account, about, status, body, hash: hash.to_vec() };
            $go!(execute, diesel::insert_into(house_log::table).values(row))?;
        }
        let end = (house_log_tip::n.eq(n), house_log_tip::hash.eq(hash.to_vec()));
        $go!(execute, diesel::update(house_log_tip::table.find(1)).set(end))?;
        n
    }};
}
pub(super) use write_in_house_log;

impl Store {
    /// Writes an entry; answers its number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn write_in_house_log(&self, draft: HouseDraft) -> Result<i64, StoreError> {
        work!(self, $go => {
            let n = write_in_house_log!(go, |_| vec![draft.clone()]);
            Ok::<_, Fault>(n)
        })
    }

    /// Writes what was asked and at once refused.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn write_refusal_in_house_log(&self, asked: HouseDraft, answered: HouseDraft) -> Result<(), StoreError> {
        work!(self, $go => {
            let both = |n: i64| vec![asked.clone(), HouseDraft { about: Some(n + 1), ..answered.clone() }];
            write_in_house_log!(go, both);
            Ok::<(), Fault>(())
        })
    }

    /// Acts, the newest first, before that number; each with its answer, where it has one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn house_acts(
        &self,
        filter: HouseFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(HouseRow, Option<HouseRow>)>, StoreError> {
        let (limit, before) = (i64::try_from(limit).unwrap_or(i64::MAX), before.unwrap_or(i64::MAX));
        let (acts, answers) = if filter.refused {
            let answers = self.house_refusals(filter, (before, limit)).await?;
            let numbers: Vec<i64> = answers.iter().filter_map(|a| a.about).collect();
            let mut acts = self.house_rows(numbers, false).await?;
            acts.sort_by_key(|a| std::cmp::Reverse(a.n));
            (acts, answers)
        } else {
            let acts = self.house_plain(filter, (before, limit)).await?;
            let answers = self.house_rows(acts.iter().map(|a| a.n).collect(), true).await?;
            (acts, answers)
        };
        let answer = |n: i64| answers.iter().find(|a| a.about == Some(n)).cloned();
        Ok(acts.into_iter().map(|act| (act.clone(), answer(act.n))).collect())
    }

    async fn house_plain(&self, filter: HouseFilter, (before, limit): (i64, i64)) -> Result<Vec<HouseRow>, StoreError> {
        look!(self, $go => {
            let mut query = house_log::table
                .filter(house_log::n.lt(before))
                .filter(house_log::about.is_null())
                .order(house_log::n.desc())
                .limit(limit)
                .select(HouseRow::as_select())
                .into_boxed::<Db>();
            if let Some(account) = filter.account {
                query = query.filter(house_log::account_id.eq(Some(Id(account))));
            }
            let rows: Vec<HouseRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Answers that refuse, by what they answer.
    async fn house_refusals(&self, filter: HouseFilter, (before, limit): (i64, i64)) -> Result<Vec<HouseRow>, StoreError> {
        look!(self, $go => {
            let mut query = house_log::table
                .filter(house_log::status.ge(diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Integer>>("400")))
                .filter(house_log::about.lt(Some(before)))
                .order(house_log::about.desc())
                .limit(limit)
                .select(HouseRow::as_select())
                .into_boxed::<Db>();
            if let Some(account) = filter.account {
                query = query.filter(house_log::account_id.eq(Some(Id(account))));
            }
            let rows: Vec<HouseRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Entries by their numbers, or those that answer them.
    async fn house_rows(&self, numbers: Vec<i64>, answers: bool) -> Result<Vec<HouseRow>, StoreError> {
        look!(self, $go => {
            let rows: Vec<HouseRow> = if answers {
                go!(load, house_log::table.filter(house_log::about.eq_any(numbers.clone())).select(HouseRow::as_select()))?
            } else {
                go!(load, house_log::table.filter(house_log::n.eq_any(numbers.clone())).select(HouseRow::as_select()))?
            };
            Ok::<_, Fault>(rows)
        })
    }

    /// Entries in their order, after that number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn house_entries(&self, after: i64, limit: i64) -> Result<Vec<HouseRow>, StoreError> {
        look!(self, $go => {
            let query = house_log::table.filter(house_log::n.gt(after)).order(house_log::n).limit(limit).select(HouseRow::as_select());
            let rows: Vec<HouseRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Number and hash of the last entry; 0 before the first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn house_log_tip(&self) -> Result<(i64, [u8; 32]), StoreError> {
        let (n, hash): (i64, Vec<u8>) = look!(self, $go => {
            let tip: (i64, Vec<u8>) = go!(first, house_log_tip::table.find(1).select((house_log_tip::n, house_log_tip::hash)))?;
            Ok::<_, Fault>(tip)
        })?;
        Ok((n, hash_of("house_log_tip", "1", &hash)?))
    }
}
