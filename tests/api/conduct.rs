//! Conduct: figures with their intervals, flags that count only once the flagged party could answer, sellers
//! whose count falls with a reversal; and nothing of it to any platform.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::{Cast, Engine, on_both_databases};

/// What an examiner says in a flag, and the party in its answer: for no platform.
const SEEN: &str = "明知评价报告为负面仍然投诉";
const ANSWERED: &str = "我方在投诉后才收到该报告";

async fn examined(cast: &Cast, id: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200)
}

async fn raised(cast: &Cast, filed: &Value, against: &str) -> String {
    let form = json!({ "against": against, "factor": "known_unstable", "text": SEEN, "complaints": [filed["reference"]] });
    let path = format!("/v1/admin/complaints/{}/conduct-flags", filed["id"].as_str().unwrap());
    let flag = cast.service.post(&path, &cast.examiner, &form).await.expect(201);
    assert_eq!((&flag["usable"], &flag["answered_on"]), (&false.into(), &Value::Null));
    flag["id"].as_str().unwrap().to_owned()
}

async fn decided(cast: &Cast, item: &str, determination: &str) -> Value {
    let filed = cast.files(&LAMP, &[item]).await;
    let takedown = determination == "infringing";
    let reason = if takedown { "same_design" } else { "design_differs" };
    let form = json!({ "lines": [{ "line": 1, "determination": determination, "takedown": takedown, "reasons": [reason] }] });
    cast.judge(&cast.examiner, filed["id"].as_str().unwrap(), ("decision", &form)).await.expect(201);
    filed
}

/// Another account files for the same complainant.
async fn files_through(cast: &Cast, (key, item): (&str, &str)) -> Value {
    let files = Deposited::of(&cast.service, key, &LAMP).await;
    let mut form = notice(&LAMP, &files, &[item]);
    form["truth_guarantee"]["signed_on"] = cast.service.today().to_string().into();
    form["alleged_act_on"] = cast.service.today().to_string().into();
    cast.service.file(key, (item, &form)).await.expect(201)
}

fn met(filed: &Value) -> Vec<&str> {
    filed["criteria"].as_array().unwrap().iter().filter(|c| c["met"] == true).filter_map(|c| c["code"].as_str()).collect()
}

