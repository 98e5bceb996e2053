//! A platform's own rule: what it asks of the evaluation report before it acts on a complaint, and from which filing day
//! of the patent on. Put by the platform or an administrator; looked at for every platform of a complaint's listings
//! when the complaint is triaged, and kept in that event with the version of the rule: a replay says the same,
//! whatever the platform asks by then.
//!
//! A rule is met, not met, or it is not known. It asks for what some of the ten checks show, so the first of those
//! that failed says why it is not met, and the first that is unknown why nobody knows; what cures the check cures it.
//!
//! # Why
//! A listing whose platform's rule is not met is filed, triaged and decided like any other, and a takedown that an
//! examiner decides is sent, with the rule and what became of it in the message. A centre's opinion is advice, and
//! what evidence suffices a platform is for the platform to decide (E-Commerce Law 42, 45): leaving its listings
//! out would decide for it, and would take from the complainant the notice by whose receipt the law counts. What
//! leaves without a human claims the platform's own conditions are met, so there an unmet or unknown rule holds
//! the complaint back for an examiner (`automation`). A ruling that binds is measured by no rule.
//!
//! Law: E-Commerce Law 32, 42, 45; 网络交易平台规则监督管理办法 (a platform's rules are public and its own); the line
//! itself is the platform's: Alibaba's is 2010-01-01, the law's own for evaluation reports is 2009-10-01.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::calendar::given_day;
use super::complaint::ListingFiled;
use super::examine::{Check, CheckResult, Finding, SuppliedBy};

/// The first day on which a patent could be filed in China. Law: Patent Law 1984, in force on it.
pub const FILED_FROM_MIN: Date = date(1985, 4, 1);

/// Fact, and why a complaint waits: listings whose platform's rule is not met.
pub const RULE_NOT_MET: &str = "platform.rule_not_met";
/// Fact, and why a complaint waits: listings of which nobody knows whether their platform's rule is met.
pub const RULE_UNKNOWN: &str = "platform.rule_unknown";

/// The rule of a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRule {
    /// What it asks of the evaluation report; null: nothing.
    #[serde(default)]
    pub report: Option<ReportRule>,
}

/// What a platform asks of the evaluation report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRule {
    /// Which report.
    pub required: RequiredReport,
    /// Only for patents filed on this day or later; null: for all.
    #[serde(default, deserialize_with = "given_day")]
    pub patents_filed_from: Option<Date>,
}

/// Which report a platform asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredReport {
    /// An evaluation report of the patent, whatever it finds.
    Any,
    /// One that finds no defect in any asserted item.
    Positive,
}

impl RequiredReport {
    /// The checks that show it, in their order.
    fn checks(self) -> &'static [Check] {
        use Check::{Authenticity, Coverage, Dates, Identity, Kind, Number, Superseded, Text, Verdict};
        match self {
            RequiredReport::Any => &[Kind, Number, Identity, Authenticity, Dates, Superseded],
            RequiredReport::Positive => &[Kind, Number, Identity, Authenticity, Dates, Superseded, Text, Coverage, Verdict],
        }
    }
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleResult {
    /// Shown to be met, or not to reach this patent.
    Met,
    /// Shown not to be met.
    NotMet,
    /// Neither.
    Unknown,
}

/// One platform's rule as it was looked at. No text of a finding: it may name a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSeen {
    /// The platform.
    pub platform: String,
    /// Version of its rule.
    pub version: i64,
    /// The rule.
    pub report: ReportRule,
    /// What became of it.
    pub result: RuleResult,
    /// Stable code of the reason: of the check, or one of [`RuleReason`].
    pub code: String,
    /// The check that decided; absent where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// Day the patent was filed, where it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<Date>,
    /// Who supplied what decided.
    pub supplied_by: SuppliedBy,
}

/// A reason that is not a check's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleReason {
    /// Every check it needs passed.
    ReportAsAsked,
    /// No report was filed.
    NoReport,
    /// The patent is older than the line.
    FiledBefore,
    /// Whether it is older is the complainant's word only, or nobody's.
    FiledOnUnproven,
}

impl RuleReason {
    /// All of them.
    pub const ALL: [RuleReason; 4] =
        [RuleReason::ReportAsAsked, RuleReason::NoReport, RuleReason::FiledBefore, RuleReason::FiledOnUnproven];

