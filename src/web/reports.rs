//! The registry of reports, for examiners: what was filed on a patent, both files side by side, and
//! recording that one is false.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::examination::attachment;
use super::guard::Who;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::workflow::RevocationForm;

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/patents/{patent_number}/reports`
pub async fn on_patent(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": web.desk.reports_on_patent(&path).await? })))
}

/// `GET /v1/admin/reports/{sha256}`
pub async fn show(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let report = web.desk.report(&path).await?;
    Ok(tagged(HttpResponse::Ok(), report.version(), &report))
}

/// `GET /v1/admin/reports/{sha256}/file`
pub async fn file(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(attachment(&path, web.desk.report_file(&path).await?))
}

/// `POST /v1/admin/reports/{sha256}/revocation`
pub async fn revoke(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let seen = if_match(&req)?;
    let form: RevocationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let report = web.desk.revoke_report(&caller, (&path, seen), form).await?;
    Ok(tagged(HttpResponse::Created(), report.version(), &report))
}
