//! What differs between two policies: criteria by their code, everything else by JSON Pointer. Where a
//! criterion stands in the list is no difference: every one that is met is recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{Criterion, Policy};

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// JSON Pointer into the later document; into the earlier one for what is gone.
    pub pointer: String,
    /// What it was; null: there was none.
    pub before: Option<Value>,
    /// What it is; null: there is none any more.
    pub after: Option<Value>,
}

/// A criterion and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionAt {
    /// JSON Pointer into its document.
    pub pointer: String,
    /// The criterion.
    pub criterion: Criterion,
}

/// A criterion that both have, and what differs in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionChanged {
    /// Its code.
    pub code: String,
    /// What differs.
    pub changes: Vec<Difference>,
}

/// What differs between two policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// Outside the criteria: name, automation, `hear_first`.
    pub document: Vec<Difference>,
    /// Criteria only the later one has.
    pub added: Vec<CriterionAt>,
    /// Criteria only the earlier one has.
    pub removed: Vec<CriterionAt>,
    /// Criteria both have, otherwise.
    pub changed: Vec<CriterionChanged>,
}

/// What differs from `before` to `after`.
pub fn diff(before: &Policy, after: &Policy) -> PolicyDiff {
    let mut found = PolicyDiff::default();
    compare((&without_criteria(before), &without_criteria(after)), &mut String::new(), &mut found.document);
    let (old, new) = (by_code(before), by_code(after));
    let at = |(i, c): &(usize, &Criterion)| CriterionAt { pointer: format!("/criteria/{i}"), criterion: (*c).clone() };
    for (code, place) in &new {
        let Some((_, earlier)) = old.get(code) else {
            found.added.push(at(place));
            continue;
        };
        let mut changes = Vec::new();
        compare((&json(earlier), &json(place.1)), &mut format!("/criteria/{}", place.0), &mut changes);
        if !changes.is_empty() {
            found.changed.push(CriterionChanged { code: (*code).to_owned(), changes });
        }
    }
    found.removed.extend(old.iter().filter(|(code, _)| !new.contains_key(*code)).map(|(_, place)| at(place)));
    found
}

fn by_code(policy: &Policy) -> BTreeMap<&str, (usize, &Criterion)> {
    policy.criteria.iter().enumerate().map(|(i, c)| (c.code.as_str(), (i, c))).collect()
}

fn json(value: impl Serialize) -> Value {
    // String keys only: it cannot fail.
    serde_json::to_value(value).unwrap_or_default()
}

fn without_criteria(policy: &Policy) -> Value {
    let mut document = json(policy);
    if let Some(fields) = document.as_object_mut() {
        fields.remove("criteria");
    }
    document
}

fn compare((before, after): (&Value, &Value), pointer: &mut String, found: &mut Vec<Difference>) {
    let parts: Vec<(String, Option<&Value>, Option<&Value>)> = match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            names.into_iter().map(|name| (name.replace('~', "~0").replace('/', "~1"), old.get(name), new.get(name))).collect()
        }
        (Value::Array(old), Value::Array(new)) => (0..old.len().max(new.len())).map(|i| (i.to_string(), old.get(i), new.get(i))).collect(),
        (old, new) if old == new => return,
        (old, new) => {
            found.push(Difference { pointer: pointer.clone(), before: Some(old.clone()), after: Some(new.clone()) });
            return;
        }
    };
    let here = pointer.len();
    for (name, old, new) in parts {
        pointer.push('/');
        pointer.push_str(&name);
        match (old, new) {
            (Some(old), Some(new)) => compare((old, new), pointer, found),
            (old, new) => found.push(Difference { pointer: pointer.clone(), before: old.cloned(), after: new.cloned() }),
        }
        pointer.truncate(here);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::default_policy;
    use super::*;

    #[test]
    fn what_differs_is_named_by_code_and_pointer() {
        let before = default_policy();
        assert_eq!(diff(&before, &before), PolicyDiff::default());
        let mut after = before.clone();
        after.automation.verified_notice = true;
        // Another order is no difference.
        after.criteria.reverse();
        let gone = after.criteria.pop().unwrap();
        let at = after.criteria.iter().position(|c| c.code == "case.large").unwrap();
        let edited = serde_json::to_string(&after.criteria[at]).unwrap().replace("\"value\":20", "\"value\":30");
        after.criteria[at] = serde_json::from_str(&edited).unwrap();
        let added = Criterion { code: "new.one".into(), ..gone.clone() };
        after.criteria.push(added.clone());

        let found = diff(&before, &after);
        let changed = |pointer: String, before, after| Difference { pointer, before: Some(before), after: Some(after) };
        assert_eq!(found.document, [changed("/automation/verified_notice".into(), json!(false), json!(true))]);
        assert_eq!(found.added, [CriterionAt { pointer: format!("/criteria/{}", after.criteria.len() - 1), criterion: added }]);
        assert_eq!(found.removed, [CriterionAt { pointer: "/criteria/0".into(), criterion: gone }]);
        let within = changed(format!("/criteria/{at}/when/any/1/value"), json!(20), json!(30));
        assert_eq!(found.changed, [CriterionChanged { code: "case.large".into(), changes: vec![within] }]);
    }

    #[test]
    fn what_only_one_list_has_is_named_with_its_place() {
        let mut found = Vec::new();
        compare((&json!({ "a": [1, 2] }), &json!({ "a": [1], "b/c": 0 })), &mut String::new(), &mut found);
        let one = |pointer: &str, before, after| Difference { pointer: pointer.into(), before, after };
        assert_eq!(found, [one("/a/1", Some(json!(2)), None), one("/b~1c", None, Some(json!(0)))]);
    }
}
