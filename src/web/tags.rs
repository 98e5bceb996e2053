//! Versions over HTTP, by one rule. What several people change answers its version as `ETag: "v7"`. A write that
//! replaces, ends or decides it names the version it saw in `If-Match`: 428 without, 412 where it is at another by now,
//! and that answer names the tag of now. A write that only adds needs none, and heeds the one it is sent. Where nothing
//! was put yet, the tag is `"v0"`.
//!
//! # Why
//! No `*`, no list and no weak tag: each would let through a change of what nobody looked at. They match nothing.

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use uuid::Uuid;

use super::Problem;
use super::body::header;
use crate::workflow::{Judged, Touched};

/// The version named by what is no tag of ours: nothing is ever at it.
const NEVER: i64 = -1;
/// The same of a complaint, whose versions count from 1.
const NEVER_A_COMPLAINTS: u32 = 0;

/// The tag of a version.
pub(super) fn etag(version: impl std::fmt::Display) -> String {
    format!("\"v{version}\"")
}

/// The version of `If-Match`; none where it was not sent.
pub(super) fn if_match_sent(req: &HttpRequest) -> Option<i64> {
    let value = header(req, &IF_MATCH)?;
    let version = value.trim().strip_prefix("\"v").and_then(|v| v.strip_suffix('"')).and_then(|v| v.parse().ok());
    Some(version.unwrap_or(NEVER))
}

/// The version of `If-Match`, which is required.
pub(super) fn if_match(req: &HttpRequest) -> Result<i64, Problem> {
    let missing = || Problem::new(428, "if_match.missing", "send If-Match with the ETag of what you change, as you saw it");
    if_match_sent(req).ok_or_else(missing)
}

fn of_complaint(version: i64) -> u32 {
    u32::try_from(version).unwrap_or(NEVER_A_COMPLAINTS)
}

/// The complaint as it was judged; `If-Match` is required.
pub(super) fn judged(req: &HttpRequest, complaint: Uuid) -> Result<Judged, Problem> {
    Ok(Judged { complaint, seen: of_complaint(if_match(req)?) })
}

/// The complaint as it was seen; `If-Match` is required.
pub(super) fn touched(req: &HttpRequest, complaint: Uuid) -> Result<Touched, Problem> {
    Ok(Touched { complaint, seen: Some(of_complaint(if_match(req)?)) })
}

/// The complaint to which something is added; `If-Match` is heeded where it is sent.
pub(super) fn added_to(req: &HttpRequest, complaint: Uuid) -> Touched {
    Touched { complaint, seen: if_match_sent(req).map(of_complaint) }
}

/// An answer with its tag.
pub(super) fn tagged(mut answer: HttpResponseBuilder, version: i64, body: &impl Serialize) -> HttpResponse {
    answer.insert_header((ETAG, etag(version))).json(body)
}
