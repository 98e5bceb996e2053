//! Platforms' own rules: put by the platform or an administrator, shown to both and to the house; and what became of
//! them in a complaint, in words. What they ask and how they are looked at: `domain::platform_rule`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError, Role};
use crate::domain::complaint::ListingFiled;
use crate::domain::examine::{Check, Finding, SuppliedBy};
use crate::domain::platform_rule::{
    FILED_FROM_MIN, LookedAt, PlatformRule, ReportRule, RuleReason, RuleResult, RuleSeen, cure_of, platforms_of,
};
use crate::store::PlatformRuleRow;

/// A platform's rule as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformRuleView {
    /// The platform.
    pub platform: String,
    /// Version; 0: none was ever put.
    pub version: i64,
    /// The rule.
    #[serde(flatten)]
    pub rule: PlatformRule,
    /// When it was put.
    pub put_at: Option<Timestamp>,
    /// In which role: `platform`, `admin`.
    pub put_by_role: Option<String>,
    /// By which account; a platform is not told who of the house.
    pub put_by: Option<Uuid>,
}

impl PlatformRuleView {
    fn of(platform: &str, row: Option<PlatformRuleRow>, caller: &Caller) -> Self {
        let own = |row: &PlatformRuleRow| caller.role != Role::Platform || row.put_by_role == Role::Platform.word();
        match row {
            None => PlatformRuleView {
                platform: platform.to_owned(),
                version: 0,
                rule: PlatformRule::default(),
                put_at: None,
                put_by_role: None,
                put_by: None,
            },
            Some(row) => PlatformRuleView {
                put_by: Some(row.put_by).filter(|_| own(&row)),
                platform: row.platform,
                version: row.version,
                rule: row.rule,
                put_at: Some(row.put_at),
                put_by_role: Some(row.put_by_role),
            },
        }
    }
}

/// What became of a platform's rule in a complaint, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSeenView {
    /// The platform.
    pub platform: String,
    /// Version of its rule.
    pub version: i64,
    /// The rule.
    pub report: ReportRule,
    /// What became of it, for each listing on that platform.
    pub result: RuleResult,
    /// Stable code.
    pub code: String,
    /// The check that decided; null: none did.
    pub check: Option<Check>,
    /// What was seen.
    pub seen: Option<String>,
    /// Who supplied it.
    pub supplied_by: SuppliedBy,
    /// What the rule asks, in English.
    pub expected: String,
    /// In Chinese.
    pub expected_zh: String,
    /// Why, in English.
    pub message: String,
    /// In Chinese; it governs.
    pub message_zh: String,
    /// What would cure it.
    pub cure: Option<String>,
    /// In Chinese.
    pub cure_zh: Option<String>,
}

impl RuleSeenView {
    /// With the words of the check that decided, which are kept beside the log.
    pub(super) fn of(seen: &RuleSeen, findings: &[Finding]) -> Self {
        let finding = findings.iter().find(|f| Some(f.check) == seen.check && f.code == seen.code);
        let reason = RuleReason::ALL.into_iter().find(|r| r.word() == seen.code);
        let (message, message_zh) = match (finding, reason) {
            (Some(f), _) => (f.message.clone(), f.message_zh.clone()),
            (None, Some(r)) => (r.words().0.to_owned(), r.words().1.to_owned()),
            (None, None) => (seen.code.clone(), seen.code.clone()),
        };
        let cure = match (finding, reason) {
            _ if seen.result == RuleResult::Met => None,
            (Some(f), _) => cure_of(f),
            (None, r) => r.and_then(RuleReason::cure).map(|(en, zh)| (en.to_owned(), zh.to_owned())),
        };
        let (cure, cure_zh) = cure.unzip();
        let (expected, expected_zh) = seen.report.words();
        RuleSeenView {
            platform: seen.platform.clone(),
            version: seen.version,
            report: seen.report,
            result: seen.result,
            code: seen.code.clone(),
            check: seen.check,
            seen: finding.and_then(|f| f.seen.clone()).or_else(|| seen.filed_on.map(|on: Date| on.to_string())),
            supplied_by: seen.supplied_by,
            expected,
            expected_zh,
            message,
            message_zh,
            cure,
            cure_zh,
        }
    }
}

/// What becomes of the rules of the platforms of these listings.
pub(super) fn rules_seen(rules: &[PlatformRuleRow], listings: &[ListingFiled], x: &LookedAt) -> Vec<RuleSeen> {
    let platforms = platforms_of(listings);
    let own = rules.iter().filter(|r| platforms.contains(r.platform.as_str()));
    own.filter_map(|r| Some(r.rule.report?.look((&r.platform, r.version), x))).collect()
}

impl Desk {
    /// The rule of a platform.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an unknown platform.
    pub async fn platform_rule(&self, caller: &Caller, platform: &str) -> Result<PlatformRuleView, DeskError> {
        if !self.store.platforms().await?.iter().any(|p| p.code == platform) {
            return Err(DeskError::NotFound);
        }
        Ok(PlatformRuleView::of(platform, self.store.platform_rule(platform).await?, caller))
    }

    /// Puts the rule of a platform, in the place of the one that was seen.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an unknown platform; [`DeskError::Moved`]; [`DeskError::Rule`] for a day before
    /// there were patents.
    pub async fn put_platform_rule(
        &self,
        caller: &Caller,
        (platform, seen): (&str, i64),
        rule: PlatformRule,
    ) -> Result<PlatformRuleView, DeskError> {
        if let Some(day) = rule.report.and_then(|r| r.patents_filed_from).filter(|day| *day < FILED_FROM_MIN) {
            return Err(DeskError::rule("platform_rule.filed_from", format!("{day} lies before {FILED_FROM_MIN}")));
        }
        as_seen(seen, self.platform_rule(caller, platform).await?.version)?;
        let row = PlatformRuleRow {
            platform: platform.to_owned(),
            version: seen + 1,
            rule,
            put_by: caller.account,
            put_by_role: caller.role.word().to_owned(),
            put_at: self.clock.now(),
        };
        first(self.store.put_platform_rule(row.clone()).await, async || Ok(self.platform_rule(caller, platform).await?.version)).await?;
        self.recent.forget();
        Ok(PlatformRuleView::of(platform, Some(row), caller))
    }
}
