//! For everybody, without a key: published decisions and figures, as JSON and CSV; and the rule they are
//! published by, for administrators.
//!
//! Anybody may ask at any rate. What was answered is remembered for a while and given again without the
//! database; what was not is asked for one after the other. There are few first pages and figures to ask for;
//! of the pages behind a cursor there is no end, and at most [`PAGES_PER_SECOND_MAX`] new ones a second are
//! looked up.
//!
//! # Why
//! Not a limit for each address: behind a proxy all callers have one, and without one a caller has as many
//! as it likes. This way nobody who asks for a first page or the figures can be kept from them by another.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use actix_web::{HttpRequest, HttpResponse, web};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::body::{JSON_BYTES_MAX, header, json, query};
use super::guard::Who;
use super::queue::next_link;
use super::tags::{if_match, tagged};
use super::{Problem, Web, csv};
use crate::domain::audience::{Audience, sifted};
use crate::workflow::{PublicDecisionQuery, PublicFormat, PublicStatisticsQuery};

type Answer = Result<HttpResponse, Problem>;

/// Seconds for which a page of decisions is the same, here and in caches on the way.
pub const DECISIONS_REMEMBERED_SECONDS: i64 = 60;
/// Seconds for which figures are the same.
pub const STATISTICS_REMEMBERED_SECONDS: i64 = 600;
/// Answers remembered at once; beyond, pages behind a cursor go first, and the oldest.
pub const ANSWERS_REMEMBERED_MAX: usize = 256;
/// Bytes of the answers remembered at once.
pub const ANSWERS_REMEMBERED_BYTES_MAX: usize = 16 << 20;
/// Pages behind a cursor that are looked up a second, of all callers together.
pub const PAGES_PER_SECOND_MAX: u32 = 20;

/// What was asked: two questions that differ in spelling only are one.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Question {
    Decisions(PublicDecisionQuery),
    Statistics(PublicStatisticsQuery),
}

impl Question {
    fn seconds(&self) -> i64 {
        match self {
            Question::Decisions(_) => DECISIONS_REMEMBERED_SECONDS,
            Question::Statistics(_) => STATISTICS_REMEMBERED_SECONDS,
        }
    }

    /// Whether there is no end of such questions.
    fn is_one_of_many(&self) -> bool {
        matches!(self, Question::Decisions(PublicDecisionQuery { cursor: Some(_), .. }))
    }

    fn format(&self) -> PublicFormat {
        match self {
            Question::Decisions(q) => q.format,
            Question::Statistics(q) => q.format,
        }
    }

    fn file_name(&self) -> &'static str {
        match self {
            Question::Decisions(_) => "decisions.csv",
            Question::Statistics(_) => "statistics.csv",
        }
    }
}

/// An answer, ready to be given again.
struct Remembered {
    until: Timestamp,
    etag: String,
    next_cursor: Option<String>,
    body: Vec<u8>,
}

/// What everybody was answered.
pub struct PublicAnswers {
    remembered: Mutex<HashMap<Question, Arc<Remembered>>>,
    asking: tokio::sync::Mutex<()>,
    limit: DefaultDirectRateLimiter,
}

impl Default for PublicAnswers {
    fn default() -> Self {
        let per_second = NonZeroU32::new(PAGES_PER_SECOND_MAX).unwrap_or(NonZeroU32::MIN);
        PublicAnswers {
            remembered: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            limit: RateLimiter::direct(Quota::per_second(per_second)),
        }
    }
}

impl PublicAnswers {
    fn known(&self, question: &Question, now: Timestamp) -> Option<Arc<Remembered>> {
        let all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        // Time that was set back forgets too.
        let is_fresh = |a: &&Arc<Remembered>| now < a.until && a.until <= later(now, question.seconds());
        all.get(question).filter(is_fresh).cloned()
    }

    fn remember(&self, question: Question, answer: &Arc<Remembered>) {
        let mut all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = |all: &HashMap<Question, Arc<Remembered>>| all.values().map(|a| a.body.len()).sum::<usize>();
        while all.len() >= ANSWERS_REMEMBERED_MAX || bytes(&all) + answer.body.len() > ANSWERS_REMEMBERED_BYTES_MAX {
            let first = all.iter().min_by_key(|(q, a)| (!q.is_one_of_many(), a.until)).map(|(q, _)| q.clone());
            let Some(first) = first else { break };
            all.remove(&first);
        }
        all.insert(question, answer.clone());
    }

