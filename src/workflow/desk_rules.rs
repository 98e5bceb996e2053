//! What leads maintain for the desk: which effects take two examiners, and the codes of reasons.

use serde::Serialize;

use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{Complaint, LineDecided};
use crate::domain::four_eyes::{DAYS_BEFORE_MAX, Fired, FourEyesRule, SALES_MAX};
use crate::domain::reasons::ReasonList;

const FOUR_EYES: &str = "four_eyes";
const REASONS: &str = "reasons";

/// A rule of the desk and its version; 0: nobody put one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskRule<T> {
    /// Version.
    pub version: i64,
    /// The rule.
    #[serde(flatten)]
    pub rule: T,
}

impl Desk {
    /// Which effects take two examiners.
    ///
    /// # Errors
    /// The store's.
    pub async fn four_eyes(&self) -> Result<DeskRule<FourEyesRule>, DeskError> {
        let (version, rule) = self.store.desk_rule(FOUR_EYES).await?;
        Ok(DeskRule { version, rule })
    }

    /// Puts which effects take two examiners, in the place of the rule that was seen.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] for what is no day.
    pub async fn put_four_eyes(&self, caller: &Caller, (seen, rule): (i64, FourEyesRule)) -> Result<DeskRule<FourEyesRule>, DeskError> {
        as_seen(seen, self.four_eyes().await?.version)?;
        if rule.sales.len() > SALES_MAX || !rule.sales.iter().all(|s| s.is_a_day()) {
            let expected = format!("at most {SALES_MAX} days of the year, each with 1 to {DAYS_BEFORE_MAX} days before it");
            return Err(DeskError::rule("four_eyes.sale", expected));
        }
        let put = self.store.put_desk_rule((FOUR_EYES, seen), &rule, (caller.account, self.clock.now())).await;
        let version = first(put, async || Ok(self.four_eyes().await?.version)).await?;
        Ok(DeskRule { version, rule })
    }

    /// The codes of reasons.
    ///
    /// # Errors
    /// The store's.
    pub async fn reasons(&self) -> Result<DeskRule<ReasonList>, DeskError> {
        let (version, rule) = self.store.desk_rule(REASONS).await?;
        Ok(DeskRule { version, rule })
    }

    /// Puts the codes of reasons: a code that was ever there stays, and may be retired.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] for a code that is missing, stands twice or is none.
    pub async fn put_reasons(&self, caller: &Caller, (seen, list): (i64, ReasonList)) -> Result<DeskRule<ReasonList>, DeskError> {
        let before = self.reasons().await?;
        as_seen(seen, before.version)?;
        if let Some(why) = list.wrong_after(&before.rule) {
            return Err(DeskError::rule("reasons.list", why));
        }
        let put = self.store.put_desk_rule((REASONS, seen), &list, (caller.account, self.clock.now())).await;
        let version = first(put, async || Ok(self.reasons().await?.version)).await?;
        Ok(DeskRule { version, rule: list })
    }

    /// The rules by which a decision that turns what was decided before takes two; what stood already takes one.
    pub(super) async fn fired_by_review(&self, c: &Complaint, lines: &[LineDecided]) -> Result<Vec<Fired>, DeskError> {
        let (_, today) = self.now();
        Ok(self.four_eyes().await?.rule.fired(c, &c.turned_against(lines), today))
    }
}
