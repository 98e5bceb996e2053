//! What examiners note about a complaint, for each other only, and what reminds them of it.
//!
//! # Why
//! A note is free text: it may name somebody, although it should not. So it is sealed under a key of its own, and
//! erasing anybody from the complaint destroys the texts of all its notes and reminders: nobody can tell which of them
//! names whom, and the complaint is final by then. Who wrote, and when, stays. No body that leaves the house has a field
//! for either, and the case file does not hold them.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::{Touched, check_text};
use super::versions::as_seen;
use super::{Caller, Desk, DeskError, Role};
use crate::store::{NoteRow, ReminderRow};
use crate::vault::SealedRecord;

/// Notes of a complaint.
pub const NOTES_MAX: i64 = 200;
/// Reminders of a complaint that are not done.
pub const REMINDERS_OPEN_MAX: i64 = 20;
/// Days ahead a reminder may lie.
pub const REMINDER_DAYS_MAX: i64 = 366;

/// A note.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    /// In words.
    pub text: String,
}

/// A reminder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReminderForm {
    /// The day the complaint comes back to the top of the queue.
    pub on: Date,
    /// What is to be done then.
    pub text: String,
}

/// A note, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoteView {
    /// Id.
    pub id: Uuid,
    /// `note`, or how the complaint changed hands: `assigned`, `handed_over`, `released`.
    pub kind: String,
    /// Who wrote it.
    pub author: Uuid,
    /// The examiner it is about, where the complaint changed hands.
    pub about: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// The text; null where it was erased, and for who does not judge.
    pub text: Option<String>,
    /// Whether it was erased.
    pub erased: bool,
}

/// A reminder, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReminderView {
    /// Id.
    pub id: Uuid,
    /// Its version: set, done.
    pub version: i64,
    /// The day.
    pub on: Date,
    /// The text; null where it was erased, and for who does not judge.
    pub text: Option<String>,
    /// Whether it was erased.
    pub erased: bool,
    /// Who set it.
    pub created_by: Uuid,
    /// When.
    pub created_at: Timestamp,
    /// Who was done with it; null: it is not done.
    pub done_by: Option<Uuid>,
    /// When.
    pub done_at: Option<Timestamp>,
}

fn version(done_at: &Option<Timestamp>) -> i64 {
    if done_at.is_none() { 1 } else { 2 }
}

/// A text of a note or a reminder.
fn said(text: &str) -> Result<bool, DeskError> {
    check_text(Some(text))?;
    Ok(!text.trim().is_empty())
}

impl Desk {
    /// Adds a note to a complaint; none is ever changed or taken back.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::NotFound`], [`DeskError::Changed`].
    pub async fn add_note(&self, caller: &Caller, at: &Touched, form: NoteForm) -> Result<NoteView, DeskError> {
        if !said(&form.text)? {
            return Err(DeskError::rule("note.text", "say it in words"));
        }
        at.stands(&self.replayed(at.complaint).await?)?;
        let row = self.note_row(caller, (at.complaint, "note", None), &form.text)?;
        if !self.store.put_note(row.clone(), NOTES_MAX).await? {
            return Err(DeskError::rule("note.too_many", format!("a complaint has at most {NOTES_MAX} notes")));
        }
        self.note_view(caller, row)
    }

    /// Sets a reminder.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a day that is over or too far, [`DeskError::NotFound`], [`DeskError::Changed`].
    pub async fn set_reminder(&self, caller: &Caller, at: &Touched, form: ReminderForm) -> Result<ReminderView, DeskError> {
        if !said(&form.text)? {
            return Err(DeskError::rule("reminder.text", "say it in words"));
        }
        at.stands(&self.replayed(at.complaint).await?)?;
        let (now, today) = self.now();
        let last = today.checked_add(REMINDER_DAYS_MAX.days()).unwrap_or(Date::MAX);
        if form.on < today || form.on > last {
            return Err(DeskError::rule(
                "reminder.day",
                format!("a day from today on, at most {REMINDER_DAYS_MAX} days ahead, is expected"),
            ));
        }
        let id = self.ids.next();
        let record = self.vault.seal(id, &form.text)?;
        let row = ReminderRow {
            id,
            complaint_id: at.complaint,
            due_on: form.on,
            sealed: record.sealed,
            key: record.key,
            erased: false,
            created_by: caller.account,
            created_at: now,
            done_by: None,
            done_at: None,
        };
        if !self.store.put_reminder(row.clone(), REMINDERS_OPEN_MAX).await? {
            return Err(DeskError::rule(
                "reminder.too_many",
                format!("a complaint has at most {REMINDERS_OPEN_MAX} reminders that are not done"),
            ));
        }
        self.reminder_view(caller, row)
    }

