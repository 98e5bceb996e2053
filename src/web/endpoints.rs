//! Endpoints: for administrators all of them, for a platform's engineers their own, by the same handlers; and
//! for everybody the public keys by which messages are verified.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::queue::page;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::workflow::{Caller, EndpointForm};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// The platform a caller of that role speaks for.
pub(super) fn own_platform(caller: &Caller) -> Result<&str, Problem> {
    caller.platform.as_deref().ok_or_else(Problem::not_found)
}

/// `GET /v1/webhook-keys/{endpoint_id}`
pub async fn keys(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "keys": web.desk.webhook_keys(id(&path)?).await? })))
}

/// `GET /v1/admin/platforms/{platform_code}/endpoints`
pub async fn list(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.endpoints(&path).await? })))
}

/// `POST /v1/admin/platforms/{platform_code}/endpoints`
pub async fn create(web: web::Data<Web>, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let form: EndpointForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let endpoint = web.desk.create_endpoint(&path, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/platforms/{path}/endpoints"))).json(endpoint))
}

/// `GET /v1/platform/endpoints`
pub async fn list_own(web: web::Data<Web>, Who(caller): Who) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.endpoints(own_platform(&caller)?).await? })))
}

/// `POST /v1/platform/endpoints`
pub async fn create_own(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: EndpointForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let endpoint = web.desk.create_endpoint(own_platform(&caller)?, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, req.path().to_owned())).json(endpoint))
}

/// `GET /v1/admin/endpoints/{endpoint_id}`, `GET /v1/platform/endpoints/{endpoint_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let (version, endpoint) = web.desk.endpoint(&caller, id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), version, &endpoint))
}

/// `PUT /v1/admin/endpoints/{endpoint_id}`, `PUT /v1/platform/endpoints/{endpoint_id}`
pub async fn change(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, endpoint) = web.desk.move_endpoint(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Ok(), version, &endpoint))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/secret`, `POST /v1/platform/endpoints/{endpoint_id}/secret`
pub async fn rotate(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, endpoint) = web.desk.rotate_secret(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Created(), version, &endpoint))
}

/// `PUT /v1/admin/endpoints/{endpoint_id}/limits`, `PUT /v1/platform/endpoints/{endpoint_id}/limits`
pub async fn limit(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, endpoint) = web.desk.limit_endpoint(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Ok(), version, &endpoint))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/pause`, `POST /v1/platform/endpoints/{endpoint_id}/pause`
pub async fn pause(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, endpoint) = web.desk.pause_endpoint(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Created(), version, &endpoint))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/resumption`, `POST /v1/platform/endpoints/{endpoint_id}/resumption`
pub async fn resume(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, endpoint) = web.desk.resume_endpoint(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Created(), version, &endpoint))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/test`, `POST /v1/platform/endpoints/{endpoint_id}/test`
pub async fn test(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let dispatch = web.desk.test_endpoint(&caller, id(&path)?).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "dispatch": dispatch })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/admin/endpoints/{endpoint_id}/attempts`, `GET /v1/platform/endpoints/{endpoint_id}/attempts`
pub async fn attempts(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let LogQuery { limit, cursor } = query(&req)?;
    let found = web.desk.attempts_at(&caller, id(&path)?, (limit, cursor.as_deref())).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/redeliveries`, `POST /v1/platform/endpoints/{endpoint_id}/redeliveries`
pub async fn redeliver_failed(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Ok().json(web.desk.redeliver_failed(&caller, id(&path)?, form).await?))
}

/// `POST /v1/admin/dispatches/{dispatch_id}/redelivery`
pub async fn redeliver(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = id(&path)?;
    web.desk.redeliver(&caller, id).await?;
    Ok(HttpResponse::Created().json(web.desk.show_dispatch(id).await?))
}

/// `POST /v1/platform/dispatches/{dispatch_id}/redelivery`
pub async fn redeliver_own(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = id(&path)?;
    web.desk.redeliver(&caller, id).await?;
    Ok(HttpResponse::Created().json(web.desk.show_to_platform(&caller, id).await?))
}
