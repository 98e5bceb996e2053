//! The policy lab: what differs between versions, and running one over past complaints.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::body::{JSON_BYTES_MAX, json, query};
use super::guard::Who;
use super::queue::page;
use super::tags::{if_match, tagged};
use super::{Problem, Web};
use crate::workflow::SimulationForm;

type Answer = Result<HttpResponse, Problem>;

fn version(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiffQuery {
    from: i64,
}

/// `GET /v1/admin/policies/{version}/diff`
pub async fn diff(web: web::Data<Web>, req: HttpRequest, path: web::Path<String>) -> Answer {
    let DiffQuery { from } = query(&req)?;
    Ok(HttpResponse::Ok().json(web.desk.policy_diff(from, version(&path)?).await?))
}

/// `POST /v1/admin/policies/{version}/simulations`
pub async fn simulate(
    web: web::Data<Web>,
    Who(caller): Who,
    req: HttpRequest,
    (path, payload): (web::Path<String>, web::Payload),
) -> Answer {
    let form: SimulationForm = json(&req, payload, JSON_BYTES_MAX).await?;
    let started = web.desk.simulate(&caller, version(&path)?, form).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/v1/admin/simulations/{}", started.id))).json(started))
}

/// `GET /v1/admin/policies/{version}/simulations`
pub async fn simulations(web: web::Data<Web>, req: HttpRequest, path: web::Path<String>) -> Answer {
    let found = web.desk.simulations(version(&path)?, query(&req)?).await?;
    Ok(page(&req, found.next_cursor.as_deref(), &found))
}

/// `GET /v1/admin/simulations/{simulation_id}`
pub async fn simulation(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let report = web.desk.simulation(id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), report.simulation.version(), &report))
}

/// `POST /v1/admin/simulations/{simulation_id}/stop`
pub async fn stop(web: web::Data<Web>, req: HttpRequest, path: web::Path<String>) -> Answer {
    let stopped = web.desk.stop_simulation((id(&path)?, if_match(&req)?)).await?;
    Ok(tagged(HttpResponse::Created(), stopped.simulation.version(), &stopped))
}
