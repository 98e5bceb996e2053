//! The rows of new commits, a statement for each engine side by side: this is where a filing spends
//! its time in the database.
//!
//! PostgreSQL: one statement a table, all sent before the first is answered. SQLite: row by row; there is nobody
//! to send to.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::plan::{ComplaintFileRow, Plan};
use crate::store::columns::{Element, columns};
use crate::store::error::Fault;
use crate::store::marks::MarkRow;
use crate::store::rows::{ComplaintRow, EventRow, ExaminationRow, GrantRow, IdempotencyRow, ListingRow, MailRow, NoticeRow, PartyRow};
use crate::store::{JobRow, TriageRow, WritRow};

columns!(Complaints of ComplaintRow, into "complaints" "": id Uuid, reference String, account_id Uuid, client_reference Option<String>,
    state String, closed_why Option<String>, track Option<String>, patent_number String, overall Option<String>,
    policy_version Option<i64>, due_on Option<Date>, queue_on Option<Date>, filed_at Timestamp, updated_at Timestamp, last_seq i32,
    last_hash Vec<u8>, pending i32, referred_by Option<String>);
columns!(Events of EventRow, into "events" "": complaint_id Uuid, seq i32, at Timestamp, actor String, kind String, body String,
    hash Vec<u8>);
columns!(Listings of ListingRow, into "listings" "": complaint_id Uuid, line i32, product i32, site Option<String>,
    id_space Option<String>, item_id Option<String>, sku Option<String>, item_key Option<String>, shop Option<String>,
    platform Option<String>, url Option<String>, determination String, measure String, by_human bool, live_key Option<String>);
columns!(Parties of PartyRow, into "parties" "": id Uuid, complaint_id Uuid, role String, sealed Vec<u8>, key Vec<u8>,
    created_at Timestamp, person_key Option<String>, name_key Option<String>, name_rest Option<Vec<u8>>, queue_on Option<Date>);
columns!(Marks of MarkRow, into "desk_marks" "": complaint_id Uuid, kind String, mark String, queue_on Option<Date>);
columns!(Notices of NoticeRow, into "notices" "": complaint_id Uuid, seq i32, body String);
columns!(Examinations of ExaminationRow, into "examinations" "": complaint_id Uuid, seq i32, body String);
columns!(Files of ComplaintFileRow, into "complaint_files" "ON CONFLICT DO NOTHING": complaint_id Uuid, file_id Uuid);
columns!(Grants of GrantRow, into "report_grants" "": id Uuid, sha256 String, level String, examiner Uuid, complaint_id Option<Uuid>,
    evidence String, counts bool, at Timestamp, n i32);
columns!(Mails of MailRow, into "mails" "": id Uuid, complaint_id Uuid, party_id Uuid, template String, language String,
    reference String, state String, due_at Timestamp, fence i64, attempts i32, side String, about Option<Uuid>, day Option<Date>,
    written_at Timestamp);
columns!(Jobs of JobRow, into "jobs" "ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, lease_until = NULL, \
    fence = jobs.fence + 1, attempts = 0, progress = NULL, last_error = NULL": kind String, subject String, due_at Timestamp,
    lease_until Option<Timestamp>, fence i64, attempts i32, progress Option<String>, last_error Option<String>);
columns!(Triages of TriageRow, into "triage_facts" "ON CONFLICT (filed_at, complaint_id) DO UPDATE SET seq = excluded.seq, \
    policy_version = excluded.policy_version, track = excluded.track": filed_at Timestamp, complaint_id Uuid, seq i32,
    policy_version i64, track String);
columns!(Writs of WritRow, into "writs" "": id Uuid, complaint_id Uuid, seq i32, kind String, year i32, n i64, number String,
    lines String, about Option<Uuid>, issuer String, livemode bool, issued_at Timestamp);
columns!(Answers of IdempotencyRow, into "idempotency" "": account_id Uuid, key String, route String, fingerprint Vec<u8>, status i32,
    answer Vec<u8>, created_at Timestamp, complaint_id Option<Uuid>, seq Option<i32>, cut_at Option<i32>);

/// Inserts the rows of a batch. All statements are on their way before the first is answered.
pub(super) async fn into_postgres(c: &AsyncPgConnection, (live, papers): (&[&Plan], &[WritRow])) -> Result<(), Fault> {
    macro_rules! put {
        ($columns:ident, $rows:expr) => {{
            let columns = $columns::of($rows);
            async move {
                match columns {
                    Some(columns) => diesel_async::RunQueryDsl::execute(columns, &mut &*c).await.map(drop),
                    None => Ok(()),
                }
            }
        }};
    }
    let live = || live.iter();
    let most = async {
        tokio::join!(
            put!(Complaints, live().flat_map(|p| &p.filed)),
            put!(Events, live().flat_map(|p| &p.events)),
            put!(Listings, live().flat_map(|p| &p.listings_filed)),
            put!(Parties, live().flat_map(|p| &p.parties)),
            put!(Notices, live().flat_map(|p| &p.notices)),
            put!(Examinations, live().flat_map(|p| &p.examinations)),
            put!(Files, live().flat_map(|p| &p.files)),
            put!(Grants, live().flat_map(|p| &p.grants)),
            put!(Mails, live().flat_map(|p| &p.mails)),
            put!(Jobs, live().flat_map(|p| &p.jobs)),
            put!(Writs, papers.iter()),
            put!(Answers, live().flat_map(|p| &p.answer)),
        )
    };
    let (most, marks, triages) =
        tokio::join!(most, put!(Marks, live().flat_map(|p| &p.marks)), put!(Triages, live().flat_map(|p| &p.triages)));
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

/// The same on SQLite, row by row.
pub(super) fn into_sqlite(c: &mut SqliteConnection, (live, papers): (&[&Plan], &[WritRow])) -> Result<(), Fault> {
    macro_rules! put {
        ($columns:ident, $rows:expr) => {
            for row in $rows {
                if let Some(one) = $columns::of(std::iter::once(row)) {
                    diesel::RunQueryDsl::execute(one, c)?;
                }
            }
        };
    }
    let live = || live.iter();
    put!(Complaints, live().flat_map(|p| &p.filed));
    put!(Events, live().flat_map(|p| &p.events));
    put!(Listings, live().flat_map(|p| &p.listings_filed));
    put!(Parties, live().flat_map(|p| &p.parties));
    put!(Marks, live().flat_map(|p| &p.marks));
    put!(Notices, live().flat_map(|p| &p.notices));
    put!(Examinations, live().flat_map(|p| &p.examinations));
    put!(Files, live().flat_map(|p| &p.files));
    put!(Grants, live().flat_map(|p| &p.grants));
    put!(Mails, live().flat_map(|p| &p.mails));
    put!(Jobs, live().flat_map(|p| &p.jobs));
    put!(Triages, live().flat_map(|p| &p.triages));
    put!(Writs, papers);
    put!(Answers, live().flat_map(|p| &p.answer));
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
