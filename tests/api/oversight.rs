//! Oversight: what waits and how old it is, clocks missed and about to be, time per step, what is taken back; for
//! people and for Prometheus; and the same figures as everybody's where they overlap.

use serde_json::{Value, json};

use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, on_both_databases};

const OVERSIGHT: &str = "/v1/admin/oversight";

fn group<'a>(list: &'a Value, key: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|g| g["key"] == key).unwrap_or_else(|| panic!("no {key} in {list:#}"))
}

fn decision(determination: &str) -> Value {
    let reasons = if determination == "infringing" { "same_design" } else { "design_differs" };
    json!({ "lines": [{ "line": 1, "determination": determination, "takedown": determination == "infringing", "reasons": [reasons] }] })
}

/// The cells of a CSV table, by its head.
fn table(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut lines = text.trim_end().split("\r\n").map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    lines.map(|row| head.iter().cloned().zip(row).collect()).collect()
}

on_both_databases! {
    /// What waits now: by track, platform and who has it in hand; overdue and due soon; as JSON and as gauges.
    async fn what_waits_and_how_old_it_is(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        let (_, lead) = s.account("lead", None).await;
        let (_, auditor) = s.account("auditor", None).await;
        let old = cast.files(&LAMP, &["100000000001"]).await;
        cast.files_complex(&["100000000002"]).await;
        s.days_pass(4);
        cast.files(&LAMP, &["100000000003"]).await;
        s.post(&format!("/v1/admin/complaints/{}/claim", old["id"].as_str().unwrap()), &cast.examiner, &json!({})).await.expect(201);

        let shown = s.get(OVERSIGHT, &auditor).await.expect(200);
        let queue = &shown["queue"];
        // Monday's simple one was due on Wednesday; today is Friday, and Friday's is due on Tuesday.
        let simple = group(&queue["by_track"], "simple");
        assert_eq!((&simple["open"], &simple["unclaimed"], &simple["overdue"], &simple["due_soon"]), (&2.into(), &1.into(), &1.into(), &1.into()), "{queue:#}");
        let complex = group(&queue["by_track"], "complex");
        assert_eq!((&complex["open"], &complex["overdue"]), (&1.into(), &0.into()));
        assert_eq!((&queue["all"]["open"], &queue["all"]["oldest_filed_at"]), (&3.into(), &old["filed_at"]));
        let ages: Vec<(i64, i64)> = queue["ages"].as_array().unwrap().iter().map(|a| (a["days_under"].as_i64().unwrap_or(0), a["count"].as_i64().unwrap())).collect();
        assert_eq!(ages, [(1, 1), (3, 0), (7, 2), (14, 0), (30, 0), (0, 0)]);
        let ali = group(&queue["by_platform"], "ali");
        assert_eq!((&ali["open"], &ali["overdue"]), (&3.into(), &1.into()));
        assert_eq!(queue["by_examiner"].as_array().unwrap().len(), 1);
        assert_eq!((&queue["by_examiner"][0]["claimed"], &queue["by_examiner"][0]["overdue"]), (&1.into(), &1.into()));
        assert_eq!(shown["alarms"], json!([]));

        for key in [&cast.examiner, &cast.holder, &cast.platform.key] {
            assert_eq!(s.get(OVERSIGHT, key).await.problem(403), "role.not_allowed");
            assert_eq!(s.get("/metrics", key).await.problem(403), "role.not_allowed");
        }
        assert_eq!(s.get("/metrics", "").await.problem(401), "unauthenticated");
        let metrics = s.get("/metrics", &s.admin).await;
        assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        let text = String::from_utf8(metrics.bytes).unwrap();
        for line in [
            "# TYPE fasttrack_queue_open gauge",
            "fasttrack_queue_open{track=\"simple\"} 2",
            "fasttrack_queue_overdue{track=\"simple\"} 1",
            "fasttrack_queue_open_on_platform{platform=\"ali\"} 3",
            "fasttrack_automation_switched_off{basis=\"verified_notice\"} 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
        }
        // Switched off by hand: an alarm for everybody who looks.
        s.post("/v1/admin/automation/prior_determination/suspension", &lead, &json!({ "why": "核查中" })).await.expect(201);
        let alarms = s.get(OVERSIGHT, &lead).await.expect(200)["alarms"].clone();
        assert_eq!((&alarms[0]["code"], &alarms[0]["about"]), (&"automation.switched_off".into(), &"prior_determination".into()));
        let text = String::from_utf8(s.get("/metrics", &auditor).await.bytes).unwrap();
        assert!(text.contains("fasttrack_automation_switched_off{basis=\"prior_determination\"} 1\n"), "{text}");
        cast.ends_sound().await;
    }

    /// What was decided: in time and late, taken back, how long each step took; by examiner too, and as a table.
    async fn what_was_decided_and_how_long_it_took(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        let (_, lead) = s.account("lead", None).await;
        let mut ids = Vec::new();
        for n in 1..=3 {
            ids.push(cast.files(&LAMP, &[&format!("10000000010{n}")]).await["id"].as_str().unwrap().to_owned());
        }
        s.set_time(s.now() + jiff::SignedDuration::from_hours(10));
        cast.judge(&cast.examiner, &ids[0], ("decision", &decision("infringing"))).await.expect(201);
        cast.judge(&cast.second, &ids[1], ("decision", &decision("not_infringing"))).await.expect(201);
        s.days_pass(4);
        cast.judge(&cast.examiner, &ids[2], ("decision", &decision("infringing"))).await.expect(201);
        let lift = json!({ "lines": [1], "reason": "decision_corrected" });
        cast.judge(&cast.second, &ids[0], ("lift", &lift)).await.expect(201);
        // Decided on another day than was asked for: it does not count.
        let shown = s.get(&format!("{OVERSIGHT}?from=2026-11-02&to=2026-11-06"), &lead).await.expect(200);
        let all = &shown["decided"]["all"];
        assert_eq!((&all["complaints"], &all["automatic"], &all["late"]["count"], &all["overturned"]["count"]), (&3.into(), &0.into(), &1.into(), &1.into()), "{shown:#}");
        assert_eq!(all["late"]["rate"], 0.333);
        let simple = group(&shown["decided"]["by_track"], "simple");
        let step = simple["steps"].as_array().unwrap().iter().find(|t| t["step"] == "decision").unwrap();
        let hours = |name: &str| step[name].as_f64().unwrap();
        assert!((9.9..10.2).contains(&hours("hours_median")) && (105.9..106.3).contains(&hours("hours_p95")) && (41.9..42.3).contains(&hours("hours_mean")), "{step}");
        assert_eq!(group(&shown["decided"]["by_platform"], "ali")["complaints"], 3);
        // The same of all and of the platform; of each examiner, what it decided: 10 and 106 hours, and 10.
        let decision_of = |of: &Value| of["steps"].as_array().unwrap().iter().find(|t| t["step"] == "decision").unwrap().clone();
        let ali = decision_of(group(&shown["decided"]["by_platform"], "ali"));
        assert_eq!((&decision_of(all), &ali), (step, step));
        let mut times: Vec<(i64, i64)> = shown["decided"]["by_examiner"]
            .as_array()
            .unwrap()
            .iter()
            .map(decision_of)
            .map(|t| (t["hours_median"].as_f64().unwrap().round() as i64, t["hours_p95"].as_f64().unwrap().round() as i64))
            .collect();
        times.sort_unstable();
        assert_eq!(times, [(10, 10), (10, 106)]);
        let examiners = shown["decided"]["by_examiner"].as_array().unwrap();
        let mut of: Vec<(i64, i64)> = examiners.iter().map(|e| (e["complaints"].as_i64().unwrap(), e["late"]["count"].as_i64().unwrap())).collect();
        of.sort_unstable();
        assert_eq!(of, [(1, 0), (2, 1)]);
        let first = s.get(&format!("{OVERSIGHT}?from=2026-11-02&to=2026-11-05"), &lead).await.expect(200);
        assert_eq!(first["decided"]["all"]["complaints"], 2);

        let csv = s.get(&format!("{OVERSIGHT}?from=2026-11-02&to=2026-11-06&format=csv"), &lead).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
        let rows = table(&String::from_utf8(csv.bytes).unwrap());
        let row = |section: &str, group: &str, key: &str| {
            rows.iter().find(|r| r["section"] == section && r["group"] == group && r["key"] == key).unwrap_or_else(|| panic!("no {section} {group} {key}")).clone()
        };
        let track = row("decided", "track", "simple");
        assert_eq!((track["complaints"].as_str(), track["late"].as_str(), track["late_rate"].as_str(), track["overturned"].as_str()), ("3", "1", "0.333", "1"));
        assert_eq!(track["decision_hours_median"], step["hours_median"].to_string());
        for (group, key) in [("all", ""), ("platform", "ali")] {
            let of = row("decided", group, key);
            assert_eq!((&of["decision_hours_median"], &of["decision_hours_p95"]), (&track["decision_hours_median"], &track["decision_hours_p95"]));
        }
        assert!(rows.iter().filter(|r| r["section"] == "decided" && r["group"] == "examiner").all(|r| !r["decision_hours_p95"].is_empty()));
        let metrics = String::from_utf8(s.get("/metrics", &s.admin).await.bytes).unwrap();
        for (by, key) in [("all", "all"), ("track", "simple"), ("platform", "ali")] {
            let line = format!("fasttrack_step_hours{{by=\"{by}\",key=\"{key}\",step=\"decision\",quantile=\"0.95\"}} {}", hours("hours_p95"));
            assert!(metrics.lines().any(|l| l == line), "{line} is not in {metrics}");
        }
        assert_eq!(metrics.lines().filter(|l| l.starts_with("fasttrack_step_hours{by=\"examiner\"") && l.contains("decision")).count(), 4);
        assert_eq!(row("queue", "all", "")["open"], shown["queue"]["all"]["open"].to_string());
        assert_eq!((row("decided", "platform", "ali")["complaints"].as_str(), row("final", "track", "simple")["complaints"].as_str()), ("3", "0"));

        for period in ["from=2026-11-06&to=2026-11-05", "from=2025-11-05&to=2026-11-06"] {
            assert_eq!(s.get(&format!("{OVERSIGHT}?{period}"), &lead).await.problem(422), "oversight.period", "{period}");
        }
        cast.ends_sound().await;
    }

    /// A hearing is a step of its own.
    async fn the_hearing_is_timed(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        let id = cast.files_complex(&["100000000201"]).await["id"].as_str().unwrap().to_owned();
        s.days_pass(9);
        s.until((&format!("/v1/complaints/{id}"), &cast.holder), |c| c["state"] == "accepted").await;
        let found = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["feature_absent"] }] });
        cast.judge(&cast.examiner, &id, ("decision", &found)).await.expect(201);
        let shown = s.get(OVERSIGHT, &s.admin).await.expect(200);
        let complex = group(&shown["decided"]["by_track"], "complex");
        let hearing = complex["steps"].as_array().unwrap().iter().find(|t| t["step"] == "hearing").unwrap();
        assert_eq!(hearing["complaints"], 1);
        assert!((24.0 * 7.0..=24.0 * 9.1).contains(&hearing["hours_median"].as_f64().unwrap()), "{hearing}");
        assert_eq!(complex["late"]["count"], 0);
        cast.ends_sound().await;
    }

    /// Everybody's figures and oversight's are one definition: equal, wherever the former are not too small.
    async fn the_figures_are_everybodys(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let s = &cast.service;
        let mut ids = Vec::new();
        for n in 0..12 {
            ids.push(cast.files(&LAMP, &[&format!("1000000003{n:02}")]).await["id"].as_str().unwrap().to_owned());
        }
        for (n, id) in ids.iter().enumerate() {
            let found = if n < 6 { "infringing" } else { "not_infringing" };
            cast.judge(&cast.examiner, id, ("decision", &decision(found))).await.expect(201);
        }
        let lift = json!({ "lines": [1], "reason": "decision_corrected" });
        for id in &ids[..5] {
            cast.judge(&cast.second, id, ("lift", &lift)).await.expect(201);
        }
        s.days_pass(31);
        let public = s.get("/v1/public/statistics?year=2026", "").await.expect(200);
        let oversight = s.get(&format!("{OVERSIGHT}?from=2026-01-01&to=2026-12-31"), &s.admin).await.expect(200);
        let mut compared = 0;
        for (everybodys, own) in public["tracks"].as_array().unwrap().iter().zip(oversight["final"].as_array().unwrap()) {
            assert_eq!(everybodys["track"], own["track"]);
            let (decided, all) = (own["decided"].as_f64().unwrap(), own["complaints"].as_f64().unwrap());
            let share = |part: &str, whole: f64| json!((own[part].as_f64().unwrap() / whole * 100.0).round() / 100.0);
            let mut expected = vec![("complaints", own["complaints"].clone())];
            expected.extend(own["endings"].as_object().unwrap().iter().map(|(ending, n)| (ending.as_str(), n.clone())));
            if decided > 0.0 {
                expected.push(("automatic_share", share("automatic", decided)));
                expected.push(("reversal_rate", share("overturned", decided)));
                expected.push(("substantive_failure_rate", share("unfounded", decided)));
                expected.push(("clerical_failure_rate", share("clerical", all)));
            }
            for (name, value) in expected {
                assert_eq!(everybodys[name], value, "{name} of {}", own["track"]);
                compared += usize::from(everybodys[name] != 0 && everybodys[name] != 0.0);
            }
        }
        // 12 complaints, 6 and 6, 5 of 12 overturned, 6 of 12 unfounded: none of it is hidden, and none is nothing.
        assert_eq!(compared, 5, "{public:#}");
        cast.ends_sound().await;
    }
}
