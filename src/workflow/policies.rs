//! Policies as documents: stored with a version, typed when stored, active from a moment on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Caller, Desk, DeskError};
use crate::domain::policy::{Policy, default_policy, validate};

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

    /// Activates a version.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]; [`DeskError::Rule`] for a moment in the past.
    pub async fn activate_policy(&self, version: i64, form: ActivationForm) -> Result<PolicyView, DeskError> {
        let now = self.clock.now();
        let from = form.from.unwrap_or(now);
        if from < now {
            return Err(DeskError::rule("policy.in_the_past", "a policy cannot be activated in the past"));
        }
        self.store.activate_policy(version, from).await?;
        self.recent.forget();
        self.policy(version).await
    }

    /// One version.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn policy(&self, version: i64) -> Result<PolicyView, DeskError> {
        self.all_policies().await?.into_iter().find(|p| p.version == version).ok_or(DeskError::NotFound)
    }

    /// All versions, the built-in default first.
    ///
    /// # Errors
    /// The store's.
    pub async fn all_policies(&self) -> Result<Vec<PolicyView>, DeskError> {
        let active = self.store.active_policy(self.clock.now()).await?.map_or(0, |(v, _)| v);
        let built_in = PolicyView { version: 0, active: active == 0, active_from: None, policy: default_policy() };
        let stored = self.store.policies().await?.into_iter().map(|row| PolicyView {
            version: row.version,
            active: row.version == active,
            active_from: row.active_from,
            policy: row.policy,
        });
        Ok(std::iter::once(built_in).chain(stored).collect())
    }
}
