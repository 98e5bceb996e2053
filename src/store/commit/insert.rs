//! The rows of new commits, a statement for each engine side by side: this is where a filing spends
//! its time in the database.
//!
//! PostgreSQL: one `INSERT … SELECT … FROM UNNEST(…)` a table, an array a column, so that the text is
//! the same for any number of rows and is prepared once; all are sent before the first is answered.
//! SQLite: row by row by statements prepared once; there is nobody to send to.
//!
//! # Why
//! A multi-row `INSERT` of the builder has another text for every number of rows and is planned anew
//! each time.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};
use diesel::sqlite::SqliteConnection;
use diesel::{ExpressionMethods, QueryResult};
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::plan::{ComplaintFileRow, Plan};
use crate::store::error::Fault;
use crate::store::marks::MarkRow;
use crate::store::rows::{ComplaintRow, EventRow, ExaminationRow, GrantRow, IdempotencyRow, ListingRow, MailRow, NoticeRow, PartyRow};
use crate::store::schema::{
    complaint_files, complaints, desk_marks, events, examinations, idempotency, listings, mails, notices, parties, report_grants,
    triage_facts, writs,
};
use crate::store::types::{Day, DaySql, Id, IdSql, Ts, TsSql};
use crate::store::{JobRow, TriageRow, WritRow};

/// A value of a row as an element of an array.
trait Element {
    /// The SQL type of the array.
    type Array;
    /// What is bound.
    type Bound<'a>
    where
        Self: 'a;
    fn bound(&self) -> Self::Bound<'_>;
}

macro_rules! elements {
    ($($plain:ty as $sql:ty, $bound:ty, |$v:ident| $take:expr;)+) => {$(
        impl Element for $plain {
            type Array = Array<$sql>;
            type Bound<'a> = $bound;
            fn bound(&self) -> Self::Bound<'_> {
                let $v = self;
                $take
            }
        }
        impl Element for Option<$plain> {
            type Array = Array<Nullable<$sql>>;
            type Bound<'a> = Option<$bound>;
            fn bound(&self) -> Self::Bound<'_> {
                self.as_ref().map(|$v| $take)
            }
        }
    )+};
}
elements! {
    Uuid as IdSql, Id, |v| Id(*v);
    Timestamp as TsSql, Ts, |v| Ts(*v);
    Date as DaySql, Day, |v| Day(*v);
    String as Text, &'a str, |v| v.as_str();
    Vec<u8> as Binary, &'a [u8], |v| v.as_slice();
    i32 as Integer, i32, |v| *v;
    i64 as BigInt, i64, |v| *v;
    bool as Bool, bool, |v| *v;
}

/// Rows turned into columns, and the statement that inserts them.
macro_rules! columns {
    ($columns:ident of $row:ty, into $table:literal $end:literal: $first:ident $first_type:ty $(, $column:ident $t:ty)*) => {
        struct $columns<'a> {
            $first: Vec<<$first_type as Element>::Bound<'a>>,
            $($column: Vec<<$t as Element>::Bound<'a>>,)*
        }

        impl<'a> $columns<'a> {
            fn of(rows: impl Iterator<Item = &'a $row>) -> Self {
                let mut columns = $columns { $first: Vec::new(), $($column: Vec::new(),)* };
                for row in rows {
                    columns.$first.push(row.$first.bound());
                    $(columns.$column.push(row.$column.bound());)*
                }
                columns
            }

            async fn put(self, mut c: &AsyncPgConnection) -> QueryResult<()> {
                if self.$first.is_empty() {
                    return Ok(());
                }
                diesel_async::RunQueryDsl::execute(self, &mut c).await.map(drop)
            }
        }

        impl QueryId for $columns<'_> {
            type QueryId = $columns<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Pg> for $columns<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql(concat!("INSERT INTO ", $table, " (", stringify!($first) $(, ", ", stringify!($column))*, ") SELECT * FROM UNNEST("));
                out.push_bind_param::<<$first_type as Element>::Array, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<<$t as Element>::Array, _>(&self.$column)?;
                )*
                out.push_sql($end);
                Ok(())
            }
        }
    };
}

