//! A file of register entries, CSV or JSON Lines, row by row: where each row ends, and what it says or why
//! it says nothing. Any row may be wrong; only a head that is wrong, or a file that cannot be read, stops.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::register::{RegisterEntry, RegisterStatus};
use crate::domain::report::TextVersion;

/// Longest line of a JSON Lines file, bytes.
pub const ROW_BYTES_MAX: u64 = 1024 * 1024;
/// Most numbers in `items_in_force`.
const ITEMS_MAX: u32 = 999;
/// Bytes hashed at a time.
const HASHED_BYTES: usize = 1024 * 1024;

/// Columns of a CSV file; those marked must be there.
pub const COLUMNS: [(&str, bool); 12] = [
    ("number", true),
    ("status", true),
    ("as_of", true),
    ("source", true),
    ("holder", false),
    ("title", false),
    ("filed_on", false),
    ("priority_on", false),
    ("granted_on", false),
    ("text_version", false),
    ("items_in_force", false),
    ("invalidation_pending", false),
];

/// One row.
#[derive(Clone, Debug)]
pub struct RegisterRow {
    /// Its line, from 1; a head is a line.
    pub line_number: i64,
    /// Bytes of the file up to its end.
    pub end_bytes: i64,
    /// The number as written and the entry, or why there is none.
    pub parsed: Result<(String, RegisterEntry), RowProblem>,
}

/// Why a row says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The patent number, as far as there is one.
    pub number: String,
    /// Stable code.
    pub code: &'static str,
    /// In English.
    pub message: String,
}

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum RegisterFileError {
    /// Neither of the two kinds.
    #[error("the name of the file ends with neither .csv nor .jsonl")]
    Kind,
    /// The head is not as it should be.
    #[error("the head of the file: {0}")]
    Head(String),
    /// Nothing is there.
    #[error("there is no such file")]
    Missing,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(std::io::Error),
}

impl From<std::io::Error> for RegisterFileError {
    fn from(e: std::io::Error) -> Self {
        if e.kind() == std::io::ErrorKind::NotFound { RegisterFileError::Missing } else { RegisterFileError::Io(e) }
    }
}

/// SHA-256 and length of a file.
///
/// # Errors
/// It cannot be read.
pub fn fingerprint(path: &Path) -> Result<(String, u64), std::io::Error> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut bytes = vec![0; HASHED_BYTES];
    let mut length = 0;
    loop {
        let n = file.read(&mut bytes)?;
        if n == 0 {
            return Ok((hex::encode(hash.finalize()), length));
        }
        hash.update(&bytes[..n]);
        length += n as u64;
    }
}

/// A file, opened.
pub enum RegisterFile {
    /// Comma-separated, with a head.
    Csv {
        /// The reader.
        reader: Box<csv::Reader<File>>,
        /// Names of the columns.
        head: Vec<String>,
    },
    /// One JSON object a line.
    JsonLines {
        /// The reader.
        reader: BufReader<File>,
        /// Bytes read.
        end_bytes: u64,
        /// Lines read.
        line_number: u64,
    },
}

impl RegisterFile {
    /// Opens a file behind what is done of it: so many bytes, so many lines.
    ///
    /// # Errors
    /// Neither kind of file, a head that is wrong, or a file that cannot be read.
    pub fn open(path: &Path, (done_bytes, done_lines): (u64, u64)) -> Result<Self, RegisterFileError> {
        let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let mut file = File::open(path)?;
        match kind.as_str() {
            "csv" => {
                let mut reader = Box::new(csv::ReaderBuilder::new().flexible(true).from_reader(file));
                let head = head(&mut reader)?;
                if done_bytes > 0 {
                    let mut at = csv::Position::new();
                    at.set_byte(done_bytes).set_line(done_lines + 1);
                    reader.seek(at).map_err(|e| std::io::Error::other(e.to_string()))?;
                }
                Ok(RegisterFile::Csv { reader, head })
            }
            "jsonl" | "ndjson" => {
                file.seek(SeekFrom::Start(done_bytes))?;
                Ok(RegisterFile::JsonLines { reader: BufReader::new(file), end_bytes: done_bytes, line_number: done_lines })
            }
            _ => Err(RegisterFileError::Kind),
        }
    }

