//! What the table lets through, and what it never may.

use serde_json::json;

use super::*;

#[test]
fn what_is_not_in_the_table_does_not_go_to_a_platform() {
    let body = json!({
        "id": "1", "secret": "x", "complainant": { "name": "某公司", "phone": "13800138000", "person": { "id_number": "9133" } },
        "listings": [{ "n": 1, "item_id": "2", "skus": ["3"], "buyer": "x" }], "facts": { "complainant.malice_flags": 2 },
        "patent": { "text_version": null, "number": "4" },
    });
    let sent = json!({
        "id": "1", "complainant": { "name": "某公司" }, "listings": [{ "n": 1, "item_id": "2", "skus": ["3"] }],
        "patent": { "text_version": null, "number": "4" },
    });
    assert_eq!(sifted(Audience::Platform, body), sent);
}

#[test]
fn personal_fields_and_the_houses_own_go_to_examiners_only() {
    let never =
        ["id_number", "phone", "address", "email", "picture_source", "person", "evidence", "examiner", "facts", "log", "notice", "agent"];
    for field in FIELDS.iter().filter(|f| f.seen_by != [Audience::Examiner]) {
        for segment in field.path.trim_end_matches('…').split('.') {
            assert!(!never.contains(&segment.trim_end_matches("[]")), "{} goes to {:?}", field.path, field.seen_by);
        }
        assert!(!field.path.ends_with('…'), "{}: only examiners see all of something", field.path);
    }
    for table in [FIELDS, WRIT_FIELDS] {
        let once: HashSet<_> = table.iter().map(|f| f.path).collect();
        assert_eq!(once.len(), table.len(), "a field stands twice");
    }
}

#[test]
fn a_respondents_copy_names_nobody() {
    let facts = json!({
        "complainant": "张三", "number": "1", "statement": { "seller": "李四", "text": "x", "grounds": ["prior_use"] },
        "listings": [{ "line": 1, "item": "2", "url": "https://x" }], "missing": [{ "law": "x" }],
    });
    let copy = json!({ "number": "1", "statement": { "grounds": ["prior_use"] }, "listings": [{ "line": 1, "item": "2" }] });
    assert_eq!(sifted_for_writ(facts, Audience::Respondent), copy);
    assert!(WritKind::ALL.iter().all(|k| !may_see(Audience::Public, *k)) && paths_to(WRIT_FIELDS, Audience::Public).is_empty());
    // A platform reads the opinion it asked for, and no name of who complains or sells.
    assert!(WritKind::ALL.iter().all(|k| may_see(Audience::Platform, *k) == (*k == WritKind::Opinion)));
    let copy =
        sifted_for_writ(json!({ "complainant": "张三", "addressee": "平台", "statement": { "seller": "李四" } }), Audience::Platform);
    assert_eq!(copy, json!({ "addressee": "平台" }));
}
