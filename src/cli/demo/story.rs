//! The story of the demonstration, told in calls.

use std::time::Instant;

use anyhow::Context;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::calls::Calls;
use super::notices::{CUP, Files, JUICER, LAMP, Right, notice, notice_by, right};
use super::receiver::{Message, Receiver};
use crate::clock::Clock;
use crate::domain::calendar::{end_of_day, shanghai_date};

/// Who does what.
struct Cast {
    admin: String,
    holder: String,
    examiners: [String; 2],
    /// Two platforms: one forwards statements itself, the other mandated the centre.
    platforms: [String; 2],
}

/// Who forwards sellers' statements on a platform; the site of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forwarding {
    /// The platform itself.
    Platform,
    /// The centre, in its name.
    Centre,
}

/// The demonstration under way.
pub(super) struct Telling<'a> {
    pub(super) calls: &'a Calls,
    receiver: &'a Receiver,
    clock: &'a Clock,
    cast: Cast,
    /// Messages the platform got so far.
    received: usize,
    /// Complaints filed so far: their idempotency keys and items.
    filed: usize,
    /// On which of the platforms the story plays.
    on: Forwarding,
    /// The lamp's right, once it is verified.
    right: Option<Value>,
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn act(title: &str) {
    println!("\n{title}");
}

pub(super) fn say(line: &str) {
    println!("    {line}");
}

/// The tour: a handful of complaints and what becomes of them.
pub(super) async fn tour(t: &mut Telling<'_>) -> anyhow::Result<()> {
    let lamp = t.files(&LAMP).await?;

    act("1. a clean design report · 外观设计，评价报告未发现缺陷");
    let first = t.clean_design(&lamp).await?;

    act("2. the report is compared with the patent office's copy by two people, standing is verified · 两人核对报告副本，核实权利主体");
    let right = t.prove(&lamp, &first).await?;

    act("3. straight-through policy on · 启用直通规则");
    t.switch_automation(true).await?;

    act("4. the same item listed again after it was upheld · 判定成立后同一商品重新上架");
    t.relisting(&right, &first).await?;

    act("5. the same report again, another item · 同一报告，另一商品，直通");
    let automatic = t.straight_through(&right).await?;

    act("6. a partly negative utility-model report · 实用新型，评价报告部分否定");
    t.partly_negative().await?;

    act("7. a forged number · 专利号校验位不符");
    t.forged_number(&lamp).await?;

    act("8. a scanned image · 扫描件");
    t.scanned().await?;

    act("9. a lift · 撤回通知，解除措施");
    t.lift(&automatic).await?;
    t.switch_automation(false).await
}

/// Makes an account; answers its key.
async fn account(calls: &Calls, admin: &str, form: Value) -> anyhow::Result<String> {
    let made = calls.post("/v1/admin/accounts", admin, &form).await?.expect(201)?;
    let id = text(&made["id"]);
    let key = calls.post(&format!("/v1/admin/accounts/{id}/keys"), admin, &json!({})).await?.expect(201)?;
    Ok(text(&key["key"]))
}

async fn cast(calls: &Calls, receiver: &Receiver, admin: &str) -> anyhow::Result<Cast> {
    let mut platforms = Vec::new();
    for (code, name, site, forwarding) in
        [("demo-mall", "演示商城", "taobao", "platform"), ("demo-market", "演示集市", "tmall", "centre_as_agent")]
    {
        let form = json!({ "code": code, "name": name, "sites": [site], "forwarding": forwarding });
        calls.post("/v1/admin/platforms", admin, &form).await?.expect(201)?;
        let endpoint = json!({ "url": receiver.url });
        let endpoint = calls.post(&format!("/v1/admin/platforms/{code}/endpoints"), admin, &endpoint).await?.expect(201)?;
        receiver.add_secret(&text(&endpoint["secret"]))?;
        platforms.push(account(calls, admin, json!({ "role": "platform", "name": name, "platform": code })).await?);
    }
    let platforms = platforms.try_into().map_err(|_| anyhow::anyhow!("there are two platforms"))?;
    // Before a sale decisions take two examiners: the stories are the same on every day.
    let rule = json!({ "sellers_max": 5, "sales": [] });
    calls.put("/v1/admin/four-eyes", admin, &rule).await?.expect(200)?;
    let holder = account(calls, admin, json!({ "role": "complainant", "name": LAMP.holder })).await?;
    let one = account(calls, admin, json!({ "role": "examiner", "name": "examiner one" })).await?;
    let two = account(calls, admin, json!({ "role": "examiner", "name": "examiner two" })).await?;
    Ok(Cast { admin: admin.to_owned(), holder, examiners: [one, two], platforms })
}

