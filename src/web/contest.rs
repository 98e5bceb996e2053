//! For rights holders: deadlines, statements against their complaints, proceedings, second looks.

use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::tags::etag;
use super::{Problem, Web};
use crate::workflow::Caller;

type Answer = Result<HttpResponse, Problem>;
type Asked = (web::Path<String>, web::Payload);

async fn own(web: &Web, caller: &Caller, id: uuid::Uuid) -> Answer {
    let view = web.desk.show(caller, id).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).insert_header((ETAG, etag(view.version))).json(view))
}

/// `GET /v1/complaints/{complaint_id}/deadlines`
pub async fn deadlines(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let items = web.desk.deadlines(&caller, id).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// `GET /v1/complaints/{complaint_id}/statements`
pub async fn statements(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let items = web.desk.statements(&caller, id).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// `GET /v1/complaints/{complaint_id}/statements/{statement_id}/evidence/{sha256}`
pub async fn statement_evidence(web: web::Data<Web>, Who(caller): Who, path: web::Path<(String, String, String)>) -> Answer {
    let (complaint, statement, sha256) = path.into_inner();
    let id = web.desk.complaint_id(&complaint).await?;
    let statement = web.desk.statement_id(&caller, &statement).await?;
    let bytes = web.desk.evidence_for_complainant(&caller, (id, statement), &sha256).await?;
    Ok(super::examination::attachment(&sha256, bytes))
}

/// `POST /v1/complaints/{complaint_id}/statements/{statement_id}/receipt`
pub async fn receipt(web: web::Data<Web>, Who(caller): Who, path: web::Path<(String, String)>) -> Answer {
    let (complaint, statement) = path.into_inner();
    let id = web.desk.complaint_id(&complaint).await?;
    web.desk.show(&caller, id).await?;
    let statement = web.desk.statement_id(&caller, &statement).await?;
    web.desk.acknowledge_statement(&caller, (id, statement)).await?;
    own(&web, &caller, id).await
}

/// `POST /v1/complaints/{complaint_id}/proceedings`
pub async fn prove_proceedings(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.prove_proceedings(&caller, id, form).await?;
    own(&web, &caller, id).await
}

/// `POST /v1/complaints/{complaint_id}/proceedings-status`
pub async fn follow_proceedings(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.follow_proceedings(&caller, id, form).await?;
    own(&web, &caller, id).await
}

/// `POST /v1/complaints/{complaint_id}/waiting-extension`
pub async fn extend_waiting(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.extend_waiting(&caller, id, form).await?;
    own(&web, &caller, id).await
}

/// `POST /v1/complaints/{complaint_id}/reviews`
pub async fn request_review(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.request_review(&caller, id, form).await?;
    own(&web, &caller, id).await
}
