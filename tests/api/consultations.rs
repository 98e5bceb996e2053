//! A platform refers a hard complaint of its own for an opinion, and reads it. Nothing is pushed, nobody is written to.

use serde_json::{Value, json};

use crate::hostile::{BOUNDARY, multipart};
use crate::support::notices::{Deposited, LAMP, PERSONAL, notice};
use crate::support::platform::Platform;
use crate::support::service::Answer;
use crate::support::{Cast, Engine, Service, fixture, on_both_databases};

const REFERRALS: &str = "/v1/platform/referrals";

/// What Taobao's people send of a complaint about these items: files by the names of their parts.
fn referral(items: &[&str], seller: bool) -> Value {
    let named = ["report", "grant", "certificate", "identity"].map(str::to_owned);
    let [report, grant, certificate, identity] = named;
    let mut notice = notice(&LAMP, &Deposited { report, grant, certificate, identity }, items);
    notice["client_reference"] = "TB-2026-0118".into();
    json!({
        "notice": notice, "question": if seller { "seller_defence" } else { "infringement" }, "hard_because": ["hard_to_determine"],
        "explanation": "卖家称使用现有设计，平台难以判定", "seller_documents": if seller { json!(["statement"]) } else { json!([]) },
    })
}

/// Sends it with the files it names.
async fn refers(s: &Service, (key, once): (&str, &str), referral: &Value) -> Answer {
    let (text, report) = (referral.to_string(), std::fs::read(fixture(LAMP.report)).unwrap());
    let mut parts: Vec<(&str, &str, &[u8])> = vec![("referral", "application/json", text.as_bytes())];
    for name in ["report", "grant", "certificate", "identity", "statement"] {
        if text.contains(&format!("{name:?}")) || (name == "identity" && text.contains("\"kind\":\"identity\"")) {
            parts.push((name, "application/pdf", if name == "report" { &report } else { name.as_bytes() }));
        }
    }
    let request = s.request("POST", REFERRALS, key).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    s.send(request.header("idempotency-key", once).body(multipart(&parts))).await
}

fn opinion(takedown: bool) -> Value {
    json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": takedown, "reasons": ["same_design"] }], "text": "现有设计抗辩不成立" })
}

