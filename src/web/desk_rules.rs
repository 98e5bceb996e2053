//! What leads maintain for the desk: which effects take two examiners, and the codes of reasons.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/four-eyes`
pub async fn four_eyes(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.four_eyes().await?))
}

/// `PUT /v1/admin/four-eyes`
pub async fn put_four_eyes(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Ok().json(web.desk.put_four_eyes(&caller, form).await?))
}

/// `GET /v1/admin/reasons`
pub async fn reasons(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.reasons().await?))
}

/// `PUT /v1/admin/reasons`
pub async fn put_reasons(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Ok().json(web.desk.put_reasons(&caller, form).await?))
}
