//! A platform's own rule: for the platform and for the house, by the same verbs.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{JSON_BYTES_MAX, json};
use super::endpoints::own_platform;
use super::guard::Who;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::domain::platform_rule::PlatformRule;
use crate::workflow::{Caller, PlatformRuleView};

type Answer = Result<HttpResponse, Problem>;

fn shown(view: &PlatformRuleView) -> HttpResponse {
    tagged(HttpResponse::Ok(), view.version, view)
}

async fn put_rule(web: &Web, caller: &Caller, (platform, req, payload): (&str, &HttpRequest, web::Payload)) -> Answer {
    let seen = if_match(req)?;
    let rule: PlatformRule = json(req, payload, JSON_BYTES_MAX).await?;
    Ok(shown(&web.desk.put_platform_rule(caller, (platform, seen), rule).await?))
}

/// `GET /v1/platform/rule`
pub async fn show_own(web: web::Data<Web>, Who(caller): Who) -> Answer {
    Ok(shown(&web.desk.platform_rule(&caller, own_platform(&caller)?).await?))
}

/// `PUT /v1/platform/rule`
pub async fn put_own(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    put_rule(&web, &caller, (own_platform(&caller)?, &req, payload)).await
}

/// `GET /v1/admin/platforms/{platform_code}/rule`
pub async fn show(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    Ok(shown(&web.desk.platform_rule(&caller, &path).await?))
}

/// `PUT /v1/admin/platforms/{platform_code}/rule`
pub async fn put(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, (path, payload): (web::Path<String>, web::Payload)) -> Answer {
    put_rule(&web, &caller, (&path, &req, payload)).await
}
