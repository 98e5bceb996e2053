//! A database full of complaints: copies, by SQL, of two that are there: one decided, one open. Every table with a
//! column `complaint_id` that the desk's lists read is copied; ids, references, items, days and patents differ from
//! copy to copy. What is sealed to a person or sent to a platform is not copied: nobody opens a copy.

use std::collections::BTreeMap;

use crate::support::Engine;
use crate::support::database::{counted, tamper};

/// Tables of which nothing is copied: sealed or chained to one complaint, on their way to somebody, or answers kept.
const NOT_COPIED: &[&str] = &[
    "parties",
    "notices",
    "examinations",
    "dispatches",
    "mails",
    "idempotency",
    "writs",
    "complaint_files",
    "seller_access",
    "submissions",
    "case_files",
    "conduct_flags",
    "erasures",
    "report_grants",
    "report_page_readings",
    "desk_claims",
    "published",
];
/// Every so many complaints one is open.
const OPEN_EVERY: u64 = 100;
/// Copies a statement: so many that it is worth it, so few that its log stays small.
const COPIES_AT_ONCE: u64 = 50_000;

/// The two complaints that are copied, by id.
pub struct Templates {
    pub decided: String,
    pub open: String,
    /// References, to be told apart.
    pub references: [String; 2],
    /// Items of their only listings.
    pub items: [String; 2],
}

/// A database to be filled.
pub struct Filling<'a> {
    pub engine: Engine,
    pub url: &'a str,
    pub templates: &'a Templates,
}

impl Filling<'_> {
    /// Copies until there are the `from`-th to the `to`-th.
    pub fn fill(&self, from: u64, to: u64) {
        let tables = self.tables();
        for (template, open) in [(0, false), (1, true)] {
            let mut begin = from;
            while begin < to {
                let end = (begin + COPIES_AT_ONCE).min(to);
                let mut sql = String::from("BEGIN;");
                for (table, columns) in &tables {
                    sql.push_str(&self.copy(table, columns, (template, open, begin, end)));
                }
                sql.push_str("COMMIT;");
                assert!(tamper(self.url, &sql), "the copies could not be put: {}", &sql[..sql.len().min(2_000)]);
                begin = end;
            }
        }
        let settle = if self.engine == Engine::Sqlite { "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);" } else { "VACUUM ANALYZE" };
        assert!(tamper(self.url, settle), "the statistics could not be made");
    }

    /// The tables that are copied, with their columns.
    fn tables(&self) -> BTreeMap<String, Vec<String>> {
        let listed = match self.engine {
            Engine::Sqlite => texts(
                self.url,
                "SELECT group_concat(m.name || '.' || c.name, ' ') FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
            ),
            Engine::Postgres => texts(
                self.url,
                "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'public'",
            ),
        };
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in listed.split(' ').filter_map(|name| name.split_once('.')) {
            all.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        all.retain(|table, columns| {
            table == "complaints" || (columns.iter().any(|c| c == "complaint_id") && !NOT_COPIED.contains(&table.as_str()))
        });
        all
    }

    fn copy(&self, table: &str, columns: &[String], (template, open, begin, end): (usize, bool, u64, u64)) -> String {
        let of = if open { &self.templates.open } else { &self.templates.decided };
        let key = if table == "complaints" { "id" } else { "complaint_id" };
        let values: Vec<String> = columns.iter().map(|column| self.value((table, column), template)).collect();
        let (series, id) = match self.engine {
            Engine::Sqlite => (
                format!("(WITH RECURSIVE s(n) AS (SELECT {begin} UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT n FROM s)", end - 1),
                format!("x'{}'", of.replace('-', "")),
            ),
            Engine::Postgres => (format!("(SELECT generate_series({begin}, {}) AS n)", end - 1), format!("'{of}'::uuid")),
        };
        let whose = if open { "=" } else { "<>" };
        format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} t, {series} k WHERE t.{key} = {id} AND k.n % {OPEN_EVERY} {whose} 0;",
            columns.join(", "),
            values.join(", ")
        )
    }

    /// What stands in a column of the copy `k.n`.
    fn value(&self, (table, column): (&str, &str), template: usize) -> String {
        let sqlite = self.engine == Engine::Sqlite;
        let (reference, item) = (&self.templates.references[template], &self.templates.items[template]);
        let new_id = if sqlite { "unhex(printf('%032x', k.n))" } else { "lpad(to_hex(k.n), 32, '0')::uuid" };
        // Ten digits are a reference; twelve an item.
        let padded = |digits: usize| if sqlite { format!("printf('%0{digits}d', k.n)") } else { format!("lpad(k.n::text, {digits}, '0')") };
        match (table, column) {
            ("complaints", "id") | (_, "complaint_id") => new_id.to_owned(),
            // A second apart, the newest a moment ago.
            (_, "filed_at" | "updated_at" | "decided_at") if sqlite => format!("t.{column} - 31536000000000 + 31000000 * k.n"),
            (_, "filed_at" | "updated_at" | "decided_at") => format!("t.{column} - interval '365 days' + interval '31 seconds' * k.n"),
            ("complaints", "queue_on" | "due_on") => match sqlite {
                true => format!(
                    "CASE WHEN t.{column} IS NULL THEN NULL ELSE date('2026-11-01', '+' || (k.n / {OPEN_EVERY} % 60) || ' days') END"
                ),
                false => format!(
                    "CASE WHEN t.{column} IS NULL THEN NULL ELSE to_char(date '2026-11-01' + (k.n / {OPEN_EVERY} % 60)::int, 'YYYY-MM-DD') END"
                ),
            },
            ("complaints", "client_reference") => "NULL".to_owned(),
            ("complaints", "patent_number") => format!("substr({}, 1, 12) || '.X'", padded(12)),
            // An id of its own, where a table has one.
            (_, "id") => match sqlite {
                true => "randomblob(16)".to_owned(),
                false => "gen_random_uuid()".to_owned(),
            },
            ("events", "body" | "hash") | (_, "last_hash") => format!("t.{column}"),
            ("complaints" | "listings", _) | (_, "reference" | "text" | "term" | "value" | "folded" | "words") => {
                let texts = ["reference", "item_id", "item_key", "live_key", "url", "shop", "text", "term", "value", "folded", "words"];
                if texts.contains(&column) {
                    format!("replace(replace(t.{column}, '{reference}', {}), '{item}', {})", padded(10), padded(12))
                } else {
                    format!("t.{column}")
                }
            }
            _ => format!("t.{column}"),
        }
    }
}

/// The one text that a query gives.
fn texts(url: &str, query: &str) -> String {
    if let Some(path) = url.strip_prefix("sqlite:") {
        use diesel::dsl::sql;
        use diesel::{Connection, RunQueryDsl};
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        return diesel::select(sql::<diesel::sql_types::Text>(&format!("({query})"))).get_result(&mut conn).unwrap();
    }
    let psql = crate::support::database::server_program("psql");
    let done = std::process::Command::new(psql).args(["-X", "-q", "-t", "-A", "-c", query, url]).output().unwrap();
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Complaints that are there, and those of them that are open.
pub fn stored(url: &str) -> (i64, i64) {
    (counted(url, "SELECT count(*) FROM complaints"), counted(url, "SELECT count(*) FROM complaints WHERE queue_on IS NOT NULL"))
}
