//! Referrals: to mediation, arbitration, adjudication, a court, and leads to who enforces; what came of them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::decide::{Judged, check_text};
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{
    Actor, Complaint, Event, REFERRED, Referral, ReferralEnded, ReferralOutcome, Referred, ReferredTo, Resumed, State, Suspended,
};
use crate::domain::notice::NAME_CHARS_MAX;

/// A referral.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralForm {
    /// To what.
    pub to: ReferredTo,
    /// To whom, by name.
    pub body: String,
    /// Why, without personal data.
    pub reason: String,
    /// The agreement to arbitrate: a file of the examiner's; for arbitration, and only there.
    #[serde(default)]
    pub agreement: Option<String>,
    /// SHA-256 of the case file that is handed over.
    pub case_file_sha256: String,
}

/// What came of a referral.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralOutcomeForm {
    /// The outcome.
    pub outcome: ReferralOutcome,
    /// When it ended there, Asia/Shanghai.
    pub ended_on: Date,
    /// The body's document: a file of the examiner's.
    #[serde(default)]
    pub document: Option<String>,
    /// In words, without personal data.
    #[serde(default)]
    pub text: Option<String>,
}

/// A referral, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferralView {
    /// Id.
    pub id: Uuid,
    /// To what.
    pub to: ReferredTo,
    /// To whom.
    pub body: String,
    /// When.
    pub referred_on: Date,
    /// The case file that was handed over.
    pub case_file_sha256: String,
    /// What came of it; null while it is open.
    pub outcome: Option<ReferralOutcome>,
    /// When it ended.
    pub ended_on: Option<Date>,
}

impl From<&Referral> for ReferralView {
    fn from(r: &Referral) -> Self {
        ReferralView {
            id: r.referred.referral,
            to: r.referred.to,
            body: r.referred.body.clone(),
            referred_on: r.referred.referred_on,
            case_file_sha256: r.referred.case_file_sha256.clone(),
            outcome: r.ended.as_ref().map(|e| e.outcome),
            ended_on: r.ended.as_ref().map(|e| e.ended_on),
        }
    }
}

impl Desk {
    /// Refers a complaint; what is not decided yet waits, except for a lead.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an incomplete form or a case file nobody was given, [`DeskError::Refused`],
    /// [`DeskError::Changed`].
    pub async fn refer(&self, caller: &Caller, at: &Judged, form: ReferralForm) -> Result<u32, DeskError> {
        check_text(Some(&form.reason))?;
        let named = !form.body.trim().is_empty() && form.body.chars().count() <= NAME_CHARS_MAX;
        if !named || form.reason.trim().is_empty() {
            return Err(DeskError::rule("referral.incomplete", "the body it is referred to, by name, and a reason are expected"));
        }
        if (form.to == ReferredTo::Arbitration) != form.agreement.is_some() {
            return Err(DeskError::rule("referral.agreement", "arbitration takes the agreement of the parties, and nothing else does"));
        }
        let agreement = match &form.agreement {
            None => None,
            Some(name) => Some(self.own_file(caller, name).await?),
        };
        let (_, today) = self.now();
        let beside = Beside { files: agreement.iter().map(|f| f.id).collect(), ..Beside::default() };
        self.judge_beside(at, beside, async |loaded| {
            if self.store.case_file(at.complaint, &form.case_file_sha256).await?.is_none() {
                return Err(DeskError::rule("referral.case_file", "no case file of this complaint with that hash was handed out"));
            }
            let referred = Event::Referred(Referred {
                referral: self.ids.next(),
                to: form.to,
                body: form.body.trim().to_owned(),
                reason: form.reason.clone(),
                agreement_sha256: agreement.as_ref().map(|f| f.sha256.clone()),
                case_file_sha256: form.case_file_sha256.clone(),
                referred_on: today,
                examiner: caller.account,
            });
            let open = matches!(loaded.complaint.state, State::Accepted | State::Hearing { .. });
            let waits = (open && form.to.is_waited_for()).then(|| {
                let why = REFERRED.to_owned();
                (Actor::System("referral"), Event::Suspended(Suspended { why, text: None, examiner: caller.account }))
            });
            Ok(waits.into_iter().chain([(caller.actor(), referred)]).collect())
        })
        .await
    }

    /// Records what came of a referral; with the last one that was waited for the complaint goes on.
    ///
    /// # Errors
    /// As [`Desk::refer`].
    pub async fn end_referral(
        &self,
        caller: &Caller,
        at: &Judged,
        (referral, form): (Uuid, ReferralOutcomeForm),
    ) -> Result<u32, DeskError> {
        check_text(form.text.as_deref())?;
        let (_, today) = self.now();
        if form.ended_on > today {
            return Err(DeskError::rule("referral.in_the_future", "the day lies in the future"));
        }
        let document = match &form.document {
            None => None,
            Some(name) => Some(self.own_file(caller, name).await?),
        };
        let beside = Beside { files: document.iter().map(|f| f.id).collect(), ..Beside::default() };
        self.judge_beside(at, beside, async |loaded| {
            let ended = Event::ReferralEnded(ReferralEnded {
                referral,
                outcome: form.outcome,
                document_sha256: document.as_ref().map(|f| f.sha256.clone()),
                text: form.text.clone(),
                ended_on: form.ended_on,
                examiner: caller.account,
            });
            let resumed = if goes_on(&loaded.complaint, referral) {
                let due_on = self.decision_resumed(loaded, today)?;
                let resumed = Resumed { examiner: caller.account, due_on, calendar_version: self.calendar().version() };
                Some((Actor::System("referral"), Event::Resumed(resumed)))
            } else {
                None
            };
            Ok(resumed.into_iter().chain([(caller.actor(), ended)]).collect())
        })
        .await
    }
}

/// Whether the complaint waits for this referral, and for no other.
fn goes_on(c: &Complaint, referral: Uuid) -> bool {
    let waits = matches!(&c.state, State::Suspended { why } if why == REFERRED);
    let open = c.referrals.iter().filter(|r| r.ended.is_none() && r.referred.to.is_waited_for());
    waits && open.map(|r| r.referred.referral).eq([referral])
}
