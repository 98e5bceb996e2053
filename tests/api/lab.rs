//! The policy lab: what differs between versions; a version tried on past complaints before it is switched on,
//! stopped, killed and gone on with.

use fasttrack::domain::policy::{ALWAYS_KNOWN, NEVER_NO};
use serde_json::{Value, json};

use crate::support::database::tamper;
use crate::support::notices::{JUICER, LAMP};
use crate::support::{Cast, Engine, on_both_databases};

/// The default policy, edited and stored: its version.
async fn stored(cast: &Cast, lead: &str, edit: impl Fn(&mut Value)) -> i64 {
    let mut policy = cast.service.get("/v1/admin/policies/0", lead).await.expect(200)["policy"].clone();
    edit(&mut policy);
    cast.service.post("/v1/admin/policies", lead, &policy).await.expect(201)["version"].as_i64().unwrap()
}

fn criterion(policy: &Value, code: &str) -> usize {
    policy["criteria"].as_array().unwrap().iter().position(|c| c["code"] == code).unwrap()
}

/// Without equivalents, and with a rule about many listings.
fn edited(policy: &mut Value) {
    let at = criterion(policy, "comparison.equivalents");
    let criteria = policy["criteria"].as_array_mut().unwrap();
    criteria.remove(at);
    criteria.push(json!({
        "code": "case.many_listings", "title_zh": "链接较多", "title_en": "Many listings", "law": "policy",
        "when": { "fact": "complaint.listings", "op": "over", "value": 1 },
    }));
    let large = criterion(policy, "case.large");
    policy["criteria"][large]["when"]["any"][0]["value"] = 9.into();
    policy["hear_first"] = false.into();
}

async fn finished(cast: &Cast, lead: &str, (version, form): (i64, &Value)) -> Value {
    let path = format!("/v1/admin/policies/{version}/simulations");
    let started = cast.service.post(&path, lead, form).await;
    let at = started.header("location");
    let started = started.expect(201);
    assert_eq!((&started["state"], &started["done"]), (&"running".into(), &0.into()));
    cast.service.until((&at, lead), |s| s["state"] == "finished").await
}

/// Past triages of nobody, like that of a real complaint, so many that a simulation takes several turns.
fn many(cast: &Cast, n: u32) {
    let sql = match cast.service.database_url.starts_with("sqlite:") {
        true => format!(
            "CREATE TEMP TABLE many AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {n})
               SELECT unhex(printf('%032x', n)) AS id, 1000000 * n AS at FROM s;
             INSERT INTO events (complaint_id, seq, at, actor, kind, body, hash)
               SELECT m.id, 1, m.at, e.actor, e.kind, e.body, e.hash FROM many m, (SELECT * FROM events WHERE kind = 'triaged' LIMIT 1) e;
             INSERT INTO triage_facts (filed_at, complaint_id, seq, policy_version, track) SELECT at, id, 1, 0, 'simple' FROM many;"
        ),
        false => format!(
            "CREATE TEMP TABLE many AS SELECT lpad(to_hex(n), 32, '0')::uuid AS id, to_timestamp(n) AS at FROM generate_series(1, {n}) n;
             INSERT INTO events (complaint_id, seq, at, actor, kind, body, hash)
               SELECT m.id, 1, m.at, e.actor, e.kind, e.body, e.hash FROM many m, (SELECT * FROM events WHERE kind = 'triaged' LIMIT 1) e;
             INSERT INTO triage_facts (filed_at, complaint_id, seq, policy_version, track) SELECT at, id, 1, 0, 'simple' FROM many;"
        ),
    };
    assert!(tamper(&cast.service.database_url, &sql));
}

