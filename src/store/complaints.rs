//! Reading complaints, and what a filing needs to know before it is judged.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::commit::StoredAnswer;
use super::error::Fault;
use super::projection::live_key_of;
use super::rows::{ComplaintRow, EventRow, GrantRow, IdempotencyRow, PartyRow, hash_of, int};
use super::schema::{
    complaints, events, examinations, idempotency, listings, notices, parties, patents, report_grants, report_readings, rights,
};
use super::types::{Id, Ts};
use super::work::look;
use super::{RightRow, Store, StoreError};
use crate::domain::complaint::{Determination, Measure, StoredEvent};
use crate::domain::register::RegisterEntry;
use crate::domain::report::ReportFacts;

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

/// What a filing asks for.
#[derive(Clone, Debug)]
pub struct FilingAsk {
    /// Account that files.
    pub account: Uuid,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
    /// Patent number, canonical.
    pub patent_number: String,
    /// The report, by its SHA-256.
    pub report_sha256: Option<String>,
    /// Version of the reader.
    pub reader_version: u32,
    /// Items of the listings: `id_space/item_id[/sku]`.
    pub item_keys: Vec<String>,
    /// Reference of the complaint that is repeated.
    pub relisting_of: Option<String>,
}

/// What a filing is judged by, beyond its notice.
#[derive(Clone, Debug, Default)]
pub struct FilingContext {
    /// The answer given to the same key before.
    pub answered: Option<StoredAnswer>,
    /// The register's entry and its version.
    pub register: Option<(i64, RegisterEntry)>,
    /// What was read from the report.
    pub reading: Option<ReportFacts>,
    /// Levels granted to the report.
    pub grants: Vec<GrantRow>,
    /// The account's verified right.
    pub right: Option<RightRow>,
    /// Items that are in a live complaint of this account about this patent.
    pub live: Vec<LiveListing>,
    /// The complaint that is repeated.
    pub relisting: Option<Relisted>,
}

/// An item in a live complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveListing {
    /// `id_space/item_id[/sku]`.
    pub item_key: String,
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
}

/// A complaint that a re-listing names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relisted {
    /// The complaint.
    pub complaint: Uuid,
    /// Its account.
    pub account: Uuid,
    /// Its patent.
    pub patent_number: String,
    /// Items a person found infringing, whose measure was not lifted since.
    pub standing_items: Vec<String>,
}

/// Which complaints a list shows; absent: any.
#[derive(Clone, Debug, Default)]
pub struct ComplaintFilter {
    /// Account that filed.
    pub account: Option<Uuid>,
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
    /// All that a filing is judged by.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`]
    pub async fn filing_context(&self, ask: FilingAsk) -> Result<FilingContext, StoreError> {
        let live_keys: Vec<String> = ask.item_keys.iter().map(|k| live_key_of(ask.account, &ask.patent_number, k)).collect();
        let prefix = live_key_of(ask.account, &ask.patent_number, "").len();
        look!(self, $go => {
            let mut found = FilingContext::default();
            if let Some(key) = &ask.idempotency_key {
                let query = idempotency::table.find((Id(ask.account), key.clone())).select(IdempotencyRow::as_select());
                let row: Option<IdempotencyRow> = go!(first, query).optional()?;
                if let Some(row) = row {
                    found.answered = Some(answer_of(row)?);
                }
            }
            if found.answered.is_none() {
                let query = patents::table.find(ask.patent_number.clone()).select((patents::version, patents::entry));
                let row: Option<(i64, String)> = go!(first, query).optional()?;
                found.register = row.map(|(v, text)| super::register::entry_of(&ask.patent_number, &text).map(|e| (v, e))).transpose()?;
                if let Some(sha256) = &ask.report_sha256 {
                    let query = report_readings::table.find((sha256.clone(), int(ask.reader_version))).select(report_readings::facts);
                    let text: Option<String> = go!(first, query).optional()?;
                    found.reading = text.map(|t| super::files::facts_of(sha256, &t)).transpose()?;
                    let query = report_grants::table
                        .filter(report_grants::sha256.eq(sha256))
                        .order((report_grants::at, report_grants::id))
                        .select(GrantRow::as_select());
                    found.grants = go!(load, query)?;
                }
                let query = rights::table.find((Id(ask.account), ask.patent_number.clone())).select(RightRow::as_select());
                found.right = go!(first, query).optional()?;
                if !live_keys.is_empty() {
                    let query = listings::table
                        .inner_join(complaints::table.on(complaints::id.eq(listings::complaint_id)))
                        .filter(listings::live_key.eq_any(live_keys.clone()))
                        .select((listings::live_key, complaints::id, complaints::reference));
                    let rows: Vec<(Option<String>, Id, String)> = go!(load, query)?;
                    found.live = rows.into_iter().filter_map(|(key, complaint, reference)| {
                        let item_key = key?.get(prefix..)?.to_owned();
                        Some(LiveListing { item_key, complaint: complaint.0, reference })
                    }).collect();
                }
                if let Some(reference) = &ask.relisting_of {
                    let query = complaints::table
                        .filter(complaints::reference.eq(reference))
                        .select((complaints::id, complaints::account_id, complaints::patent_number));
                    let row: Option<(Id, Id, String)> = go!(first, query).optional()?;
                    if let Some((Id(complaint), Id(account), patent_number)) = row {
                        let query = listings::table
                            .filter(listings::complaint_id.eq(Id(complaint)))
                            .filter(listings::determination.eq(Determination::Infringing.word()))
                            .filter(listings::measure.eq(Measure::Requested.word()))
                            .filter(listings::by_human.eq(true))
                            .select(listings::item_key);
                        let items: Vec<Option<String>> = go!(load, query)?;
                        let standing_items = items.into_iter().flatten().collect();
                        found.relisting = Some(Relisted { complaint, account, patent_number, standing_items });
                    }
                }
            }
            Ok::<_, Fault>(found)
        })
    }

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
                let query = notices::table.filter(notices::complaint_id.eq(Id(id))).order(notices::seq.desc()).select(notices::body);
                let notice: Option<String> = go!(first, query).optional()?;
                let query = examinations::table.filter(examinations::complaint_id.eq(Id(id))).order(examinations::seq.desc()).select(examinations::body);
                let examination: Option<String> = go!(first, query).optional()?;
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
                query = query.filter(later);
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

/// A stored answer out of its row.
pub(super) fn answer_of(row: IdempotencyRow) -> Result<StoredAnswer, Fault> {
    let status = u16::try_from(row.status).map_err(|e| StoreError::corrupt("idempotency", &row.key, e))?;
    Ok(StoredAnswer { route: row.route, fingerprint: hash_of("idempotency", &row.key, &row.fingerprint)?, status, answer: row.answer })
}
