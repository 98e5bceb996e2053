//! Keeping uploaded files and finding them again: the caller's own only.

use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;

use super::{Caller, Desk, DeskError, NamedFiles};
use crate::intake::upload::Kept;
use crate::store::FileRow;

/// A file as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredFile {
    /// Id, of this account only.
    pub id: Uuid,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: i64,
    /// Media type by content.
    pub media_type: String,
    /// When it was first uploaded by this account.
    pub created_at: jiff::Timestamp,
}

impl From<FileRow> for StoredFile {
    fn from(row: FileRow) -> Self {
        StoredFile { id: row.id, sha256: row.sha256, bytes: row.bytes, media_type: row.media_type, created_at: row.created_at }
    }
}

impl StoredFile {
    /// Its row.
    pub(super) fn row(&self, account: Uuid) -> FileRow {
        FileRow {
            id: self.id,
            account_id: account,
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            media_type: self.media_type.clone(),
            created_at: self.created_at,
        }
    }
}

impl Desk {
    /// A file that came with a request and is registered with what the request brings about.
    pub fn arrived_file(&self, kept: Kept) -> StoredFile {
        StoredFile {
            id: self.ids.next(),
            sha256: kept.sha256,
            bytes: kept.bytes,
            media_type: kept.media_type.to_owned(),
            created_at: self.clock.now(),
        }
    }

    /// Registers a file that was kept; the same bytes of the same account give the same id.
    ///
    /// # Errors
    /// [`DeskError::Store`]
    pub async fn register_file(&self, caller: &Caller, kept: Kept) -> Result<StoredFile, DeskError> {
        let row = self.arrived_file(kept).row(caller.account);
        Ok(self.store.insert_file(row).await?.into())
    }

    /// One file of the caller.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another account's.
    pub async fn stored_file(&self, caller: &Caller, id: Uuid) -> Result<StoredFile, DeskError> {
        Ok(self.store.file(caller.account, id).await?.into())
    }

    /// The bytes of one file of the caller.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Upload`]
    pub async fn file_bytes(&self, caller: &Caller, id: Uuid) -> Result<(StoredFile, Bytes), DeskError> {
        let file = self.stored_file(caller, id).await?;
        let bytes = self.uploads.read(&file.sha256).await?;
        Ok((file, bytes))
    }

    /// Adds the files that `names` gives by id to those that came with the request; what is not found
    /// is left out, for the notice check to report.
    pub(crate) async fn find_files(&self, caller: &Caller, names: &[&str], with_request: NamedFiles) -> Result<NamedFiles, DeskError> {
        let mut files = with_request;
        let mut ids: Vec<Uuid> = names.iter().filter(|n| !files.contains_key(**n)).filter_map(|n| n.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        for row in self.recent_files(caller.account, ids).await? {
            files.insert(row.id.to_string(), row.into());
        }
        Ok(files)
    }
}
