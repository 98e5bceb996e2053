//! The end of the business with a shop: proposed by two examiners on the record of its repetition, and taken back by itself
//! when that record falls.

use serde_json::{Value, json};

use crate::measures::{against, id_of};
use crate::support::database::{counted, tamper};
use crate::support::notices::LAMP;
use crate::support::{Cast, Engine, Service, on_both_databases};

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
        let form = |line: u32| json!({ "lines": [line], "reason": "decision_corrected" });
        cast.judge(&cast.examiner, &carrier, ("lift", &form(1))).await.expect(201);
        let lift = cast.platform.wait_for(sent + 1).await[sent].clone();
        assert_eq!(lift.body["lift"].get("proposals_ended"), None, "the other listing still has it");
        // Taken down again, by a court, before the platform can have the second lift: it gets it all the same.
        let endpoint = format!("/v1/platform/endpoints/{}", cast.platform.endpoint);
        cast.service.post(&format!("{endpoint}/pause"), &cast.platform.key, &json!({ "why": "moving" })).await.expect(201);
        cast.judge(&cast.examiner, &carrier, ("lift", &form(2))).await.expect(201);
        cast.authority(&carrier, "judgment_infringing", "宁波市中级人民法院").await;
        cast.service.post(&format!("{endpoint}/resumption"), &cast.platform.key, &json!({})).await.expect(201);
        let told = cast.platform.wait_for(sent + 3).await.split_off(sent + 1);
        let lift = told.iter().find(|m| m.body["type"] == "lift.decided").unwrap();
        let ended = &lift.body["lift"]["proposals_ended"][0];
        assert_eq!((&ended["kind"], &ended["site"], &ended["shop"]), (&"terminate".into(), &"taobao".into(), &"甲店".into()));
        assert!(ended["text"].as_str().unwrap().contains("撤回"));
        // What its record does now is nobody's business.
        cast.judge(&cast.examiner, &record[0], ("lift", &json!({ "lines": [1], "reason": "decision_corrected" }))).await.expect(201);
        cast.platform.wait_for(sent + 4).await;
        let service = &cast.service;
        service.until(("/v1/admin/complaints", &cast.examiner), |_| no_job(service, "termination_records")).await;
        assert_eq!(cast.platform.messages().len(), sent + 4);
        cast.ends_sound().await;
    }

    /// A record falls between the second look at it and the commit that confirms: that commit's own job sees it.
    async fn a_record_falls_while_it_is_confirmed(engine: Engine) {
        let cast = Cast::at(engine, "2026-08-03 09:00:00", "platform").await;
        let service = &cast.service;
        let mut record = Vec::new();
        for item in ["100000000091", "100000000092"] {
            record.push(found_infringing(&cast, (item, "taobao", Some("甲店"))).await);
        }
        service.days_pass(60);
        let id = against_shop(&cast, ("100000000093", "taobao", Some("甲店"))).await;
        cast.judge(&cast.examiner, &id, ("decision", &terminates())).await.expect(201);
        cast.judge(&cast.examiner, &record[0], ("lift", &json!({ "lines": [1], "reason": "decision_corrected" }))).await.expect(201);
        service.until(("/v1/admin/complaints", &cast.examiner), |_| no_job(service, "termination_records")).await;
        // Final again, and as the second look sees it just before; when the confirmation is written it has fallen.
        service.days_pass(40);
        let url = &service.database_url;
        let set = |measure: &str| {
            let hex = record[0].replace('-', "");
            let fell = if engine == Engine::Sqlite { format!("X'{hex}'") } else { format!("'{hex}'") };
            format!("UPDATE listings SET measure = '{measure}' WHERE complaint_id = {fell};")
        };
        assert!(tamper(url, &set("requested")));
        let lifted = set("lift_requested");
        let meanwhile = match engine {
            Engine::Sqlite => format!("CREATE TRIGGER meanwhile AFTER INSERT ON events WHEN NEW.kind = 'decided' BEGIN {lifted} END"),
            Engine::Postgres => format!(
                "CREATE FUNCTION falls() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lifted} RETURN NEW; END $$; \
                 CREATE TRIGGER meanwhile AFTER INSERT ON events FOR EACH ROW WHEN (NEW.kind = 'decided') EXECUTE FUNCTION falls()"
            ),
        };
        assert!(tamper(url, &meanwhile));
        let sent = cast.platform.messages().len();
        cast.judge(&cast.second, &id, ("decision-confirmation", &json!({}))).await.expect(201);
        let told = cast.platform.wait_for(sent + 2).await.split_off(sent);
        assert_eq!(told[0].body["measure"]["proposed"][0]["record"].as_array().unwrap().len(), 2);
        assert_eq!((&told[1].body["type"], &told[1].body["termination"]["fallen"][0]["complaint"]), (&"termination.withdrawn".into(), &record[0].as_str().into()));
        assert_eq!(cast.shown(&id).await["listings"][0].get("termination_proposed"), None);
        cast.ends_sound().await;
    }
}