    /// The next rows, at most `rows_max`; fewer are the last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next_rows(&mut self, rows_max: usize) -> Result<Vec<RegisterRow>, RegisterFileError> {
        let mut rows = Vec::new();
        while rows.len() < rows_max {
            match self.next_row()? {
                Some(row) => rows.push(row),
                None => break,
            }
        }
        Ok(rows)
    }

    fn next_row(&mut self) -> Result<Option<RegisterRow>, RegisterFileError> {
        match self {
            RegisterFile::Csv { reader, head } => {
                let mut record = csv::ByteRecord::new();
                if !reader.read_byte_record(&mut record).map_err(|e| std::io::Error::other(e.to_string()))? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, csv::Position::line);
                let end_bytes = reader.position().byte();
                Ok(Some(RegisterRow { line_number: signed(line), end_bytes: signed(end_bytes), parsed: of_record(head, &record) }))
            }
            RegisterFile::JsonLines { reader, end_bytes, line_number } => {
                let mut line = Vec::new();
                let mut read = reader.by_ref().take(ROW_BYTES_MAX).read_until(b'\n', &mut line)? as u64;
                let whole = line.last() == Some(&b'\n') || read < ROW_BYTES_MAX;
                if !whole {
                    read += skip_line(reader)?;
                }
                if read == 0 {
                    return Ok(None);
                }
                *end_bytes += read;
                *line_number += 1;
                let parsed =
                    if whole { of_json(&line) } else { Err(problem("", "row.too_long", format!("more than {ROW_BYTES_MAX} bytes"))) };
                Ok(Some(RegisterRow { line_number: signed(*line_number), end_bytes: signed(*end_bytes), parsed }))
            }
        }
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The rest of a line that is too long; how many bytes it has.
fn skip_line(reader: &mut BufReader<File>) -> Result<u64, std::io::Error> {
    let mut skipped = 0;
    loop {
        let waiting = reader.fill_buf()?;
        let end = waiting.iter().position(|b| *b == b'\n');
        let n = end.map_or(waiting.len(), |i| i + 1);
        reader.consume(n);
        skipped += n as u64;
        if end.is_some() || n == 0 {
            return Ok(skipped);
        }
    }
}

fn head(reader: &mut csv::Reader<File>) -> Result<Vec<String>, RegisterFileError> {
    let wrong = |why: String| RegisterFileError::Head(why);
    let record = reader.headers().map_err(|e| wrong(e.to_string()))?;
    let head: Vec<String> = record.iter().map(|c| c.trim().to_owned()).collect();
    if let Some(unknown) = head.iter().find(|c| !COLUMNS.iter().any(|(name, _)| name == c)) {
        let all: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        return Err(wrong(format!("the column {unknown:?} is not one of {}", all.join(", "))));
    }
    if let Some((missing, _)) = COLUMNS.iter().find(|(name, needed)| *needed && !head.iter().any(|c| c == name)) {
        return Err(wrong(format!("the column {missing} is missing")));
    }
    match head.iter().enumerate().find(|(i, c)| head[..*i].contains(c)) {
        Some((_, twice)) => Err(wrong(format!("the column {twice} is there twice"))),
        None => Ok(head),
    }
}

fn problem(number: &str, code: &'static str, message: impl Into<String>) -> RowProblem {
    RowProblem { number: number.to_owned(), code, message: message.into() }
}

fn of_record(head: &[String], record: &csv::ByteRecord) -> Result<(String, RegisterEntry), RowProblem> {
    let cell = |name: &str| -> Result<Option<String>, RowProblem> {
        let Some(at) = head.iter().position(|c| c == name) else { return Ok(None) };
        let text = std::str::from_utf8(record.get(at).unwrap_or_default());
        let text = text.map_err(|_| problem("", "row.not_utf8", format!("{name} is not UTF-8")))?.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    };
    let number = cell("number")?.ok_or_else(|| problem("", "row.field_missing", "number is empty"))?;
    if record.len() != head.len() {
        let message = format!("{} fields, {} are expected", record.len(), head.len());
        return Err(problem(&number, "row.fields", message));
    }
    let needed = |name: &'static str| cell(name)?.ok_or_else(|| problem(&number, "row.field_missing", format!("{name} is empty")));
    let day = |name: &'static str| -> Result<Option<Date>, RowProblem> {
        let read =
            |text: String| text.parse().map_err(|_| problem(&number, "row.date", format!("{name} is {text}, not a day like 2026-11-25")));
        cell(name)?.map(read).transpose()
    };
    let status = needed("status")?;
    let status = RegisterStatus::from_word(&status).ok_or_else(|| {
        let words: Vec<&str> = RegisterStatus::ALL.iter().map(|s| s.word()).collect();
        problem(&number, "row.status", format!("{status:?} is not one of {}", words.join(", ")))
    })?;
    let entry = RegisterEntry {
        status,
        holder: cell("holder")?,
        title: cell("title")?,
        filed_on: day("filed_on")?,
        priority_on: day("priority_on")?,
        granted_on: day("granted_on")?,
        text_version: cell("text_version")?.map(|t| text_version(&number, &t)).transpose()?,
        items_in_force: cell("items_in_force")?.map(|t| items(&number, &t)).transpose()?,
        as_of: day("as_of")?.ok_or_else(|| problem(&number, "row.field_missing", "as_of is empty"))?,
        source: needed("source")?,
        invalidation_pending: match cell("invalidation_pending")?.as_deref() {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(problem(&number, "row.yes_or_no", "invalidation_pending is neither true nor false")),
        },
    };
    Ok((number, entry))
}

