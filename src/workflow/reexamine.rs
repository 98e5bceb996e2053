//! A complaint hears of a change outside it: it comes back to the examiners with the reason, is examined
//! and triaged again as things stand now, and a measure that no asserted item carries any more is lifted
//! in the same commit. Also the examiner's answer: it stays as it is.
//!
//! Called by `agenda`, job by job; what was told before is not told again, so a job may run twice.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::Judged;
use super::prepare::Assessment;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, RETRIES_MAX};
use crate::domain::calendar::end_of_day;
use crate::domain::complaint::{
    Actor, Complaint, Event, LiftDecided, Reconsidered, Reopened, ReopenedWhy, State, StoredEvent, Transition, Triaged,
};
use crate::domain::register::{RegisterChange, changes};
use crate::domain::reopening::{hears_of, known_ends, lines_to_lift};
use crate::store::{Commit, CommitError, ReliedOn};

/// Working days until an examiner has looked at a complaint that came back (policy of the service; as long
/// as a decision on the simple track).
pub const REOPENED_WORKING_DAYS: u32 = 2;
/// Complaints of one round of a job.
pub const REEXAMINED_ROUND_MAX: usize = 20;

/// An examiner's answer to a complaint that came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconsiderationForm {
    /// Why it stays as it is; no personal data.
    pub text: String,
}

/// One round over the complaints that a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The last complaint of the round; absent: there were no more.
    pub last: Option<Uuid>,
}

impl Told {
    /// A round over these; a full one may not have been the last.
    pub(super) fn after(ids: &[Uuid]) -> Self {
        Told { last: ids.last().copied().filter(|_| ids.len() == REEXAMINED_ROUND_MAX) }
    }
}

impl Desk {
    /// Tells complaints on a patent, after the complaint `after`, of what version `version` of its entry
    /// changed.
    ///
    /// # Errors
    /// The store's; the round may be made again.
    pub async fn tell_of_register(&self, number: &str, version: i64, after: Uuid) -> Result<Told, DeskError> {
        let changes = self.register_changes(number, version).await?;
        let limit = i64::try_from(REEXAMINED_ROUND_MAX).unwrap_or(i64::MAX);
        let ids = self.store.open_complaints_on(number, after, limit).await?;
        self.tell(&ids, |_| Some(ReopenedWhy::Register { version, changes: changes.clone() })).await
    }

    async fn register_changes(&self, number: &str, version: i64) -> Result<Vec<RegisterChange>, DeskError> {
        let all = self.store.register_versions(number).await?;
        let of = |wanted: i64| all.iter().find(|(v, _, _)| *v == wanted).map(|(_, _, e)| e);
        Ok(changes(of(version - 1), of(version).ok_or(DeskError::NotFound)?))
    }

    /// Tells each of `ids` why it comes back, if `why` says so for it.
    pub(super) async fn tell(&self, ids: &[Uuid], why: impl Fn(&Complaint) -> Option<ReopenedWhy>) -> Result<Told, DeskError> {
        for id in ids {
            let mut tries = 0;
            loop {
                tries += 1;
                match self.reexamine(*id, &why).await {
                    Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                    other => break other?,
                }
            }
        }
        Ok(Told::after(ids))
    }

