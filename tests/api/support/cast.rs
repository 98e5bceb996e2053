//! Everybody a story of both sides needs: a holder, two examiners, a platform, and a takedown in force.

use serde_json::{Value, json};

use super::notices::{Deposited, JUICER, LAMP, Right, notice, register};
use super::platform::{Platform, Received};
use super::{Engine, Service};

/// The cast.
pub struct Cast {
    pub service: Service,
    pub platform: Platform,
    pub holder: String,
    pub examiner: String,
    pub second: String,
    filed: std::sync::atomic::AtomicU32,
}

impl Cast {
    /// A service whose time is `at` in Shanghai, and a platform that mandated the centre to forward or not.
    pub async fn at(engine: Engine, at: &str, forwarding: &str) -> Self {
        Self::with(engine, (at, forwarding), &[]).await
    }

    /// The same with further settings of the service.
    pub async fn with(engine: Engine, (at, forwarding): (&str, &str), settings: &[(&str, &str)]) -> Self {
        let service = Service::start_with(engine, settings).await;
        service.set_shanghai_time(at);
        let platform = Platform::connect_as(&service, "ali", (&["taobao", "tmall"], forwarding)).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let (_, second) = service.account("examiner", None).await;
        Cast { service, platform, holder, examiner, second, filed: Default::default() }
    }

    /// Files a complaint of the holder about these items; the register has the right in force.
    pub async fn files(&self, right: &Right, items: &[&str]) -> Value {
        self.files_as(right, items, |_| {}).await
    }

    /// A complaint by equivalents: complex.
    pub async fn files_complex(&self, items: &[&str]) -> Value {
        self.files_as(&JUICER, items, |form| {
            form["accused_products"][0]["comparison"]["features"][0]["correspondence"] = "equivalent".into();
        })
        .await
    }

    /// A complaint that asserts only what the report found defective.
    pub async fn files_negative(&self, items: &[&str]) -> Value {
        self.files_as(&JUICER, items, |form| {
            form["asserted_items"] = json!(["1"]);
            form["accused_products"][0]["comparison"]["features"][0]["item"] = "1".into();
        })
        .await
    }

    /// The register has the right in force today.
    pub async fn knows(&self, right: &Right) {
        let mut entry = register(right);
        entry["as_of"] = self.service.today().to_string().into();
        self.service.put(&format!("/v1/admin/patents/{}", right.number), &self.examiner, &entry).await.expect(200);
    }

    /// Files a complaint as it is edited.
    pub async fn files_as(&self, right: &Right, items: &[&str], edit: impl Fn(&mut Value)) -> Value {
        self.knows(right).await;
        let files = Deposited::of(&self.service, &self.holder, right).await;
        let n = self.filed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let mut form = notice(right, &files, items);
        form["truth_guarantee"]["signed_on"] = self.service.today().to_string().into();
        form["alleged_act_on"] = self.service.today().to_string().into();
        edit(&mut form);
        self.service.file(&self.holder, (&format!("cast-{n}"), &form)).await.expect(201)
    }

    /// A complaint about one item that was taken down and applied; its id and the dispatch.
    pub async fn taken_down(&self, item: &str) -> (String, Received) {
        let before = self.platform.messages().len();
        let filed = self.files(&LAMP, &[item]).await;
        let id = filed["id"].as_str().unwrap().to_owned();
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        self.judge(&self.examiner, &id, ("decision", &decision)).await.expect(201);
        let takedown = self.platform.wait_for(before + 1).await[before].clone();
        self.acknowledge(&takedown, "applied").await;
        (id, takedown)
    }

    pub async fn acknowledge(&self, dispatch: &Received, step: &str) {
        let done = json!({ "lines": [{ "n": 1, "step": step }] });
        let path = format!("/v1/platform/dispatches/{}/acknowledgements", dispatch.id);
        self.service.post(&path, &self.platform.key, &done).await.expect(200);
    }

    /// Access for the seller of the first listing of a dispatch: its token.
    pub async fn seller(&self, dispatch: &Received, identified: bool) -> String {
        let path = format!("/v1/platform/dispatches/{}/seller-access", dispatch.id);
        let form = json!({ "listings": [1], "identified": identified });
        let made = self.service.post(&path, &self.platform.key, &form).await.expect(201);
        made["token"].as_str().unwrap().to_owned()
    }

    /// A statement whole in form.
    pub async fn statement(&self, seller: &str, ground: &str) -> Value {
        let request = self.service.request("POST", "/v1/seller/files", seller).header("content-type", "application/octet-stream");
        let file = self.service.send(request.body(format!("%PDF-1.4 evidence of {ground}"))).await.expect(201);
        json!({
            "grounds": [ground], "text": "我方产品在申请日前已公开销售", "evidence": [file["id"]],
            "seller": { "name": "义乌市某百货店", "id_kind": "uscc", "id_number": "92330782MA2BBBBB2Y", "email": "shop@seller.example" },
            "truth_guarantee": { "accepted": true, "signed_by": "李某", "signed_on": self.service.today().to_string() },
        })
    }

    /// A file of an account.
    pub async fn file(&self, key: &str, name: &str) -> String {
        self.service.deposit_bytes(key, format!("%PDF-1.4 {name}").into_bytes()).await
    }

    /// An act of judgement on a complaint as it is now.
    pub async fn judge(&self, examiner: &str, id: &str, (act, form): (&str, &Value)) -> super::service::Answer {
        loop {
            let shown = self.service.get(&format!("/v1/admin/complaints/{id}"), examiner).await.expect(200);
            let answer = self.service.post_if(&format!("/v1/admin/complaints/{id}/{act}"), examiner, (&shown["version"], form)).await;
            // What the service does by itself may come between; whoever judges looks again.
            if answer.body["code"] != "complaint.changed" {
                return answer;
            }
        }
    }

    /// What a court or authority did, with its document.
    pub async fn authority(&self, id: &str, act: &str, authority: &str) -> Value {
        let file = self.file(&self.examiner, &format!("{act} of {authority}")).await;
        let form = json!({
            "act": act, "kind": "judgment", "number": "(2026)浙02民初118号", "authority": authority,
            "issued_on": self.service.today().to_string(), "file": file, "binds_platforms": ["ali"],
        });
        self.service.post(&format!("/v1/admin/complaints/{id}/authority-acts"), &self.examiner, &form).await.expect(201)
    }

    pub async fn shown(&self, id: &str) -> Value {
        self.service.get(&format!("/v1/complaints/{id}"), &self.holder).await.expect(200)
    }

    /// Types of the events of a complaint.
    pub async fn log(&self, id: &str) -> Vec<String> {
        let log = self.service.get(&format!("/v1/complaints/{id}/log"), &self.holder).await.expect(200);
        log["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The deadline of a clock, the last one.
    pub async fn deadline(&self, id: &str, clock: &str) -> Value {
        let all = self.service.get(&format!("/v1/complaints/{id}/deadlines"), &self.holder).await.expect(200);
        let found = all["items"].as_array().unwrap().iter().rfind(|d| d["clock"] == clock);
        found.unwrap_or_else(|| panic!("no {clock} in {all:#}")).clone()
    }

    /// The end: the log is sound.
    pub async fn ends_sound(mut self) {
        assert!(self.service.terminate());
        let audit = self.service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}