columns!(Complaints of ComplaintRow, into "complaints" ")": id Uuid, reference String, account_id Uuid, client_reference Option<String>,
    state String, closed_why Option<String>, track Option<String>, patent_number String, overall Option<String>,
    policy_version Option<i64>, due_on Option<Date>, queue_on Option<Date>, filed_at Timestamp, updated_at Timestamp, last_seq i32,
    last_hash Vec<u8>, pending i32);
columns!(Events of EventRow, into "events" ")": complaint_id Uuid, seq i32, at Timestamp, actor String, kind String, body String,
    hash Vec<u8>);
columns!(Listings of ListingRow, into "listings" ")": complaint_id Uuid, line i32, product i32, site Option<String>,
    id_space Option<String>, item_id Option<String>, sku Option<String>, item_key Option<String>, shop Option<String>,
    platform Option<String>, url Option<String>, determination String, measure String, by_human bool, live_key Option<String>);
columns!(Parties of PartyRow, into "parties" ")": id Uuid, complaint_id Uuid, role String, sealed Vec<u8>, key Vec<u8>,
    created_at Timestamp, person_key Option<String>, name_key Option<String>, name_rest Option<Vec<u8>>, queue_on Option<Date>);
columns!(Marks of MarkRow, into "desk_marks" ")": complaint_id Uuid, kind String, mark String, queue_on Option<Date>);
columns!(Notices of NoticeRow, into "notices" ")": complaint_id Uuid, seq i32, body String);
columns!(Examinations of ExaminationRow, into "examinations" ")": complaint_id Uuid, seq i32, body String);
columns!(Files of ComplaintFileRow, into "complaint_files" ") ON CONFLICT DO NOTHING": complaint_id Uuid, file_id Uuid);
columns!(Grants of GrantRow, into "report_grants" ")": id Uuid, sha256 String, level String, examiner Uuid, complaint_id Option<Uuid>,
    evidence String, counts bool, at Timestamp, n i32);
columns!(Mails of MailRow, into "mails" ")": id Uuid, complaint_id Uuid, party_id Uuid, template String, language String,
    reference String, state String, due_at Timestamp, fence i64, attempts i32, side String, about Option<Uuid>, day Option<Date>,
    written_at Timestamp);
columns!(Jobs of JobRow, into "jobs" ") ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, lease_until = NULL, \
    fence = jobs.fence + 1, attempts = 0, progress = NULL, last_error = NULL": kind String, subject String, due_at Timestamp,
    lease_until Option<Timestamp>, fence i64, attempts i32, progress Option<String>, last_error Option<String>);
columns!(Triages of TriageRow, into "triage_facts" ") ON CONFLICT (filed_at, complaint_id) DO UPDATE SET seq = excluded.seq, \
    policy_version = excluded.policy_version, track = excluded.track": filed_at Timestamp, complaint_id Uuid, seq i32,
    policy_version i64, track String);
columns!(Writs of WritRow, into "writs" ")": id Uuid, complaint_id Uuid, seq i32, kind String, year i32, n i64, number String,
    lines String, about Option<Uuid>, issuer String, livemode bool, issued_at Timestamp);
columns!(Answers of IdempotencyRow, into "idempotency" ")": account_id Uuid, key String, route String, fingerprint Vec<u8>, status i32,
    answer Vec<u8>, created_at Timestamp, complaint_id Option<Uuid>, seq Option<i32>, cut_at Option<i32>);

