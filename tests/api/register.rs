//! The patent register: a change reaches every complaint on the patent that is under way, an examiner is
//! told why, and a measure is lifted only when nothing asserted carries it any more.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, Right, SHELF, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// A service with a platform, a complainant and an examiner.
pub struct Scene {
    pub service: Service,
    pub platform: Platform,
    pub holder: String,
    pub examiner: String,
}

impl Scene {
    pub async fn open(engine: Engine) -> Self {
        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        Scene { service, platform, holder, examiner }
    }

    /// Puts an entry that differs in these fields from that of a right in force.
    pub async fn put(&self, right: &Right, differs: Value) -> Value {
        let mut entry = register(right);
        for (field, value) in differs.as_object().unwrap() {
            entry[field] = value.clone();
        }
        self.service.put(&format!("/v1/admin/patents/{}", right.number), &self.examiner, &entry).await.expect(200)
    }

    /// A complaint about these items, decided with a takedown for each; answers its id.
    pub async fn taken_down(&self, right: &Right, items: &[&str]) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let key = format!("taken-down-{}", NEXT.fetch_add(1, Ordering::SeqCst));
        let files = Deposited::alone(&self.service, &self.holder, right).await;
        let filed = self.service.file(&self.holder, (&key, &notice(right, &files, items))).await.expect(201);
        let id = filed["id"].as_str().unwrap().to_owned();
        let line = |n: usize| json!({ "line": n, "determination": "infringing", "takedown": true, "reasons": ["same_design"] });
        let decision = json!({ "lines": (1..=items.len()).map(line).collect::<Vec<_>>() });
        let path = format!("/v1/admin/complaints/{id}/decision");
        self.service.post_if(&path, &self.examiner, (&filed["version"], &decision)).await.expect(201);
        id
    }

    /// Waits until the complaint came back for this reason.
    pub async fn came_back(&self, id: &str, code: &str) -> Value {
        let queued = |queue: &Value| {
            let rows = queue["items"].as_array().unwrap();
            rows.iter().any(|r| r["id"] == id && r["reopened"].as_array().is_some_and(|c| c.iter().any(|c| c == code)))
        };
        self.service.until(("/v1/admin/queue", &self.examiner), queued).await;
        self.service.get(&format!("/v1/admin/complaints/{id}"), &self.examiner).await.expect(200)
    }

    /// An examiner looks at it and leaves it as it is.
    pub async fn stays(&self, id: &str) -> Value {
        let shown = self.service.get(&format!("/v1/admin/complaints/{id}"), &self.examiner).await.expect(200);
        let path = format!("/v1/admin/complaints/{id}/reconsideration");
        let stays = json!({ "text": "已核对，维持" });
        self.service.post_if(&path, &self.examiner, (&shown["version"], &stays)).await.expect(201)
    }

    pub fn lifts(&self) -> usize {
        self.platform.messages().iter().filter(|r| r.body["type"] == "lift.decided").count()
    }

    /// Waits until so many lifts came.
    pub async fn wait_for_lifts(&self, n: usize) {
        let mut seen = n;
        while self.lifts() < n {
            seen = self.platform.wait_for(seen + 1).await.len();
        }
    }
}

pub fn finding<'a>(complaint: &'a Value, check: &str) -> &'a Value {
    complaint["findings"].as_array().unwrap().iter().find(|f| f["check"] == check).unwrap()
}

