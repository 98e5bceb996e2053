//! The examiners' queue: what waits, how much, and taking the next.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;

/// The address of the next page.
pub(super) fn next_link(req: &HttpRequest, cursor: &str) -> String {
    let others = req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor="));
    let all: Vec<String> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    format!("<{}?{}>; rel=\"next\"", req.path(), all.join("&"))
}

/// A page of a list, with the address of the next.
pub(super) fn page(req: &HttpRequest, next: Option<&str>, body: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        response.insert_header((LINK, next_link(req, cursor)));
    }
    response.json(body)
}

/// `GET /v1/admin/queue`
pub async fn list(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let found = web.desk.queue(query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `GET /v1/admin/queue/counts`
pub async fn counts(web: web::Data<Web>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.queue_counts().await?))
}

/// `POST /v1/admin/queue/claims`
pub async fn claim_next(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    match web.desk.claim_next(&caller, form).await? {
        Some(claim) => Ok(HttpResponse::Created().json(claim)),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// `POST /v1/admin/complaints/{complaint_id}/claim`
pub async fn claim(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    Ok(HttpResponse::Created().json(web.desk.claim(&caller, id).await?))
}

/// `DELETE /v1/admin/complaints/{complaint_id}/claim`
pub async fn release(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    web.desk.release(&caller, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