    /// Its code.
    pub fn word(self) -> &'static str {
        match self {
            RuleReason::ReportAsAsked => "platform_rule.report_as_asked",
            RuleReason::NoReport => "platform_rule.no_report",
            RuleReason::FiledBefore => "platform_rule.filed_before",
            RuleReason::FiledOnUnproven => "platform_rule.filed_on_unproven",
        }
    }

    /// In English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            RuleReason::ReportAsAsked => ("the report is as the platform asks", "报告符合平台的要求"),
            RuleReason::NoReport => ("no evaluation report was filed", "未提交专利权评价报告"),
            RuleReason::FiledBefore => {
                ("the patent was filed before the day from which the platform asks for a report", "专利申请日早于平台要求提交报告的起始日")
            }
            RuleReason::FiledOnUnproven => {
                ("that the patent is older than the platform's line is not shown", "专利申请日早于平台要求的起始日一事尚未证明")
            }
        }
    }

    /// What cures it, where something does.
    pub fn cure(self) -> Option<(&'static str, &'static str)> {
        match self {
            RuleReason::ReportAsAsked | RuleReason::FiledBefore => None,
            RuleReason::NoReport => Some(("file with the evaluation report (Patent Law 66)", "提交专利权评价报告（专利法第66条）")),
            RuleReason::FiledOnUnproven => {
                Some(("supply a register extract, which says when the patent was filed", "补交载明申请日的专利登记簿副本"))
            }
        }
    }
}

/// When the patent was filed, by whose word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledOn {
    /// By the register or the report.
    pub shown: Option<(Date, SuppliedBy)>,
    /// By the complainant: it counts against itself only.
    pub said: Option<Date>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct LookedAt<'a> {
    /// The ten findings; none where no report was filed.
    pub findings: Option<&'a [Finding]>,
    /// When the patent was filed.
    pub filed_on: FiledOn,
}

/// Why, and by whom.
struct Because {
    result: RuleResult,
    code: String,
    check: Option<Check>,
    filed_on: Option<Date>,
    supplied_by: SuppliedBy,
}

impl Because {
    fn of(result: RuleResult, reason: RuleReason, supplied_by: SuppliedBy) -> Self {
        Because { result, code: reason.word().to_owned(), check: None, filed_on: None, supplied_by }
    }
}

impl ReportRule {
    /// What becomes of this version of the rule of `platform`.
    pub fn look(&self, (platform, version): (&str, i64), x: &LookedAt) -> RuleSeen {
        let Because { result, code, check, filed_on, supplied_by } = self.because(x);
        RuleSeen { platform: platform.to_owned(), version, report: *self, result, code, check, filed_on, supplied_by }
    }

    fn because(&self, x: &LookedAt) -> Because {
        let of_report = self.of_report(x.findings);
        let (RuleResult::NotMet | RuleResult::Unknown, Some(line)) = (of_report.result, self.patents_filed_from) else {
            return of_report;
        };
        match x.filed_on {
            FiledOn { shown: Some((on, by)), .. } if on < line => {
                Because { filed_on: Some(on), ..Because::of(RuleResult::Met, RuleReason::FiledBefore, by) }
            }
            FiledOn { shown: None, said } if of_report.result == RuleResult::NotMet && said.is_none_or(|on| on < line) => {
                let by = said.map_or(SuppliedBy::Nobody, |_| SuppliedBy::Complainant);
                Because { filed_on: said, ..Because::of(RuleResult::Unknown, RuleReason::FiledOnUnproven, by) }
            }
            FiledOn { .. } => of_report,
        }
    }

    fn of_report(&self, findings: Option<&[Finding]>) -> Because {
        let Some(findings) = findings else {
            return Because::of(RuleResult::NotMet, RuleReason::NoReport, SuppliedBy::Nobody);
        };
        let checks = self.required.checks();
        let first = |result: CheckResult| findings.iter().find(|f| f.result == result && checks.contains(&f.check));
        let of = |result: RuleResult, f: &Finding| Because {
            result,
            code: f.code.clone(),
            check: Some(f.check),
            filed_on: None,
            supplied_by: f.supplied_by,
        };
        match (first(CheckResult::Fail), first(CheckResult::Unknown)) {
            (Some(f), _) => of(RuleResult::NotMet, f),
            (None, Some(f)) => of(RuleResult::Unknown, f),
            (None, None) => Because::of(RuleResult::Met, RuleReason::ReportAsAsked, SuppliedBy::Report),
        }
    }

    /// What it asks, in English and Chinese.
    pub fn words(&self) -> (String, String) {
        let (en, zh) = match self.required {
            RequiredReport::Any => ("an evaluation report of the patent", "本专利的专利权评价报告"),
            RequiredReport::Positive => (
                "an evaluation report of the patent that finds no defect in any asserted item",
                "本专利的专利权评价报告，且所主张的项目均未发现不符合授予专利权条件的缺陷",
            ),
        };
        match self.patents_filed_from {
            None => (en.to_owned(), zh.to_owned()),
            Some(line) => (format!("for patents filed on or after {line}: {en}"), format!("申请日在{line}及以后的专利：{zh}")),
        }
    }
}

/// Platforms of these listings.
pub fn platforms_of(listings: &[ListingFiled]) -> BTreeSet<&str> {
    listings.iter().filter_map(|l| l.platform.as_deref()).collect()
}

