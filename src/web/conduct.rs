//! For examiners: the conduct of a complaint between filing and the end: deadlines, supplements, hearing,
//! statements, authorities, second looks; and the calendar all of it is counted by.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::examination::shown;
use super::guard::Who;
use super::tags::{added_to, if_match, judged, tagged, touched};
use super::{Problem, Web};
use crate::workflow::ReviewDecisionForm;

type Answer = Result<HttpResponse, Problem>;
type Asked = (web::Path<String>, web::Payload);
type Asked2 = (web::Path<(String, String)>, web::Payload);

/// `GET /v1/admin/complaints/{complaint_id}/deadlines`
pub async fn deadlines(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let items = web.desk.all_deadlines(id).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// `POST /v1/admin/complaints/{complaint_id}/supplement-request`
pub async fn request_supplement(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.request_supplement(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/hearing-extension`
pub async fn extend_answer(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.extend_answer(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/seller-notification`
pub async fn record_notification(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.record_notification(&caller, &added_to(&req, complaint), form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/suspension`
pub async fn suspend(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.suspend(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/resumption`
pub async fn resume(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, path: web::Path<String>) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    web.desk.resume(&caller, &at).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/statements/{statement_id}/check`
pub async fn check_statement(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked2) -> Answer {
    let (complaint, statement) = path.into_inner();
    let complaint = web.desk.complaint_id(&complaint).await?;
    let at = touched(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let statement = web.desk.statement_id(&caller, &statement).await?;
    web.desk.check_statement(&caller, (&at, statement), form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/statements/{statement_id}/arrival`
pub async fn record_arrival(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked2) -> Answer {
    let (complaint, statement) = path.into_inner();
    let complaint = web.desk.complaint_id(&complaint).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    let statement = web.desk.statement_id(&caller, &statement).await?;
    web.desk.record_arrival(&caller, (&added_to(&req, complaint), statement), form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/authority-acts`
pub async fn record_authority(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.record_authority(&caller, &added_to(&req, complaint), form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/reviews/{review_id}/decision`
pub async fn decide_review(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked2) -> Answer {
    let (complaint, review) = path.into_inner();
    let complaint = web.desk.complaint_id(&complaint).await?;
    let at = judged(&req, complaint)?;
    let review = review.parse().map_err(|_| Problem::not_found())?;
    let form: ReviewDecisionForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.decide_review(&caller, &at, (review, form)).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/recusal`
pub async fn recuse(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.recuse(&caller, &added_to(&req, complaint), form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/referrals`
pub async fn refer(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let complaint = web.desk.complaint_id(&path).await?;
    let at = judged(&req, complaint)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.refer(&caller, &at, form).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/complaints/{complaint_id}/referrals/{referral_id}/outcome`
pub async fn end_referral(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked2) -> Answer {
    let (complaint, referral) = path.into_inner();
    let complaint = web.desk.complaint_id(&complaint).await?;
    let at = judged(&req, complaint)?;
    let referral = referral.parse().map_err(|_| Problem::not_found())?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.end_referral(&caller, &at, (referral, form)).await?;
    shown(&web, &caller, (complaint, StatusCode::CREATED)).await
}

/// `POST /v1/admin/mails/{mail_id}/bounce`
pub async fn bounce_mail(web: web::Data<Web>, req: HttpRequest, (path, payload): Asked) -> Answer {
    let mail = path.parse().map_err(|_| Problem::not_found())?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.bounce_mail(mail, form).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /v1/admin/calendar/{year}`
pub async fn calendar(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let (version, calendar) = web.desk.show_calendar(&path).await?;
    Ok(tagged(HttpResponse::Ok(), version, &calendar))
}

/// `PUT /v1/admin/calendar/{year}`
pub async fn put_calendar(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): Asked) -> Answer {
    let seen = if_match(&req)?;
    let announced = json(&req, payload, JSON_BYTES_MAX).await?;
    let (version, calendar) = web.desk.put_calendar(&caller, &path, (seen, announced)).await?;
    Ok(tagged(HttpResponse::Ok(), version, &calendar))
}
