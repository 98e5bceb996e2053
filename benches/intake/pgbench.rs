//! The limit on PostgreSQL: pgbench writes the rows of one filing a transaction, one multi-row INSERT a
//! table, prepared, over as many connections as the loader has.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::loader::{Run, quantile};
use crate::sample::{Cell, IDS, LISTINGS, Rows, TABLES, cell, condition};
use crate::support::database::server_program;

/// Items of the limit begin here.
const FIRST_ITEM: u64 = 700_000_000_000;

/// A database and the script that fills it.
pub struct Pgbench {
    url: String,
    folder: PathBuf,
    values: Vec<String>,
    started: u64,
}

fn ask(url: &str, statement: &str) -> Vec<Value> {
    let asked =
        Command::new(server_program("psql")).args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url]).output().unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    String::from_utf8(asked.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// The rows of the sample, out of the service's database.
pub fn sample(url: &str, complaint: &str) -> Vec<Rows> {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    TABLES
        .into_iter()
        .map(|table| {
            let columns = ask(url, &format!("SELECT json_build_array(column_name, udt_name) FROM information_schema.columns WHERE table_name = '{table}' AND (column_default IS NULL) ORDER BY ordinal_position"));
            let columns: Vec<(String, String)> = columns.iter().map(|c| (text(&c[0]).unwrap(), text(&c[1]).unwrap())).collect();
            let list: Vec<String> = columns.iter().map(|(name, _)| format!("{name}::text")).collect();
            let found = condition(table, &format!("'{complaint}'"));
            let rows = ask(url, &format!("SELECT json_build_array({}) FROM {table} WHERE {found}", list.join(",")));
            let cells = |row: &Value| columns.iter().zip(row.as_array().unwrap()).map(|((c, _), v)| cell(table, c, text(v))).collect();
            let rows = rows.iter().map(cells).collect();
            Rows { table, columns, rows }
        })
        .collect()
}

impl Pgbench {
    /// A copy of the service's database, which must be at rest, and the script.
    pub fn new(url: &str, rows: &[Rows]) -> Self {
        let (base, name) = url.rsplit_once('/').unwrap();
        let copy = format!("{name}_limit");
        let made = Command::new(server_program("createdb"))
            .args(["--template", name, "--maintenance-db", &format!("{base}/postgres"), &copy])
            .status();
        assert!(made.is_ok_and(|s| s.success()), "the database could not be copied");
        let folder = tempfile::tempdir().unwrap().keep();
        let mut values = Vec::new();
        std::fs::write(folder.join("script.sql"), script(rows, &mut values)).unwrap();
        Pgbench { url: format!("{base}/{copy}"), folder, values, started: 0 }
    }

    /// Runs the script over `connections` for some seconds.
    pub fn run(&mut self, connections: usize, seconds: u64) -> Run {
        self.started += 1;
        let log = self.folder.join(format!("log{}", self.started));
        let mut command = Command::new(server_program("pgbench"));
        command.args(["-n", "-M", "prepared", "-j", "2", "-l", "-c", &connections.to_string(), "-T", &seconds.to_string()]);
        command.arg("--log-prefix").arg(&log).arg("-f").arg(self.folder.join("script.sql"));
        command.args(["-D", "n=0", "-D", &format!("clients={connections}"), "-D", &format!("base={}", self.started * 100_000_000)]);
        for (i, value) in self.values.iter().enumerate() {
            command.arg("-D").arg(format!("v{i}={value}"));
        }
        let ran = command.arg(&self.url).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success() && said.contains("failed transactions: 0 "), "{said}{}", String::from_utf8_lossy(&ran.stderr));
        let rate: f64 = said.lines().find_map(|l| l.strip_prefix("tps = ")?.split(' ').next()?.parse().ok()).unwrap();
        let mut latencies_ms: Vec<f64> = Vec::new();
        for entry in std::fs::read_dir(&self.folder).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!("log{}.", self.started)) {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                latencies_ms.extend(text.lines().map(|l| l.split(' ').nth(2).unwrap().parse::<f64>().unwrap() / 1e3));
            }
        }
        latencies_ms.sort_by(f64::total_cmp);
        assert!(quantile(&latencies_ms, 0.5) > 0.0);
        Run { done: latencies_ms.len() as u64, seconds: latencies_ms.len() as f64 / rate, latencies_ms }
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One transaction; what is the same in each becomes a parameter, so that it travels as it does for the
/// service.
fn script(all: &[Rows], values: &mut Vec<String>) -> String {
    let mut script = String::from("\\set n :n + 1\n\\set filing :base + :n * :clients + :client_id\n");
    for k in 0..IDS {
        script.push_str(&format!("\\set id{k} :filing * {IDS} + {k}\n"));
    }
    for k in 0..LISTINGS {
        script.push_str(&format!("\\set item{k} {FIRST_ITEM} + :filing * {LISTINGS} + {k}\n"));
    }
    script.push_str("BEGIN;\n");
    for rows in all {
        let names: Vec<&str> = rows.columns.iter().map(|(name, _)| name.as_str()).collect();
        let texts = rows.rows.iter().map(|row| {
            let cells = rows.columns.iter().zip(row).map(|((_, kind), cell)| match cell {
                Cell::Same(None) => "NULL".to_owned(),
                Cell::Same(Some(value)) => {
                    values.push(value.clone());
                    format!(":v{}::{kind}", values.len() - 1)
                }
                Cell::Id(k) => format!("lpad(to_hex(:id{k}::bigint), 32, '0')::uuid"),
                Cell::Place => ":filing::bigint".to_owned(),
                Cell::Reference(chars) => format!("lpad(:filing::text, {chars}, 'Z')"),
                Cell::Item { before, listing, after } => format!("'{before}' || :item{listing}::text || '{after}'"),
            });
            format!("({})", cells.collect::<Vec<_>>().join(", "))
        });
        let texts: Vec<String> = texts.collect();
        script.push_str(&format!("INSERT INTO {} ({}) VALUES {};\n", rows.table, names.join(", "), texts.join(", ")));
    }
    script.push_str("COMMIT;\n");
    script
}
