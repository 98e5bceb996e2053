//! Watching automation, and its switch.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::workflow::SwitchForm;

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/automation`
pub async fn show(web: web::Data<Web>) -> Answer {
    let (version, automation) = web.desk.automation().await?;
    Ok(tagged(HttpResponse::Ok(), version, &automation))
}

/// `POST /v1/admin/automation/{basis}/suspension`
pub async fn switch_off(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let at = (path.as_str(), if_match(&req)?);
    let form: SwitchForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, automation) = web.desk.switch_automation(&caller, at, (false, form)).await?;
    Ok(tagged(HttpResponse::Created(), version, &automation))
}

/// `POST /v1/admin/automation/{basis}/resumption`
pub async fn switch_on(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let at = (path.as_str(), if_match(&req)?);
    let form: SwitchForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, automation) = web.desk.switch_automation(&caller, at, (true, form)).await?;
    Ok(tagged(HttpResponse::Created(), version, &automation))
}
