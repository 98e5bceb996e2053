//! How many wait in the queue, by track and state: of the same complaints, in the same order, as its pages show.

use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Place, QueueFilter, REMINDED_MAX, mark_of};
use crate::store::error::Fault;
use crate::store::marks::REASON;
use crate::store::notes::ReminderRow;
use crate::store::rows::ComplaintRow;
use crate::store::schema::{complaints, desk_claims, desk_marks, desk_reminders, listings};
use crate::store::types::{Day, DaySql, Id, IdSql, Ts};
use crate::store::work::look;
use crate::store::{Store, StoreError};

/// Track and state of a query's complaints, all in one row: `simple.accepted complex.hearing …`.
///
/// # Why
/// To group a thousand rows SQLite sorts them, which takes longer than to find them.
#[derive(QueryId)]
struct Words<Q>(Q);

impl<Q> Words<Q> {
    fn walk<'b, DB: Backend>(&'b self, aggregate: &str, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        Q: QueryFragment<DB>,
    {
        out.push_sql("SELECT ");
        out.push_sql(aggregate);
        out.push_sql("(coalesce(track, '') || '.' || state, ' ') FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS waiting");
        Ok(())
    }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Words<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk("string_agg", out)
    }
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Words<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk("group_concat", out)
    }
}

impl<Q: Query> Query for Words<Q> {
    type SqlType = Nullable<Text>;
}

impl<Q, Conn> diesel::RunQueryDsl<Conn> for Words<Q> {}

/// How many of each word there are.
fn counted(words: &str) -> impl Iterator<Item = (Option<String>, String, i64)> + '_ {
    let mut counts = BTreeMap::<&str, i64>::new();
    for word in words.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    let of = |(word, n): (&str, i64)| {
        let (track, state) = word.split_once('.')?;
        Some(((!track.is_empty()).then(|| track.to_owned()), state.to_owned(), n))
    };
    counts.into_iter().filter_map(of)
}

impl Store {
    /// How many wait on each track in each state, of the first `limit` of the queue.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn queue_counted(
        &self,
        filter: QueueFilter,
        limit: usize,
        (now, today): (Timestamp, Date),
    ) -> Result<Vec<(Option<String>, String, i64)>, StoreError> {
        look!(self, $go => {
            let reminded: Vec<(ComplaintRow, ReminderRow)> = reminded!(go, (&filter, now), today);
            let but: Vec<Id> = reminded.iter().map(|(c, _)| Id(c.id)).collect();
            let mut all: Vec<(Option<String>, String, i64)> = reminded.into_iter().map(|(c, _)| (c.track, c.state, 1)).collect();
            let left = i64::try_from(limit.saturating_sub(all.len())).unwrap_or(i64::MAX);
            let none: Option<Place> = None;
            let rows: Vec<Option<String>> =
                waiting!(go, (&filter, now), Words: (complaints::track, complaints::state), (none, &but, left))?;
            all.extend(rows.iter().flatten().flat_map(|words| counted(words)));
            Ok::<_, Fault>(all)
        })
    }
}
