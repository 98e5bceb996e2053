//! For platforms: the feed of their dispatches, and their answers.

use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::{Problem, Web};
use crate::domain::acknowledgement::AckForm;
use crate::domain::calendar::day_of;
use crate::workflow::{Caller, DispatchView, RelistingForm, ResolutionsForm};

type Answer = Result<HttpResponse, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedQuery {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
    #[serde(default)]
    wait: u64,
}

/// Most seconds a feed waits for something to come.
pub const FEED_WAIT_SECONDS_MAX: u64 = 30;
/// Requests that wait at once in one process; one more is answered without waiting.
pub const FEED_WAITS_MAX: usize = 256;
/// Seconds after which a feed that is waited for is looked at although nobody rang: other processes issue too.
const FEED_LOOK_SECONDS: u64 = 1;

/// `GET /v1/platform/dispatches`
pub async fn feed(web: web::Data<Web>, Who(caller): Who, req: HttpRequest) -> Answer {
    let asked: FeedQuery = query(&req)?;
    let after = asked.after;
    if after < 0 {
        return Err(Problem::new(422, "list.after", format!("after is {after}; numbers of a feed begin at 1, and 0 is its start")));
    }
    let items = waited_for(&web, &caller, asked).await?;
    let next_after = items.last().map_or(after, |last| last.feed_seq);
    let mut response = HttpResponse::Ok();
    if !items.is_empty() {
        response.insert_header((actix_web::http::header::LINK, format!("<{}?after={next_after}>; rel=\"next\"", req.path())));
    }
    Ok(response.json(serde_json::json!({ "items": items, "next_after": next_after })))
}

/// The next of a feed; where there is none yet, as soon as there is, or nothing after the wait that was asked for.
async fn waited_for(web: &Web, caller: &Caller, asked: FeedQuery) -> Result<Vec<DispatchView>, Problem> {
    if asked.wait > FEED_WAIT_SECONDS_MAX {
        return Err(Problem::new(422, "list.wait", format!("wait is {}, at most {FEED_WAIT_SECONDS_MAX} seconds are", asked.wait)));
    }
    let place = web.feed_waits.try_acquire();
    let until = Instant::now() + Duration::from_secs(if place.is_ok() { asked.wait } else { 0 });
    let bell = web.desk.store().outbox().feed(caller.platform.as_deref().unwrap_or_default());
    loop {
        // Listened for before it is looked: what comes in between is heard.
        let rung = bell.notified();
        let items = web.desk.platform_feed(caller, asked.after, asked.limit).await?;
        let left = until.saturating_duration_since(Instant::now());
        if !items.is_empty() || left.is_zero() || web.is_stopping() {
            return Ok(items);
        }
        let _ = tokio::time::timeout(left.min(Duration::from_secs(FEED_LOOK_SECONDS)), rung).await;
    }
}

/// `GET /v1/platform/digests/{day}`
pub async fn digest(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let day = day_of(&path).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(web.desk.day_digest(&caller, day).await?))
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

/// `POST /v1/platform/dispatches/{dispatch_id}/resolutions`
pub async fn resolve(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let id = path.parse().map_err(|_| Problem::not_found())?;
    let form: ResolutionsForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let rows = web.desk.resolve_listings(&caller, id, form).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "rows": rows })))
}

/// `POST /v1/platform/relistings`
pub async fn relisting(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let form: RelistingForm = json(&req, payload, JSON_BYTES_MAX).await?;
    Ok(HttpResponse::Ok().json(web.desk.report_relisting(&caller, form).await?))
}
