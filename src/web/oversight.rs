//! Oversight, for people as JSON and CSV and for Prometheus. Who may: those who lead, run and audit the house; its
//! figures are about people who work here.

use std::fmt::Write;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::body::query;
use super::{Problem, Web, csv};
use crate::workflow::{AutomationView, DecidedWork, Desk, Load, OversightQuery, PublicFormat, QueueLoad, Work};

type Answer = Result<HttpResponse, Problem>;

/// Seconds for which scrapes are answered with the same times of steps: they are of many days, and counted from all
/// that was decided in them.
pub const STEP_TIMES_REMEMBERED_SECONDS: i64 = 600;

/// The times of steps as they were counted last; one scrape counts, the others wait for it.
#[derive(Default)]
pub struct StepTimes(tokio::sync::Mutex<Option<(Timestamp, String)>>);

impl StepTimes {
    async fn text(&self, desk: &Desk) -> Result<String, Problem> {
        let now = desk.clock().now();
        let mut last = self.0.lock().await;
        let age = last.as_ref().map(|(at, _)| now.duration_since(*at).as_secs());
        // Time that was set back counts again.
        if let (Some((_, text)), Some(0..STEP_TIMES_REMEMBERED_SECONDS)) = (&*last, age) {
            return Ok(text.clone());
        }
        let mut text = String::new();
        // Writing to a string cannot fail.
        let [decided, opinions] = desk.work_lately().await?;
        let _ = step_metrics(&mut text, ("fasttrack_step_hours", "Hours a step took in what was decided in the last 30 days."), &decided);
        let opinions_help = "Hours a step took in what platforms referred and was answered in the last 30 days.";
        let _ = step_metrics(&mut text, ("fasttrack_opinion_step_hours", opinions_help), &opinions);
        *last = Some((now, text.clone()));
        Ok(text)
    }
}

/// `GET /v1/admin/oversight`
pub async fn show(web: web::Data<Web>, req: HttpRequest) -> Answer {
    let q: OversightQuery = query(&req)?;
    let found = web.desk.oversight(&q).await?;
    if q.format == PublicFormat::Json {
        return Ok(HttpResponse::Ok().json(found));
    }
    let name = format!("oversight-{}-{}.csv", found.from, found.to);
    let body = serde_json::to_value(&found).map_err(|e| super::problem::internal(&e))?;
    let table = csv::oversight(&body).map_err(|e| super::problem::internal(&e))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(table))
}

/// `GET /metrics`: what is now, and how long steps took lately, in the text format of Prometheus. Figures of other periods
/// are in the oversight.
pub async fn metrics(web: web::Data<Web>) -> Answer {
    let now = web.desk.clock().now();
    let today = crate::domain::calendar::shanghai_date(now);
    let queue = web.desk.queue_load((now, today)).await?;
    let (_, automation) = web.desk.automation().await?;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = queue_metrics(&mut text, (&queue, now));
    let _ = automation_metrics(&mut text, &automation);
    text.push_str(&web.step_times.text(&web.desk).await?);
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(text))
}

fn gauge(text: &mut String, name: &str, (help, samples): (&str, &[(String, f64)])) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge")?;
    samples.iter().try_for_each(|(labels, value)| writeln!(text, "{name}{labels} {value}"))
}

fn queue_metrics(text: &mut String, (queue, now): (&QueueLoad, jiff::Timestamp)) -> std::fmt::Result {
    let age = |l: &Load| l.oldest_filed_at.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0));
    let of = |value: &dyn Fn(&Load) -> f64| -> Vec<(String, f64)> {
        let label = |track: Option<&str>| format!("{{track=\"{}\"}}", track.unwrap_or("none"));
        queue.by_track.iter().map(|t| (label(t.key.as_deref()), value(&t.of))).collect()
    };
    gauge(text, "fasttrack_queue_open", ("Complaints that wait for a person.", &of(&|l| l.open as f64)))?;
    gauge(text, "fasttrack_queue_unclaimed", ("Of those, nobody has in hand.", &of(&|l| l.unclaimed as f64)))?;
    gauge(text, "fasttrack_queue_overdue", ("Of those, the last day of the next step is over.", &of(&|l| l.overdue as f64)))?;
    gauge(text, "fasttrack_queue_due_soon", ("Of those, it is today or within two working days.", &of(&|l| l.due_soon as f64)))?;
    gauge(text, "fasttrack_queue_oldest_seconds", ("Seconds since the oldest of those was filed.", &of(&age)))?;
    // Codes of platforms are of a-z, 0-9, - and _: nothing to escape.
    let platforms: Vec<(String, f64)> =
        queue.by_platform.iter().map(|p| (format!("{{platform=\"{}\"}}", p.key.as_deref().unwrap_or("none")), p.of.open as f64)).collect();
    gauge(text, "fasttrack_queue_open_on_platform", ("Complaints that wait for a person, by platform.", &platforms))
}

/// Hours at the median and the 95th percentile, as the oversight has them.
fn step_metrics(text: &mut String, (name, help): (&str, &str), decided: &DecidedWork) -> std::fmt::Result {
    let mut samples = Vec::new();
    let mut add = |by: &str, key: Option<&str>, work: &Work| {
        for step in &work.steps {
            for (quantile, hours) in [("0.5", step.hours_median), ("0.95", step.hours_p95)] {
                let key = key.unwrap_or("none");
                let labels = format!("{{by=\"{by}\",key=\"{key}\",step=\"{}\",quantile=\"{quantile}\"}}", step.step);
                samples.extend(hours.map(|hours| (labels, hours)));
            }
        }
    };
    add("all", Some("all"), &decided.all);
    for (by, groups) in [("track", &decided.by_track), ("platform", &decided.by_platform), ("examiner", &decided.by_examiner)] {
        groups.iter().for_each(|g| add(by, g.key.as_deref(), &g.of));
    }
    gauge(text, name, (help, &samples))
}

fn automation_metrics(text: &mut String, a: &AutomationView) -> std::fmt::Result {
    let of = |value: &dyn Fn(usize) -> f64| -> Vec<(String, f64)> {
        a.bases.iter().enumerate().map(|(i, b)| (format!("{{basis=\"{}\"}}", b.basis), value(i))).collect()
    };
    let off = |i: usize| a.bases.get(i).and_then(|b| b.switched.as_ref()).is_some_and(|s| !s.on);
    let record = |i: usize| a.bases.get(i).map(|b| b.record);
    gauge(
        text,
        "fasttrack_automation_switched_off",
        ("1: switched off, whatever the policy says.", &of(&|i| f64::from(u8::from(off(i))))),
    )?;
    gauge(
        text,
        "fasttrack_automation_decided",
        ("Decisions without a human that count for the switch.", &of(&|i| record(i).map_or(0.0, |r| r.decided as f64))),
    )?;
    gauge(text, "fasttrack_automation_reversed", ("Of those, taken back.", &of(&|i| record(i).map_or(0.0, |r| r.reversed.count as f64))))
}
