//! Bodies in: JSON typed with every pointer named, multipart with files streamed to where they are
//! kept; each with limits, and a deadline on the whole and not only on the head.

use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use actix_web::{HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::Problem;
use super::problem::FieldProblem;
use crate::intake::upload::{Arriving, FILES_PER_REQUEST_MAX, Kept, Uploads};

/// Largest JSON of a complaint, a batch or a supplement, bytes.
pub const NOTICE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Largest JSON of anything else, bytes.
pub const JSON_BYTES_MAX: usize = 1024 * 1024;
/// Largest multipart request, bytes.
pub const REQUEST_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A body without files must have come by then, seconds.
pub const JSON_DEADLINE_SECONDS: u64 = 30;
/// A body with files must have come by then, seconds.
pub const UPLOAD_DEADLINE_SECONDS: u64 = 300;
/// No byte for so long ends a request, seconds.
pub const STALL_DEADLINE_SECONDS: u64 = 15;

/// The character U+0000 in a path or query.
pub(super) const NUL_ENCODED: &str = "%00";

/// A JSON document and the files that came with it, by part name, in the order they came.
pub struct Parts {
    /// The document's bytes; none where no such part came.
    pub json: Option<Bytes>,
    /// The files.
    pub files: Vec<(String, Kept)>,
    /// Those that are not on the disk yet.
    pub arriving: Vec<Arriving>,
}

fn too_slow() -> Problem {
    Problem::new(408, "request.too_slow", "the body did not come in time")
}

async fn within<T>(seconds: u64, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(Duration::from_secs(seconds), work).await.unwrap_or_else(|_| Err(too_slow()))
}

/// The media type of a request, without its parameters.
pub fn media_type(req: &HttpRequest) -> String {
    let value = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn wrong_media_type(expected: &str) -> Problem {
    Problem::new(415, "media_type.unsupported", format!("{expected} is expected"))
}

/// The bytes of a body, at most `bytes_max`.
///
/// # Errors
/// 408, 413, 400
pub async fn bytes(payload: web::Payload, bytes_max: usize) -> Result<Bytes, Problem> {
    within(JSON_DEADLINE_SECONDS, async {
        let mut payload = payload;
        let mut all = BytesMut::new();
        while let Some(part) = stalled(payload.next()).await? {
            let part = part.map_err(|e| Problem::new(400, "request.malformed", e.to_string()))?;
            if all.len() + part.len() > bytes_max {
                return Err(Problem::new(413, "body.too_large", format!("at most {bytes_max} bytes")));
            }
            all.extend_from_slice(&part);
        }
        Ok(all.freeze())
    })
    .await
}

async fn stalled<T>(next: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(Duration::from_secs(STALL_DEADLINE_SECONDS), next).await.map_err(|_| too_slow())
}

/// A JSON body of at most `bytes_max`.
///
/// # Errors
/// 415 for another media type; what [`bytes`] and [`typed`] say.
pub async fn json<T: DeserializeOwned>(req: &HttpRequest, payload: web::Payload, bytes_max: usize) -> Result<T, Problem> {
    if media_type(req) != "application/json" {
        return Err(wrong_media_type("application/json"));
    }
    typed(&bytes(payload, bytes_max).await?)
}

/// Types a JSON document.
///
/// # Errors
/// 400 where it is no JSON; 422 with the pointer where it has another shape.
pub fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    no_nul(bytes)?;
    parsed(bytes)
}

/// Types the frame of a document whose rows are typed one by one: what stands in a row is the row's problem.
///
/// # Errors
/// As [`typed`].
pub fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Where something is wrong is only looked for where something is wrong: keeping the path costs as
    // much again as reading.
    is_no_list(bytes)?;
    if let Ok(typed) = serde_json::from_slice(bytes) {
        return Ok(typed);
    }
    // That a null is no word is told like a missing bracket.
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let typed = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let path = e.path().clone();
        let inner = e.into_inner();
        if is_json || inner.is_data() { shape_problem(&path, &inner) } else { Problem::new(400, "json.malformed", inner.to_string()) }
    })?;
    reader.end().map_err(|e| Problem::new(400, "json.malformed", e.to_string()))?;
    Ok(typed)
}

/// Refuses a list in the place of a document: read field by field it would be one, and an empty one of defaults.
fn is_no_list(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return Ok(());
    }
    let problem = FieldProblem::in_english(String::new(), "field.type", "an object is expected".into());
    Err(Problem::fields("body.invalid", vec![problem]))
}

/// Refuses the character U+0000, which no database text can hold, with every place where it stands.
fn no_nul(bytes: &[u8]) -> Result<(), Problem> {
    if memchr::memmem::find(bytes, b"\\u0000").is_none() {
        return Ok(());
    }
    let mut found = Vec::new();
    if let Ok(document) = serde_json::from_slice(bytes) {
        nul_in(&document, &mut String::new(), &mut found);
    }
    if found.is_empty() { Ok(()) } else { Err(Problem::fields("body.invalid", found)) }
}

fn nul_in(value: &serde_json::Value, pointer: &mut String, found: &mut Vec<FieldProblem>) {
    use serde_json::Value;
    let here = pointer.len();
    let named = |text: &str| text.contains('\0');
    match value {
        Value::String(text) if named(text) => {
            found.push(FieldProblem::in_english(pointer.clone(), "field.nul", "the character U+0000 cannot be kept".into()));
        }
        Value::Array(all) => {
            for (i, value) in all.iter().enumerate() {
                pointer.push_str(&format!("/{i}"));
                nul_in(value, pointer, found);
                pointer.truncate(here);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                pointer.push_str(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                nul_in(value, pointer, found);
                pointer.truncate(here);
            }
        }
        _ => {}
    }
}

fn shape_problem(path: &serde_path_to_error::Path, e: &serde_json::Error) -> Problem {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let text = e.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(m, _)| m).to_owned();
    let code = if message.starts_with("unknown field") {
        "field.unknown"
    } else if message.starts_with("missing field") {
        "field.missing"
    } else if message.starts_with("unknown variant") {
        "field.unknown_word"
    } else {
        "field.type"
    };
    Problem::fields("body.invalid", vec![FieldProblem::in_english(pointer, code, message)])
}

