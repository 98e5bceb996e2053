//! What narrows the queue and is looked up first: what begins with a text, wherever it stands, and what an examiner has.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer, Nullable};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::store::error::Fault;
use crate::store::marks::ITEM;
use crate::store::schema::{complaints, desk_claims, desk_marks, desk_reminders, listings, parties};
use crate::store::types::{Day, Id, Ts};
use crate::store::work::look;
use crate::store::{Store, StoreError};

/// Most complaints that a text, or an examiner who has them, narrows the queue to.
pub const MATCHES_MAX: usize = 1_000;
/// Larger than every character that goes on.
const END: char = char::MAX;

diesel::define_sql_function! {
    /// A part of some bytes, counted from 1.
    fn substr(bytes: Nullable<Binary>, from: Integer, length: Integer) -> Nullable<Binary>;
}

/// A name, as it is sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSought {
    /// Digest of its beginning.
    pub key: String,
    /// Where the short digest of all that is sought stands, from 1, and the digest; none: the beginning is all.
    pub rest: Option<(i32, Vec<u8>)>,
}

/// A text, as it is sought in each place where it can be: as the beginning of any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextSought {
    /// A reference.
    pub reference: Option<String>,
    /// A patent number.
    pub number: Option<String>,
    /// An item id.
    pub item: Option<String>,
    /// The name of a party.
    pub name: Option<NameSought>,
}

impl Store {
    /// Complaints of the queue, or with a reminder that is due, in which something begins with a text: at most
    /// [`MATCHES_MAX`] and one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_matches(&self, text: TextSought, today: Date) -> Result<Vec<Uuid>, StoreError> {
        let limit = i64::try_from(MATCHES_MAX + 1).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut found: Vec<Id> = Vec::new();
            if let Some(begin) = &text.reference {
                let query = complaints::table
                    .filter(complaints::queue_on.is_not_null())
                    .filter(complaints::reference.ge(begin))
                    .filter(complaints::reference.lt(format!("{begin}{END}")));
                found.extend::<Vec<Id>>(go!(load, query.select(complaints::id).limit(limit))?);
            }
            if let Some(begin) = &text.number {
                let query = complaints::table
                    .filter(complaints::queue_on.is_not_null())
                    .filter(complaints::patent_number.ge(begin))
                    .filter(complaints::patent_number.lt(format!("{begin}{END}")));
                found.extend::<Vec<Id>>(go!(load, query.select(complaints::id).limit(limit))?);
            }
            if let Some(begin) = &text.item {
                let query = desk_marks::table
                    .filter(desk_marks::kind.eq(ITEM))
                    .filter(desk_marks::mark.ge(begin))
                    .filter(desk_marks::mark.lt(format!("{begin}{END}")));
                found.extend::<Vec<Id>>(go!(load, query.select(desk_marks::complaint_id).limit(limit))?);
            }
            if let Some(name) = &text.name {
                let mut query = parties::table
                    .filter(parties::queue_on.is_not_null())
                    .filter(parties::name_key.eq(Some(&name.key)))
                    .select(parties::complaint_id)
                    .limit(limit)
                    .into_boxed::<Db>();
                if let Some((from, digest)) = name.rest.clone() {
                    let length = i32::try_from(digest.len()).unwrap_or(i32::MAX);
                    query = query.filter(substr(parties::name_rest, from, length).eq(Some(digest)));
                }
                found.extend::<Vec<Id>>(go!(load, query)?);
            }
            // What a reminder holds at the top need not wait by its state.
            let due = || desk_reminders::table.filter(desk_reminders::done_at.is_null()).filter(desk_reminders::due_on.le(Day(today)));
            let beside: Vec<Id> = go!(load, due().select(desk_reminders::complaint_id).limit(limit))?;
            if !beside.is_empty() {
                let rows: Vec<(Id, String, String)> = go!(
                    load,
                    complaints::table.filter(complaints::id.eq_any(beside.clone())).select((complaints::id, complaints::reference, complaints::patent_number))
                )?;
                let begins = |text: &str, begin: &Option<String>| begin.as_ref().is_some_and(|b| text.starts_with(b));
                found.extend(rows.iter().filter(|(_, r, n)| begins(r, &text.reference) || begins(n, &text.number)).map(|(id, ..)| *id));
                let items: Vec<(Id, Option<String>)> = go!(
                    load,
                    listings::table.filter(listings::complaint_id.eq_any(beside)).select((listings::complaint_id, listings::item_id))
                )?;
                found.extend(items.iter().filter(|(_, i)| i.as_ref().is_some_and(|i| begins(i, &text.item))).map(|(id, _)| *id));
            }
            let mut ids: Vec<Uuid> = found.into_iter().map(|id| id.0).collect();
            ids.sort_unstable();
            ids.dedup();
            Ok::<_, Fault>(ids)
        })
    }

    /// Complaints that an examiner has now: at most [`MATCHES_MAX`] and one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_held(&self, examiner: Uuid, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        let limit = i64::try_from(MATCHES_MAX + 1).unwrap_or(i64::MAX);
        look!(self, $go => {
            let query = desk_claims::table
                .filter(desk_claims::examiner.eq(Id(examiner)))
                .filter(desk_claims::lease_until.gt(Ts(now)))
                .select(desk_claims::complaint_id)
                .limit(limit);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|id| id.0).collect::<Vec<_>>())
        })
    }
}
