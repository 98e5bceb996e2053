//! What is looked up for every filing and seldom changes: platforms, their rules, the active policy and flags of conduct, kept for
//! at most [`FRESH_SECONDS_MAX`], so that a change on another machine is seen soon. A commit checks the
//! policy's version again. And files: the row of one never changes, and many filings name the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{Desk, DeskError};
use crate::domain::automation_watch::{AUTOMATIC_BASES, without};
use crate::domain::complaint::Basis;
use crate::domain::policy::{Policy, default_policy};
use crate::store::{FileRow, FlagRow, PlatformRow, PlatformRuleRow};

/// Seconds a look-up is kept.
pub const FRESH_SECONDS_MAX: u64 = 5;

/// File rows kept; then all are forgotten, which costs a look-up each.
const FILES_KEPT_MAX: usize = 4_096;

/// The active policy, as it may be used now.
#[derive(Clone, Debug)]
pub(crate) struct PolicyInForce {
    /// Its version; 0 is the built-in default.
    pub(crate) version: i64,
    /// The policy, without the automation that is switched off.
    pub(crate) policy: Policy,
    /// The last switch of automation seen; 0: there was none.
    pub(crate) switches: i64,
}

type Kept<T> = Mutex<Option<(Instant, Arc<T>)>>;

/// The look-ups kept.
#[derive(Default)]
pub(crate) struct Recent {
    platforms: Kept<Vec<PlatformRow>>,
    rules: Kept<Vec<PlatformRuleRow>>,
    policy: Kept<PolicyInForce>,
    flags: Kept<Vec<FlagRow>>,
    files: Mutex<HashMap<Uuid, FileRow>>,
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
        if let Ok(mut slot) = self.rules.lock() {
            *slot = None;
        }
        if let Ok(mut slot) = self.policy.lock() {
            *slot = None;
        }
        if let Ok(mut slot) = self.flags.lock() {
            *slot = None;
        }
    }
}

impl Desk {
    /// The files of an account among `ids`.
    pub(crate) async fn recent_files(&self, account: Uuid, mut ids: Vec<Uuid>) -> Result<Vec<FileRow>, DeskError> {
        let mut rows = Vec::with_capacity(ids.len());
        if let Ok(kept) = self.recent.files.lock() {
            rows.extend(ids.iter().filter_map(|id| kept.get(id).filter(|f| f.account_id == account).cloned()));
        }
        ids.retain(|id| rows.iter().all(|r| r.id != *id));
        if !ids.is_empty() {
            let found = self.store.files(account, ids).await?;
            if let Ok(mut kept) = self.recent.files.lock() {
                if kept.len() + found.len() > FILES_KEPT_MAX {
                    kept.clear();
                }
                kept.extend(found.iter().map(|row| (row.id, row.clone())));
            }
            rows.extend(found);
        }
        Ok(rows)
    }

    /// Registered platforms.
    pub(crate) async fn platforms(&self) -> Result<Arc<Vec<PlatformRow>>, DeskError> {
        if let Some(known) = fresh(&self.recent.platforms) {
            return Ok(known);
        }
        Ok(keep(&self.recent.platforms, self.store.platforms().await?))
    }

    /// The last version of every platform's rule, by which complaints are triaged.
    pub(crate) async fn rules_in_force(&self) -> Result<Arc<Vec<PlatformRuleRow>>, DeskError> {
        if let Some(known) = fresh(&self.recent.rules) {
            return Ok(known);
        }
        Ok(keep(&self.recent.rules, self.store.platform_rules().await?))
    }

    /// Flags of conduct that were not taken back.
    pub(crate) async fn standing_flags(&self) -> Result<Arc<Vec<FlagRow>>, DeskError> {
        if let Some(known) = fresh(&self.recent.flags) {
            return Ok(known);
        }
        Ok(keep(&self.recent.flags, self.store.standing_flags().await?))
    }

    /// The active policy as a filing takes it, whose commit looks again.
    pub(crate) async fn active_policy(&self) -> Result<Arc<PolicyInForce>, DeskError> {
        if let Some(known) = fresh(&self.recent.policy) {
            return Ok(known);
        }
        self.policy_now().await
    }

    /// The active policy as it is stored now.
    pub(crate) async fn policy_now(&self) -> Result<Arc<PolicyInForce>, DeskError> {
        let stored = self.store.active_policy(self.clock.now()).await?;
        let (version, mut policy) = stored.unwrap_or_else(|| (0, default_policy()));
        let (switches, last) = self.store.automation_switches().await?;
        let off = |basis: &Basis| last.iter().any(|s| s.basis == basis.word() && !s.switched_on);
        let off: Vec<Basis> = AUTOMATIC_BASES.into_iter().filter(off).collect();
        policy.automation = without(policy.automation, &off);
        Ok(keep(&self.recent.policy, PolicyInForce { version, policy, switches }))
    }
}
