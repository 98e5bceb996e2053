//! Lists, with opaque cursors: the caller's complaints, the examiners' queue, and claiming from it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::views::{ComplaintItem, QueueItem, QueuePage};
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::State;
use crate::domain::reference::parse_reference;
use crate::store::{ComplaintFilter, ComplaintRow, QueueFilter};

/// Rows of a page when none are asked for.
pub const PAGE_ROWS_DEFAULT: usize = 50;
/// Most rows of a page.
pub const PAGE_ROWS_MAX: usize = 200;
/// Seconds an examiner keeps a claimed complaint without touching it.
pub const CLAIM_LEASE_SECONDS: i64 = 1_800;

/// Query of a list of complaints.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintQuery {
    /// State.
    pub state: Option<String>,
    /// Track.
    pub track: Option<String>,
    /// Patent number, any spelling.
    pub patent_number: Option<String>,
    /// Reference.
    pub reference: Option<String>,
    /// The complainant's own reference.
    pub client_reference: Option<String>,
    /// Item key `id_space/item_id`.
    pub item: Option<String>,
    /// Rows, at most [`PAGE_ROWS_MAX`].
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

/// Query of the queue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueQuery {
    /// Track.
    pub track: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Due on or before.
    pub due_before: Option<jiff::civil::Date>,
    /// Platform.
    pub platform: Option<String>,
    /// Rows, at most [`PAGE_ROWS_MAX`].
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

/// A page of complaints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComplaintPage {
    /// The rows, newest first.
    pub items: Vec<ComplaintItem>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// How many complaints wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueCounts {
    /// By track and state.
    pub counts: Vec<QueueCount>,
    /// In all.
    pub total: i64,
}

/// How many wait on one track in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueCount {
    /// Track; null before triage.
    pub track: Option<String>,
    /// State.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimView {
    /// The complaint.
    pub complaint: Uuid,
    /// The examiner.
    pub examiner: Uuid,
    /// It returns to the queue then.
    pub lease_until: Timestamp,
}

pub(super) fn rows_asked(limit: Option<usize>) -> Result<usize, DeskError> {
    match limit {
        None => Ok(PAGE_ROWS_DEFAULT),
        Some(n) if (1..=PAGE_ROWS_MAX).contains(&n) => Ok(n),
        Some(n) => Err(DeskError::rule("list.limit", format!("limit is {n}, 1 to {PAGE_ROWS_MAX} is expected"))),
    }
}

/// A word that is none would find nothing, and nobody would know why.
fn known_words(state: Option<&str>, track: Option<&str>) -> Result<(), DeskError> {
    let wrong = state.filter(|s| !State::WORDS.contains(s)).or(track.filter(|t| !["simple", "complex"].contains(t)));
    match wrong {
        Some(word) => Err(DeskError::rule("list.filter", format!("{word} is not a state or track"))),
        None => Ok(()),
    }
}

pub(super) fn cursor_text(position: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

pub(super) fn cursor_position<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>, DeskError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let position = bytes.and_then(|b| serde_json::from_slice(&b).ok());
    position.map(Some).ok_or_else(|| DeskError::rule("list.cursor", "the cursor is not one of this list"))
}

fn item(row: ComplaintRow) -> ComplaintItem {
    ComplaintItem {
        id: row.id,
        reference: row.reference,
        client_reference: row.client_reference,
        state: row.state,
        track: row.track,
        patent_number: row.patent_number,
        overall: row.overall,
        filed_at: row.filed_at,
        updated_at: row.updated_at,
        due_on: row.due_on,
    }
}

