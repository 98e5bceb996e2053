//! The contract, held to everything that is said over HTTP in any test: what `api-spec/openapi.yaml` does
//! not say of an answer, or of a request that was taken, fails the test that saw it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use super::notices::PERSONAL;

/// One request and its answer.
pub struct Exchange<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    pub request_type: &'a str,
    pub request: Option<&'a [u8]>,
    pub status: u16,
    pub headers: &'a reqwest::header::HeaderMap,
    pub answer: &'a [u8],
}

/// The document.
pub static CONTRACT: LazyLock<Value> = LazyLock::new(|| serde_saphyr::from_str(include_str!("../../../api-spec/openapi.yaml")).unwrap());

static REGISTRY: LazyLock<Registry<'static>> =
    LazyLock::new(|| Registry::new().add("urn:contract", CONTRACT.clone()).unwrap().prepare().unwrap());

static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What of `value` is not as the schema at this JSON Pointer of the contract says; empty: all is.
pub fn against(pointer: &str, value: &Value) -> Vec<String> {
    let schema = json!({ "$ref": format!("urn:contract#{}", pointer.replace('{', "%7B").replace('}', "%7D")) });
    let compiled = {
        let mut all = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(pointer.to_owned())
            .or_insert_with(|| {
                let options = jsonschema::options().with_registry(&REGISTRY).should_validate_formats(true);
                Arc::new(options.build(&schema).unwrap_or_else(|e| panic!("{pointer}: {e}")))
            })
            .clone()
    };
    compiled.iter_errors(value).map(|e| format!("{} at {}", short(&e.to_string()), e.instance_path())).collect()
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}

fn escaped(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// The node a `$ref` in the contract leads to, with its pointer.
pub fn followed(pointer: String) -> (String, &'static Value) {
    let node = CONTRACT.pointer(&pointer).unwrap_or_else(|| panic!("{pointer} is not in the contract"));
    match node["$ref"].as_str() {
        Some(to) => followed(to.trim_start_matches('#').to_owned()),
        None => (pointer, node),
    }
}

/// The path of the contract that serves `path`; a literal segment before a parameter.
fn template(path: &str) -> Option<&'static str> {
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |t: &str| {
        let segments: Vec<&str> = t.split('/').collect();
        segments.len() == asked.len() && segments.iter().zip(&asked).all(|(s, a)| s == a || (s.starts_with('{') && !a.is_empty()))
    };
    let paths = CONTRACT["paths"].as_object().unwrap();
    paths.keys().map(String::as_str).filter(|t| fits(t)).min_by_key(|t| t.matches('{').count())
}

/// Method and path of every operation, and whether it asks for `If-Match`: required, or only heeded where it is sent.
pub fn conditions() -> Vec<(String, &'static str, Option<bool>)> {
    let mut all = Vec::new();
    for (path, item) in CONTRACT["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete"].into_iter().filter(|m| item.get(*m).is_some()) {
            let own = format!("/paths/{}/{method}/parameters", escaped(path));
            let count = CONTRACT.pointer(&own).and_then(Value::as_array).map_or(0, Vec::len);
            let named = (0..count).map(|n| followed(format!("{own}/{n}")).1).find(|p| p["name"] == "If-Match");
            all.push((method.to_uppercase(), path.as_str(), named.map(|p| p["required"] == true)));
        }
    }
    all
}

