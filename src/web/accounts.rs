//! For administrators: accounts and keys, platforms.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::queue::page;
use super::tags::if_match;
use super::{Problem, Web};
use crate::workflow::{AccountForm, PlatformForm};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `GET /v1/admin/accounts`
pub async fn list(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let found = web.desk.accounts(query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `POST /v1/admin/accounts`
pub async fn create(web: web::Data<Web>, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: AccountForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let made = web.desk.create_account(form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/accounts/{}", made.id))).json(made))
}

/// `POST /v1/admin/accounts/{account_id}/keys`
pub async fn create_key(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.create_key(id(&path)?).await?))
}

/// `DELETE /v1/admin/accounts/{account_id}/keys/{key_id}`
pub async fn revoke_key(web: web::Data<Web>, req: HttpRequest, path: web::Path<(String, String)>) -> Answer {
    let (account, key) = path.into_inner();
    web.desk.revoke_key((id(&account)?, if_match(&req)?), id(&key)?).await?;
    web.keys.forget();
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
