//! One table says who may see which field; here the contract's schemas are held to it. Bodies are held to the
//! schemas in every test, and searched for what was said of people.

use std::collections::BTreeSet;

use fasttrack::domain::audience::{Audience, FIELDS};
use serde_json::{Value, json};

use crate::support::contract::followed;
use crate::support::notices::{Deposited, LAMP, PERSONAL, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// Which schemas are what an audience is told. An audience without a body of its own has no fields either.
const BODIES: &[(Audience, &[&str])] = &[
    (Audience::Examiner, &["ComplaintForExaminer"]),
    (
        Audience::Platform,
        &[
            "OpinionAsked",
            "TakedownDecided",
            "LiftDecided",
            "HearingOpened",
            "StatementToForward",
            "MeasureKept",
            "TerminationWithdrawn",
            "ListingResolveRequested",
        ],
    ),
    (Audience::Respondent, &["ComplaintForSeller"]),
    (Audience::Complainant, &["Complaint", "OwnConduct"]),
    (Audience::Public, &["PublicDecisionPage", "PublicStatistics"]),
];

/// Paths of all values that a schema allows.
fn leaves(node: &'static Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(to) = node["$ref"].as_str() {
        return leaves(followed(to.trim_start_matches('#').to_owned()).1, path, found);
    }
    let mut inner = false;
    for word in ["allOf", "anyOf", "oneOf"] {
        for part in node[word].as_array().into_iter().flatten() {
            inner = true;
            leaves(part, path, found);
        }
    }
    for (name, value) in node["properties"].as_object().into_iter().flatten().filter(|(_, v)| **v != Value::Bool(false)) {
        inner = true;
        leaves(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
    }
    if node["items"].is_object() {
        inner = true;
        leaves(&node["items"], &format!("{path}[]"), found);
    }
    if node["additionalProperties"].is_object() {
        inner = true;
        leaves(&node["additionalProperties"], &format!("{path}.*"), found);
    }
    if !inner && node["type"] != "null" && !path.is_empty() {
        found.insert(path.to_owned());
    }
}

fn covers(row: &str, leaf: &str) -> bool {
    match row.strip_suffix('…') {
        Some(above) => leaf.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])),
        None => row == leaf,
    }
}

#[test]
fn the_contract_says_of_each_audience_what_the_table_says() {
    assert_eq!(BODIES.iter().map(|(a, _)| *a).collect::<Vec<_>>(), Audience::ALL);
    let mut wrong = Vec::new();
    for (audience, schemas) in BODIES {
        let mut said = BTreeSet::new();
        for name in *schemas {
            leaves(followed(format!("/components/schemas/{name}")).1, "", &mut said);
        }
        let rows: Vec<&str> = FIELDS.iter().filter(|f| f.seen_by.contains(audience)).map(|f| f.path).collect();
        let without_row = said.iter().filter(|leaf| !rows.iter().any(|row| covers(row, leaf)));
        wrong.extend(without_row.map(|leaf| format!("{audience:?}: the contract has {leaf}, src/domain/audience/fields.rs has not")));
        let without_leaf = rows.iter().filter(|row| !said.iter().any(|leaf| covers(row, leaf)));
        wrong.extend(without_leaf.map(|row| format!("{audience:?}: src/domain/audience/fields.rs has {row}, the contract has not")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn holds_personal(bytes: &[u8]) -> Option<&'static str> {
    PERSONAL.into_iter().find(|p| bytes.windows(p.len()).any(|w| w == p.as_bytes()))
}

on_both_databases! {
    /// The examiner who judges sees who complains; an administrator and an auditor see the complaint without
    /// them; the platform, the log and what the process writes never hold them.
    async fn people_are_shown_to_who_judges_and_to_nobody_else(engine: Engine) {
        let mut service = Service::start_with(engine, &[("rust_log", "debug")]).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let (_, auditor) = service.account("auditor", None).await;
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let filed = service.file(&holder, ("people", &notice(&LAMP, &files, &["637790875524"]))).await.expect(201);
        let path = format!("/v1/admin/complaints/{}", filed["id"].as_str().unwrap());

        let seen = service.get(&path, &examiner).await.expect(200);
        assert_eq!((&seen["complainant"]["person"]["phone"], &seen["complainant"]["person"]["id_number"]), (&PERSONAL[1].into(), &PERSONAL[0].into()));
        for key in [&auditor, &service.admin] {
            let seen = service.get(&path, key).await;
            assert_eq!(seen.body["complainant"], Value::Null);
            // How the pictures were come by stands in the comparison, which is evidence and not a person.
            let text = String::from_utf8(seen.bytes).unwrap().replace(PERSONAL[6], "");
            assert_eq!(holds_personal(text.as_bytes()), None);
        }
        assert!(seen["log"].as_array().unwrap().iter().all(|e| holds_personal(e.to_string().as_bytes()).is_none()));

        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        service.post_if(&format!("{path}/decision"), &examiner, (&seen["version"], &decision)).await.expect(201);
        let received = platform.wait_for(1).await;
        assert_eq!(holds_personal(&received[0].bytes), None);

        assert!(service.terminate());
        let written = service.written();
        let line = written.lines().find(|l| l.contains("answered") && l.contains("/v1/complaints")).unwrap_or_else(|| panic!("{written}"));
        assert!(line.contains("status=201") && line.contains("request_id="), "{line}");
        assert_eq!(holds_personal(written.as_bytes()), None, "in what the process writes");
        if engine == Engine::Sqlite {
            for entry in std::fs::read_dir(service.folder.path()).unwrap().flatten().filter(|e| e.path().is_file()) {
                let bytes = std::fs::read(entry.path()).unwrap();
                let without_evidence = PERSONAL[..6].iter().find(|p| bytes.windows(p.len()).any(|w| w == p.as_bytes()));
                assert_eq!(without_evidence, None, "in the clear in {}", entry.path().display());
            }
        }
    }
}
