//! What follows from a filing, at once: the formal check, and where it is accepted track, hearing and decision. Also
//! what follows when a supplement made it whole.

use jiff::Timestamp;

use crate::domain::automation::MayAutomate;
use crate::domain::calendar::{Due, shanghai_date};
use crate::domain::complaint::{Actor, Decided, Event, NotAccepted, SupplementRequested, Transition};
use crate::domain::formal::{FormalInput, FormalResult, SUPPLEMENT_WORKING_DAYS, formal_check};
use crate::domain::notice::NoticeCase;
use crate::workflow::prepare::Assessment;
use crate::workflow::{Desk, DeskError};

/// What settling a filing needs.
pub(in crate::workflow) struct Settling<'a> {
    pub(in crate::workflow) case: &'a NoticeCase,
    pub(in crate::workflow) assessment: &'a Assessment,
    pub(in crate::workflow) register_version: Option<i64>,
    /// The last day of a decision clock that stood still for a supplement and goes on now.
    pub(in crate::workflow) decision_left: Option<jiff::civil::Date>,
}

impl Desk {
    /// Formal check, and what follows from it: accepted and triaged (and decided, where the policy lets
    /// it), a supplement requested, or not accepted.
    pub(in crate::workflow) async fn settle(&self, filed: Transition, now: Timestamp, x: &Settling<'_>) -> Result<Transition, DeskError> {
        let today = crate::domain::calendar::shanghai_date(now);
        let service = Actor::System("filing");
        let complaint = filed.after();
        let formal = formal_check(&FormalInput {
            capacity: x.case.capacity,
            has_agent: x.case.has_agent,
            truth_guarantee: x.case.truth_guaranteed_on.is_some(),
            service_address: x.case.service_address_confirmed,
            has_report: x.case.report.is_some(),
            referred: x.case.consultation.is_some(),
            documents: &complaint.documents,
            today,
            term_ended_on: x.assessment.term_ended_on,
        });
        let mut t = filed;
        if let Some(examined) = x.assessment.examined_event(x.case.report.as_deref(), x.register_version) {
            t = t.and(&service, now, Event::Examined(examined))?;
        }
        match formal {
            FormalResult::Accepted => {
                t = t.and(&service, now, Event::Accepted)?;
                let mut due = self.decision_due(x.assessment, today);
                if let Some(left) = x.decision_left {
                    due.due = left;
                }
                t = t.and(&service, now, Event::Triaged(x.assessment.triaged_event(&due)))?;
                t = self.open_hearing(t, now, x.assessment.hear_first)?;
                self.decide_automatically(t, now, x.assessment.proof.as_ref()).await
            }
            FormalResult::Missing(missing) => {
                let due: Due = self.calendar().add_working_days(today, SUPPLEMENT_WORKING_DAYS);
                let event =
                    Event::SupplementRequested(SupplementRequested { missing, due_on: due.due, calendar_version: due.calendar_version });
                Ok(t.and(&service, now, event)?)
            }
            FormalResult::Refused(reasons) => Ok(t.and(&service, now, Event::NotAccepted(NotAccepted { reasons }))?),
        }
    }

    /// Decides without a human what `proof` shows may leave so. What would take two examiners does not leave with none.
    pub(in crate::workflow) async fn decide_automatically(
        &self,
        t: Transition,
        now: Timestamp,
        proof: Option<&MayAutomate>,
    ) -> Result<Transition, DeskError> {
        // An opinion is given by a named examiner.
        let Some(proof) = proof.filter(|_| t.after().filed.consultation.is_none()) else { return Ok(t) };
        let lines = t.after().pending_lines();
        if lines.is_empty() || !t.after().reopened.is_empty() || t.after().track != Some(crate::domain::policy::Track::Simple) {
            return Ok(t);
        }
        let decided = Decided::automatic(proof, &lines);
        if self.four_eyes().await?.rule.look(t.after(), &decided.lines, shanghai_date(now)).is_err() {
            return Ok(t);
        }
        Ok(t.and(&Actor::System("policy"), now, Event::Decided(decided))?)
    }
}
