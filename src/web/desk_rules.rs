//! What leads maintain for the desk: which effects take two examiners, and the codes of reasons.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::tags::{if_match, tagged};
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/four-eyes`
pub async fn four_eyes(web: web::Data<Web>) -> Answer {
    let rule = web.desk.four_eyes().await?;
    Ok(tagged(HttpResponse::Ok(), rule.version, &rule))
}

/// `PUT /v1/admin/four-eyes`
pub async fn put_four_eyes(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let seen = if_match(&req)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let put = web.desk.put_four_eyes(&caller, (seen, form)).await?;
    Ok(tagged(HttpResponse::Ok(), put.version, &put))
}

/// `GET /v1/admin/reasons`
pub async fn reasons(web: web::Data<Web>) -> Answer {
    let list = web.desk.reasons().await?;
    Ok(tagged(HttpResponse::Ok(), list.version, &list))
}

/// `PUT /v1/admin/reasons`
pub async fn put_reasons(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let seen = if_match(&req)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let put = web.desk.put_reasons(&caller, (seen, form)).await?;
    Ok(tagged(HttpResponse::Ok(), put.version, &put))
}
