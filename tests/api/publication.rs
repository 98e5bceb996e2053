//! What everybody may see: decisions once they are final, by the operator's rule and without people; figures
//! without small numbers; and nobody can ask the service to death.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::database::tamper;
use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

const DECISIONS: &str = "/v1/public/decisions";
const STATISTICS: &str = "/v1/public/statistics";
/// What is planted wherever somebody can write.
const PLANTED: &str = "甲乙丙13912345678";

async fn rule(cast: &Cast, endings: &[&str], decided_from: &str) {
    let rule = json!({ "endings": endings, "decided_from": decided_from, "statistics": true });
    cast.service.put("/v1/admin/publication", &cast.service.admin, &rule).await.expect(200);
}

/// A decided complaint with something planted in every field that takes words.
async fn planted(cast: &Cast, item: &str) -> Value {
    let filed = cast
        .files_as(&LAMP, &[item], |form| {
            let product = &mut form["accused_products"][0];
            product["name"] = PLANTED.into();
            product["listings"][0]["shop"] = PLANTED.into();
            product["comparison"]["views"][0]["note"] = PLANTED.into();
            product["comparison"]["picture_source"] = PLANTED.into();
            form["client_reference"] = PLANTED.into();
            form["truth_guarantee"]["signed_by"] = PLANTED.into();
            for field in ["phone", "address"] {
                form["complainant"][field] = PLANTED.into();
            }
        })
        .await;
    let decision =
        json!({ "text": PLANTED, "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
    cast.judge(&cast.examiner, filed["id"].as_str().unwrap(), ("decision", &decision)).await.expect(201);
    filed
}

/// The list alone, while it may change from one answer to the next.
async fn listed(cast: &Cast) -> Vec<Value> {
    cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_secs(61));
    cast.service.get(DECISIONS, "").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn seen(cast: &Cast) -> Vec<Value> {
    // Beyond what is remembered.
    cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_secs(61));
    let mut all = Vec::new();
    for format in ["json", "csv"] {
        let answer = cast.service.get(&format!("{DECISIONS}?format={format}"), "").await;
        let text = String::from_utf8(answer.bytes.clone()).unwrap();
        assert!(!text.contains(PLANTED) && !text.contains("1391234"), "{text}");
        if format == "json" {
            all = answer.expect(200)["items"].as_array().unwrap().clone();
        } else {
            assert!(text.starts_with("reference,ending,") && text.ends_with("\r\n"), "{text}");
            assert_eq!(text.matches("\r\n").count(), 1 + all.len(), "{text}");
        }
    }
    all
}

on_both_databases! {
    /// Nothing is published until the operator says so, until it is final, or while an appeal is open; and never
    /// a word that a person wrote.
    async fn decisions_are_published_when_they_are_final(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = planted(&cast, "100000000001").await;
        let takedown = cast.platform.wait_for(1).await[0].clone();
        let seller = cast.seller(&takedown, true).await;
        cast.service.days_pass(29);
        assert_eq!(seen(&cast).await, [] as [Value; 0]);
        rule(&cast, &["infringing", "not_infringing"], "2026-11-01").await;
        assert_eq!(seen(&cast).await, [] as [Value; 0], "it may still be appealed");
        cast.service.days_pass(1);
        let published = seen(&cast).await;
        let line = json!({
            "platform": "ali", "determination": "infringing", "measure": "requested", "basis": "centre_opinion", "by": "human",
            "reasons": ["same_design"], "listings": 1,
        });
        let expected = json!([{
            "reference": filed["reference"], "ending": "infringing", "decided_on": "2026-11-02", "final_from": "2026-12-02",
            "track": "simple", "patent_number": LAMP.number, "asserted_items": ["1"], "overall": filed["overall"], "overturned": false,
            "lines": [line],
        }]);
        assert_eq!(Value::Array(published), expected);

        cast.service.post("/v1/seller/reviews", &seller, &json!({ "kind": "appeal", "text": PLANTED })).await.expect(201);
        assert_eq!(seen(&cast).await, [] as [Value; 0], "an appeal is open");
        let id = filed["id"].as_str().unwrap();
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        let asked = admin["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap();
        let act = format!("reviews/{}/decision", asked["body"]["review"].as_str().unwrap());
        let changed = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["design_differs"] }], "text": PLANTED });
        cast.judge(&cast.second, id, (&act, &changed)).await.expect(201);
        assert_eq!(seen(&cast).await, [] as [Value; 0]);
        cast.service.days_pass(1);
        let published = seen(&cast).await;
        assert_eq!((&published[0]["ending"], &published[0]["overturned"], &published[0]["final_from"]), (&"not_infringing".into(), &true.into(), &"2026-12-03".into()), "{published:#?}");

        rule(&cast, &["infringing"], "2026-11-01").await;
        assert_eq!(seen(&cast).await, [] as [Value; 0], "not of these endings");
        rule(&cast, &["not_infringing"], "2026-12-03").await;
        assert_eq!(seen(&cast).await, [] as [Value; 0], "decided before");
        let wrong = json!({ "endings": ["withdrawn"], "decided_from": "2026-11-01", "statistics": true });
        assert_eq!(cast.service.put("/v1/admin/publication", &cast.service.admin, &wrong).await.problem(422), "publication.ending");
        cast.ends_sound().await;
    }

    /// A statement against the measure keeps a decision from being final until it has run its course.
    async fn what_is_contested_is_not_final(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        rule(&cast, &["infringing"], "2026-11-01").await;
        let (_, takedown) = cast.taken_down("100000000002").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.days_pass(20);
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        cast.service.days_pass(20);
        assert_eq!(seen(&cast).await, [] as [Value; 0]);
        cast.ends_sound().await;
    }

    /// Complaints from before it was kept how they ended are caught up with, and mean the same.
    async fn endings_are_written_anew(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        rule(&cast, &["infringing"], "2026-11-01").await;
        let filed = planted(&cast, "100000000021").await;
        cast.service.days_pass(31);
        let before = seen(&cast).await;
        assert_eq!(before[0]["reference"], filed["reference"]);
        let due = if engine == Engine::Sqlite { "0" } else { "now() - interval '1 day'" };
        let lost = format!(
            "DELETE FROM published; DELETE FROM outcomes; INSERT INTO jobs (kind, subject, due_at, fence, attempts) SELECT 'outcomes', 'all', {due}, 0, 0"
        );
        assert!(tamper(&cast.service.database_url, &lost));
        let begun = std::time::Instant::now();
        while listed(&cast).await != before {
            assert!(begun.elapsed() < std::time::Duration::from_secs(30), "they are not caught up with");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        cast.ends_sound().await;
    }

    /// Pages hold together, nothing twice and nothing left out; an answer that is known is not sent again.
    async fn pages_and_tags_of_published_decisions(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        rule(&cast, &["infringing"], "2026-11-01").await;
        let mut references = std::collections::BTreeSet::new();
        for item in ["100000000011", "100000000012", "100000000013"] {
            references.insert(planted(&cast, item).await["reference"].as_str().unwrap().to_owned());
        }
        cast.service.days_pass(31);
        let (mut found, mut next) = (Vec::new(), format!("{DECISIONS}?limit=2"));
        while !next.is_empty() {
            let page = cast.service.get(&next, "").await;
            next = page.header("link").strip_prefix('<').and_then(|l| l.split_once('>')).map_or(String::new(), |(path, _)| path.to_owned());
            found.extend(page.expect(200)["items"].as_array().unwrap().iter().map(|d| d["reference"].as_str().unwrap().to_owned()));
        }
        assert_eq!((found.len(), found.into_iter().collect::<std::collections::BTreeSet<_>>()), (3, references));

        let first = cast.service.get(DECISIONS, "").await;
        assert_eq!(first.header("cache-control"), "public, max-age=60");
        let again = cast.service.send(cast.service.request("GET", DECISIONS, "").header("if-none-match", first.header("etag"))).await;
        assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, first.header("etag")));
        let csv = cast.service.get(&format!("{DECISIONS}?format=csv"), "").await;
        assert_ne!(csv.header("etag"), first.header("etag"));
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(cast.service.get(&format!("{DECISIONS}?cursor=x"), "").await.problem(422), "list.cursor");
        cast.ends_sound().await;
    }

    /// Figures count what is final, leave small numbers out, and can be switched off.
    async fn figures_of_a_year(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let mut ids = Vec::new();
        for item in 1..=6 {
            let filed = cast.files(&LAMP, &[&format!("10000000010{item}")]).await;
            ids.push(filed["id"].as_str().unwrap().to_owned());
        }
        cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_hours(30));
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        for id in &ids {
            cast.judge(&cast.examiner, id, ("decision", &decision)).await.expect(201);
        }
        let simple = |body: &Value| body["tracks"][0].clone();
        let before = cast.service.get(STATISTICS, "").await.expect(200);
        assert_eq!((&before["tracks"][0]["track"], &before["tracks"][0]["complaints"]), (&"simple".into(), &0.into()), "none is final");
        cast.service.days_pass(31);
        let figures = simple(&cast.service.get(STATISTICS, "").await.expect(200));
        let expected = json!({
            "track": "simple", "complaints": 6, "infringing": 6, "not_infringing": 0, "undetermined": 0, "withdrawn": 0, "not_accepted": 0,
            "supplement_missing": 0, "automatic_share": 0.0, "reversal_rate": 0.0, "clerical_failure_rate": 0.0,
            "substantive_failure_rate": 0.0, "hours_median": figures["hours_median"], "hours_p95": figures["hours_p95"],
        });
        assert_eq!(figures, expected);
        assert!(figures["hours_median"].as_f64().is_some_and(|h| (29.9..30.2).contains(&h)), "{figures}");
        let csv = cast.service.get(&format!("{STATISTICS}?format=csv&year=2026"), "").await;
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.contains(",simple,6,6,0,"), "{text}");

        // One is lifted as wrong: one of six overturned is too few to be told.
        let lift = json!({ "lines": [1], "reason": "decision_corrected" });
        cast.judge(&cast.second, &ids[0], ("lift", &lift)).await.expect(201);
        cast.service.days_pass(31);
        let old = simple(&cast.service.get(&format!("{STATISTICS}?year=2026"), "").await.expect(200));
        assert_eq!((&old["complaints"], &old["reversal_rate"]), (&5.into(), &0.0.into()), "it became final in another year: {old}");
        let new = simple(&cast.service.get(STATISTICS, "").await.expect(200));
        assert_eq!((&new["complaints"], &new["infringing"], &new["reversal_rate"]), (&Value::Null, &Value::Null, &Value::Null), "{new}");

        assert_eq!(cast.service.get(&format!("{STATISTICS}?year=1999"), "").await.problem(422), "statistics.year");
        let off = json!({ "endings": [], "decided_from": "2026-11-01", "statistics": false });
        cast.service.put("/v1/admin/publication", &cast.service.admin, &off).await.expect(200);
        assert_eq!(cast.service.get(STATISTICS, "").await.problem(404), "not_found");
        cast.ends_sound().await;
    }

    /// Whoever asks for what nobody asked before is slowed down, and keeps nobody from what others ask for.
    async fn nobody_can_ask_it_to_death(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        cast.service.get(DECISIONS, "").await.expect(200);
        let cursor = |n: usize| URL_SAFE_NO_PAD.encode(format!("[\"2026-01-01\",\"R{n}\"]"));
        let asked = (0..100).map(|n| {
            let path = format!("{DECISIONS}?cursor={}", cursor(n));
            let service = &cast.service;
            async move { service.get(&path, "").await }
        });
        let answers = futures_util::future::join_all(asked).await;
        let refused: Vec<_> = answers.iter().filter(|a| a.status == 429).collect();
        assert!(refused.len() > 20, "{} of 100 were refused", refused.len());
        assert!(refused.iter().all(|a| a.body["code"] == "rate.limited" && a.header("retry-after") == "1"));
        // Also when it is not remembered any more, while nobody's next page is looked up.
        cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_secs(61));
        let (mut firsts, mut nexts) = (Vec::new(), Vec::new());
        for n in 100..160 {
            nexts.push(format!("{DECISIONS}?cursor={}", cursor(n)));
            firsts.push(format!("{DECISIONS}?limit={}", n - 99));
        }
        let get = |path: &String| cast.service.request("GET", path, "").send();
        let asked = futures_util::future::join(
            futures_util::future::join_all(nexts.iter().map(get)),
            futures_util::future::join_all(firsts.iter().map(get)),
        );
        let (nexts, firsts) = asked.await;
        assert!(nexts.into_iter().any(|a| a.unwrap().status() == 429));
        assert!(firsts.into_iter().all(|a| a.unwrap().status() == 200));
        cast.ends_sound().await;
    }
}
