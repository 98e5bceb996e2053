//! Who has which complaint of the queue in hand: claims, which are leases and return when their holder is away.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::notes::NoteRow;
use super::schema::{desk_claims, desk_notes};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_claims, treat_none_as_default_value = false)]
pub struct ClaimRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The examiner.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// Since.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub claimed_at: Timestamp,
    /// It returns to the queue then.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub lease_until: Timestamp,
    /// Who gave it to the examiner; absent: it took it itself.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub assigned_by: Option<Uuid>,
}

/// From whom a claim may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenFrom {
    /// From nobody: it must be free, or the examiner's own.
    Nobody,
    /// From whoever has it.
    Anybody,
    /// From this examiner, who must have it.
    Holder(Uuid),
}

impl ClaimRow {
    /// Its version: when it was taken, in microseconds.
    pub fn version(&self) -> i64 {
        self.claimed_at.as_microsecond()
    }
}

impl Store {
    /// Puts a claim; false where it may not be taken from who has it at `claim.claimed_at`, or, where a version was
    /// `seen`, that is another claim (none: 0). Never one for two. A claim of the examiner's own is renewed, and is never shortened by that. `note`: what is noted with it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim(&self, claim: ClaimRow, (from, seen): (TakenFrom, Option<i64>), note: Option<NoteRow>) -> Result<bool, StoreError> {
        work!(self, $go => {
            let at = desk_claims::table.find(Id(claim.complaint_id));
            let held: Option<ClaimRow> = go!(first, at.select(ClaimRow::as_select())).optional()?;
            let held = held.filter(|h| h.lease_until > claim.claimed_at);
            let is_seen = seen.is_none_or(|seen| seen == held.as_ref().map_or(0, ClaimRow::version));
            let mut claim = claim.clone();
            let may = match (from, &held) {
                (TakenFrom::Nobody, Some(h)) if h.examiner == claim.examiner => {
                    claim.lease_until = claim.lease_until.max(h.lease_until);
                    claim.assigned_by = h.assigned_by;
                    true
                }
                (TakenFrom::Nobody, held) => held.is_none(),
                (TakenFrom::Anybody, _) => true,
                (TakenFrom::Holder(holder), held) => held.as_ref().is_some_and(|h| h.examiner == holder),
            };
            if !(may && is_seen) {
                return Ok(false);
            }
            // Another may have taken it since it was read: it must stand as it was.
            let set = (
                desk_claims::examiner.eq(Id(claim.examiner)),
                desk_claims::claimed_at.eq(Ts(claim.claimed_at)),
                desk_claims::lease_until.eq(Ts(claim.lease_until)),
                desk_claims::assigned_by.eq(claim.assigned_by.map(Id)),
            );
            let put = diesel::insert_into(desk_claims::table).values(claim.clone()).on_conflict(desk_claims::complaint_id).do_update().set(set);
            let put = match held {
                None => go!(execute, diesel::query_dsl::methods::FilterDsl::filter(put, desk_claims::lease_until.le(Ts(claim.claimed_at))))?,
                Some(h) => {
                    let same = desk_claims::examiner.eq(Id(h.examiner)).and(desk_claims::claimed_at.eq(Ts(h.claimed_at)));
                    go!(execute, diesel::query_dsl::methods::FilterDsl::filter(put, same))?
                }
            };
            if let (1, Some(note)) = (put, &note) {
                go!(execute, diesel::insert_into(desk_notes::table).values(note.clone()))?;
            }
            Ok::<_, Fault>(put == 1)
        })
    }

    /// Gives a complaint back; false where it is not held so any more. `note`: what is noted with it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn release(&self, held: ClaimRow, note: Option<NoteRow>) -> Result<bool, StoreError> {
        work!(self, $go => {
            let same = desk_claims::table
                .filter(desk_claims::complaint_id.eq(Id(held.complaint_id)))
                .filter(desk_claims::examiner.eq(Id(held.examiner)))
                .filter(desk_claims::claimed_at.eq(Ts(held.claimed_at)));
            let gone = go!(execute, diesel::delete(same))?;
            if let (1, Some(note)) = (gone, &note) {
                go!(execute, diesel::insert_into(desk_notes::table).values(note.clone()))?;
            }
            Ok::<_, Fault>(gone == 1)
        })
    }

    /// The claim on a complaint, also one that has run out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_of(&self, complaint: Uuid) -> Result<Option<ClaimRow>, StoreError> {
        look!(self, $go => {
            let row: Option<ClaimRow> = go!(first, desk_claims::table.find(Id(complaint)).select(ClaimRow::as_select())).optional()?;
            Ok::<_, Fault>(row)
        })
    }
}
