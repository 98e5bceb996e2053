//! What a platform's engineers, and those who have their key, may send by mistake or on purpose: it is answered by what is
//! wrong with it, and never by an error of ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::platform::Platform;
use crate::support::{Cast, Engine, on_both_databases};

/// A cursor as nobody was given it.
fn forged(position: &Value) -> String {
    URL_SAFE_NO_PAD.encode(position.to_string())
}

on_both_databases! {
    /// Days in other spellings, days of no calendar, cursors that lead before all time.
    async fn odd_days_and_cursors(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        cast.taken_down("100000000001").await;
        for day in ["2026-11-02", "0000-01-01", "9999-12-31"] {
            let digest = s.get(&format!("/v1/platform/digests/{day}"), key).await.expect(200);
            assert_eq!((&digest["day"], &digest["count"]), (&day.into(), &u64::from(day == "2026-11-02").into()));
        }
        for day in ["20261102", "+002026-11-02", "2026-11-02T00:00", "2026-1-2", "2026-02-30", "-009999-01-01", "today"] {
            assert_eq!(s.get(&format!("/v1/platform/digests/{day}"), key).await.problem(404), "not_found", "{day}");
        }
        let nobody = uuid::Uuid::nil();
        let log = format!("/v1/platform/endpoints/{}/attempts", cast.platform.endpoint);
        for list in [log.as_str(), "/v1/platform/referrals"] {
            for before_all in ["-009999-01-02T01:59:59Z", "-004800-01-01T00:00:00Z", "0001-01-01T00:00:00Z"] {
                let page = s.get(&format!("{list}?cursor={}", forged(&json!([before_all, nobody]))), key).await.expect(200);
                assert_eq!(page["items"], json!([]), "{list} {before_all}");
            }
            for wrong in [json!(["2026-11-02T01:00:00Z", "x"]), json!([]), json!(null), json!(5)] {
                let refused = s.get(&format!("{list}?cursor={}", forged(&wrong)), key).await;
                assert_eq!(refused.problem(422), "list.cursor", "{list} {wrong}");
            }
        }
        for query in ["after=abc", "after=9223372036854775808", "after=1&after=2", "limit=-1", "wait=-1", "cursor=1"] {
            assert_eq!(s.get(&format!("/v1/platform/dispatches?{query}"), key).await.problem(400), "query.invalid", "{query}");
        }
        let end = s.get("/v1/platform/dispatches?after=9223372036854775807", key).await.expect(200);
        assert_eq!(end, json!({ "items": [], "next_after": i64::MAX }));
        assert_eq!(s.get("/v1/admin/queue?due_before=20261102", &cast.examiner).await.problem(400), "query.invalid");
        let rule = json!({ "report": { "required": "positive", "patents_filed_from": "20100101" } });
        let refused = s.put("/v1/platform/rule", key, &rule).await.expect(422);
        assert_eq!((&refused["problems"][0]["pointer"], &refused["problems"][0]["code"]), (&"/report/patents_filed_from".into(), &"field.type".into()));
    }

    /// Rows that say nothing, what nobody was sent, what is another's: each row for itself, and nothing is kept of it.
    async fn odd_acknowledgements(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (s, key) = (&cast.service, &cast.platform.key);
        let other = Platform::connect(s, "jingdong", &["jd"]).await;
        let (id, takedown) = cast.taken_down("100000000002").await;
        let test = s.post(&format!("/v1/platform/endpoints/{}/test", cast.platform.endpoint), key, &json!({})).await.expect(201);
        let at = |dispatch: &str| format!("/v1/platform/dispatches/{dispatch}/acknowledgements");
        let says = async |dispatch: &str, row: Value| s.post(&at(dispatch), key, &json!({ "lines": [row] })).await;
        for (row, result) in [
            (json!({ "n": 0, "step": "received" }), "acknowledgement.no_such_line"),
            (json!({ "n": u32::MAX, "step": "received" }), "acknowledgement.no_such_line"),
            (json!({ "n": 1, "step": "received", "at": "9999-12-30T00:00:00Z" }), "acknowledgement.in_the_future"),
            (json!({ "n": 1, "step": "received", "at": "1985-01-01T00:00:00Z" }), "acknowledgement.too_early"),
            (json!({ "n": 1, "step": "received", "first_listed_on": "9999-12-31" }), "acknowledgement.in_the_future"),
            (json!({ "n": 1, "step": "received", "sold_before": "2026-11-04" }), "acknowledgement.in_the_future"),
            (json!({ "n": 1, "step": "received", "measure": "none" }), "acknowledgement.measure"),
            (json!({ "n": 1, "step": "could_not_apply", "reason": "Technical" }), "acknowledgement.reason"),
        ] {
            assert_eq!(says(&takedown.id, row.clone()).await.expect(200)["rows"][0]["result"], result, "{row}");
        }
        for row in [
            json!({ "n": -1, "step": "received" }),
            json!({ "n": 1, "step": "received", "sold_before": "20100101" }),
            json!({ "n": 1, "step": "received", "first_listed_on": "2010-01-01T00:00:00" }),
        ] {
            assert_eq!(says(&takedown.id, row.clone()).await.problem(422), "body.invalid", "{row}");
        }
        for lines in [json!([]), json!(vec![json!({ "n": 1, "step": "received" }); 1_001])] {
            assert_eq!(s.post(&at(&takedown.id), key, &json!({ "lines": lines })).await.problem(422), "acknowledgement.lines");
        }
        let received = json!({ "n": 1, "step": "received" });
        let of_test = says(test["dispatch"].as_str().unwrap(), received.clone()).await.expect(200);
        assert_eq!(of_test["rows"][0]["result"], "acknowledgement.no_such_line", "a test has no listings");
        assert_eq!(says(&uuid::Uuid::nil().to_string(), received.clone()).await.problem(404), "not_found");
        let foreign = s.post(&at(&takedown.id), &other.key, &json!({ "lines": [received] })).await;
        assert_eq!(foreign.problem(404), "not_found");
        let kept = s.get(&format!("/v1/platform/dispatches/{}", takedown.id), key).await.expect(200);
        assert_eq!(kept["acknowledgements"].as_array().unwrap().len(), 1, "applied, and nothing else: {kept:#}");
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "in_force");
        cast.ends_sound().await;
    }
}