/// No platform was ever told.
fn told_nobody(cast: &Cast) {
    let messages = cast.platform.messages();
    assert!(!messages.is_empty(), "nothing was sent, so nothing is shown by it");
    for message in messages {
        let text = String::from_utf8(message.bytes.clone()).unwrap();
        for word in [SEEN, ANSWERED, "malice", "conduct", "flag", "upheld", "reversed"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

on_both_databases! {
    /// Shown to the party at once; no policy looks at it before the party's time to answer is over; then every
    /// complaint of that complainant is complex, through whatever account; taken back, none is.
    async fn a_flag_counts_when_its_time_to_answer_is_over(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let first = decided(&cast, "100000000001", "infringing").await;
        let flag = raised(&cast, &first, "complainant").await;
        let own = cast.service.get("/v1/conduct", &cast.holder).await.expect(200);
        let shown = &own["flags"][0];
        assert_eq!((&shown["id"], &shown["text"], &shown["answer_by"]), (&flag.clone().into(), &SEEN.into(), &"2026-11-17".into()));
        assert_eq!((&shown["complaints"][0], &shown["usable"]), (&first["reference"], &false.into()));

        cast.service.set_shanghai_time("2026-11-17 12:00:00");
        let before = cast.files(&LAMP, &["100000000002"]).await;
        assert_eq!((&before["track"], met(&before)), (&"simple".into(), vec![]), "it may still answer");
        cast.service.set_shanghai_time("2026-11-18 12:00:00");
        let after = cast.files(&LAMP, &["100000000003"]).await;
        assert_eq!((&after["track"], met(&after)), (&"complex".into(), vec!["complainant.malice_flags"]));
        assert_eq!(examined(&cast, after["id"].as_str().unwrap()).await["facts"]["complainant.malice_flags"], 1);

        let (_, other) = cast.service.account("agent", None).await;
        let through = files_through(&cast, (&other, "100000000004")).await;
        assert_eq!(met(&through), ["complainant.malice_flags"], "the same complainant");

        let back = format!("/v1/admin/conduct-flags/{flag}/withdrawal");
        cast.service.post(&back, &cast.second, &json!({ "text": "证据不足" })).await.expect(201);
        assert_eq!(cast.service.post(&back, &cast.second, &json!({ "text": "证据不足" })).await.problem(409), "flag.withdrawn");
        let freed = cast.files(&LAMP, &["100000000005"]).await;
        assert_eq!((&freed["track"], met(&freed)), (&"simple".into(), vec![]));
        told_nobody(&cast);
        cast.ends_sound().await;
    }

    /// The party answers, once, and nobody for it; an answered flag counts; examiners read the answer, auditors
    /// do not.
    async fn the_party_answers(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let first = decided(&cast, "100000000011", "infringing").await;
        let flag = raised(&cast, &first, "complainant").await;
        let path = format!("/v1/conduct/flags/{flag}/answer");
        let words = json!({ "text": ANSWERED });
        let (_, stranger) = cast.service.account("complainant", None).await;
        assert_eq!(cast.service.post(&path, &stranger, &words).await.problem(404), "not_found");
        let answered = cast.service.post(&path, &cast.holder, &words).await.expect(201);
        assert_eq!((&answered["answer"], &answered["answered_on"], &answered["usable"]), (&ANSWERED.into(), &"2026-11-02".into(), &true.into()));
        assert_eq!(cast.service.post(&path, &cast.holder, &words).await.problem(409), "flag.answered");
        let id = first["id"].as_str().unwrap();
        assert_eq!(examined(&cast, id).await["conduct"]["flags"][0]["answer"], ANSWERED);
        let (_, auditor) = cast.service.account("auditor", None).await;
        let seen = cast.service.get(&format!("/v1/admin/complaints/{id}"), &auditor).await.expect(200);
        assert_eq!((&seen["conduct"]["flags"][0]["text"], &seen["conduct"]["flags"][0]["answer"]), (&SEEN.into(), &Value::Null));
        let next = cast.files(&LAMP, &["100000000012"]).await;
        assert_eq!(met(&next), ["complainant.malice_flags"]);
        // Who is erased is erased from what it answered.
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &json!({ "reason": "settled" })).await.expect(201);
        cast.service.days_pass(31);
        let form = json!({ "who": "complainant", "reason": "当事人请求删除" });
        cast.service.post(&format!("/v1/admin/complaints/{id}/erasure"), &cast.service.admin, &form).await.expect(201);
        let own = cast.service.get("/v1/conduct", &cast.holder).await.expect(200);
        assert_eq!((&own["flags"][0]["answer"], &own["flags"][0]["answered_on"]), (&Value::Null, &"2026-11-02".into()));
        told_nobody(&cast);
        cast.ends_sound().await;
    }

    /// A flag against an agency is the agency's; evidence is of its own complaints.
    async fn a_flag_against_an_agency(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let own = decided(&cast, "100000000021", "infringing").await;
        let (_, agency) = cast.service.account("agent", None).await;
        let through = files_through(&cast, (&agency, "100000000022")).await;
        let path = |c: &Value| format!("/v1/admin/complaints/{}/conduct-flags", c["id"].as_str().unwrap());
        let form = |c: &Value| json!({ "against": "agency", "factor": "repeated_wrong", "text": SEEN, "complaints": [c["reference"]] });
        assert_eq!(cast.service.post(&path(&own), &cast.examiner, &form(&own)).await.problem(422), "flag.no_agency");
        assert_eq!(cast.service.post(&path(&through), &cast.examiner, &form(&own)).await.problem(422), "flag.evidence");
        cast.service.post(&path(&through), &cast.examiner, &form(&through)).await.expect(201);
        cast.service.days_pass(16);
        let next = files_through(&cast, (&agency, "100000000023")).await;
        let facts = examined(&cast, next["id"].as_str().unwrap()).await["facts"].clone();
        assert_eq!((&facts["agency.malice_flags"], &facts["complainant.malice_flags"]), (&1.into(), &0.into()));
        let mine = cast.files(&LAMP, &["100000000024"]).await;
        let facts = examined(&cast, mine["id"].as_str().unwrap()).await["facts"].clone();
        assert_eq!((&facts["agency.malice_flags"], &facts["complainant.malice_flags"]), (&0.into(), &0.into()));
        told_nobody(&cast);
        cast.ends_sound().await;
    }

    /// Figures rest on what is final; three wrong complaints are a suggestion, and no more; what was upheld
    /// against a shop is taken back with a reversal.
    async fn figures_suggestions_and_sellers(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let upheld = decided(&cast, "100000000031", "infringing").await;
        let second = decided(&cast, "100000000032", "infringing").await;
        for item in ["100000000033", "100000000034", "100000000035"] {
            decided(&cast, item, "not_infringing").await;
        }
        let id = upheld["id"].as_str().unwrap();
        assert_eq!(examined(&cast, id).await["conduct"]["complainant"]["complaints"], 0, "nothing is final");
        cast.service.days_pass(31);
        let conduct = examined(&cast, id).await["conduct"].clone();
        let figures = json!({
            "complaints": 5,
            "upheld": { "count": 2, "rate": 0.4, "low": 0.118, "high": 0.769 },
            "reversed": { "count": 0, "rate": 0.0, "low": 0.0, "high": 0.434 },
            "withdrawn": { "count": 0, "rate": 0.0, "low": 0.0, "high": 0.434 },
        });
        assert_eq!(conduct["complainant"], figures);
        assert_eq!(cast.service.get("/v1/conduct", &cast.holder).await.expect(200)["figures"], figures);
        assert_eq!(conduct["agency"], Value::Null);
        let suggested = &conduct["suggested"][0];
        assert_eq!((&suggested["factor"], suggested["complaints"].as_array().map(Vec::len)), (&"repeated_wrong".into(), Some(3)));
        assert_eq!(conduct["flags"], json!([]), "a person flags, not the service");
        let seller = json!([{ "platform": "ali", "shop": "小店", "upheld": 2, "same_patent": 2, "referral_suggested": true }]);
        assert_eq!(conduct["sellers"], seller);

        let lift = json!({ "lines": [1], "reason": "decision_corrected" });
        cast.judge(&cast.second, second["id"].as_str().unwrap(), ("lift", &lift)).await.expect(201);
        cast.service.days_pass(31);
        let conduct = examined(&cast, id).await["conduct"].clone();
        assert_eq!((&conduct["complainant"]["upheld"]["count"], &conduct["complainant"]["reversed"]["count"]), (&1.into(), &1.into()));
        assert_eq!((&conduct["sellers"][0]["upheld"], &conduct["sellers"][0]["referral_suggested"]), (&1.into(), &false.into()));
        told_nobody(&cast);
        cast.ends_sound().await;
    }
}