    /// Tells a complaint what it rests on that is over by now; answers when the next of it ends, if nothing is.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn tell_of_ends(&self, loaded: &Loaded) -> Result<Option<Timestamp>, DeskError> {
        let (now, _) = self.now();
        let last_day_of_term = self.reassess(loaded).await?.last_day_of_term;
        let mut ends = known_ends(&loaded.complaint, last_day_of_term).into_iter().map(|(day, why)| (end_of_day(day), why));
        match ends.find(|(_, why)| !was_told(&loaded.log, why)) {
            Some((at, why)) if at <= now => {
                self.tell(&[loaded.complaint.id], |_| Some(why.clone())).await?;
                // The commit told the agenda what comes next.
                Ok(None)
            }
            next => Ok(next.map(|(at, _)| at)),
        }
    }

    async fn reexamine(&self, id: Uuid, why: impl Fn(&Complaint) -> Option<ReopenedWhy>) -> Result<(), DeskError> {
        let loaded = self.load(id).await?;
        let Some(why) = why(&loaded.complaint).filter(|why| hears_of(&loaded.complaint, why) && !was_told(&loaded.log, why)) else {
            return Ok(());
        };
        let (now, today) = self.now();
        let service = Actor::System(match why {
            ReopenedWhy::Register { .. } => "register",
            ReopenedWhy::TermEnded { .. } | ReopenedWhy::AuthorityEnded { .. } | ReopenedWhy::Unacknowledged { .. } => "agenda",
            ReopenedWhy::PlatformSays { .. } | ReopenedWhy::NotDone { .. } | ReopenedWhy::Relisted { .. } => "platforms",
            ReopenedWhy::Undelivered { .. } => "courier",
            ReopenedWhy::ReportRevoked { .. } | ReopenedWhy::ReportSuperseded { .. } | ReopenedWhy::ReportConflict { .. } => "reports",
        });
        let assessment = self.reassess(&loaded).await?;
        let due = self.calendar().add_working_days(today, REOPENED_WORKING_DAYS);
        let reopened = Reopened { why, due_on: due.due, calendar_version: due.calendar_version };
        let mut t = loaded.complaint.record(&service, now, Event::Reopened(reopened))?;
        let version = loaded.register.as_ref().map(|(v, _)| *v);
        // What is over is not examined any more.
        let examined = assessment.examined_event(loaded.complaint.filed.report_sha256.as_deref(), version);
        if let Some(examined) = examined.filter(|_| !matches!(loaded.complaint.state, State::Closed { .. })) {
            t = t.and(&service, now, Event::Examined(examined))?;
        }
        if matches!(t.after().state, State::Accepted | State::Hearing { .. } | State::Suspended { .. }) {
            t = t.and(&service, now, Event::Triaged(self.triaged_again(&loaded.complaint, &assessment, today)))?;
            t = self.open_hearing(t, now, assessment.hear_first)?;
        }
        if let Some(lift) = lift(&loaded, assessment.last_day_of_term, today) {
            t = t.and(&service, now, Event::LiftDecided(lift))?;
        }
        self.commit_reexamined(t, &loaded, &assessment).await
    }

    /// Examines and triages a complaint with a report again that is under way, where the report shows more than
    /// it did. No person is told; what the policy lets leave without one may leave now.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn examine_again(&self, id: Uuid, sha256: &str) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.examine_again_once(id, sha256).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return other,
            }
        }
    }

    async fn examine_again_once(&self, id: Uuid, sha256: &str) -> Result<(), DeskError> {
        let loaded = self.load(id).await?;
        let c = &loaded.complaint;
        let under_way = matches!(c.state, State::Accepted | State::Hearing { .. } | State::Suspended { .. });
        if !under_way || c.filed.report_sha256.as_deref() != Some(sha256) {
            return Ok(());
        }
        let (now, today) = self.now();
        let service = Actor::System("reports");
        let assessment = self.reassess(&loaded).await?;
        let version = loaded.register.as_ref().map(|(v, _)| *v);
        let examined = assessment.examined_event(Some(sha256), version).filter(|e| c.examined.as_ref() != Some(e));
        let Some(examined) = examined else { return Ok(()) };
        let mut t = c.record(&service, now, Event::Examined(examined))?;
        t = t.and(&service, now, Event::Triaged(self.triaged_again(c, &assessment, today)))?;
        t = self.open_hearing(t, now, assessment.hear_first)?;
        if !matches!(t.after().state, State::Suspended { .. }) {
            t = self.decide_automatically(t, now, assessment.proof.as_ref()).await?;
        }
        self.commit_reexamined(t, &loaded, &assessment).await
    }

    pub(super) async fn commit_reexamined(&self, t: Transition, loaded: &Loaded, assessment: &Assessment) -> Result<(), DeskError> {
        let number = loaded.complaint.filed.patent_number.clone();
        let version = loaded.register.as_ref().map(|(v, _)| *v);
        let mut commit = Commit { examination: Some(assessment.kept().body()), ..self.commit_of(t, loaded).await? };
        commit.relied_on.push(ReliedOn::Register { number, version });
        match self.store.commit(commit).await {
            Ok(_) | Err(CommitError::Answered(_)) => Ok(()),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }

    /// The day a decision is due does not move while the track stays.
    pub(super) fn triaged_again(&self, c: &Complaint, assessment: &Assessment, today: Date) -> Triaged {
        let fresh = assessment.triaged_event(&self.decision_due(assessment, today));
        match &c.triaged {
            Some(before) if c.track == Some(fresh.track) => Triaged {
                due_on: before.due_on,
                provisional: before.provisional,
                calendar_version: before.calendar_version.clone(),
                ..fresh
            },
            _ => fresh,
        }
    }

    /// An examiner looked at a complaint that came back and leaves it as it is.
    ///
    /// # Errors
    /// [`DeskError::Rule`] without a reason, [`DeskError::Refused`] where it had not come back,
    /// [`DeskError::Changed`].
    pub async fn reconsider(&self, caller: &Caller, at: &Judged, form: ReconsiderationForm) -> Result<u32, DeskError> {
        super::decide::check_text(Some(&form.text))?;
        if form.text.trim().is_empty() {
            return Err(DeskError::rule("reconsideration.reason_required", "say why it stays as it is"));
        }
        let event = Event::Reconsidered(Reconsidered { examiner: caller.account, text: form.text });
        self.judge(caller, at, |_| Ok(event.clone())).await
    }
}