/// What would cure a finding for a rule: the check's own cure, or where a report speaks against some items, the others.
pub fn cure_of(finding: &Finding) -> Option<(String, String)> {
    match (&finding.cure, &finding.cure_zh, finding.check) {
        (Some(en), Some(zh), _) => Some((en.clone(), zh.clone())),
        (_, _, Check::Coverage | Check::Verdict) => Some((
            "assert only items in which the report finds no defect, where there are any".to_owned(),
            "如有未发现缺陷的项目，仅主张该等项目".to_owned(),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(check: Check, result: CheckResult) -> Finding {
        Finding {
            check,
            result,
            code: format!("{}.x", check.word()),
            seen: None,
            expected: None,
            supplied_by: SuppliedBy::Report,
            page: None,
            quote: None,
            confidence: None,
            law: String::new(),
            message: String::new(),
            message_zh: String::new(),
            cure: None,
            cure_zh: None,
            warning: None,
        }
    }

    /// All ten pass but these.
    fn findings(but: &[(Check, CheckResult)]) -> Vec<Finding> {
        use Check::{Authenticity, Coverage, Dates, Identity, InForce, Kind, Number, Superseded, Text, Verdict};
        [Kind, Number, Identity, Authenticity, Dates, Superseded, Text, Coverage, Verdict, InForce]
            .into_iter()
            .map(|c| finding(c, but.iter().find(|(b, _)| *b == c).map_or(CheckResult::Pass, |(_, r)| *r)))
            .collect()
    }

    fn rule(required: RequiredReport, from: Option<Date>) -> ReportRule {
        ReportRule { required, patents_filed_from: from }
    }

    const UNKNOWN_DAY: FiledOn = FiledOn { shown: None, said: None };

    #[test]
    fn a_rule_asks_for_what_its_checks_show() {
        use CheckResult::{Fail, Unknown};
        use RequiredReport::{Any, Positive};
        let cases = [
            (Positive, vec![], RuleResult::Met, None),
            (Positive, vec![(Check::Verdict, Fail)], RuleResult::NotMet, Some(Check::Verdict)),
            (Positive, vec![(Check::Coverage, Fail), (Check::Verdict, Unknown)], RuleResult::NotMet, Some(Check::Coverage)),
            (Positive, vec![(Check::Authenticity, Unknown)], RuleResult::Unknown, Some(Check::Authenticity)),
            (Positive, vec![(Check::Authenticity, Unknown), (Check::Verdict, Fail)], RuleResult::NotMet, Some(Check::Verdict)),
            (Positive, vec![(Check::InForce, Fail)], RuleResult::Met, None),
            (Any, vec![(Check::Verdict, Fail), (Check::Coverage, Fail), (Check::Text, Unknown)], RuleResult::Met, None),
            (Any, vec![(Check::Kind, Fail)], RuleResult::NotMet, Some(Check::Kind)),
            (Any, vec![(Check::Identity, Unknown)], RuleResult::Unknown, Some(Check::Identity)),
        ];
        for (required, but, result, check) in cases {
            let all = findings(&but);
            let seen = rule(required, None).look(("ali", 1), &LookedAt { findings: Some(&all), filed_on: UNKNOWN_DAY });
            assert_eq!((seen.result, seen.check), (result, check), "{required:?} {but:?}");
        }
        let none = rule(Any, None).look(("ali", 1), &LookedAt { findings: None, filed_on: UNKNOWN_DAY });
        assert_eq!((none.result, none.code.as_str()), (RuleResult::NotMet, RuleReason::NoReport.word()));
    }

    /// The complainant's word moves a patent onto the platform's side of the line, and never off it.
    #[test]
    fn the_line_is_drawn_by_a_day_that_is_shown() {
        let line = date(2010, 1, 1);
        let (before, on) = (date(2009, 12, 31), line);
        let register = |day| FiledOn { shown: Some((day, SuppliedBy::Register)), said: None };
        let said = |day| FiledOn { shown: None, said: Some(day) };
        let cases = [
            (register(before), RuleResult::Met, RuleReason::FiledBefore),
            (register(on), RuleResult::NotMet, RuleReason::NoReport),
            (said(before), RuleResult::Unknown, RuleReason::FiledOnUnproven),
            (said(on), RuleResult::NotMet, RuleReason::NoReport),
            (UNKNOWN_DAY, RuleResult::Unknown, RuleReason::FiledOnUnproven),
        ];
        for (filed_on, result, reason) in cases {
            let seen = rule(RequiredReport::Positive, Some(line)).look(("ali", 1), &LookedAt { findings: None, filed_on });
            assert_eq!((seen.result, seen.code.as_str()), (result, reason.word()), "{filed_on:?}");
        }
        let good = findings(&[]);
        let seen = rule(RequiredReport::Positive, Some(line)).look(("ali", 1), &LookedAt { findings: Some(&good), filed_on: UNKNOWN_DAY });
        assert_eq!(seen.result, RuleResult::Met, "a report that is as asked needs no day");
    }
}
