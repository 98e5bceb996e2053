//! Answers kept for a repeated idempotency key, byte for byte. What a complaint's examination says in an
//! answer is kept once, beside the complaint, and put back in its place when the answer is given again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::StoreError;
use super::rows::{IdempotencyRow, hash_of};
use super::types::Id;

/// A JSON object without the members that another document holds, and where they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    text: Vec<u8>,
    cut_at: Option<usize>,
}

impl Outline {
    /// `object` without `members`, which stand in it once and as they are written here; whole where they do not.
    pub fn without(mut object: Vec<u8>, members: &str) -> Self {
        let cut_at = memchr::memmem::find(&object, members.as_bytes());
        if let Some(at) = cut_at {
            object.drain(at..at + members.len());
        }
        Outline { text: object, cut_at }
    }

    /// The object with the members of `other`, an object that is not empty, where they belong.
    pub fn with(&self, other: &str) -> Vec<u8> {
        let members = other.strip_prefix('{').and_then(|o| o.strip_suffix('}')).unwrap_or_default();
        let (before, after) = self.text.split_at(self.cut_at.unwrap_or(self.text.len()).min(self.text.len()));
        match self.cut_at {
            Some(_) => [before, members.as_bytes(), after].concat(),
            None => self.text.clone(),
        }
    }
}

/// An answer to keep with its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// Account that asked.
    pub account: Uuid,
    /// Its `Idempotency-Key`.
    pub key: String,
    /// Route.
    pub route: String,
    /// What was asked.
    pub fingerprint: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// Body; what is cut from it is in the examination stored by the same commit.
    pub answer: Outline,
    /// When.
    pub at: Timestamp,
}

/// An answer given before to the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Route.
    pub route: String,
    /// What was asked then; another fingerprint now is a misuse of the key.
    pub fingerprint: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// Body, byte for byte.
    pub answer: Vec<u8>,
}

/// Answers by account and key. One that cannot be understood is the trouble of those who asked for it.
pub(super) type Answers = BTreeMap<(Uuid, String), Result<StoredAnswer, StoreError>>;

impl AnswerRow {
    /// As it is kept, beside the examination stored as event `seq` of `complaint`.
    pub(super) fn row(self, complaint: Uuid, seq: i32) -> IdempotencyRow {
        let cut_at = self.answer.cut_at.and_then(|at| i32::try_from(at).ok());
        IdempotencyRow {
            account_id: self.account,
            key: self.key,
            route: self.route,
            fingerprint: self.fingerprint.to_vec(),
            status: i32::from(self.status),
            answer: self.answer.text,
            created_at: self.at,
            complaint_id: cut_at.map(|_| complaint),
            seq: cut_at.map(|_| seq),
            cut_at,
        }
    }
}

/// The answers of some rows, whole again by the examinations they lean on.
pub(super) fn answers(rows: Vec<IdempotencyRow>, examinations: &[(Uuid, i32, String)]) -> Answers {
    let whole = |row: IdempotencyRow| {
        let key = (row.account_id, row.key.clone());
        (key, stored(row, examinations))
    };
    rows.into_iter().map(whole).collect()
}

fn stored(row: IdempotencyRow, examinations: &[(Uuid, i32, String)]) -> Result<StoredAnswer, StoreError> {
    let corrupt = |why: &str| StoreError::corrupt("idempotency", &row.key, why);
    let status = u16::try_from(row.status).map_err(|_| corrupt("no status"))?;
    let fingerprint = hash_of("idempotency", &row.key, &row.fingerprint)?;
    let answer = match row.cut_at {
        None => row.answer,
        Some(at) => {
            let cut_at = usize::try_from(at).ok().filter(|at| *at <= row.answer.len()).ok_or_else(|| corrupt("no place in it"))?;
            let is_its = |e: &&(Uuid, i32, String)| (Some(e.0), Some(e.1)) == (row.complaint_id, row.seq);
            let (_, _, examination) = examinations.iter().find(is_its).ok_or_else(|| corrupt("its examination is gone"))?;
            Outline { text: row.answer, cut_at: Some(cut_at) }.with(examination)
        }
    };
    Ok(StoredAnswer { route: row.route, fingerprint, status, answer })
}

/// The keys of requests, as they are looked up. Both columns are indexed together, the key first where
/// that matters; a row of another pair of account and key does no harm.
#[derive(Default)]
pub(super) struct AnswerKeys {
    pub(super) accounts: Vec<Id>,
    pub(super) keys: Vec<String>,
}

impl AnswerKeys {
    pub(super) fn of(all: impl Iterator<Item = (Uuid, String)>) -> Self {
        let (accounts, keys): (BTreeSet<Uuid>, BTreeSet<String>) = all.unzip();
        AnswerKeys { accounts: accounts.into_iter().map(Id).collect(), keys: keys.into_iter().collect() }
    }
}

/// The query of the rows of [`AnswerKeys`].
macro_rules! answer_rows {
    ($wanted:expr) => {{
        use crate::store::rows::IdempotencyRow;
        use crate::store::schema::idempotency;
        idempotency::table
            .filter(idempotency::account_id.eq_any($wanted.accounts.clone()))
            .filter(idempotency::key.eq_any($wanted.keys.clone()))
            .select(IdempotencyRow::as_select())
    }};
}
pub(super) use answer_rows;

/// The answers in those rows, in one text for both databases; the examinations they lean on are loaded.
macro_rules! answers_of {
    ($go:ident, $rows:expr) => {{
        use crate::store::schema::examinations;
        use crate::store::types::Id;
        let rows: Vec<crate::store::rows::IdempotencyRow> = $rows;
        let complaints: Vec<Id> = rows.iter().filter_map(|r| r.complaint_id.map(Id)).collect();
        let mut examined: Vec<(uuid::Uuid, i32, String)> = Vec::new();
        if !complaints.is_empty() {
            let query = examinations::table.filter(examinations::complaint_id.eq_any(complaints)).select((
                examinations::complaint_id,
                examinations::seq,
                examinations::body,
            ));
            let some: Vec<(Id, i32, String)> = $go!(load, query)?;
            examined.extend(some.into_iter().map(|(id, seq, body)| (id.0, seq, body)));
        }
        crate::store::answers::answers(rows, &examined)
    }};
}
pub(super) use answers_of;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_out_is_put_back() {
        let outline = Outline::without(br#"{"a":"\"x\":[]","x":[],"b":2}"#.to_vec(), r#""x":[]"#);
        assert_eq!(outline.with(r#"{"x":[1]}"#), br#"{"a":"\"x\":[]","x":[1],"b":2}"#);
        assert_eq!(outline.with(r#"{"x":[]}"#), br#"{"a":"\"x\":[]","x":[],"b":2}"#);
    }

    #[test]
    fn what_has_no_place_stays_whole() {
        let outline = Outline::without(br#"{"b":2}"#.to_vec(), r#""x":[]"#);
        assert_eq!(outline.with(r#"{"x":[1]}"#), br#"{"b":2}"#);
    }
}
