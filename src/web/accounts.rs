//! For administrators: accounts and keys, platforms, endpoints and their secrets, redelivery.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json};
use super::{Problem, Web};
use crate::workflow::{AccountForm, EndpointForm, PlatformForm};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `GET /v1/admin/accounts`
pub async fn list(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.accounts().await? })))
}

/// `POST /v1/admin/accounts`
pub async fn create(web: web::Data<Web>, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: AccountForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.create_account(form).await?))
}

/// `POST /v1/admin/accounts/{account_id}/keys`
pub async fn create_key(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.create_key(id(&path)?).await?))
}

/// `DELETE /v1/admin/accounts/{account_id}/keys/{key_id}`
pub async fn revoke_key(web: web::Data<Web>, path: web::Path<(String, String)>) -> Answer {
    let (account, key) = path.into_inner();
    web.desk.revoke_key(id(&account)?, id(&key)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /v1/admin/platforms`
pub async fn platforms(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.all_platforms().await? })))
}

/// `POST /v1/admin/platforms`
pub async fn create_platform(web: web::Data<Web>, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: PlatformForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.create_platform(form).await?))
}

/// `GET /v1/admin/platforms/{platform_code}/endpoints`
pub async fn endpoints(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.endpoints(&path).await? })))
}

/// `POST /v1/admin/platforms/{platform_code}/endpoints`
pub async fn create_endpoint(web: web::Data<Web>, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let form: EndpointForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let endpoint = web.desk.create_endpoint(&path, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/platforms/{path}/endpoints"))).json(endpoint))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/secret`
pub async fn rotate_secret(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.rotate_secret(id(&path)?).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PauseForm {
    why: String,
}

/// `POST /v1/admin/endpoints/{endpoint_id}/pause`
pub async fn pause_endpoint(web: web::Data<Web>, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let PauseForm { why } = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.pause_endpoint(id(&path)?, &why).await?))
}

/// `POST /v1/admin/endpoints/{endpoint_id}/resumption`
pub async fn resume_endpoint(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.resume_endpoint(id(&path)?).await?))
}

/// `POST /v1/admin/dispatches/{dispatch_id}/redelivery`
pub async fn redeliver(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let id = id(&path)?;
    web.desk.redeliver(id).await?;
    Ok(HttpResponse::Created().json(web.desk.show_dispatch(id).await?))
}
