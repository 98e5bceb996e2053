//! Where the facts of past triages stand, for the policy lab: a row a complaint, written in the commit that
//! triages it. The facts are in the log and stay there.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::rows::int;
use super::schema::{complaints, events, triage_facts};
use super::types::{Id, Ts};
use super::work::look;
use super::{Store, StoreError};
use crate::domain::complaint::{Complaint, StoredEvent};

/// The last triage of a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = triage_facts)]
pub struct TriageRow {
    /// When the complaint was filed.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub filed_at: Timestamp,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The event with the facts.
    pub seq: i32,
    /// The policy it was triaged with.
    pub policy_version: i64,
    /// Word of the track that put it on.
    pub track: String,
}

/// The row that these events of `complaint` ask for; none where none of them triages it.
pub fn expected_triage<'a>(complaint: &Complaint, events: impl DoubleEndedIterator<Item = &'a StoredEvent>) -> Option<TriageRow> {
    let triaged = complaint.triaged.as_ref()?;
    let event = events.rev().find(|e| e.kind == "triaged")?;
    Some(TriageRow {
        filed_at: complaint.filed_at,
        complaint_id: complaint.id,
        seq: int(event.seq),
        policy_version: triaged.policy_version,
        track: triaged.track.word().to_owned(),
    })
}

/// Which past complaints are looked at; absent: any.
#[derive(Clone, Debug, Default)]
pub struct PastFilter {
    /// Filed then or later.
    pub from: Option<Timestamp>,
    /// Filed before.
    pub before: Option<Timestamp>,
    /// Word of the track their triage put them on.
    pub track: Option<String>,
}

/// A past triage, with the body of its event.
#[derive(Clone, Debug, Queryable)]
pub struct PastRow {
    /// When the complaint was filed.
    #[diesel(deserialize_as = Ts)]
    pub filed_at: Timestamp,
    /// The complaint.
    #[diesel(deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The event.
    pub body: String,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        if let Some(from) = $filter.from {
            query = query.filter(triage_facts::filed_at.ge(Ts(from)));
        }
        if let Some(before) = $filter.before {
            query = query.filter(triage_facts::filed_at.lt(Ts(before)));
        }
        if let Some(track) = $filter.track.clone() {
            query = query.filter(triage_facts::track.eq(track));
        }
        query
    }};
}

impl Store {
    /// Past triages in the order of filing, after that complaint.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn past_triages(
        &self,
        filter: &PastFilter,
        after: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<PastRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let filter = filter.clone();
        look!(self, $go => {
            let facts = events::complaint_id.eq(triage_facts::complaint_id).and(events::seq.eq(triage_facts::seq));
            let query = triage_facts::table
                .inner_join(events::table.on(facts))
                .order((triage_facts::filed_at, triage_facts::complaint_id))
                .limit(limit)
                .select((triage_facts::filed_at, triage_facts::complaint_id, events::body))
                .into_boxed::<Db>();
            let mut query = filtered!(query, filter);
            if let Some((at, id)) = after {
                // The first condition is implied by the second: it is what the index is entered by.
                let later = triage_facts::filed_at.gt(Ts(at)).or(triage_facts::complaint_id.gt(Id(id)));
                query = query.filter(triage_facts::filed_at.ge(Ts(at))).filter(later);
            }
            let rows: Vec<PastRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn past_triages_count(&self, filter: &PastFilter) -> Result<i64, StoreError> {
        let filter = filter.clone();
        look!(self, $go => {
            let query = triage_facts::table.select(diesel::dsl::count_star()).into_boxed::<Db>();
            let n: i64 = go!(first, filtered!(query, filter))?;
            Ok::<_, Fault>(n)
        })
    }

    /// The last triage of a complaint, as it is stored.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn triage_row(&self, complaint: &Complaint) -> Result<Option<TriageRow>, StoreError> {
        let key = (Ts(complaint.filed_at), Id(complaint.id));
        look!(self, $go => {
            let row: Option<TriageRow> = go!(first, triage_facts::table.find(key).select(TriageRow::as_select())).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// The references of complaints.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn references(&self, ids: Vec<Uuid>) -> Result<Vec<(Uuid, String)>, StoreError> {
        let ids: Vec<Id> = ids.into_iter().map(Id).collect();
        look!(self, $go => {
            let query = complaints::table.filter(complaints::id.eq_any(ids.clone())).select((complaints::id, complaints::reference));
            let rows: Vec<(Id, String)> = go!(load, query)?;
            Ok::<_, Fault>(rows.into_iter().map(|(id, reference)| (id.0, reference)).collect::<Vec<_>>())
        })
    }
}
