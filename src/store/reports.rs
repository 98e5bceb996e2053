//! The registry of reports: which files were filed on which patent, what they say, how they are proven, and
//! what a person recorded against them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::files::facts_of;
use super::jobs::{JobDraft, ask_for_job};
use super::rows::GrantRow;
use super::schema::{complaint_files, files, report_grants, report_revocations, reports};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::job::JobKind;
use crate::domain::report::ReportFacts;

/// Most other reports on a patent that one is compared with: the proven ones first, then the newest.
pub const REPORTS_COMPARED_MAX: usize = 64;

/// A report that was filed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reports)]
pub struct ReportRow {
    /// SHA-256.
    pub sha256: String,
    /// The patent it says it is about, or else that of the complaint or right it came with; canonical.
    pub patent_number: String,
    /// Account that filed it first.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub filed_at: Timestamp,
}

/// A person recorded that a report is false.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_revocations)]
pub struct RevocationRow {
    /// The report.
    pub sha256: String,
    /// Code of the reason.
    pub reason: String,
    /// The document that shows it.
    pub document_sha256: String,
    /// In words.
    pub note: String,
    /// Who.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
}

/// A report with what is known of it.
#[derive(Clone, Debug)]
pub struct KnownReportRow {
    /// Its filing.
    pub report: ReportRow,
    /// What it says, by the newest reader that read it.
    pub facts: Option<ReportFacts>,
    /// Levels granted, oldest first.
    pub grants: Vec<GrantRow>,
}

/// The reports on a patent within a unit of work of `$go`: those proven first, then the newest.
macro_rules! reports_on {
    ($go:ident, $number:expr) => {{
        use crate::store::reports::{KnownReportRow, REPORTS_COMPARED_MAX, ReportRow, put_together};
        use crate::store::rows::GrantRow;
        use crate::store::schema::{report_grants, report_page_readings, report_readings, reports};
        let number: &String = $number;
        let limit = i64::try_from(REPORTS_COMPARED_MAX).unwrap_or(i64::MAX);
        let on_patent = || reports::table.filter(reports::patent_number.eq(number)).select(ReportRow::as_select());
        let mut rows: Vec<ReportRow> = $go!(load, on_patent().order((reports::filed_at.desc(), reports::sha256)).limit(limit))?;
        if rows.len() == REPORTS_COMPARED_MAX {
            let counting = report_grants::table
                .filter(report_grants::counts.eq(true))
                .filter(report_grants::level.eq_any(["A", "B"]))
                .select(report_grants::sha256);
            let proven: Vec<ReportRow> = $go!(load, on_patent().filter(reports::sha256.eq_any(counting)).limit(limit))?;
            rows.retain(|r| !proven.contains(r));
            rows.splice(0..0, proven);
            rows.truncate(REPORTS_COMPARED_MAX);
        }
        if rows.is_empty() {
            Vec::<KnownReportRow>::new()
        } else {
            let all: Vec<String> = rows.iter().map(|r| r.sha256.clone()).collect();
            let query = report_readings::table
                .filter(report_readings::sha256.eq_any(all.clone()))
                .order(report_readings::reader_version)
                .select((report_readings::sha256, report_readings::facts));
            let readings: Vec<(String, String)> = $go!(load, query)?;
            let query = report_page_readings::table
                .filter(report_page_readings::sha256.eq_any(all.clone()))
                .order((report_page_readings::at, report_page_readings::id))
                .select((report_page_readings::sha256, report_page_readings::reading));
            let by_examiners: Vec<(String, String)> = $go!(load, query)?;
            let query = report_grants::table
                .filter(report_grants::sha256.eq_any(all))
                .order((report_grants::at, report_grants::id))
                .select(GrantRow::as_select());
            let grants: Vec<GrantRow> = $go!(load, query)?;
            put_together(rows, (readings, by_examiners), grants)
        }
    }};
}
pub(super) use reports_on;

/// JSON below the SHA-256 of the file it is about.
type Texts = Vec<(String, String)>;

/// Rows of four tables, by report. The last reading of a report is its newest; one that cannot be
/// understood is none.
pub(super) fn put_together(rows: Vec<ReportRow>, (readings, by_examiners): (Texts, Texts), grants: Vec<GrantRow>) -> Vec<KnownReportRow> {
    let newest: BTreeMap<String, String> = readings.into_iter().collect();
    let known = |report: ReportRow| {
        let own: Vec<String> = by_examiners.iter().filter(|(of, _)| *of == report.sha256).map(|(_, r)| r.clone()).collect();
        let facts = newest.get(&report.sha256).and_then(|text| facts_of(&report.sha256, (text, &own)).ok());
        let grants = grants.iter().filter(|g| g.sha256 == report.sha256).cloned().collect();
        KnownReportRow { report, facts, grants }
    };
    rows.into_iter().map(known).collect()
}

impl Store {
    /// The reports on a patent, at most [`REPORTS_COMPARED_MAX`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn reports_on_patent(&self, number: &str) -> Result<Vec<KnownReportRow>, StoreError> {
        let number = number.to_owned();
        look!(self, $go => {
            Ok::<_, Fault>(reports_on!(go, &number))
        })
    }

    /// One report.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn report(&self, sha256: &str) -> Result<ReportRow, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let row: ReportRow = go!(first, reports::table.find(sha256.clone()).select(ReportRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// What a person recorded against a report.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn revocation(&self, sha256: &str) -> Result<Option<RevocationRow>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let query = report_revocations::table.find(sha256.clone()).select(RevocationRow::as_select());
            let row: Option<RevocationRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Records that a report is false: for every complaint with it, which hear of it by a job.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where that was recorded before.
    pub async fn revoke_report(&self, row: RevocationRow, grant: GrantRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(report_revocations::table).values(row.clone()))?;
            go!(execute, diesel::insert_into(report_grants::table).values(grant.clone()))?;
            let job = JobDraft { kind: JobKind::ReportRevoked, subject: row.sha256.clone(), due_at: row.at };
            ask_for_job!(go, job.into())?;
            Ok::<(), Fault>(())
        })
    }

    /// Complaints that use a file, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn complaints_with_file(&self, sha256: &str, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        let sha256 = sha256.to_owned();
        look!(self, $go => {
            let copies = files::table.filter(files::sha256.eq(&sha256)).select(files::id);
            let query = complaint_files::table
                .filter(complaint_files::file_id.eq_any(copies))
                .filter(complaint_files::complaint_id.gt(Id(after)))
                .order(complaint_files::complaint_id)
                .distinct()
                .limit(limit)
                .select(complaint_files::complaint_id);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|Id(id)| id).collect())
        })
    }
}
