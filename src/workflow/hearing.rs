//! Before a decision: the sellers are heard, listings are supplemented, a complaint stands still.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::act::{Beside, dated};
use super::decide::{Judged, check_lines, check_text};
use super::{Caller, Desk, DeskError, Touched};
use crate::domain::calendar::{Period, Unit, shanghai_date};
use crate::domain::complaint::{
    ANSWER_DAYS, ANSWER_EXTENDED_DAYS, Actor, AnswerWindowExtended, Event, HearingOpened, ListingSupplementRequested, Missing, Resumed,
    SellerNotified, State, SupplementRequested, Suspended, ToldThrough, Transition, decision_period,
};
use crate::domain::formal::SUPPLEMENT_WORKING_DAYS;
use crate::domain::policy::Track;

/// Why a complaint may stand still.
pub const SUSPENSION_REASONS: &[&str] = &["invalidation_pending", "ownership_dispute", "suit_pending", "other"];
/// Most things asked for in one request.
pub const MISSING_MAX: usize = 32;

/// An extension of the answer window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerExtensionForm {
    /// Why, without personal data.
    pub reason: String,
}

/// A seller was told by other means than its platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationForm {
    /// Its listings.
    pub lines: Vec<u32>,
    /// When, Asia/Shanghai.
    pub notified_on: Date,
    /// Evidence of it: a file of the examiner's.
    pub evidence: String,
}

/// A request for a supplement by an examiner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementRequestForm {
    /// The listings it concerns; absent: the whole complaint.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
    /// Exactly what is missing.
    pub missing: Vec<Missing>,
}

/// A suspension.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspensionForm {
    /// One of [`SUSPENSION_REASONS`].
    pub why: String,
    /// In words, without personal data.
    #[serde(default)]
    pub text: Option<String>,
}

impl Desk {
    /// Opens the hearing where the complaint is complex, accepted and was not heard yet.
    pub(super) fn open_hearing(&self, t: Transition, now: Timestamp, hear_first: bool) -> Result<Transition, DeskError> {
        let after = t.after();
        // Who answered already was heard.
        let heard = |line: &u32| after.listing(*line).is_some_and(|l| l.heard);
        let lines: Vec<u32> = after.pending_lines().into_iter().filter(|line| !heard(line)).collect();
        // The platform heard it.
        let consulted = after.filed.consultation.is_some();
        if consulted || after.state != State::Accepted || after.track != Some(Track::Complex) || after.hearing.is_some() || lines.is_empty()
        {
            return Ok(t);
        }
        let opened_on = shanghai_date(now);
        let due = self.calendar().add_calendar_days(opened_on, ANSWER_DAYS);
        let event = Event::HearingOpened(HearingOpened {
            lines,
            opened_on,
            answer_by: due.due,
            hear_first,
            provisional: due.provisional,
            calendar_version: due.calendar_version,
        });
        Ok(t.and(&Actor::System("hearing"), now, event)?)
    }

