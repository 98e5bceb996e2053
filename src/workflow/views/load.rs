//! Loading a complaint with all that a verb or a view needs.

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::complaint::DispatchSummary;
use super::{ComplaintView, EventView, complaint_view, event_views};
use crate::domain::complaint::{Complaint, Side, StoredEvent};
use crate::domain::dispatch::{AckStep, DispatchKind};
use crate::domain::notice::{Complainant, NoticeCase};
use crate::domain::patent::PatentNumber;
use crate::domain::register::RegisterEntry;
use crate::domain::report::ReportFacts;
use crate::intake::reader::READER_VERSION;
use crate::store::{GrantRow, KnownReportRow, Relisted, StoreError, StoredRight};
use crate::vault::SealedRecord;
use crate::workflow::flags::Complains;
use crate::workflow::prepare::{AssessInput, Assessment, KeptExamination, KnownReport};
use crate::workflow::reports::others;
use crate::workflow::{Caller, Desk, DeskError};

/// A complaint, replayed from its log, with what belongs to it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The complaint.
    pub complaint: Complaint,
    /// Its log.
    pub log: Vec<StoredEvent>,
    /// The notice, without people.
    pub case: NoticeCase,
    /// Findings and criteria.
    pub examination: KeptExamination,
    /// The report's facts.
    pub reading: Option<Arc<ReportFacts>>,
    /// Grants for the report.
    pub grants: Vec<GrantRow>,
    /// Reports on the patent.
    pub reports: Vec<KnownReportRow>,
    /// The register's entry and its version.
    pub register: Option<(i64, Arc<RegisterEntry>)>,
    /// The right it names.
    pub right: Option<StoredRight>,
    /// The earlier complaint of a re-listing.
    pub relisted: Option<Relisted>,
}

