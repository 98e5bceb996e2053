//! Erasing a person: its record and the key it is sealed with are overwritten and gone, and with them every digest
//! that tells it is the same as another. The log holds none of it, and stays.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::notes::erase_notes;
use super::rows::int;
use super::schema::{complaints, conduct_flags, erasures, outcomes, parties, writ_bytes};
use super::types::{Id, Ts};
use super::work::work;
use super::{Store, StoreError};

/// An erasure as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = erasures)]
pub struct ErasureRow {
    /// Id.
    #[diesel(serialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id)]
    pub complaint_id: Uuid,
    /// `complainant`, `agent`, `sellers`.
    pub who: String,
    /// Why, without personal data.
    pub reason: String,
    /// The administrator.
    #[diesel(serialize_as = Id)]
    pub erased_by: Uuid,
    /// When.
    #[diesel(serialize_as = Ts)]
    pub at: Timestamp,
}

impl Store {
    /// Erases these records of a complaint, and what tells who complains, where `row` says so; answers how many there
    /// were. `seq`: the event at which the complaint was read.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where something happened to the complaint since.
    pub async fn erase(&self, row: ErasureRow, (records, seq): (Vec<Uuid>, u32)) -> Result<usize, StoreError> {
        let seq = int(seq);
        work!(self, $go => {
            let complaint = Id(row.complaint_id);
            // Writing the row locks it: a commit that moves the complaint comes before or after.
            let as_read = complaints::table.find(complaint).filter(complaints::last_seq.eq(seq));
            if go!(execute, diesel::update(as_read).set(complaints::last_seq.eq(seq)))? != 1 {
                return Err(Fault::Store(StoreError::Stale { what: "complaint" }));
            }
            let ids: Vec<Id> = records.iter().map(|id| Id(*id)).collect();
            let own = || parties::table.filter(parties::complaint_id.eq(complaint)).filter(parties::id.eq_any(ids.clone()));
            let sizes: Vec<(Id, Vec<u8>, Vec<u8>)> = go!(load, own().select((parties::id, parties::sealed, parties::key)))?;
            for (id, sealed, key) in &sizes {
                // In place, so that no page of the file keeps them.
                let blank = (parties::sealed.eq(vec![0_u8; sealed.len()]), parties::key.eq(vec![0_u8; key.len()]), parties::person_key.eq(None::<String>));
                let name = parties::table.find(*id).select((parties::name_key, parties::name_rest));
                let (key, rest): (Option<String>, Option<Vec<u8>>) = go!(first, name)?;
                let unnamed = (
                    parties::name_key.eq(key.map(|k| "0".repeat(k.len()))),
                    parties::name_rest.eq(rest.map(|r| vec![0_u8; r.len()])),
                );
                go!(execute, diesel::update(parties::table.find(*id)).set(unnamed))?;
                go!(execute, diesel::update(parties::table.find(*id)).set(blank))?;
                // Documents that name the person go with it; their numbers and hashes stay.
                let named = || writ_bytes::table.filter(writ_bytes::party_id.eq(Some(*id)).or(writ_bytes::other_party_id.eq(Some(*id))));
                let keys: Vec<(Id, String, Vec<u8>)> = go!(load, named().select((writ_bytes::writ_id, writ_bytes::copy, writ_bytes::key)))?;
                for (writ, copy, key) in &keys {
                    let blank = writ_bytes::key.eq(vec![0_u8; key.len()]);
                    go!(execute, diesel::update(writ_bytes::table.find((*writ, copy.clone()))).set(blank))?;
                }
                go!(execute, diesel::delete(parties::table.find(*id)))?;
            }
            if row.who == "complainant" {
                go!(execute, diesel::update(outcomes::table.find(complaint)).set(outcomes::complainant_key.eq(None::<String>)))?;
                let raised = conduct_flags::table.filter(conduct_flags::complaint_id.eq(complaint));
                go!(execute, diesel::update(raised).set(conduct_flags::complainant_key.eq(None::<String>)))?;
            }
            // What was answered to flags raised on it.
            let own = || conduct_flags::table.filter(conduct_flags::complaint_id.eq(complaint)).filter(conduct_flags::against.eq(&row.who));
            type Bytes = Option<Vec<u8>>;
            let answers: Vec<(Id, Bytes, Bytes)> =
                go!(load, own().select((conduct_flags::id, conduct_flags::answer, conduct_flags::answer_key)))?;
            for (id, answer, key) in &answers {
                let zeros = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| vec![0_u8; b.len()]);
                let blank = (conduct_flags::answer.eq(zeros(answer)), conduct_flags::answer_key.eq(zeros(key)));
                go!(execute, diesel::update(conduct_flags::table.find(*id)).set(blank))?;
            }
            // Nobody can tell which of the notes names whom.
            erase_notes!(go, complaint);
            go!(execute, diesel::insert_into(erasures::table).values(row.clone()))?;
            Ok::<_, Fault>(sizes.len())
        })
    }
}