/// Whether this write must name what it saw.
pub fn asks_for_a_tag(method: &str, path: &str) -> bool {
    static ALL: LazyLock<Vec<(String, &'static str, Option<bool>)>> = LazyLock::new(conditions);
    template(path).is_some_and(|t| ALL.iter().any(|(m, p, asked)| m == method && *p == t && *asked == Some(true)))
}

/// Fails unless the exchange is as the contract says.
pub fn hold(exchange: &Exchange) {
    let mut wrong = Vec::new();
    look(exchange, &mut wrong);
    let Exchange { method, target, status, answer, .. } = exchange;
    let answer = short(&String::from_utf8_lossy(answer));
    assert!(wrong.is_empty(), "not in the contract: {method} {target} → {status}\n  {}\n  {answer}", wrong.join("\n  "));
}

fn look(exchange: &Exchange, wrong: &mut Vec<String>) {
    let Exchange { method, target, status, headers, answer, .. } = exchange;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    personal(path, answer, wrong);
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let media_type = header("content-type").split(';').next().unwrap_or("").trim();
    if header("x-request-id").is_empty() {
        wrong.push("no x-request-id".into());
    }
    let operation = template(path).map(|t| format!("/paths/{}/{}", escaped(t), method.to_ascii_lowercase()));
    let Some(operation) = operation.clone().filter(|o| CONTRACT.pointer(o).is_some()) else {
        let expected = if operation.is_some() { 405 } else { 404 };
        if *status != expected {
            wrong.push(format!("the contract has no such operation: {expected} is expected"));
        }
        return problem(answer, wrong);
    };
    let at = format!("{operation}/responses/{status}");
    if CONTRACT.pointer(&at).is_none() {
        return wrong.push("this status is not among the operation's responses".into());
    }
    let (at, response) = followed(at);
    for (name, _) in response["headers"].as_object().into_iter().flatten() {
        let (_, said) = followed(format!("{at}/headers/{name}"));
        if said["required"] == true && header(name).is_empty() {
            wrong.push(format!("no header {name}"));
        }
    }
    match response["content"].as_object() {
        None if answer.is_empty() => {}
        None => wrong.push("a body, where none is promised".into()),
        Some(content) if !content.contains_key(media_type) => wrong.push(format!("media type {media_type:?}")),
        Some(_) if media_type.ends_with("json") => {
            let value: Value = serde_json::from_slice(answer).unwrap_or_else(|e| panic!("{method} {target}: {e}"));
            wrong.extend(against(&format!("{at}/content/{}/schema", escaped(media_type)), &value));
        }
        Some(_) => {}
    }
    asked(exchange, &operation, query, wrong);
}

/// What was asked, where it was taken; and where it was refused for its shape, that the contract refuses it too.
fn asked(exchange: &Exchange, operation: &str, query: &str, wrong: &mut Vec<String>) {
    let taken = (200..300).contains(&exchange.status);
    if taken {
        let own = CONTRACT.pointer(&format!("{operation}/parameters")).and_then(Value::as_array).map_or(0, Vec::len);
        let known: Vec<&str> =
            (0..own).map(|n| followed(format!("{operation}/parameters/{n}")).1).filter_map(|p| p["name"].as_str()).collect();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                wrong.push(format!("the query {name} was taken and is not documented"));
            }
        }
    }
    let Some(value) = exchange.request.and_then(|b| serde_json::from_slice::<Value>(b).ok()) else { return };
    if exchange.request_type != "application/json" {
        return;
    }
    let Some(_) = CONTRACT.pointer(&format!("{operation}/requestBody")) else {
        if taken && value != json!({}) {
            wrong.push("a request body was taken and is not documented".into());
        }
        return;
    };
    let (at, body) = followed(format!("{operation}/requestBody"));
    if body["content"]["application/json"].is_null() {
        return;
    }
    let schema = format!("{at}/content/application~1json/schema");
    let against = against(&schema, &value);
    // U+0000 is refused everywhere, and said once at the top of the contract.
    let by_shape = |a: Value| a["code"] == "body.invalid" && a["problems"][0]["code"] != "field.nul";
    let shape_refused = exchange.status == 422 && serde_json::from_slice(exchange.answer).is_ok_and(by_shape);
    if taken {
        wrong.extend(against.into_iter().map(|w| format!("request taken, yet: {w}")));
    } else if shape_refused && against.is_empty() {
        wrong.push("the request's shape was refused, yet the contract allows it".into());
    }
}

/// People are shown to those who judge, in two views only: of a complaint and of a right.
fn personal(path: &str, answer: &[u8], wrong: &mut Vec<String>) {
    if path.starts_with("/v1/admin/complaints/") || path.starts_with("/v1/admin/rights/") {
        return;
    }
    let text = String::from_utf8_lossy(answer);
    wrong.extend(PERSONAL.iter().filter(|p| text.contains(**p)).map(|p| format!("{p} left the house")));
}

fn problem(answer: &[u8], wrong: &mut Vec<String>) {
    let value = serde_json::from_slice(answer).unwrap_or_default();
    wrong.extend(against("/components/schemas/Problem", &value));
}

/// Fails unless a message that a platform received is as the contract's `webhooks` say.
pub fn hold_webhook(body: &Value) {
    let kind = body["type"].as_str().unwrap_or("without a type");
    let at = format!("/webhooks/{}/post/requestBody/content/application~1json/schema", escaped(kind));
    assert!(CONTRACT.pointer(&at).is_some(), "a webhook {kind} came, and is not in the contract: {body:#}");
    let mut wrong = against(&at, body);
    personal("", body.to_string().as_bytes(), &mut wrong);
    assert!(wrong.is_empty(), "the webhook {kind} is not as the contract says:\n  {}\n{body:#}", wrong.join("\n  "));
}
