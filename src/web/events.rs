//! `GET /v1/event-types`: the catalogue of what platforms are sent, out of the contract itself, so that the two
//! cannot differ. Each type with a JSON Schema that stands by itself, and samples of the body.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use super::service::contract;
use super::{Problem, problem};

/// Where the contract keeps what its schemas refer to, and where a schema by itself does.
const IN_CONTRACT: &str = "#/components/schemas/";
const BY_ITSELF: &str = "#/$defs/";

/// `GET /v1/event-types`
pub async fn list() -> Result<HttpResponse, Problem> {
    static CATALOGUE: OnceLock<Option<String>> = OnceLock::new();
    match CATALOGUE.get_or_init(|| catalogue().map(|c| c.to_string())) {
        Some(text) => Ok(HttpResponse::Ok().content_type("application/json").body(text.as_str())),
        None => Err(problem::internal(&"the contract cannot be read")),
    }
}

fn catalogue() -> Option<Value> {
    let contract: Value = serde_saphyr::from_str(contract()).ok()?;
    let item = |(kind, path): (&String, &Value)| {
        let post = &path["post"];
        let content = &post["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object().into_iter().flatten().map(|(_, e)| e["value"].clone());
        json!({
            "type": kind,
            "summary": post["summary"],
            "description": post["description"],
            "schema": by_itself(&contract, &content["schema"]),
            "samples": examples.collect::<Vec<_>>(),
        })
    };
    let items: Vec<Value> = contract["webhooks"].as_object()?.iter().map(item).collect();
    Some(json!({ "items": items }))
}

/// A schema with all that it refers to, from however far.
fn by_itself(contract: &Value, schema: &Value) -> Value {
    let (mut whole, mut named) = (schema.clone(), BTreeSet::new());
    turn(&mut whole, &mut named);
    let mut definitions = Map::new();
    while let Some(name) = named.iter().find(|n| !definitions.contains_key(*n)).cloned() {
        let mut definition = contract["components"]["schemas"][&name].clone();
        turn(&mut definition, &mut named);
        definitions.insert(name, definition);
    }
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["$defs"] = definitions.into();
    whole
}

/// Turns references into the contract into references within the schema, and notes what they name.
fn turn(schema: &mut Value, named: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str().filter(|_| key == "$ref").and_then(|to| to.strip_prefix(IN_CONTRACT)) {
                    Some(name) => {
                        named.insert(name.to_owned());
                        *value = format!("{BY_ITSELF}{name}").into();
                    }
                    None => turn(value, named),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| turn(value, named)),
        _ => {}
    }
}