impl<'a> Telling<'a> {
    /// Accounts, a platform and its endpoint.
    pub(super) async fn begin((calls, receiver, clock): (&'a Calls, &'a Receiver, &'a Clock), admin: &str) -> anyhow::Result<Self> {
        act("0. accounts, a platform and its endpoint · 账户、平台与推送地址");
        let cast = cast(calls, receiver, admin).await?;
        Ok(Telling { calls, receiver, clock, cast, received: 0, filed: 0, on: Forwarding::Platform, right: None })
    }

    /// The keys to go on with.
    pub(super) fn keys(self) -> Vec<(&'static str, String)> {
        let ([examiner, _], [platform, _]) = (self.cast.examiners, self.cast.platforms);
        vec![("admin", self.cast.admin), ("complainant", self.cast.holder), ("examiner", examiner), ("platform", platform)]
    }

    pub(super) fn holder(&self) -> String {
        self.cast.holder.clone()
    }

    pub(super) fn examiners(&self) -> [String; 2] {
        self.cast.examiners.clone()
    }

    pub(super) fn platform(&self) -> String {
        let [itself, mandated] = &self.cast.platforms;
        if self.on == Forwarding::Platform { itself.clone() } else { mandated.clone() }
    }

    /// The story plays on the platform where statements are forwarded so.
    pub(super) fn plays_where(&mut self, forwards: Forwarding) {
        self.on = forwards;
    }

    /// The address of an item on that platform.
    pub(super) fn address(&self, item: &str) -> String {
        let host = if self.on == Forwarding::Platform { "item.taobao.com" } else { "detail.tmall.com" };
        format!("https://{host}/item.htm?id={item}")
    }

    /// The lamp's right, once it is verified.
    pub(super) fn right(&self) -> Option<Value> {
        self.right.clone()
    }

    /// The day in Shanghai.
    pub(super) fn today(&self) -> Date {
        shanghai_date(self.clock.now())
    }

    /// Time passes until 00:00 of the day after `last`, in Shanghai.
    pub(super) fn until_after(&self, last: Date) {
        let seconds = end_of_day(last).as_second() - self.clock.now().as_second();
        self.clock.advance(seconds + 1);
        say(&format!("time passes: it is {}, 00:00 · 时间推移", self.today()));
    }

    /// An item nobody complained of yet.
    pub(super) fn next_item(&self) -> String {
        format!("71000{:07}", self.filed + 1)
    }

    pub(super) async fn files(&self, right: &Right) -> anyhow::Result<Files> {
        let key = &self.cast.holder;
        let document = |name: &str| format!("%PDF-1.4 {name} of {}", right.number).into_bytes();
        Ok(Files {
            report: self.calls.deposit(key, right.report).await?,
            grant: self.calls.deposit(key, &document("grant publication")).await?,
            certificate: self.calls.deposit(key, &document("certificate")).await?,
            identity: self.calls.deposit(key, &document("identity")).await?,
        })
    }

    pub(super) async fn file(&mut self, notice: &Value) -> anyhow::Result<Value> {
        self.filed += 1;
        let once = format!("demo-{}", self.filed);
        let filed = self.calls.post_once("/v1/complaints", &self.cast.holder, (&once, notice)).await?.expect(201)?;
        say(&format!(
            "{}: state {}, track {}, report {}",
            text(&filed["reference"]),
            text(&filed["state"]),
            text(&filed["track"]),
            text(&filed["overall"])
        ));
        for finding in filed["findings"].as_array().into_iter().flatten().filter(|f| f["result"] != "pass") {
            say(&format!(
                "  {} {}: {} · {}",
                text(&finding["check"]),
                text(&finding["result"]),
                text(&finding["message"]),
                text(&finding["message_zh"])
            ));
        }
        for criterion in filed["criteria"].as_array().into_iter().flatten().filter(|c| c["met"] == true) {
            say(&format!("  complex because of {}", text(&criterion["code"])));
        }
        Ok(filed)
    }

    /// The next message of the platform, acknowledged as platforms do.
    pub(super) async fn arrival(&mut self, since: Instant, done: &str) -> anyhow::Result<Message> {
        let message = self.receiver.message(self.received).await?;
        self.received += 1;
        let basis = text(&message.body["listings"][0]["basis"]);
        say(&format!(
            "platform received {} ({basis}), signature right, {:.1} ms after the call",
            text(&message.body["type"]),
            (message.at - since).as_secs_f64() * 1e3
        ));
        let lines = json!({ "lines": [{ "n": 1, "step": "received" }, { "n": 1, "step": "accepted" }, { "n": 1, "step": done }] });
        let path = format!("/v1/platform/dispatches/{}/acknowledgements", message.id);
        self.calls.post(&path, &self.platform(), &lines).await?.expect(200)?;
        Ok(message)
    }

    /// The next message of the platform, which asks nothing to be done to a listing.
    pub(super) async fn told(&mut self) -> anyhow::Result<Message> {
        let message = self.receiver.message(self.received).await?;
        self.received += 1;
        say(&format!("platform received {}", text(&message.body["type"])));
        Ok(message)
    }

    /// The next message of the platform asks it to tell the sellers.
    pub(super) async fn hearing(&mut self) -> anyhow::Result<Message> {
        let message = self.told().await?;
        say(&format!("the seller has until {} to answer", text(&message.body["hearing"]["answer_by"])));
        Ok(message)
    }

    pub(super) async fn measure(&self, id: &Value) -> anyhow::Result<()> {
        let seen = self.calls.get(&format!("/v1/complaints/{}", text(id)), &self.cast.holder).await?.expect(200)?;
        say(&format!("the complainant sees: {} / {}", text(&seen["listings"][0]["determination"]), text(&seen["listings"][0]["measure"])));
        Ok(())
    }

    pub(super) async fn put_register(&self, right: &Right) -> anyhow::Result<()> {
        let today = self.today();
        let entry = json!({
            "status": "in_force", "holder": right.holder, "title": right.title, "filed_on": right.dates.0, "granted_on": right.dates.1,
            "text_version": { "version": "granted" }, "as_of": today, "source": "专利登记簿副本", "invalidation_pending": false,
        });
        let [examiner, _] = &self.cast.examiners;
        self.calls.put(&format!("/v1/admin/patents/{}", right.number), examiner, &entry).await?.expect(200)?;
        Ok(())
    }

    async fn clean_design(&mut self, files: &Files) -> anyhow::Result<Value> {
        self.put_register(&LAMP).await?;
        let filed = self.file(&notice(&LAMP, files, ("1", "637790875524"))).await?;
        let [examiner, _] = self.cast.examiners.clone();
        self.calls.post("/v1/admin/queue/claims", &examiner, &json!({ "track": "simple" })).await?.expect(201)?;
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        let since = Instant::now();
        let path = format!("/v1/admin/complaints/{}/decision", text(&filed["id"]));
        let decided = self.calls.post_if(&path, &examiner, (&filed["version"], &decision)).await?.expect(201)?;
        self.arrival(since, "applied").await?;
        self.measure(&filed["id"]).await?;
        Ok(decided)
    }

    pub(super) async fn prove(&mut self, files: &Files, complaint: &Value) -> anyhow::Result<Value> {
        let path = format!("/v1/admin/complaints/{}", text(&complaint["id"]));
        let form = json!({ "level": "B", "evidence": "与国家知识产权局出具的副本核对一致（回执 2026-118）" });
        for (n, examiner) in self.cast.examiners.iter().enumerate() {
            let shown = self.calls.act((&path, "authenticity"), examiner, &form).await?.expect(201)?;
            let grants = shown["authenticity"].as_array().context("grants")?;
            let counts = grants.iter().any(|g| g["counts"] == true);
            say(&format!("person {}: level B {}", n + 1, if counts { "counts now" } else { "waits for a second person" }));
        }
        let [examiner, _] = &self.cast.examiners;
        let deposited = self.calls.post("/v1/rights", &self.cast.holder, &right(&LAMP, files)).await?.expect(201)?;
        let path = format!("/v1/admin/rights/{}", text(&deposited["id"]));
        for part in ["identity", "standing", "documents"] {
            let found = json!({ "part": part, "result": "verified", "evidence": "营业执照与专利登记簿副本一致" });
            self.calls.act((&path, "verification"), examiner, &found).await?.expect(201)?;
        }
        say("identity, standing and documents are verified once; complaints name the right from now on");
        self.right = Some(deposited["id"].clone());
        Ok(deposited["id"].clone())
    }

    pub(super) async fn switch_automation(&self, on: bool) -> anyhow::Result<()> {
        let active = self.calls.get("/v1/admin/policies/0", &self.cast.admin).await?.expect(200)?;
        let mut policy = active["policy"].clone();
        policy["automation"] = json!({ "verified_notice": on, "prior_determination": on });
        let stored = self.calls.post("/v1/admin/policies", &self.cast.admin, &policy).await?.expect(201)?;
        let path = format!("/v1/admin/policies/{}", stored["version"]);
        self.calls.act((&path, "activation"), &self.cast.admin, &json!({})).await?.expect(201)?;
        Ok(())
    }

    async fn relisting(&mut self, right: &Value, first: &Value) -> anyhow::Result<()> {
        let mut again = notice_by(right, &LAMP, ("1", "637790875524"));
        again["relisting_of"] = first["reference"].clone();
        let since = Instant::now();
        self.file(&again).await?;
        self.arrival(since, "applied").await?;
        Ok(())
    }

    async fn straight_through(&mut self, right: &Value) -> anyhow::Result<Value> {
        let since = Instant::now();
        let filed = self.file(&notice_by(right, &LAMP, ("1", "700000000001"))).await?;
        self.arrival(since, "applied").await?;
        self.measure(&filed["id"]).await?;
        Ok(filed)
    }

    async fn partly_negative(&mut self) -> anyhow::Result<()> {
        let files = self.files(&JUICER).await?;
        self.put_register(&JUICER).await?;
        self.file(&notice(&JUICER, &files, ("1", "700000000002"))).await?;
        self.hearing().await?;
        say("negative is not a refusal: an examiner decides");
        Ok(())
    }

    async fn forged_number(&mut self, files: &Files) -> anyhow::Result<()> {
        let mut forged = notice(&LAMP, files, ("1", "700000000003"));
        forged["patent"]["number"] = "ZL202330271846.5".into();
        let answer = self.calls.post_once("/v1/complaints", &self.cast.holder, ("demo-forged", &forged)).await?.expect(422)?;
        let problem = &answer["problems"][0];
        say(&format!("{} {}: {}", text(&problem["pointer"]), text(&problem["code"]), text(&problem["message"])));
        Ok(())
    }

    async fn scanned(&mut self) -> anyhow::Result<()> {
        let files = self.files(&CUP).await?;
        self.put_register(&CUP).await?;
        self.file(&notice(&CUP, &files, ("1", "700000000004"))).await?;
        self.hearing().await?;
        say("nothing is concluded from a picture: an examiner looks at it");
        Ok(())
    }

    async fn lift(&mut self, complaint: &Value) -> anyhow::Result<()> {
        let since = Instant::now();
        let path = format!("/v1/complaints/{}/withdrawal", text(&complaint["id"]));
        self.calls.post(&path, &self.cast.holder, &json!({ "reason": "settled" })).await?.expect(201)?;
        self.arrival(since, "lifted").await?;
        self.measure(&complaint["id"]).await?;
        Ok(())
    }
}
