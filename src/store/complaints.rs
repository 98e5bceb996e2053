//! Reading complaints.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::rows::{ComplaintRow, EventRow, PartyRow};
use super::schema::{complaints, events, examinations, listings, notices, parties};
use super::types::{Id, Ts};
use super::work::look;
use super::{Store, StoreError};
use crate::domain::complaint::StoredEvent;

/// A complaint as it is kept.
#[derive(Clone, Debug)]
pub struct StoredComplaint {
    /// The log, from event 1 on.
    pub log: Vec<StoredEvent>,
    /// The notice as last kept, JSON.
    pub notice: String,
    /// Findings and criteria of the last examination, JSON.
    pub examination: Option<String>,
}

/// Which complaints a list shows; absent: any.
#[derive(Clone, Debug, Default)]
pub struct ComplaintFilter {
    /// Account that filed.
    pub account: Option<Uuid>,
    /// The platform that referred it for an opinion.
    pub referred_by: Option<String>,
    /// Word of the state.
    pub state: Option<String>,
    /// Word of the track.
    pub track: Option<String>,
    /// Patent number, canonical.
    pub patent_number: Option<String>,
    /// Reference.
    pub reference: Option<String>,
    /// The complainant's own reference.
    pub client_reference: Option<String>,
    /// `id_space/item_id[/sku]`.
    pub item_key: Option<String>,
}

impl Store {
    /// A complaint; none where there is none with this id.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn complaint(&self, id: Uuid) -> Result<Option<StoredComplaint>, StoreError> {
        look!(self, $go => {
            let log: Vec<EventRow> = go!(load, events::table.filter(events::complaint_id.eq(Id(id))).order(events::seq).select(EventRow::as_select()))?;
            if log.is_empty() {
                Ok::<_, Fault>(None)
            } else {
                let log = log.into_iter().map(EventRow::event).collect::<Result<Vec<_>, _>>()?;
                // Of this log: what is committed while it is read belongs to a later one.
                let last = log.last().map_or(0, |e| i32::try_from(e.seq).unwrap_or(i32::MAX));
                let query = notices::table.filter(notices::complaint_id.eq(Id(id))).filter(notices::seq.le(last));
                let notice: Option<String> = go!(first, query.order(notices::seq.desc()).select(notices::body)).optional()?;
                let query = examinations::table.filter(examinations::complaint_id.eq(Id(id))).filter(examinations::seq.le(last));
                let examination: Option<String> = go!(first, query.order(examinations::seq.desc()).select(examinations::body)).optional()?;
                let notice = notice.ok_or_else(|| StoreError::corrupt("notices", id, "missing"))?;
                Ok(Some(StoredComplaint { log, notice, examination }))
            }
        })
    }

    /// The id of the complaint with this reference.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn complaint_by_reference(&self, reference: &str) -> Result<Uuid, StoreError> {
        let reference = reference.to_owned();
        look!(self, $go => {
            let id: Id = go!(first, complaints::table.filter(complaints::reference.eq(&reference)).select(complaints::id))?;
            Ok::<_, Fault>(id.0)
        })
    }

    /// Complaints, newest first, at most `limit`, after the position given.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn complaints_page(
        &self,
        filter: ComplaintFilter,
        after: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<ComplaintRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut query = complaints::table
                .order((complaints::filed_at.desc(), complaints::id.desc()))
                .limit(limit)
                .select(ComplaintRow::as_select())
                .into_boxed::<Db>();
            if let Some(account) = filter.account {
                query = query.filter(complaints::account_id.eq(Id(account)));
            }
            if let Some(platform) = filter.referred_by.clone() {
                query = query.filter(complaints::referred_by.eq(platform));
            }
            if let Some(state) = filter.state.clone() {
                query = query.filter(complaints::state.eq(state));
            }
            if let Some(track) = filter.track.clone() {
                query = query.filter(complaints::track.eq(track));
            }
            if let Some(number) = filter.patent_number.clone() {
                query = query.filter(complaints::patent_number.eq(number));
            }
            if let Some(reference) = filter.reference.clone() {
                query = query.filter(complaints::reference.eq(reference));
            }
            if let Some(reference) = filter.client_reference.clone() {
                query = query.filter(complaints::client_reference.eq(reference));
            }
            if let Some(key) = filter.item_key.clone() {
                let with_item = listings::table.filter(listings::item_key.eq(key)).select(listings::complaint_id);
                query = query.filter(complaints::id.eq_any(with_item));
            }
            if let Some((at, id)) = after {
                let later = complaints::filed_at.lt(Ts(at)).or(complaints::filed_at.eq(Ts(at)).and(complaints::id.lt(Id(id))));
                // Implied by it: what the index is entered by.
                query = query.filter(complaints::filed_at.le(Ts(at))).filter(later);
            }
            let rows: Vec<ComplaintRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The newest complaints on a patent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn complaints_on_patent(&self, number: &str, limit: usize) -> Result<Vec<ComplaintRow>, StoreError> {
        let filter = ComplaintFilter { patent_number: Some(number.to_owned()), ..ComplaintFilter::default() };
        self.complaints_page(filter, None, limit).await
    }

    /// The sealed persons of a complaint.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn parties(&self, complaint: Uuid) -> Result<Vec<PartyRow>, StoreError> {
        look!(self, $go => {
            let query = parties::table.filter(parties::complaint_id.eq(Id(complaint))).order(parties::id).select(PartyRow::as_select());
            let rows: Vec<PartyRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }
}
