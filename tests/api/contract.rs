//! The contract as a document: it names every route, role, code and word of the code, and nothing more.
//! What is really said over HTTP is held to it in [`crate::support::contract`], in every test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fasttrack::domain::acknowledgement::{MEASURES_TAKEN, REFUSAL_REASONS};
use fasttrack::domain::policy;
use fasttrack::domain::reasons::REASONS;
use fasttrack::web::{CODES, ROUTES};
use fasttrack::workflow::{LIFT_REASONS, Role, WITHDRAWAL_REASONS};
use serde_json::Value;

use crate::hostile::{multipart, post_multipart};
use crate::support::contract::{CONTRACT, against, followed};
use crate::support::notices::{LAMP, STAND};
use crate::support::{Engine, Service, fixture};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn schema(name: &str) -> &'static Value {
    CONTRACT.pointer(&format!("/components/schemas/{name}")).unwrap_or_else(|| panic!("no schema {name}"))
}

/// Method, path and roles of every operation.
fn operations() -> Vec<(String, String, BTreeSet<&'static str>)> {
    let mut all = Vec::new();
    for (path, item) in CONTRACT["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete"] {
            if let Some(operation) = item.get(method) {
                all.push((method.to_uppercase(), path.clone(), words(&operation["x-roles"])));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn routes_and_roles_are_the_contracts() {
    let mut routes: Vec<_> = ROUTES
        .iter()
        .map(|r| {
            let roles: BTreeSet<&str> = match r.roles {
                [] => BTreeSet::from(["public"]),
                roles => roles.iter().map(|r| r.word()).collect(),
            };
            (r.method.to_owned(), r.path.to_owned(), roles)
        })
        .collect();
    routes.sort();
    assert_eq!(routes, operations());
    for (method, path, roles) in operations() {
        let operation = &CONTRACT["paths"][&path][method.to_lowercase()];
        let parameters = [&CONTRACT["paths"][&path]["parameters"], &operation["parameters"]];
        let named: Vec<&str> = parameters
            .iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|p| p["$ref"].as_str().map_or(p, |to| followed(to.trim_start_matches('#').to_owned()).1))
            .filter(|p| p["in"] == "path")
            .filter_map(|p| p["name"].as_str())
            .collect();
        for slot in path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')) {
            assert!(named.contains(&slot), "{method} {path} does not describe {slot}");
        }
        let public = roles.contains("public");
        assert_eq!(operation["security"] == serde_json::json!([]), public, "{method} {path}: security");
        let responses = operation["responses"].as_object().unwrap();
        assert!(public || (responses.contains_key("401") && responses.contains_key("403")), "{method} {path}");
        assert!(!path.starts_with("/v1/") || responses.contains_key("503"), "{method} {path}: 503");
    }
}

/// What stands in quotes after one of these in the source, with the status before it where there is one.
fn literals(text: &str, opening: &str) -> Vec<(Option<u16>, String)> {
    text.split(opening)
        .skip(1)
        .filter_map(|rest| {
            let rest = rest.trim_start();
            let (status, rest) = match rest.split_once(',') {
                Some((n, after)) if n.parse::<u16>().is_ok() => (n.parse().ok(), after.trim_start()),
                _ => (None, rest),
            };
            Some((status, rest.strip_prefix('"')?.split('"').next()?.to_owned()))
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries
        .flat_map(|e| if e.path().is_dir() { sources(&e.path()) } else { vec![e.path()] })
        .filter(|p| p.extension().is_some_and(|e| e == "rs") && !p.ends_with("tests.rs"))
        .collect()
}

#[test]
fn every_problem_code_is_in_one_table_and_in_the_contract() {
    let table: BTreeSet<&str> = CODES.iter().map(|c| c.code).collect();
    assert_eq!(table.len(), CODES.len(), "a code stands twice");
    assert_eq!(table, words(&schema("ProblemCode")["enum"]));
    let mut used = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for opening in ["Problem::new(", "DeskError::rule(", "Problem::fields("] {
            for (status, code) in literals(&text, opening) {
                let entry = CODES.iter().find(|c| c.code == code);
                let entry = entry.unwrap_or_else(|| panic!("{}: the code {code} is not in src/web/problem/codes.rs", path.display()));
                assert!(status.is_none_or(|s| s == entry.status), "{}: {code} has status {}", path.display(), entry.status);
                used.insert(code);
            }
        }
    }
    let unused: Vec<_> = table.iter().filter(|c| !used.contains(**c)).collect();
    assert!(unused.is_empty(), "nothing answers {unused:?}");
    for c in CODES {
        assert!(!c.title.is_empty() && !c.title_zh.is_ascii(), "{}", c.code);
    }
}

/// The words of an enum, from the arms `Enum::Variant… => "word"` of its source.
fn words_of(source: &'static str, prefix: &str) -> BTreeSet<&'static str> {
    let arms = source.lines().map(str::trim).filter(|l| l.starts_with(prefix) && l.contains("=> \""));
    arms.filter_map(|l| l.split('"').nth(1)).collect()
}

/// Every problem as it is read, for an editor to review.
#[test]
fn problems_as_they_are_read() {
    let all: Vec<String> = CODES.iter().map(|c| format!("{} {}\n    {}\n    {}", c.status, c.code, c.title, c.title_zh)).collect();
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("problems", all.join("\n")));
}

/// A closed list of the code and the list in the contract are the same.
#[test]
fn closed_lists_are_the_contracts() {
    let first = |list: &'static [(&'static str, &'static str)]| -> BTreeSet<&str> { list.iter().map(|(w, _)| *w).collect() };
    let own = |list: &'static [&'static str]| -> BTreeSet<&str> { list.iter().copied().collect() };
    let reasons: BTreeSet<&str> = REASONS.iter().map(|(code, ..)| *code).collect();
    assert_eq!(reasons, words(&schema("ReasonCode")["examples"]));
    assert_eq!(first(LIFT_REASONS), words(&schema("LiftReason")["enum"]));
    assert_eq!(own(REFUSAL_REASONS), words(&schema("RefusalReason")["enum"]));
    assert_eq!(own(MEASURES_TAKEN), words(&schema("MeasureTaken")["enum"]));
    assert_eq!(own(WITHDRAWAL_REASONS), words(&schema("Withdrawal")["properties"]["reason"]["enum"]));
    assert_eq!(Role::ALL.iter().map(|r| r.word()).collect::<BTreeSet<_>>(), words(&schema("Role")["enum"]));
    let events = include_str!("../../src/domain/complaint/event.rs");
    assert_eq!(words_of(events, "Event::"), words(&schema("LogFields")["properties"]["type"]["enum"]));
    let states = include_str!("../../src/domain/complaint/mod.rs");
    assert_eq!(words_of(states, "State::"), words(&schema("StateWord")["enum"]));
    let facts: BTreeSet<&str> = schema("FactName")["oneOf"].as_array().unwrap().iter().filter_map(|f| f["const"].as_str()).collect();
    assert_eq!(policy::FACTS.iter().map(|(name, ..)| *name).collect::<BTreeSet<_>>(), facts);
}

/// Bodies of ours are closed: a field that is not in the contract does not go out and does not come in.
#[test]
fn every_object_of_the_contract_is_closed() {
    fn open_ones(node: &'static Value, path: &str, found: &mut Vec<String>) {
        if node["type"] == "object" && node["properties"].is_object() && !path.ends_with("Fields") {
            let closed = node.get("additionalProperties").is_some() || node["unevaluatedProperties"] == false;
            if !closed && !path.contains("multipart~1form-data") {
                found.push(path.to_owned());
            }
        }
        match node {
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(n, _)| !matches!(n.as_str(), "example" | "examples" | "if" | "then" | "else")) {
                    open_ones(value, &format!("{path}/{}", name.replace('/', "~1")), found);
                }
            }
            Value::Array(all) => all.iter().enumerate().for_each(|(i, v)| open_ones(v, &format!("{path}/{i}"), found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    open_ones(&CONTRACT, "", &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (name, schema) in CONTRACT["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name} is no JSON Schema");
    }
}

/// Every example the contract names: where it stands, and the schema beside it.
fn examples(node: &'static Value, path: &str, found: &mut Vec<(String, &'static Value)>) {
    match node {
        Value::Object(fields) => {
            if let (Some(Value::Object(named)), true) = (fields.get("examples"), fields.contains_key("schema")) {
                found.extend(named.values().map(|example| (format!("{path}/schema"), example)));
            }
            for (name, value) in fields {
                examples(value, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(all) => all.iter().enumerate().for_each(|(i, v)| examples(v, &format!("{path}/{i}"), found)),
        _ => {}
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let mut found = Vec::new();
    examples(&CONTRACT, "", &mut found);
    assert!(found.len() > 30);
    let folder = root().join("api-spec");
    let mut named = BTreeSet::new();
    let mut wrong = Vec::new();
    for (schema, example) in found {
        let value = match example["externalValue"].as_str() {
            None => example["value"].clone(),
            Some(file) => {
                named.insert(folder.join(file));
                match std::fs::read(folder.join(file)) {
                    Ok(bytes) => serde_json::from_slice(&bytes).unwrap(),
                    Err(e) => {
                        wrong.push(format!("{file}: {e}"));
                        continue;
                    }
                }
            }
        };
        wrong.extend(against(&schema, &value).into_iter().map(|w| format!("{}: {w}", example["externalValue"])));
    }
    for entry in std::fs::read_dir(folder.join("examples")).unwrap().flatten() {
        if !named.contains(&entry.path()) {
            wrong.push(format!("{} is named nowhere", entry.path().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is served is the contract with every example in it, and no reference that only a checkout could follow.
#[test]
fn the_contract_is_served_whole() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let served = service.get("/openapi.yaml", "").await;
        let text = String::from_utf8(served.bytes).unwrap();
        let document: Value = serde_saphyr::from_str(&text).unwrap();
        assert!(!text.contains("externalValue"));
        assert_eq!(
            document["paths"]["/healthz"]["get"]["responses"]["200"]["content"]["application/json"]["examples"]["alive"]["value"]["status"],
            "ok"
        );
        let printed = service.command().arg("openapi").output().unwrap();
        assert!(String::from_utf8(printed.stdout).unwrap().trim_end() == text.trim_end(), "printed otherwise than served");
        let page = service.get("/docs", "").await;
        let page = String::from_utf8(page.bytes).unwrap();
        assert!(!page.contains("http://") && !page.contains("https://"), "the page asks another server");
        for asset in page.split('"').filter_map(|part| part.strip_prefix("/docs/")) {
            service.get(&format!("/docs/{asset}"), "").await;
        }
    });
}

fn example(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("api-spec/examples").join(name)).unwrap()).unwrap()
}

/// The examples of requests are requests the service takes: sent here, in the order of a complaint's life.
#[test]
fn the_examples_can_be_sent() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        service.post("/v1/admin/platforms", &service.admin, &example("platform.request.json")).await.expect(201);
        service.post("/v1/admin/platforms/ali/endpoints", &service.admin, &example("endpoint.request.json")).await.expect(201);
        service.post("/v1/admin/accounts", &service.admin, &example("account.request.json")).await.expect(201);
        let (_, holder) = service.account("agent", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let (_, platform) = service.account("platform", Some("ali")).await;
        let mut register = example("register.json");
        register["as_of"] = crate::support::notices::today().into();
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register).await.expect(200);
        let stand = crate::support::notices::register(&STAND);
        service.put(&format!("/v1/admin/patents/{}", STAND.number), &examiner, &stand).await.expect(200);
        let mut right = example("right.request.json");
        for (n, d) in right["documents"].as_array_mut().unwrap().iter_mut().enumerate() {
            d["file"] = service.deposit_bytes(&holder, format!("%PDF-1.4 {n}").into_bytes()).await.into();
        }
        right["report"] = service.deposit(&holder, &fixture(LAMP.report)).await.into();
        let right = service.post("/v1/rights", &holder, &right).await.expect(201);
        let path = format!("/v1/admin/rights/{}/verification", right["id"].as_str().unwrap());
        service.post(&path, &examiner, &example("verification.json")).await.expect(201);
        service.post("/v1/admin/policies", &service.admin, &example("policy.json")).await.expect(201);

        let mut filed = Vec::new();
        for (name, report) in [("notice.design.json", LAMP.report), ("notice.utility_model.json", STAND.report)] {
            let (notice, report) = (example(name), std::fs::read(fixture(report)).unwrap());
            let text = notice.to_string();
            let mut parts: Vec<(&str, &str, &[u8])> =
                vec![("notice", "application/json", text.as_bytes()), ("report", "application/pdf", &report)];
            let documents: Vec<&str> = notice["documents"].as_array().unwrap().iter().map(|d| d["file"].as_str().unwrap()).collect();
            parts.extend(documents.iter().map(|name| (*name, "application/pdf", name.as_bytes())));
            let answer = post_multipart(&service, &holder, (name, multipart(&parts))).await.expect(201);
            assert_eq!((&answer["state"], &answer["missing"]), (&"accepted".into(), &serde_json::json!([])), "{name}");
            filed.push(answer);
        }
        let path = format!("/v1/admin/complaints/{}", filed[0]["id"].as_str().unwrap());
        let granted = service.post(&format!("{path}/authenticity"), &examiner, &example("authenticity.json")).await.expect(201);
        // On the complex track the seller is heard before a decision: the other one goes there.
        let other = format!("/v1/admin/complaints/{}", filed[1]["id"].as_str().unwrap());
        service.post_if(&format!("{other}/track"), &examiner, (&filed[1]["version"], &example("track.json"))).await.expect(201);
        let decided =
            service.post_if(&format!("{path}/decision"), &examiner, (&granted["version"], &example("decision.json"))).await.expect(201);
        let dispatch = decided["dispatches"][0]["id"].as_str().unwrap();
        let acknowledged = service
            .post(&format!("/v1/platform/dispatches/{dispatch}/acknowledgements"), &platform, &example("acknowledgements.request.json"))
            .await
            .expect(200);
        assert!(acknowledged["rows"].as_array().unwrap().iter().all(|r| r["result"] == "recorded"), "{acknowledged:#}");
        service.post_if(&format!("{path}/lift"), &examiner, (&decided["version"], &example("lift.json"))).await.expect(201);
        let own = format!("/v1/complaints/{}", filed[0]["id"].as_str().unwrap());
        service.post(&format!("{own}/withdrawal"), &holder, &example("withdrawal.json")).await.expect(201);
        let mut check = example("report_check.request.json");
        check["report"] = service.deposit(&holder, &fixture(LAMP.report)).await.into();
        service.post("/v1/report-checks", &holder, &check).await.expect(200);
    });
}
