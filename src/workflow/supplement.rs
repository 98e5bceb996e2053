//! The supplement (补正): what was missing is supplied without filing again; the filing date stays.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::file::{Settling, documents};
use super::prepare::{KnownReport, sha256_hex};
use super::reports::filed_report;
use super::{Caller, Desk, DeskError, NamedFiles, RETRIES_MAX};
use crate::domain::complaint::{Event, ListingsSupplemented, Supplemented};
use crate::domain::notice::{DOCUMENTS_MAX, DocumentStated, NoticeProblem, ServiceAddress, TruthGuarantee};
use crate::store::{Commit, CommitError};

/// What is supplied.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementForm {
    /// The guarantee of truth.
    #[serde(default)]
    pub truth_guarantee: Option<TruthGuarantee>,
    /// The service address.
    #[serde(default)]
    pub service_address: Option<ServiceAddress>,
    /// Further documents.
    #[serde(default)]
    pub documents: Vec<DocumentStated>,
    /// The report, by file.
    #[serde(default)]
    pub report: Option<String>,
    /// The listings it is for, where something was asked for listings only.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
}

impl Desk {
    /// Supplies what was missing and checks again.
    ///
    /// # Errors
    /// [`DeskError::Notice`] for unknown files, [`DeskError::Refused`] when no supplement is awaited.
    pub async fn supplement(&self, caller: &Caller, id: Uuid, (form, files): (SupplementForm, NamedFiles)) -> Result<u32, DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.supplement_once(caller, id, (&form, &files)).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return other,
            }
        }
    }

    async fn supplement_once(
        &self,
        caller: &Caller,
        id: Uuid,
        (form, with_request): (&SupplementForm, &NamedFiles),
    ) -> Result<u32, DeskError> {
        let mut loaded = self.load_own(caller, id).await?;
        let files = self.supplied(caller, form, with_request.clone()).await?;
        let sha = |name: &str| files.get(name).map(|f| f.sha256.clone()).unwrap_or_default();
        let case = &mut loaded.case;
        let known = case.documents.len();
        for d in &form.documents {
            case.documents.push(DocumentStated { file: sha(&d.file), ..d.clone() });
        }
        if case.documents.len() > DOCUMENTS_MAX {
            return Err(DeskError::rule("list.too_long", format!("at most {DOCUMENTS_MAX} documents")));
        }
        if let Some(report) = &form.report {
            case.report = Some(sha(report));
        }
        if let Some(guarantee) = form.truth_guarantee.as_ref().filter(|t| t.accepted) {
            case.truth_guaranteed_on = Some(guarantee.signed_on);
        }
        if form.service_address.as_ref().is_some_and(|a| a.confirmed) {
            case.service_address_confirmed = true;
        }
        let (now, today) = self.now();
        let body = serde_json::to_string(&loaded.case).unwrap_or_default();
        let added = documents(&loaded.case).into_iter().filter(|d| d.kind != crate::domain::notice::DocumentKind::EvaluationReport);
        let added: Vec<_> = added.skip(known).collect();
        if let Some(lines) = &form.lines {
            let notice_sha256 = sha256_hex(body.as_bytes());
            let event = Event::ListingsSupplemented(ListingsSupplemented { lines: lines.clone(), documents: added, notice_sha256 });
            let transition = loaded.complaint.record(&caller.actor(), now, event)?;
            let version = transition.after().seq;
            let ids = files.values().map(|f| f.id).collect();
            let commit = Commit { notice: Some(body), files: ids, ..self.commit_of(transition, &loaded).await? };
            return match self.store.commit(commit).await {
                Ok(_) | Err(CommitError::Answered(_)) => Ok(version),
                Err(CommitError::Store(e)) => Err(e.into()),
            };
        }
        let event = Event::Supplemented(Supplemented {
            documents: added,
            report_sha256: loaded.case.report.clone(),
            notice_sha256: sha256_hex(body.as_bytes()),
        });
        let transition = loaded.complaint.record(&caller.actor(), now, event)?;
        if let Some(sha256) = &loaded.case.report {
            let KnownReport { facts, .. } = self.read_report(caller.account, sha256).await?;
            loaded.reading = Some(facts);
            loaded.grants = self.store.grants(sha256).await?;
        }
        let number = loaded.complaint.filed.patent_number.clone();
        let report = loaded.case.report.as_ref().zip(loaded.reading.as_ref());
        let report_row = report.map(|(sha256, facts)| filed_report(sha256, facts, (&number, caller.account, now)));
        if report_row.is_some() {
            loaded.reports = self.store.reports_on_patent(&number).await?;
        }
        let assessment = self.reassess(&loaded).await?;
        let register_version = loaded.register.as_ref().map(|(v, _)| *v);
        let decision_left = self.decision_resumed(&loaded, today)?;
        let settled = self
            .settle(transition, now, &Settling { case: &loaded.case, assessment: &assessment, register_version, decision_left })
            .await?;
        let version = settled.after().seq;
        let mut ids: Vec<Uuid> = files.values().map(|f| f.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let commit = Commit {
            parties: self.supplied_people(id, form, now)?,
            notice: Some(body),
            examination: Some(assessment.kept().body()),
            report: report_row,
            files: ids,
            ..self.commit_of(settled, &loaded).await?
        };
        match self.store.commit(commit).await {
            Ok(_) | Err(CommitError::Answered(_)) => Ok(version),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }

    async fn supplied(&self, caller: &Caller, form: &SupplementForm, with_request: NamedFiles) -> Result<NamedFiles, DeskError> {
        let mut named: Vec<(String, &str)> =
            form.documents.iter().enumerate().map(|(i, d)| (format!("/documents/{i}/file"), d.file.as_str())).collect();
        named.extend(form.report.iter().map(|r| ("/report".to_owned(), r.as_str())));
        let names: Vec<&str> = named.iter().map(|(_, n)| *n).collect();
        let files = self.find_files(caller, &names, with_request).await?;
        let unknown: Vec<NoticeProblem> = named
            .iter()
            .filter(|(_, n)| !files.contains_key(*n))
            .map(|(pointer, name)| super::file::unknown_file(pointer.clone(), name))
            .collect();
        if unknown.is_empty() { Ok(files) } else { Err(DeskError::Notice(unknown)) }
    }

    /// What a supplement says of people, sealed: a record of its own beside the complainant's.
    fn supplied_people(
        &self,
        complaint: Uuid,
        form: &SupplementForm,
        now: jiff::Timestamp,
    ) -> Result<Vec<crate::store::PartyRow>, DeskError> {
        if form.truth_guarantee.is_none() && form.service_address.is_none() {
            return Ok(Vec::new());
        }
        let id = self.ids.next();
        let record = self.vault.seal(id, &(&form.truth_guarantee, &form.service_address))?;
        Ok(vec![crate::store::PartyRow {
            id,
            complaint_id: complaint,
            role: "supplement".into(),
            sealed: record.sealed,
            key: record.key,
            created_at: now,
            person_key: None,
            name_key: None,
            name_rest: None,
            queue_on: None,
        }])
    }
}
