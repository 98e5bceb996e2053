//! Uploaded files and what was read from reports. The bytes lie elsewhere, by their SHA-256.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::filing::VALUES_MAX;
use super::rows::GrantRow;
use super::schema::{complaint_files, files, report_grants, report_page_readings, report_readings};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::page_reading::PageReading;
use crate::domain::report::ReportFacts;

/// A file of an account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub struct FileRow {
    /// Id, of this account only.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The account.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: i64,
    /// Media type by content.
    pub media_type: String,
    /// When this account first uploaded it.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
}

/// What was read from a file by one version of the reader.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = report_readings)]
pub struct ReadingRow {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Version of the reader.
    pub reader_version: i32,
    /// The facts, as JSON.
    pub facts: String,
    /// When it was read.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub read_at: Timestamp,
}

impl ReadingRow {
    /// The row of what was read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the facts cannot be written as JSON.
    pub fn of(sha256: &str, reader_version: u32, (facts, read_at): (&ReportFacts, Timestamp)) -> Result<Self, StoreError> {
        let facts = serde_json::to_string(facts).map_err(|e| StoreError::corrupt("report_readings", sha256, e))?;
        Ok(ReadingRow { sha256: sha256.to_owned(), reader_version: super::rows::int(reader_version), facts, read_at })
    }
}

/// Puts a file within a unit of work of `$go`, unless the account has the same bytes already.
macro_rules! put_file {
    ($go:ident, $row:expr) => {{
        use crate::store::schema::files;
        let put = diesel::insert_into(files::table).values($row.clone()).on_conflict((files::account_id, files::sha256)).do_nothing();
        $go!(execute, put)
    }};
}
pub(super) use put_file;

/// Remembers what was read from a file, in place of what was read before: a signature may have been checked
/// against other trust anchors, and an OCR engine reads more.
macro_rules! put_reading {
    ($go:ident, $row:expr) => {{
        use crate::store::schema::report_readings;
        let put = diesel::insert_into(report_readings::table)
            .values($row.clone())
            .on_conflict((report_readings::sha256, report_readings::reader_version))
            .do_update()
            .set((report_readings::facts.eq(&$row.facts), report_readings::read_at.eq(crate::store::types::Ts($row.read_at))));
        $go!(execute, put)
    }};
}
pub(super) use put_reading;

impl Store {
    /// Puts a file; where the account has the same bytes already, answers that row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`]
    pub async fn insert_file(&self, row: FileRow) -> Result<FileRow, StoreError> {
        work!(self, $go => {
            put_file!(go, row)?;
            let query = files::table
                .filter(files::account_id.eq(Id(row.account_id)))
                .filter(files::sha256.eq(&row.sha256))
                .select(FileRow::as_select());
            let kept: FileRow = go!(first, query)?;
            Ok::<_, Fault>(kept)
        })
    }

    /// The files a complaint uses, by SHA-256.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn files_of_complaint(&self, complaint: Uuid) -> Result<BTreeSet<String>, StoreError> {
        look!(self, $go => {
            let query = complaint_files::table
                .inner_join(files::table.on(files::id.eq(complaint_files::file_id)))
                .filter(complaint_files::complaint_id.eq(Id(complaint)))
                .select(files::sha256);
            let all: Vec<String> = go!(load, query)?;
            Ok::<_, Fault>(all.into_iter().collect())
        })
    }

    /// One file of an account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn file(&self, account: Uuid, id: Uuid) -> Result<FileRow, StoreError> {
        self.files(account, vec![id]).await?.pop().ok_or(StoreError::NotFound)
    }

    /// The files of an account among `ids`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn files(&self, account: Uuid, ids: Vec<Uuid>) -> Result<Vec<FileRow>, StoreError> {
        self.rounds().files.ask(self, FilesAsk { account, ids }, files_of).await
    }

    /// What was read from a file by this version of the reader, and over it what examiners read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn reading(&self, sha256: &str, reader_version: u32) -> Result<Option<ReportFacts>, StoreError> {
        let (sha256, version) = (sha256.to_owned(), super::rows::int(reader_version));
        look!(self, $go => {
            let query = report_readings::table.find((sha256.clone(), version)).select(report_readings::facts);
            let text: Option<String> = go!(first, query).optional()?;
            let readings: Vec<String> = go!(load, page_readings_of(&sha256))?;
            Ok::<_, Fault>(text.map(|t| facts_of(&sha256, (&t, &readings))).transpose()?)
        })
    }

    /// Remembers what was read from a file, in place of what was read before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_reading(&self, row: ReadingRow) -> Result<(), StoreError> {
        work!(self, $go => {
            put_reading!(go, row)?;
            Ok::<(), Fault>(())
        })
    }

    /// The authenticity levels granted to a file, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn grants(&self, sha256: &str) -> Result<Vec<GrantRow>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let query = report_grants::table
                .filter(report_grants::sha256.eq(&sha256))
                .order((report_grants::at, report_grants::id))
                .select(GrantRow::as_select());
            let rows: Vec<GrantRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }
}

/// Files that an account names.
#[derive(Clone, Debug)]
pub(super) struct FilesAsk {
    account: Uuid,
    ids: Vec<Uuid>,
}

/// Answers a round of asks: each gets the files it named, if they are its account's.
async fn files_of(store: Store, asks: Vec<FilesAsk>) -> Result<Vec<Result<Vec<FileRow>, StoreError>>, StoreError> {
    let ids: BTreeSet<Uuid> = asks.iter().flat_map(|a| a.ids.iter().copied()).collect();
    let ids: Vec<Id> = ids.into_iter().map(Id).collect();
    let found = look!(&store, $go => {
        let mut found = BTreeMap::new();
        for part in ids.chunks(VALUES_MAX) {
            let query = files::table.filter(files::id.eq_any(part.to_vec())).select(FileRow::as_select());
            let rows: Vec<FileRow> = go!(load, query)?;
            found.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok::<_, Fault>(found)
    })?;
    let own = |ask: &FilesAsk| ask.ids.iter().filter_map(|id| found.get(id).filter(|f| f.account_id == ask.account).cloned()).collect();
    Ok(asks.iter().map(|ask| Ok(own(ask))).collect())
}

/// What examiners read of a file, oldest first.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn page_readings_of<'a>(sha256: &'a str) -> _ {
    report_page_readings::table
        .filter(report_page_readings::sha256.eq(sha256))
        .order((report_page_readings::at, report_page_readings::id))
        .select(report_page_readings::reading)
}

/// The facts in a row of readings, with what examiners read.
pub(super) fn facts_of(sha256: &str, (text, readings): (&str, &[String])) -> Result<ReportFacts, StoreError> {
    let facts: ReportFacts = serde_json::from_str(text).map_err(|e| StoreError::corrupt("report_readings", sha256, e))?;
    let readings: Result<Vec<PageReading>, _> = readings.iter().map(|r| serde_json::from_str(r)).collect();
    Ok(facts.with_readings(&readings.map_err(|e| StoreError::corrupt("report_page_readings", sha256, e))?))
}
