//! Case files that were handed out. The files themselves are not kept: they name people.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::case_files;
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A case file that was handed out whole.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_files)]
pub struct CaseFileRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// SHA-256 of the ZIP, hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: i64,
    /// Number of the last event in it.
    pub last_seq: i32,
    /// Account that asked for it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub made_for: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub made_at: Timestamp,
}

impl Store {
    /// Notes a case file.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_case_file(&self, row: CaseFileRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(case_files::table).values(row.clone()).on_conflict_do_nothing())?;
            Ok::<(), Fault>(())
        })
    }

    /// The case file of a complaint with this hash; none where none was handed out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn case_file(&self, complaint: Uuid, sha256: &str) -> Result<Option<CaseFileRow>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let query = case_files::table.find((Id(complaint), sha256.clone())).select(CaseFileRow::as_select());
            let row: Option<CaseFileRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }
}