on_both_databases! {
    /// As a platform's engineer sees it: refer, look, read the opinion and its document. The examiner sees a complaint.
    async fn a_hard_complaint_is_answered_by_an_opinion(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        cast.knows(&LAMP).await;
        let first = refers(s, (key, "one"), &referral(&["100000000001"], true)).await;
        let at = first.header("location");
        let asked = first.expect(201);
        let id = asked["id"].as_str().unwrap();
        assert_eq!(at, format!("{REFERRALS}/{id}"));
        assert_eq!((&asked["state"], &asked["due_on"], &asked["overall"]), (&"accepted".into(), &"2026-11-12".into(), &"unverified".into()), "{asked:#}");
        assert_eq!((&asked["listings"][0]["determination"], &asked["client_reference"]), (&"pending".into(), &"TB-2026-0118".into()));
        // The same again is the same; another under its key is not.
        assert_eq!(refers(s, (key, "one"), &referral(&["100000000001"], true)).await.expect(201), asked);
        assert_eq!(refers(s, (key, "one"), &referral(&["100000000002"], true)).await.problem(422), "idempotency.key_reused");
        assert_eq!(refers(s, (key, "again"), &referral(&["100000000001"], true)).await.problem(409), "listing.duplicate");

        // In the queue by why it waits; what nobody showed is unknown, what the seller said counts.
        let queue = s.get("/v1/admin/queue?reason=platform_referral", &cast.examiner).await.expect(200);
        assert_eq!(queue["items"][0]["id"], *id);
        let seen = s.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        assert_eq!(seen["consultation"], json!({ "platform": "ali", "question": "seller_defence", "hard_because": ["hard_to_determine"] }));
        assert_eq!(seen["notice"]["consultation"]["explanation"], "卖家称使用现有设计，平台难以判定");
        assert_eq!((seen["facts"].get("identity.proven"), seen["facts"].get("standing.proven")), (None, None));
        assert_eq!((&seen["facts"]["seller.substantial_answer"], &seen["track"], &seen["state"]), (&true.into(), &"complex".into(), &"accepted".into()));
        let said = seen["notice"]["consultation"]["seller_documents"][0].as_str().unwrap();
        assert_eq!(s.get(&format!("/v1/admin/complaints/{id}/documents/{said}"), &cast.examiner).await.bytes, b"statement");
        let grant = json!({ "level": "C", "evidence": "原件" });
        cast.judge(&cast.examiner, id, ("authenticity", &grant)).await.expect(201);

        // No measure, no hearing, no supplement, no flag; an opinion.
        let refused = cast.judge(&cast.examiner, id, ("decision", &opinion(true))).await;
        assert!(refused.body["detail"].as_str().unwrap().contains("asks no measure"), "{:#}", refused.body);
        assert_eq!(refused.problem(409), "complaint.not_possible");
        let ask = json!({ "missing": [{ "code": "x", "message": "x", "message_zh": "x", "cure": "x", "cure_zh": "x", "law": "x" }] });
        assert_eq!(cast.judge(&cast.examiner, id, ("supplement-request", &ask)).await.problem(409), "complaint.not_possible");
        let flag = json!({ "against": "complainant", "factor": "false_proof", "text": "x", "complaints": [id] });
        let flagged = cast.judge(&cast.examiner, id, ("conduct-flags", &flag)).await;
        assert_eq!(flagged.problem(422), "flag.no_party");
        let decided = cast.judge(&cast.examiner, id, ("decision", &opinion(false))).await.expect(201);
        assert_eq!((&decided["dispatches"], &decided["mails"], &decided["listings"][0]["measure"]), (&json!([]), &json!([]), &"none".into()));

        let read = s.get(&at, key).await.expect(200);
        assert_eq!((&read["state"], &read["due_on"]), (&"decided".into(), &Value::Null));
        assert_eq!((&read["listings"][0]["determination"], &read["listings"][0]["reasons"]), (&"infringing".into(), &json!(["same_design"])));
        assert_eq!((&read["opinions"][0]["text"], &read["opinions"][0]["lines"]), (&"现有设计抗辩不成立".into(), &json!([1])));
        assert!(read["advisory_text"].as_str().unwrap().contains("由电子商务平台经营者依法自行决定"));
        let documents = s.get(&format!("{at}/documents"), key).await.expect(200);
        assert_eq!((documents["items"].as_array().unwrap().len(), &documents["items"][0]["kind"]), (1, &"opinion".into()));
        assert_eq!(documents["items"][0]["number"], "快判〔2026〕1号");
        let path = format!("{at}/documents/{}", documents["items"][0]["id"].as_str().unwrap());
        let pdf = s.get(&path, key).await.bytes;
        assert!(pdf.starts_with(b"%PDF") && pdf == s.get(&path, key).await.bytes);
        let listed = s.get(&format!("{REFERRALS}?client_reference=TB-2026-0118&state=decided"), key).await.expect(200);
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["id"]), (1, &asked["id"]));

        // Another platform's is not there.
        let jd = Platform::connect(s, "jingdong", &["jd"]).await;
        for path in [at.clone(), format!("{at}/documents"), path] {
            assert_eq!(s.get(&path, &jd.key).await.problem(404), "not_found", "{path}");
        }
        assert_eq!(s.get(REFERRALS, &jd.key).await.expect(200)["items"], json!([]));

        // Nothing was pushed and no item moved: a complaint's takedown of the same item is its first version. And a
        // complaint is no referral.
        assert!(cast.platform.messages().is_empty() && s.get("/v1/platform/dispatches", key).await.expect(200)["items"] == json!([]));
        let (complaint, takedown) = cast.taken_down("100000000001").await;
        assert_eq!(takedown.body["listings"][0]["item_version"], 1);
        assert_eq!(s.get(&format!("{REFERRALS}/{complaint}"), key).await.problem(404), "not_found");
        cast.ends_sound().await;
    }

    /// Clear facts: two working days. An expired patent: closed at once.
    async fn clear_facts_are_answered_in_two_working_days(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-06 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        cast.knows(&LAMP).await;
        let asked = refers(s, (key, "clear"), &referral(&["100000000021", "100000000022", "100000000022"], false)).await.expect(201);
        assert_eq!(asked["due_on"], "2026-11-10", "a weekend lies between: {asked:#}");
        assert_eq!((asked["listings"].as_array().unwrap().len(), &asked["rows_left_out"][0]["code"]), (2, &"listing.repeated".into()));
        let only_one = json!({ "lines": [{ "line": 2, "determination": "undetermined", "reasons": ["evidence_insufficient"] }] });
        let id = asked["id"].as_str().unwrap();
        cast.judge(&cast.examiner, id, ("decision", &only_one)).await.expect(201);
        let read = s.get(&format!("{REFERRALS}/{}", asked["reference"].as_str().unwrap()), key).await.expect(200);
        let all: Vec<&str> = read["listings"].as_array().unwrap().iter().map(|l| l["determination"].as_str().unwrap()).collect();
        assert_eq!((all, &read["state"]), (vec!["pending", "undetermined"], &"accepted".into()));

        let mut over = referral(&["100000000023"], false);
        over["notice"]["patent"] = json!({ "number": "ZL98301234.2" });
        over["notice"].as_object_mut().unwrap().remove("report");
        let closed = refers(s, (key, "over"), &over).await.expect(201);
        assert_eq!((&closed["state"], &closed["listings"][0]["determination"]), (&"closed".into(), &"pending".into()));
        cast.ends_sound().await;
    }

    /// Its customer gave up: what waits for an opinion is taken back, listing by listing or whole. An opinion stands.
    async fn what_is_not_answered_can_be_taken_back(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        cast.knows(&LAMP).await;
        let asked = refers(s, (key, "three"), &referral(&["100000000041", "100000000042", "100000000043"], false)).await.expect(201);
        let id = asked["id"].as_str().unwrap();
        let at = format!("{REFERRALS}/{id}/withdrawal");
        let takes_back = async |key: &str, form: Value| s.post(&at, key, &form).await;
        let answered = json!({ "lines": [{ "line": 2, "determination": "undetermined", "reasons": ["evidence_insufficient"] }] });
        cast.judge(&cast.examiner, id, ("decision", &answered)).await.expect(201);
        let jd = Platform::connect(s, "jingdong", &["jd"]).await;
        assert_eq!(takes_back(&jd.key, json!({ "reason": "settled" })).await.problem(404), "not_found");
        assert_eq!(takes_back(key, json!({ "reason": "tired" })).await.problem(422), "withdrawal.unknown_reason");

        let first = takes_back(key, json!({ "reason": "settled", "lines": [1] })).await;
        let tag = first.header("etag");
        let first = first.expect(201);
        assert_eq!((&first["state"], &tag), (&"accepted".into(), &format!("\"v{}\"", first["version"])));
        assert_eq!(s.get(&format!("{REFERRALS}/{id}"), key).await.header("etag"), tag);
        for lines in [json!([1]), json!([2]), json!([3, 2]), json!([4])] {
            let answer = takes_back(key, json!({ "reason": "settled", "lines": lines })).await;
            assert_eq!(answer.problem(409), "complaint.not_possible", "{lines}");
        }
        let rest = takes_back(key, json!({ "reason": "notice_wrong" })).await.expect(201);
        let all: Vec<&str> = rest["listings"].as_array().unwrap().iter().map(|l| l["determination"].as_str().unwrap()).collect();
        assert_eq!((&rest["state"], all), (&"decided".into(), vec!["withdrawn", "undetermined", "withdrawn"]));
        assert_eq!(takes_back(key, json!({ "reason": "settled" })).await.problem(422), "withdrawal.no_lines");
        let documents = s.get(&format!("{REFERRALS}/{id}/documents"), key).await.expect(200);
        assert_eq!((documents["items"].as_array().unwrap().len(), &documents["items"][0]["kind"]), (1, &"opinion".into()));

        // Nothing of it was answered: it is over, waits for nobody, and may be referred anew.
        let whole = refers(s, (key, "whole"), &referral(&["100000000044"], true)).await.expect(201);
        let path = format!("{REFERRALS}/{}", whole["id"].as_str().unwrap());
        let closed = s.post(&format!("{path}/withdrawal"), key, &json!({ "reason": "other" })).await.expect(201);
        assert_eq!((&closed["state"], &closed["due_on"], &closed["opinions"]), (&"closed".into(), &Value::Null, &json!([])));
        assert_eq!(s.get(&format!("{path}/documents"), key).await.expect(200)["items"], json!([]), "it is told nothing in writing");
        assert_eq!(s.get("/v1/admin/queue", &cast.examiner).await.expect(200)["items"], json!([]));
        let late = cast.judge(&cast.examiner, whole["id"].as_str().unwrap(), ("decision", &opinion(false))).await;
        assert_eq!(late.problem(409), "complaint.not_possible");
        refers(s, (key, "anew"), &referral(&["100000000044", "100000000041"], true)).await.expect(201);

        // What was not referred is not taken back here.
        let complaint = cast.files(&LAMP, &["100000000045"]).await;
        let of_complaint = format!("{REFERRALS}/{}/withdrawal", complaint["id"].as_str().unwrap());
        assert_eq!(s.post(&of_complaint, key, &json!({ "reason": "settled" })).await.problem(404), "not_found");
        assert!(cast.platform.messages().is_empty());
        cast.ends_sound().await;
    }

    /// The house sees how fast it answers platforms, apart from what it decides; nobody else's figures have it.
    async fn opinions_are_timed_apart(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        cast.knows(&LAMP).await;
        let mut ids = Vec::new();
        for n in 0..3 {
            let asked = refers(s, (key, &format!("timed-{n}")), &referral(&[&format!("10000000005{n}")], false)).await.expect(201);
            ids.push(asked["id"].as_str().unwrap().to_owned());
        }
        let complaint = cast.files(&LAMP, &["100000000055"]).await;
        s.set_time(s.now() + jiff::SignedDuration::from_hours(10));
        cast.judge(&cast.examiner, &ids[0], ("decision", &opinion(false))).await.expect(201);
        s.post(&format!("{REFERRALS}/{}/withdrawal", ids[2]), key, &json!({ "reason": "settled" })).await.expect(201);
        s.days_pass(4);
        cast.judge(&cast.second, &ids[1], ("decision", &opinion(false))).await.expect(201);
        cast.judge(&cast.second, complaint["id"].as_str().unwrap(), ("decision", &opinion(false))).await.expect(201);

        let shown = s.get("/v1/admin/oversight", &s.admin).await.expect(200);
        let opinions = &shown["opinions"];
        assert_eq!((&opinions["all"]["complaints"], &opinions["all"]["late"]["count"]), (&2.into(), &1.into()), "{opinions:#}");
        let step = opinions["all"]["steps"].as_array().unwrap().iter().find(|t| t["step"] == "decision").unwrap();
        let hours = |name: &str| step[name].as_f64().unwrap();
        assert!((9.9..10.2).contains(&hours("hours_median")) && (105.9..106.3).contains(&hours("hours_p95")), "{step}");
        let keys = |by: &str| opinions[by].as_array().unwrap().iter().map(|g| g["key"].clone()).collect::<Vec<_>>();
        assert_eq!((keys("by_platform"), keys("by_track"), keys("by_examiner").len()), (vec!["ali".into()], vec!["simple".into()], 2));
        assert_eq!(shown["decided"]["all"]["complaints"], 1, "what was decided here");
        let csv = String::from_utf8(s.get("/v1/admin/oversight?format=csv", &s.admin).await.bytes).unwrap();
        assert!(csv.lines().any(|l| l.contains(",opinions,platform,ali,")), "{csv}");
        let metrics = String::from_utf8(s.get("/metrics", &s.admin).await.bytes).unwrap();
        let line = format!("fasttrack_opinion_step_hours{{by=\"all\",key=\"all\",step=\"decision\",quantile=\"0.95\"}} {}", hours("hours_p95"));
        assert!(metrics.lines().any(|l| l == line), "{line} is not in {metrics}");

        // Final by now: the complaint is. What platforms were advised counts in no figure and for or against nobody.
        s.days_pass(40);
        let to = s.today();
        let later = s.get(&format!("/v1/admin/oversight?from=2026-08-01&to={to}"), &s.admin).await.expect(200);
        let complaints: i64 = later["final"].as_array().unwrap().iter().map(|f| f["complaints"].as_i64().unwrap()).sum();
        assert_eq!((complaints, &later["opinions"]["all"]["complaints"]), (1, &2.into()));
        let automation = s.get("/v1/admin/automation", &s.admin).await.expect(200);
        assert_eq!(automation["decided"], 1, "{automation:#}");
        let counted = |query: &str| crate::support::database::counted(&s.database_url, query);
        assert_eq!(counted("SELECT count(*) FROM outcomes WHERE consulted AND (final_from IS NOT NULL OR complainant_key IS NOT NULL)"), 0);
        assert_eq!((counted("SELECT count(*) FROM outcomes WHERE consulted"), counted("SELECT count(*) FROM published")), (3, 1));
        cast.ends_sound().await;
    }

    /// Everything that is wrong, at once, each in its place.
    async fn what_cannot_be_referred(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        let problems = |answer: Answer| {
            assert_eq!((answer.status, &answer.body["code"]), (422, &"notice.invalid".into()), "{:#}", answer.body);
            let all = answer.body["problems"].as_array().unwrap().clone();
            all.iter().map(|p| format!("{} {}", p["pointer"].as_str().unwrap(), p["code"].as_str().unwrap())).collect::<Vec<_>>()
        };
        let mut wrong = referral(&["100000000031"], true);
        wrong["notice"]["patent"]["number"] = "ZL202330271846.0".into();
        wrong["notice"].as_object_mut().unwrap().remove("client_reference");
        wrong["hard_because"] = json!([]);
        wrong["explanation"] = " ".into();
        wrong["seller_documents"] = json!([]);
        let found = problems(refers(s, (key, "wrong"), &wrong).await);
        let expected = ["/hard_because list.too_short", "/explanation field.empty", "/seller_documents list.too_short", "/notice/client_reference field.missing"];
        for problem in expected {
            assert!(found.iter().any(|f| f == problem), "{problem} in {found:?}");
        }
        assert!(found.iter().any(|f| f.starts_with("/notice/patent/number patent.")), "{found:?}");

        // Another's listings, links that do not tell, files that did not come.
        let mut foreign = referral(&["100000000032"], false);
        foreign["notice"]["accused_products"][0]["listings"] =
            json!([{ "url": "https://item.jd.com/100012031548.html" }, { "url": "https://s.click.taobao.com/t?e=m%3D2" }, { "site": "tmall", "item_id": "100000000033" }]);
        foreign["seller_documents"] = json!(["nowhere"]);
        let found = problems(refers(s, (key, "foreign"), &foreign).await);
        assert_eq!(found, [
            "/seller_documents/0 file.not_found", "/notice/accused_products/0/listings/0 listing.not_yours", "/notice/accused_products/0/listings/1 listing.unresolved",
        ]);
        let odd = [
            ("question", json!("validity")), ("question", Value::Null), ("hard_because", json!([null])), ("hard_because", json!(["tedious"])),
            ("notice", Value::Null), ("verdict", json!("infringing")),
        ];
        for (n, (field, value)) in odd.into_iter().enumerate() {
            let mut odd = referral(&["100000000034"], false);
            odd[field] = value;
            let answer = s.send(s.request("POST", REFERRALS, key).header("idempotency-key", format!("odd-{n}")).json(&odd)).await;
            assert!(answer.body["problems"][0]["pointer"].as_str().unwrap().starts_with(&format!("/{field}")), "{:#}", answer.body);
            assert_eq!(answer.problem(422), "body.invalid", "{field}");
        }
        // What only a complainant may name.
        let mut by_right = referral(&["100000000037"], false);
        by_right["notice"]["right"] = "01890000-0000-7000-8000-000000000000".into();
        by_right["notice"]["relisting_of"] = "0000000000".into();
        let found = problems(refers(s, (key, "by-right"), &by_right).await);
        for place in ["/notice/right field.out_of_place", "/notice/relisting_of field.out_of_place"] {
            assert!(found.iter().any(|f| f == place), "{found:?}");
        }
        assert!(found.iter().all(|f| f.starts_with("/notice/")), "{found:?}");
        let without_key = s.send(s.request("POST", REFERRALS, key).json(&referral(&["100000000035"], false))).await;
        assert_eq!(without_key.problem(400), "idempotency.key_missing");
        assert_eq!(s.get(REFERRALS, key).await.expect(200)["items"], json!([]), "nothing was taken");
        // What is said of people is not in what the platform reads back.
        cast.knows(&LAMP).await;
        let asked = refers(s, (key, "right"), &referral(&["100000000036"], false)).await.expect(201);
        assert!(PERSONAL.iter().all(|p| !asked.to_string().contains(p)));
        cast.ends_sound().await;
    }
}
