//! Putting entries into the register: one text for a single entry and for a batch of an import.
//!
//! Everything that follows is in the one transaction: the entry, its version in the history, the job that
//! examines complaints on the patent again, and how far the import has come.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, ask_for_job};
use super::register::entry_of;
use super::schema::{complaints, patent_versions, patents, register_import_errors, register_imports};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::job::JobKind;
use crate::domain::register::{RegisterChange, RegisterEntry, changes};

/// Most entries of one transaction.
pub const REGISTER_ROWS_MAX: usize = 1_000;
/// Seconds after which no filing that saw the register before a change can still be under way: twice the
/// deadline of a unit of work.
pub const FILINGS_SETTLE_SECONDS: i64 = 10;

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterPut {
    /// It is the newest version now.
    Put {
        /// That version.
        version: i64,
        /// What changed that complaints must hear of.
        changes: Vec<RegisterChange>,
    },
    /// It says what is known already.
    Unchanged {
        /// The version that says so.
        version: i64,
    },
    /// What is known is of a later day.
    Older {
        /// That day.
        known_as_of: Date,
    },
}

/// How far an import has come; written with the rows it counts.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = register_imports, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct RegisterImportRow {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its name, for people.
    pub file_name: String,
    /// Bytes of it that are done.
    pub offset_bytes: i64,
    /// Lines of it that are done.
    pub line_number: i64,
    /// Rows that became entries.
    pub put: i64,
    /// Rows that said what was known.
    pub unchanged: i64,
    /// Rows that were refused: wrong, or older than what was known.
    pub refused: i64,
    /// When it began.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub started_at: Timestamp,
    /// When this was written.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub updated_at: Timestamp,
    /// When it was done.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub finished_at: Option<Timestamp>,
}

/// A row of an import that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = register_import_errors)]
pub struct ImportErrorRow {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its line.
    pub line_number: i64,
    /// The patent number, as far as there is one.
    pub number: String,
    /// Stable code.
    pub code: String,
    /// In English.
    pub message: String,
}

/// One batch of an import.
#[derive(Clone, Debug)]
pub struct ImportBatch {
    /// How far the import has come with it, without the counts of its rows, which are added here.
    pub progress: RegisterImportRow,
    /// The line of each row that is put.
    pub lines: Vec<i64>,
    /// Rows that were refused before.
    pub errors: Vec<ImportErrorRow>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = patents)]
struct PatentRow {
    number: String,
    version: i64,
    entry: String,
    #[diesel(serialize_as = Id)]
    put_by: Uuid,
    #[diesel(serialize_as = Ts)]
    put_at: Timestamp,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = patent_versions)]
struct VersionRow {
    number: String,
    version: i64,
    entry: String,
    #[diesel(serialize_as = Id)]
    put_by: Uuid,
    #[diesel(serialize_as = Ts)]
    put_at: Timestamp,
}

/// Who puts, when, and the import it belongs to.
#[derive(Clone, Debug)]
pub struct Putting {
    /// The account.
    pub by: Uuid,
    /// Now.
    pub at: Timestamp,
    /// The batch these rows are.
    pub import: Option<ImportBatch>,
    /// The version each entry must be put in the place of; absent: any.
    pub seen: Option<i64>,
}

/// What a batch writes, worked out before it writes.
#[derive(Default)]
struct Plan {
    outcomes: Vec<RegisterPut>,
    new: Vec<PatentRow>,
    /// Each with the version it must still have.
    changed: Vec<(PatentRow, i64)>,
    /// Numbers whose complaints must hear of it, with the version.
    heard: Vec<(String, i64)>,
}

