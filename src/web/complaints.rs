//! For rights holders and their agents: file, follow, supplement, withdraw; and the report check.

use actix_web::http::header::{ETAG, HeaderName, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::body::{Parts, media_type, parsed, parts, query, typed};
use super::guard::Who;
use super::problem::FieldProblem;
use super::tags::etag;
use super::{Problem, Web};
use crate::domain::notice::NoticeForm;
use crate::workflow::{Caller, Filing, IdempotencyKey, NamedFiles, ReportCheckForm, SupplementForm, WithdrawalForm};

/// Most complaints of a batch.
pub const BATCH_ROWS_MAX: usize = 100;
/// Longest idempotency key, characters.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 128;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

type Answer = Result<HttpResponse, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileQuery {
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    complaints: Vec<Box<RawValue>>,
}

pub(super) fn key_of(req: &HttpRequest) -> Result<String, Problem> {
    let malformed = || Problem::new(400, "idempotency.key_malformed", format!("1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters"));
    let Some(value) = req.headers().get(&IDEMPOTENCY_KEY) else {
        return Err(Problem::new(400, "idempotency.key_missing", "send an Idempotency-Key, so that trying again files nothing twice"));
    };
    let key = value.to_str().map_err(|_| malformed())?;
    let right = (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if right { Ok(key.to_owned()) } else { Err(malformed()) }
}

/// SHA-256 over route, the notice as it is understood (not as it is spaced), and the files' names and hashes.
pub(super) fn fingerprint(route: &str, form: &impl Serialize, files: &NamedFiles) -> Result<[u8; 32], Problem> {
    let understood = serde_json::to_vec(form).map_err(|e| super::problem::internal(&e))?;
    let mut hash = Sha256::new();
    hash.update(route.as_bytes());
    hash.update([0]);
    hash.update(&understood);
    for (name, file) in files {
        hash.update([0]);
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(file.sha256.as_bytes());
    }
    Ok(hash.finalize().into())
}

/// The files that came with a request, as they will be registered with what it brings about.
pub(super) fn arrived(web: &Web, parts: &Parts) -> NamedFiles {
    parts.files.iter().map(|(name, kept)| (name.clone(), web.desk.arrived_file(kept.clone()))).collect()
}

/// The same, registered now.
async fn named(web: &Web, caller: &Caller, parts: &Parts) -> Result<NamedFiles, Problem> {
    for file in &parts.arriving {
        file.clone().await?;
    }
    let mut files = NamedFiles::new();
    for (name, kept) in &parts.files {
        files.insert(name.clone(), web.desk.register_file(caller, kept.clone()).await?);
    }
    Ok(files)
}

pub(super) fn unnamed(files: &NamedFiles, used: &[&str]) -> Result<(), Problem> {
    let problems: Vec<FieldProblem> = files
        .keys()
        .filter(|name| !used.contains(&name.as_str()))
        .map(|name| FieldProblem {
            pointer: String::new(),
            code: "multipart.part_unnamed".into(),
            message: format!("the document does not name the part {name}"),
            message_zh: format!("通知没有提到附件 {name}"),
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Problem::fields("body.invalid", problems)) }
}

pub(super) fn document<'a>(parts: &'a Parts, name: &str) -> Result<&'a [u8], Problem> {
    parts.json.as_deref().ok_or_else(|| Problem::new(422, "multipart.part_missing", format!("the part {name} is missing")))
}

/// `POST /v1/complaints`
pub async fn file(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let FileQuery { dry_run } = query(&req)?;
    let key = if dry_run { None } else { Some(key_of(&req)?) };
    web.limits.take(&caller, 1)?;
    let parts = parts(&req, payload, ("notice", web.desk.uploads())).await?;
    let json = document(&parts, "notice")?;
    let form: NoticeForm = typed(json)?;
    let files = arrived(&web, &parts);
    unnamed(&files, &form.files().into_iter().map(|(_, name)| name).collect::<Vec<_>>())?;
    const ROUTE: &str = "POST /v1/complaints";
    let key = key
        .map(|key| Ok::<_, Problem>(IdempotencyKey { key, route: ROUTE, fingerprint: fingerprint(ROUTE, &form, &files)? }))
        .transpose()?;
    let answer = web.desk.file_complaint(&caller, Filing::of_complainant((form, key), (files, parts.arriving))).await?;
    Ok(filed(answer, ("/v1/complaints", dry_run)))
}

/// The answer to a filing, with where it is.
pub(super) fn filed(answer: crate::workflow::Answer, (at, dry_run): (&str, bool)) -> HttpResponse {
    let mut response =
        HttpResponse::build(actix_web::http::StatusCode::from_u16(answer.status).unwrap_or(actix_web::http::StatusCode::CREATED));
    if let Some((id, version)) = answer.of.or_else(|| Head::of(&answer.body).filter(|_| !dry_run)) {
        response.insert_header((LOCATION, format!("{at}/{id}")));
        response.insert_header((ETAG, etag(version)));
    }
    if answer.replayed {
        response.insert_header((REPLAYED.clone(), "true"));
    }
    response.content_type("application/json").body(answer.body)
}