/// Inserts the rows of a batch. All statements are on their way before the first is answered.
pub(super) async fn into_postgres(c: &AsyncPgConnection, (live, papers): (&[&Plan], &[WritRow])) -> Result<(), Fault> {
    macro_rules! put {
        ($columns:ident, $rows:ident) => {
            $columns::of(live.iter().flat_map(|p| &p.$rows)).put(c)
        };
    }
    let most = async {
        tokio::join!(
            put!(Complaints, filed),
            put!(Events, events),
            put!(Listings, listings_filed),
            put!(Parties, parties),
            put!(Notices, notices),
            put!(Examinations, examinations),
            put!(Files, files),
            put!(Grants, grants),
            put!(Mails, mails),
            put!(Jobs, jobs),
            Writs::of(papers.iter()).put(c),
            put!(Answers, answer),
        )
    };
    let (most, marks, triages) = tokio::join!(most, put!(Marks, marks), put!(Triages, triages));
    match cause(<[QueryResult<()>; 12]>::from(most).into_iter().chain([marks, triages])) {
        Some(e) => Err(e.into()),
        None => Ok(()),
    }
}

/// What really failed. After it every statement on its way is refused because the transaction is over, and
/// such a refusal may be seen first.
fn cause(all: impl IntoIterator<Item = QueryResult<()>>) -> Option<Error> {
    let follows = |e: &Error| match e {
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) if info.message().starts_with("current transaction is aborted") => 2,
        Error::DatabaseError(DatabaseErrorKind::Unknown, _) => 1,
        _ => 0,
    };
    all.into_iter().filter_map(Result::err).min_by_key(follows)
}

/// The same on SQLite.
pub(super) fn into_sqlite(c: &mut SqliteConnection, (live, papers): (&[&Plan], &[WritRow])) -> Result<(), Fault> {
    macro_rules! put {
        ($table:ident, $rows:ident) => {
            for row in live.iter().flat_map(|p| &p.$rows) {
                diesel::RunQueryDsl::execute(diesel::insert_into($table::table).values(row.clone()), c)?;
            }
        };
    }
    put!(complaints, filed);
    put!(events, events);
    put!(listings, listings_filed);
    put!(parties, parties);
    put!(desk_marks, marks);
    put!(notices, notices);
    put!(examinations, examinations);
    for row in live.iter().flat_map(|p| &p.files) {
        diesel::RunQueryDsl::execute(diesel::insert_into(complaint_files::table).values(row.clone()).on_conflict_do_nothing(), c)?;
    }
    put!(report_grants, grants);
    put!(mails, mails);
    macro_rules! go {
        ($m:ident, $q:expr) => {
            diesel::RunQueryDsl::$m($q, c)
        };
    }
    for row in live.iter().flat_map(|p| &p.jobs) {
        crate::store::jobs::ask_for_job!(go, row.clone())?;
    }
    for row in live.iter().flat_map(|p| &p.triages) {
        let anew =
            (triage_facts::seq.eq(row.seq), triage_facts::policy_version.eq(row.policy_version), triage_facts::track.eq(row.track.clone()));
        let put = diesel::insert_into(triage_facts::table).values(row.clone());
        let put = put.on_conflict((triage_facts::filed_at, triage_facts::complaint_id)).do_update().set(anew);
        diesel::RunQueryDsl::execute(put, c)?;
    }
    for row in papers {
        diesel::RunQueryDsl::execute(diesel::insert_into(writs::table).values(row.clone()), c)?;
    }
    put!(idempotency, answer);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: DatabaseErrorKind, message: &str) -> QueryResult<()> {
        Err(Error::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn what_follows_from_a_failure_is_not_its_cause() {
        let over =
            || refused(DatabaseErrorKind::Unknown, "current transaction is aborted, commands ignored until end of transaction block");
        let unique = || refused(DatabaseErrorKind::UniqueViolation, "duplicate key");
        assert!(matches!(cause([Ok(()), over(), unique()]), Some(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))));
        let deadlock = cause([over(), refused(DatabaseErrorKind::Unknown, "deadlock detected"), over()]);
        assert!(matches!(deadlock, Some(Error::DatabaseError(_, info)) if info.message() == "deadlock detected"));
        assert!(cause([Ok(()), Ok(())]).is_none());
    }
}
