//! The registry of reports: what was filed on a patent, how the files stand to each other, and recording
//! that one is false. The complaints with it then hear of it, job by job (`reexamine`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::prepare::level_granted;
use super::reexamine::{REEXAMINED_ROUND_MAX, Told};
use super::versions::{as_seen, first};
use super::views::AuthenticityShown;
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{Complaint, ReopenedWhy};
use crate::domain::examine::AuthenticityLevel;
use crate::domain::notice::TEXT_CHARS_MAX;
use crate::domain::patent::PatentNumber;
use crate::domain::report::ReportFacts;
use crate::domain::report_relation::{Difference, OtherReport, Relation, relate};
use crate::store::{GrantRow, KnownReportRow, ReportRow, RevocationRow, StoreError};

/// Codes of reasons for which a person records that a report is false.
pub const REVOCATION_REASONS: &[(&str, &str)] = &[
    ("not_issued", "The patent office did not issue it"),
    ("altered", "It says otherwise than what the patent office issued"),
    ("withdrawn_by_office", "The patent office took it back"),
    ("forged", "Forgery, by the finding of the person who records it"),
];

/// That a report is false.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationForm {
    /// A code of [`REVOCATION_REASONS`].
    pub reason: String,
    /// The document that shows it, by a file the examiner deposited.
    pub document: String,
    /// In words; no personal data.
    pub text: String,
}

/// What a person recorded against a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevocationView {
    /// Code of the reason.
    pub reason: String,
    /// SHA-256 of the document that shows it.
    pub document_sha256: String,
    /// In words.
    pub text: String,
    /// Who recorded it.
    pub examiner: Uuid,
    /// When.
    pub at: Timestamp,
}

/// Another file on the same patent, and how the report stands to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelationView {
    /// The other file.
    pub sha256: String,
    /// How the report stands to it.
    pub relation: Relation,
    /// Level of the other file that counts for every complaint.
    pub level: Option<AuthenticityLevel>,
    /// What both say, each otherwise.
    pub differences: Vec<Difference>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportView {
    /// SHA-256.
    pub sha256: String,
    /// The patent.
    pub patent_number: String,
    /// Account that filed it first.
    pub account: Uuid,
    /// When.
    pub filed_at: Timestamp,
    /// Level that counts for every complaint.
    pub level: Option<AuthenticityLevel>,
    /// Levels granted: by whom, when, on what.
    pub grants: Vec<AuthenticityShown>,
    /// What a person recorded against it.
    pub revocation: Option<RevocationView>,
    /// What it says, each fact with page and quote.
    pub facts: Option<ReportFacts>,
    /// The other files on the patent.
    pub relations: Vec<RelationView>,
}

impl ReportView {
    /// How often somebody said what it is: levels granted, and that it is false.
    pub fn version(&self) -> i64 {
        i64::try_from(self.grants.len()).unwrap_or(i64::MAX)
    }
}

/// A report of a patent, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportItem {
    /// SHA-256.
    pub sha256: String,
    /// When it was filed first.
    pub filed_at: Timestamp,
    /// Level that counts for every complaint.
    pub level: Option<AuthenticityLevel>,
    /// Whether it says it is a correction.
    pub corrected: Option<bool>,
    /// Files that say otherwise.
    pub conflicts: Vec<String>,
    /// Corrections of it.
    pub superseded_by: Vec<String>,
}

/// The level that counts for every complaint: what people granted, and what the signature shows.
fn level_of(known: &KnownReportRow, today: Date) -> Option<AuthenticityLevel> {
    let shown = known.facts.as_ref().and_then(|f| AuthenticityLevel::shown_by(&f.signature, today));
    AuthenticityLevel::counting(level_granted(&known.grants, &known.report.sha256, None), shown)
}

/// How one report stands to the others, but those known to be false.
fn relations(this: &KnownReportRow, all: &[KnownReportRow], today: Date) -> Vec<RelationView> {
    let others = all.iter().filter(|o| o.report.sha256 != this.report.sha256);
    let one = |other: &KnownReportRow| {
        let (relation, differences) = match (&this.facts, &other.facts) {
            (Some(a), Some(b)) => relate(a, b),
            _ => (Relation::Unread, Vec::new()),
        };
        RelationView { sha256: other.report.sha256.clone(), relation, level: level_of(other, today), differences }
    };
    others.map(one).collect()
}

