//! Versions of what several people change, but complaints: a change names the one it saw. The store changes only what
//! is still at that; who comes second is told where it is now.

use super::DeskError;
use crate::store::StoreError;

/// Refuses what was meant for another version than the one there is.
pub(super) fn as_seen(seen: i64, now: i64) -> Result<(), DeskError> {
    if seen == now { Ok(()) } else { Err(DeskError::Moved { now }) }
}

/// What the store did with a change of the version that was seen; where somebody else was first, where it is `now`.
pub(super) async fn first<T>(done: Result<T, StoreError>, now: impl AsyncFnOnce() -> Result<i64, DeskError>) -> Result<T, DeskError> {
    match done {
        Err(StoreError::Stale { .. } | StoreError::Duplicate { .. }) => Err(DeskError::Moved { now: now().await? }),
        other => Ok(other?),
    }
}
