//! The lock on the data folder: on SQLite one `serve` per folder, because item versions, the feed and
//! the leases count on one writer. The system frees it when the process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::StoreError;

/// Name of the lock file in the data folder.
const LOCK_FILE: &str = "fasttrack.lock";

/// Held while this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the exclusive lock on `folder`, which must exist.
///
/// # Errors
/// [`StoreError::Busy`] if another process holds it; [`StoreError::Unavailable`] if the lock file
/// cannot be made.
pub fn lock_data_folder(folder: &Path) -> Result<Lock, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK_FILE))
        .map_err(|e| StoreError::Unavailable { why: e.to_string() })?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock { _file: file }),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::Busy),
        Err(e) => Err(StoreError::Unavailable { why: e.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock_data_folder(folder.path()).unwrap();
        assert_eq!(lock_data_folder(folder.path()).unwrap_err(), StoreError::Busy);
        drop(first);
        lock_data_folder(folder.path()).unwrap();
    }
}
