//! For platforms: asking for an opinion on a hard complaint of their own, and reading it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json, parts, query, typed};
use super::complaints::{arrived, document, filed, fingerprint, key_of, unnamed};
use super::guard::Who;
use super::tags::tagged;
use super::{Problem, Web};
use crate::domain::consultation::ConsultationForm;
use crate::workflow::{ConsultationFiling, IdempotencyKey, WithdrawalForm};

type Answer = Result<HttpResponse, Problem>;

/// `POST /v1/platform/referrals`
pub async fn refer(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    const ROUTE: &str = "POST /v1/platform/referrals";
    let key = key_of(&req)?;
    web.limits.take(&caller, 1)?;
    let parts = parts(&req, payload, ("referral", web.desk.uploads())).await?;
    let form: ConsultationForm = typed(document(&parts, "referral")?)?;
    let files = arrived(&web, &parts);
    let of_notice = form.notice.files();
    let named: Vec<&str> = of_notice.iter().map(|(_, name)| *name).chain(form.seller_documents.iter().map(String::as_str)).collect();
    unnamed(&files, &named)?;
    let key = IdempotencyKey { key, route: ROUTE, fingerprint: fingerprint(ROUTE, &form, &files)? };
    let answer = web.desk.refer_for_opinion(&caller, ConsultationFiling { form, files, arriving: parts.arriving, key }).await?;
    Ok(filed(answer, ("/v1/platform/referrals", false)))
}

/// `GET /v1/platform/referrals`
pub async fn list(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let page = web.desk.consultations(&caller, query(&req)?).await?;
    Ok(super::queue::page(&req, page.next_cursor.as_deref(), &page))
}

/// `GET /v1/platform/referrals/{referral_id}`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let shown = web.desk.consultation(&caller, id).await?;
    Ok(tagged(HttpResponse::Ok(), shown.version.into(), &shown))
}

/// `POST /v1/platform/referrals/{referral_id}/withdrawal`
pub async fn withdraw(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    let form: WithdrawalForm = json(&req, payload, JSON_BYTES_MAX).await?;
    web.desk.withdraw_consultation(&caller, id, form).await?;
    let shown = web.desk.consultation(&caller, id).await?;
    Ok(tagged(HttpResponse::Created(), shown.version.into(), &shown))
}