/// The other reports on a patent that may speak against the one with `sha256`.
pub(super) fn others(all: &[KnownReportRow], sha256: Option<&str>, today: Date) -> Vec<OtherReport> {
    let other = |k: &KnownReportRow| {
        let level = level_of(k, today);
        let refuted = matches!(level, Some(AuthenticityLevel::Revoked | AuthenticityLevel::Broken));
        let facts = k.facts.clone().filter(|_| !refuted)?;
        Some(OtherReport { sha256: k.report.sha256.clone(), facts, proven: level.is_some_and(AuthenticityLevel::is_proof) })
    };
    all.iter().filter(|k| Some(k.report.sha256.as_str()) != sha256).filter_map(other).collect()
}

/// The row of the registry for a report that is filed: under the patent it names, or else the one it came with.
pub(super) fn filed_report(sha256: &str, facts: &ReportFacts, (number, account, at): (&str, Uuid, Timestamp)) -> ReportRow {
    let printed = facts.patent_number.as_ref().and_then(|n| PatentNumber::parse(&n.value).ok());
    ReportRow {
        sha256: sha256.to_owned(),
        patent_number: printed.map_or_else(|| number.to_owned(), |n| n.to_string()),
        account_id: account,
        filed_at: at,
    }
}

impl Desk {
    /// A report with all that is known of it and the other files on its patent.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where it was never filed.
    pub async fn report(&self, sha256: &str) -> Result<ReportView, DeskError> {
        let (_, today) = self.now();
        let row = self.store.report(sha256).await?;
        let mut all = self.store.reports_on_patent(&row.patent_number).await?;
        let this = match all.iter().position(|k| k.report.sha256 == sha256) {
            Some(at) => all.swap_remove(at),
            // Beyond those that are compared.
            None => KnownReportRow { report: row, facts: None, grants: self.store.grants(sha256).await? },
        };
        let revocation = self.store.revocation(sha256).await?.map(|r| RevocationView {
            reason: r.reason,
            document_sha256: r.document_sha256,
            text: r.note,
            examiner: r.examiner,
            at: r.at,
        });
        Ok(ReportView {
            level: level_of(&this, today),
            relations: relations(&this, &all, today),
            grants: this.grants.into_iter().map(Into::into).collect(),
            revocation,
            facts: this.facts,
            sha256: this.report.sha256,
            patent_number: this.report.patent_number,
            account: this.report.account_id,
            filed_at: this.report.filed_at,
        })
    }

