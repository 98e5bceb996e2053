//! The pages of a report for examiners: what they look like, and what was read there.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::body::{JSON_BYTES_MAX, json, query};
use super::examination::shown;
use super::guard::Who;
use super::tags::judged;
use super::{Problem, Web};
use crate::workflow::ReportReadingForm;

type Answer = Result<HttpResponse, Problem>;

/// `GET /v1/admin/complaints/{complaint_id}/report-pages/{page}`
pub async fn page(web: web::Data<Web>, path: web::Path<(String, String)>) -> Answer {
    let (complaint, page) = path.into_inner();
    let page = page.parse().map_err(|_| Problem::not_found())?;
    let id = web.desk.complaint_id(&complaint).await?;
    let png = web.desk.report_page(id, page).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header((CACHE_CONTROL, "private, max-age=300"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(png))
}

/// `POST /v1/admin/complaints/{complaint_id}/report-reading`
pub async fn read(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form: ReportReadingForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.read_report_pages(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PictureQuery {
    page: Option<u32>,
}

/// `GET /v1/admin/complaints/{complaint_id}/pictures/{sha256}`
pub async fn picture(web: web::Data<Web>, req: HttpRequest, path: web::Path<(String, String)>) -> Answer {
    let (complaint, sha256) = path.into_inner();
    let asked: PictureQuery = query(&req)?;
    let id = web.desk.complaint_id(&complaint).await?;
    let picture = web.desk.picture(id, (&sha256, asked.page.unwrap_or(1))).await?;
    // A stranger's bytes: shown as a picture, and as nothing else.
    Ok(HttpResponse::Ok()
        .content_type(picture.media_type)
        .insert_header((CACHE_CONTROL, "private, max-age=300"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(picture.bytes))
}
