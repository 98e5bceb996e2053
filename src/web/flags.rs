//! What is kept of people beside complaints: conduct, for the party it is about and the examiner; and erasing them.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::complaints::touched;
use super::guard::Who;
use super::{Problem, Web};

type Answer = Result<HttpResponse, Problem>;
type Asked = (web::Path<String>, web::Payload);

/// `GET /v1/conduct`
pub async fn own(web: web::Data<Web>, Who(caller): Who) -> Answer {
    Ok(HttpResponse::Ok().json(web.desk.own_conduct(&caller).await?))
}

/// `POST /v1/conduct/flags/{flag_id}/answer`
pub async fn answer(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.answer_flag(&caller, id, form).await?))
}

/// `POST /v1/admin/complaints/{complaint_id}/conduct-flags`
pub async fn raise(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.raise_flag(&caller, complaint, form).await?))
}

/// `POST /v1/admin/conduct-flags/{flag_id}/withdrawal`
pub async fn withdraw(web: web::Data<Web>, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.withdraw_flag(id, form).await?))
}

/// `POST /v1/admin/complaints/{complaint_id}/erasure`
pub async fn erase(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.erase(&caller, &touched(&req, complaint)?, form).await?))
}