/// A document with files: JSON alone, or multipart whose part `document` is the JSON and whose other
/// parts are files.
///
/// # Errors
/// 400, 408, 413, 415, 422, 507
pub async fn parts(req: &HttpRequest, payload: web::Payload, (document, uploads): (&str, &Uploads)) -> Result<Parts, Problem> {
    match media_type(req).as_str() {
        "application/json" => Ok(Parts { json: Some(bytes(payload, NOTICE_BYTES_MAX).await?), files: Vec::new(), arriving: Vec::new() }),
        "multipart/form-data" => {
            let multipart = Multipart::new(req.headers(), payload);
            within(UPLOAD_DEADLINE_SECONDS, read_parts(multipart, document, uploads)).await
        }
        _ => Err(wrong_media_type("application/json or multipart/form-data")),
    }
}

fn malformed(e: impl std::fmt::Display) -> Problem {
    Problem::new(400, "multipart.malformed", e.to_string())
}

async fn read_parts(mut multipart: Multipart, document: &str, uploads: &Uploads) -> Result<Parts, Problem> {
    let mut parts = Parts { json: None, files: Vec::new(), arriving: Vec::new() };
    let mut room = REQUEST_BYTES_MAX;
    while let Some(field) = stalled(multipart.next()).await? {
        let field = field.map_err(malformed)?;
        let name = field.name().unwrap_or("").to_owned();
        if name.is_empty() {
            return Err(malformed("a part has no name"));
        }
        let taken = parts.files.iter().any(|(n, _)| *n == name) || (name == document && parts.json.is_some());
        if taken {
            return Err(Problem::new(422, "multipart.part_twice", format!("the part {name} came twice")));
        }
        if name == document {
            let json = read_part(field, NOTICE_BYTES_MAX).await?;
            room = room.saturating_sub(json.len() as u64);
            parts.json = Some(json);
            continue;
        }
        if parts.files.len() >= FILES_PER_REQUEST_MAX {
            return Err(Problem::new(413, "file.too_many", format!("at most {FILES_PER_REQUEST_MAX} files")));
        }
        let (kept, arriving) = keep(field, uploads, room).await?;
        room = room.saturating_sub(u64::try_from(kept.bytes).unwrap_or(0));
        parts.files.push((name, kept));
        parts.arriving.push(arriving);
    }
    Ok(parts)
}

async fn read_part(mut field: Field, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut all = BytesMut::new();
    while let Some(part) = stalled(field.next()).await? {
        let part = part.map_err(malformed)?;
        if all.len() + part.len() > bytes_max {
            return Err(Problem::new(413, "body.too_large", format!("at most {bytes_max} bytes")));
        }
        all.extend_from_slice(&part);
    }
    Ok(all.freeze())
}

async fn keep(mut field: Field, uploads: &Uploads, mut room: u64) -> Result<(Kept, Arriving), Problem> {
    let mut incoming = uploads.begin();
    while let Some(part) = stalled(field.next()).await? {
        let part = part.map_err(malformed)?;
        room = room
            .checked_sub(part.len() as u64)
            .ok_or_else(|| Problem::new(413, "body.too_large", format!("at most {REQUEST_BYTES_MAX} bytes in all")))?;
        incoming.write(part).await?;
    }
    Ok(incoming.arrive().await?)
}

/// One file: the body itself, or the one part of a multipart body.
///
/// # Errors
/// 400, 408, 413, 422, 507
pub async fn file(req: &HttpRequest, payload: web::Payload, uploads: &Uploads) -> Result<Kept, Problem> {
    if media_type(req) == "multipart/form-data" {
        let multipart = Multipart::new(req.headers(), payload);
        let mut parts = within(UPLOAD_DEADLINE_SECONDS, read_parts(multipart, "", uploads)).await?;
        for file in parts.arriving {
            file.await?;
        }
        return match (parts.files.pop(), parts.files.is_empty()) {
            (Some((_, kept)), true) => Ok(kept),
            _ => Err(Problem::new(422, "multipart.one_file", "exactly one file is expected")),
        };
    }
    within(UPLOAD_DEADLINE_SECONDS, async {
        let mut payload = payload;
        let mut incoming = uploads.begin();
        while let Some(part) = stalled(payload.next()).await? {
            incoming.write(part.map_err(|e| Problem::new(400, "request.malformed", e.to_string()))?).await?;
        }
        Ok(incoming.finish().await?)
    })
    .await
}

/// A query, typed; unknown names are refused.
///
/// # Errors
/// 400
pub fn query<T: DeserializeOwned>(req: &HttpRequest) -> Result<T, Problem> {
    if req.query_string().contains(NUL_ENCODED) {
        return Err(Problem::new(400, "query.invalid", "the character U+0000 is in no value"));
    }
    web::Query::<T>::from_query(req.query_string())
        .map(web::Query::into_inner)
        .map_err(|e| Problem::new(400, "query.invalid", e.to_string()))
}

/// A header as text.
pub fn header<'a>(req: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    req.headers().get(name).and_then(|v| v.to_str().ok())
}
