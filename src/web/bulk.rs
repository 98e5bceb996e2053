//! Decisions over a view of the queue: preview, start, stop, progress.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::tags::{if_match, tagged};
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `POST /v1/admin/bulk-decisions`
pub async fn preview(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let made = web.desk.preview_bulk(&caller, form).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/v1/admin/bulk-decisions/{}", made.id)));
    Ok(tagged(answer, made.version(), &made))
}

/// `GET /v1/admin/bulk-decisions/{bulk_id}`
pub async fn show(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let bulk = web.desk.bulk(id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), bulk.version(), &bulk))
}

/// `POST /v1/admin/bulk-decisions/{bulk_id}/start`
pub async fn start(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let started = web.desk.start_bulk(&caller, (id(&path)?, if_match(&req)?)).await?;
    Ok(tagged(HttpResponse::Created(), started.version(), &started))
}

/// `POST /v1/admin/bulk-decisions/{bulk_id}/stop`
pub async fn stop(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let stopped = web.desk.stop_bulk(&caller, (id(&path)?, if_match(&req)?)).await?;
    Ok(tagged(HttpResponse::Created(), stopped.version(), &stopped))
}