impl Desk {
    /// Complaints, newest first; of `account` only where one is given.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit, cursor or number.
    pub async fn complaints(&self, account: Option<Uuid>, q: ComplaintQuery) -> Result<ComplaintPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        known_words(q.state.as_deref(), q.track.as_deref())?;
        let number = match q.patent_number {
            None => None,
            Some(n) => Some(
                crate::domain::patent::PatentNumber::parse(&n).map_err(|e| DeskError::rule("patent.number", e.to_string()))?.to_string(),
            ),
        };
        let filter = ComplaintFilter {
            account,
            state: q.state,
            track: q.track,
            patent_number: number,
            reference: q.reference.as_deref().map(|r| parse_reference(r).unwrap_or_else(|| r.to_owned())),
            client_reference: q.client_reference,
            item_key: q.item,
        };
        let after: Option<(Timestamp, Uuid)> = cursor_position(q.cursor.as_deref())?;
        let mut rows = self.store.complaints_page(filter, after, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&(r.filed_at, r.id)));
        Ok(ComplaintPage { items: rows.into_iter().map(item).collect(), next_cursor })
    }

    /// Complaints that wait for a human, most urgent first.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn queue(&self, q: QueueQuery) -> Result<QueuePage, DeskError> {
        let limit = rows_asked(q.limit)?;
        known_words(q.state.as_deref(), q.track.as_deref())?;
        let after: Option<(String, Uuid)> = cursor_position(q.cursor.as_deref())?;
        let filter = QueueFilter { track: q.track, state: q.state, due_before: q.due_before, platform: q.platform };
        let mut rows = self.store.queue_page(filter, after, limit + 1, self.clock.now()).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|r| cursor_text(&(r.complaint.due_on.map(|d| d.to_string()).unwrap_or_default(), r.complaint.id)));
        let items = rows
            .into_iter()
            .map(|r| QueueItem {
                id: r.complaint.id,
                reference: r.complaint.reference,
                state: r.complaint.state,
                track: r.complaint.track,
                patent_number: r.complaint.patent_number,
                overall: r.complaint.overall,
                pending: i64::from(r.complaint.pending),
                due_on: r.complaint.due_on,
                filed_at: r.complaint.filed_at,
                reopened: r.complaint.reopened.map(|codes| codes.split(',').map(str::to_owned).collect()),
                claimed_by: r.claimed_by,
            })
            .collect();
        Ok(QueuePage { items, next_cursor })
    }

    /// How many complaints wait, by track and state.
    ///
    /// # Errors
    /// The store's.
    pub async fn queue_counts(&self) -> Result<QueueCounts, DeskError> {
        let rows = self.store.queue_counts().await?;
        let total = rows.iter().map(|(_, _, n)| n).sum();
        let counts = rows.into_iter().map(|(track, state, count)| QueueCount { track, state, count }).collect();
        Ok(QueueCounts { counts, total })
    }

    /// The id of a complaint by its id or by the reference people read out.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn complaint_id(&self, text: &str) -> Result<Uuid, DeskError> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        let reference = parse_reference(text).ok_or(DeskError::NotFound)?;
        Ok(self.store.complaint_by_reference(&reference).await?)
    }

    /// Claims the most urgent complaint nobody has; never the same to two people.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim_next(&self, caller: &Caller, q: QueueQuery) -> Result<Option<ClaimView>, DeskError> {
        known_words(q.state.as_deref(), q.track.as_deref())?;
        let now = self.clock.now();
        let filter = QueueFilter { track: q.track, state: q.state, due_before: q.due_before, platform: q.platform };
        let claimed = self.store.claim_next(caller.account, filter, now, CLAIM_LEASE_SECONDS).await?;
        Ok(claimed.map(|complaint| self.claim_view(complaint, caller, now)))
    }

    /// Claims one complaint.
    ///
    /// # Errors
    /// [`DeskError::Rule`] `claim.taken` when another examiner has it.
    pub async fn claim(&self, caller: &Caller, id: Uuid) -> Result<ClaimView, DeskError> {
        self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        let now = self.clock.now();
        if self.store.claim(id, caller.account, now, CLAIM_LEASE_SECONDS).await? {
            Ok(self.claim_view(id, caller, now))
        } else {
            Err(DeskError::rule("claim.taken", "another examiner has this complaint"))
        }
    }

    /// Gives a complaint back.
    ///
    /// # Errors
    /// The store's.
    pub async fn release(&self, caller: &Caller, id: Uuid) -> Result<(), DeskError> {
        self.store.release(id, caller.account).await?;
        Ok(())
    }

    fn claim_view(&self, complaint: Uuid, caller: &Caller, now: Timestamp) -> ClaimView {
        let lease = jiff::SignedDuration::from_secs(CLAIM_LEASE_SECONDS);
        ClaimView { complaint, examiner: caller.account, lease_until: now.checked_add(lease).unwrap_or(now) }
    }
}
