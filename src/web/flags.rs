//! What is kept of people beside complaints: conduct, for the party it is about and the examiner; and erasing them.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::guard::Who;
use super::tags::{added_to, if_match, tagged, touched};
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
    let (version, flag) = web.desk.raise_flag(&caller, &added_to(&req, complaint), form).await?;
    Ok(tagged(HttpResponse::Created(), version, &flag))
}

/// `GET /v1/admin/conduct-flags/{flag_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let (version, flag) = web.desk.flag(&caller, id).await?;
    Ok(tagged(HttpResponse::Ok(), version, &flag))
}

/// `POST /v1/admin/conduct-flags/{flag_id}/withdrawal`
pub async fn withdraw(web: web::Data<Web>, req: HttpRequest, (path, payload): Asked) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let seen = if_match(&req)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, flag) = web.desk.withdraw_flag((id, seen), form).await?;
    Ok(tagged(HttpResponse::Created(), version, &flag))
}

/// `POST /v1/admin/complaints/{complaint_id}/erasure`
pub async fn erase(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = touched(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Created().json(web.desk.erase(&caller, &at, form).await?))
}
