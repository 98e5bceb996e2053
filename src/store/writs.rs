//! Documents this centre issues: their numbers, taken in the transaction of the event they follow from, and what
//! was written out of them since. Nothing is written out while a transaction is open.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::rows::int;
use super::schema::{writ_bytes, writ_copies, writs};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::writ::{WritDraft, WritIssuer, WritKind};

/// A document as it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = writs, treat_none_as_default_value = false)]
pub struct WritRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The event it follows from.
    pub seq: i32,
    /// Word of the kind.
    pub kind: String,
    /// Year of its series.
    pub year: i32,
    /// Its place in the series, from 1 without gaps.
    pub n: i64,
    /// Number (文号).
    pub number: String,
    /// The listings, JSON.
    pub lines: String,
    /// The statement it is about.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub about: Option<Uuid>,
    /// Who issued it, as it was called then.
    pub issuer: String,
    /// Whether it is meant.
    pub livemode: bool,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub issued_at: Timestamp,
}

impl WritRow {
    pub(super) fn of(complaint_id: Uuid, draft: &WritDraft, (issuer, n): (&WritIssuer, i64)) -> Self {
        WritRow {
            id: draft.id,
            complaint_id,
            seq: int(draft.seq),
            kind: draft.kind.word().to_owned(),
            year: draft.year,
            n,
            number: draft.kind.number(&issuer.code, (draft.year, n)),
            lines: serde_json::to_string(&draft.lines).unwrap_or_default(),
            about: draft.about,
            issuer: issuer.name.clone(),
            livemode: issuer.livemode,
            issued_at: draft.issued_at,
        }
    }

    /// The kind.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub fn kind(&self) -> Result<WritKind, StoreError> {
        WritKind::from_word(&self.kind).ok_or_else(|| StoreError::corrupt("writs", self.id, "no such kind"))
    }

    /// The listings, by line number.
    pub fn lines(&self) -> Vec<u32> {
        serde_json::from_str(&self.lines).unwrap_or_default()
    }
}

/// What was written out for one reader.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = writ_copies)]
pub struct WritCopyRow {
    /// The document.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub writ_id: Uuid,
    /// Whose copy: `whole`, or a respondent's, by its listings.
    pub copy: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: i64,
    /// When it was written out.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub made_at: Timestamp,
}

/// Its bytes, sealed by the caller; they are gone with any of the people they name.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = writ_bytes, treat_none_as_default_value = false)]
pub struct WritBytesRow {
    /// The document.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub writ_id: Uuid,
    /// Whose copy.
    pub copy: String,
    /// A person it names.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub party_id: Option<Uuid>,
    /// Another.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub other_party_id: Option<Uuid>,
    /// The bytes, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// The key they are sealed with, itself wrapped by the caller.
    pub key: Vec<u8>,
}

/// How many documents of each series are issued, in the order in which the series are taken.
pub(super) fn counts<'a>(drafts: impl Iterator<Item = &'a WritDraft>) -> BTreeMap<(String, i32), i64> {
    let mut counts = BTreeMap::new();
    for draft in drafts {
        *counts.entry((draft.kind.word().to_owned(), draft.year)).or_insert(0) += 1;
    }
    counts
}

/// The rows of one commit, numbered from what `next` says for each series, which is moved on.
///
/// # Errors
/// [`StoreError::NotFound`] for a series that was not counted.
pub(super) fn numbered(
    (complaint, drafts, issuer): (Uuid, &[WritDraft], &WritIssuer),
    next: &mut BTreeMap<(String, i32), i64>,
) -> Result<Vec<WritRow>, StoreError> {
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let n = next.get_mut(&(draft.kind.word().to_owned(), draft.year)).ok_or(StoreError::NotFound)?;
        rows.push(WritRow::of(complaint, draft, (issuer, *n)));
        *n += 1;
    }
    Ok(rows)
}

/// Numbers the documents of a batch, within its transaction; yields their rows.
macro_rules! number_writs {
    ($go:ident, $live:expr) => {{
        use crate::store::schema::writ_numbers;
        let mut next = std::collections::BTreeMap::new();
        for ((kind, year), n) in crate::store::writs::counts($live.iter().flat_map(|p| &p.writs)) {
            // Writing the row locks it, in the order of the series.
            let put = diesel::insert_into(writ_numbers::table)
                .values((writ_numbers::kind.eq(kind.clone()), writ_numbers::year.eq(year), writ_numbers::last.eq(n)))
                .on_conflict((writ_numbers::kind, writ_numbers::year))
                .do_update()
                .set(writ_numbers::last.eq(writ_numbers::last + n))
                .returning(writ_numbers::last);
            let last: i64 = $go!(get_result, put)?;
            next.insert((kind, year), last - n + 1);
        }
        let mut rows = Vec::new();
        for plan in $live.iter() {
            if let Some(tip) = plan.tip() {
                rows.extend(crate::store::writs::numbered((tip.complaint_id, &plan.writs, &plan.issuer), &mut next)?);
            }
        }
        rows
    }};
}
pub(super) use number_writs;

impl Store {
    /// The documents of a complaint, in the order of their events.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn writs_of(&self, complaint: Uuid) -> Result<Vec<WritRow>, StoreError> {
        look!(self, $go => {
            let query = writs::table
                .filter(writs::complaint_id.eq(Id(complaint)))
                .order((writs::seq, writs::kind))
                .select(WritRow::as_select());
            let rows: Vec<WritRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// What was written out of a document for one reader, and its bytes: none once a person it names was erased.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn writ_copy(&self, writ: Uuid, copy: &str) -> Result<Option<(WritCopyRow, Option<WritBytesRow>)>, StoreError> {
        let copy = copy.to_owned();
        look!(self, $go => {
            let made: Option<WritCopyRow> =
                go!(first, writ_copies::table.find((Id(writ), copy.clone())).select(WritCopyRow::as_select())).optional()?;
            let bytes: Option<WritBytesRow> =
                go!(first, writ_bytes::table.find((Id(writ), copy.clone())).select(WritBytesRow::as_select())).optional()?;
            Ok::<_, Fault>(made.map(|m| (m, bytes)))
        })
    }

    /// Keeps what was written out; who comes second changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_writ_copy(&self, made: WritCopyRow, bytes: WritBytesRow) -> Result<(), StoreError> {
        work!(self, $go => {
            if go!(execute, diesel::insert_into(writ_copies::table).values(made.clone()).on_conflict_do_nothing())? == 1 {
                go!(execute, diesel::insert_into(writ_bytes::table).values(bytes.clone()))?;
            }
            Ok::<(), Fault>(())
        })
    }
}
