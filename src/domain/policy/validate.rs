//! Typing a policy when it is stored: unknown fact, wrong type, a leaf no value can satisfy, too
//! many criteria, too deep. All problems at once, each with a JSON Pointer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{CRITERIA_MAX, Condition, DEPTH_MAX, FactType, FactValue, Leaf, Op, Operand, Policy, fact_type};

/// One problem of a policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyProblem {
    /// JSON Pointer into the document.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// Every problem of `policy`; empty when it may be stored.
pub fn validate(policy: &Policy) -> Vec<PolicyProblem> {
    let mut found = Vec::new();
    let mut problem = |pointer: String, code: &str, message: String| {
        found.push(PolicyProblem { pointer, code: code.into(), message });
    };
    if policy.criteria.len() > CRITERIA_MAX {
        problem(
            "/criteria".into(),
            "policy.too_many_criteria",
            format!("at most {CRITERIA_MAX} criteria, found {}", policy.criteria.len()),
        );
    }
    let rule = policy.automation.switch_off;
    if rule.reversal_percent_over > 100 {
        problem("/automation/switch_off/reversal_percent_over".into(), "policy.out_of_range", "0 to 100 is expected".into());
    }
    if rule.decisions_min == 0 {
        problem("/automation/switch_off/decisions_min".into(), "policy.out_of_range", "at least 1 is expected".into());
    }
    let mut codes = BTreeSet::new();
    for (i, criterion) in policy.criteria.iter().enumerate() {
        if !codes.insert(criterion.code.as_str()) {
            problem(format!("/criteria/{i}/code"), "policy.duplicate_code", format!("code {} stands twice", criterion.code));
        }
        walk(&criterion.when, &format!("/criteria/{i}/when"), 1, &mut problem);
    }
    found
}

fn walk(c: &Condition, pointer: &str, depth: usize, problem: &mut impl FnMut(String, &str, String)) {
    if depth > DEPTH_MAX {
        problem(pointer.into(), "policy.too_deep", format!("at most {DEPTH_MAX} levels"));
        return;
    }
    let mut list = |word: &str, items: &[Condition]| {
        if items.is_empty() {
            problem(format!("{pointer}/{word}"), "policy.empty_list", "at least one condition".into());
        }
        for (i, c) in items.iter().enumerate() {
            walk(c, &format!("{pointer}/{word}/{i}"), depth + 1, problem);
        }
    };
    match c {
        Condition::All(a) => list("all", &a.all),
        Condition::Any(a) => list("any", &a.any),
        Condition::Not(n) => walk(&n.not, &format!("{pointer}/not"), depth + 1, problem),
        Condition::Leaf(l) => {
            if let Some((at, code, message)) = leaf_problem(l) {
                problem(format!("{pointer}/{at}"), code, message);
            }
        }
    }
}

fn leaf_problem(leaf: &Leaf) -> Option<(&'static str, &'static str, String)> {
    let Some(kind) = fact_type(&leaf.fact) else {
        return Some(("fact", "policy.unknown_fact", format!("no fact is called {}", leaf.fact)));
    };
    let wrong = |message: String| Some(("value", "policy.wrong_type", message));
    match (leaf.op, &leaf.value) {
        (Op::IsUnknown, None) => None,
        (Op::IsUnknown, Some(_)) => wrong("is_unknown takes no value".into()),
        (Op::Is | Op::IsNot, Some(Operand::One(v))) => value_problem(kind, v).and_then(wrong),
        (Op::In, Some(Operand::Many(vs))) if !vs.is_empty() => vs.iter().find_map(|v| value_problem(kind, v)).and_then(wrong),
        (Op::Over | Op::Under, Some(Operand::One(FactValue::Number(n)))) => match kind {
            FactType::Number if leaf.op == Op::Under && *n <= 0 => Some(("value", "policy.never_true", "counts are never under 0".into())),
            FactType::Number => None,
            _ => Some(("op", "policy.wrong_type", format!("{} is not a number", leaf.fact))),
        },
        _ => wrong("the operator needs another kind of value".into()),
    }
}

fn value_problem(kind: FactType, v: &FactValue) -> Option<String> {
    match (kind, v) {
        (FactType::Bool, FactValue::Bool(_)) => None,
        (FactType::Number, FactValue::Number(n)) if *n >= 0 => None,
        (FactType::Words(words), FactValue::Word(w)) if words.contains(&w.as_str()) => None,
        (FactType::Bool, _) => Some("true or false is expected".into()),
        (FactType::Number, _) => Some("a number from 0 on is expected".into()),
        (FactType::Words(words), _) => Some(format!("one of {} is expected", words.join(", "))),
    }
}
