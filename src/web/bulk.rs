//! Decisions over a view of the queue: preview, start, stop, progress.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// `POST /v1/admin/bulk-decisions`
pub async fn preview(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let made = web.desk.preview_bulk(&caller, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/bulk-decisions/{}", made.id))).json(made))
}

/// `GET /v1/admin/bulk-decisions/{bulk_id}`
pub async fn show(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.bulk(id(&path)?).await?))
}

/// `POST /v1/admin/bulk-decisions/{bulk_id}/start`
pub async fn start(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.start_bulk(&caller, id(&path)?).await?))
}

/// `POST /v1/admin/bulk-decisions/{bulk_id}/stop`
pub async fn stop(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Created().json(web.desk.stop_bulk(&caller, id(&path)?).await?))
}
