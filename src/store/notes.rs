//! What examiners note about a complaint, for nobody but each other, and what reminds them of it. Texts are sealed
//! under keys of their own, which an erasure destroys; who wrote and when stays.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{desk_notes, desk_reminders};
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_notes, treat_none_as_default_value = false)]
pub struct NoteRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// `note`, `assigned`, `handed_over`, `released`.
    pub kind: String,
    /// Who wrote it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub author: Uuid,
    /// The examiner it is about, where a complaint changed hands.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub about: Option<Uuid>,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// The text, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// Its key, wrapped by the caller.
    pub key: Vec<u8>,
    /// Whether the text was erased.
    pub erased: bool,
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_reminders, treat_none_as_default_value = false)]
pub struct ReminderRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The day it comes back on.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub due_on: Date,
    /// The text, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// Its key, wrapped by the caller.
    pub key: Vec<u8>,
    /// Whether the text was erased.
    pub erased: bool,
    /// Who set it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub created_by: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
    /// Who was done with it.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub done_by: Option<Uuid>,
    /// When.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub done_at: Option<Timestamp>,
}

/// Erases the texts of a complaint's notes and reminders: keys and texts are overwritten in place.
macro_rules! erase_notes {
    ($go:ident, $complaint:expr) => {{
        use crate::store::schema::{desk_notes, desk_reminders};
        let complaint: crate::store::types::Id = $complaint;
        let own = || desk_notes::table.filter(desk_notes::complaint_id.eq(complaint)).filter(desk_notes::erased.eq(false));
        let notes: Vec<(crate::store::types::Id, Vec<u8>, Vec<u8>)> =
            $go!(load, own().select((desk_notes::id, desk_notes::sealed, desk_notes::key)))?;
        for (id, sealed, key) in notes {
            let blank =
                (desk_notes::sealed.eq(vec![0_u8; sealed.len()]), desk_notes::key.eq(vec![0_u8; key.len()]), desk_notes::erased.eq(true));
            $go!(execute, diesel::update(desk_notes::table.find(id)).set(blank))?;
        }
        let own = || desk_reminders::table.filter(desk_reminders::complaint_id.eq(complaint)).filter(desk_reminders::erased.eq(false));
        let reminders: Vec<(crate::store::types::Id, Vec<u8>, Vec<u8>)> =
            $go!(load, own().select((desk_reminders::id, desk_reminders::sealed, desk_reminders::key)))?;
        for (id, sealed, key) in reminders {
            let blank = (
                desk_reminders::sealed.eq(vec![0_u8; sealed.len()]),
                desk_reminders::key.eq(vec![0_u8; key.len()]),
                desk_reminders::erased.eq(true),
            );
            $go!(execute, diesel::update(desk_reminders::table.find(id)).set(blank))?;
        }
    }};
}
pub(super) use erase_notes;

impl Store {
    /// Puts a note, if the complaint has fewer than `max`; false otherwise.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown complaint.
    pub async fn put_note(&self, row: NoteRow, max: i64) -> Result<bool, StoreError> {
        work!(self, $go => {
            let count: i64 = go!(first, desk_notes::table.filter(desk_notes::complaint_id.eq(Id(row.complaint_id))).count())?;
            if count >= max {
                return Ok(false);
            }
            go!(execute, diesel::insert_into(desk_notes::table).values(row.clone()))?;
            Ok::<_, Fault>(true)
        })
    }

    /// Notes of a complaint, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn notes(&self, complaint: Uuid) -> Result<Vec<NoteRow>, StoreError> {
        look!(self, $go => {
            let own = desk_notes::table.filter(desk_notes::complaint_id.eq(Id(complaint)));
            let rows: Vec<NoteRow> = go!(load, own.order(desk_notes::id).select(NoteRow::as_select()))?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Puts a reminder, if the complaint has fewer than `max` that are not done; false otherwise.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown complaint.
    pub async fn put_reminder(&self, row: ReminderRow, max: i64) -> Result<bool, StoreError> {
        work!(self, $go => {
            let open = desk_reminders::table.filter(desk_reminders::complaint_id.eq(Id(row.complaint_id))).filter(desk_reminders::done_at.is_null());
            let count: i64 = go!(first, open.count())?;
            if count >= max {
                return Ok(false);
            }
            go!(execute, diesel::insert_into(desk_reminders::table).values(row.clone()))?;
            Ok::<_, Fault>(true)
        })
    }

    /// Reminders of a complaint, oldest first, done ones too.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn reminders(&self, complaint: Uuid) -> Result<Vec<ReminderRow>, StoreError> {
        look!(self, $go => {
            let own = desk_reminders::table.filter(desk_reminders::complaint_id.eq(Id(complaint)));
            let rows: Vec<ReminderRow> = go!(load, own.order(desk_reminders::id).select(ReminderRow::as_select()))?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Notes that a reminder of a complaint is done; false where it was before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn end_reminder(&self, (complaint, id): (Uuid, Uuid), by: Uuid, at: Timestamp) -> Result<bool, StoreError> {
        work!(self, $go => {
            let own = || desk_reminders::table.filter(desk_reminders::id.eq(Id(id))).filter(desk_reminders::complaint_id.eq(Id(complaint)));
            let _: Id = go!(first, own().select(desk_reminders::id))?;
            let set = (desk_reminders::done_by.eq(Some(Id(by))), desk_reminders::done_at.eq(Some(Ts(at))));
            let done = go!(execute, diesel::update(own().filter(desk_reminders::done_at.is_null())).set(set))?;
            Ok::<_, Fault>(done == 1)
        })
    }
}
