//! Health, and the contract: as a document and as a page whose every part comes from this program.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use include_dir::{Dir, include_dir};
use jiff::SignedDuration;

use super::{Problem, Web};
use crate::store::SKEW_SECONDS_MAX;

type Answer = Result<HttpResponse, Problem>;

const CONTRACT: &str = include_str!("../../api-spec/openapi.yaml");
static EXAMPLES: Dir = include_dir!("$CARGO_MANIFEST_DIR/api-spec/examples");
static DOCS: Dir = include_dir!("$CARGO_MANIFEST_DIR/src/web/docs");

/// How long each part may take to show that it is there, in seconds: whoever asks has no more time than that, although
/// the part itself may be waited for longer where work depends on it.
pub const READY_SECONDS: u64 = 3;

/// `GET /healthz`
pub async fn health() -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ok" })))
}

/// `GET /readyz`
pub async fn ready(web: web::Data<Web>) -> Answer {
    let check = |name: &str, failed: Option<String>| match failed {
        None => serde_json::json!({ "name": name, "ok": true }),
        Some(note) => serde_json::json!({ "name": name, "ok": false, "note": note }),
    };
    let (store, clock, files, automation) = tokio::join!(
        in_time(web.desk.store().ping()),
        in_time(clock(&web)),
        in_time(web.desk.uploads().ping()),
        tokio::time::timeout(Duration::from_secs(READY_SECONDS), automation(&web)),
    );
    let automation = automation.unwrap_or_else(|_| unread());
    let stopping = web.is_stopping().then(|| "the process is ending".to_owned());
    let ready = [&store, &clock, &files, &stopping].iter().all(|failed| failed.is_none());
    let checks =
        [check("store", store), check("files", files), check("clock.skew", clock), check("process", stopping), reader(&web), automation];
    let status = if ready { actix_web::http::StatusCode::OK } else { actix_web::http::StatusCode::SERVICE_UNAVAILABLE };
    Ok(HttpResponse::build(status).json(serde_json::json!({ "ready": ready, "checks": checks })))
}

/// Whether this process and the database agree on the time.
async fn clock(web: &Web) -> Result<(), String> {
    let ahead = web.desk.clock_ahead().await.map_err(|e| e.to_string())?;
    if ahead.abs() <= SignedDuration::from_secs(SKEW_SECONDS_MAX) {
        return Ok(());
    }
    let way = if ahead.is_negative() { "behind" } else { "ahead of" };
    Err(format!("{} s {way} the database's clock", ahead.abs().as_secs()))
}

/// What is wrong with a part, if it is not there in time.
async fn in_time<E: std::fmt::Display>(part: impl Future<Output = Result<(), E>>) -> Option<String> {
    match tokio::time::timeout(Duration::from_secs(READY_SECONDS), part).await {
        Ok(there) => there.err().map(|e| e.to_string()),
        Err(_) => Some(format!("silent for {READY_SECONDS} s")),
    }
}

/// `GET /v1/signing-key`: by which anybody checks a case file without this service.
pub async fn signing_key(web: web::Data<Web>) -> Answer {
    let public_key = hex::encode(web.desk.vault().public_key());
    Ok(HttpResponse::Ok().json(serde_json::json!({ "algorithm": "ed25519", "public_key": public_key })))
}

/// What holds the children that read reports; a limit that does not hold is said, and keeps nobody out.
fn reader(web: &Web) -> serde_json::Value {
    let Some(limits) = web.desk.reading_limits() else {
        return serde_json::json!({ "name": "reader", "ok": false, "note": "no reading child has been ready yet" });
    };
    let holding =
        |wanted: bool| limits.each().iter().filter(|(_, holds)| *holds == wanted).map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let missing = holding(false);
    let note = if missing.is_empty() {
        format!("holds: {}", holding(true))
    } else {
        format!("holds: {}; does not hold: {missing}", holding(true))
    };
    serde_json::json!({ "name": "reader", "ok": missing.is_empty(), "note": note })
}

/// Automation that is switched off is said, and keeps nobody out.
async fn automation(web: &Web) -> serde_json::Value {
    let Ok(off) = web.desk.automation_off().await else {
        return unread();
    };
    let note = off.iter().map(|s| format!("{} is switched off since {}", s.basis, s.at)).collect::<Vec<_>>().join("; ");
    match off.is_empty() {
        true => serde_json::json!({ "name": "automation", "ok": true }),
        false => serde_json::json!({ "name": "automation", "ok": false, "note": note }),
    }
}

fn unread() -> serde_json::Value {
    serde_json::json!({ "name": "automation", "ok": false, "note": "its switch cannot be read" })
}

/// The contract with its examples written into it: JSON is YAML too.
pub fn contract() -> &'static str {
    static WHOLE: OnceLock<String> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let mut whole = String::with_capacity(CONTRACT.len() * 2);
        let mut rest = CONTRACT;
        while let Some((before, after)) = rest.split_once("externalValue: examples/") {
            let end = after.find(|c: char| c == '}' || c.is_whitespace()).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let example = EXAMPLES.get_file(name).and_then(|f| serde_json::from_slice::<serde_json::Value>(f.contents()).ok());
            whole.push_str(before);
            match example {
                Some(value) => whole.push_str(&format!("value: {value}")),
                None => whole.push_str(&format!("externalValue: examples/{name}")),
            }
            rest = after;
        }
        whole.push_str(rest);
        whole
    })
}

/// `GET /openapi.yaml`
pub async fn openapi() -> Answer {
    Ok(HttpResponse::Ok().content_type("application/yaml").body(contract()))
}

/// `GET /docs`
pub async fn docs() -> Answer {
    served("index.html")
}

/// `GET /docs/{asset}`
pub async fn asset(path: web::Path<String>) -> Answer {
    served(&path)
}

fn served(name: &str) -> Answer {
    let file = DOCS.get_file(name).ok_or_else(Problem::not_found)?;
    let media_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(("content-security-policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"))
        .body(file.contents()))
}