/// What the validator of policies says no complaint can be, none is.
async fn facts_are_as_the_validator_says(cast: &Cast, filed: &[&Value]) {
    for complaint in filed {
        let shown =
            cast.service.get(&format!("/v1/admin/complaints/{}", complaint["id"].as_str().unwrap()), &cast.examiner).await.expect(200);
        let triaged = shown["log"].as_array().unwrap().iter().rfind(|e| e["type"] == "triaged").unwrap();
        let facts = triaged["body"]["facts"].as_object().unwrap();
        assert!(ALWAYS_KNOWN.iter().all(|name| facts.contains_key(*name)), "{facts:?}");
        assert!(NEVER_NO.iter().all(|name| facts.get(*name).is_none_or(|v| v == true)), "{facts:?}");
    }
}

on_both_databases! {
    /// A lead edits the policy, sees what differs, tries it on what was filed, and switches it on from a moment on;
    /// nothing that was filed before changes.
    async fn a_policy_is_tried_before_it_is_switched_on(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, lead) = cast.service.account("lead", None).await;
        let plain = cast.files(&LAMP, &["100000000001"]).await;
        let listings = cast.files(&LAMP, &["100000000002", "100000000003"]).await;
        let complex = cast.files_complex(&["100000000004"]).await;
        assert_eq!((&plain["track"], &listings["track"], &complex["track"]), (&"simple".into(), &"simple".into(), &"complex".into()));
        let version = stored(&cast, &lead, edited).await;

        let diff = cast.service.get(&format!("/v1/admin/policies/{version}/diff?from=0"), &cast.examiner).await.expect(200);
        assert_eq!(diff["document"], json!([{ "pointer": "/hear_first", "before": true, "after": false }]));
        assert_eq!((&diff["added"][0]["criterion"]["code"], &diff["removed"][0]["criterion"]["code"]), (&"case.many_listings".into(), &"comparison.equivalents".into()));
        let policy = cast.service.get(&format!("/v1/admin/policies/{version}"), &lead).await.expect(200);
        let value = format!("/criteria/{}/when/any/0/value", criterion(&policy["policy"], "case.large"));
        assert_eq!(diff["changed"], json!([{ "code": "case.large", "changes": [{ "pointer": value, "before": 5, "after": 9 }] }]));
        assert_eq!(cast.service.get("/v1/admin/policies/0/diff?from=99", &lead).await.problem(404), "not_found");

        let report = finished(&cast, &lead, (version, &json!({}))).await;
        assert_eq!((&report["done"], &report["total"]), (&3.into(), &3.into()));
        let counts = json!({
            "complaints": 3, "complex_before": 1, "complex_now": 1, "simple_to_complex": 1, "complex_to_simple": 1,
            "automatic_before": 0, "automatic_now": 0, "automatic_to_human": 0, "human_to_automatic": 0,
        });
        assert_eq!(report["counts"], counts);
        let of = |code: &str| report["criteria"].as_array().unwrap().iter().find(|c| c["code"] == code).unwrap().clone();
        let gone = json!({ "code": "comparison.equivalents", "title_zh": "以等同特征主张侵权", "title_en": "Infringement by equivalents", "met_before": 1, "met_now": 0, "newly_met": 0, "no_longer_met": 1 });
        assert_eq!(of("comparison.equivalents"), gone);
        assert_eq!((&of("case.many_listings")["newly_met"], &of("case.large")["met_now"]), (&1.into(), &0.into()));
        let read = |change: &str| {
            let found = report["sample"].as_array().unwrap().iter().find(|s| s["changes"] == json!([change]));
            found.unwrap_or_else(|| panic!("no {change} in {report:#}")).clone()
        };
        let more = read("simple_to_complex");
        assert_eq!((&more["reference"], &more["complaint"]), (&listings["reference"], &listings["id"]));
        assert_eq!(more["criteria"], json!([{ "code": "case.many_listings", "met_before": false, "met_now": true, "saw": { "complaint.listings": 2 } }]));
        let less = read("complex_to_simple");
        assert_eq!(less["reference"], complex["reference"]);
        assert_eq!(less["criteria"], json!([{ "code": "comparison.equivalents", "met_before": true, "met_now": false, "saw": { "comparison.equivalents": true } }]));

        // By track and by the day of filing; the last first in the list.
        let simple = finished(&cast, &lead, (version, &json!({ "track": "simple" }))).await;
        assert_eq!((&simple["counts"]["complaints"], &simple["counts"]["complex_to_simple"]), (&2.into(), &0.into()));
        let other_days = finished(&cast, &lead, (version, &json!({ "filed_from": "2026-11-03", "filed_to": "2026-11-04" }))).await;
        assert_eq!(other_days["counts"]["complaints"], 0);
        let day = finished(&cast, &lead, (version, &json!({ "filed_from": "2026-11-02", "filed_to": "2026-11-02" }))).await;
        assert_eq!(day["counts"], counts);
        let backwards = json!({ "filed_from": "2026-11-03", "filed_to": "2026-11-02" });
        let path = format!("/v1/admin/policies/{version}/simulations");
        assert_eq!(cast.service.post(&path, &lead, &backwards).await.problem(422), "simulation.period");
        let page = cast.service.get(&format!("{path}?limit=3"), &cast.examiner).await.expect(200);
        assert_eq!(page["items"][0]["id"], day["id"]);
        let rest = cast.service.get(&format!("{path}?limit=3&cursor={}", page["next_cursor"].as_str().unwrap()), &lead).await.expect(200);
        assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&report["id"], &Value::Null));
        let over = format!("/v1/admin/simulations/{}/stop", day["id"].as_str().unwrap());
        assert_eq!(cast.service.post(&over, &lead, &json!({})).await.problem(409), "simulation.over");

        // Switched on from tomorrow: what is filed today is not touched, what was filed never.
        let from = cast.service.now() + jiff::SignedDuration::from_hours(24);
        let activation = format!("/v1/admin/policies/{version}/activation");
        cast.service.post(&activation, &lead, &json!({ "from": from.to_string() })).await.expect(201);
        assert_eq!(cast.files(&LAMP, &["100000000005", "100000000006"]).await["track"], "simple");
        cast.service.days_pass(2);
        // Another process may have seen the policy up to five seconds ago, by a clock that does not move with ours.
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        assert_eq!(cast.files(&LAMP, &["100000000007", "100000000008"]).await["track"], "complex");
        assert_eq!(cast.shown(listings["id"].as_str().unwrap()).await["track"], "simple");
        // Whoever it was triaged with, what was seen then is what is tried.
        let anew = finished(&cast, &lead, (0, &json!({}))).await;
        assert_eq!((&anew["counts"]["complaints"], &anew["counts"]["complex_to_simple"]), (&5.into(), &1.into()));
        assert!(anew["sample"][0]["policy_version"] == version && anew["criteria"].as_array().unwrap().iter().any(|c| c["code"] == "case.many_listings"));
        facts_are_as_the_validator_says(&cast, &[&plain, &listings, &complex]).await;
        cast.ends_sound().await;
    }

    /// A takedown that could leave without a human is counted when it could not any more.
    async fn what_would_leave_without_a_human_is_counted(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, lead) = cast.service.account("lead", None).await;
        cast.files(&LAMP, &["100000000001"]).await;
        // As if everything were proven: no story of a right is needed here.
        let facts = "REPLACE(REPLACE(REPLACE(body, '\"report.authenticity\":\"unknown\"', '\"report.authenticity\":\"pass\"'), \
            '\"report.overall\":\"unverified\"', '\"report.overall\":\"usable\"'), \
            '\"report.readable\":true', '\"report.authenticity_level\":\"A\",\"report.readable\":true,\"standing.proven\":true')";
        let url = &cast.service.database_url;
        let refused = tamper(url, &format!("UPDATE events SET body = {facts} WHERE kind = 'triaged'"));
        assert!(!refused, "the log cannot be changed");
        let copy = match engine {
            Engine::Sqlite => format!("INSERT INTO events SELECT x'000102', 1, at, actor, kind, {facts}, hash FROM events WHERE kind = 'triaged' LIMIT 1; INSERT INTO triage_facts SELECT 1, x'000102', 1, 0, 'simple'").replace("x'000102'", "x'00000000000000000000000000000001'"),
            Engine::Postgres => format!("INSERT INTO events SELECT '00000000-0000-0000-0000-000000000001', 1, at, actor, kind, {facts}, hash FROM events WHERE kind = 'triaged' LIMIT 1; INSERT INTO triage_facts SELECT now(), '00000000-0000-0000-0000-000000000001', 1, 0, 'simple'"),
        };
        assert!(tamper(url, &copy));
        let version = stored(&cast, &lead, |p| p["automation"]["verified_notice"] = true.into()).await;
        let report = finished(&cast, &lead, (version, &json!({}))).await;
        let c = &report["counts"];
        assert_eq!((&c["complaints"], &c["automatic_before"], &c["automatic_now"], &c["human_to_automatic"]), (&2.into(), &0.into(), &1.into(), &1.into()), "{report:#}");
    }

    /// Killed in the middle it goes on where it was, and counts nothing twice.
    async fn a_simulation_survives_a_kill(engine: Engine) {
        let mut cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, lead) = cast.service.account("lead", None).await;
        cast.files(&JUICER, &["100000000001"]).await;
        many(&cast, 50_000);
        let started = cast.service.post("/v1/admin/policies/0/simulations", &lead, &json!({})).await.expect(201);
        let path = format!("/v1/admin/simulations/{}", started["id"].as_str().unwrap());
        let seen = cast.service.until((&path, &lead), |s| s["done"].as_i64() > Some(0)).await;
        cast.service.kill();
        assert_eq!((&seen["state"], &seen["total"]), (&"running".into(), &50_001.into()), "it was over before it was killed");
        cast.service.spawn().await;
        // The killed process has the job in hand until its lease ends.
        cast.service.set_time(cast.service.now() + jiff::SignedDuration::from_secs(301));
        let report = cast.service.until((&path, &lead), |s| s["state"] == "finished").await;
        assert_eq!((&report["done"], &report["counts"]["complaints"]), (&50_001.into(), &50_001.into()));
    }

    /// Stopped it stays as far as it is.
    async fn a_simulation_can_be_stopped(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, lead) = cast.service.account("lead", None).await;
        cast.files(&JUICER, &["100000000001"]).await;
        many(&cast, 50_000);
        let started = cast.service.post("/v1/admin/policies/0/simulations", &lead, &json!({})).await.expect(201);
        let path = format!("/v1/admin/simulations/{}", started["id"].as_str().unwrap());
        cast.service.until((&path, &lead), |s| s["done"].as_i64() > Some(0)).await;
        let stopped = cast.service.post(&format!("{path}/stop"), &lead, &json!({})).await.expect(201);
        assert!(stopped["state"] == "stopped" && stopped["done"].as_i64() < Some(50_001), "{stopped:#}");
        assert_eq!(stopped["counts"]["complaints"], stopped["done"]);
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert_eq!(cast.service.get(&path, &lead).await.expect(200), stopped);
    }

    /// Four at a time; what is over makes room.
    async fn only_so_many_simulations_go_on(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (_, lead) = cast.service.account("lead", None).await;
        cast.files(&JUICER, &["100000000001"]).await;
        many(&cast, 50_000);
        let body = json!({});
        let mut ids = Vec::new();
        for _ in 0..4 {
            let started = cast.service.post("/v1/admin/policies/0/simulations", &lead, &body).await.expect(201);
            ids.push(started["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(cast.service.post("/v1/admin/policies/0/simulations", &lead, &body).await.problem(409), "simulation.too_many");
        cast.service.post(&format!("/v1/admin/simulations/{}/stop", ids[3]), &lead, &body).await.expect(201);
        cast.service.post("/v1/admin/policies/0/simulations", &lead, &body).await.expect(201);
    }
}
