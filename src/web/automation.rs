//! Watching automation, and its switch.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::{Problem, Web};
use crate::workflow::SwitchForm;

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/automation`
pub async fn show(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.automation().await?))
}

/// `POST /v1/admin/automation/{basis}/suspension`
pub async fn switch_off(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let form: SwitchForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.switch_automation(&caller, &path, (false, form)).await?))
}

/// `POST /v1/admin/automation/{basis}/resumption`
pub async fn switch_on(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let form: SwitchForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.switch_automation(&caller, &path, (true, form)).await?))
}