/// `granted`, or the number of the invalidation decision.
fn text_version(number: &str, text: &str) -> Result<TextVersion, RowProblem> {
    match text {
        "granted" => Ok(TextVersion::Granted),
        n if n.bytes().all(|b| b.is_ascii_digit()) => Ok(TextVersion::Decision { number: n.to_owned() }),
        _ => Err(problem(number, "row.text_version", format!("{text:?} is neither granted nor the number of a decision"))),
    }
}

/// `1-3、5` or `1-3,5`.
fn items(number: &str, text: &str) -> Result<Vec<String>, RowProblem> {
    let wrong = || problem(number, "row.items", format!("{text:?} is no list like 1-3、5"));
    let mut all = Vec::new();
    for part in text.split(['、', ',', '，', ';', ' ']).filter(|p| !p.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u32, u32) = (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
        if from == 0 || from > to || to > ITEMS_MAX {
            return Err(wrong());
        }
        all.extend((from..=to).map(|n| n.to_string()));
    }
    Ok(all)
}

#[derive(Deserialize)]
struct JsonRow {
    number: String,
    #[serde(flatten)]
    entry: serde_json::Map<String, serde_json::Value>,
}

fn of_json(line: &[u8]) -> Result<(String, RegisterEntry), RowProblem> {
    let row: JsonRow = serde_json::from_slice(line).map_err(|e| problem("", "row.json", e.to_string()))?;
    match serde_json::from_value(serde_json::Value::Object(row.entry)) {
        Ok(entry) => Ok((row.number, entry)),
        Err(e) => Err(problem(&row.number, "row.json", e.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Vec<RegisterRow> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut all = Vec::new();
        // One row at a time, opened anew behind the last: as after a kill.
        let mut done = (0, 0);
        loop {
            let mut file = RegisterFile::open(&path, done).unwrap();
            let Some(row) = file.next_rows(1).unwrap().pop() else { return all };
            done = (row.end_bytes as u64, row.line_number as u64);
            all.push(row);
        }
    }

    #[test]
    fn every_row_is_read_once_wherever_one_begins() {
        let csv = "number,status,as_of,source,text_version,items_in_force,holder\n\
            202330271846.9,in_force,2026-11-25,登记簿,granted,1-3、5,\"甲, 乙\"\n\
            202230418527.1,gone,2026-11-25,登记簿,,,\n\
            202122467913.2,invalidated,2026-11-25,登记簿,561234,,\n\
            202221735804.2,in_force,25.11.2026,登记簿,,,\n\
            ,in_force,2026-11-25,登记簿,,,\n\
            202221735804.2,in_force\n";
        let rows = read("r.csv", csv);
        let lines: Vec<i64> = rows.iter().map(|r| r.line_number).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        let (number, entry) = rows[0].parsed.clone().unwrap();
        assert_eq!((number.as_str(), entry.holder.as_deref()), ("202330271846.9", Some("甲, 乙")));
        assert_eq!(entry.items_in_force.unwrap(), ["1", "2", "3", "5"]);
        let third = rows[2].parsed.clone().unwrap().1;
        assert_eq!(third.text_version, Some(TextVersion::Decision { number: "561234".into() }));
        let codes: Vec<&str> = rows.iter().filter_map(|r| r.parsed.as_ref().err()).map(|p| p.code).collect();
        assert_eq!(codes, ["row.status", "row.date", "row.field_missing", "row.fields"]);
    }

    #[test]
    fn json_lines_say_what_the_route_takes() {
        let long = format!("{{\"number\":\"{}\"}}\n", "1".repeat(ROW_BYTES_MAX as usize));
        let text = format!(
            "{{\"number\":\"202330271846.9\",\"status\":\"in_force\",\"as_of\":\"2026-11-25\",\"source\":\"s\"}}\n{long}\
             {{\"number\":\"202330271846.9\",\"status\":\"in_force\",\"as_of\":\"2026-11-25\",\"source\":\"s\",\"surprise\":1}}\nno json"
        );
        let rows = read("r.jsonl", &text);
        let codes: Vec<Option<&str>> = rows.iter().map(|r| r.parsed.as_ref().err().map(|p| p.code)).collect();
        assert_eq!(codes, [None, Some("row.too_long"), Some("row.json"), Some("row.json")]);
    }

    #[test]
    fn a_head_that_is_wrong_stops_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        for head in ["number,status,as_of", "number,status,as_of,source,colour", "number,status,as_of,source,source"] {
            std::fs::write(&path, format!("{head}\n")).unwrap();
            assert!(matches!(RegisterFile::open(&path, (0, 0)), Err(RegisterFileError::Head(_))), "{head}");
        }
        let other = folder.path().join("r.xlsx");
        assert!(matches!(RegisterFile::open(&other, (0, 0)), Err(RegisterFileError::Missing)));
        std::fs::write(&other, "PK").unwrap();
        assert!(matches!(RegisterFile::open(&other, (0, 0)), Err(RegisterFileError::Kind)));
    }
}
