//! What is looked up for every filing and seldom changes: platforms and the active policy, kept for
//! at most [`FRESH_SECONDS_MAX`], so that a change on another machine is seen soon. A commit checks the
//! policy's version again.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Desk, DeskError};
use crate::domain::policy::{Policy, default_policy};
use crate::store::PlatformRow;
use std::sync::Arc;

/// Seconds a look-up is kept.
pub const FRESH_SECONDS_MAX: u64 = 5;

type Kept<T> = Mutex<Option<(Instant, Arc<T>)>>;

/// The look-ups kept.
#[derive(Default)]
pub(crate) struct Recent {
    platforms: Kept<Vec<PlatformRow>>,
    policy: Kept<(i64, Policy)>,
}

fn fresh<T>(kept: &Kept<T>) -> Option<Arc<T>> {
    let kept = kept.lock().ok()?;
    let (at, value) = kept.as_ref()?;
    (at.elapsed() < Duration::from_secs(FRESH_SECONDS_MAX)).then(|| value.clone())
}

fn keep<T>(kept: &Kept<T>, value: T) -> Arc<T> {
    let value = Arc::new(value);
    if let Ok(mut slot) = kept.lock() {
        *slot = Some((Instant::now(), value.clone()));
    }
    value
}

impl Recent {
    /// Forgets all, after a change made here.
    pub(crate) fn forget(&self) {
        if let Ok(mut slot) = self.platforms.lock() {
            *slot = None;
        }
        if let Ok(mut slot) = self.policy.lock() {
            *slot = None;
        }
    }
}

impl Desk {
    /// Registered platforms.
    pub(crate) async fn platforms(&self) -> Result<Arc<Vec<PlatformRow>>, DeskError> {
        if let Some(known) = fresh(&self.recent.platforms) {
            return Ok(known);
        }
        Ok(keep(&self.recent.platforms, self.store.platforms().await?))
    }

    /// The active policy and its version; version 0 is the built-in default.
    pub(crate) async fn active_policy(&self) -> Result<Arc<(i64, Policy)>, DeskError> {
        if let Some(known) = fresh(&self.recent.policy) {
            return Ok(known);
        }
        let stored = self.store.active_policy(self.clock.now()).await?;
        Ok(keep(&self.recent.policy, stored.unwrap_or_else(|| (0, default_policy()))))
    }
}