impl Desk {
    /// Loads a complaint.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`StoreError::Corrupt`] where the log does not replay.
    pub async fn load(&self, id: Uuid) -> Result<Loaded, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        let corrupt = |what: &'static str, why: String| DeskError::Store(StoreError::Corrupt { table: what, id: id.to_string(), why });
        let complaint = Complaint::replay(id, &stored.log).map_err(|e| corrupt("events", e.to_string()))?;
        let case: NoticeCase = serde_json::from_str(&stored.notice).map_err(|e| corrupt("notices", e.to_string()))?;
        let examination = stored
            .examination
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|e| corrupt("examinations", e.to_string()))?
            .unwrap_or_default();
        let context = self
            .store
            .filing_context(crate::store::FilingAsk {
                account: complaint.filed.account,
                idempotency_key: None,
                patent_number: complaint.filed.patent_number.clone(),
                report_sha256: complaint.filed.report_sha256.clone(),
                reader_version: READER_VERSION,
                right: complaint.filed.right,
                item_keys: Vec::new(),
                relisting_of: case.relisting_of.as_deref().and_then(crate::domain::reference::parse_reference),
            })
            .await?;
        let mut loaded = Loaded {
            complaint,
            log: stored.log,
            case,
            examination,
            reading: self.still_so(context.reading),
            grants: context.grants,
            reports: context.reports,
            register: context.register,
            right: context.right,
            relisted: context.relisting,
        };
        if let (None, Some(sha256)) = (&loaded.reading, loaded.complaint.filed.report_sha256.clone()) {
            let account = loaded.complaint.filed.account;
            loaded.reading = Some(self.read_report(account, &sha256).await?.facts);
        }
        Ok(loaded)
    }

    /// Loads a complaint of the caller's own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's.
    pub async fn load_own(&self, caller: &Caller, id: Uuid) -> Result<Loaded, DeskError> {
        let loaded = self.load(id).await?;
        if loaded.complaint.filed.account == caller.account { Ok(loaded) } else { Err(DeskError::NotFound) }
    }

    /// The ten checks, facts and triage of a complaint as things stand now.
    pub(in crate::workflow) async fn reassess(&self, loaded: &Loaded) -> Result<Assessment, DeskError> {
        self.reassess_answered(loaded, loaded.complaint.answered).await
    }

    /// The same, were a seller to have answered to the merits.
    pub(in crate::workflow) async fn reassess_answered(&self, loaded: &Loaded, answered: bool) -> Result<Assessment, DeskError> {
        let policy = self.policy_now().await?;
        let (_, today): (_, Date) = self.now();
        let c = &loaded.complaint;
        let number = PatentNumber::parse(&c.filed.patent_number)
            .map_err(|e| DeskError::Store(StoreError::Corrupt { table: "events", id: c.id.to_string(), why: e.to_string() }))?;
        let report = match (&loaded.case.report, &loaded.reading) {
            (Some(sha256), Some(facts)) => Some(KnownReport { sha256: sha256.clone(), facts: facts.clone(), kept: true }),
            _ => None,
        };
        let listings: Vec<_> = c.listings.iter().map(|l| l.filed.clone()).collect();
        Ok(self.assess(&AssessInput {
            case: &loaded.case,
            number: &number,
            asserted_items: &c.filed.asserted_items,
            documents: &c.documents,
            listings: &listings,
            report: report.as_ref(),
            grants: &loaded.grants,
            others: &others(&loaded.reports, loaded.case.report.as_deref(), today),
            register: loaded.register.as_ref().map(|(_, e)| &**e),
            right: loaded.right.as_ref(),
            relisted: loaded.relisted.as_ref(),
            policy: &policy,
            complaint: Some(c.id),
            answered,
            flags: self.flags_that_count(c.filed.account, Complains::Party(c.filed.complainant.party)).await?,
            platform: &self.platform_lines(loaded).await?,
            rules: &self.rules_in_force().await?,
            today,
        }))
    }

    /// The complainant's particulars; none where they were erased.
    pub(crate) async fn complainant(&self, c: &Complaint) -> Result<Option<Complainant>, DeskError> {
        let parties = self.store.parties(c.id).await?;
        let own = parties.into_iter().find(|p| p.id == c.filed.complainant.party);
        let Some(row) = own else { return Ok(None) };
        Ok(Some(self.vault.open(row.id, &SealedRecord { sealed: row.sealed, key: row.key })?))
    }

    /// Dispatches of a complaint with what platforms answered, oldest first.
    pub(crate) async fn dispatch_summaries(&self, id: Uuid) -> Result<Vec<DispatchSummary>, DeskError> {
        let acks = self.store.acks_of(id).await?;
        let mut all = Vec::new();
        for row in self.store.dispatches_of(id).await? {
            let mut summary = DispatchSummary {
                id: row.id,
                kind: DispatchKind::from_word(&row.kind).unwrap_or(DispatchKind::Test),
                platform: row.platform,
                issued_at: row.issued_at,
                lines: row.lines.iter().map(|l| l.line).collect(),
                answered: Default::default(),
            };
            for ack in acks.iter().filter(|a| a.dispatch_id == summary.id) {
                let line = row.lines.iter().find(|l| l.n == ack.n).map(|l| l.line);
                if let (Some(line), Some(step)) = (line, AckStep::from_word(&ack.step)) {
                    summary.answered.entry(line).or_default().push(step);
                }
            }
            all.push(summary);
        }
        Ok(all)
    }

    /// A complaint as its complainant sees it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn show(&self, caller: &Caller, id: Uuid) -> Result<ComplaintView, DeskError> {
        let loaded = self.load_own(caller, id).await?;
        let mut view = self.view(&loaded).await?;
        view.mails.retain(|m| m.side == Side::Complainant.word());
        view.referrals.retain(|r| r.to.is_waited_for());
        Ok(view)
    }

    pub(crate) async fn view(&self, loaded: &Loaded) -> Result<ComplaintView, DeskError> {
        let dispatches = self.dispatch_summaries(loaded.complaint.id).await?;
        let urls: Vec<Option<String>> = loaded.case.listings().map(|(_, l)| l.url.clone()).collect();
        let view = complaint_view(&loaded.complaint, loaded.examination.clone(), (&urls, &dispatches));
        let mails = self.store.mails_of(loaded.complaint.id).await?.into_iter().map(Into::into).collect();
        Ok(ComplaintView { mails, ..view })
    }

    /// The log of a complaint of the caller's own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn log(&self, caller: &Caller, id: Uuid) -> Result<Vec<EventView>, DeskError> {
        Ok(event_views(&self.load_own(caller, id).await?.log, false))
    }
}