impl Plan {
    /// `known` is what the database has of these patents; a patent twice in one batch is two steps.
    fn of(
        rows: &[(String, RegisterEntry)],
        known: Vec<(String, i64, String)>,
        putting: &Putting,
    ) -> Result<(Plan, Vec<VersionRow>), StoreError> {
        let mut before: BTreeMap<String, (i64, RegisterEntry)> = BTreeMap::new();
        let mut stood: BTreeMap<String, i64> = BTreeMap::new();
        for (number, version, text) in known {
            let entry = entry_of(&number, &text)?;
            stood.insert(number.clone(), version);
            before.insert(number, (version, entry));
        }
        let mut plan = Plan::default();
        let mut history = Vec::new();
        let mut last: BTreeMap<String, PatentRow> = BTreeMap::new();
        for (number, entry) in rows {
            let seen = before.get(number);
            let outcome = match seen {
                Some((version, known)) if known == entry => RegisterPut::Unchanged { version: *version },
                Some((_, known)) if known.as_of > entry.as_of => RegisterPut::Older { known_as_of: known.as_of },
                _ => RegisterPut::Put { version: seen.map_or(1, |(v, _)| v + 1), changes: changes(seen.map(|(_, e)| e), entry) },
            };
            if let RegisterPut::Put { version, changes } = &outcome {
                let text = serde_json::to_string(entry).map_err(|e| StoreError::corrupt("patents", number, e))?;
                let row = PatentRow { number: number.clone(), version: *version, entry: text, put_by: putting.by, put_at: putting.at };
                let PatentRow { number, version, entry: text, put_by, put_at } = row.clone();
                history.push(VersionRow { number: number.clone(), version, entry: text, put_by, put_at });
                last.insert(number.clone(), row);
                if !changes.is_empty() {
                    plan.heard.push((number.clone(), version));
                }
                before.insert(number, (version, entry.clone()));
            }
            plan.outcomes.push(outcome);
        }
        for (number, row) in last {
            match stood.get(&number) {
                None => plan.new.push(row),
                Some(version) => plan.changed.push((row, *version)),
            }
        }
        Ok((plan, history))
    }

    /// The batch with what became of its rows.
    fn told(&self, batch: &ImportBatch, rows: &[(String, RegisterEntry)]) -> (RegisterImportRow, Vec<ImportErrorRow>) {
        let count = |what: fn(&RegisterPut) -> bool| i64::try_from(self.outcomes.iter().filter(|o| what(o)).count()).unwrap_or(i64::MAX);
        let mut errors = batch.errors.clone();
        for ((outcome, (number, _)), line) in self.outcomes.iter().zip(rows).zip(&batch.lines) {
            if let RegisterPut::Older { known_as_of } = outcome {
                errors.push(ImportErrorRow {
                    sha256: batch.progress.sha256.clone(),
                    line_number: *line,
                    number: number.clone(),
                    code: "register.older".to_owned(),
                    message: format!("the entry that is known is of {known_as_of}"),
                });
            }
        }
        let p = batch.progress.clone();
        let progress = RegisterImportRow {
            put: p.put + count(|o| matches!(o, RegisterPut::Put { .. })),
            unchanged: p.unchanged + count(|o| matches!(o, RegisterPut::Unchanged { .. })),
            refused: p.refused + i64::try_from(errors.len()).unwrap_or(i64::MAX),
            ..p
        };
        (progress, errors)
    }
}

