//! For administrators and auditors: who may use the service, and the house log.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::queue::page;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::workflow::{AcceptanceForm, AccountForm, KeyRotationForm, SuspendForm};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `POST /v1/admin/invitations`
pub async fn invite(web: web::Data<Web>, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: AccountForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let made = web.desk.invite(form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/accounts/{}", made.account.id))).json(made))
}

/// `POST /v1/invitation-acceptances`
pub async fn accept(web: web::Data<Web>, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: AcceptanceForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.accept_invitation(&form).await?))
}

/// `GET /v1/admin/accounts/{account_id}`
pub async fn account(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let shown = web.desk.account(id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), shown.account.version, &shown))
}

/// `POST /v1/admin/accounts/{account_id}/suspension`
pub async fn suspend(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form: SuspendForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let suspended = web.desk.suspend_account(&caller, at, form).await?;
    // Other processes do so within seconds.
    web.keys.forget();
    Ok(tagged(HttpResponse::Created(), suspended.version, &suspended))
}

/// `DELETE /v1/admin/accounts/{account_id}/suspension`
pub async fn reinstate(web: web::Data<Web>, req: HttpRequest, path: web::Path<String>) -> Answer {
    let reinstated = web.desk.reinstate_account((id(&path)?, if_match(&req)?)).await?;
    Ok(tagged(HttpResponse::Ok(), reinstated.version, &reinstated))
}

/// `POST /v1/admin/accounts/{account_id}/keys/{key_id}/rotation`
pub async fn rotate_key(web: web::Data<Web>, req: HttpRequest, (path, payload): (web::Path<(String, String)>, web::Payload)) -> Answer {
    let (account, key) = path.into_inner();
    let at = (id(&account)?, if_match(&req)?);
    let form: KeyRotationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let rotated = web.desk.rotate_key(at, id(&key)?, form).await?;
    web.keys.forget();
    Ok(HttpResponse::Created().json(rotated))
}

/// `GET /v1/admin/house-log`
pub async fn house_log(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let found = web.desk.house_log(query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}
