//! Policies as documents: stored with a version, typed when stored, active from a moment on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lists::{PageQuery, cursor_position, cursor_text, rows_asked};
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError};
use crate::domain::policy::{Policy, default_policy, validate};
use crate::store::PolicyRow;

/// Activation of a version.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationForm {
    /// From when; absent: now.
    #[serde(default)]
    pub from: Option<Timestamp>,
}

/// A policy with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyView {
    /// Version; 0 is the built-in default.
    pub version: i64,
    /// Whether it is the active one.
    pub active: bool,
    /// From when it is active, where it ever was activated.
    pub active_from: Option<Timestamp>,
    /// The document.
    pub policy: Policy,
}

/// A page of policies.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyPage {
    /// The oldest first, the built-in default before all.
    pub items: Vec<PolicyView>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

impl Desk {
    /// Stores a policy.
    ///
    /// # Errors
    /// [`DeskError::Policy`] with every problem.
    pub async fn store_policy(&self, caller: &Caller, policy: Policy) -> Result<PolicyView, DeskError> {
        let problems = validate(&policy);
        if !problems.is_empty() {
            return Err(DeskError::Policy(problems));
        }
        let version = self.store.put_policy(&policy, caller.account, self.clock.now()).await?;
        Ok(PolicyView { version, active: false, active_from: None, policy })
    }

    /// Activates a version, where none was activated since the activation that was seen; answers the number of this one.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]; [`DeskError::Rule`] for a moment in the past.
    pub async fn activate_policy(&self, version: i64, (seen, form): (i64, ActivationForm)) -> Result<(i64, PolicyView), DeskError> {
        self.policy(version).await?;
        as_seen(seen, self.activations().await?)?;
        let now = self.clock.now();
        let from = form.from.unwrap_or(now);
        if from < now {
            return Err(DeskError::rule("policy.in_the_past", "a policy cannot be activated in the past"));
        }
        first(self.store.activate_policy(version, from, seen).await, async || self.activations().await).await?;
        self.recent.forget();
        Ok((seen + 1, self.policy(version).await?))
    }

    /// How many activations there were: which policy is active, and which will be, is one thing that changes.
    ///
    /// # Errors
    /// The store's.
    pub async fn activations(&self) -> Result<i64, DeskError> {
        Ok(self.store.activations().await?)
    }

    /// One version.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn policy(&self, version: i64) -> Result<PolicyView, DeskError> {
        let before = PageQuery { limit: Some(1), cursor: (version > 0).then(|| cursor_text(&(version - 1))) };
        let page = self.policies(before).await?;
        page.items.into_iter().find(|p| p.version == version).ok_or(DeskError::NotFound)
    }

    /// All versions, the built-in default first.
    ///
    /// # Errors
    /// The store's.
    pub async fn all_policies(&self) -> Result<Vec<PolicyView>, DeskError> {
        let active = self.active_version().await?;
        Ok(std::iter::once(built_in(active)).chain(self.store.policies().await?.into_iter().map(|row| view(row, active))).collect())
    }

    /// A page of the versions, the built-in default first.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn policies(&self, q: PageQuery) -> Result<PolicyPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        let after: Option<i64> = cursor_position(q.cursor.as_deref())?;
        let active = self.active_version().await?;
        let stored = self.store.policies_page(after.unwrap_or(0), limit + 1).await?;
        let mut items: Vec<PolicyView> = after.is_none().then(|| built_in(active)).into_iter().collect();
        items.extend(stored.into_iter().map(|row| view(row, active)));
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|p| cursor_text(&p.version));
        Ok(PolicyPage { items, next_cursor })
    }

    async fn active_version(&self) -> Result<i64, DeskError> {
        Ok(self.store.active_policy(self.clock.now()).await?.map_or(0, |(v, _)| v))
    }
}

fn built_in(active: i64) -> PolicyView {
    PolicyView { version: 0, active: active == 0, active_from: None, policy: default_policy() }
}

fn view(row: PolicyRow, active: i64) -> PolicyView {
    PolicyView { version: row.version, active: row.version == active, active_from: row.active_from, policy: row.policy }
}