    /// The bytes of a report, or of the document that shows it to be false.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn report_file(&self, sha256: &str) -> Result<bytes::Bytes, DeskError> {
        self.store.report(sha256).await?;
        Ok(self.uploads.read(sha256).await?)
    }

    /// The reports that were filed on a patent.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a number that is none.
    pub async fn reports_on_patent(&self, text: &str) -> Result<Vec<ReportItem>, DeskError> {
        let number = PatentNumber::parse(text).map_err(|e| DeskError::rule("patent.number", e.to_string()))?;
        let (_, today) = self.now();
        let all = self.store.reports_on_patent(&number.to_string()).await?;
        let item = |this: &KnownReportRow| {
            let stands = relations(this, &all, today);
            let with = |r: Relation| stands.iter().filter(|s| s.relation == r).map(|s| s.sha256.clone()).collect();
            ReportItem {
                sha256: this.report.sha256.clone(),
                filed_at: this.report.filed_at,
                level: level_of(this, today),
                corrected: this.facts.as_ref().map(|f| f.corrected),
                conflicts: with(Relation::Conflict),
                superseded_by: with(Relation::SupersededBy),
            }
        };
        Ok(all.iter().map(item).collect())
    }

    /// Records that a report is false, which is as it was seen.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`], [`DeskError::Rule`]: unknown reason, no document, no text, recorded before.
    pub async fn revoke_report(&self, caller: &Caller, (sha256, seen): (&str, i64), form: RevocationForm) -> Result<ReportView, DeskError> {
        let version = async || Ok(self.report(sha256).await?.version());
        as_seen(seen, version().await?)?;
        if !REVOCATION_REASONS.iter().any(|(code, _)| *code == form.reason) {
            let codes: Vec<&str> = REVOCATION_REASONS.iter().map(|(c, _)| *c).collect();
            return Err(DeskError::rule("revocation.unknown_reason", format!("one of {} is expected", codes.join(", "))));
        }
        if form.text.trim().is_empty() || form.text.chars().count() > TEXT_CHARS_MAX {
            return Err(DeskError::rule("revocation.text", format!("1 to {TEXT_CHARS_MAX} characters say what was found")));
        }
        let document: Uuid = form.document.parse().map_err(|_| DeskError::rule("revocation.document", "name a file you deposited"))?;
        let document = match self.store.file(caller.account, document).await {
            Err(StoreError::NotFound) => return Err(DeskError::rule("revocation.document", "name a file you deposited")),
            other => other?,
        };
        let at = self.clock.now();
        let row = RevocationRow {
            sha256: sha256.to_owned(),
            reason: form.reason.clone(),
            document_sha256: document.sha256,
            note: form.text.clone(),
            examiner: caller.account,
            at,
        };
        let grant = GrantRow {
            id: self.ids.next(),
            sha256: sha256.to_owned(),
            level: "revoked".to_owned(),
            examiner: caller.account,
            complaint_id: None,
            evidence: form.text.clone(),
            counts: true,
            at,
            n: super::authenticity::next_number(&self.store.grants(sha256).await?),
        };
        match self.store.revoke_report(row, grant).await {
            Err(StoreError::Duplicate { .. }) => {
                Err(DeskError::rule("revocation.recorded", "it was recorded before that this report is false"))
            }
            other => {
                first(other, version).await?;
                self.report(sha256).await
            }
        }
    }

    /// Tells complaints with a report, after the complaint `after`, that it is false.
    ///
    /// # Errors
    /// The store's; the round may be made again.
    pub async fn tell_of_revocation(&self, sha256: &str, after: Uuid) -> Result<Told, DeskError> {
        let reason = self.store.revocation(sha256).await?.ok_or(DeskError::NotFound)?.reason;
        let limit = i64::try_from(REEXAMINED_ROUND_MAX).unwrap_or(i64::MAX);
        let ids = self.store.complaints_with_file(sha256, after, limit).await?;
        self.tell(&ids, |_| Some(ReopenedWhy::ReportRevoked { report_sha256: sha256.to_owned(), reason: reason.clone() })).await
    }

    /// Examines complaints with a report, after the complaint `after`, again: more is known of it than before.
    ///
    /// # Errors
    /// The store's; the round may be made again.
    pub async fn examine_again_with(&self, sha256: &str, after: Uuid) -> Result<Told, DeskError> {
        let limit = i64::try_from(REEXAMINED_ROUND_MAX).unwrap_or(i64::MAX);
        let ids = self.store.complaints_with_file(sha256, after, limit).await?;
        for id in &ids {
            self.examine_again(*id, sha256).await?;
        }
        Ok(Told::after(&ids))
    }

    /// Tells complaints on the patent of a report that was proven, after the complaint `after`, where it
    /// replaces their own or says otherwise.
    ///
    /// # Errors
    /// The store's; the round may be made again.
    pub async fn tell_of_proof(&self, sha256: &str, after: Uuid) -> Result<Told, DeskError> {
        let number = self.store.report(sha256).await?.patent_number;
        let all = self.store.reports_on_patent(&number).await?;
        let (_, today) = self.now();
        let is_proven = |k: &&KnownReportRow| level_of(k, today).is_some_and(AuthenticityLevel::is_proof);
        let Some(proven) = all.iter().find(|k| k.report.sha256 == sha256).filter(is_proven) else {
            return Ok(Told { last: None });
        };
        let mut whys: BTreeMap<String, ReopenedWhy> = BTreeMap::new();
        for r in relations(proven, &all, today) {
            let report_sha256 = r.sha256.clone();
            match r.relation {
                Relation::Corrects => whys.insert(r.sha256, ReopenedWhy::ReportSuperseded { report_sha256, by: sha256.to_owned() }),
                Relation::Conflict => whys.insert(r.sha256, ReopenedWhy::ReportConflict { report_sha256, with: sha256.to_owned() }),
                Relation::AnotherCopy | Relation::SupersededBy | Relation::Unread => None,
            };
        }
        let limit = i64::try_from(REEXAMINED_ROUND_MAX).unwrap_or(i64::MAX);
        let ids = self.store.open_complaints_on(&number, after, limit).await?;
        self.tell(&ids, |c: &Complaint| whys.get(c.filed.report_sha256.as_deref()?).cloned()).await
    }
}
