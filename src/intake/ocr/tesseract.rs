//! The program `tesseract` (Debian: `tesseract-ocr`, `tesseract-ocr-chi-sim`), one run a page: pictures in on
//! standard input, words with boxes and confidences out.
//!
//! It is started through our own program, which limits itself and then becomes it: the limits hold before
//! its first instruction, and no shell is near.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::exchange::exchange;
use super::words::Word;

/// The hidden subcommand that limits itself and becomes the engine.
pub const ENGINE_COMMAND: &str = "ocr-engine";
/// The engine's program.
const PROGRAM: &str = "tesseract";
/// Languages it has to know.
const LANGUAGE: &str = "chi_sim";
/// Where it is looked for, and its only environment beside [`OMP_THREADS`].
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// It may not use more processors than it is given.
const OMP_THREADS: (&str, &str) = ("OMP_THREAD_LIMIT", "1");
/// Address space of one run, bytes.
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Processor time of one run, seconds.
const CPU_SECONDS_MAX: u64 = 30;
/// After this one run is killed, seconds.
const DEADLINE_SECONDS: u64 = 120;
/// How much later than others it gets the processor.
const NICENESS: i32 = 10;
/// Largest answer, bytes.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Read one block of text, whatever it looks like: measured in [`super`].
const READ_ARGUMENTS: &[&str] = &["stdin", "stdout", "-l", LANGUAGE, "--psm", "6", "--dpi", "300", "tsv"];
const VERSION_ARGUMENTS: &[&str] = &["--version"];
const LANGUAGES_ARGUMENTS: &[&str] = &["--list-langs"];

/// The engine, found and asked.
#[derive(Clone, Debug)]
pub struct Tesseract {
    program: PathBuf,
    version: String,
    deadline: Duration,
}

/// Why the engine cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It does not start.
    #[error("the program {PROGRAM} cannot be started (Debian: apt install tesseract-ocr)")]
    Absent,
    /// It has no Chinese.
    #[error("{PROGRAM} does not know {LANGUAGE} (Debian: apt install tesseract-ocr-chi-sim)")]
    NoChinese,
}

impl Tesseract {
    /// Asks the engine for its version and languages. `program` is this program.
    ///
    /// # Errors
    /// [`EngineError`]
    pub fn find(program: PathBuf) -> Result<Self, EngineError> {
        let ask = |arguments: &[&str]| {
            let said = std::process::Command::new(&program)
                .arg(ENGINE_COMMAND)
                .args(arguments)
                .env_clear()
                .env("PATH", SEARCH_PATH)
                .stdin(Stdio::null())
                .output()
                .map_err(|_| EngineError::Absent)?;
            if said.status.success() { Ok(String::from_utf8_lossy(&said.stdout).into_owned()) } else { Err(EngineError::Absent) }
        };
        let version = ask(VERSION_ARGUMENTS)?.lines().next().unwrap_or_default().to_owned();
        let knows = ask(LANGUAGES_ARGUMENTS)?.lines().any(|l| l.trim() == LANGUAGE);
        if knows {
            Ok(Tesseract { program, version: format!("{version} {LANGUAGE}"), deadline: Duration::from_secs(DEADLINE_SECONDS) })
        } else {
            Err(EngineError::NoChinese)
        }
    }

    /// Name and version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The words of the pictures of one TIFF file; `None` where the engine failed or was stopped.
    pub async fn read(&self, tiff: &[u8]) -> Option<Vec<Word>> {
        let answer = self.run(tiff).await?;
        Some(words(&String::from_utf8_lossy(&answer)))
    }

    async fn run(&self, input: &[u8]) -> Option<Vec<u8>> {
        let mut command = Command::new(&self.program);
        command.arg(ENGINE_COMMAND).args(READ_ARGUMENTS).current_dir("/");
        command.env_clear().env("PATH", SEARCH_PATH).env(OMP_THREADS.0, OMP_THREADS.1);
        exchange(&mut command, input, (ANSWER_BYTES_MAX, self.deadline)).await
    }
}

