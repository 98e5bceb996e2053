//! Granting an evaluation report an authenticity level. A and B hold for every complaint with the same
//! file, C and D for this complaint; B counts once a second person has granted it too.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError, RETRIES_MAX, Touched};
use crate::domain::complaint::{AuthenticityGranted, Event, State};
use crate::domain::job::JobKind;
use crate::store::{Commit, CommitError, GrantRow, JobDraft};

/// Levels a person may grant. A is proven by a signature, never by word; that a report is false is recorded
/// in the registry.
pub const LEVELS_GRANTED: &[&str] = &["B", "C", "D"];

/// A grant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticityForm {
    /// One of [`LEVELS_GRANTED`].
    pub level: String,
    /// What it rests on: the receipt of the copy obtained, where the original was sighted.
    pub evidence: String,
}

/// What a grant did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Granted {
    /// The level.
    pub level: String,
    /// Whether it counts now.
    pub counts: bool,
    /// Version of the complaint.
    pub version: u32,
}

/// Whether a grant of level B by `examiner` is the second and counts.
///
/// # Errors
/// [`DeskError::Rule`] where it would be the same person's again.
pub(super) fn second_person(earlier: &[GrantRow], examiner: Uuid) -> Result<bool, DeskError> {
    let mut of_level = earlier.iter().filter(|g| g.level == "B");
    if of_level.clone().any(|g| g.examiner == examiner) {
        return Err(DeskError::rule("authenticity.second_person", "level B needs a second person"));
    }
    Ok(of_level.next().is_some())
}

/// The number of the next grant for a file: who grants at the same time takes the same one and is refused as stale.
pub(super) fn next_number(earlier: &[GrantRow]) -> i32 {
    earlier.iter().map(|g| g.n).max().unwrap_or(0).saturating_add(1)
}

/// What is to be done once a report is proven.
pub(super) fn jobs_of_proof(sha256: &str, due_at: Timestamp) -> Vec<JobDraft> {
    let job = |kind| JobDraft { kind, subject: sha256.to_owned(), due_at };
    vec![job(JobKind::ReportProven), job(JobKind::ReportKnownBetter)]
}

impl Desk {
    /// Grants a level to the report of a complaint, examines and triages it again.
    ///
    /// # Errors
    /// [`DeskError::Rule`]: unknown level, no report, or the same person twice for level B.
    pub async fn grant_authenticity(&self, caller: &Caller, at: &Touched, form: AuthenticityForm) -> Result<Granted, DeskError> {
        if !LEVELS_GRANTED.contains(&form.level.as_str()) {
            return Err(DeskError::rule("authenticity.level", format!("one of {} is expected", LEVELS_GRANTED.join(", "))));
        }
        super::decide::check_text(Some(&form.evidence))?;
        if form.evidence.trim().is_empty() {
            return Err(DeskError::rule("authenticity.evidence", "say what the level rests on"));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.grant_once(caller, at, &form).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return other,
            }
        }
    }

    async fn grant_once(&self, caller: &Caller, at: &Touched, form: &AuthenticityForm) -> Result<Granted, DeskError> {
        let id = at.complaint;
        let loaded = self.load(id).await?;
        at.stands(&loaded.complaint)?;
        let sha256 = loaded.complaint.filed.report_sha256.clone();
        let sha256 = sha256.ok_or_else(|| DeskError::rule("authenticity.no_report", "the complaint has no report"))?;
        let earlier = self.store.grants(&sha256).await?;
        let counts = form.level != "B" || second_person(&earlier, caller.account)?;
        let (now, today) = self.now();
        let event = Event::AuthenticityGranted(AuthenticityGranted {
            report_sha256: sha256.clone(),
            level: form.level.clone(),
            examiner: caller.account,
            counts,
        });
        let grant = GrantRow {
            id: self.ids.next(),
            sha256,
            level: form.level.clone(),
            examiner: caller.account,
            complaint_id: Some(id),
            evidence: form.evidence.clone(),
            counts,
            at: now,
            n: next_number(&earlier),
        };
        let mut transition = loaded.complaint.record(&caller.actor(), now, event)?;
        let mut with_grant = loaded.clone();
        with_grant.grants.push(grant.clone());
        let assessment = self.reassess(&with_grant).await?;
        let service = crate::domain::complaint::Actor::System("examination");
        if counts {
            let version = loaded.register.as_ref().map(|(v, _)| *v);
            let sha256 = loaded.complaint.filed.report_sha256.as_deref();
            if let Some(examined) = assessment.examined_event(sha256, version) {
                transition = transition.and(&service, now, Event::Examined(examined))?;
            }
            if matches!(transition.after().state, State::Accepted | State::Hearing { .. }) {
                let due = self.decision_due(&assessment, today);
                transition = transition.and(&service, now, Event::Triaged(assessment.triaged_event(&due)))?;
                transition = self.open_hearing(transition, now, assessment.hear_first)?;
                transition = self.decide_automatically(transition, now, assessment.proof.as_ref()).await?;
            }
        }
        let version = transition.after().seq;
        let told = counts && form.level == "B";
        let jobs = if told { jobs_of_proof(&grant.sha256, now) } else { Vec::new() };
        let examination = Some(assessment.kept().body());
        let commit = Commit { grant: Some(grant), jobs, examination, ..self.commit_of(transition, &with_grant).await? };
        match self.store.commit(commit).await {
            Ok(_) | Err(CommitError::Answered(_)) => Ok(Granted { level: form.level.clone(), counts, version }),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }
}
