//! An import of the register, batch by batch: rows that are wrong are kept with their line and the reason,
//! the rest is put by the verb the route uses. How far it has come is written with what was put, so that
//! an import that was killed goes on where it stood, and one that is done is not done again.

use jiff::Timestamp;
use uuid::Uuid;

use super::register::check_entry;
use super::{Desk, DeskError};
use crate::domain::register::RegisterEntry;
use crate::intake::register_file::RegisterRow;
use crate::store::{ImportBatch, ImportErrorRow, Putting, RegisterImportRow};

/// Who puts what an import brings: no account, but whoever has the machine.
pub const IMPORTED_BY: Uuid = Uuid::nil();

impl Desk {
    /// Where the import of a file stands; begun now where it was not begun before.
    ///
    /// # Errors
    /// The store's.
    pub async fn register_import(&self, sha256: &str, file_name: &str) -> Result<RegisterImportRow, DeskError> {
        let now = self.clock.now();
        let begun = |started_at: Timestamp| RegisterImportRow {
            sha256: sha256.to_owned(),
            file_name: file_name.to_owned(),
            offset_bytes: 0,
            line_number: 0,
            put: 0,
            unchanged: 0,
            refused: 0,
            started_at,
            updated_at: started_at,
            finished_at: None,
        };
        Ok(self.store.register_import(sha256).await?.unwrap_or_else(|| begun(now)))
    }

    /// Puts the next rows of a file; `done` says that they are the last. Answers where it stands now.
    ///
    /// # Errors
    /// The store's; then nothing of the batch was put.
    pub async fn import_registers(
        &self,
        stood: RegisterImportRow,
        rows: Vec<RegisterRow>,
        done: bool,
    ) -> Result<RegisterImportRow, DeskError> {
        let (now, today) = self.now();
        let mut good: Vec<(String, RegisterEntry)> = Vec::new();
        let mut progress = RegisterImportRow { updated_at: now, finished_at: done.then_some(now), ..stood };
        let mut batch = (Vec::new(), Vec::new());
        for row in rows {
            progress.offset_bytes = row.end_bytes;
            progress.line_number = row.line_number;
            let problem = |number: &str, code: &str, message: String| ImportErrorRow {
                sha256: progress.sha256.clone(),
                line_number: row.line_number,
                number: number.to_owned(),
                code: code.to_owned(),
                message,
            };
            match row.parsed {
                Err(p) => batch.1.push(problem(&p.number, p.code, p.message)),
                Ok((text, entry)) => match check_entry(&text, entry, today) {
                    Ok(checked) => {
                        good.push(checked);
                        batch.0.push(row.line_number);
                    }
                    Err(DeskError::Rule { code, message }) => batch.1.push(problem(&text, code, message)),
                    Err(e) => return Err(e),
                },
            }
        }
        let (lines, errors) = batch;
        let sha256 = progress.sha256.clone();
        let import = Some(ImportBatch { progress, lines, errors });
        self.put_entries(good, Putting { by: IMPORTED_BY, at: now, import, seen: None }).await?;
        self.store.register_import(&sha256).await?.ok_or(DeskError::NotFound)
    }
}
