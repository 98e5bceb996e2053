//! HTTP: routes, who may call them, bodies in, answers and problems out. Every verb is the desk's.
//!
//! - [`routes`]: the one table of routes and roles; what it does not name is not served.
//! - [`guard`]: before a handler runs: who calls, whether they may; and the shape of every problem.
//! - [`body`]: JSON and multipart, with limits and a deadline on the whole.
//!
//! Not here: rules, SQL, delivery.

mod accounts;
mod automation;
pub mod body;
mod bulk;
mod complaints;
mod conduct;
mod consultations;
mod contest;
mod csv;
mod desk_rules;
mod endpoints;
mod events;
mod examination;
mod files;
mod flags;
mod guard;
mod lab;
mod limits;
mod oversight;
mod platform;
mod platform_rules;
mod problem;
mod public;
mod queue;
mod report_pages;
mod reports;
mod rights;
pub mod routes;
mod seller;
mod service;
mod staff;
mod tags;
mod writs;

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web::{self, ServiceConfig};
use tokio::sync::Semaphore;

pub use problem::{CODES, Code, Problem};
pub use routes::{ROUTES, Route};
pub use service::contract;

use crate::workflow::{Desk, KeyCache};
use limits::Limits;

/// What every handler is given.
pub struct Web {
    desk: Desk,
    keys: KeyCache,
    limits: Limits,
    public: public::PublicAnswers,
    step_times: oversight::StepTimes,
    feed_waits: Semaphore,
    stopping: AtomicBool,
}

impl Web {
    /// The web side of a desk; accounts without a limit of their own may file `filings_per_hour_max`.
    pub fn new(desk: Desk, filings_per_hour_max: u32) -> Self {
        let limits = Limits::new(filings_per_hour_max);
        Web {
            desk,
            keys: KeyCache::default(),
            limits,
            public: public::PublicAnswers::default(),
            step_times: oversight::StepTimes::default(),
            feed_waits: Semaphore::new(platform::FEED_WAITS_MAX),
            stopping: AtomicBool::new(false),
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// From now on `/readyz` says no: the process is about to end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// Registers every route of [`ROUTES`] and the answers for all others.
pub fn configure(config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|r| r.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path);
        for route in ROUTES.iter().filter(|r| r.path == path) {
            resource = resource.route((route.serve)());
        }
        config.service(resource.default_service(web::to(method_not_allowed)));
    }
    config.default_service(web::to(not_found));
}

pub use guard::guard;

async fn not_found() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::not_found())
}

async fn method_not_allowed() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::new(405, "method.not_allowed", "this path does not take this method"))
}
