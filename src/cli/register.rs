//! `register import`: a file of register entries into the store, batch by batch. Killed, it goes on where it
//! stood; done, it changes nothing. Rows that are wrong go to a file beside it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::print;
use super::process::service;
use crate::intake::register_file::{RegisterFile, RegisterFileError, fingerprint};
use crate::store::{REGISTER_ROWS_MAX, RegisterImportRow, StoreError};
use crate::workflow::Desk;

/// Exit where there is nothing to import: no such file, or not of the two kinds.
const NO_SUCH_INPUT: u8 = 2;
/// Rows of errors read at a time.
const ERRORS_PAGE: i64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// CSV with a head (.csv), or JSON Lines (.jsonl).
    file: PathBuf,
}

pub(super) async fn import(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let path = args.file;
    let (sha256, length) = match looked_at(&path) {
        Ok(seen) => seen,
        Err(e) => {
            eprintln!("{}: {e}", path.display());
            return Ok(ExitCode::from(NO_SUCH_INPUT));
        }
    };
    let service = service().map_err(|e| match e.downcast_ref::<StoreError>() {
        Some(StoreError::Busy) => {
            e.context("a service holds the data folder: use its route PUT /v1/admin/patents/{patent_number}, or stop it")
        }
        _ => e,
    })?;
    service.migrate().await?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stood = service.desk.register_import(&sha256, &name).await?;
    let begun = Instant::now();
    let done = match stood.finished_at {
        Some(_) => stood.clone(),
        None => work(&service.desk, (&path, length), stood.clone()).await?,
    };
    let errors = write_errors(&service.desk, &path, &done).await?;
    let lines = done.line_number - stood.line_number;
    let seconds = begun.elapsed().as_secs_f64();
    let summary = serde_json::json!({
        "file": name, "sha256": sha256, "already_done": stood.finished_at.is_some(), "continued_after_line": stood.line_number,
        "put": done.put, "unchanged": done.unchanged, "refused": done.refused, "errors": errors,
        "seconds": (seconds * 10.0).round() / 10.0, "rows_per_second": (f64::from(i32::try_from(lines).unwrap_or(i32::MAX)) / seconds.max(0.001)).round(),
    });
    print(&summary.to_string());
    Ok(if done.refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// SHA-256 and length of a file that can be imported, as far as its name and head say.
fn looked_at(path: &Path) -> Result<(String, u64), RegisterFileError> {
    RegisterFile::open(path, (0, 0))?;
    Ok(fingerprint(path)?)
}

async fn work(desk: &Desk, (path, length): (&Path, u64), stood: RegisterImportRow) -> anyhow::Result<RegisterImportRow> {
    let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
    let mut file = RegisterFile::open(path, (unsigned(stood.offset_bytes), unsigned(stood.line_number)))?;
    let bar = ProgressBar::new(length);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}% {bytes}/{total_bytes} {msg} {eta}")?);
    let mut row = stood;
    while row.finished_at.is_none() {
        let rows = file.next_rows(REGISTER_ROWS_MAX)?;
        let last = rows.len() < REGISTER_ROWS_MAX;
        row = desk.import_registers(row, rows, last).await?;
        bar.set_position(unsigned(row.offset_bytes));
        bar.set_message(format!("{} put, {} unchanged, {} refused", row.put, row.unchanged, row.refused));
    }
    bar.finish();
    Ok(row)
}

/// Writes the rows that were refused beside the file, whole; answers the path, where there are any.
async fn write_errors(desk: &Desk, path: &Path, done: &RegisterImportRow) -> anyhow::Result<Option<PathBuf>> {
    if done.refused == 0 {
        return Ok(None);
    }
    let mut target = path.as_os_str().to_owned();
    target.push(".errors.jsonl");
    let target = PathBuf::from(target);
    let mut out = BufWriter::new(File::create(&target).with_context(|| format!("{} cannot be written", target.display()))?);
    let mut after = -1;
    loop {
        let rows = desk.store().register_import_errors(&done.sha256, after, ERRORS_PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.line_number;
        for r in &rows {
            let line = serde_json::json!({ "line": r.line_number, "number": r.number, "code": r.code, "message": r.message });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Some(target))
}
