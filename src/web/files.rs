//! Files: deposited once, named by id afterwards.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::guard::Who;
use super::{Problem, Web, body};

type Answer = Result<HttpResponse, Problem>;

/// `POST /v1/files`
pub async fn deposit(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let kept = body::file(&req, payload, web.desk.uploads()).await?;
    let file = web.desk.register_file(&caller, kept).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/files/{}", file.id))).json(file))
}

/// `GET /v1/files/{file_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    Ok(HttpResponse::Ok().json(web.desk.stored_file(&caller, id).await?))
}