/// Whether the log has this very reason.
pub(super) fn was_told(log: &[StoredEvent], why: &ReopenedWhy) -> bool {
    let told = |body: &str| matches!(serde_json::from_str(body), Ok(Event::Reopened(r)) if r.why == *why);
    log.iter().filter(|e| e.kind == "reopened").any(|e| told(&e.body))
}

/// When the first ends of what a complaint rests on after this transition, and of which it was not told.
pub(super) fn next_end(t: &Transition, log: &[StoredEvent], last_day_of_term: Option<Date>) -> Option<Timestamp> {
    let tells = |why: &ReopenedWhy| t.events().iter().any(|e| matches!(e, Event::Reopened(r) if r.why == *why));
    let open = known_ends(t.after(), last_day_of_term).into_iter().filter(|(_, why)| !tells(why) && !was_told(log, why));
    open.map(|(day, _)| end_of_day(day)).next()
}

fn lift(loaded: &Loaded, last_day_of_term: Option<Date>, today: Date) -> Option<LiftDecided> {
    let over = last_day_of_term.filter(|day| *day < today);
    let register = loaded.register.as_ref().map(|(_, entry)| entry);
    let is_gone = |items: &[String]| over.is_some() || register.is_some_and(|r| r.carries_none_of(items, today));
    let lines = lines_to_lift(&loaded.complaint, &loaded.case, is_gone);
    let text = match (over, register) {
        (Some(day), _) => format!("专利权期限已于{day}届满（专利法第42条）。The term of the patent ended on {day} (Patent Law 42)."),
        (None, Some(register)) => format!(
            "专利登记簿（{day}）：{status}，所主张的权利要求或者外观设计均已不再有效。The register of {day}: {status}; no asserted item is in force.",
            day = register.as_of,
            status = register.status.word(),
        ),
        (None, None) => return None,
    };
    (!lines.is_empty()).then(|| LiftDecided { lines, reason: "patent_not_in_force".into(), examiner: None, text: Some(text) })
}
