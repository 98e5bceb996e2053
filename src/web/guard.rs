//! Before a handler runs: the route is looked up in the table, the key is checked, the role is held
//! against the table; what would change something of the house is written in its log. After it: every problem
//! gets the request's id, and the log the answer. A route that is not in the table is never reached.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::future::{Ready, ready};
use std::time::{Duration, Instant};
use tracing_actix_web::RequestId;

use super::body::NUL_ENCODED;
use super::routes::{Route, find};
use super::{Problem, Web};
use crate::domain::house_log::HouseEvent;
use crate::workflow::Caller;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who calls: put there by [`guard`], taken by handlers.
#[derive(Clone, Debug)]
pub struct Who(pub Caller);

impl FromRequest for Who {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let who = req.extensions().get::<Who>().cloned();
        ready(who.ok_or_else(|| super::problem::internal(&"a route for accounts is not in the table")))
    }
}

/// The middleware around every route.
///
/// # Errors
/// None of its own: a refusal is an answer.
pub async fn guard(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let request_id = req.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let (begun, method, route) = (Instant::now(), req.method().clone(), req.match_pattern());
    let admitted = admit(&req).await;
    let mut act = None;
    let mut res = match admitted {
        Ok(Admitted { who, written }) => {
            act = written;
            if let Some(who) = who {
                req.extensions_mut().insert(who);
            }
            next.call(req).await?.map_into_boxed_body()
        }
        Err(problem) => req.into_response(problem.response(&request_id)),
    };
    let problem = res.response().error().map(|e| match e.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::new(400, "request.malformed", e.to_string()),
    });
    if let Some(act) = act {
        act.answered(&res, problem.as_ref()).await;
    }
    if let Some(problem) = problem {
        res = res.into_response(problem.response(&request_id));
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        res.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    answered(&method, route.as_deref().unwrap_or("none"), (res.status().as_u16(), begun.elapsed()));
    Ok(res)
}

/// One line a request: the route and not the path, which may hold what somebody typed; probes only on demand.
fn answered(method: &Method, route: &str, (status, took): (u16, Duration)) {
    let took_ms = took.as_secs_f64() * 1e3;
    if route.starts_with("/v1/") {
        tracing::info!(%method, route, status, took_ms, "answered");
    } else {
        tracing::debug!(%method, route, status, took_ms, "answered");
    }
}

/// A request that may go on.
#[derive(Default)]
struct Admitted {
    who: Option<Who>,
    /// What of it stands in the house log already.
    written: Option<Act>,
}

/// An act in the house log that has no answer yet.
struct Act {
    web: web::Data<Web>,
    account: uuid::Uuid,
    n: i64,
}

impl Act {
    /// Writes the answer. Where that fails the act stands without one: it was done all the same.
    async fn answered(self, res: &ServiceResponse<BoxBody>, problem: Option<&Problem>) {
        let made = res.headers().get(LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let event = HouseEvent::Answered { status: res.status().as_u16(), code: problem.map(|p| p.code().to_owned()), made };
        if let Err(e) = self.web.desk.write_answered(self.account, self.n, event).await {
            tracing::error!(act = self.n, error = %e, "the answer to an act is not in the house log");
        }
    }
}

/// The write that may be tried without effect, by its query.
const MAY_BE_TRIED: (&str, &str) = ("POST", "/v1/complaints");

/// Refuses what a write would not look at: whoever asks for a dry run where there is none would find it done.
fn takes_no_query(route: &Route, query: &str) -> Result<(), Problem> {
    if query.is_empty() || route.method == "GET" || (route.method, route.path) == MAY_BE_TRIED {
        return Ok(());
    }
    Err(Problem::new(400, "query.invalid", "this takes no query"))
}

/// Whether a route changes something of the house.
fn is_act(route: &Route) -> bool {
    route.method != "GET" && route.path.starts_with("/v1/admin/")
}

async fn admit(req: &ServiceRequest) -> Result<Admitted, Problem> {
    // What no route takes is answered by the default handlers, which tell nothing.
    let Some(route) = req.match_pattern().and_then(|path| find(req.method().as_str(), &path)) else {
        return Ok(Admitted::default());
    };
    if req.path().contains(NUL_ENCODED) {
        return Err(Problem::not_found());
    }
    if route.roles.is_empty() {
        takes_no_query(route, req.query_string())?;
        return Ok(Admitted::default());
    }
    let web = req.app_data::<web::Data<Web>>().ok_or_else(|| super::problem::internal(&"no state"))?;
    let unauthenticated = || Problem::new(401, "unauthenticated", "send Authorization: Bearer and a valid key");
    let key = req
        .headers()
        .get(AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or_else(unauthenticated)?;
    let caller = web.desk.authenticate(&web.keys, key.trim()).await?.ok_or_else(unauthenticated)?;
    let asked = || HouseEvent::asked(caller.role.word(), (route.method, route.path, req.path()));
    if !route.roles.contains(&caller.role) {
        let refused = Problem::new(403, "role.not_allowed", format!("the role {} may not call this", caller.role.word()));
        if is_act(route) {
            let answered = HouseEvent::Answered { status: refused.status(), code: Some(refused.code().to_owned()), made: None };
            web.desk.write_refused(caller.account, asked(), answered).await?;
        }
        return Err(refused);
    }
    takes_no_query(route, req.query_string())?;
    let mut written = None;
    if is_act(route) {
        let n = web.desk.write_asked(caller.account, asked()).await?;
        written = Some(Act { web: web.clone(), account: caller.account, n });
    }
    Ok(Admitted { who: Some(Who(caller)), written })
}
