//! The limit on SQLite: Diesel alone, on one thread, writes the same rows, the filings of one
//! transaction in one statement a table, prepared once, flushed to the disk at each commit.

use std::borrow::Cow;
use std::path::Path;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::loader::Run;
use crate::sample::{Cell, IDS, LISTINGS, Rows, TABLES, cell, condition};

/// Filings in one transaction.
const FILINGS_PER_TRANSACTION: u64 = 64;
/// Items of the limit begin here.
const FIRST_ITEM: u64 = 700_000_000_000;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Quoted {
    #[diesel(sql_type = Text)]
    values: String,
}

#[derive(Clone)]
enum Value<'a> {
    Text(Option<Cow<'a, str>>),
    Int(i64),
    Bytes(Cow<'a, [u8]>),
}

/// The INSERT of one table: the number makes its type, and so its prepared statement, its own.
struct Insert<'a, const TABLE: usize> {
    rows: &'a Rows,
    values: &'a [Value<'a>],
}

impl<const TABLE: usize> QueryId for Insert<'_, TABLE> {
    type QueryId = Insert<'static, TABLE>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const TABLE: usize> QueryFragment<Sqlite> for Insert<'_, TABLE> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let names: Vec<&str> = self.rows.columns.iter().map(|(name, _)| name.as_str()).collect();
        out.push_sql("INSERT INTO ");
        out.push_sql(self.rows.table);
        out.push_sql(" (");
        out.push_sql(&names.join(", "));
        out.push_sql(") VALUES ");
        for (i, value) in self.values.iter().enumerate() {
            out.push_sql(match (i % names.len(), i) {
                (0, 0) => "(",
                (0, _) => "), (",
                _ => ", ",
            });
            match value {
                Value::Text(None) => out.push_bind_param::<Nullable<Text>, _>(&None::<&str>)?,
                Value::Text(Some(text)) => out.push_bind_param::<Nullable<Text>, str>(text)?,
                Value::Int(n) => out.push_bind_param::<BigInt, _>(n)?,
                Value::Bytes(bytes) => out.push_bind_param::<Binary, [u8]>(bytes)?,
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<const TABLE: usize> RunQueryDsl<SqliteConnection> for Insert<'_, TABLE> {}

fn connect(path: &Path) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;")
        .unwrap();
    conn
}

/// The rows of the sample, out of a copy of the service's database.
pub fn sample(path: &Path, complaint: &str) -> Vec<Rows> {
    let mut conn = connect(path);
    let id = format!("X'{}'", complaint.replace('-', ""));
    TABLES
        .into_iter()
        .map(|table| {
            let asked = format!("SELECT name, type AS kind FROM pragma_table_info('{table}') WHERE dflt_value IS NULL");
            let columns: Vec<Column> = diesel::sql_query(asked).load(&mut conn).unwrap();
            let list: Vec<String> = columns.iter().map(|c| format!("quote({})", c.name)).collect();
            let asked = format!("SELECT json_array({}) AS \"values\" FROM {table} WHERE {}", list.join(","), condition(table, &id));
            let rows: Vec<Quoted> = diesel::sql_query(asked).load(&mut conn).unwrap();
            let cells = |row: &Quoted| {
                let values: Vec<String> = serde_json::from_str(&row.values).unwrap();
                columns.iter().zip(values).map(|(c, v)| cell(table, &c.name, (v != "NULL").then_some(v))).collect()
            };
            let rows = rows.iter().map(cells).collect();
            Rows { table, columns: columns.into_iter().map(|c| (c.name, c.kind)).collect(), rows }
        })
        .collect()
}

/// A cell as it is bound.
enum Bound {
    Same(Value<'static>),
    Differs(Cell),
}

/// A copy of the service's database, and the rows it is filled with.
pub struct RawSqlite {
    conn: SqliteConnection,
    all: Vec<Rows>,
    bound: Vec<Vec<Bound>>,
    filings: u64,
}

impl RawSqlite {
    pub fn new(path: &Path, all: Vec<Rows>) -> Self {
        let cells = |rows: &Rows| rows.rows.iter().flatten().map(bound).collect();
        let bound = all.iter().map(cells).collect();
        RawSqlite { conn: connect(path), all, bound, filings: 0 }
    }

    /// Writes transactions for some seconds; a latency is a transaction's.
    pub fn run(&mut self, seconds: f64) -> Run {
        let (begun, first) = (Instant::now(), self.filings);
        let mut latencies_ms = Vec::new();
        while begun.elapsed().as_secs_f64() < seconds {
            let tables: Vec<Vec<Value>> = self.bound.iter().map(|bound| values(bound, self.filings)).collect();
            let sent = Instant::now();
            let all = &self.all;
            self.conn
                .immediate_transaction(|c| {
                    macro_rules! insert {
                        ($($table:literal)+) => {$(
                            Insert::<$table> { rows: &all[$table], values: &tables[$table] }.execute(c)?;
                        )+};
                    }
                    insert!(0 1 2 3 4 5 6 7 8 9);
                    Ok::<_, diesel::result::Error>(())
                })
                .unwrap();
            latencies_ms.push(sent.elapsed().as_secs_f64() * 1e3);
            self.filings += FILINGS_PER_TRANSACTION;
        }
        let seconds = begun.elapsed().as_secs_f64();
        latencies_ms.sort_by(f64::total_cmp);
        Run { done: self.filings - first, seconds, latencies_ms }
    }
}

/// The values of a table for the next transaction.
fn values(bound: &[Bound], filings: u64) -> Vec<Value<'_>> {
    let text = |text: String| Value::Text(Some(text.into()));
    let differs = |cell: &Cell, filing: u64| match cell {
        Cell::Id(k) => Value::Bytes(u128::from(filing * IDS + k).to_be_bytes().to_vec().into()),
        Cell::Place => Value::Int(i64::try_from(FIRST_ITEM + filing).unwrap()),
        Cell::Reference(quoted) => text(format!("{filing:Z>0$}", quoted - 2)),
        Cell::Item { before, listing, after } => text(format!("{before}{}{after}", FIRST_ITEM + filing * LISTINGS + listing)),
        Cell::Same(_) => Value::Text(None),
    };
    let filings = filings..filings + FILINGS_PER_TRANSACTION;
    let all = filings.flat_map(|filing| {
        bound.iter().map(move |cell| match cell {
            Bound::Same(value) => value.clone(),
            Bound::Differs(cell) => differs(cell, filing),
        })
    });
    all.collect()
}

fn bound(cell: &Cell) -> Bound {
    match cell {
        Cell::Same(None) => Bound::Same(Value::Text(None)),
        Cell::Same(Some(quoted)) => Bound::Same(value(quoted)),
        Cell::Item { before, listing, after } => {
            let (before, after) = (before.trim_start_matches('\'').to_owned(), after.trim_end_matches('\'').to_owned());
            Bound::Differs(Cell::Item { before, listing: *listing, after })
        }
        other => Bound::Differs(other.clone()),
    }
}

/// The value of a literal of SQLite's `quote`.
fn value(quoted: &str) -> Value<'static> {
    if let Some(hex) = quoted.strip_prefix("X'") {
        return Value::Bytes(hex::decode(hex.trim_end_matches('\'')).unwrap().into());
    }
    match quoted.strip_prefix('\'') {
        Some(text) => Value::Text(Some(text.strip_suffix('\'').unwrap().replace("''", "'").into())),
        None => Value::Int(quoted.parse().unwrap()),
    }
}
