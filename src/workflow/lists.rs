//! Lists, with opaque cursors: complaints, newest first. The examiners' queue is `queue`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::views::ComplaintItem;
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::State;
use crate::domain::reference::parse_reference;
use crate::store::{ComplaintFilter, ComplaintRow};

/// Rows of a page when none are asked for.
pub const PAGE_ROWS_DEFAULT: usize = 50;
/// Most rows of a page.
pub const PAGE_ROWS_MAX: usize = 200;

/// Query of a list without filters.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Rows, at most [`PAGE_ROWS_MAX`].
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

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

/// A page of complaints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComplaintPage {
    /// The rows, newest first.
    pub items: Vec<ComplaintItem>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

pub(super) fn rows_asked(limit: Option<usize>) -> Result<usize, DeskError> {
    match limit {
        None => Ok(PAGE_ROWS_DEFAULT),
        Some(n) if (1..=PAGE_ROWS_MAX).contains(&n) => Ok(n),
        Some(n) => Err(DeskError::rule("list.limit", format!("limit is {n}, 1 to {PAGE_ROWS_MAX} is expected"))),
    }
}

/// A word that is none would find nothing, and nobody would know why.
pub(super) fn known_words(state: Option<&str>, track: Option<&str>) -> Result<(), DeskError> {
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
        self.complaints_of(ComplaintFilter { account, ..ComplaintFilter::default() }, q).await
    }

    /// Complaints the caller's platform referred for an opinion, newest first.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit, cursor or number; [`DeskError::NotFound`] for who speaks for no platform.
    pub async fn consultations(&self, caller: &Caller, q: ComplaintQuery) -> Result<ComplaintPage, DeskError> {
        let referred_by = Some(caller.platform.clone().ok_or(DeskError::NotFound)?);
        self.complaints_of(ComplaintFilter { referred_by, ..ComplaintFilter::default() }, q).await
    }

    async fn complaints_of(&self, whose: ComplaintFilter, q: ComplaintQuery) -> Result<ComplaintPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        known_words(q.state.as_deref(), q.track.as_deref())?;
        let number = match q.patent_number {
            None => None,
            Some(n) => Some(
                crate::domain::patent::PatentNumber::parse(&n).map_err(|e| DeskError::rule("patent.number", e.to_string()))?.to_string(),
            ),
        };
        let filter = ComplaintFilter {
            state: q.state,
            track: q.track,
            patent_number: number,
            reference: q.reference.as_deref().map(|r| parse_reference(r).unwrap_or_else(|| r.to_owned())),
            client_reference: q.client_reference,
            item_key: q.item,
            ..whose
        };
        let after: Option<(Timestamp, Uuid)> = cursor_position(q.cursor.as_deref())?;
        let mut rows = self.store.complaints_page(filter, after, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&(r.filed_at, r.id)));
        Ok(ComplaintPage { items: rows.into_iter().map(item).collect(), next_cursor })
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
}
