//! By what a complaint is found while it waits for a person, beside its own row: the platforms it is about, why it
//! waits, the items. Written in the commit that moves it, gone when it waits no more; `queue` reads them.
//!
//! # Why
//! A complaint has several of each, and the queue is read by one of them in the order of urgency: an index that begins
//! with the mark and goes on with the day holds a page of it together, however much is stored.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::rows::int;
use super::schema::{complaints, desk_marks};
use super::types::{Day, Id, Maybe};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::complaint::Complaint;
use crate::domain::search::folded;

/// Kind of a mark: a platform.
pub(super) const PLATFORM: &str = "platform";
/// Kind of a mark: why it waits.
pub(super) const REASON: &str = "reason";
/// Kind of a mark: an item.
pub(super) const ITEM: &str = "item";

/// A mark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_marks, treat_none_as_default_value = false)]
pub struct MarkRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// `platform`, `reason`, `item`.
    pub kind: String,
    /// Which.
    pub mark: String,
    /// The complaint's place in the queue; not of an item, which is sought by its beginning.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub queue_on: Option<Date>,
}

/// The marks of a complaint, and its place in the queue; none: it waits for nobody.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    pub(super) complaint: Uuid,
    pub(super) queue_on: Option<Date>,
    /// Platforms and reasons.
    pub(super) few: Vec<MarkRow>,
    /// Items: of these there may be thousands, and they hardly ever change.
    pub(super) items: Vec<MarkRow>,
    /// Whether they changed now: an item became known.
    pub(super) items_changed: bool,
}

impl Marked {
    pub(super) fn of(c: &Complaint, queue_on: Option<Date>) -> Self {
        let row = |kind: &str, mark: String, queue_on| MarkRow { complaint_id: c.id, kind: kind.to_owned(), mark, queue_on };
        let Some(day) = queue_on else {
            return Marked { complaint: c.id, queue_on, few: Vec::new(), items: Vec::new(), items_changed: false };
        };
        let platforms: BTreeSet<&String> = c.listings.iter().filter_map(|l| l.filed.platform.as_ref()).collect();
        let items: BTreeSet<String> = c.listings.iter().filter_map(|l| l.filed.item_id.as_deref()).map(folded).collect();
        let platforms = platforms.into_iter().map(|p| row(PLATFORM, p.clone(), Some(day)));
        let reasons = c.waits_because().into_iter().map(|r| row(REASON, r, Some(day)));
        Marked {
            complaint: c.id,
            queue_on,
            few: platforms.chain(reasons).collect(),
            items: items.into_iter().map(|i| row(ITEM, i, None)).collect(),
            items_changed: false,
        }
    }

    pub(super) fn all(self) -> Vec<MarkRow> {
        self.few.into_iter().chain(self.items).collect()
    }
}

/// Puts the marks of a complaint that moved in the place of those it had. One that waits no more is nobody's.
macro_rules! put_marked {
    ($go:ident, $marked:expr) => {{
        use diesel::prelude::*;

        use crate::store::schema::{desk_claims, desk_marks, parties};
        use crate::store::types::{Day, Id};
        let marked: &crate::store::marks::Marked = $marked;
        let id = Id(marked.complaint);
        let named = || parties::table.filter(parties::complaint_id.eq(id)).filter(parties::name_key.is_not_null());
        match marked.queue_on {
            None => {
                $go!(execute, diesel::delete(desk_marks::table.filter(desk_marks::complaint_id.eq(id))))?;
                $go!(execute, diesel::delete(desk_claims::table.find(id)))?;
                let there = named().filter(parties::queue_on.is_not_null());
                $go!(execute, diesel::update(there).set(parties::queue_on.eq(None::<Day>)))?;
            }
            Some(day) => {
                let own = || desk_marks::table.filter(desk_marks::complaint_id.eq(id));
                match marked.items_changed {
                    true => $go!(execute, diesel::delete(own()))?,
                    false => $go!(execute, diesel::delete(own().filter(desk_marks::kind.ne(crate::store::marks::ITEM))))?,
                };
                let mut rows = marked.few.clone();
                let item: Option<String> = $go!(first, own().select(desk_marks::mark)).optional()?;
                if item.is_none() {
                    rows.extend(marked.items.iter().cloned());
                }
                for part in rows.chunks(crate::store::commit::ROWS_PER_INSERT_MAX) {
                    $go!(execute, diesel::insert_into(desk_marks::table).values(part.to_vec()))?;
                }
                let day = Some(Day(day));
                let elsewhere = named().filter(parties::queue_on.is_null().or(parties::queue_on.ne(day)));
                $go!(execute, diesel::update(elsewhere).set(parties::queue_on.eq(day)))?;
            }
        }
    }};
}
pub(super) use put_marked;

impl Store {
    /// Writes the marks of a complaint anew, its place in the queue, and how the names of its people begin, unless it
    /// has moved on since it was read. Names by party: the digest of its beginning, and of the longer ones.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_marks(&self, c: &Complaint, names: Vec<(Uuid, String, Vec<u8>)>) -> Result<(), StoreError> {
        let (row, _) = super::projection::expected_projection(c, c.filed_at, &[]);
        let marked = Marked::of(c, row.queue_on);
        let (id, seq) = (c.id, int(c.seq));
        work!(self, $go => {
            use super::schema::parties;
            // Writing the row locks it: a commit that moves the complaint comes before or after.
            let as_read = complaints::table.find(Id(id)).filter(complaints::last_seq.eq(seq));
            let set = (
                complaints::reopened.eq(&row.reopened),
                complaints::due_on.eq(row.due_on.map(Day)),
                complaints::queue_on.eq(row.queue_on.map(Day)),
            );
            if go!(execute, diesel::update(as_read).set(set))? == 1 {
                for (party, key, rest) in &names {
                    let set = (parties::name_key.eq(Some(key)), parties::name_rest.eq(Some(rest)));
                    go!(execute, diesel::update(parties::table.find(Id(*party))).set(set))?;
                }
                put_marked!(go, &marked);
            }
            Ok::<(), Fault>(())
        })
    }

    /// The marks of a complaint.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn marks(&self, complaint: Uuid) -> Result<Vec<MarkRow>, StoreError> {
        look!(self, $go => {
            let query = desk_marks::table.filter(desk_marks::complaint_id.eq(Id(complaint))).select(MarkRow::as_select());
            let mut rows: Vec<MarkRow> = go!(load, query)?;
            rows.sort();
            Ok::<_, Fault>(rows)
        })
    }
}

/// The marks that the log of `c` asks for.
pub fn expected_marks(c: &Complaint) -> Vec<MarkRow> {
    let (row, _) = super::projection::expected_projection(c, c.filed_at, &[]);
    let mut marks = Marked::of(c, row.queue_on).all();
    marks.sort();
    marks
}
