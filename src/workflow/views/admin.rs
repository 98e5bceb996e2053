//! What examiners and administrators see: a complaint with everything beside it, the queue, a dispatch
//! with its deliveries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{ComplaintView, DeadlineView, EventView, event_views};
use crate::domain::complaint::{Complaint, DecisionProposed, FactSource};
use crate::domain::consultation::Consultation;
use crate::domain::notice::{Complainant, NoticeCase, Person};
use crate::domain::policy::Facts;
use crate::domain::report::ReportFacts;
use crate::domain::signature::SignatureSeen;
use crate::store::{AckRow, GrantRow};
use crate::vault::SealedRecord;
use crate::workflow::{
    AttemptView, Caller, ClaimView, ConductShown, Desk, DeskError, NoteView, PageQuoted, ReminderView, Role, SideBySide,
};

/// Other complaints shown beside one, at most.
const OTHERS_MAX: usize = 20;

/// A grant of authenticity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthenticityShown {
    /// The level.
    pub level: String,
    /// The examiner.
    pub examiner: Uuid,
    /// What it rests on.
    pub evidence: String,
    /// Whether it counts.
    pub counts: bool,
    /// When.
    pub at: Timestamp,
}

impl From<GrantRow> for AuthenticityShown {
    fn from(g: GrantRow) -> Self {
        AuthenticityShown { level: g.level, examiner: g.examiner, evidence: g.evidence, counts: g.counts, at: g.at }
    }
}

/// Another complaint on the same patent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherComplaint {
    /// Id.
    pub id: Uuid,
    /// Reference.
    pub reference: String,
    /// State.
    pub state: String,
    /// Track.
    pub track: Option<String>,
}

