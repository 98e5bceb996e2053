//! Typing a policy when it is stored: unknown fact, wrong type, a leaf no value can satisfy, too
//! many criteria, too deep. All problems at once, each with a JSON Pointer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ALWAYS_KNOWN, CRITERIA_MAX, Condition, DEPTH_MAX, FactType, FactValue, Leaf, NEVER_NO, Op, Operand, Policy, fact_type};

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

type LeafProblem = (String, &'static str, String);

fn leaf_problem(leaf: &Leaf) -> Option<LeafProblem> {
    let at = |at: &str, code, message: String| Some((at.to_owned(), code, message));
    let Some(kind) = fact_type(&leaf.fact) else {
        return at("fact", "policy.unknown_fact", format!("no fact is called {}", leaf.fact));
    };
    let wrong = |message: String| at("value", "policy.wrong_type", message);
    let typed = match (leaf.op, &leaf.value) {
        (Op::IsUnknown, None) => None,
        (Op::IsUnknown, Some(_)) => wrong("is_unknown takes no value".into()),
        (Op::Is | Op::IsNot, Some(Operand::One(v))) => value_problem(kind, v).and_then(wrong),
        (Op::In, Some(Operand::Many(vs))) if !vs.is_empty() => {
            let first = vs.iter().enumerate().find_map(|(i, v)| Some((i, value_problem(kind, v)?)));
            first.and_then(|(i, message)| at(&format!("value/{i}"), "policy.wrong_type", message))
        }
        (Op::Over | Op::Under, Some(Operand::One(FactValue::Number(_)))) if kind == FactType::Number => None,
        (Op::Over | Op::Under, Some(Operand::One(FactValue::Number(_)))) => {
            at("op", "policy.wrong_type", format!("{} is not a number", leaf.fact))
        }
        _ => wrong("the operator needs another kind of value".into()),
    };
    typed.or_else(|| never_true(leaf).and_then(|(place, message)| at(place, "policy.never_true", message)))
}

/// Where a leaf that is well typed says what no complaint can be, and why.
fn never_true(leaf: &Leaf) -> Option<(&'static str, String)> {
    let says_no = |v: &FactValue| *v == FactValue::Bool(false);
    let only_yes = NEVER_NO.contains(&leaf.fact.as_str());
    let no = || Some(("value", format!("{} is never said to be false: ask for is_unknown", leaf.fact)));
    match (leaf.op, &leaf.value) {
        (Op::IsUnknown, _) if ALWAYS_KNOWN.contains(&leaf.fact.as_str()) => Some(("op", format!("{} is always known", leaf.fact))),
        (Op::Under, Some(Operand::One(FactValue::Number(n)))) if *n <= 0 => Some(("value", "counts are never under 0".into())),
        (Op::Over, Some(Operand::One(FactValue::Number(i64::MAX)))) => Some(("value", "no count is over that".into())),
        (Op::Is, Some(Operand::One(v))) if only_yes && says_no(v) => no(),
        (Op::IsNot, Some(Operand::One(FactValue::Bool(true)))) if only_yes => no(),
        (Op::In, Some(Operand::Many(vs))) if only_yes && vs.iter().all(says_no) => no(),
        _ => None,
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::default_policy;
    use super::*;

    /// Pointer and code of every problem of a policy with this one condition.
    fn found(when: Value) -> Vec<(String, String)> {
        let criterion = json!({ "code": "c", "title_zh": "标准", "title_en": "C", "law": "policy", "when": when });
        let policy: Policy = serde_json::from_value(json!({ "name": "p", "criteria": [criterion] })).unwrap();
        let relative = |p: PolicyProblem| (p.pointer.trim_start_matches("/criteria/0/when").to_owned(), p.code);
        validate(&policy).into_iter().map(relative).collect()
    }

    fn leaf(fact: &str, op: &str, value: Value) -> Value {
        if value.is_null() { json!({ "fact": fact, "op": op }) } else { json!({ "fact": fact, "op": op, "value": value }) }
    }

    #[test]
    fn what_may_be_stored() {
        assert_eq!(validate(&default_policy()), []);
        for (fact, op, value) in [
            ("dispute.suit", "is", json!(true)),
            ("dispute.suit", "is_unknown", Value::Null),
            ("patent.invalidation_pending", "is", json!(false)),
            ("complaint.sellers", "under", json!(1)),
            ("report.overall", "in", json!(["negative", "unusable"])),
        ] {
            assert_eq!(found(leaf(fact, op, value)), [], "{fact} {op}");
        }
    }

    #[test]
    fn every_error_is_at_its_place() {
        for (fact, op, value, at, code) in [
            ("nothing", "is", json!(true), "/fact", "policy.unknown_fact"),
            ("dispute.suit", "is", json!(1), "/value", "policy.wrong_type"),
            ("report.overall", "in", json!(["negative", "bad"]), "/value/1", "policy.wrong_type"),
            ("dispute.suit", "over", json!(1), "/op", "policy.wrong_type"),
            ("complaint.sellers", "is", json!(-1), "/value", "policy.wrong_type"),
            ("complaint.sellers", "in", json!([]), "/value", "policy.wrong_type"),
            ("complaint.sellers", "is_unknown", json!(1), "/value", "policy.wrong_type"),
            ("complaint.sellers", "under", json!(0), "/value", "policy.never_true"),
            ("complaint.sellers", "over", json!(i64::MAX), "/value", "policy.never_true"),
            ("complaint.listings", "is_unknown", Value::Null, "/op", "policy.never_true"),
            ("dispute.suit", "is", json!(false), "/value", "policy.never_true"),
            ("platform.sold_before_filing", "is_not", json!(true), "/value", "policy.never_true"),
            ("dispute.ownership", "in", json!([false]), "/value", "policy.never_true"),
        ] {
            assert_eq!(found(leaf(fact, op, value)), [(at.to_owned(), code.to_owned())], "{fact} {op}");
        }
        let two = json!({ "any": [{ "not": leaf("nothing", "is", json!(true)) }, { "all": [] }] });
        let expected = [("/any/0/not/fact", "policy.unknown_fact"), ("/any/1/all", "policy.empty_list")];
        assert_eq!(found(two), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    }
}
