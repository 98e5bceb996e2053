//! For examiners: a complaint with all beside it, the acts of judgement, the register, policies.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, ETAG, LOCATION, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::tags::{etag, if_match, judged, tagged, touched};
use super::{Problem, Web};
use crate::domain::policy::Policy;
use crate::domain::register::RegisterEntry;
use crate::workflow::{ActivationForm, AuthenticityForm, Caller, ComplaintQuery, DecisionForm, LiftForm, ReconsiderationForm, TrackForm};

type Answer = Result<HttpResponse, Problem>;

fn version(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Query of all complaints: that of a complainant, and whose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllQuery {
    account: Option<Uuid>,
    state: Option<String>,
    track: Option<String>,
    patent_number: Option<String>,
    reference: Option<String>,
    client_reference: Option<String>,
    item: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/admin/complaints`
pub async fn list(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let q: AllQuery = query(&req)?;
    let asked = ComplaintQuery {
        state: q.state,
        track: q.track,
        patent_number: q.patent_number,
        reference: q.reference,
        client_reference: q.client_reference,
        item: q.item,
        limit: q.limit,
        cursor: q.cursor,
    };
    let page = web.desk.complaints(q.account, asked).await?;
    Ok(super::queue::page(&req, page.next_cursor.as_deref(), &page))
}

/// `GET /v1/admin/complaints/{complaint_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    shown(&web, &caller, (id, StatusCode::OK)).await
}

pub(super) async fn shown(web: &Web, caller: &Caller, (id, status): (Uuid, StatusCode)) -> Answer {
    let view = web.desk.show_to_house(caller, id).await?;
    Ok(HttpResponse::build(status).insert_header((ETAG, etag(view.complaint.version))).json(view))
}

/// `GET /v1/admin/complaints/{complaint_id}/documents/{sha256}`
pub async fn document(web: web::Data<Web>, path: web::Path<(String, String)>) -> Answer {
    let (complaint, sha256) = path.into_inner();
    let id = web.desk.complaint_id(&complaint).await?;
    Ok(attachment(&sha256, web.desk.document(id, &sha256).await?))
}

/// `GET /v1/admin/complaints/{complaint_id}/case-file`
pub async fn case_file(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let file = web.desk.case_file(&caller, id).await?;
    let parts = futures_util::stream::unfold(file.parts, |mut parts| async move { parts.recv().await.map(|part| (part, parts)) });
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"case-{}.zip\"", file.reference)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .streaming(parts))
}

/// A document as it was filed: to be kept, never to be shown by a browser.
pub(super) fn attachment(sha256: &str, bytes: bytes::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{sha256}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes)
}

/// `POST /v1/admin/complaints/{complaint_id}/decision`
pub async fn decide(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form: DecisionForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.decide(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/decision-confirmation`
pub async fn confirm_decision(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    web.desk.confirm_decision(&caller, &at).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/authenticity`
pub async fn grant_authenticity(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = touched(&req, complaint)?;
    let form: AuthenticityForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.grant_authenticity(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/lift`
pub async fn lift(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form: LiftForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.lift(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/track`
pub async fn change_track(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form: TrackForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.change_track(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/reconsideration`
pub async fn reconsider(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form: ReconsiderationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.reconsider(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `GET /v1/admin/patents/{patent_number}/versions`
pub async fn register_versions(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.register_versions(&path).await? })))
}

/// `GET /v1/admin/patents/{patent_number}`
pub async fn register_entry(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let entry = web.desk.register(&path).await?;
    Ok(tagged(HttpResponse::Ok(), entry.version, &entry))
}

/// `PUT /v1/admin/patents/{patent_number}`
pub async fn put_register_entry(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let seen = if_match(&req)?;
    let entry: RegisterEntry = json(&req, payload, JSON_BYTES_MAX).await?;
    let put = web.desk.put_register(&caller, &path, (seen, entry)).await?;
    Ok(tagged(HttpResponse::Ok(), put.version, &put))
}

/// `GET /v1/admin/policies`
pub async fn policies(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let found = web.desk.policies(query(&req)?).await?;
    Ok(super::queue::page(&req, found.next_cursor.as_deref(), &found))
}

/// `POST /v1/admin/policies`
pub async fn store_policy(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let policy: Policy = json(&req, payload, JSON_BYTES_MAX).await?;
    let stored = web.desk.store_policy(&caller, policy).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/policies/{}", stored.version))).json(stored))
}

/// `GET /v1/admin/policies/{version}`
pub async fn policy(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let policy = web.desk.policy(version(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), web.desk.activations().await?, &policy))
}

/// `POST /v1/admin/policies/{version}/activation`
pub async fn activate_policy(web: web::Data<Web>, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let seen = if_match(&req)?;
    let form: ActivationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let (activation, policy) = web.desk.activate_policy(version(&path)?, (seen, form)).await?;
    Ok(tagged(HttpResponse::Created(), activation, &policy))
}

/// `GET /v1/admin/dispatches/{dispatch_id}`
pub async fn dispatch(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.show_dispatch(id(&path)?).await?))
}