/// A complaint as an examiner sees it.
#[derive(Clone, Debug, Serialize)]
pub struct AdminView {
    /// What the complainant sees.
    #[serde(flatten)]
    pub complaint: ComplaintView,
    /// The account that filed.
    pub account: Uuid,
    /// The notice.
    pub notice: NoticeCase,
    /// What its platform asks, where one referred it for an opinion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Consultation>,
    /// The complainant; null where it was erased, and for who does not judge.
    pub complainant: Option<Complainant>,
    /// The agent; likewise.
    pub agent: Option<Person>,
    /// The flat facts the policy saw.
    pub facts: Option<Facts>,
    /// Who found what people found, by fact.
    pub sources: BTreeMap<String, FactSource>,
    /// The right it names.
    pub right: Option<Uuid>,
    /// Version of the policy.
    pub policy_version: Option<i64>,
    /// What the report says.
    pub report: Option<ReportFacts>,
    /// SHA-256 of the report.
    pub report_sha256: Option<String>,
    /// Grants of authenticity for the report.
    pub authenticity: Vec<AuthenticityShown>,
    /// The decision that waits for a second examiner.
    pub proposed: Option<DecisionProposed>,
    /// Other complaints on the same patent.
    pub others: Vec<OtherComplaint>,
    /// Who has it, and until when.
    pub claim: Option<ClaimView>,
    /// Its deadlines, each with the words that explain it.
    pub deadlines: Vec<DeadlineView>,
    /// The pages of the report that findings and verdicts quote.
    pub pages_quoted: Vec<PageQuoted>,
    /// The pictures of each accused product beside those that were granted.
    pub side_by_side: Vec<SideBySide>,
    /// What examiners noted, oldest first; for nobody outside.
    pub notes: Vec<NoteView>,
    /// What reminds them of it.
    pub reminders: Vec<ReminderView>,
    /// The conduct of who complains and of the sellers.
    pub conduct: ConductShown,
    /// The log.
    pub log: Vec<EventView>,
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueItem {
    /// Id.
    pub id: Uuid,
    /// Reference.
    pub reference: String,
    /// State.
    pub state: String,
    /// Track.
    pub track: Option<String>,
    /// Patent number.
    pub patent_number: String,
    /// Overall result of the ten checks.
    pub overall: Option<String>,
    /// Listings that wait for a decision.
    pub pending: i64,
    /// Day the decision is due.
    pub due_on: Option<Date>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Number of its last event: what a change names as seen.
    pub version: i32,
    /// Why it came back, in codes (`register.invalidated`, …); null where it did not.
    pub reopened: Option<Vec<String>>,
    /// Examiner who has it now.
    pub claimed_by: Option<Uuid>,
    /// The reminder that brought it to the top.
    pub reminder: Option<ReminderView>,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueuePage {
    /// The rows: what a reminder brought back, then the most urgent first.
    pub items: Vec<QueueItem>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// One delivery with its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// Id.
    pub id: Uuid,
    /// Endpoint.
    pub endpoint: Uuid,
    /// State.
    pub state: String,
    /// Next attempt.
    pub due_at: Timestamp,
    /// Attempts, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// A dispatch with its deliveries and answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DispatchAdminView {
    /// Id.
    pub id: Uuid,
    /// Platform.
    pub platform: String,
    /// Kind.
    pub kind: String,
    /// Number in the platform's feed.
    pub feed_seq: i64,
    /// The complaint.
    pub complaint: Option<Uuid>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// SHA-256 of the body.
    pub sha256: String,
    /// The body as sent.
    pub body: serde_json::Value,
    /// Deliveries.
    pub deliveries: Vec<DeliveryView>,
    /// Answers of the platform.
    pub acknowledgements: Vec<AckRow>,
}

impl Desk {
    /// A complaint as the house sees it; who is behind it only to those who judge.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn show_to_house(&self, caller: &Caller, id: Uuid) -> Result<AdminView, DeskError> {
        let loaded = self.load(id).await?;
        let (complainant, agent) = match caller.role {
            Role::Examiner | Role::Lead => (self.complainant(&loaded.complaint).await?, self.agent(&loaded.complaint).await?),
            _ => (None, None),
        };
        let others = self.store.complaints_on_patent(&loaded.complaint.filed.patent_number, OTHERS_MAX).await?;
        let others = others
            .into_iter()
            .filter(|o| o.id != id)
            .map(|o| OtherComplaint { id: o.id, reference: o.reference, state: o.state, track: o.track })
            .collect();
        let claim = self.store.claim_of(id).await?.filter(|c| c.lease_until > self.clock.now());
        Ok(AdminView {
            complaint: self.view(&loaded).await?,
            account: loaded.complaint.filed.account,
            consultation: loaded.complaint.filed.consultation.clone(),
            complainant,
            agent,
            facts: loaded.complaint.triaged.as_ref().map(|t| t.facts.clone()),
            sources: loaded.complaint.triaged.as_ref().map(|t| t.sources.clone()).unwrap_or_default(),
            right: loaded.complaint.filed.right,
            policy_version: loaded.complaint.triaged.as_ref().map(|t| t.policy_version),
            report: loaded.reading.as_deref().cloned(),
            report_sha256: loaded.complaint.filed.report_sha256.clone(),
            authenticity: loaded.grants.iter().cloned().map(Into::into).collect(),
            proposed: loaded.complaint.proposed.clone(),
            others,
            claim: claim.map(Into::into),
            deadlines: self.deadlines_of(&loaded).await?,
            pages_quoted: Desk::pages_quoted(&loaded),
            side_by_side: Desk::side_by_side(&loaded),
            notes: self.notes_shown(caller, id).await?,
            reminders: self.reminders_shown(caller, id).await?,
            conduct: self.conduct_shown(caller, &loaded).await?,
            log: event_views(&loaded.log, true),
            notice: loaded.case,
        })
    }

    async fn agent(&self, c: &Complaint) -> Result<Option<Person>, DeskError> {
        let Some(agent) = &c.filed.agent else { return Ok(None) };
        let row = self.store.parties(c.id).await?.into_iter().find(|p| p.id == agent.party);
        let Some(row) = row else { return Ok(None) };
        Ok(self.vault.open(row.id, &SealedRecord { sealed: row.sealed, key: row.key })?)
    }

    /// The bytes of a document of a complaint, or of the signed revision of its report, by its own SHA-256:
    /// where bytes were appended, that is what was read.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where the complaint has no such document.
    pub async fn document(&self, id: Uuid, sha256: &str) -> Result<bytes::Bytes, DeskError> {
        let loaded = self.load(id).await?;
        if let (Some(report), Some(SignatureSeen::Appended { signed_bytes, signed_sha256, .. })) =
            (&loaded.case.report, loaded.reading.as_ref().map(|r| &r.signature))
            && signed_sha256 == sha256
        {
            let whole = self.uploads.read(report).await?;
            return Ok(whole.slice(..usize::try_from(*signed_bytes).map_or(whole.len(), |n| n.min(whole.len()))));
        }
        let named = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
        let in_log = named && loaded.log.iter().any(|e| e.body.contains(sha256));
        if in_log || loaded.complaint.documents.iter().any(|d| d.sha256 == sha256) || loaded.case.files().any(|f| f == sha256) {
            Ok(self.uploads.read(sha256).await?)
        } else {
            Err(DeskError::NotFound)
        }
    }

    /// A dispatch with its deliveries and answers.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn show_dispatch(&self, id: Uuid) -> Result<DispatchAdminView, DeskError> {
        let row = self.store.dispatch(id).await?;
        // In this order no state is shown without the attempt that led to it.
        let deliveries = self.store.deliveries_of(id).await?;
        let attempts = self.store.attempts_of(id).await?;
        Ok(DispatchAdminView {
            id,
            platform: row.platform,
            kind: row.kind,
            feed_seq: row.feed_seq,
            complaint: row.complaint_id,
            issued_at: row.issued_at,
            sha256: row.sha256,
            body: serde_json::from_str(&row.body).unwrap_or_default(),
            deliveries: deliveries
                .into_iter()
                .map(|d| DeliveryView {
                    id: d.id,
                    endpoint: d.endpoint_id,
                    state: d.state,
                    due_at: d.due_at,
                    attempts: attempts.iter().filter(|a| a.delivery_id == d.id).cloned().map(|a| AttemptView::of(a, true)).collect(),
                })
                .collect(),
            acknowledgements: self.store.acks_of_dispatch(id).await?,
        })
    }
}
