//! For platforms: the feed of their dispatches, and their answers.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::{Problem, Web};
use crate::workflow::AckForm;

type Answer = Result<HttpResponse, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedQuery {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

/// `GET /v1/platform/dispatches`
pub async fn feed(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let FeedQuery { after, limit } = query(&req)?;
    let items = web.desk.platform_feed(&caller, after, limit).await?;
    let next_after = items.last().map_or(after, |last| last.feed_seq);
    let mut response = HttpResponse::Ok();
    if !items.is_empty() {
        response.insert_header((actix_web::http::header::LINK, format!("<{}?after={next_after}>; rel=\"next\"", req.path())));
    }
    Ok(response.json(serde_json::json!({ "items": items, "next_after": next_after })))
}

/// `GET /v1/platform/dispatches/{dispatch_id}`
pub async fn dispatch(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    Ok(HttpResponse::Ok().json(web.desk.show_to_platform(&caller, id).await?))
}

/// `POST /v1/platform/dispatches/{dispatch_id}/acknowledgements`
pub async fn acknowledge(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let form: AckForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let rows = web.desk.acknowledge(&caller, id, form).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "rows": rows })))
}
