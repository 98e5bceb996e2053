//! Triage policy as data: a list of criteria over the flat facts of a complaint. None met → simple;
//! any met → complex, and every one met is recorded with what it saw.
//!
//! Law: the pattern 事实清楚、权利义务关系明确、争议不大 of Civil Procedure Law 160.
//!
//! A condition is a closed JSON tree (`all`, `any`, `not` over leaves `{fact, op, value}`), so nothing
//! can loop and "value seen" and "what would make it simple" follow from the leaf. A leaf on a fact
//! nobody supplied is false, unless it asks `is_unknown`: an unknown fact must be asked for by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::automation_watch::SwitchOff;

mod defaults;
mod diff;
mod facts;
mod validate;

pub use defaults::default_policy;
pub use diff::{CriterionAt, CriterionChanged, Difference, PolicyDiff, diff};
pub use facts::{ALWAYS_KNOWN, FACTS, FactType, NEVER_NO, fact_type};
pub use validate::{PolicyProblem, validate};

/// Most criteria in a policy.
pub const CRITERIA_MAX: usize = 64;
/// Deepest nesting of a condition.
pub const DEPTH_MAX: usize = 8;

/// The flat, documented record that a policy looks at. A fact nobody supplied is absent.
pub type Facts = BTreeMap<String, FactValue>;

/// Value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A count.
    Number(i64),
    /// One of the words documented for the fact.
    Word(String),
}

impl From<bool> for FactValue {
    fn from(v: bool) -> Self {
        FactValue::Bool(v)
    }
}

impl From<usize> for FactValue {
    fn from(v: usize) -> Self {
        FactValue::Number(i64::try_from(v).unwrap_or(i64::MAX))
    }
}

impl From<&str> for FactValue {
    fn from(v: &str) -> Self {
        FactValue::Word(v.to_owned())
    }
}

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Name, for people.
    pub name: String,
    /// What may be decided without a human; nothing by default.
    #[serde(default)]
    pub automation: Automation,
    /// On the complex track, whether nothing is decided against a seller before its answer window ends.
    #[serde(default = "yes")]
    pub hear_first: bool,
    /// The criteria, at most [`CRITERIA_MAX`].
    pub criteria: Vec<Criterion>,
}

fn yes() -> bool {
    true
}

/// What may be decided without a human.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automation {
    /// Takedown on basis `verified_notice` (E-Commerce Law 42).
    #[serde(default)]
    pub verified_notice: bool,
    /// Takedown on basis `prior_determination`: a re-listing of what a human found infringing.
    #[serde(default)]
    pub prior_determination: bool,
    /// When people took so much of it back that it switches itself off.
    #[serde(default)]
    pub switch_off: SwitchOff,
}

/// One criterion: when it is met, the complaint is complex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable code.
    pub code: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Legal source.
    pub law: String,
    /// When it is met.
    pub when: Condition,
}

/// A condition over facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Condition {
    /// All of them.
    All(AllOf),
    /// Any of them.
    Any(AnyOf),
    /// Not this one.
    Not(NotOf),
    /// One fact.
    Leaf(Leaf),
}

/// `{"all": […]}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllOf {
    /// The conditions.
    pub all: Vec<Condition>,
}

/// `{"any": […]}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    /// The conditions.
    pub any: Vec<Condition>,
}

/// `{"not": …}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotOf {
    /// The condition.
    pub not: Box<Condition>,
}

/// `{"fact", "op", "value"}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Name of the fact.
    pub fact: String,
    /// Operator.
    pub op: Op,
    /// What it is compared with; absent for `is_unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Operand>,
}

/// Operators of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Is,
    /// Known and not equal.
    IsNot,
    /// One of a list.
    In,
    /// Greater.
    Over,
    /// Less.
    Under,
    /// Nobody supplied it.
    IsUnknown,
}

/// Right side of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    /// One value.
    One(FactValue),
    /// A list, for `in`.
    Many(Vec<FactValue>),
}

/// The two tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// 简案
    Simple,
    /// 繁案
    Complex,
}

impl Track {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Track::Simple => "simple",
            Track::Complex => "complex",
        }
    }
}

/// What one criterion saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionReport {
    /// Code of the criterion.
    pub code: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Legal source.
    pub law: String,
    /// Whether it is met.
    pub met: bool,
    /// The facts it looked at; `null` is unknown.
    pub saw: BTreeMap<String, Option<FactValue>>,
    /// What would have made it simple, for a criterion that is met: one line a leaf that held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_be_simple_if: Vec<String>,
}

