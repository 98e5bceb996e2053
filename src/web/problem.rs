//! What a caller is told when something is refused: RFC 9457, a stable code, all field problems at once.

mod codes;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::tags::etag;
use crate::domain::complaint::Refused;
use crate::domain::notice::NoticeProblem;
use crate::intake::upload::{FILE_BYTES_MAX, UploadError};
use crate::store::StoreError;
use crate::workflow::DeskError;
pub use codes::{CODES, Code};

/// Media type of a problem.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";
/// Seconds after which one may try again when the database or the store of files is away.
const RETRY_AFTER_SECONDS: u64 = 2;

/// One problem of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// JSON Pointer into the document.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// A problem.
#[derive(Clone, Debug)]
pub struct Problem {
    status: u16,
    code: &'static str,
    detail: String,
    problems: Vec<FieldProblem>,
    extra: Option<Box<serde_json::Value>>,
    etag: Option<String>,
    retry_after_seconds: Option<u64>,
}

impl FieldProblem {
    /// A problem found by something that speaks English only.
    pub fn in_english(pointer: String, code: &str, message: String) -> Self {
        FieldProblem { pointer, code: code.to_owned(), message, message_zh: codes::field_title_zh(code).to_owned() }
    }
}

impl Problem {
    /// A problem of this status and code, as [`CODES`] has them.
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Problem { status, code, detail: detail.into(), problems: Vec::new(), extra: None, etag: None, retry_after_seconds: None }
    }

    /// No such thing, or not the caller's: the two are not told apart.
    pub fn not_found() -> Self {
        Problem::new(404, "not_found", "there is no such thing here, or it is not yours")
    }

    /// A body that does not have the shape asked for.
    pub fn fields(code: &'static str, problems: Vec<FieldProblem>) -> Self {
        let detail = format!("{} problem(s)", problems.len());
        Problem { problems, ..Problem::new(422, code, detail) }
    }

    /// With the seconds after which to try again.
    pub fn retry_after(self, seconds: u64) -> Self {
        Problem { retry_after_seconds: Some(seconds.max(1)), ..self }
    }

    /// With the version it is at, where another was meant.
    fn at(self, now: impl fmt::Display) -> Self {
        Problem { etag: Some(etag(now)), ..self }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The document, named by the request.
    pub fn document(&self, request_id: &str) -> serde_json::Value {
        let (title, title_zh) = codes::find(self.code).map_or(("", ""), |c| (c.title, c.title_zh));
        let mut doc = serde_json::json!({
            "type": format!("urn:fasttrack:problem:{}", self.code),
            "title": title,
            "title_zh": title_zh,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        });
        if !self.problems.is_empty() {
            doc["problems"] = serde_json::to_value(&self.problems).unwrap_or_default();
        }
        if let Some(rows) = &self.extra {
            doc["rows_left_out"] = (**rows).clone();
        }
        if let Some(etag) = &self.etag {
            doc["etag"] = etag.as_str().into();
        }
        doc
    }

    /// The answer, named by the request.
    pub fn response(&self, request_id: &str) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, PROBLEM_MEDIA_TYPE));
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(etag) = &self.etag {
            response.insert_header((ETAG, etag.as_str()));
        }
        response.body(self.document(request_id).to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.response("")
    }
}

impl From<NoticeProblem> for FieldProblem {
    fn from(p: NoticeProblem) -> Self {
        FieldProblem { pointer: p.pointer, code: p.code, message: p.message, message_zh: p.message_zh }
    }
}

impl From<DeskError> for Problem {
    fn from(e: DeskError) -> Self {
        match e {
            DeskError::Notice(problems) => Problem::fields("notice.invalid", problems.into_iter().map(Into::into).collect()),
            DeskError::Policy(problems) => {
                let field = |p: crate::domain::policy::PolicyProblem| FieldProblem::in_english(p.pointer, &p.code, p.message);
                Problem::fields("policy.invalid", problems.into_iter().map(field).collect())
            }
            DeskError::AllDuplicates(rows) => Problem {
                extra: serde_json::to_value(rows).ok().map(Box::new),
                ..Problem::new(409, "listing.duplicate", "every listing is in a live complaint of yours about this patent already")
            },
            DeskError::Refused(refused) => of_refused(&refused),
            DeskError::Changed { now } => Problem::new(412, "complaint.changed", format!("the complaint is at version {now} now")).at(now),
            DeskError::Moved { now } => Problem::new(412, "if_match.stale", format!("it is at version {now} now")).at(now),
            DeskError::KeyReused => Problem::new(422, "idempotency.key_reused", "this key was used for another request"),
            DeskError::Rule { code, message } => Problem::new(codes::find(code).map_or(422, |c| c.status), code, message),
            DeskError::NotFound => Problem::not_found(),
            DeskError::Store(e) => e.into(),
            DeskError::Upload(e) => e.into(),
            DeskError::Vault(e) => internal(&e),
            DeskError::Words(e) => internal(&e),
            DeskError::Typeset(e) => internal(&e),
        }
    }
}

fn of_refused(refused: &Refused) -> Problem {
    Problem::new(409, "complaint.not_possible", refused.to_string())
}

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NotFound => Problem::not_found(),
            StoreError::Stale { what } => Problem::new(409, "changed.meanwhile", format!("the {what} has changed meanwhile; try again")),
            StoreError::Duplicate { what } => Problem::new(409, "exists", format!("{what} exists already")),
            StoreError::Corrupt { .. } => internal(&e),
            StoreError::Unavailable { .. } => {
                tracing::warn!(error = %e, "store unavailable");
                Problem::new(503, "store.unavailable", "the database does not answer").retry_after(RETRY_AFTER_SECONDS)
            }
            StoreError::Busy => Problem::new(503, "store.busy", "too many writes are waiting").retry_after(RETRY_AFTER_SECONDS),
            StoreError::Full => Problem::new(507, "storage.full", "the database has no room"),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(e: UploadError) -> Self {
        match e {
            UploadError::TooLarge => Problem::new(413, "file.too_large", format!("a file has at most {FILE_BYTES_MAX} bytes")),
            UploadError::Empty => Problem::new(422, "file.empty", "the file is empty"),
            UploadError::Full => Problem::new(507, "storage.full", "there is no room for files"),
            UploadError::Away(_) => {
                tracing::warn!(error = %e, "store of files unavailable");
                Problem::new(503, "storage.unavailable", "the store of files does not answer").retry_after(RETRY_AFTER_SECONDS)
            }
            UploadError::Missing(_) | UploadError::Io(_) => internal(&e),
        }
    }
}

/// What the caller cannot help; the log says more.
pub(super) fn internal(e: &dyn fmt::Display) -> Problem {
    tracing::error!(error = %e, "internal error");
    Problem::new(500, "internal", "an error of ours; it was logged under the request's id")
}
