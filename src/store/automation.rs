//! Automation: how it was switched, and what became of what was decided without a human.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::house_log::write_in_house_log;
use super::house_mails::HouseMailRow;
use super::outcomes::IsComplaint;
use super::schema::{automation_switches, house_mails, outcomes};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::automation_watch::AUTOMATIC_BASES;
use crate::domain::house_log::HouseDraft;

/// Automation switched off or on.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = automation_switches, treat_none_as_default_value = false)]
pub struct SwitchRow {
    /// Number, from 1.
    pub n: i64,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// Word of the basis.
    pub basis: String,
    /// Whether it is on from then on, where the policy says so.
    pub switched_on: bool,
    /// Who; absent: it switched itself off.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub account_id: Option<Uuid>,
    /// Why, in words of who did.
    pub why: Option<String>,
    /// The policy that was active.
    pub policy_version: Option<i64>,
    /// Decisions it rests on.
    pub decided: Option<i64>,
    /// Of those, taken back.
    pub reversed: Option<i64>,
}

/// A change of the switch, and what is written because of it.
#[derive(Clone, Debug)]
pub struct SwitchPut {
    /// The row, whose number is given by the store.
    pub row: SwitchRow,
    /// The number of the last switch of all that was seen; absent: whatever it is.
    pub seen: Option<i64>,
    /// The entry of the house log; none where the request has one.
    pub entry: Option<HouseDraft>,
    /// Mails.
    pub mails: Vec<HouseMailRow>,
}

/// Decided complaints of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct DecidedCount {
    /// Word of what the first decision rested on.
    pub basis: Option<String>,
    /// The policy it was made by.
    pub policy_version: Option<i64>,
    /// Whether it was made without a human.
    pub automatic: bool,
    /// Whether a determination was overturned.
    pub overturned: bool,
    /// How many.
    pub count: i64,
}

impl Store {
    /// The last switch of each basis that ever was switched, and the number of the last of all; 0: none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn automation_switches(&self) -> Result<(i64, Vec<SwitchRow>), StoreError> {
        look!(self, $go => {
            let mut last = Vec::new();
            for basis in AUTOMATIC_BASES {
                let query = automation_switches::table
                    .filter(automation_switches::basis.eq(basis.word()))
                    .order(automation_switches::n.desc())
                    .select(SwitchRow::as_select());
                let row: Option<SwitchRow> = go!(first, query).optional()?;
                last.extend(row);
            }
            Ok::<_, Fault>((last.iter().map(|r| r.n).max().unwrap_or(0), last))
        })
    }

    /// Switches a basis, with all that is written because of it; false where it stands so already.
    ///
    /// # Errors
    /// [`StoreError::Stale`], [`StoreError::Duplicate`] where somebody switched meanwhile.
    pub async fn switch_automation(&self, put: SwitchPut) -> Result<bool, StoreError> {
        let written = !put.mails.is_empty();
        let done = work!(self, $go => {
            let last: Option<i64> = go!(first, automation_switches::table.select(diesel::dsl::max(automation_switches::n)))?;
            let last = last.unwrap_or(0);
            if put.seen.is_some_and(|seen| seen != last) {
                return Err(Fault::Store(StoreError::Stale { what: "automation" }));
            }
            let before = automation_switches::table
                .filter(automation_switches::basis.eq(&put.row.basis))
                .order(automation_switches::n.desc())
                .select(automation_switches::switched_on);
            let on: Option<bool> = go!(first, before).optional()?;
            if on.unwrap_or(true) == put.row.switched_on {
                Ok::<_, Fault>(false)
            } else {
                let row = SwitchRow { n: last + 1, ..put.row.clone() };
                go!(execute, diesel::insert_into(automation_switches::table).values(row))?;
                for mail in put.mails.clone() {
                    go!(execute, diesel::insert_into(house_mails::table).values(mail))?;
                }
                if let Some(entry) = put.entry.clone() {
                    write_in_house_log!(go, |_| vec![entry]);
                }
                Ok(true)
            }
        })?;
        if done && written {
            self.outbox().house_mails.notify_one();
        }
        Ok(done)
    }

    /// Complaints decided since then, by what the first decision rested on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn decided_counts(&self, since: Timestamp) -> Result<Vec<DecidedCount>, StoreError> {
        look!(self, $go => {
            let sort = (outcomes::basis, outcomes::policy_version, outcomes::automatic, outcomes::overturned);
            let query = outcomes::table
                .filter(IsComplaint)
                .filter(outcomes::decided_at.ge(Some(Ts(since))))
                .group_by(sort)
                .select((outcomes::basis, outcomes::policy_version, outcomes::automatic, outcomes::overturned, diesel::dsl::count_star()));
            let rows: Vec<DecidedCount> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }
}
