//! The seller's side: its platform makes the access, the seller looks, answers and states.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;
type Asked = (web::Path<String>, web::Payload);

/// `POST /v1/platform/dispatches/{dispatch_id}/seller-access`
pub async fn make_access(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let dispatch = path.parse().map_err(|_| Problem::not_found())?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.make_seller_access(&caller, dispatch, form).await?))
}

/// `DELETE /v1/platform/seller-access/{access_id}`
pub async fn revoke_access(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    web.desk.revoke_seller_access(&caller, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/platform/statements/{statement_id}/forwarding`
pub async fn forwarding(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let statement = web.desk.statement_id(&caller, &path).await?;
    web.desk.record_forwarding(&caller, statement, form).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "statement": statement })))
}

/// `GET /v1/platform/statements/{statement_id}`
pub async fn statement(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let statement = web.desk.statement_id(&caller, &path).await?;
    Ok(HttpResponse::Ok().json(web.desk.statement_for_platform(&caller, statement).await?))
}

/// `GET /v1/platform/statements/{statement_id}/evidence/{sha256}`
pub async fn statement_evidence(web: web::Data<Web>, Who(caller): Who, path: web::Path<(String, String)>) -> Answer {
    let (statement, sha256) = path.into_inner();
    let statement = web.desk.statement_id(&caller, &statement).await?;
    let bytes = web.desk.evidence_for_platform(&caller, statement, &sha256).await?;
    Ok(super::examination::attachment(&sha256, bytes))
}

/// `GET /v1/seller/complaint`
pub async fn show(web: web::Data<Web>, Who(caller): Who) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.show_to_seller(&caller).await?))
}

/// `POST /v1/seller/answers`
pub async fn answer(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let answer = web.desk.answer(&caller, form).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "answer": answer })))
}

/// `POST /v1/seller/statements`
pub async fn state(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.state_non_infringement(&caller, form).await?))
}

/// `POST /v1/seller/reviews`
pub async fn request_review(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.request_review_as_seller(&caller, form).await?;
    Ok(HttpResponse::Created().json(web.desk.show_to_seller(&caller).await?))
}