/// Limits this process and becomes the engine. Comes back only if that is not possible.
///
/// # Errors
/// A limit cannot be set, or the program is not there.
pub fn become_engine(arguments: &[String]) -> std::io::Error {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Resource, Rlimit, nice, setrlimit};

    let known = [READ_ARGUMENTS, VERSION_ARGUMENTS, LANGUAGES_ARGUMENTS];
    if !known.iter().any(|k| k.iter().eq(arguments)) {
        return std::io::Error::from(std::io::ErrorKind::InvalidInput);
    }
    let limits = [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, CPU_SECONDS_MAX),
        // Nothing is written to a file.
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, 32),
    ];
    for (resource, n) in limits {
        if let Err(e) = setrlimit(resource, Rlimit { current: Some(n), maximum: Some(n) }) {
            return e.into();
        }
    }
    if let Err(e) = nice(NICENESS) {
        return e.into();
    }
    std::process::Command::new(PROGRAM).args(arguments).exec()
}

/// The words of the engine's table: level, page, block, paragraph, line, word, left, top, width, height,
/// confidence, text.
fn words(table: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut row = (0, 0);
    let mut line = 0;
    for columns in table.lines().map(|l| l.split('\t').collect::<Vec<_>>()) {
        let [level, page, _, _, _, _, x, y, w, h, confidence, text] = columns.as_slice() else { continue };
        let number = |text: &str| text.parse::<usize>().ok();
        match *level {
            "4" => {
                let (Some(top), Some(height)) = (number(y), number(h)) else { continue };
                row = (top, height);
                line += 1;
            }
            "5" => {
                let (Some(page), Some(x), Some(w), Ok(confidence)) = (number(page), number(x), number(w), confidence.parse::<f32>()) else {
                    continue;
                };
                let Some(piece) = page.checked_sub(1).filter(|_| !text.trim().is_empty()) else { continue };
                let confidence = confidence.clamp(0.0, 100.0) as u8;
                found.push(Word { piece, line, x, w, row, confidence, text: (*text).to_owned() });
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_gives_words_with_their_lines_and_what_is_broken_gives_none() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                     4\t2\t1\t1\t1\t0\t20\t22\t300\t44\t-1\t\n\
                     5\t2\t1\t1\t1\t1\t20\t22\t120\t40\t96.4\t专利\n\
                     5\t2\t1\t1\t1\t2\t150\t22\t40\t40\t-3\t号\n\
                     5\tx\t1\t1\t1\t2\t150\t22\t40\t40\t90\t人\n\
                     5\t0\t1\t1\t1\t2\t150\t22\t40\t40\t90\t人\n\
                     5\t2\t1";
        let found = words(table);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].piece, found[0].row, found[0].confidence, found[0].text.as_str()), (1, (22, 44), 96, "专利"));
        assert_eq!((found[1].line, found[1].confidence), (found[0].line, 0));
    }

    /// The engine is replaced by a program that says nothing and does not end.
    #[tokio::test]
    async fn an_engine_that_hangs_is_killed_and_nothing_is_read() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let (program, pid) = (folder.path().join("hangs"), folder.path().join("pid"));
        std::fs::write(&program, format!("#!/bin/sh\necho $$ > {}\nexec sleep 600\n", pid.display())).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let engine = Tesseract { program, version: "hangs".into(), deadline: Duration::from_secs(2) };
        // More than a pipe holds: it does not read either.
        assert_eq!(engine.read(&vec![0; 1 << 20]).await, None);
        let pid: i32 = std::fs::read_to_string(pid).unwrap().trim().parse().unwrap();
        let running = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s.contains(") Z "));
        for _ in 0..100 {
            if !running() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it still runs");
    }

    #[test]
    fn it_becomes_nothing_but_the_engine() {
        let refused = become_engine(&["/etc/passwd".to_owned(), "stdout".to_owned()]);
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    }
}