on_both_databases! {
    /// One patent's life under a measure: another holder, another text, an item gone, the item back.
    async fn a_measure_outlives_what_does_not_touch_it(engine: Engine) {
        let mut at = Scene::open(engine).await;
        at.put(&LAMP, json!({ "items_in_force": ["1", "2"] })).await;
        let id = at.taken_down(&LAMP, &["100000000001", "100000000002"]).await;
        at.platform.wait_for(1).await;

        let put = at.put(&LAMP, json!({ "items_in_force": ["1", "2"] })).await;
        assert_eq!((&put["version"], put.get("changes")), (&1.into(), None), "what is known is no new version");

        let put = at.put(&LAMP, json!({ "items_in_force": ["1", "2"], "holder": "宁波新主人有限公司" })).await;
        assert_eq!((&put["version"], &put["changes"]), (&2.into(), &json!(["holder_changed"])));
        let shown = at.came_back(&id, "register.holder_changed").await;
        assert_eq!(shown["listings"][0]["measure"], "requested");
        assert_eq!(finding(&shown, "report.identity")["result"], "unknown");
        let stays = at.stays(&id).await;
        assert_eq!((&stays["reopened"], &stays["state"]), (&Value::Null, &"decided".into()));
        let queue = at.service.get("/v1/admin/queue", &at.examiner).await.expect(200);
        assert_eq!(queue["items"], json!([]), "an examiner has looked at it");

        let decision = json!({ "version": "decision", "number": "561234" });
        at.put(&LAMP, json!({ "items_in_force": ["1", "2"], "text_version": decision })).await;
        let shown = at.came_back(&id, "register.amended").await;
        assert_eq!(shown["listings"][0]["measure"], "requested", "an amended text lifts nothing by itself");
        assert_eq!(finding(&shown, "report.text")["code"], "report.text_amended");
        assert_eq!(finding(&shown, "report.verdict")["result"], "unknown", "old verdicts do not speak of the new text");
        assert_eq!(at.lifts(), 0);

        let put = at.put(&LAMP, json!({ "items_in_force": ["2"], "text_version": decision })).await;
        assert_eq!(put["changes"], json!(["invalidated_in_part"]));
        let shown = at.came_back(&id, "register.invalidated_in_part").await;
        assert_eq!(shown["listings"][0]["measure"], "lift_requested", "no asserted item is left");
        let received = at.platform.wait_for(2).await;
        let lift = &received[1].body;
        assert_eq!((&lift["type"], lift["listings"].as_array().unwrap().len()), (&"lift.decided".into(), 2), "{lift:#}");
        assert!(lift.to_string().contains("patent_not_in_force"), "{lift:#}");

        at.put(&LAMP, json!({ "items_in_force": ["1", "2"] })).await;
        let shown = at.came_back(&id, "register.decision_revoked").await;
        assert_eq!(shown["listings"][0]["measure"], "lift_requested", "nothing is taken down again without a person");

        let versions = at.service.get(&format!("/v1/admin/patents/{}/versions", LAMP.number), &at.examiner).await.expect(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), 5);
        let log = at.service.get(&format!("/v1/complaints/{id}/log"), &at.holder).await.expect(200);
        let kinds: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).skip(5).collect();
        let told = ["reopened", "examined"];
        assert_eq!(kinds, [&told[..], &["reconsidered"], &told, &told, &["lift_decided"], &told].concat());
        assert_eq!(log["items"][5]["actor"], "system");
        assert!(at.service.terminate());
        let audit = at.service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }

    /// Nobody tells the service that a term is over: the day does, for what is open and for what was decided.
    async fn a_term_ends_by_its_date_alone(engine: Engine) {
        let mut at = Scene::open(engine).await;
        at.service.set_shanghai_time("2038-05-08 10:00:00");
        at.put(&LAMP, json!({ "as_of": "2038-05-08" })).await;
        let decided = at.taken_down(&LAMP, &["100000000001"]).await;
        at.platform.wait_for(1).await;
        assert_eq!(at.platform.messages()[0].body["patent"]["last_day_of_term"], "2038-05-09");
        let files = Deposited::alone(&at.service, &at.holder, &LAMP).await;
        let open = at.service.file(&at.holder, ("open", &notice(&LAMP, &files, &["100000000002"]))).await.expect(201);
        assert_eq!((&open["state"], &open["track"]), (&"accepted".into(), &"simple".into()), "{open:#}");
        let gone = at.service.file(&at.holder, ("gone", &notice(&LAMP, &files, &["100000000003"]))).await.expect(201);
        let gone = gone["id"].as_str().unwrap();
        at.service.post(&format!("/v1/complaints/{gone}/withdrawal"), &at.holder, &json!({ "reason": "settled" })).await.expect(201);

        at.service.set_shanghai_time("2038-05-10 00:00:00");
        let shown = at.came_back(&decided, "patent.term_ended").await;
        assert_eq!(shown["reopened"]["why"], json!({ "kind": "term_ended", "last_day": "2038-05-09" }));
        assert_eq!((&shown["listings"][0]["measure"], &finding(&shown, "patent.in_force")["code"]), (&"lift_requested".into(), &"patent.expired".into()));
        let received = at.platform.wait_for(2).await;
        let lift = received[1].body.to_string();
        assert!(lift.contains("lift.decided") && lift.contains("patent_not_in_force"), "{lift}");
        let open = open["id"].as_str().unwrap();
        let shown = at.came_back(open, "patent.term_ended").await;
        assert_eq!((&shown["track"], &shown["overall"]), (&"complex".into(), &"unusable".into()));

        let stays = at.stays(&decided).await;
        assert_eq!(stays["reopened"], Value::Null);
        // A day on, after another term was asked about, nothing is told twice.
        at.service.days_pass(1);
        at.put(&SHELF, json!({ "as_of": "2037-07-01" })).await;
        for (id, times) in [(decided.as_str(), 1), (open, 1), (gone, 0)] {
            let log = at.service.get(&format!("/v1/complaints/{id}/log"), &at.holder).await.expect(200);
            let told: Vec<&Value> = log["items"].as_array().unwrap().iter().filter(|e| e["type"] == "reopened").collect();
            assert_eq!(told.len(), times, "{log:#}");
            assert!(told.iter().all(|e| e["at"].as_str().unwrap() >= "2038-05-09T16:00:00"), "before the day was over: {log:#}");
        }
        assert!(at.service.terminate());
        let audit = at.service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }

    /// A fee overdue ends nothing; lapsed, restored and invalidated do what they say.
    async fn a_right_that_ends_takes_its_measures_along(engine: Engine) {
        let at = Scene::open(engine).await;
        at.put(&SHELF, json!({})).await;
        let first = at.taken_down(&SHELF, &["100000000001"]).await;
        let open = {
            let files = Deposited::alone(&at.service, &at.holder, &SHELF).await;
            at.service.file(&at.holder, ("open", &notice(&SHELF, &files, &["100000000009"]))).await.expect(201)
        };
        assert_eq!(open["track"], "simple");
        let put = at.put(&SHELF, json!({ "status": "fee_grace" })).await;
        assert_eq!(put.get("changes"), None);
        at.put(&SHELF, json!({ "status": "lapsed_restorable" })).await;
        at.came_back(&first, "register.lapsed").await;
        at.wait_for_lifts(1).await;
        let shown = at.came_back(open["id"].as_str().unwrap(), "register.lapsed").await;
        assert_eq!((&shown["track"], &shown["overall"]), (&"complex".into(), &"unusable".into()), "a pending complaint is triaged again");

        at.put(&SHELF, json!({})).await;
        at.came_back(&first, "register.restored").await;
        let second = at.taken_down(&SHELF, &["100000000001"]).await;
        at.put(&SHELF, json!({ "status": "invalidated" })).await;
        at.came_back(&second, "register.invalidated").await;
        at.wait_for_lifts(2).await;
        let first = at.service.get(&format!("/v1/admin/complaints/{first}"), &at.examiner).await.expect(200);
        assert_eq!(first["reopened"]["why"]["changes"], json!(["restored"]), "what has no measure does not hear of its end again");

        let mut old = register(&SHELF);
        old["as_of"] = "2026-01-01".into();
        let refused = at.service.put(&format!("/v1/admin/patents/{}", SHELF.number), &at.examiner, &old).await;
        assert_eq!(refused.problem(409), "register.older");
        assert_eq!(at.lifts(), 2);
    }

    /// The power goes between the register's answer and the complaints: they hear of it all the same, once.
    async fn a_change_is_not_lost_in_a_crash(engine: Engine) {
        let mut at = Scene::open(engine).await;
        at.put(&LAMP, json!({})).await;
        let id = at.taken_down(&LAMP, &["100000000001"]).await;
        at.platform.wait_for(1).await;
        at.put(&LAMP, json!({ "status": "expired" })).await;
        at.service.kill();
        at.service.spawn().await;
        at.came_back(&id, "register.expired").await;
        assert_eq!(at.platform.wait_for(2).await[1].body["type"], "lift.decided");
        // The second pass, for complaints that were on their way in, finds it told.
        at.service.set_time(at.service.now() + jiff::SignedDuration::from_secs(11));
        at.put(&LAMP, json!({ "status": "expired", "source": "国家知识产权局公告" })).await;
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        let log = at.service.get(&format!("/v1/complaints/{id}/log"), &at.holder).await.expect(200);
        let told = log["items"].as_array().unwrap().iter().filter(|e| e["type"] == "reopened").count();
        assert_eq!((told, at.lifts()), (1, 1));
    }
}