/// Id and version out of a stored answer.
#[derive(Deserialize)]
struct Head {
    id: Uuid,
    version: u32,
}

impl Head {
    fn of(body: &[u8]) -> Option<(Uuid, u32)> {
        serde_json::from_slice(body).ok().map(|Head { id, version }| (id, version))
    }
}

/// `POST /v1/complaint-batches`: rows are answered one by one; a bad row never sinks the rest.
pub async fn file_batch(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let key = key_of(&req)?;
    if media_type(&req) != "application/json" {
        return Err(Problem::new(415, "media_type.unsupported", "application/json is expected"));
    }
    let bytes = super::body::bytes(payload, super::body::NOTICE_BYTES_MAX).await?;
    let batch: Batch = parsed(&bytes)?;
    if batch.complaints.is_empty() || batch.complaints.len() > BATCH_ROWS_MAX {
        return Err(Problem::new(422, "batch.rows", format!("1 to {BATCH_ROWS_MAX} complaints are expected")));
    }
    web.limits.take(&caller, batch.complaints.len())?;
    let request_id = request_id(&req);
    let mut rows = Vec::with_capacity(batch.complaints.len());
    for (index, raw) in batch.complaints.iter().enumerate() {
        rows.push(match file_row(&web, &caller, (&key, index), raw.get().as_bytes()).await {
            Ok((status, body)) => serde_json::json!({ "index": index, "status": status, "complaint": body }),
            Err(problem) => serde_json::json!({ "index": index, "status": problem.status(), "problem": problem.document(&request_id) }),
        });
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({ "rows": rows })))
}

async fn file_row(web: &Web, caller: &Caller, (key, index): (&str, usize), json: &[u8]) -> Result<(u16, Box<RawValue>), Problem> {
    const ROUTE: &str = "POST /v1/complaint-batches";
    let form: NoticeForm = typed(json)?;
    let files = NamedFiles::new();
    let key = IdempotencyKey { key: format!("{key}#{index}"), route: ROUTE, fingerprint: fingerprint(ROUTE, &form, &files)? };
    let answer = web.desk.file_complaint(caller, Filing::of_complainant((form, Some(key)), (files, Vec::new()))).await?;
    let text = String::from_utf8(answer.body).map_err(|e| super::problem::internal(&e))?;
    Ok((answer.status, RawValue::from_string(text).map_err(|e| super::problem::internal(&e))?))
}

pub(super) fn request_id(req: &HttpRequest) -> String {
    use actix_web::HttpMessage;
    req.extensions().get::<tracing_actix_web::RequestId>().map(ToString::to_string).unwrap_or_default()
}

/// `GET /v1/complaints`
pub async fn list(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let page = web.desk.complaints(Some(caller.account), query(&req)?).await?;
    Ok(super::queue::page(&req, page.next_cursor.as_deref(), &page))
}

/// `GET /v1/complaints/{complaint_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    own(&web, &caller, id, actix_web::http::StatusCode::OK).await
}

async fn own(web: &Web, caller: &Caller, id: Uuid, status: actix_web::http::StatusCode) -> Answer {
    let view = web.desk.show(caller, id).await?;
    Ok(HttpResponse::build(status).insert_header((ETAG, etag(view.version))).json(view))
}

/// `GET /v1/complaints/{complaint_id}/log`
pub async fn log(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let items = web.desk.log(&caller, id).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// `POST /v1/complaints/{complaint_id}/supplement`
pub async fn supplement(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let parts = parts(&req, payload, ("supplement", web.desk.uploads())).await?;
    let form: SupplementForm = typed(document(&parts, "supplement")?)?;
    let files = named(&web, &caller, &parts).await?;
    let used: Vec<&str> = form.documents.iter().map(|d| d.file.as_str()).chain(form.report.as_deref()).collect();
    unnamed(&files, &used)?;
    web.desk.supplement(&caller, id, (form, files)).await?;
    own(&web, &caller, id, actix_web::http::StatusCode::CREATED).await
}

/// `POST /v1/complaints/{complaint_id}/withdrawal`
pub async fn withdraw(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form: WithdrawalForm = super::body::json(&req, payload, super::body::JSON_BYTES_MAX).await?;
    web.desk.withdraw(&caller, id, form).await?;
    own(&web, &caller, id, actix_web::http::StatusCode::CREATED).await
}

/// What a report check states beside the file, in multipart.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckStated {
    #[serde(default)]
    patent_number: Option<String>,
    #[serde(default)]
    asserted_items: Option<Vec<String>>,
}

/// `POST /v1/report-checks`
pub async fn check_report(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let with_files = media_type(&req) == "multipart/form-data";
    let parts = parts(&req, payload, ("request", web.desk.uploads())).await?;
    let files = named(&web, &caller, &parts).await?;
    let form = if with_files {
        let stated: CheckStated = parts.json.as_deref().map(typed).transpose()?.unwrap_or_default();
        unnamed(&files, &["report"])?;
        ReportCheckForm { report: "report".into(), patent_number: stated.patent_number, asserted_items: stated.asserted_items }
    } else {
        typed(document(&parts, "request")?)?
    };
    Ok(HttpResponse::Ok().json(web.desk.check_report(&caller, form, files).await?))
}
