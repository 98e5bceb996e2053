//! A case file: one complaint, whole, as a ZIP that anybody can check without the service that made it.
//!
//! `manifest.json` names every other file with its SHA-256; `manifest.sig` is the service's signature over it
//! (ed25519, base64); `log.jsonl` is the log exactly as it is hashed. It is written piece by piece and never
//! held in memory. Written by `workflow`, read back by `fasttrack audit FILE`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::domain::complaint::{Complaint, StoredEvent, chain};
use crate::vault::signed_by;

/// What the manifest says it is.
pub const FORMAT: &str = "fasttrack case file 1";
/// Largest manifest or log that is read, bytes.
pub const PART_BYTES_MAX: u64 = 256 * 1024 * 1024;
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
const LOG: &str = "log.jsonl";
/// Bytes read at a time.
const READ_BYTES: usize = 64 * 1024;

/// What a case file is about, and who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFileHead {
    /// [`FORMAT`].
    pub format: String,
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// Number of its last event.
    pub last_seq: u32,
    /// Hash of that event, hexadecimal.
    pub last_hash: String,
    /// When the file was made.
    pub made_at: Timestamp,
    /// Account that asked for it.
    pub made_for: Uuid,
    /// The key it is signed with, hexadecimal. Compare it with the one the operator told by another way.
    pub public_key: String,
}

/// A file in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFileEntry {
    /// Its name in the ZIP.
    pub path: String,
    /// What it is.
    pub what: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    #[serde(flatten)]
    head: CaseFileHead,
    files: Vec<CaseFileEntry>,
}

/// An event of the log as a line.
#[derive(Serialize, Deserialize)]
struct LogLine {
    seq: u32,
    at: Timestamp,
    actor: String,
    #[serde(rename = "type")]
    kind: String,
    body: String,
    hash: String,
}

/// What is ready to be sent.
#[derive(Clone, Default)]
struct Outgoing(Arc<Mutex<Vec<u8>>>);

impl Outgoing {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Outgoing {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes a case file: begin a file, write its parts, begin the next, and send what is ready in between.
pub struct CaseFileWriter {
    zip: ZipWriter<StreamWriter<Outgoing>>,
    out: Outgoing,
    files: Vec<CaseFileEntry>,
    open: Option<(CaseFileEntry, Sha256)>,
}

impl Default for CaseFileWriter {
    fn default() -> Self {
        let out = Outgoing::default();
        CaseFileWriter { zip: ZipWriter::new_stream(out.clone()), out, files: Vec::new(), open: None }
    }
}

impl CaseFileWriter {
    /// Begins a file; the one before is whole.
    ///
    /// # Errors
    /// The ZIP's.
    pub fn begin(&mut self, path: &str, what: &str) -> std::io::Result<()> {
        self.close();
        self.zip.start_file(path, options())?;
        let entry = CaseFileEntry { path: path.to_owned(), what: what.to_owned(), sha256: String::new(), bytes: 0 };
        self.open = Some((entry, Sha256::new()));
        Ok(())
    }

    /// The next bytes of it.
    ///
    /// # Errors
    /// The ZIP's.
    pub fn write(&mut self, part: &[u8]) -> std::io::Result<()> {
        if let Some((entry, hash)) = &mut self.open {
            hash.update(part);
            entry.bytes += part.len() as u64;
        }
        self.zip.write_all(part)
    }

    /// A file in one piece.
    ///
    /// # Errors
    /// The ZIP's.
    pub fn add(&mut self, path: &str, what: &str, bytes: &[u8]) -> std::io::Result<()> {
        self.begin(path, what)?;
        self.write(bytes)
    }

    /// The log.
    ///
    /// # Errors
    /// The ZIP's.
    pub fn add_log(&mut self, log: &[StoredEvent]) -> std::io::Result<()> {
        self.begin(LOG, "the log: one event a line, chained by hash")?;
        for e in log {
            let (actor, kind, body) = (e.actor.clone(), e.kind.clone(), e.body.clone());
            let line = LogLine { seq: e.seq, at: e.at, actor, kind, body, hash: hex::encode(e.hash) };
            self.write(&serde_json::to_vec(&line)?)?;
            self.write(b"\n")?;
        }
        Ok(())
    }

    /// What is ready to be sent.
    pub fn ready(&self) -> Bytes {
        self.out.take()
    }

    /// Puts manifest and signature; answers the rest.
    ///
    /// # Errors
    /// The ZIP's.
    pub fn finish(mut self, head: CaseFileHead, sign: impl Fn(&[u8]) -> [u8; 64]) -> std::io::Result<Bytes> {
        self.close();
        let manifest = serde_json::to_vec_pretty(&Manifest { head, files: std::mem::take(&mut self.files) })?;
        self.zip.start_file(MANIFEST, options())?;
        self.zip.write_all(&manifest)?;
        self.zip.start_file(SIGNATURE, options())?;
        self.zip.write_all(STANDARD.encode(sign(&manifest)).as_bytes())?;
        self.zip.finish()?;
        Ok(self.out.take())
    }

