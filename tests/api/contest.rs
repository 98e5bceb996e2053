//! The seller's side: it states non-infringement, the statement arrives, and silence, proof or a ruling
//! decide what becomes of the measure.

use serde_json::{Value, json};

use crate::support::{Cast, Engine, on_both_databases};

const COURT: &str = "宁波市中级人民法院";

on_both_databases! {
    /// Silence for fifteen days: at 00:00 of the day after the last, which is moved off the National Day
    /// holidays, the lift leaves; not a second before.
    async fn silence_lifts(engine: Engine) {
        let cast = Cast::at(engine, "2026-09-18 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000001").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        let answer = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        assert_eq!((&answer["outcome"], answer["missing"].as_array().unwrap().len()), (&"whole".into(), 0), "{answer:#}");
        let again = cast.service.post("/v1/seller/statements", &seller, &form).await;
        assert_eq!(again.problem(409), "complaint.not_possible", "one statement at a time");

        let seen = cast.service.get(&format!("/v1/complaints/{id}/statements"), &cast.holder).await.expect(200);
        let statement = &seen["items"][0];
        assert_eq!((&statement["seller"], &statement["contest"]["stage"]), (&"义乌市某百货店".into(), &"forwarded".into()), "{seen:#}");
        assert!(statement["notice_zh"].as_str().unwrap().contains("十五日"));
        assert!(!seen.to_string().contains("92330782MA2BBBBB2Y"), "the seller's identity number is not for the complainant");
        cast.service.set_shanghai_time("2026-09-20 23:59:30");
        let path = format!("/v1/complaints/{id}/statements/{}/receipt", answer["statement"].as_str().unwrap());
        let shown = cast.service.post(&path, &cast.holder, &json!({})).await.expect(201);
        let contest = &shown["listings"][0]["contest"];
        assert_eq!((&contest["stage"], &contest["arrived_on"], &contest["ends_on"]), (&"waiting".into(), &"2026-09-20".into(), &"2026-10-08".into()));
        let deadline = cast.deadline(&id, "waiting_period").await;
        assert_eq!((&deadline["due_on"], &deadline["force"], &deadline["state"]), (&"2026-10-08".into(), &"law".into(), &"running".into()));
        assert!(deadline["segments"][0]["explanation_zh"].as_str().unwrap().contains("国庆节"), "{deadline:#}");

        cast.service.set_shanghai_time("2026-10-08 23:59:50");
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "in_force");
        cast.service.set_shanghai_time("2026-10-09 00:00:00");
        let lift = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&lift.body["type"], &lift.body["lift"]["reason"]), (&"lift.decided".into(), &"waiting_period_ended".into()));
        cast.acknowledge(&lift, "lifted").await;
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "lifted");
        // Without a mail system the letter is a file, and serves nothing.
        let log: Vec<String> = cast.log(&id).await.into_iter().filter(|e| e != "statement_service_failed").collect();
        assert_eq!(log[4..], [
            "decided", "seller_notified", "statement_received", "statement_checked", "statement_forwarded", "statement_arrived", "waiting_period_ended",
        ]);
        cast.ends_sound().await;
    }

    /// Proof of suit keeps the measure; the docket number is owed, and its silence goes to an examiner; the
    /// suit withdrawn after the period, the lift leaves at once.
    async fn proof_of_suit_keeps(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000002").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "not_the_same").await;
        let answer = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let path = format!("/v1/complaints/{id}/statements/{}/receipt", answer["statement"].as_str().unwrap());
        cast.service.post(&path, &cast.holder, &json!({})).await.expect(201);
        let file = cast.file(&cast.holder, "online filing receipt").await;
        let here = json!({ "kind": "authority_complaint", "proof": "acceptance", "authority": "测试市知识产权保护中心", "file": file });
        let path = format!("/v1/complaints/{id}/proceedings");
        assert_eq!(cast.service.post(&path, &cast.holder, &here).await.problem(422), "proceedings.not_the_authority");
        let suit = json!({ "kind": "suit", "proof": "online_filing_receipt", "authority": COURT, "file": file });
        let shown = cast.service.post(&path, &cast.holder, &suit).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["follow_up"], json!({ "what": "docket_number", "by": "2026-11-30" }), "{shown:#}");
        let kept = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&kept.body["type"], &kept.body["kept"]["why"]), (&"measure.kept".into(), &"proceedings_proven".into()));

        cast.service.set_shanghai_time("2026-12-01 00:00:01");
        let admin = format!("/v1/admin/complaints/{id}");
        let missed = |c: &serde_json::Value| c["log"].as_array().unwrap().iter().any(|e| e["type"] == "follow_up_missed");
        cast.service.until((&admin, &cast.examiner), missed).await;
        let queue = cast.service.get("/v1/admin/queue", &cast.examiner).await.expect(200);
        assert_eq!(queue["items"][0]["id"], id.as_str(), "an examiner looks into it");
        assert_eq!(cast.shown(&id).await["listings"][0]["measure"], "in_force", "the measure stays meanwhile");
        let told = json!({ "number": "(2026)浙02民初118号" });
        let shown = cast.service.post(&format!("/v1/complaints/{id}/proceedings-status"), &cast.holder, &told).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["follow_up"]["what"], "status");

        cast.authority(&id, "suit_withdrawn", COURT).await;
        let lift = cast.platform.wait_for(3).await[2].clone();
        assert_eq!(lift.body["lift"]["reason"], "waiting_period_ended");
        cast.ends_sound().await;
    }

    /// A docket proves the suit; how it stands is owed every ninety days, silence goes to an examiner, and an
    /// answer begins the next ninety.
    async fn the_status_is_owed_every_ninety_days(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000010").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let file = cast.file(&cast.holder, "docket").await;
        let suit = json!({ "kind": "suit", "proof": "docket", "authority": COURT, "number": "(2026)浙02民初118号", "file": file });
        let shown = cast.service.post(&format!("/v1/complaints/{id}/proceedings"), &cast.holder, &suit).await.expect(201);
        let owed = json!({ "what": "status", "by": "2027-02-01" });
        assert_eq!(shown["listings"][0]["contest"]["follow_up"], owed, "ninety days end on a Sunday: {shown:#}");
        let deadline = cast.deadline(&id, "proceedings_status").await;
        assert_eq!((&deadline["due_on"], &deadline["provisional"]), (&"2027-02-01".into(), &true.into()), "{deadline:#}");
        cast.service.set_shanghai_time("2027-02-02 00:00:01");
        let admin = format!("/v1/admin/complaints/{id}");
        let missed = |c: &serde_json::Value| c["log"].as_array().unwrap().iter().any(|e| e["type"] == "follow_up_missed");
        cast.service.until((&admin, &cast.examiner), missed).await;
        let told = json!({ "file": cast.file(&cast.holder, "summons").await });
        let shown = cast.service.post(&format!("/v1/complaints/{id}/proceedings-status"), &cast.holder, &told).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["follow_up"], json!({ "what": "status", "by": "2027-05-03" }), "{shown:#}");
        cast.ends_sound().await;
    }

    /// Notarisation takes longer: the whole period ends by the twentieth working day, once.
    async fn an_extension_for_notarisation(engine: Engine) {
        let cast = Cast::at(engine, "2026-09-20 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000003").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_art").await;
        let answer = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let statement = answer["statement"].as_str().unwrap();
        let to_forward = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&to_forward.body["type"], &to_forward.body["statement"]["id"]), (&"statement.to_forward".into(), &statement.into()));
        let link = to_forward.body["links"]["statement"].as_str().unwrap().strip_prefix(&cast.service.url).unwrap();
        let shown = cast.service.get(link, &cast.platform.key).await.expect(200);
        assert_eq!((&shown["seller"], &shown["grounds"]), (&"义乌市某百货店".into(), &json!(["prior_art"])), "{shown:#}");
        let evidence = format!("{link}/evidence/{}", shown["evidence"][0].as_str().unwrap());
        assert_eq!(cast.service.get(&evidence, &cast.platform.key).await.bytes, b"%PDF-1.4 evidence of prior_art");
        let other = crate::support::platform::Platform::connect(&cast.service, "jingdong", &["jd"]).await;
        assert_eq!(cast.service.get(link, &other.key).await.problem(404), "not_found", "another platform's");
        let mine = format!("/v1/complaints/{id}/statements/{statement}/evidence/{}", shown["evidence"][0].as_str().unwrap());
        assert_eq!(cast.service.get(&mine, &cast.holder).await.problem(404), "not_found", "not forwarded yet");
        let forwarding = json!({ "forwarded_on": "2026-09-20", "arrived_on": "2026-09-20" });
        let path = format!("/v1/platform/statements/{statement}/forwarding");
        cast.service.post(&path, &cast.platform.key, &forwarding).await.expect(201);
        assert_eq!(cast.shown(&id).await["listings"][0]["contest"]["ends_on"], "2026-10-08");
        let file = cast.file(&cast.holder, "notary's receipt").await;
        let form = json!({ "reason": "notarisation", "file": file });
        let path = format!("/v1/complaints/{id}/waiting-extension");
        let shown = cast.service.post(&path, &cast.holder, &form).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["ends_on"], "2026-10-23", "the vector of the deadline table");
        assert_eq!(cast.service.post(&path, &cast.holder, &form).await.problem(409), "complaint.not_possible");
        assert_eq!(cast.service.get(&mine, &cast.holder).await.status, 200, "forwarded");
        assert_eq!(cast.platform.wait_for(3).await[2].body["kept"]["ends_on"], "2026-10-23");
        cast.service.set_shanghai_time("2026-10-24 00:00:00");
        assert_eq!(cast.platform.wait_for(4).await[3].body["type"], "lift.decided");
        cast.ends_sound().await;
    }

    /// What is missing is answered by name; legitimate source alone has no effect; nobody vouched for is checked.
    async fn statements_that_do_not_reach_the_holder(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000004").await;
        let seller = cast.seller(&takedown, true).await;
        let bare = cast.service.post("/v1/seller/statements", &seller, &json!({ "grounds": ["prior_art"] })).await.expect(201);
        let codes: Vec<&str> = bare["missing"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["statement.identity", "statement.grounds", "statement.evidence", "statement.truth_guarantee"]);
        let own = cast.service.get("/v1/seller/complaint", &seller).await.expect(200);
        assert_eq!(own["listings"][0]["missing"], bare["missing"], "it can be read again: {own:#}");
        let form = cast.statement(&seller, "legitimate_source").await;
        let source = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        assert_eq!((&source["outcome"], &source["message_zh"]), (&"no_effect".into(), &"仅主张合法来源不产生终止措施的效果".into()));
        let seen = cast.service.get(&format!("/v1/complaints/{id}/statements"), &cast.holder).await.expect(200);
        assert_eq!(seen["items"], json!([]));

        let stranger = cast.seller(&takedown, false).await;
        let form = cast.statement(&stranger, "prior_use").await;
        let answer = cast.service.post("/v1/seller/statements", &stranger, &form).await.expect(201);
        assert_eq!(answer["outcome"], Value::Null, "who states it is not known");
        let path = format!("/v1/admin/complaints/{id}/statements/{}/check", answer["statement"].as_str().unwrap());
        let shown = cast.service.post(&path, &cast.examiner, &json!({ "outcome": "whole" })).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["stage"], "forwarded");
        let file = cast.file(&cast.examiner, "courier's receipt").await;
        let form = json!({ "arrived_on": "2026-11-02", "how": "recorded_service", "evidence": file });
        let path = path.replace("/check", "/arrival");
        let shown = cast.service.post(&path, &cast.examiner, &form).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["ends_on"], "2026-11-17");
        cast.ends_sound().await;
    }

    /// A seller sees and touches its own listings only; its access ends when it is revoked or runs out.
    async fn a_seller_and_its_own_listings(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let filed = cast.files(&crate::support::notices::LAMP, &["100000000005", "100000000006"]).await;
        let id = filed["id"].as_str().unwrap();
        let line = |n: u32| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        cast.judge(&cast.examiner, id, ("decision", &json!({ "lines": [line(1), line(2)] }))).await.expect(201);
        let takedown = cast.platform.wait_for(1).await[0].clone();
        let path = format!("/v1/platform/dispatches/{}/seller-access", takedown.id);
        let wrong = cast.service.post(&path, &cast.platform.key, &json!({ "listings": [3] })).await;
        assert_eq!(wrong.problem(422), "seller_access.no_such_listing");
        let made = cast.service.post(&path, &cast.platform.key, &json!({ "listings": [1], "identified": true, "days": 10 })).await.expect(201);
        let seller = made["token"].as_str().unwrap();
        let seen = cast.service.get("/v1/seller/complaint", seller).await.expect(200);
        assert_eq!(seen["listings"].as_array().unwrap().len(), 1);
        let whole = seen.to_string();
        for hidden in ["100000000006", "91330200MA2AAAAA1X", "13800138000", "海曙区", "ip@holder.example"] {
            assert!(!whole.contains(hidden), "{hidden} is not for this seller: {seen:#}");
        }
        assert_eq!(seen["verdicts"][0]["verdict"], "no_defect_found", "{seen:#}");
        let mut form = cast.statement(seller, "prior_use").await;
        form["lines"] = json!([2]);
        assert_eq!(cast.service.post("/v1/seller/statements", seller, &form).await.problem(404), "not_found");
        assert_eq!(cast.service.get(&format!("/v1/complaints/{id}"), seller).await.problem(403), "role.not_allowed");
        let access = format!("/v1/platform/seller-access/{}", made["id"].as_str().unwrap());
        let second = cast.service.post(&path, &cast.platform.key, &json!({ "listings": [2], "days": 10 })).await.expect(201);
        assert_eq!(cast.service.delete(&access, &cast.platform.key).await.status, 204);
        assert_eq!(cast.service.get("/v1/seller/complaint", seller).await.problem(401), "unauthenticated");
        let second = second["token"].as_str().unwrap();
        cast.service.get("/v1/seller/complaint", second).await.expect(200);
        cast.service.days_pass(11);
        assert_eq!(cast.service.get("/v1/seller/complaint", second).await.problem(401), "unauthenticated");
        cast.ends_sound().await;
    }

    /// What rests on a ruling ends only by a document of the court that made it; invalidation lifts an opinion.
    async fn rulings_and_invalidation(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000007").await;
        let shown = cast.authority(&id, "judgment_infringing", COURT).await;
        assert_eq!((&shown["listings"][0]["basis"], &shown["listings"][0]["rests_on"]), (&"court_ruling".into(), &format!("{COURT} (2026)浙02民初118号").into()));
        let binding = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&binding.body["binds_recipient"], &binding.body["binding_document"]["authority"]), (&true.into(), &COURT.into()), "{:#}", binding.body);
        let lift = json!({ "lines": [1], "reason": "settled" });
        assert_eq!(cast.judge(&cast.examiner, &id, ("lift", &lift)).await.problem(409), "complaint.not_possible");
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        assert_eq!(cast.service.post("/v1/seller/statements", &seller, &form).await.problem(409), "complaint.not_possible");
        let shown = cast.authority(&id, "reverse_preservation_granted", "杭州市中级人民法院").await;
        assert_eq!((&shown["listings"][0]["measure"], &shown["listings"][0]["reopened"]), (&"requested".into(), &true.into()), "{shown:#}");
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &json!({ "reason": "settled" })).await.expect(201);
        assert_eq!(cast.platform.messages().len(), 2, "the complainant cannot take a court's order back");
        cast.authority(&id, "preservation_ended", COURT).await;
        let lifted = cast.platform.wait_for(3).await[2].clone();
        assert_eq!(lifted.body["lift"]["reason"], "preservation_ended");

        let (other, _) = cast.taken_down("100000000008").await;
        cast.authority(&other, "patent_invalidated", "国家知识产权局").await;
        let lifted = cast.platform.wait_for(5).await[4].clone();
        assert_eq!(lifted.body["lift"]["reason"], "patent_invalidated");
        cast.ends_sound().await;
    }

    /// Two complaints over one item, in every interleaving of takedown, lift and late delivery: lifting one never lifts the other's.
    async fn two_complaints_over_one_item(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (_, other_holder) = cast.service.account("complainant", None).await;
        cast.knows(&crate::support::notices::LAMP).await;
        let orders: [[usize; 4]; 6] = [[0, 1, 2, 3], [0, 2, 1, 3], [2, 0, 1, 3], [2, 0, 3, 1], [2, 3, 0, 1], [0, 2, 3, 1]];
        for (n, order) in orders.iter().enumerate() {
            let item = format!("20000000000{n}");
            let mut ids = Vec::new();
            for (who, key) in [&cast.holder, &other_holder].into_iter().enumerate() {
                let files = crate::support::notices::Deposited::of(&cast.service, key, &crate::support::notices::LAMP).await;
                let form = crate::support::notices::notice(&crate::support::notices::LAMP, &files, &[&item]);
                let filed = cast.service.file(key, (&format!("two-{n}-{who}"), &form)).await.expect(201);
                ids.push(filed["id"].as_str().unwrap().to_owned());
            }
            let before = cast.platform.messages().len();
            let take = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
            let lift = json!({ "lines": [1], "reason": "settled" });
            let mut in_force: std::collections::BTreeSet<&String> = Default::default();
            // 0 and 2: the takedowns of A and B; 1 and 3: their lifts.
            for (step, which) in order.iter().enumerate() {
                let id = &ids[which / 2];
                let (act, form) = if which % 2 == 0 { ("decision", &take) } else { ("lift", &lift) };
                cast.judge(&cast.examiner, id, (act, form)).await.expect(201);
                if which % 2 == 0 { in_force.insert(id); } else { in_force.remove(id); }
                let received = cast.platform.wait_for(before + step + 1).await;
                let newest = received[before..].iter().max_by_key(|r| r.body["listings"][0]["item_version"].as_i64()).unwrap();
                let says: std::collections::BTreeSet<String> = newest.body["listings"][0]["measures_in_force"].as_array().unwrap()
                    .iter().map(|m| m.as_str().unwrap().to_owned()).collect();
                let expected: std::collections::BTreeSet<String> = in_force.iter().map(|s| (*s).clone()).collect();
                assert_eq!(says, expected, "order {order:?} step {step}");
            }
            // However late and in whatever order they come, the highest version is the truth.
            let mut late: Vec<_> = cast.platform.messages()[before..].to_vec();
            late.reverse();
            let versions: std::collections::BTreeSet<i64> = late.iter().map(|r| r.body["listings"][0]["item_version"].as_i64().unwrap()).collect();
            assert_eq!(versions, (1..=4).collect(), "gapless");
        }
        cast.ends_sound().await;
    }

    /// Where the evidence is manifest an examiner does not wait for the waiting period.
    async fn manifest_evidence_lifts_at_once(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000011").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "licensed_or_exhausted").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let lift = json!({ "lines": [1], "reason": "manifest_evidence", "text": "许可合同有效" });
        let shown = cast.judge(&cast.examiner, &id, ("lift", &lift)).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"], Value::Null, "the contest is over: {shown:#}");
        assert_eq!(cast.platform.wait_for(2).await[1].body["lift"]["reason"], "manifest_evidence");
        cast.ends_sound().await;
    }

    /// Statement and withdrawal in the same second: whichever came first, the measure ends once.
    async fn statement_and_withdrawal_at_once(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let (id, takedown) = cast.taken_down("100000000009").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        let (path, back) = (format!("/v1/complaints/{id}/withdrawal"), json!({ "reason": "notice_wrong" }));
        let (stated, withdrawn) = tokio::join!(
            cast.service.post("/v1/seller/statements", &seller, &form),
            cast.service.post(&path, &cast.holder, &back),
        );
        assert_eq!(withdrawn.status, 201);
        assert!(stated.status == 201 || stated.status == 409, "{}", stated.status);
        cast.platform.wait_for(2).await;
        let shown = cast.shown(&id).await;
        assert_eq!((&shown["state"], &shown["listings"][0]["contest"]), (&"closed".into(), &Value::Null), "{shown:#}");
        cast.service.days_pass(40);
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.platform.messages().len(), 2, "no second lift");
        cast.ends_sound().await;
    }

    /// A platform's records show that the item is older than the patent: an examiner has it at once, with what was said;
    /// a day after the patent's brings nobody.
    async fn what_a_platforms_records_say_goes_to_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000041").await;
        let path = format!("/v1/platform/dispatches/{}/acknowledgements", takedown.id);
        let says = |step: &str, day: &str| json!({ "lines": [{ "n": 1, "step": step, "first_listed_on": day }] });
        let queue = "/v1/admin/queue";
        // The lamp was filed on 2023-05-10.
        cast.service.post(&path, &cast.platform.key, &says("received", "2023-05-10")).await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.service.get(queue, &cast.examiner).await.expect(200)["items"], json!([]), "not before that day");
        cast.service.post(&path, &cast.platform.key, &says("accepted", "2023-05-09")).await.expect(200);
        let waiting = cast.service.until((queue, &cast.examiner), |q| q["items"][0]["id"] == *id).await;
        assert_eq!((&waiting["items"][0]["reopened"], &waiting["items"][0]["due_on"]), (&json!(["platform.listed_before_filing"]), &"2026-11-04".into()));
        let seen = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        let why = json!({ "kind": "platform_says", "dispatch": takedown.id, "lines": [{ "line": 1, "first_listed_on": "2023-05-09" }] });
        assert_eq!(seen["reopened"]["why"], why, "{:#}", seen["reopened"]);
        assert_eq!(seen["listings"][0]["measure"], "in_force", "an examiner decides, not the platform");
        let lift = json!({ "lines": [1], "reason": "manifest_evidence" });
        cast.judge(&cast.examiner, &id, ("lift", &lift)).await.expect(201);
        assert_eq!(cast.service.get(queue, &cast.examiner).await.expect(200)["items"], json!([]));
        cast.ends_sound().await;
    }

    /// Before a decision it puts the complaint on the complex track.
    async fn a_licence_on_file_while_the_seller_is_heard(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = cast.files_complex(&["100000000042"]).await;
        let id = filed["id"].as_str().unwrap();
        let hearing = cast.platform.wait_for(1).await[0].clone();
        let says = json!({ "lines": [{ "n": 1, "step": "refused", "reason": "licensed_on_file" }] });
        let path = format!("/v1/platform/dispatches/{}/acknowledgements", hearing.id);
        cast.service.post(&path, &cast.platform.key, &says).await.expect(200);
        let path = format!("/v1/admin/complaints/{id}");
        let seen = cast.service.until((&path, &cast.examiner), |c| c["reopened"] != Value::Null).await;
        assert_eq!(seen["facts"]["platform.licensed_on_file"], true, "{:#}", seen["facts"]);
        let met: Vec<&str> = seen["criteria"].as_array().unwrap().iter().filter(|c| c["met"] == true).filter_map(|c| c["code"].as_str()).collect();
        assert!(met.contains(&"platform.facts_against"), "{met:?}");
        cast.ends_sound().await;
    }
}
