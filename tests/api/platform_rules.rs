//! A platform's own rule: put under If-Match by the platform or an administrator, looked at for each listing, kept
//! with the triage, shown to whoever complains and judges, and told to the platform with a takedown.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, JUICER, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::service::Answer;
use crate::support::{Cast, Engine, Service, on_both_databases};

const OWN: &str = "/v1/platform/rule";

async fn puts(s: &Service, (path, key): (&str, &str), (seen, rule): (&str, Value)) -> Answer {
    s.send(s.request("PUT", path, key).header("if-match", seen).json(&rule)).await
}

fn asks(required: &str, from: Option<&str>) -> Value {
    json!({ "report": { "required": required, "patents_filed_from": from } })
}

/// What became of a platform's rule, as a complaint shows it.
fn seen<'a>(complaint: &'a Value, platform: &str) -> &'a Value {
    complaint["platform_rules"].as_array().unwrap().iter().find(|r| r["platform"] == platform).unwrap()
}

fn by_listing(complaint: &Value) -> Value {
    complaint["listings"].as_array().unwrap().iter().map(|l| l["platform_rule"].clone()).collect()
}

fn takedown_of(lines: &[u32]) -> Value {
    let line = |n: &u32| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_features"] });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

on_both_databases! {
    /// One complaint, three platforms: one asks for a positive report, one for any, one for nothing. The report finds
    /// one of two asserted claims defective.
    async fn each_platform_measures_by_its_own_rule(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        let jd = Platform::connect(s, "jingdong", &["jd"]).await;
        let tmall = Platform::connect(s, "pinduo", &["pinduoduo"]).await;
        puts(s, (OWN, &cast.platform.key), ("\"v0\"", asks("positive", Some("2010-01-01")))).await.expect(200);
        puts(s, (OWN, &jd.key), ("\"v0\"", asks("any", None))).await.expect(200);
        let both = |form: &mut Value| {
            form["asserted_items"] = json!(["1", "4"]);
            let listings = form["accused_products"][0]["listings"].as_array_mut().unwrap();
            listings.push(json!({ "url": "https://item.jd.com/100012031548.html", "shop": "京东小店" }));
            listings.push(json!({ "url": "https://mobile.yangkeduo.com/goods.html?goods_id=2723075938", "shop": "拼多多小店" }));
        };
        cast.knows(&JUICER).await;
        let mut form = notice(&JUICER, &Deposited::of(s, &cast.holder, &JUICER).await, &["100000000001"]);
        both(&mut form);
        let dry = s.post("/v1/complaints?dry_run=true", &cast.holder, &form).await.expect(200);
        assert_eq!(by_listing(&dry), json!(["not_met", "unknown", null]));

        let filed = cast.files_as(&JUICER, &["100000000001"], both).await;
        let id = filed["id"].as_str().unwrap();
        assert_eq!(by_listing(&filed), json!(["not_met", "unknown", null]));
        let not_met = seen(&filed, "ali");
        assert_eq!((&not_met["version"], &not_met["check"], &not_met["code"]), (&1.into(), &"report.verdict".into(), &"report.defective".into()));
        assert_eq!((&not_met["seen"], &not_met["supplied_by"]), (&"1".into(), &"report".into()), "{not_met:#}");
        assert_eq!(not_met["report"], asks("positive", Some("2010-01-01"))["report"]);
        assert!(not_met["expected"].as_str().unwrap().contains("2010-01-01") && not_met["expected_zh"].as_str().unwrap().contains("专利权评价报告"));
        assert_eq!(not_met["cure"], "assert only items in which the report finds no defect, where there are any");
        let unknown = seen(&filed, "jingdong");
        assert_eq!((&unknown["check"], &unknown["result"]), (&"report.authenticity".into(), &"unknown".into()));
        assert!(unknown["cure"].is_string(), "what cures the check: {unknown:#}");

        // The examiner sees the same, finds it by it, and the facts count it.
        let shown = s.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        assert_eq!(shown["platform_rules"], filed["platform_rules"]);
        assert_eq!((&shown["facts"]["platform.rule_not_met"], &shown["facts"]["platform.rule_unknown"]), (&1.into(), &1.into()));
        for reason in ["platform.rule_not_met", "platform.rule_unknown"] {
            let queue = s.get(&format!("/v1/admin/queue?reason={reason}"), &cast.examiner).await.expect(200);
            assert_eq!(queue["items"][0]["id"], *id, "{reason}");
        }

        // Genuine by two people: the one that asks for any report has one.
        let grant = json!({ "level": "B", "evidence": "回执" });
        for examiner in [&cast.examiner, &cast.second] {
            s.post(&format!("/v1/admin/complaints/{id}/authenticity"), examiner, &grant).await.expect(201);
        }
        assert_eq!(by_listing(&cast.shown(id).await), json!(["not_met", "met", null]));

        // What a platform asks from now on does not touch what was triaged.
        puts(s, (OWN, &cast.platform.key), ("\"v1\"", json!({ "report": null }))).await.expect(200);
        assert_eq!(seen(&cast.shown(id).await, "ali")["version"], 1);

        // An examiner's opinion goes to all three; each is told of its own rule, and decides itself.
        s.days_pass(9);
        s.until((&format!("/v1/complaints/{id}"), &cast.holder), |c| c["state"] == "accepted").await;
        cast.judge(&cast.examiner, id, ("decision", &takedown_of(&[1, 2, 3]))).await.expect(201);
        let told = |sent: Value| sent["platform_rule"].clone();
        let ali = cast.platform.wait_for(2).await[1].body.clone();
        assert_eq!(ali["type"], "takedown.decided");
        let rule = asks("positive", Some("2010-01-01"))["report"].clone();
        assert_eq!(told(ali), json!({ "version": 1, "report": rule, "result": "not_met", "code": "report.defective", "check": "report.verdict" }));
        let jd_told = told(jd.wait_for(2).await[1].body.clone());
        assert_eq!((&jd_told["result"], &jd_told["code"]), (&"met".into(), &"platform_rule.report_as_asked".into()));
        assert_eq!(tmall.wait_for(2).await[1].body.get("platform_rule"), None, "it has put none");
        let decided = s.get("/v1/admin/queue?reason=platform.rule_not_met", &cast.examiner).await.expect(200);
        assert_eq!(decided["items"], json!([]), "nothing of it waits");
        cast.ends_sound().await;
    }

    /// Without a report, validity proven otherwise: the line is drawn by the day in the register, and where nobody but
    /// the complainant says the day, nobody knows.
    async fn the_line_is_the_day_of_filing(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        puts(s, (OWN, &cast.platform.key), ("\"v0\"", asks("positive", Some(LAMP.filed_on)))).await.expect(200);
        let maintained = cast.file(&cast.holder, "maintaining decision").await;
        let without = |form: &mut Value| {
            form.as_object_mut().unwrap().remove("report");
            form["documents"].as_array_mut().unwrap().push(json!({ "kind": "maintaining_decision", "file": maintained }));
        };
        let reached = cast.files_as(&LAMP, &["100000000011"], without).await;
        let rule = seen(&reached, "ali");
        assert_eq!((&rule["result"], &rule["code"]), (&"not_met".into(), &"platform_rule.no_report".into()), "{reached:#}");
        assert!(rule["cure_zh"].is_string());

        puts(s, (OWN, &cast.platform.key), ("\"v1\"", asks("positive", Some("2023-05-11")))).await.expect(200);
        let older = cast.files_as(&LAMP, &["100000000012"], without).await;
        let rule = seen(&older, "ali");
        assert_eq!((&rule["result"], &rule["code"], &rule["version"]), (&"met".into(), &"platform_rule.filed_before".into(), &2.into()));
        assert_eq!((&rule["seen"], &rule["supplied_by"]), (&LAMP.filed_on.into(), &"register".into()));

        // The register does not say it: the word of whoever complains moves no line.
        let files = Deposited::alone(s, &cast.holder, &JUICER).await;
        let mut form = notice(&JUICER, &files, &["100000000013"]);
        without(&mut form);
        let dry = s.post("/v1/complaints?dry_run=true", &cast.holder, &form).await.expect(200);
        let rule = seen(&dry, "ali");
        assert_eq!((&rule["result"], &rule["code"]), (&"unknown".into(), &"platform_rule.filed_on_unproven".into()), "{dry:#}");
        assert_eq!((&rule["seen"], &rule["supplied_by"]), (&JUICER.filed_on.into(), &"complainant".into()));
        assert!(rule["cure"].as_str().unwrap().contains("register extract"));
        cast.ends_sound().await;
    }

    /// Versions, who put them, and what is refused.
    async fn a_rule_is_put_under_its_etag(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let s = &cast.service;
        let (admin, own) = ("/v1/admin/platforms/ali/rule", &cast.platform.key);
        let none = s.get(OWN, own).await;
        assert_eq!((none.header("etag"), none.body["report"].clone()), ("\"v0\"".into(), Value::Null));
        let missing = s.send(s.request("PUT", OWN, own).json(&asks("any", None))).await;
        assert_eq!(missing.problem(428), "if_match.missing");
        for tag in ["v0", "\"0\"", "*", "\"v1\"", "\"v-1\"", "\"v99999999999999999999\""] {
            assert_eq!(puts(s, (OWN, own), (tag, asks("any", None))).await.problem(412), "if_match.stale", "{tag}");
        }
        let wrong = [
            json!({ "report": { "required": "excellent" } }), json!({ "report": { "required": "any", "patents_filed_from": "2010-02-30" } }),
            json!({ "report": { "patents_filed_from": "2010-01-01" } }), json!({ "report": { "required": "any", "since": null } }),
            json!({ "rule": null }), json!({ "report": [] }), json!([]), json!([null]), json!({ "report": { "required": null } }),
        ];
        for rule in wrong {
            assert_eq!(puts(s, (OWN, own), ("\"v0\"", rule.clone())).await.problem(422), "body.invalid", "{rule}");
        }
        let early = puts(s, (OWN, own), ("\"v0\"", asks("any", Some("1985-03-31")))).await;
        assert_eq!(early.problem(422), "platform_rule.filed_from");
        assert_eq!(s.get(OWN, own).await.expect(200)["version"], 0, "nothing was put");

        let first = puts(s, (OWN, own), ("\"v0\"", asks("positive", None))).await;
        assert_eq!(first.header("etag"), "\"v1\"");
        let first = first.expect(200);
        assert_eq!((&first["put_by_role"], first["put_by"].is_string()), (&"platform".into(), true));
        assert_eq!(puts(s, (admin, &s.admin), ("\"v0\"", asks("any", None))).await.problem(412), "if_match.stale");
        let second = puts(s, (admin, &s.admin), ("\"v1\"", asks("any", Some("2010-01-01")))).await.expect(200);
        assert_eq!((&second["version"], &second["put_by_role"], second["put_by"].is_string()), (&2.into(), &"admin".into(), true));
        let own_view = s.get(OWN, own).await.expect(200);
        assert_eq!((&own_view["put_by_role"], &own_view["put_by"]), (&"admin".into(), &Value::Null), "not who of the house");
        assert_eq!(s.get(admin, &cast.examiner).await.expect(200), second);
        let log = s.get("/v1/admin/house-log", &s.admin).await.expect(200);
        let paths: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|i| &i["event"]["path"]).collect();
        assert!(paths.contains(&&admin.into()), "{log:#}");
        assert_eq!(s.get("/v1/admin/platforms/nobody/rule", &cast.examiner).await.problem(404), "not_found");
        assert_eq!(puts(s, ("/v1/admin/platforms/nobody/rule", &s.admin), ("\"v0\"", asks("any", None))).await.problem(404), "not_found");
        // Two who saw the same: one of them.
        let at_once = futures_util::future::join(
            puts(s, (OWN, own), ("\"v2\"", asks("any", None))), puts(s, (admin, &s.admin), ("\"v2\"", asks("positive", None))),
        );
        let mut statuses = <[u16; 2]>::from({ let (a, b) = at_once.await; (a.status, b.status) });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        cast.ends_sound().await;
    }
}