/// Result of triage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// The track.
    pub track: Track,
    /// Every criterion of the policy, in its order.
    pub criteria: Vec<CriterionReport>,
}

impl Triage {
    /// Codes of the criteria met.
    pub fn met(&self) -> Vec<String> {
        self.criteria.iter().filter(|c| c.met).map(|c| c.code.clone()).collect()
    }
}

/// Applies `policy` to `facts`.
pub fn triage(policy: &Policy, facts: &Facts) -> Triage {
    let criteria: Vec<CriterionReport> = policy.criteria.iter().map(|c| look(c, facts)).collect();
    let track = if criteria.iter().any(|c| c.met) { Track::Complex } else { Track::Simple };
    Triage { track, criteria }
}

/// The criteria of `policy` that `facts` meet: [`triage`] without the words.
pub fn criteria_met<'a>(policy: &'a Policy, facts: &'a Facts) -> impl Iterator<Item = &'a Criterion> {
    policy.criteria.iter().filter(|c| holds(&c.when, facts))
}

/// The facts a criterion looks at, as they are; `None` is unknown.
pub fn values_seen(criterion: &Criterion, facts: &Facts) -> BTreeMap<String, Option<FactValue>> {
    let mut saw = BTreeMap::new();
    each_leaf(&criterion.when, false, &mut |leaf, _| {
        saw.insert(leaf.fact.clone(), facts.get(&leaf.fact).cloned());
    });
    saw
}

fn look(criterion: &Criterion, facts: &Facts) -> CriterionReport {
    let met = holds(&criterion.when, facts);
    let mut cures = Vec::new();
    each_leaf(&criterion.when, false, &mut |leaf, negated| {
        if met && leaf_holds(leaf, facts) != negated {
            cures.push(cure(leaf, negated));
        }
    });
    CriterionReport {
        code: criterion.code.clone(),
        title_zh: criterion.title_zh.clone(),
        title_en: criterion.title_en.clone(),
        law: criterion.law.clone(),
        met,
        saw: values_seen(criterion, facts),
        would_be_simple_if: cures,
    }
}

fn each_leaf(c: &Condition, negated: bool, f: &mut impl FnMut(&Leaf, bool)) {
    match c {
        Condition::All(a) => a.all.iter().for_each(|c| each_leaf(c, negated, f)),
        Condition::Any(a) => a.any.iter().for_each(|c| each_leaf(c, negated, f)),
        Condition::Not(n) => each_leaf(&n.not, !negated, f),
        Condition::Leaf(l) => f(l, negated),
    }
}

fn holds(c: &Condition, facts: &Facts) -> bool {
    match c {
        Condition::All(a) => a.all.iter().all(|c| holds(c, facts)),
        Condition::Any(a) => a.any.iter().any(|c| holds(c, facts)),
        Condition::Not(n) => !holds(&n.not, facts),
        Condition::Leaf(l) => leaf_holds(l, facts),
    }
}

fn leaf_holds(leaf: &Leaf, facts: &Facts) -> bool {
    let Some(seen) = facts.get(&leaf.fact) else {
        return leaf.op == Op::IsUnknown;
    };
    match (leaf.op, &leaf.value) {
        (Op::Is, Some(Operand::One(v))) => seen == v,
        (Op::IsNot, Some(Operand::One(v))) => seen != v,
        (Op::In, Some(Operand::Many(vs))) => vs.contains(seen),
        (Op::Over, Some(Operand::One(FactValue::Number(n)))) => {
            matches!(seen, FactValue::Number(s) if s > n)
        }
        (Op::Under, Some(Operand::One(FactValue::Number(n)))) => {
            matches!(seen, FactValue::Number(s) if s < n)
        }
        _ => false,
    }
}

fn cure(leaf: &Leaf, negated: bool) -> String {
    let value = match &leaf.value {
        None => String::new(),
        Some(v) => serde_json::to_string(v).unwrap_or_default(),
    };
    let not = |plain: &str, turned: &str| {
        let word = if negated { turned } else { plain };
        format!("{} {word} {value}", leaf.fact).trim_end().to_owned()
    };
    match leaf.op {
        Op::Is => not("is not", "is"),
        Op::IsNot => not("is", "is not"),
        Op::In => not("is none of", "is one of"),
        Op::Over => not("is at most", "is over"),
        Op::Under => not("is at least", "is under"),
        Op::IsUnknown => not("is known", "is unknown"),
    }
}
