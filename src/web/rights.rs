//! Rights: deposited by complainants and agents, verified by examiners.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::examination::attachment;
use super::guard::Who;
use super::queue::page;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::domain::right::RightForm;
use crate::workflow::VerificationForm;

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `POST /v1/rights`
pub async fn deposit(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: RightForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let right = web.desk.deposit_right(&caller, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/rights/{}", right.id))).json(right))
}

/// `GET /v1/rights`
pub async fn list(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let found = web.desk.rights(Some(caller.account), query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `GET /v1/rights/{right_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.show_right(&caller, id(&path)?).await?))
}

/// `GET /v1/admin/rights`
pub async fn list_all(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let found = web.desk.rights(None, query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `GET /v1/admin/rights/{right_id}`
pub async fn show_any(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let right = web.desk.show_right_to_house(&caller, id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), right.version(), &right))
}

/// `GET /v1/admin/rights/{right_id}/documents/{sha256}`
pub async fn document(web: web::Data<Web>, path: web::Path<(String, String)>) -> Answer {
    let (right, sha256) = path.into_inner();
    Ok(attachment(&sha256, web.desk.right_document(id(&right)?, &sha256).await?))
}

/// `POST /v1/admin/rights/{right_id}/verification`
pub async fn verify(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let at = (id(&path)?, if_match(&req)?);
    let form: VerificationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let right = web.desk.verify_right(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Created(), right.version(), &right))
}