    /// Says that a reminder is done: it holds the complaint at the top no longer.
    ///
    /// # Errors
    /// [`DeskError::Rule`] where it was done before, [`DeskError::NotFound`], [`DeskError::Moved`].
    pub async fn end_reminder(&self, caller: &Caller, (complaint, reminder): (Uuid, Uuid), seen: i64) -> Result<(), DeskError> {
        let found = self.store.reminders(complaint).await?.into_iter().find(|r| r.id == reminder).ok_or(DeskError::NotFound)?;
        as_seen(seen, version(&found.done_at))?;
        if found.done_at.is_some() {
            return Err(DeskError::rule("reminder.done", "the reminder was done before"));
        }
        match self.store.end_reminder((complaint, reminder), caller.account, self.clock.now()).await? {
            true => Ok(()),
            false => Err(DeskError::Moved { now: seen + 1 }),
        }
    }

    /// The notes of a complaint, oldest first.
    pub(super) async fn notes_shown(&self, caller: &Caller, complaint: Uuid) -> Result<Vec<NoteView>, DeskError> {
        let rows = self.store.notes(complaint).await?;
        rows.into_iter().map(|row| self.note_view(caller, row)).collect()
    }

    /// The reminders of a complaint, oldest first.
    pub(super) async fn reminders_shown(&self, caller: &Caller, complaint: Uuid) -> Result<Vec<ReminderView>, DeskError> {
        let rows = self.store.reminders(complaint).await?;
        rows.into_iter().map(|row| self.reminder_view(caller, row)).collect()
    }

    /// A note that nobody has put yet.
    pub(super) fn note_row(
        &self,
        caller: &Caller,
        (complaint, kind, about): (Uuid, &str, Option<Uuid>),
        text: &str,
    ) -> Result<NoteRow, DeskError> {
        let id = self.ids.next();
        let record = self.vault.seal(id, &text)?;
        Ok(NoteRow {
            id,
            complaint_id: complaint,
            kind: kind.to_owned(),
            author: caller.account,
            about,
            at: self.clock.now(),
            sealed: record.sealed,
            key: record.key,
            erased: false,
        })
    }

    fn note_view(&self, caller: &Caller, row: NoteRow) -> Result<NoteView, DeskError> {
        let text = self.words_shown(caller, row.erased, (row.id, SealedRecord { sealed: row.sealed, key: row.key }))?;
        let text = text.filter(|t| !t.is_empty());
        Ok(NoteView { id: row.id, kind: row.kind, author: row.author, about: row.about, at: row.at, text, erased: row.erased })
    }

    pub(super) fn reminder_view(&self, caller: &Caller, row: ReminderRow) -> Result<ReminderView, DeskError> {
        let text = self.words_shown(caller, row.erased, (row.id, SealedRecord { sealed: row.sealed, key: row.key }))?;
        Ok(ReminderView {
            id: row.id,
            version: version(&row.done_at),
            on: row.due_on,
            text,
            erased: row.erased,
            created_by: row.created_by,
            created_at: row.created_at,
            done_by: row.done_by,
            done_at: row.done_at,
        })
    }

    fn words_shown(&self, caller: &Caller, erased: bool, (id, record): (Uuid, SealedRecord)) -> Result<Option<String>, DeskError> {
        let judges = matches!(caller.role, Role::Examiner | Role::Lead);
        if erased || !judges { Ok(None) } else { Ok(Some(self.vault.open(id, &record)?)) }
    }
}