    fn forget(&self) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}

/// `GET /v1/public/decisions`
pub async fn decisions(web: web::Data<Web>, req: HttpRequest) -> Answer {
    answer(&web, &req, Question::Decisions(query(&req)?)).await
}

/// `GET /v1/public/statistics`
pub async fn statistics(web: web::Data<Web>, req: HttpRequest) -> Answer {
    answer(&web, &req, Question::Statistics(query(&req)?)).await
}

/// `GET /v1/admin/publication`
pub async fn rule(web: web::Data<Web>) -> Answer {
    let rule = web.desk.publication().await?;
    Ok(tagged(HttpResponse::Ok(), rule.version, &rule))
}

/// `PUT /v1/admin/publication`
pub async fn put_rule(web: web::Data<Web>, Who(caller): Who, req: HttpRequest, payload: web::Payload) -> Answer {
    let seen = if_match(&req)?;
    let form = json(&req, payload, JSON_BYTES_MAX).await?;
    // Who looks up under the old rule is done before it is forgotten.
    let _one_at_a_time = web.public.asking.lock().await;
    let put = web.desk.put_publication(&caller, (seen, form)).await?;
    // Other processes, and caches on the way, say it when they have forgotten.
    web.public.forget();
    Ok(tagged(HttpResponse::Ok(), put.version, &put))
}

async fn answer(web: &Web, req: &HttpRequest, question: Question) -> Answer {
    let now = web.desk.clock().now();
    let known = match web.public.known(&question, now) {
        Some(known) => known,
        None => {
            if question.is_one_of_many() && web.public.limit.check().is_err() {
                return Err(Problem::new(429, "rate.limited", "too many pages are asked for at once").retry_after(1));
            }
            let _one_at_a_time = web.public.asking.lock().await;
            match web.public.known(&question, now) {
                Some(known) => known,
                None => {
                    let fresh = Arc::new(look_up(web, &question, now).await?);
                    web.public.remember(question.clone(), &fresh);
                    fresh
                }
            }
        }
    };
    Ok(given(req, &question, &known))
}

async fn look_up(web: &Web, question: &Question, now: Timestamp) -> Result<Remembered, Problem> {
    let (body, next_cursor) = match question {
        Question::Decisions(q) => {
            let page = web.desk.public_decisions(q).await?;
            let next = page.next_cursor.clone();
            let body = serde_json::to_value(&page).map_err(|e| super::problem::internal(&e))?;
            (body, next)
        }
        Question::Statistics(q) => {
            let figures = web.desk.public_statistics(q).await?;
            (serde_json::to_value(&figures).map_err(|e| super::problem::internal(&e))?, None)
        }
    };
    let body = sifted(Audience::Public, body);
    let body = match (question, question.format()) {
        (_, PublicFormat::Json) => serde_json::to_vec(&body).map_err(|e| super::problem::internal(&e))?,
        (Question::Decisions(_), PublicFormat::Csv) => csv::decisions(&body).map_err(|e| super::problem::internal(&e))?,
        (Question::Statistics(_), PublicFormat::Csv) => csv::statistics(&body).map_err(|e| super::problem::internal(&e))?,
    };
    let etag = format!("\"{}\"", &hex::encode(Sha256::digest(&body))[..32]);
    Ok(Remembered { until: later(now, question.seconds()), etag, next_cursor, body })
}

fn given(req: &HttpRequest, question: &Question, known: &Remembered) -> HttpResponse {
    let unchanged = header(req, &IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|t| matches!(t.trim(), t if t == "*" || t.trim_start_matches("W/") == known.etag)));
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, format!("public, max-age={}", question.seconds())));
    response.insert_header((ETAG, known.etag.clone()));
    if let Some(cursor) = &known.next_cursor {
        response.insert_header((LINK, next_link(req, cursor)));
    }
    if unchanged {
        return response.finish();
    }
    let media_type: Cow<str> = match question.format() {
        PublicFormat::Json => "application/json".into(),
        PublicFormat::Csv => {
            response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", question.file_name())));
            "text/csv; charset=utf-8; header=present".into()
        }
    };
    response.insert_header((CONTENT_TYPE, media_type.as_ref())).body(known.body.clone())
}
