//! Rights: deposited by their accounts, verified by people. What names people is sealed by the caller.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, ask_for_job};
use super::rows::GrantRow;
use super::schema::{files, report_grants, reports, right_files, right_verifications, rights};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{ReportRow, Store, StoreError};

/// A right.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rights)]
pub struct RightRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The account that deposited it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// Patent number, canonical.
    pub patent_number: String,
    /// Keyed digest of what was deposited: the same again is the same right.
    pub digest: String,
    /// The case, JSON.
    pub body: String,
    /// The people, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// The key they are sealed with, itself wrapped by the caller.
    pub key: Vec<u8>,
    /// Word of the state.
    pub state: String,
    /// When it was deposited.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub deposited_at: Timestamp,
}

/// What a person found of a part of a right.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = right_verifications)]
pub struct VerificationRow {
    /// The right.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub right_id: Uuid,
    /// Number, from 1.
    pub n: i32,
    /// Word of the part.
    pub part: String,
    /// `verified` or `refused`.
    pub result: String,
    /// What it rests on.
    pub evidence: String,
    /// Codes, JSON.
    pub reasons: String,
    /// Who.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
}

/// A file that a right uses.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = right_files)]
struct RightFileRow {
    #[diesel(serialize_as = Id)]
    right_id: Uuid,
    #[diesel(serialize_as = Id)]
    file_id: Uuid,
}

/// A right with what was found of it, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRight {
    /// The right.
    pub row: RightRow,
    /// The findings.
    pub verifications: Vec<VerificationRow>,
}

/// A finding with what goes with it.
#[derive(Clone, Debug)]
pub struct VerificationPut {
    /// The finding; its number is the next.
    pub row: VerificationRow,
    /// Word of the state the right is in with it.
    pub state: String,
    /// An authenticity level that is granted with it.
    pub grant: Option<GrantRow>,
    /// What is to be done because of it.
    pub jobs: Vec<JobDraft>,
}

/// Which rights a list shows; absent: any.
#[derive(Clone, Debug, Default)]
pub struct RightFilter {
    /// Account that deposited.
    pub account: Option<Uuid>,
    /// Word of the state.
    pub state: Option<String>,
    /// Patent number, canonical.
    pub patent_number: Option<String>,
}

impl Store {
    /// Puts a right with its files and its report; the same deposited again answers the first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_right(&self, row: RightRow, used: Vec<Uuid>, report: Option<ReportRow>) -> Result<RightRow, StoreError> {
        work!(self, $go => {
            let put = diesel::insert_into(rights::table).values(row.clone()).on_conflict((rights::account_id, rights::digest)).do_nothing();
            if go!(execute, put)? == 1 {
                for file_id in &used {
                    let file = RightFileRow { right_id: row.id, file_id: *file_id };
                    go!(execute, diesel::insert_into(right_files::table).values(file))?;
                }
                if let Some(report) = &report {
                    go!(execute, diesel::insert_into(reports::table).values(report.clone()).on_conflict_do_nothing())?;
                }
            }
            let query = rights::table
                .filter(rights::account_id.eq(Id(row.account_id)))
                .filter(rights::digest.eq(&row.digest))
                .select(RightRow::as_select());
            let kept: RightRow = go!(first, query)?;
            Ok::<_, Fault>(kept)
        })
    }

    /// One right.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn right(&self, id: Uuid) -> Result<StoredRight, StoreError> {
        look!(self, $go => {
            let row: RightRow = go!(first, rights::table.find(Id(id)).select(RightRow::as_select()))?;
            let query = right_verifications::table
                .filter(right_verifications::right_id.eq(Id(id)))
                .order(right_verifications::n)
                .select(VerificationRow::as_select());
            let verifications: Vec<VerificationRow> = go!(load, query)?;
            Ok::<_, Fault>(StoredRight { row, verifications })
        })
    }

    /// The files of a right.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn right_files(&self, id: Uuid) -> Result<Vec<Uuid>, StoreError> {
        look!(self, $go => {
            let query = right_files::table
                .inner_join(files::table.on(files::id.eq(right_files::file_id)))
                .filter(right_files::right_id.eq(Id(id)))
                .select(files::id);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|Id(id)| id).collect())
        })
    }

    /// Rights, newest first, at most `limit`, after the position given.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn rights_page(
        &self,
        filter: RightFilter,
        after: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<RightRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut query = rights::table
                .order((rights::deposited_at.desc(), rights::id.desc()))
                .limit(limit)
                .select(RightRow::as_select())
                .into_boxed::<Db>();
            if let Some(account) = filter.account {
                query = query.filter(rights::account_id.eq(Id(account)));
            }
            if let Some(state) = filter.state.clone() {
                query = query.filter(rights::state.eq(state));
            }
            if let Some(number) = filter.patent_number.clone() {
                query = query.filter(rights::patent_number.eq(number));
            }
            if let Some((at, id)) = after {
                let later = rights::deposited_at.lt(Ts(at)).or(rights::deposited_at.eq(Ts(at)).and(rights::id.lt(Id(id))));
                query = query.filter(later);
            }
            let rows: Vec<RightRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Puts a finding, the state it leads to, and the level it grants.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody else put one with this number meanwhile.
    pub async fn put_verification(&self, put: VerificationPut) -> Result<(), StoreError> {
        let done: Result<(), StoreError> = work!(self, $go => {
            go!(execute, diesel::insert_into(right_verifications::table).values(put.row.clone()))?;
            let right = rights::table.find(Id(put.row.right_id));
            go!(execute, diesel::update(right).set(rights::state.eq(&put.state)))?;
            if let Some(grant) = &put.grant {
                go!(execute, diesel::insert_into(report_grants::table).values(grant.clone()))?;
            }
            for job in &put.jobs {
                ask_for_job!(go, job.clone().into())?;
            }
            Ok::<(), Fault>(())
        });
        match done {
            Err(StoreError::Duplicate { .. }) => Err(StoreError::Stale { what: "right" }),
            other => other,
        }
    }
}