    fn close(&mut self) {
        if let Some((mut entry, hash)) = self.open.take() {
            entry.sha256 = hex::encode(hash.finalize());
            self.files.push(entry);
        }
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// What checking a case file found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseFileReport {
    /// The complaint.
    pub complaint: Option<Uuid>,
    /// Its reference.
    pub reference: Option<String>,
    /// When the file was made.
    pub made_at: Option<Timestamp>,
    /// Files read.
    pub files: usize,
    /// Events read.
    pub events: usize,
    /// What is wrong.
    pub problems: Vec<CaseFileProblem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseFileProblem {
    /// The file it is wrong with.
    pub of: String,
    /// `signature`, `manifest`, `file`, `chain`, `replay`.
    pub kind: &'static str,
    /// What.
    pub what: String,
}

impl CaseFileReport {
    fn wrong(&mut self, of: &str, kind: &'static str, what: impl Into<String>) {
        self.problems.push(CaseFileProblem { of: of.to_owned(), kind, what: what.into() });
    }
}

/// Checks a case file with the key that must have signed it: the signature, every file, the log's chain and
/// its replay.
///
/// # Errors
/// It is no ZIP, or cannot be read.
pub fn check_case_file(path: &Path, key: &[u8; 32]) -> std::io::Result<CaseFileReport> {
    let mut zip = ZipArchive::new(File::open(path)?)?;
    let mut report = CaseFileReport::default();
    let (Some(bytes), Some(signature)) = (small(&mut zip, MANIFEST)?, small(&mut zip, SIGNATURE)?) else {
        report.wrong(MANIFEST, "manifest", "the manifest or its signature is not there");
        return Ok(report);
    };
    let signature = STANDARD.decode(signature.trim_ascii()).unwrap_or_default();
    if !signed_by(key, &bytes, &signature) {
        report.wrong(SIGNATURE, "signature", "the manifest is not signed with this key");
    }
    let manifest: Manifest = match serde_json::from_slice(&bytes) {
        Ok(manifest) => manifest,
        Err(e) => {
            report.wrong(MANIFEST, "manifest", e.to_string());
            return Ok(report);
        }
    };
    if manifest.head.format != FORMAT {
        report.wrong(MANIFEST, "manifest", format!("{FORMAT:?} is expected"));
    }
    report.complaint = Some(manifest.head.complaint);
    report.reference = Some(manifest.head.reference.clone());
    report.made_at = Some(manifest.head.made_at);
    check_files(&mut zip, &manifest, &mut report)?;
    match small(&mut zip, LOG)? {
        Some(log) => check_log(&manifest.head, &log, &mut report),
        None => report.wrong(LOG, "file", "it is not there"),
    }
    Ok(report)
}

fn small(zip: &mut ZipArchive<File>, name: &str) -> std::io::Result<Option<Vec<u8>>> {
    let Ok(file) = zip.by_name(name) else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(PART_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn check_files(zip: &mut ZipArchive<File>, manifest: &Manifest, report: &mut CaseFileReport) -> std::io::Result<()> {
    let known: BTreeMap<&str, &CaseFileEntry> = manifest.files.iter().map(|f| (f.path.as_str(), f)).collect();
    let mut seen = BTreeSet::new();
    for at in 0..zip.len() {
        let mut file = match zip.by_index(at) {
            Ok(file) => file,
            Err(e) => {
                report.wrong(&format!("entry {at}"), "file", e.to_string());
                continue;
            }
        };
        let name = match file.name() {
            Ok(name) => name.into_owned(),
            Err(e) => {
                report.wrong(&format!("entry {at}"), "file", e.to_string());
                continue;
            }
        };
        if !seen.insert(name.clone()) {
            report.wrong(&name, "file", "it is there twice");
        }
        if name == MANIFEST || name == SIGNATURE {
            continue;
        }
        let Some(entry) = known.get(name.as_str()) else {
            report.wrong(&name, "file", "the manifest does not name it");
            continue;
        };
        report.files += 1;
        match hashed(&mut file) {
            Ok((sha256, bytes)) if sha256 == entry.sha256 && bytes == entry.bytes => {}
            Ok(_) => report.wrong(&name, "file", "it is not what the manifest says"),
            // The ZIP's own sum of it does not fit.
            Err(e) => report.wrong(&name, "file", e.to_string()),
        }
    }
    for missing in manifest.files.iter().filter(|f| !seen.contains(&f.path)) {
        report.wrong(&missing.path, "file", "it is not there");
    }
    Ok(())
}

fn hashed(file: &mut impl Read) -> std::io::Result<(String, u64)> {
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; READ_BYTES]);
    loop {
        let n = file.read(&mut part)?;
        if n == 0 {
            return Ok((hex::encode(hash.finalize()), bytes));
        }
        hash.update(&part[..n]);
        bytes += n as u64;
    }
}

fn check_log(head: &CaseFileHead, text: &[u8], report: &mut CaseFileReport) {
    let mut log: Vec<StoredEvent> = Vec::new();
    for (n, line) in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).enumerate() {
        let event = serde_json::from_slice::<LogLine>(line).ok().and_then(stored);
        let Some(event) = event else {
            report.wrong(LOG, "chain", format!("line {} is no event", n + 1));
            return;
        };
        log.push(event);
    }
    report.events = log.len();
    let mut previous = [0; 32];
    for event in &log {
        if chain(&previous, head.complaint, event) != event.hash {
            report.wrong(LOG, "chain", format!("event {} does not follow from the one before", event.seq));
            return;
        }
        previous = event.hash;
    }
    if log.last().map(|e| e.seq) != Some(head.last_seq) || hex::encode(previous) != head.last_hash {
        report.wrong(LOG, "chain", "its end is not the one the manifest names");
    }
    if let Err(e) = Complaint::replay(head.complaint, &log) {
        report.wrong(LOG, "replay", e.to_string());
    }
}

fn stored(line: LogLine) -> Option<StoredEvent> {
    let hash = hex::decode(&line.hash).ok()?.try_into().ok()?;
    Some(StoredEvent { seq: line.seq, at: line.at, actor: line.actor, kind: line.kind, body: line.body, hash })
}
