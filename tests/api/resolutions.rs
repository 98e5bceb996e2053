//! Links that do not tell their item: the platform is asked, says where they lead, and what was decided goes out to
//! it. And what was taken down and is up again.

use serde_json::{Value, json};

use crate::support::cast::Cast;
use crate::support::notices::LAMP;
use crate::support::platform::Platform;
use crate::support::{Engine, on_both_databases};

const SHORT: &str = "https://s.click.taobao.com/t?e=m%3D2%26s%3Dq1";

/// A complaint about one item and these links.
async fn files_links(cast: &Cast, item: &str, links: &[&str]) -> Value {
    let add = |form: &mut Value| {
        let listings = form["accused_products"][0]["listings"].as_array_mut().unwrap();
        listings.extend(links.iter().map(|url| json!({ "url": url, "shop": "短链店" })));
    };
    cast.files_as(&LAMP, &[item], add).await
}

async fn seen(cast: &Cast, id: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200)
}

async fn resolve(cast: &Cast, dispatch: &str, lines: Value) -> Vec<String> {
    let path = format!("/v1/platform/dispatches/{dispatch}/resolutions");
    let answer = cast.service.post(&path, &cast.platform.key, &json!({ "lines": lines })).await.expect(200);
    answer["rows"].as_array().unwrap().iter().map(|r| r["result"].as_str().unwrap().to_owned()).collect()
}

