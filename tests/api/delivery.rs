//! Decisions arrive: through failures of the platform, kills of the service, rotations of the secret.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, STAND, deposit_right, notice, notice_by, register, verify_part};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// A complaint about one item, decided with a takedown; answers its id and version.
async fn decided(service: &Service, keys: (&str, &str), item: &str) -> (String, Value) {
    let (holder, examiner) = keys;
    service.put(&format!("/v1/admin/patents/{}", STAND.number), examiner, &register(&STAND)).await.expect(200);
    let files = Deposited::of(service, holder, &STAND).await;
    let filed = service.file(holder, (item, &notice(&STAND, &files, &[item]))).await.expect(201);
    let id = filed["id"].as_str().unwrap().to_owned();
    let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_features"] }] });
    let path = format!("/v1/admin/complaints/{id}/decision");
    let decided = service.post_if(&path, examiner, (&filed["version"], &decision)).await.expect(201);
    (id, decided["version"].clone())
}

on_both_databases! {
    /// A platform that fails gets the same message again, under the same id.
    async fn a_failure_is_tried_again(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        platform.will_answer(&[500]);
        decided(&service, (&holder, &examiner), "100000000001").await;
        let received = platform.wait_for_arrivals(2).await;
        assert_eq!((&received[0].id, &received[0].bytes), (&received[1].id, &received[1].bytes));
        // What came is recorded after it came.
        let path = format!("/v1/admin/dispatches/{}", received[0].id);
        let begun = std::time::Instant::now();
        let mut shown = Value::Null;
        while shown["deliveries"][0]["attempts"].as_array().is_none_or(|a| a.len() < 2) {
            assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{shown:#}");
            shown = service.get(&path, &examiner).await.expect(200);
        }
        let outcomes: Vec<&Value> = shown["deliveries"][0]["attempts"].as_array().unwrap().iter().map(|a| &a["outcome"]).collect();
        assert_eq!(outcomes, ["status", "delivered"], "{shown:#}");
    }

    /// Killed between the commit and the delivery, the service delivers after it starts again.
    async fn a_kill_loses_nothing(engine: Engine) {
        let mut service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let pause = format!("/v1/admin/endpoints/{}/pause", platform.endpoint);
        service.post(&pause, &service.admin, &json!({ "why": "the test holds it up" })).await.expect(201);
        decided(&service, (&holder, &examiner), "100000000002").await;
        assert!(platform.received().is_empty(), "nothing is sent to a paused endpoint");
        service.kill();
        service.spawn().await;
        assert!(platform.received().is_empty());
        let resume = format!("/v1/admin/endpoints/{}/resumption", platform.endpoint);
        service.post(&resume, &service.admin, &json!({})).await.expect(201);
        let received = platform.wait_for(1).await;
        assert!(received[0].signed);
        service.kill();
        service.spawn().await;
        let feed = service.get("/v1/platform/dispatches", &platform.key).await.expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    }

    /// An endpoint that says it is gone is paused, and what waits for it waits.
    async fn a_gone_endpoint_is_paused_and_waits(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        platform.will_answer(&[410]);
        decided(&service, (&holder, &examiner), "100000000003").await;
        platform.wait_for(1).await;
        let path = "/v1/admin/platforms/ali/endpoints";
        let begun = std::time::Instant::now();
        loop {
            let endpoints = service.get(path, &service.admin).await.expect(200);
            if endpoints["items"][0]["status"] == "paused" {
                break;
            }
            assert!(begun.elapsed().as_secs() < 10, "{endpoints:#}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let resume = format!("/v1/admin/endpoints/{}/resumption", platform.endpoint);
        service.post(&resume, &service.admin, &json!({})).await.expect(201);
        let received = platform.wait_for_arrivals(2).await;
        assert_eq!(received[0].id, received[1].id);
    }

    /// After a rotation both secrets sign for a while, so that a platform can change over without loss.
    async fn a_rotated_secret_signs_beside_the_old_one(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let rotated = service.post(&format!("/v1/admin/endpoints/{}/secret", platform.endpoint), &service.admin, &json!({})).await.expect(201);
        decided(&service, (&holder, &examiner), "100000000004").await;
        assert!(platform.wait_for(1).await[0].signed, "the old secret still verifies");
        platform.set_secret(rotated["secret"].as_str().unwrap());
        decided(&service, (&holder, &examiner), "100000000005").await;
        assert!(platform.wait_for(2).await[1].signed, "the new secret verifies");
    }

    /// A platform that is away stays away for its own dispatches only; by hand they go out again.
    async fn one_platform_down_does_not_hold_up_another(engine: Engine) {
        let service = Service::start(engine).await;
        let down = Platform::connect(&service, "jingdong", &["jd"]).await;
        let up = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let down_key = down.key.clone();
        down.stop().await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["100000000006"]);
        let jd = json!({ "url": "https://item.jd.com/100012031548.html", "shop": "京店" });
        form["accused_products"][0]["listings"].as_array_mut().unwrap().push(jd);
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);
        let filed = service.file(&holder, ("two", &form)).await.expect(201);
        let line = |n: u32| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        let path = format!("/v1/admin/complaints/{}/decision", filed["id"].as_str().unwrap());
        service.post_if(&path, &examiner, (&filed["version"], &json!({ "lines": [line(1), line(2)] }))).await.expect(201);
        let received = up.wait_for(1).await;
        assert_eq!(received[0].body["listings"].as_array().unwrap().len(), 1, "only its own listing");
        let feed = service.get("/v1/platform/dispatches", &down_key).await.expect(200);
        assert_eq!(feed["items"].as_array().unwrap().len(), 1, "what cannot be pushed can be pulled");
        let own = feed["items"][0]["id"].as_str().unwrap();
        assert_eq!(service.get(&format!("/v1/platform/dispatches/{own}"), &up.key).await.problem(404), "not_found");
        let again = service.post(&format!("/v1/admin/dispatches/{}/redelivery", received[0].id), &service.admin, &json!({})).await;
        again.expect(201);
        assert_eq!(up.wait_for_arrivals(2).await[1].id, received[0].id);
    }

    /// Asked for again while the platform still thinks about the first: the end of the first does not undo it.
    async fn asked_again_while_under_way_goes_out_again(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        // One at a time: the second begins when the first has ended.
        let path = format!("/v1/admin/endpoints/{}/limits", platform.endpoint);
        service.put(&path, &service.admin, &json!({ "at_once_max": 1 })).await.expect(200);
        platform.will_think(std::time::Duration::from_secs(2));
        decided(&service, (&holder, &examiner), "100000000016").await;
        let id = platform.wait_for(1).await[0].id.clone();
        service.post(&format!("/v1/admin/dispatches/{id}/redelivery"), &service.admin, &json!({})).await.expect(201);
        assert_eq!(platform.wait_for_arrivals(2).await[1].id, id);
    }

    /// With a policy that switched it on and everything proven, a takedown leaves without a human; without
    /// any one of the proofs it does not.
    async fn automation_needs_every_proof(engine: Engine) {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, one) = service.account("examiner", None).await;
        let (_, two) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let file = async |item: &str| service.file(&holder, (item, &notice(&LAMP, &files, &[item]))).await.expect(201);
        let mut policy = service.get("/v1/admin/policies/0", &service.admin).await.expect(200)["policy"].clone();
        policy["automation"] = json!({ "verified_notice": true, "prior_determination": false });
        let stored = service.post("/v1/admin/policies", &service.admin, &policy).await.expect(201);
        service.post(&format!("/v1/admin/policies/{}/activation", stored["version"]), &service.admin, &json!({})).await.expect(201);

        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &one, &register(&LAMP)).await.expect(200);
        let first = file("200000000001").await;
        assert_eq!(first["state"], "accepted", "no authenticity, no standing");
        assert_eq!(file("200000000002").await["state"], "accepted", "no authenticity, no standing");
        let path = format!("/v1/admin/complaints/{}/authenticity", first["id"].as_str().unwrap());
        let grant = json!({ "level": "B", "evidence": "回执" });
        service.post(&path, &one, &grant).await.expect(201);
        assert_eq!(service.post(&path, &one, &grant).await.problem(422), "authenticity.second_person");
        service.post(&path, &two, &grant).await.expect(201);
        assert_eq!(file("200000000003").await["state"], "accepted", "no standing");
        let right = deposit_right(&service, &holder, (&LAMP, &files)).await;
        let by_right = async |item: &str| service.file(&holder, (item, &notice_by(&right, (&LAMP, &files), &[item]))).await.expect(201);
        assert_eq!(by_right("200000000005").await["state"], "accepted", "nobody looked at the right");
        verify_part(&service, &one, (&right, "standing")).await;
        assert_eq!(by_right("200000000006").await["state"], "accepted", "the standing of whom?");
        verify_part(&service, &one, (&right, "identity")).await;
        assert!(platform.received().is_empty());
        let proven = by_right("200000000004").await;
        assert_eq!((&proven["state"], &proven["overall"], &proven["listings"][0]["by"]), (&"decided".into(), &"usable".into(), &"automatic".into()));
        let received = platform.wait_for(1).await;
        assert_eq!(received[0].body["listings"][0]["basis"], "verified_notice");
        assert_eq!(received[0].body["determination"]["result"], "none_claimed", "a verified notice claims no determination");
    }
}
