//! What more than a block takes: a link disconnected, an item deleted on a ruling that binds its platform, the end of the
//! business with a shop proposed on the record of its repetition; the last two by two examiners.

use serde_json::{Value, json};

use crate::support::database::counted;
use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, Service, on_both_databases};

const COURT: &str = "宁波市中级人民法院";

fn id_of(filed: &Value) -> &str {
    filed["id"].as_str().unwrap()
}

/// A decision against listings, each with more than it takes.
fn against(lines: &[(u32, Value)]) -> Value {
    let line = |(n, more): &(u32, Value)| {
        let mut line = json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

fn terminates() -> Value {
    against(&[(1, json!({ "propose_termination": true }))])
}

/// A complaint about one item of a shop of a site.
async fn against_shop(cast: &Cast, (item, site, shop): (&str, &str, Option<&str>)) -> String {
    let filed = cast
        .files_as(&LAMP, &[item], |form| {
            let listing = &mut form["accused_products"][0]["listings"][0];
            *listing = json!({ "site": site, "item_id": item });
            if let Some(shop) = shop {
                listing["shop"] = shop.into();
            }
        })
        .await;
    id_of(&filed).to_owned()
}

/// The same, found infringing and taken down.
async fn found_infringing(cast: &Cast, named: (&str, &str, Option<&str>)) -> String {
    let id = against_shop(cast, named).await;
    cast.judge(&cast.examiner, &id, ("decision", &against(&[(1, json!({}))]))).await.expect(201);
    id
}

/// A complaint about items of one shop, with the end of the business proposed for each and confirmed; the platform has it.
async fn terminated(cast: &Cast, items: &[&str]) -> String {
    let filed = cast
        .files_as(&LAMP, items, |form| {
            let listings: Vec<Value> = items.iter().map(|i| json!({ "site": "taobao", "item_id": i, "shop": "甲店" })).collect();
            form["accused_products"][0]["listings"] = listings.into();
        })
        .await;
    let (id, sent) = (id_of(&filed).to_owned(), cast.platform.messages().len());
    let lines: Vec<(u32, Value)> = (1..).take(items.len()).map(|n| (n, json!({ "propose_termination": true }))).collect();
    cast.judge(&cast.examiner, &id, ("decision", &against(&lines))).await.expect(201);
    cast.judge(&cast.second, &id, ("decision-confirmation", &json!({}))).await.expect(201);
    cast.platform.wait_for(sent + 1).await;
    id
}

/// Whether nothing of a kind is left for the agenda to do.
fn no_job(service: &Service, kind: &str) -> bool {
    counted(&service.database_url, &format!("SELECT count(*) FROM jobs WHERE kind = '{kind}'")) == 0
}

on_both_databases! {
    /// One decision, two measures: two parts of one group. Nothing is deleted on an opinion, and no measure stands
    /// without a takedown.
    async fn a_line_may_ask_for_more_than_a_block(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let filed = cast.files(&LAMP, &["100000000021", "100000000022", "100000000023"]).await;
        let id = id_of(&filed);
        let form = against(&[(1, json!({ "measure": "disconnect" })), (2, json!({})), (3, json!({ "measure": "disconnect" }))]);
        let shown = cast.judge(&cast.examiner, id, ("decision", &form)).await.expect(201);
        let kinds: Vec<&Value> = shown["listings"].as_array().unwrap().iter().map(|l| &l["measure_kind"]).collect();
        assert_eq!(kinds, ["disconnect", "block", "disconnect"]);
        let sent = cast.platform.wait_for(2).await;
        let mut told: Vec<(&str, u64, Vec<u64>)> = sent.iter().map(|m| {
            let lines = m.body["listings"].as_array().unwrap().iter().map(|l| l["line"].as_u64().unwrap()).collect();
            (m.body["measure"]["kind"].as_str().unwrap(), m.body["part"].as_u64().unwrap(), lines)
        }).collect();
        told.sort_unstable();
        assert_eq!(told, [("block", 1, vec![2]), ("disconnect", 2, vec![1, 3])]);
        assert_eq!((&sent[0].body["group_id"], &sent[0].body["parts"]), (&sent[1].body["group_id"], &2.into()));
        assert!(sent.iter().all(|m| m.body["measure"].get("proposed").is_none() && m.body["binds_recipient"] == false));
        let seller = cast.seller(&sent[0], true).await;
        let seen = cast.service.get("/v1/seller/complaint", &seller).await.expect(200);
        assert_eq!(seen["listings"][0]["measure_kind"], sent[0].body["measure"]["kind"]);

        let other = cast.files(&LAMP, &["100000000024"]).await;
        let deleted = against(&[(1, json!({ "measure": "delete" }))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &deleted)).await.problem(409), "complaint.not_possible");
        for line in [json!({ "measure": "block" }), json!({ "propose_termination": true })] {
            let mut alone = against(&[(1, line)]);
            alone["lines"][0]["takedown"] = false.into();
            assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &alone)).await.problem(422), "decision.measure");
        }
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &against(&[(1, json!({ "measure": "terminate" }))]))).await.problem(422), "body.invalid");
        let nowhere = against(&[(9, json!({ "propose_termination": true }))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&other), ("decision", &nowhere)).await.problem(409), "complaint.not_possible");
        assert_eq!(cast.shown(id_of(&other)).await["listings"][0]["determination"], "pending");
        cast.ends_sound().await;
    }

    /// A court's order is taken down at once. Its deletion is asked by one examiner and confirmed by another, of the bound
    /// platform only, by itself; it ends with the order.
    async fn a_deletion_rests_on_a_ruling_and_two_examiners(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let service = &cast.service;
        let (id, _) = cast.taken_down("100000000031").await;
        let deletion = against(&[(1, json!({ "measure": "delete" }))]);
        // An opinion binds nobody, and what another platform was served with does not bind this one.
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.problem(409), "complaint.not_possible");
        cast.authority(&id, "judgment_infringing", COURT).await;
        let blocked = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&blocked.body["measure"]["kind"], &blocked.body["binds_recipient"]), (&"block".into(), &true.into()));
        let and_more = against(&[(1, json!({ "measure": "delete", "propose_termination": true }))]);
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &and_more)).await.problem(422), "termination.no_repetition");
        let shown = cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.expect(201);
        assert_eq!(shown["proposed"]["rules"], json!([{ "rule": "deletion", "saw": "1" }]));
        assert_eq!((&shown["listings"][0]["measure_kind"], &shown["state"]), (&"block".into(), &"decided".into()));
        let waits = service.get("/v1/admin/queue?reason=second_examiner", &cast.second).await.expect(200);
        assert_eq!((&waits["items"][0]["id"], &waits["items"][0]["due_on"]), (&id.as_str().into(), &"2026-11-23".into()));
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let shown = cast.judge(&cast.second, &id, ("decision-confirmation", &json!({}))).await.expect(201);
        let listing = &shown["listings"][0];
        assert_eq!((&listing["measure_kind"], &listing["basis"], &shown["proposed"]), (&"delete".into(), &"court_ruling".into(), &Value::Null));
        let deleted = cast.platform.wait_for(3).await[2].clone();
        assert_eq!((&deleted.body["measure"]["kind"], &deleted.body["binds_recipient"]), (&"delete".into(), &true.into()));
        let waits = service.get("/v1/admin/queue", &cast.second).await.expect(200);
        assert_eq!(waits["items"], json!([]));
        assert_eq!(deleted.body["binding_document"], blocked.body["binding_document"]);
        assert!(deleted.body["listings"][0]["item_version"].as_u64() > blocked.body["listings"][0]["item_version"].as_u64());
        cast.acknowledge(&deleted, "applied").await;
        assert_eq!(cast.judge(&cast.examiner, &id, ("decision", &deletion)).await.problem(409), "complaint.not_possible");
        // It is no second decision: no second opinion was issued, and there is nothing to appeal in it.
        assert_eq!(cast.log(&id).await.iter().filter(|e| *e == "decided").count(), 1);
        let opinions = service.get(&format!("/v1/complaints/{id}/documents"), &cast.holder).await.expect(200);
        assert_eq!(opinions["items"].as_array().unwrap().iter().filter(|d| d["kind"] == "opinion").count(), 1, "{opinions:#}");
        // Proposed, and then there is nothing to confirm any more: it waits for nobody.
        let (other, _) = cast.taken_down("100000000035").await;
        cast.authority(&other, "judgment_infringing", COURT).await;
        cast.judge(&cast.examiner, &other, ("decision", &deletion)).await.expect(201);
        cast.authority(&other, "judgment_not_infringing", COURT).await;
        assert_eq!(service.get("/v1/admin/queue", &cast.second).await.expect(200)["items"], json!([]));
        assert_eq!(cast.judge(&cast.second, &other, ("decision-confirmation", &json!({}))).await.problem(409), "complaint.not_possible");
        let sent = cast.platform.wait_for(6).await.len();
        cast.authority(&id, "judgment_not_infringing", COURT).await;
        let lift = cast.platform.wait_for(sent + 1).await[sent].clone();
        assert_eq!((&lift.body["type"], &lift.body["lift"]["reason"]), (&"lift.decided".into(), &"judgment_not_infringing".into()));
        assert!(cast.shown(&id).await["listings"][0].get("measure_kind").is_none());

        // What is decided and what is not do not go together; of another platform's ruling there is nothing to delete.
        let two = cast.files(&LAMP, &["100000000032", "100000000033"]).await;
        let file = cast.file(&cast.examiner, "judgment").await;
        let form = json!({
            "act": "judgment_infringing", "kind": "judgment", "number": "(2026)浙02民初119号", "authority": COURT,
            "issued_on": service.today().to_string(), "file": file, "binds_platforms": ["ali"], "lines": [1],
        });
        service.post(&format!("/v1/admin/complaints/{}/authority-acts", id_of(&two)), &cast.examiner, &form).await.expect(201);
        let mixed = against(&[(1, json!({ "measure": "delete" })), (2, json!({}))]);
        assert_eq!(cast.judge(&cast.examiner, id_of(&two), ("decision", &mixed)).await.problem(422), "decision.deletion_apart");
        let served_elsewhere = cast.files(&LAMP, &["100000000034"]).await;
        let elsewhere = json!({ "binds_platforms": ["jd"], "lines": [1], "number": "(2026)浙02民初120号" });
        let mut form = form;
        form.as_object_mut().unwrap().extend(elsewhere.as_object().unwrap().clone());
        service.post(&format!("/v1/admin/complaints/{}/authority-acts", id_of(&served_elsewhere)), &cast.examiner, &form).await.expect(201);
        assert_eq!(cast.judge(&cast.examiner, id_of(&served_elsewhere), ("decision", &deletion)).await.problem(409), "complaint.not_possible");

        // Leads may let one examiner ask.
        let lead = service.account("lead", None).await.1;
        let rule = json!({ "sellers_max": 5, "sales": [], "deletions": false });
        let put = service.put("/v1/admin/four-eyes", &lead, &rule).await.expect(200);
        assert_eq!((&put["deletions"], &put["terminations"]), (&false.into(), &true.into()), "what nobody said takes two");
        let shown = cast.judge(&cast.examiner, id_of(&two), ("decision", &deletion)).await.expect(201);
        assert_eq!((&shown["listings"][0]["measure_kind"], &shown["proposed"]), (&"delete".into(), &Value::Null));
        cast.ends_sound().await;
    }

    /// Two earlier complaints against the same shop, by a person, final and standing: then the end of the business is
    /// proposed, with the record, by two examiners. A record that is overturned meanwhile is none.
    async fn a_termination_is_proposed_on_a_record(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let service = &cast.service;
        let first = found_infringing(&cast, ("100000000041", "taobao", Some("甲店"))).await;
        let second = found_infringing(&cast, ("100000000042", "taobao", Some("甲店"))).await;
        let third = found_infringing(&cast, ("100000000040", "taobao", Some("甲店"))).await;
        // The same name on another site, another shop, and what was found for the seller.
        found_infringing(&cast, ("100000000043", "tmall", Some("甲店"))).await;
        found_infringing(&cast, ("100000000044", "taobao", Some("乙店"))).await;
        let cleared = against_shop(&cast, ("100000000045", "taobao", Some("甲店"))).await;
        let for_seller = json!({ "lines": [{ "line": 1, "determination": "not_infringing", "reasons": ["design_differs"] }] });
        cast.judge(&cast.examiner, &cleared, ("decision", &for_seller)).await.expect(201);
        // Nothing of it is final.
        let early = against_shop(&cast, ("100000000046", "taobao", Some("甲店"))).await;
        assert_eq!(cast.judge(&cast.examiner, &early, ("decision", &terminates())).await.problem(422), "termination.no_repetition");
        service.days_pass(60);
        let again = against_shop(&cast, ("100000000047", "taobao", Some("甲店"))).await;
        for (item, site, shop) in [("100000000048", "tmall", Some("甲店")), ("100000000049", "taobao", Some("乙店"))] {
            let other = against_shop(&cast, (item, site, shop)).await;
            assert_eq!(cast.judge(&cast.examiner, &other, ("decision", &terminates())).await.problem(422), "termination.no_repetition");
        }
        let nameless = against_shop(&cast, ("100000000050", "taobao", None)).await;
        assert_eq!(cast.judge(&cast.examiner, &nameless, ("decision", &terminates())).await.problem(422), "termination.no_shop");

        let sent = cast.platform.messages().len();
        let shown = cast.judge(&cast.examiner, &again, ("decision", &terminates())).await.expect(201);
        assert_eq!(shown["proposed"]["rules"], json!([{ "rule": "termination", "saw": "1" }]));
        let record = &shown["proposed"]["lines"][0]["repetition"];
        let named: std::collections::BTreeSet<&str> = record.as_array().unwrap().iter().map(|e| e["complaint"].as_str().unwrap()).collect();
        assert_eq!(named, [first.as_str(), second.as_str(), third.as_str()].into());
        let shown = cast.judge(&cast.second, &again, ("decision-confirmation", &json!({}))).await.expect(201);
        assert_eq!(shown["listings"][0]["termination_proposed"], true);
        let takedown = cast.platform.wait_for(sent + 1).await[sent].clone();
        let measure = &takedown.body["measure"];
        assert_eq!(measure["kind"], "block");
        let proposed = &measure["proposed"][0];
        assert_eq!((&proposed["kind"], &proposed["site"], &proposed["shop"]), (&"terminate".into(), &"taobao".into(), &"甲店".into()));
        assert_eq!(&proposed["record"], record);
        assert!(proposed["text"].as_str().unwrap().contains("不具有约束力"));
        // Both sides see that it was proposed.
        assert_eq!(cast.shown(&again).await["listings"][0]["termination_proposed"], true);
        let seller = cast.seller(&takedown, true).await;
        assert_eq!(service.get("/v1/seller/complaint", &seller).await.expect(200)["listings"][0]["termination_proposed"], true);

        // Proposed, and then what it rests on falls.
        let last = against_shop(&cast, ("100000000051", "taobao", Some("甲店"))).await;
        cast.judge(&cast.examiner, &last, ("decision", &terminates())).await.expect(201);
        let corrected = json!({ "lines": [1], "reason": "decision_corrected" });
        cast.judge(&cast.examiner, &first, ("lift", &corrected)).await.expect(201);
        // Two would be enough, and are not what was proposed.
        assert_eq!(cast.judge(&cast.second, &last, ("decision-confirmation", &json!({}))).await.problem(409), "termination.record_changed");
        let shown = cast.judge(&cast.examiner, &last, ("decision", &terminates())).await.expect(201);
        assert_eq!(shown["proposed"]["lines"][0]["repetition"].as_array().unwrap().len(), 2);
        cast.judge(&cast.examiner, &second, ("lift", &corrected)).await.expect(201);
        assert_eq!(cast.judge(&cast.second, &last, ("decision-confirmation", &json!({}))).await.problem(409), "termination.record_changed");
        assert_eq!(cast.judge(&cast.examiner, &last, ("decision", &terminates())).await.problem(422), "termination.no_repetition");
        cast.ends_sound().await;
    }

    /// Three are on record, and one is overturned: what was proposed on them is withdrawn, by itself and in every complaint
    /// that named it. The measure stays.
    async fn a_record_that_falls_takes_its_proposals_back(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "centre_as_agent").await;
        let service = &cast.service;
        let mut record = Vec::new();
        for item in ["100000000071", "100000000072", "100000000073"] {
            record.push(found_infringing(&cast, (item, "taobao", Some("甲店"))).await);
        }
        service.days_pass(60);
        let carrier = terminated(&cast, &["100000000074"]).await;
        let other = terminated(&cast, &["100000000075", "100000000076"]).await;
        let takedown = cast.platform.messages().into_iter().find(|m| m.body["complaint"]["id"] == carrier.as_str()).unwrap();
        let seller = cast.seller(&takedown, true).await;
        let statement = cast.statement(&seller, "prior_use").await;
        service.post("/v1/seller/statements", &seller, &statement).await.expect(201);
        let before = cast.shown(&carrier).await;
        let sent = cast.platform.messages().len();

        let corrected = json!({ "lines": [1], "reason": "decision_corrected" });
        cast.judge(&cast.examiner, &record[1], ("lift", &corrected)).await.expect(201);
        let told = cast.platform.wait_for(sent + 3).await.split_off(sent);
        assert_eq!(told[0].body["type"], "lift.decided");
        let fell = cast.shown(&record[1]).await;
        for (id, lines) in [(&carrier, 1), (&other, 2)] {
            let message = told.iter().find(|m| m.body["complaint"]["id"] == id.as_str()).unwrap();
            assert_eq!(message.body["type"], "termination.withdrawn");
            assert_eq!(message.body["listings"].as_array().unwrap().len(), lines);
            let termination = &message.body["termination"];
            assert_eq!((&termination["site"], &termination["shop"]), (&"taobao".into(), &"甲店".into()));
            assert_eq!(termination["withdrawn_on"], service.today().to_string());
            assert!(termination["text"].as_str().unwrap().contains("撤回"));
            assert_eq!(termination["fallen"], json!([{
                "complaint": record[1], "reference": fell["reference"], "patent_number": fell["patent_number"], "why": "overturned",
            }]));
        }
        let feed = service.get("/v1/platform/dispatches?limit=200", &cast.platform.key).await.expect(200);
        let last: Vec<&Value> = feed["items"].as_array().unwrap()[sent + 1..].iter().map(|d| &d["body"]).collect();
        assert!(last.len() == 2 && last.iter().all(|body| told[1..].iter().any(|m| m.body == **body)), "{last:#?}");
        // Both sides see it, and are written to; the measure is what it was.
        let today = service.today().to_string();
        let seen = service.get("/v1/seller/complaint", &seller).await.expect(200);
        for (listing, was) in [(&seen["listings"][0], None), (&cast.shown(&carrier).await["listings"][0], Some(&before["listings"][0]))] {
            assert_eq!((listing.get("termination_proposed"), &listing["termination_withdrawn_on"]), (None, &today.as_str().into()));
            assert!(was.is_none_or(|was| was["measure"] == listing["measure"] && was["measure_kind"] == listing["measure_kind"]));
        }
        let admin = service.get(&format!("/v1/admin/complaints/{carrier}"), &cast.examiner).await.expect(200);
        let letters = admin["mails"].as_array().unwrap().iter().filter(|m| m["kind"] == "termination_withdrawn");
        assert_eq!(letters.map(|m| m["side"].as_str().unwrap()).collect::<std::collections::BTreeSet<_>>(), ["complainant", "seller"].into());

        // Another of it falls, and the complaint itself: nothing is left to be withdrawn.
        cast.judge(&cast.examiner, &record[0], ("lift", &corrected)).await.expect(201);
        cast.judge(&cast.examiner, &other, ("lift", &json!({ "lines": [1, 2], "reason": "decision_corrected" }))).await.expect(201);
        let told = cast.platform.wait_for(sent + 5).await.split_off(sent + 3);
        assert!(told.iter().all(|m| m.body["type"] == "lift.decided" && m.body["lift"].get("proposals_ended").is_none()));
        service.until(("/v1/admin/complaints", &cast.examiner), |_| no_job(service, "termination_records")).await;
        let withdrawn = |log: Vec<String>| log.iter().filter(|e| *e == "termination_withdrawn").count();
        assert_eq!((withdrawn(cast.log(&carrier).await), withdrawn(cast.log(&other).await)), (1, 1));
        assert_eq!(cast.platform.messages().len(), sent + 5);
        cast.ends_sound().await;
    }

    /// A proposal ends with the last measure it stands beside, and the lift says so: there is no second message.
    async fn a_lift_says_that_the_proposal_ends(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let mut record = Vec::new();
        for item in ["100000000081", "100000000082"] {
            record.push(found_infringing(&cast, (item, "taobao", Some("甲店"))).await);
        }
        cast.service.days_pass(60);
        let carrier = terminated(&cast, &["100000000083", "100000000084"]).await;
        let sent = cast.platform.messages().len();
        for line in 1..=2 {
            let form = json!({ "lines": [line], "reason": "decision_corrected" });
            cast.judge(&cast.examiner, &carrier, ("lift", &form)).await.expect(201);
            cast.platform.wait_for(sent + line).await;
        }
        let lifts = cast.platform.wait_for(sent + 2).await.split_off(sent);
        assert_eq!(lifts[0].body["lift"].get("proposals_ended"), None, "the other listing still has it");
        let ended = &lifts[1].body["lift"]["proposals_ended"][0];
        assert_eq!((&ended["kind"], &ended["site"], &ended["shop"]), (&"terminate".into(), &"taobao".into(), &"甲店".into()));
        assert!(ended["text"].as_str().unwrap().contains("撤回"));
        // What its record does now is nobody's business.
        cast.judge(&cast.examiner, &record[0], ("lift", &json!({ "lines": [1], "reason": "decision_corrected" }))).await.expect(201);
        cast.platform.wait_for(sent + 3).await;
        let service = &cast.service;
        service.until(("/v1/admin/complaints", &cast.examiner), |_| no_job(service, "termination_records")).await;
        assert_eq!(cast.platform.messages().len(), sent + 3);
        cast.ends_sound().await;
    }

    /// Confirmed while it falls: whichever comes first, no proposal stands on a record that does not.
    async fn a_record_may_fall_while_it_is_confirmed(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let service = &cast.service;
        let mut record = Vec::new();
        for item in ["100000000091", "100000000092"] {
            record.push(found_infringing(&cast, (item, "taobao", Some("甲店"))).await);
        }
        service.days_pass(60);
        let mut proposed = Vec::new();
        for item in ["093", "094", "095", "096", "097", "098"] {
            let id = against_shop(&cast, (&format!("100000000{item}"), "taobao", Some("甲店"))).await;
            cast.judge(&cast.examiner, &id, ("decision", &terminates())).await.expect(201);
            proposed.push(id);
        }
        let (corrected, nothing) = (json!({ "lines": [1], "reason": "decision_corrected" }), json!({}));
        let confirmed = proposed.iter().map(|id| cast.judge(&cast.second, id, ("decision-confirmation", &nothing)));
        let (lifted, confirmed) = tokio::join!(
            cast.judge(&cast.examiner, &record[0], ("lift", &corrected)),
            futures_util::future::join_all(confirmed),
        );
        lifted.expect(201);
        for (id, answer) in proposed.iter().zip(confirmed) {
            if answer.status == 409 {
                assert_eq!(answer.body["code"], "termination.record_changed");
                assert_eq!(cast.shown(id).await["listings"][0]["determination"], "pending");
                continue;
            }
            answer.expect(201);
            let path = format!("/v1/complaints/{id}");
            let seen = service.until((&path, &cast.holder), |c| c["listings"][0].get("termination_proposed").is_none()).await;
            assert_eq!(seen["listings"][0]["termination_withdrawn_on"], service.today().to_string());
        }
        cast.ends_sound().await;
    }

    /// A second look may go further than the first decision, by two examiners, and the platform is told anew.
    async fn a_second_look_may_ask_for_more(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000061").await;
        let seller = cast.seller(&takedown, true).await;
        let asked = json!({ "kind": "appeal", "text": "外观不同" });
        cast.service.post("/v1/seller/reviews", &seller, &asked).await.expect(201);
        let review = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.second).await.expect(200);
        let review = review["log"].as_array().unwrap().iter().find(|e| e["type"] == "review_requested").unwrap()["body"]["review"].clone();
        let path = format!("reviews/{}/decision", review.as_str().unwrap());
        let mut form = against(&[(1, json!({ "measure": "disconnect" }))]);
        form["text"] = "维持，改为断开链接".into();
        cast.judge(&cast.second, &id, (&path, &form)).await.expect(201);
        let anew = cast.platform.wait_for(2).await[1].clone();
        assert_eq!((&anew.body["type"], &anew.body["measure"]["kind"]), (&"takedown.decided".into(), &"disconnect".into()));
        cast.ends_sound().await;
    }
}