impl Store {
    /// Puts entries, each as the next version of its patent; all versions are kept. At most
    /// [`REGISTER_ROWS_MAX`], in their order, by canonical number.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where another put one of them meanwhile: nothing was written, try again.
    pub async fn put_register(&self, rows: Vec<(String, RegisterEntry)>, putting: Putting) -> Result<Vec<RegisterPut>, StoreError> {
        let settled_at = putting.at.checked_add(SignedDuration::from_secs(FILINGS_SETTLE_SECONDS)).unwrap_or(putting.at);
        work!(self, $go => {
            let numbers: Vec<String> = rows.iter().map(|(number, _)| number.clone()).collect();
            let query = patents::table.filter(patents::number.eq_any(numbers)).select((patents::number, patents::version, patents::entry));
            let known: Vec<(String, i64, String)> = go!(load, query)?;
            let version_of = |number: &String| known.iter().find(|(n, ..)| n == number).map_or(0, |(_, version, _)| *version);
            if putting.seen.is_some_and(|seen| rows.iter().any(|(number, _)| version_of(number) != seen)) {
                return Err(Fault::Store(StoreError::Stale { what: "register" }));
            }
            let (plan, history) = Plan::of(&rows, known, &putting)?;
            if !plan.new.is_empty() {
                go!(execute, diesel::insert_into(patents::table).values(plan.new.clone()))?;
            }
            for (row, stood) in &plan.changed {
                let still = patents::table.filter(patents::number.eq(&row.number)).filter(patents::version.eq(*stood));
                let set = (
                    patents::version.eq(row.version),
                    patents::entry.eq(&row.entry),
                    patents::put_by.eq(Id(row.put_by)),
                    patents::put_at.eq(Ts(row.put_at)),
                );
                if go!(execute, diesel::update(still).set(set))? != 1 {
                    return Err(Fault::Store(StoreError::Stale { what: "register" }));
                }
            }
            if !history.is_empty() {
                go!(execute, diesel::insert_into(patent_versions::table).values(history.clone()))?;
            }
            if !plan.heard.is_empty() {
                let numbers: Vec<String> = plan.heard.iter().map(|(number, _)| number.clone()).collect();
                let query = complaints::table
                    .filter(complaints::patent_number.eq_any(numbers))
                    .filter(complaints::state.ne("closed"))
                    .distinct()
                    .select(complaints::patent_number);
                let concerned: Vec<String> = go!(load, query)?;
                for (number, version) in &plan.heard {
                    // Where no complaint is seen, one may yet be on its way in that saw the entry before.
                    let due_at = if concerned.contains(number) { putting.at } else { settled_at };
                    // What has no entry before was unknown to every complaint: it rests on no entry.
                    if *version == 1 && !concerned.contains(number) {
                        continue;
                    }
                    let job = JobDraft { kind: JobKind::RegisterChanged, subject: format!("{number} {version}"), due_at };
                    ask_for_job!(go, job.into())?;
                }
            }
            if let Some(batch) = &putting.import {
                let (row, errors) = plan.told(batch, &rows);
                if !errors.is_empty() {
                    go!(execute, diesel::insert_into(register_import_errors::table).values(errors))?;
                }
                let put = diesel::insert_into(register_imports::table)
                    .values(row.clone())
                    .on_conflict(register_imports::sha256)
                    .do_update()
                    .set(row);
                go!(execute, put)?;
            }
            Ok::<_, Fault>(plan.outcomes)
        })
    }

    /// How far the import of a file has come.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn register_import(&self, sha256: &str) -> Result<Option<RegisterImportRow>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let query = register_imports::table.find(sha256.clone()).select(RegisterImportRow::as_select());
            let row: Option<RegisterImportRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Rows of an import that were refused, by line, after line `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn register_import_errors(&self, sha256: &str, after: i64, limit: i64) -> Result<Vec<ImportErrorRow>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let query = register_import_errors::table
                .filter(register_import_errors::sha256.eq(&sha256))
                .filter(register_import_errors::line_number.gt(after))
                .order(register_import_errors::line_number)
                .limit(limit)
                .select(ImportErrorRow::as_select());
            let rows: Vec<ImportErrorRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Complaints on a patent that are not closed, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn open_complaints_on(&self, number: &str, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        let number = number.to_owned();
        look!(self, $go => {
            let query = complaints::table
                .filter(complaints::patent_number.eq(&number))
                .filter(complaints::state.ne("closed"))
                .filter(complaints::id.gt(Id(after)))
                .order(complaints::id)
                .limit(limit)
                .select(complaints::id);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|Id(id)| id).collect())
        })
    }
}
