//! The rows of a complaint: its log, its projection and what hangs on it. One struct serves both
//! databases. Rows of accounts, files, deliveries and the rest stand beside their statements.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::schema::{
    complaints, events, examinations, idempotency, listings, mails, notices, parties, report_grants, report_page_readings,
};
use super::types::{Day, Id, Maybe, Ts};
use super::{Fault, StoreError};
use crate::domain::complaint::StoredEvent;

/// One event of the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) complaint_id: Uuid,
    pub(crate) seq: i32,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) hash: Vec<u8>,
}

impl EventRow {
    pub(crate) fn of(complaint: Uuid, e: StoredEvent) -> Self {
        EventRow { complaint_id: complaint, seq: int(e.seq), at: e.at, actor: e.actor, kind: e.kind, body: e.body, hash: e.hash.to_vec() }
    }

    pub(crate) fn event(self) -> Result<StoredEvent, Fault> {
        let id = || format!("{} {}", self.complaint_id, self.seq);
        Ok(StoredEvent {
            seq: u32::try_from(self.seq).map_err(|e| StoreError::corrupt("events", id(), e))?,
            at: self.at,
            hash: hash_of("events", &id(), &self.hash)?,
            actor: self.actor,
            kind: self.kind,
            body: self.body,
        })
    }
}

/// The projection of a complaint: an index for lists, rebuilt from the log by `audit`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaints, treat_none_as_default_value = false)]
pub struct ComplaintRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The reference people read out.
    pub reference: String,
    /// Account that filed.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// The complainant's own reference.
    pub client_reference: Option<String>,
    /// Word of the state.
    pub state: String,
    /// Why it is closed: `not_accepted`, `withdrawn`, `supplement_missing`.
    pub closed_why: Option<String>,
    /// Word of the track.
    pub track: Option<String>,
    /// Patent number, canonical.
    pub patent_number: String,
    /// Overall result of the last examination.
    pub overall: Option<String>,
    /// Version of the policy of the last triage.
    pub policy_version: Option<i64>,
    /// The day the next step of the service is due.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub due_on: Option<Date>,
    /// While it waits for a person: [`Self::due_on`], or the last day of all where none is.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub queue_on: Option<Date>,
    /// When it was filed.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub filed_at: Timestamp,
    /// Time of the last event.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub updated_at: Timestamp,
    /// Number of the last event.
    pub last_seq: i32,
    /// Hash of the last event, 32 bytes.
    pub last_hash: Vec<u8>,
    /// Listings not decided yet.
    pub pending: i32,
    /// Why it is with the examiners again, in codes by comma.
    pub reopened: Option<String>,
    /// The platform that asks for an opinion on it.
    pub referred_by: Option<String>,
}

/// The projection of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = listings, treat_none_as_default_value = false)]
pub struct ListingRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// Number, from 1.
    pub line: i32,
    /// Accused product, from 0.
    pub product: i32,
    /// Site code.
    pub site: Option<String>,
    /// The operator's id space.
    pub id_space: Option<String>,
    /// Item id.
    pub item_id: Option<String>,
    /// SKU.
    pub sku: Option<String>,
    /// `id_space/item_id[/sku]`.
    pub item_key: Option<String>,
    /// Shop.
    pub shop: Option<String>,
    /// Code of the platform account; absent: not connected.
    pub platform: Option<String>,
    /// As filed; not in the log.
    pub url: Option<String>,
    /// Word of the first axis.
    pub determination: String,
    /// Word of the second axis, as the log asked.
    pub measure: String,
    /// Whether a person made the determination.
    pub by_human: bool,
    /// `account|patent_number|item_key` while the listing is live: unique.
    pub live_key: Option<String>,
    /// Whether a proposal to end the business with its shop stands.
    pub termination_proposed: bool,
}

/// A version of a notice, by the event it came with.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
pub(crate) struct NoticeRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) complaint_id: Uuid,
    pub(crate) seq: i32,
    pub(crate) body: String,
}

/// Findings and criteria in words, by the event they explain; may be erased.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = examinations)]
pub(crate) struct ExaminationRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) complaint_id: Uuid,
    pub(crate) seq: i32,
    pub(crate) body: String,
}

/// A person, sealed under a key of its own; destroying the key erases the person.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = parties, treat_none_as_default_value = false)]
pub struct PartyRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// `complainant`, `agent`, …
    pub role: String,
    /// The person, encrypted by the caller.
    pub sealed: Vec<u8>,
    /// The key it is sealed with, itself wrapped by the caller.
    pub key: Vec<u8>,
    /// When it was put.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
    /// Of the complainant: keyed digest by which it is the same through whatever account it files.
    pub person_key: Option<String>,
    /// Keyed digest of how its name begins; none where it names nobody that is sought.
    pub name_key: Option<String>,
    /// Short digests of its longer beginnings.
    pub name_rest: Option<Vec<u8>>,
    /// While its complaint waits for a person and it is sought by name: the complaint's place in the queue.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub queue_on: Option<Date>,
}

/// An authenticity level granted to a report.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_grants, treat_none_as_default_value = false)]
pub struct GrantRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The file, hexadecimal.
    pub sha256: String,
    /// `A` to `D`, or `broken`.
    pub level: String,
    /// The examiner.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// For levels that hold for one complaint only.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub complaint_id: Option<Uuid>,
    /// What it rests on.
    pub evidence: String,
    /// For level B: it counts once a second person has made it.
    pub counts: bool,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// Its number among those of the file, from 1.
    pub n: i32,
}

/// What an examiner read on the pages of a report.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_page_readings)]
pub struct PageReadingRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The file, hexadecimal.
    pub sha256: String,
    /// The examiner.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub examiner: Uuid,
    /// The complaint it was read for; it holds for every complaint with the file.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The reading, as JSON.
    pub reading: String,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
}

/// A stored answer, by account and key.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
pub(crate) struct IdempotencyRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) account_id: Uuid,
    pub(crate) key: String,
    pub(crate) route: String,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: i32,
    /// Without the members that the complaint's examination holds, where `cut_at` says where they go.
    pub(crate) answer: Vec<u8>,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(crate) created_at: Timestamp,
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub(crate) complaint_id: Option<Uuid>,
    pub(crate) seq: Option<i32>,
    pub(crate) cut_at: Option<i32>,
}

/// A mail in the outbox.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub(crate) struct MailRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) complaint_id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(crate) party_id: Uuid,
    pub(crate) template: String,
    pub(crate) language: String,
    pub(crate) reference: String,
    pub(crate) state: String,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(crate) due_at: Timestamp,
    pub(crate) fence: i64,
    pub(crate) attempts: i32,
    pub(crate) side: String,
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub(crate) about: Option<Uuid>,
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub(crate) day: Option<Date>,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(crate) written_at: Timestamp,
}

/// A hash out of a row.
pub(crate) fn hash_of(table: &'static str, id: &str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::corrupt(table, id, "a hash has 32 bytes"))
}

/// Line, sequence and part numbers fit by their own limits.
pub(crate) fn int(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
