//! The house rules that a compiler does not hold: who may use whom, and how large a file may grow.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

/// Each room and what it may use of this crate.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("clock", &[]),
    ("fail_points", &[]),
    ("vault", &["domain"]),
    ("intake", &["domain", "fail_points", "intake", "vault"]),
    ("store", &["domain", "fail_points", "store"]),
    ("writ", &["domain", "writ"]),
    ("workflow", &["clock", "domain", "fail_points", "intake", "store", "vault", "workflow", "writ"]),
    ("web", &["domain", "intake", "store", "web", "workflow"]),
    ("delivery", &["clock", "delivery", "domain", "fail_points", "store", "vault"]),
    ("agenda", &["domain", "store", "workflow"]),
    ("audit", &["domain", "store", "workflow"]),
    ("config", &["delivery", "domain", "intake"]),
];

/// Words that only one room may contain.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("diesel::", &["store"]),
    ("actix_web::", &["web", "app", "cli"]),
    ("reqwest::", &["delivery", "cli"]),
    ("lettre::", &["delivery"]),
    ("object_store::", &["intake"]),
    ("hayro_", &["intake"]),
    ("krilla::", &["writ"]),
];

/// Most lines of a source file.
const LINES_MAX: usize = 600;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all
}

/// The room of a file: the first name below `src`.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")).map(|(n, l)| (n + 1, l))
}

#[test]
fn every_room_uses_only_what_it_may() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room(&path)) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        for (n, line) in code_lines(&text) {
            for part in line.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if used.chars().next().is_some_and(char::is_lowercase) && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{n} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_stays_in_its_room() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for (word, rooms) in ONLY_IN {
            let outside = !rooms.contains(&room(&path).as_str());
            wrong.extend(
                code_lines(&text).filter(|(_, l)| outside && l.contains(word)).map(|(n, _)| format!("{}:{n} {word}", path.display())),
            );
        }
    }
    // A webhook's tests stand a real receiver up.
    wrong.retain(|w| !w.contains("/tests.rs"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_domain_is_pure() {
    for path in sources(&root().join("src/domain")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["async fn", ".await", "std::fs", "std::net::Tcp", "SystemTime", "tokio"] {
            // The whole word: `.awaited` is none.
            let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            let has = |l: &str| l.match_indices(word).any(|(at, _)| !goes_on(&l[at + word.len()..]));
            let found = code_lines(&text).find(|(_, l)| has(l));
            assert!(found.is_none(), "{}: {word} in line {found:?}", path.display());
        }
    }
}

#[test]
fn no_file_grows_beyond_one_room_and_each_says_what_it_is() {
    for path in sources(&root().join("src")).into_iter().chain(sources(&root().join("tests"))) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() <= LINES_MAX, "{} has {} lines", path.display(), text.lines().count());
        assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
    }
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let columns = |engine: &str| -> Vec<(String, String)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(root().join("migrations").join(engine)).unwrap().flatten() {
            let sql = std::fs::read_to_string(entry.path().join("up.sql")).unwrap();
            let mut table = String::new();
            for line in sql.lines() {
                if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                    table = rest.split_whitespace().next().unwrap().to_owned();
                } else if line.starts_with(')') {
                    table.clear();
                } else if !table.is_empty() && line.starts_with("    ") {
                    let word = line.split_whitespace().next().unwrap();
                    if word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()) {
                        all.push((table.clone(), word.to_owned()));
                    }
                }
            }
        }
        all.sort();
        all
    };
    let sqlite = columns("sqlite");
    assert!(sqlite.len() > 150);
    assert_eq!(sqlite, columns("postgres"));
}

/// What the kill sweep is told by its environment.
const OF_THE_KILL_SWEEP: [&str; 2] = ["kills", "seed"];

#[test]
fn compose_and_dockerfile_name_settings_that_exist() {
    let mut named = 0;
    for file in ["docker-compose.yml", "Dockerfile", "README.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for part in text.split("FASTTRACK_").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_' || c.is_ascii_digit()).collect();
            let name = name.to_lowercase();
            if name.is_empty() {
                continue;
            }
            named += 1;
            let known = name == fasttrack::config::FILE_SETTING
                || OF_THE_KILL_SWEEP.contains(&name.as_str())
                || fasttrack::config::SETTINGS.iter().any(|(n, _, _)| *n == name);
            assert!(known, "{file} names FASTTRACK_{}", name.to_uppercase());
        }
    }
    assert!(named > 5);
}
