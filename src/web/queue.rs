//! The examiners' queue: what waits, how much, and taking the next.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::tags::{added_to, if_match, if_match_sent, tagged};
use super::{Problem, Web};
use crate::domain::calendar::given_day;
use crate::workflow::QueueView;

type Answer = Result<HttpResponse, Problem>;
type Asked = (web::Path<String>, web::Payload);

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

/// Query of the queue: a view of it, and where it goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueQuery {
    track: Option<String>,
    state: Option<String>,
    #[serde(default, deserialize_with = "given_day")]
    due_before: Option<jiff::civil::Date>,
    platform: Option<String>,
    reason: Option<String>,
    complainant: Option<uuid::Uuid>,
    patent_number: Option<String>,
    assigned: Option<String>,
    text: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/admin/queue`
pub async fn list(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let QueueQuery { track, state, due_before, platform, reason, complainant, patent_number, assigned, text, limit, cursor } = query(&req)?;
    let view = QueueView { track, state, due_before, platform, reason, complainant, patent_number, assigned, text };
    let found = web.desk.queue(&caller, view, (limit, cursor.as_deref())).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `GET /v1/admin/queue/counts`
pub async fn counts(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.queue_counts(&caller, query(&req)?).await?))
}

/// `POST /v1/admin/queue/claims`
pub async fn claim_next(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    match web.desk.claim_next(&caller, form).await? {
        Some(claim) => Ok(tagged(HttpResponse::Created(), claim.version, &claim)),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// `POST /v1/admin/complaints/{complaint_id}/claim`
pub async fn claim(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let claim = web.desk.claim(&caller, (id, if_match_sent(&req))).await?;
    Ok(tagged(HttpResponse::Created(), claim.version, &claim))
}

/// `GET /v1/admin/complaints/{complaint_id}/claim`
pub async fn holder(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let holder = web.desk.holder(id).await?;
    Ok(tagged(HttpResponse::Ok(), holder.version, &holder))
}

/// `DELETE /v1/admin/complaints/{complaint_id}/claim`
pub async fn release(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    web.desk.release(&caller, (id, if_match(&req)?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/admin/complaints/{complaint_id}/assignment`
pub async fn assign(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let at = (id, if_match(&req)?);
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let claim = web.desk.assign(&caller, at, form).await?;
    Ok(tagged(HttpResponse::Created(), claim.version, &claim))
}

/// `POST /v1/admin/complaints/{complaint_id}/notes`
pub async fn note(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.add_note(&caller, &added_to(&req, id), form).await?))
}

/// `POST /v1/admin/complaints/{complaint_id}/reminders`
pub async fn remind(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.set_reminder(&caller, &added_to(&req, id), form).await?))
}

/// `DELETE /v1/admin/complaints/{complaint_id}/reminders/{reminder_id}`
pub async fn end_reminder(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<(String, String)>) -> Answer {
    let (complaint, reminder) = path.into_inner();
    let complaint = web.desk.complaint_id(&complaint).await?;
    let reminder = reminder.parse().map_err(|_| Problem::not_found())?;
    web.desk.end_reminder(&caller, (complaint, reminder), if_match(&req)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
