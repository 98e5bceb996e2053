//! A database of its own for every test: a SQLite file, or a database in one PostgreSQL cluster that
//! lives as long as the test program (or in the server of `TEST_POSTGRES_URL`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The URL of the cluster without a database name, or why there is none.
static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();

struct Cluster {
    base_url: String,
    // Closed when the test program ends, however it ends: then the cluster is stopped and removed.
    _guard: Option<std::process::ChildStdin>,
}

/// Whether PostgreSQL tests can run. Where they cannot they are named as skipped, or fail if
/// `TEST_REQUIRE_POSTGRES` is set.
pub fn postgres_is_here() -> bool {
    match cluster() {
        Ok(_) => true,
        Err(why) => {
            assert!(std::env::var_os("TEST_REQUIRE_POSTGRES").is_none(), "PostgreSQL is required: {why}");
            eprintln!("SKIPPED on PostgreSQL: {why}");
            false
        }
    }
}

fn cluster() -> &'static Result<Cluster, String> {
    CLUSTER.get_or_init(|| match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => Ok(Cluster { base_url: url.trim_end_matches('/').to_owned(), _guard: None }),
        Err(_) => start(),
    })
}

fn binaries() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect::<Vec<_>>()).unwrap_or_default();
    let debian = (12..=18).rev().map(|v| PathBuf::from(format!("/usr/lib/postgresql/{v}/bin")));
    on_path.into_iter().chain(debian).find(|dir| dir.join("initdb").exists() && dir.join("postgres").exists())
}

/// A program of PostgreSQL: beside the server's, or wherever the system finds it.
pub fn server_program(name: &str) -> PathBuf {
    binaries().map(|bin| bin.join(name)).filter(|program| program.exists()).unwrap_or(name.into())
}

fn start() -> Result<Cluster, String> {
    let bin = binaries().ok_or("no PostgreSQL server binaries were found")?;
    let folder = tempfile::Builder::new().prefix("fasttrack-pg-").tempdir().map_err(|e| e.to_string())?.keep();
    // The server refuses to run as root.
    let as_root = rustix::process::getuid().is_root();
    if as_root {
        let done = Command::new("chown").arg("postgres").arg(&folder).status().map_err(|e| e.to_string())?;
        if !done.success() {
            return Err("root cannot start PostgreSQL, and there is no user postgres".into());
        }
    }
    let run = |program: &Path| {
        let mut command = if as_root { Command::new("runuser") } else { Command::new(program) };
        if as_root {
            command.args(["-u", "postgres", "--"]).arg(program);
        }
        command.current_dir("/").stdout(Stdio::null());
        command
    };
    let data = folder.join("data");
    let made =
        run(&bin.join("initdb")).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C", "-D"]).arg(&data).status();
    if !made.is_ok_and(|s| s.success()) {
        return Err("initdb failed".into());
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
    // The shell outlives this program by as long as it takes to stop the server.
    let script = "\"$@\" & server=$!; cat > /dev/null; kill -INT $server; wait $server; rm -rf \"$FOLDER\"";
    let mut shell = run(Path::new("sh"));
    shell.args(["-c", script, "sh"]).arg(bin.join("postgres")).arg("-D").arg(&data);
    shell.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"]);
    shell.args(crate::POSTGRES_SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    shell.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
    let log = std::fs::File::create(std::env::temp_dir().join(format!("fasttrack-pg-{port}.log"))).map_err(|e| e.to_string())?;
    let mut child = shell.env("FOLDER", &folder).stdin(Stdio::piped()).stderr(log).spawn().map_err(|e| e.to_string())?;
    let guard = child.stdin.take();
    let cluster = Cluster { base_url: format!("postgres://postgres@127.0.0.1:{port}"), _guard: guard };
    let begun = Instant::now();
    while !sql(&cluster, "SELECT 1") {
        if begun.elapsed() > Duration::from_secs(30) {
            return Err("PostgreSQL did not start within 30 s".into());
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    Ok(cluster)
}

fn sql(cluster: &Cluster, statement: &str) -> bool {
    let done = Command::new(server_program("psql"))
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement])
        .arg(format!("{}/postgres", cluster.base_url))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|s| s.success())
}

/// The URL of a new, empty database that lives as long as `folder` does; a SQLite file lies in it, a
/// database of PostgreSQL goes when the next one is made.
pub fn new_database(engine: Engine, folder: &Path) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    static MADE: Mutex<Vec<(String, PathBuf)>> = Mutex::new(Vec::new());
    match engine {
        Engine::Sqlite => format!("sqlite:{}", folder.join("test.sqlite").display()),
        Engine::Postgres => {
            let cluster = cluster().as_ref().unwrap();
            let name = format!("fasttrack_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
            assert!(sql(cluster, &format!("CREATE DATABASE {name}")), "CREATE DATABASE {name}");
            let mut made = MADE.lock().unwrap();
            made.push((name.clone(), folder.to_owned()));
            // At some 15 MB each, all of them at once would fill a small disk.
            let ended: Vec<String> = made.extract_if(.., |(_, folder)| !folder.exists()).map(|(name, _)| name).collect();
            drop(made);
            for name in ended {
                sql(cluster, &format!("DROP DATABASE {name} WITH (FORCE)"));
            }
            format!("{}/{name}", cluster.base_url)
        }
    }
}

/// Runs a statement in the database at `url`, past the program: how a test plays the intruder.
/// Answers whether the database took it.
pub fn tamper(url: &str, statement: &str) -> bool {
    if let Some(path) = url.strip_prefix("sqlite:") {
        use diesel::Connection;
        use diesel::connection::SimpleConnection;
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        // The program may be writing.
        return conn.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}")).is_ok();
    }
    let done = Command::new(server_program("psql"))
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|s| s.success())
}

/// The one number that a query gives, past the program.
pub fn counted(url: &str, query: &str) -> i64 {
    if let Some(path) = url.strip_prefix("sqlite:") {
        use diesel::dsl::sql;
        use diesel::{Connection, RunQueryDsl};
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        return diesel::select(sql::<diesel::sql_types::BigInt>(&format!("({query})"))).get_result(&mut conn).unwrap();
    }
    let done = Command::new(server_program("psql")).args(["-X", "-q", "-t", "-A", "-c", query, url]).output().unwrap();
    String::from_utf8_lossy(&done.stdout).trim().parse().unwrap()
}
