//! Second looks: appeal and human review, asked for by either side; recusal.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::decide::{Judged, LineDecisionForm, check_lines, check_text};
use super::{Caller, Desk, DeskError, Role, Touched};
use crate::domain::complaint::{
    Complaint, DecisionMade, DecisionProposed, Event, ExaminerRecused, PartyRef, REVIEW_WORKING_DAYS, ReviewDecided, ReviewKind,
    ReviewRefused, ReviewRequested, Side,
};
use crate::store::{PartyRow, SubmissionRow};

/// Why an examiner may not act.
pub const RECUSAL_REASONS: &[&str] = &["advised_a_party", "related_to_a_party", "interest", "other"];

/// A request for a second look.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewForm {
    /// `appeal` of a decision, or `human` review of an automatic one.
    pub kind: ReviewKind,
    /// Number of the event that decided; absent: the last on these listings.
    #[serde(default)]
    pub decision: Option<u32>,
    /// The listings; absent: all of the decision that are the caller's.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
    /// Why.
    pub text: String,
}

/// The outcome of a second look.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecisionForm {
    /// The listings, as they stand after it.
    pub lines: Vec<LineDecisionForm>,
    /// Reasons in words, without personal data.
    pub text: String,
}

/// A recusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecusalForm {
    /// The examiner; absent: the caller. Another's only by a lead.
    #[serde(default)]
    pub examiner: Option<Uuid>,
    /// One of [`RECUSAL_REASONS`].
    pub why: String,
}

/// Who asks for a second look, and for which listings it may.
pub(super) struct Asking {
    pub(super) side: Side,
    /// The listings it may name; none: all.
    pub(super) own: Option<Vec<u32>>,
    pub(super) access: Option<Uuid>,
}

impl Desk {
    /// The complainant asks for a second look.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Refused`], [`DeskError::Rule`].
    pub async fn request_review(&self, caller: &Caller, id: Uuid, form: ReviewForm) -> Result<u32, DeskError> {
        self.load_own(caller, id).await?;
        self.ask_for_review(caller, id, (Asking { side: Side::Complainant, own: None, access: None }, form)).await
    }

    pub(super) async fn ask_for_review(&self, caller: &Caller, id: Uuid, (asking, form): (Asking, ReviewForm)) -> Result<u32, DeskError> {
        check_text(Some(&form.text))?;
        if form.text.trim().is_empty() {
            return Err(DeskError::rule("review.text", "say why"));
        }
        self.again(async || {
            let loaded = self.load(id).await?;
            let (now, today) = self.now();
            let decision = decision_of(&loaded.complaint, &asking, &form)?;
            let lines = match &form.lines {
                Some(lines) => lines.clone(),
                None => decision.lines.iter().copied().filter(|l| asking.own.as_ref().is_none_or(|own| own.contains(l))).collect(),
            };
            check_lines(lines.iter().copied())?;
            if asking.own.as_ref().is_some_and(|own| !lines.iter().all(|l| own.contains(l))) {
                return Err(DeskError::NotFound);
            }
            let due = self.calendar().add_working_days(today, REVIEW_WORKING_DAYS);
            let (party, review) = (self.ids.next(), self.ids.next());
            let record = self.vault.seal(party, &form.text)?;
            let event = Event::ReviewRequested(ReviewRequested {
                review,
                kind: form.kind,
                decision: decision.seq,
                lines,
                side: asking.side,
                party: PartyRef { party, digest: self.vault.person_digest(id, &form.text) },
                due_on: due.due,
                calendar_version: due.calendar_version,
            });
            let row = PartyRow {
                id: party,
                complaint_id: id,
                role: "review".into(),
                sealed: record.sealed,
                key: record.key,
                created_at: now,
                person_key: None,
                name_key: None,
                name_rest: None,
                queue_on: None,
            };
            let kept = SubmissionRow {
                id: review,
                complaint_id: id,
                kind: "review".into(),
                access_id: asking.access,
                party_id: party,
                created_at: now,
            };
            let beside = Beside { parties: vec![row], submissions: vec![kept], ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }

    /// Decides a second look; another examiner than the first, always a human. What turns a decision against a
    /// seller on a report that is negative throughout is proposed, and another examiner confirms it.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`], [`DeskError::Changed`].
    pub async fn decide_review(&self, caller: &Caller, at: &Judged, (review, form): (Uuid, ReviewDecisionForm)) -> Result<u32, DeskError> {
        let mut lines = self.lines_given(&form.lines).await?;
        self.with_records(at.complaint, &form.lines, &mut lines).await?;
        check_text(Some(&form.text))?;
        if form.text.trim().is_empty() {
            return Err(DeskError::rule("review.text", "a decision on review gives its reasons in words"));
        }
        self.judge_all(at, async |loaded| {
            let (examiner, lines, text) = (caller.account, lines.clone(), form.text.clone());
            let rules = self.fired_by_review(&loaded.complaint, &lines).await?;
            let event = if rules.is_empty() {
                Event::ReviewDecided(ReviewDecided { review, examiner, lines, text, seconded_by: None })
            } else {
                Event::DecisionProposed(DecisionProposed { examiner, lines, text: Some(text), review: Some(review), due_on: None, rules })
            };
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// Records that an examiner may not act in a complaint.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for another's recusal by one who is no lead.
    pub async fn recuse(&self, caller: &Caller, at: &Touched, form: RecusalForm) -> Result<u32, DeskError> {
        let id = at.complaint;
        if !RECUSAL_REASONS.contains(&form.why.as_str()) {
            return Err(DeskError::rule("recusal.unknown_reason", format!("one of {} is expected", RECUSAL_REASONS.join(", "))));
        }
        let examiner = form.examiner.unwrap_or(caller.account);
        if examiner != caller.account && caller.role != Role::Lead {
            return Err(DeskError::rule("recusal.by_lead", "another examiner is recused by a lead examiner"));
        }
        self.again(async || {
            let loaded = self.load(id).await?;
            at.stands(&loaded.complaint)?;
            let event = Event::ExaminerRecused(ExaminerRecused { examiner, why: form.why.clone() });
            self.record_all(&loaded, vec![(caller.actor(), event)], Beside::default()).await
        })
        .await
    }
}

/// The decision that is meant: by its number, or the last that concerns the listings.
fn decision_of<'a>(c: &'a Complaint, asking: &Asking, form: &ReviewForm) -> Result<&'a DecisionMade, DeskError> {
    let mine = |line: &u32| {
        let named = form.lines.as_ref().is_none_or(|lines| lines.contains(line));
        named && asking.own.as_ref().is_none_or(|own| own.contains(line))
    };
    let found = match form.decision {
        Some(seq) => c.decisions.iter().find(|d| d.seq == seq),
        None => c.decisions.iter().rfind(|d| d.lines.iter().any(mine)),
    };
    found.ok_or(DeskError::Refused(ReviewRefused::NoSuchDecision.into()))
}