    /// Extends the answer window, once, to [`ANSWER_EXTENDED_DAYS`].
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`], [`DeskError::Changed`].
    pub async fn extend_answer(&self, caller: &Caller, at: &Judged, form: AnswerExtensionForm) -> Result<u32, DeskError> {
        check_text(Some(&form.reason))?;
        if form.reason.trim().is_empty() {
            return Err(DeskError::rule("hearing.reason", "say why"));
        }
        self.judge_all(at, async |loaded| {
            let Some(hearing) = &loaded.complaint.hearing else {
                return Err(DeskError::rule("hearing.none", "no hearing was opened"));
            };
            let due = self.calendar().add_calendar_days(hearing.opened.opened_on, ANSWER_EXTENDED_DAYS);
            let event = Event::AnswerWindowExtended(AnswerWindowExtended {
                answer_by: due.due,
                reason: form.reason.clone(),
                examiner: caller.account,
                provisional: due.provisional,
                calendar_version: due.calendar_version,
            });
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// Records that a seller was told by other means.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`], [`DeskError::NotFound`].
    pub async fn record_notification(&self, caller: &Caller, at: &Touched, form: NotificationForm) -> Result<u32, DeskError> {
        let id = at.complaint;
        check_lines(form.lines.iter().copied())?;
        let (_, today) = self.now();
        if form.notified_on > today {
            return Err(DeskError::rule("notification.in_the_future", "the day lies in the future"));
        }
        let evidence = self.own_file(caller, &form.evidence).await?;
        self.again(async || {
            let loaded = self.load(id).await?;
            at.stands(&loaded.complaint)?;
            let event = Event::SellerNotified(SellerNotified {
                lines: form.lines.clone(),
                through: ToldThrough::Examiner,
                notified_on: form.notified_on,
                evidence_sha256: Some(evidence.sha256.clone()),
            });
            let beside = Beside { files: vec![evidence.id], ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }

    /// Asks for a supplement: of the whole complaint, which then waits, or of listings, while the others go on.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`], [`DeskError::Changed`].
    pub async fn request_supplement(&self, caller: &Caller, at: &Judged, form: SupplementRequestForm) -> Result<u32, DeskError> {
        if form.missing.is_empty() || form.missing.len() > MISSING_MAX {
            return Err(DeskError::rule("supplement.missing", format!("1 to {MISSING_MAX} things are expected")));
        }
        for m in &form.missing {
            for text in [&m.code, &m.message, &m.message_zh, &m.cure, &m.cure_zh, &m.law] {
                check_text(Some(text))?;
                if text.trim().is_empty() {
                    return Err(DeskError::rule("supplement.missing", "each needs code, message, cure (in both languages) and law"));
                }
            }
        }
        if let Some(lines) = &form.lines {
            check_lines(lines.iter().copied())?;
        }
        let (_, today) = self.now();
        self.judge_all(at, async |_| {
            let due = self.calendar().add_working_days(today, SUPPLEMENT_WORKING_DAYS);
            let missing = form.missing.clone();
            let event = match form.lines.clone() {
                None => {
                    Event::SupplementRequested(SupplementRequested { missing, due_on: due.due, calendar_version: due.calendar_version })
                }
                Some(lines) => Event::ListingSupplementRequested(ListingSupplementRequested {
                    lines,
                    missing,
                    due_on: due.due,
                    examiner: caller.account,
                    provisional: due.provisional,
                    calendar_version: due.calendar_version,
                }),
            };
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// Suspends a complaint: its decision clock stands still.
    ///
    /// # Errors
    /// As [`Desk::request_supplement`].
    pub async fn suspend(&self, caller: &Caller, at: &Judged, form: SuspensionForm) -> Result<u32, DeskError> {
        check_text(form.text.as_deref())?;
        if !SUSPENSION_REASONS.contains(&form.why.as_str()) {
            return Err(DeskError::rule("suspension.unknown_reason", format!("one of {} is expected", SUSPENSION_REASONS.join(", "))));
        }
        self.judge_all(at, async |_| {
            let event = Event::Suspended(Suspended { why: form.why.clone(), text: form.text.clone(), examiner: caller.account });
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// Lets a suspended complaint go on, with what was left of its decision clock.
    ///
    /// # Errors
    /// As [`Desk::request_supplement`].
    pub async fn resume(&self, caller: &Caller, at: &Judged) -> Result<u32, DeskError> {
        let (_, today) = self.now();
        self.judge_all(at, async |loaded| {
            let calendar = self.calendar();
            let due_on = self.decision_resumed(loaded, today)?;
            let event = Event::Resumed(Resumed { examiner: caller.account, due_on, calendar_version: calendar.version() });
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// The last day of a decision clock that stood still and goes on after `today`.
    pub(super) fn decision_resumed(&self, loaded: &super::views::Loaded, today: Date) -> Result<Option<Date>, DeskError> {
        let period = decision_period(&loaded.complaint, &dated(loaded.complaint.id, &loaded.log)?);
        let going_on = |p: Period| {
            let pauses = p.pauses.into_iter().map(|mut x| {
                x.until = Some(x.until.unwrap_or(today));
                x
            });
            Period { pauses: pauses.collect(), ..p }.due(&self.calendar()).due
        };
        Ok(period.map(going_on))
    }
}

/// The last day of a follow-up of so many days.
pub(super) fn by(desk: &Desk, from: Date, (amount, unit): (u32, Unit)) -> Date {
    Period::new(from, amount, unit).due(&desk.calendar()).due
}