fn infringing(lines: &[u32]) -> Value {
    let line = |n: &u32| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

on_both_databases! {
    /// Asked at acceptance, of the links that tell the site; its answer makes the item known, is a fact of the triage
    /// from then on, and the takedown goes out to it.
    async fn a_platform_says_where_its_links_lead(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let filed = files_links(&cast, "100000000001", &[SHORT, "https://uland.taobao.com/coupon/edetail?e=1", "https://m.tb.cn/h.abc?tk=1", "https://u.jd.com/abc"]).await;
        let id = filed["id"].as_str().unwrap();
        let asked = cast.platform.wait_for(1).await[0].clone();
        assert_eq!((asked.body["type"].as_str(), asked.signed_then), (Some("listing.resolve_requested"), true));
        let lines: Vec<(u64, &str)> = asked.body["listings"].as_array().unwrap().iter().map(|l| (l["line"].as_u64().unwrap(), l["url"].as_str().unwrap())).collect();
        assert_eq!(lines, [(2, SHORT), (3, "https://uland.taobao.com/coupon/edetail?e=1")], "those it serves, and only what the link says");
        let before = seen(&cast, id).await;
        assert_eq!(before["facts"]["complaint.unresolved_listings"], 4);

        // Nothing is held against a seller of whom nobody knows yet.
        let access = format!("/v1/platform/dispatches/{}/seller-access", asked.id);
        let early = cast.service.post(&access, &cast.platform.key, &json!({ "listings": [1] })).await;
        assert_eq!(early.problem(422), "seller_access.no_such_listing");

        let wrong = json!([
            { "n": 3, "outcome": "gone" }, { "n": 1, "outcome": "resolved", "item_id": "12" }, { "n": 2, "outcome": "resolved", "item_id": "100000000002", "site": "jd" },
            { "n": 2, "outcome": "gone" }, { "n": 0, "outcome": "gone" },
        ]);
        assert_eq!(resolve(&cast, &asked.id, wrong).await, ["resolution.no_such_line", "resolution.item_id", "resolution.site", "resolution.line_twice", "resolution.no_such_line"]);
        let misplaced = json!([{ "n": 1, "outcome": "gone", "item_id": "100000000002" }, { "n": 2, "outcome": "resolved", "item_id": "100000000002", "sku": "" }]);
        assert_eq!(resolve(&cast, &asked.id, misplaced).await, ["resolution.out_of_place", "resolution.sku"]);
        assert_eq!(seen(&cast, id).await["version"], before["version"], "nothing was taken");
        let right = json!([{ "n": 1, "outcome": "resolved", "item_id": "0100000000002", "site": "tmall" }, { "n": 2, "outcome": "not_an_item" }]);
        assert_eq!(resolve(&cast, &asked.id, right.clone()).await, ["recorded", "recorded"]);
        let version = seen(&cast, id).await["version"].clone();
        assert_eq!(resolve(&cast, &asked.id, right).await, ["known", "known"]);
        assert_eq!(resolve(&cast, &asked.id, json!([{ "n": 1, "outcome": "gone" }])).await, ["resolution.differs"]);
        let after = seen(&cast, id).await;
        assert_eq!(after["version"], version);
        assert_eq!(after["facts"]["complaint.unresolved_listings"], 3);
        let status: Vec<&str> = after["listings"].as_array().unwrap().iter().map(|l| l["status"].as_str().unwrap()).collect();
        assert_eq!(status, ["accepted", "accepted", "not_an_item", "unresolved", "unresolved"]);
        assert_eq!((&after["listings"][1]["item_id"], &after["listings"][1]["site"]), (&"100000000002".into(), &"tmall".into()));
        let said = after["log"].as_array().unwrap().iter().find(|e| e["type"] == "listings_resolved").unwrap();
        assert!(said["actor"].as_str().unwrap().starts_with("platform:"), "{said:#}");
        assert_eq!(said["body"]["platform"], "ali");

        // It is found by its item, and taken down with the other.
        let found = cast.service.get("/v1/complaints?item=alibaba/100000000002", &cast.holder).await.expect(200);
        assert_eq!(found["items"][0]["id"], *id);
        cast.judge(&cast.examiner, id, ("decision", &infringing(&[1, 2]))).await.expect(201);
        let takedown = cast.platform.wait_for(2).await[1].clone();
        let items: Vec<&str> = takedown.body["listings"].as_array().unwrap().iter().map(|l| l["item_id"].as_str().unwrap()).collect();
        assert_eq!(items, ["100000000001", "100000000002"]);
        cast.ends_sound().await;
    }

    /// What was decided before the item was known goes out when it is; two links that lead to one item are one item
    /// of one complaint, and no other's.
    async fn what_was_decided_before_goes_out_when_the_item_is_known(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let other = files_links(&cast, "100000000011", &[]).await;
        let filed = files_links(&cast, "100000000012", &[SHORT, "https://s.click.taobao.com/t?e=2"]).await;
        let id = filed["id"].as_str().unwrap();
        let asked = cast.platform.wait_for(1).await[0].clone();
        cast.judge(&cast.examiner, id, ("decision", &infringing(&[2, 3]))).await.expect(201);
        let both = json!([{ "n": 1, "outcome": "gone" }, { "n": 2, "outcome": "resolved", "item_id": "100000000011" }]);
        assert_eq!(resolve(&cast, &asked.id, both).await, ["recorded", "recorded"]);
        let sent = cast.platform.wait_for(2).await;
        assert_eq!((&sent[1].body["type"], sent[1].body["listings"].as_array().unwrap().len()), (&"takedown.decided".into(), 1));
        assert_eq!((&sent[1].body["listings"][0]["line"], &sent[1].body["determination"]["reasons"]), (&3.into(), &json!(["same_design"])));
        // Gone for now; later it leads to the same.
        assert_eq!(resolve(&cast, &asked.id, json!([{ "n": 1, "outcome": "resolved", "item_id": "100000000011" }])).await, ["recorded"]);
        let again = cast.platform.wait_for(3).await[2].clone();
        assert_eq!((&again.body["listings"][0]["line"], &again.body["listings"][0]["item_version"]), (&2.into(), &2.into()));
        assert_eq!(cast.shown(other["id"].as_str().unwrap()).await["state"], "accepted", "another complaint about it goes on");
        cast.ends_sound().await;
    }

    /// Only the platform that was asked answers, and only what it was asked.
    async fn only_who_was_asked_answers(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let jd = Platform::connect(&cast.service, "jingdong", &["jd"]).await;
        let filed = files_links(&cast, "100000000021", &[SHORT, "https://u.jd.com/abc"]).await;
        let id = filed["id"].as_str().unwrap();
        let (ali, asked) = (cast.platform.wait_for(1).await[0].clone(), jd.wait_for(1).await[0].clone());
        assert_eq!((&ali.body["listings"][0]["line"], &asked.body["listings"][0]["line"]), (&2.into(), &3.into()));
        let gone = json!({ "lines": [{ "n": 1, "outcome": "gone" }] });
        let path = format!("/v1/platform/dispatches/{}/resolutions", ali.id);
        assert_eq!(cast.service.post(&path, &jd.key, &gone).await.problem(404), "not_found");
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &cast.holder, &json!({ "reason": "notice_wrong" })).await.expect(201);
        assert_eq!(resolve(&cast, &ali.id, gone["lines"].clone()).await, ["resolution.over"]);
        let (_, takedown) = cast.taken_down("100000000022").await;
        let path = format!("/v1/platform/dispatches/{}/resolutions", takedown.id);
        assert_eq!(cast.service.post(&path, &cast.platform.key, &gone).await.problem(422), "resolution.not_asked");
        cast.ends_sound().await;
    }

    /// While the sellers are heard, the one that became known is heard too.
    async fn a_seller_who_became_known_is_heard(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let edit = |form: &mut Value| {
            form["accused_products"][0]["comparison"]["features"][0]["correspondence"] = "equivalent".into();
            form["accused_products"][0]["listings"].as_array_mut().unwrap().push(json!({ "url": SHORT }));
        };
        cast.files_as(&crate::support::notices::JUICER, &["100000000031"], edit).await;
        let sent = cast.platform.wait_for(2).await;
        let of = |kind: &str| sent.iter().find(|m| m.body["type"] == kind).unwrap().clone();
        let (asked, opened) = (of("listing.resolve_requested"), of("hearing.opened"));
        assert_eq!(opened.body["listings"].as_array().unwrap().len(), 1);
        assert_eq!(resolve(&cast, &asked.id, json!([{ "n": 1, "outcome": "resolved", "item_id": "100000000032" }])).await, ["recorded"]);
        let told = cast.platform.wait_for(3).await[2].clone();
        assert_eq!((&told.body["type"], &told.body["listings"][0]["line"]), (&"hearing.opened".into(), &2.into()));
        assert_eq!(told.body["hearing"], opened.body["hearing"]);
        cast.ends_sound().await;
    }

    /// What was taken down is up again under another id: an examiner has it at once, the complainant sees it, and
    /// nothing is taken down by itself. Told again it is known; where nothing is asked any more nobody is troubled.
    async fn what_is_up_again_reaches_an_examiner(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let (id, takedown) = cast.taken_down("100000000041").await;
        let again = json!({ "dispatch": takedown.id, "n": 1, "item_id": "100000000042", "shop": "二店" });
        let path = "/v1/platform/relistings";
        let answer = cast.service.post(path, &cast.platform.key, &again).await.expect(200);
        assert_eq!((&answer["complaint"], &answer["line"], &answer["result"]), (&json!(id), &1.into(), &"recorded".into()));
        let queue = cast.service.get("/v1/admin/queue", &cast.examiner).await.expect(200);
        assert_eq!((&queue["items"][0]["id"], &queue["items"][0]["reopened"]), (&json!(id), &json!(["listing.relisted"])));
        let why = json!({ "kind": "relisted", "platform": "ali", "dispatch": takedown.id, "line": 1, "site": "taobao", "item_id": "100000000042", "shop": "二店" });
        assert_eq!(cast.shown(&id).await["reopened"]["why"], why);
        let version = seen(&cast, &id).await["version"].clone();
        assert_eq!(cast.service.post(path, &cast.platform.key, &again).await.expect(200)["result"], "known");
        assert_eq!(seen(&cast, &id).await["version"], version);
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(cast.platform.messages().len(), 1, "nothing is taken down by itself");

        let refused = async |edit: &dyn Fn(&mut Value), code: &str| {
            let mut form = again.clone();
            edit(&mut form);
            assert_eq!(cast.service.post(path, &cast.platform.key, &form).await.problem(422), code);
        };
        refused(&|f| f["n"] = 2.into(), "relisting.no_such_listing").await;
        refused(&|f| f["site"] = "jd".into(), "relisting.site").await;
        refused(&|f| f["item_id"] = "x".into(), "relisting.item_id").await;
        refused(&|f| f["shop"] = " ".into(), "relisting.shop").await;
        let jd = Platform::connect(&cast.service, "jingdong", &["jd"]).await;
        assert_eq!(cast.service.post(path, &jd.key, &again).await.problem(404), "not_found");

        cast.judge(&cast.examiner, &id, ("lift", &json!({ "lines": [1], "reason": "manifest_evidence", "text": "许可合同有效" }))).await.expect(201);
        let lift = cast.platform.wait_for(2).await[1].clone();
        let late = json!({ "dispatch": takedown.id, "n": 1, "item_id": "100000000041" });
        assert_eq!(cast.service.post(path, &cast.platform.key, &late).await.expect(200)["result"], "no_measure");
        let no_takedown = json!({ "dispatch": lift.id, "n": 1, "item_id": "100000000041" });
        assert_eq!(cast.service.post(path, &cast.platform.key, &no_takedown).await.problem(422), "relisting.no_takedown");
        cast.ends_sound().await;
    }
}
