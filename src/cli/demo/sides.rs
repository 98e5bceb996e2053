//! The stories of both sides: each is one complaint from its filing to one outcome.

use std::time::Instant;

use anyhow::Context;
use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::notices::{Files, JUICER, LAMP, Right, names_right, notice};
use super::receiver::Message;
use super::story::{Forwarding, Telling, act, say, text};

type Told = anyhow::Result<()>;

/// Days after which what was decided is final, whatever its last day falls on.
const FINAL_DAYS: i64 = 60;

/// The body of a decision on the first listing.
fn decision(determination: &str, reason: &str) -> Value {
    json!({ "lines": [{ "line": 1, "determination": determination, "takedown": determination == "infringing", "reasons": [reason] }] })
}

impl Telling<'_> {
    /// Files a complaint about an item nobody complained of yet.
    async fn complains(&mut self, right: &Right, asserted: &str) -> anyhow::Result<Value> {
        act("the complaint · 投诉");
        self.put_register(right).await?;
        let files = self.files(right).await?;
        let form = self.notice(right, &files, asserted);
        self.file(&form).await
    }

    /// A notice about an item nobody complained of yet, on the platform where the story plays.
    fn notice(&self, right: &Right, files: &Files, asserted: &str) -> Value {
        let item = self.next_item();
        let mut form = notice(right, files, (asserted, &item));
        form["accused_products"][0]["listings"][0]["url"] = self.address(&item).into();
        form["truth_guarantee"]["signed_on"] = self.today().to_string().into();
        form
    }

    /// An act of an examiner on a complaint as it is now.
    async fn judges(&self, examiner: &str, complaint: &Value, (what, form): (&str, &Value)) -> anyhow::Result<Value> {
        let path = format!("/v1/admin/complaints/{}", text(&complaint["id"]));
        let now = self.calls.get(&path, examiner).await?.expect(200)?;
        self.calls.post_if(&format!("{path}/{what}"), examiner, (&now["version"], form)).await?.expect(201)
    }

    /// A complaint that was decided and taken down; with the message to the platform.
    async fn taken_down(&mut self) -> anyhow::Result<(Value, Message)> {
        let filed = self.complains(&LAMP, "1").await?;
        let [examiner, _] = self.examiners();
        let since = Instant::now();
        self.judges(&examiner, &filed, ("decision", &decision("infringing", "same_design"))).await?;
        let takedown = self.arrival(since, "applied").await?;
        Ok((filed, takedown))
    }

    /// What one examiner proposes and another confirms; answers the message to the platform.
    async fn confirmed(&mut self, complaint: &Value, form: &Value) -> anyhow::Result<Message> {
        let [first, second] = self.examiners();
        let proposed = self.judges(&first, complaint, ("decision", form)).await?;
        say(&format!("it takes two: {}; nothing is sent yet", text(&proposed["proposed"]["rules"][0]["rule"])));
        let since = Instant::now();
        self.judges(&second, complaint, ("decision-confirmation", &json!({}))).await?;
        self.arrival(since, "applied").await
    }

    /// The platform makes the seller its access.
    async fn seller(&self, dispatch: &Message) -> anyhow::Result<String> {
        act("the seller · 平台内经营者");
        let path = format!("/v1/platform/dispatches/{}/seller-access", dispatch.id);
        let made = self.calls.post(&path, &self.platform(), &json!({ "listings": [1], "identified": true })).await?.expect(201)?;
        let key = text(&made["token"]);
        let seen = self.calls.get("/v1/seller/complaint", &key).await?.expect(200)?;
        say(&format!("the seller sees patent {}, held by {}", text(&seen["patent_number"]), text(&seen["complainant"])));
        Ok(key)
    }

    /// The seller states that there is no infringement; answers its id.
    async fn states(&self, seller: &str, ground: &str) -> anyhow::Result<String> {
        let file = self.calls.deposit_at("/v1/seller/files", seller, b"%PDF-1.4 invoices of 2022").await?;
        let form = json!({
            "grounds": [ground], "text": "我方产品在申请日前已公开销售", "evidence": [file],
            "seller": { "name": "义乌市某百货店", "id_kind": "uscc", "id_number": "92330782MA2DEMO02Y", "email": "shop@seller.example" },
            "truth_guarantee": { "accepted": true, "signed_by": "李某", "signed_on": self.today() },
        });
        let answer = self.calls.post("/v1/seller/statements", seller, &form).await?.expect(201)?;
        say(&format!("{}: {} · {}", text(&answer["outcome"]), text(&answer["message"]), text(&answer["message_zh"])));
        Ok(text(&answer["statement"]))
    }

    /// The complainant acknowledges that the statement arrived; answers the last day of the waiting period.
    async fn arrives(&self, complaint: &Value, statement: &str) -> anyhow::Result<Date> {
        act("the waiting period · 等待期");
        let path = format!("/v1/complaints/{}/statements/{statement}/receipt", text(&complaint["id"]));
        self.calls.post(&path, &self.holder(), &json!({})).await?.expect(201)?;
        self.explains(complaint, "waiting_period").await
    }

    /// A deadline in its own words; answers its last day.
    async fn explains(&self, complaint: &Value, clock: &str) -> anyhow::Result<Date> {
        let path = format!("/v1/complaints/{}/deadlines", text(&complaint["id"]));
        let all = self.calls.get(&path, &self.holder()).await?.expect(200)?;
        let deadline = all["items"].as_array().into_iter().flatten().rfind(|d| d["clock"] == clock).context("the deadline")?;
        for segment in deadline["segments"].as_array().into_iter().flatten() {
            say(&format!("{} · {}", text(&segment["explanation"]), text(&segment["explanation_zh"])));
        }
        say(&format!("law: {}", text(&deadline["law"])));
        Ok(text(&deadline["due_on"]).parse()?)
    }

    /// The platform is told to lift, and does.
    async fn lifted(&mut self, complaint: &Value, since: Instant) -> Told {
        let lift = self.arrival(since, "lifted").await?;
        say(&format!("because: {}", text(&lift.body["lift"]["reason"])));
        self.measure(&complaint["id"]).await
    }

    /// A court or an authority acted, and an examiner records it with its document.
    async fn authority(&self, complaint: &Value, (act_word, authority): (&str, &str)) -> Told {
        act(&format!("{authority}: {act_word} · 法院或者行政机关的文书"));
        let [examiner, _] = self.examiners();
        let file = self.calls.deposit(&examiner, format!("%PDF-1.4 {act_word}").as_bytes()).await?;
        let form = json!({
            "act": act_word, "kind": "ruling", "number": "(2026)浙02民初118号", "authority": authority,
            "issued_on": self.today(), "file": file, "binds_platforms": ["demo-mall", "demo-market"],
        });
        let path = format!("/v1/admin/complaints/{}/authority-acts", text(&complaint["id"]));
        self.calls.post(&path, &examiner, &form).await?.expect(201)?;
        Ok(())
    }
}

pub(super) async fn supplement(t: &mut Telling<'_>) -> Told {
    act("a complaint without its truth guarantee · 缺少真实性保证");
    t.put_register(&LAMP).await?;
    let files = t.files(&LAMP).await?;
    let mut form = t.notice(&LAMP, &files, "1");
    let guarantee = form.as_object_mut().context("a notice")?.remove("truth_guarantee").context("a guarantee")?;
    let filed = t.file(&form).await?;
    for missing in filed["missing"].as_array().into_iter().flatten() {
        say(&format!("missing: {} · {}; cure: {}", text(&missing["message"]), text(&missing["message_zh"]), text(&missing["cure"])));
    }
    t.explains(&filed, "supplement").await?;
    act("it is supplied, without filing again · 补正");
    let path = format!("/v1/complaints/{}/supplement", text(&filed["id"]));
    let now = t.calls.post(&path, &t.holder(), &json!({ "truth_guarantee": guarantee })).await?.expect(201)?;
    say(&format!("state {}, filed at {} as before", text(&now["state"]), text(&now["filed_at"])));
    Ok(())
}

pub(super) async fn supplement_missing(t: &mut Telling<'_>) -> Told {
    act("a complaint without its truth guarantee · 缺少真实性保证");
    t.put_register(&LAMP).await?;
    let files = t.files(&LAMP).await?;
    let mut form = t.notice(&LAMP, &files, "1");
    form.as_object_mut().context("a notice")?.remove("truth_guarantee");
    let filed = t.file(&form).await?;
    let last = t.explains(&filed, "supplement").await?;
    t.until_after(last);
    t.becomes(&filed, "closed").await
}

pub(super) async fn withdrawal(t: &mut Telling<'_>) -> Told {
    let (filed, _) = t.taken_down().await?;
    act("the parties settled · 双方和解，撤回投诉");
    let since = Instant::now();
    let path = format!("/v1/complaints/{}/withdrawal", text(&filed["id"]));
    t.calls.post(&path, &t.holder(), &json!({ "reason": "settled" })).await?.expect(201)?;
    t.lifted(&filed, since).await
}

pub(super) async fn hearing_refused(t: &mut Telling<'_>) -> Told {
    let filed = t.complains(&JUICER, "1").await?;
    let opened = t.hearing().await?;
    let seller = t.seller(&opened).await?;
    let answer = json!({ "grounds": ["not_the_same"], "text": "刀座与杯体不可拆卸，缺少该技术特征" });
    t.calls.post("/v1/seller/answers", &seller, &answer).await?.expect(201)?;
    t.explains(&filed, "decision").await?;
    act("the decision · 判定");
    let [examiner, _] = t.examiners();
    let decided = t.judges(&examiner, &filed, ("decision", &decision("not_infringing", "feature_absent"))).await?;
    say(&format!("state {}", text(&decided["state"])));
    t.measure(&filed["id"]).await
}

pub(super) async fn hearing_silence(t: &mut Telling<'_>) -> Told {
    let filed = t.complains(&JUICER, "4").await?;
    if filed["state"] != "hearing" {
        // The claims the report found good are simple: an examiner wants the seller heard all the same.
        let [examiner, _] = t.examiners();
        let complex = json!({ "to": "complex", "reason": "需要听取被投诉人意见" });
        t.judges(&examiner, &filed, ("track", &complex)).await?;
    }
    t.hearing().await?;
    let last = t.explains(&filed, "answer").await?;
    let [examiner, _] = t.examiners();
    let path = format!("/v1/admin/complaints/{}", text(&filed["id"]));
    let now = t.calls.get(&path, &examiner).await?.expect(200)?;
    let early =
        t.calls.post_if(&format!("{path}/decision"), &examiner, (&now["version"], &decision("infringing", "same_features"))).await?;
    say(&format!("before the window ends: {}", text(&early.expect(409)?["detail"])));
    t.until_after(last);
    t.becomes(&filed, "accepted").await?;
    t.put_register(&JUICER).await?;
    let since = Instant::now();
    t.judges(&examiner, &filed, ("decision", &decision("infringing", "same_features"))).await?;
    t.arrival(since, "applied").await?;
    t.measure(&filed["id"]).await
}

pub(super) async fn four_eyes(t: &mut Telling<'_>) -> Told {
    let filed = t.complains(&JUICER, "1").await?;
    t.hearing().await?;
    let last = t.explains(&filed, "answer").await?;
    t.until_after(last);
    t.becomes(&filed, "accepted").await?;
    act("one examiner proposes, another confirms · 一名判定员提出，另一名确认");
    t.confirmed(&filed, &decision("infringing", "same_features")).await?;
    t.measure(&filed["id"]).await
}

pub(super) async fn silence_lifts(t: &mut Telling<'_>) -> Told {
    t.plays_where(Forwarding::Centre);
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    let statement = t.states(&seller, "prior_use").await?;
    let last = t.arrives(&filed, &statement).await?;
    let since = Instant::now();
    t.until_after(last);
    t.lifted(&filed, since).await
}

pub(super) async fn proof_keeps(t: &mut Telling<'_>) -> Told {
    t.plays_where(Forwarding::Centre);
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    let statement = t.states(&seller, "not_the_same").await?;
    let last = t.arrives(&filed, &statement).await?;
    act("the complainant sues · 权利人起诉");
    let file = t.calls.deposit(&t.holder(), b"%PDF-1.4 docket").await?;
    let suit =
        json!({ "kind": "suit", "proof": "docket", "authority": "宁波市中级人民法院", "number": "(2026)浙02民初118号", "file": file });
    let path = format!("/v1/complaints/{}/proceedings", text(&filed["id"]));
    t.calls.post(&path, &t.holder(), &suit).await?.expect(201)?;
    t.told().await?;
    t.explains(&filed, "proceedings_status").await?;
    t.until_after(last);
    t.measure(&filed["id"]).await?;
    let since = Instant::now();
    t.authority(&filed, ("suit_withdrawn", "宁波市中级人民法院")).await?;
    t.lifted(&filed, since).await
}

pub(super) async fn extension(t: &mut Telling<'_>) -> Told {
    t.plays_where(Forwarding::Centre);
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    let statement = t.states(&seller, "prior_art").await?;
    t.arrives(&filed, &statement).await?;
    act("notarisation takes longer · 公证需要更长时间");
    let file = t.calls.deposit(&t.holder(), b"%PDF-1.4 the notary's receipt").await?;
    let path = format!("/v1/complaints/{}/waiting-extension", text(&filed["id"]));
    t.calls.post(&path, &t.holder(), &json!({ "reason": "notarisation", "file": file })).await?.expect(201)?;
    t.told().await?;
    let last = t.explains(&filed, "waiting_period").await?;
    let since = Instant::now();
    t.until_after(last);
    t.lifted(&filed, since).await
}

pub(super) async fn platform_forwards(t: &mut Telling<'_>) -> Told {
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    let statement = t.states(&seller, "prior_use").await?;
    act("the platform forwards it · 平台转送");
    t.told().await?;
    let platform = t.platform();
    let shown = t.calls.get(&format!("/v1/platform/statements/{statement}"), &platform).await?.expect(200)?;
    say(&format!("{}: {}", text(&shown["seller"]), text(&shown["text"])));
    say(&text(&shown["notice_zh"]));
    let form = json!({ "forwarded_on": t.today(), "arrived_on": t.today() });
    t.calls.post(&format!("/v1/platform/statements/{statement}/forwarding"), &platform, &form).await?.expect(201)?;
    let last = t.explains(&filed, "waiting_period").await?;
    let since = Instant::now();
    t.until_after(last);
    t.lifted(&filed, since).await
}

pub(super) async fn no_effect(t: &mut Telling<'_>) -> Told {
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    t.states(&seller, "legitimate_source").await?;
    t.measure(&filed["id"]).await
}

pub(super) async fn manifest(t: &mut Telling<'_>) -> Told {
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    t.states(&seller, "licensed_or_exhausted").await?;
    t.told().await?;
    act("the licence is on the table · 许可合同清楚");
    let since = Instant::now();
    let [examiner, _] = t.examiners();
    let lift = json!({ "lines": [1], "reason": "manifest_evidence", "text": "被投诉人提交了有效的许可合同" });
    t.judges(&examiner, &filed, ("lift", &lift)).await?;
    t.lifted(&filed, since).await
}

pub(super) async fn human_review(t: &mut Telling<'_>) -> Told {
    t.put_register(&LAMP).await?;
    let lamp = t.files(&LAMP).await?;
    let right = match t.right() {
        Some(right) => right,
        None => {
            let first = t.complains(&LAMP, "1").await?;
            t.prove(&lamp, &first).await?
        }
    };
    t.switch_automation(true).await?;
    act("decided without a human · 自动决定");
    let since = Instant::now();
    let form = names_right(t.notice(&LAMP, &lamp, "1"), &right);
    let filed = t.file(&form).await?;
    let takedown = t.arrival(since, "applied").await?;
    t.switch_automation(false).await?;
    let seller = t.seller(&takedown).await?;
    let review = json!({ "kind": "human", "text": "请人工复核" });
    t.calls.post("/v1/seller/reviews", &seller, &review).await?.expect(201)?;
    t.reviewed(&filed, "not_infringing").await
}

pub(super) async fn appeal(t: &mut Telling<'_>) -> Told {
    let (filed, takedown) = t.taken_down().await?;
    let seller = t.seller(&takedown).await?;
    let appeal = json!({ "kind": "appeal", "text": "整体视觉效果不同" });
    t.calls.post("/v1/seller/reviews", &seller, &appeal).await?.expect(201)?;
    t.reviewed(&filed, "not_infringing").await
}

pub(super) async fn judgment(t: &mut Telling<'_>) -> Told {
    let (filed, _) = t.taken_down().await?;
    let court = "宁波市中级人民法院";
    let since = Instant::now();
    t.authority(&filed, ("preservation_granted", court)).await?;
    let binding = t.arrival(since, "applied").await?;
    say(&format!("binds the platform: {}", text(&binding.body["binds_recipient"])));
    let path = format!("/v1/complaints/{}/withdrawal", text(&filed["id"]));
    t.calls.post(&path, &t.holder(), &json!({ "reason": "other" })).await?.expect(201)?;
    say("withdrawing the complaint does not take a court's order back");
    let since = Instant::now();
    t.authority(&filed, ("preservation_ended", court)).await?;
    t.lifted(&filed, since).await
}

pub(super) async fn deletion(t: &mut Telling<'_>) -> Told {
    let (filed, _) = t.taken_down().await?;
    let since = Instant::now();
    t.authority(&filed, ("judgment_infringing", "宁波市中级人民法院")).await?;
    t.arrival(since, "applied").await?;
    act("one examiner asks the deletion, another confirms · 删除须两名判定员");
    let mut form = decision("infringing", "same_design");
    form["lines"][0]["measure"] = "delete".into();
    let deleted = t.confirmed(&filed, &form).await?;
    say(&format!("asked: {}, by {}", text(&deleted.body["measure"]["kind"]), text(&deleted.body["binding_document"]["number"])));
    t.measure(&filed["id"]).await
}

pub(super) async fn repetition(t: &mut Telling<'_>) -> Told {
    let (first, _) = t.taken_down().await?;
    t.taken_down().await?;
    act("both become final · 两件均终局");
    t.until_after(t.today().saturating_add(Span::new().days(FINAL_DAYS)));
    let filed = t.complains(&LAMP, "1").await?;
    act("the third against the same shop · 第三次");
    let mut form = decision("infringing", "same_design");
    form["lines"][0]["propose_termination"] = true.into();
    let takedown = t.confirmed(&filed, &form).await?;
    let proposed = &takedown.body["measure"]["proposed"][0];
    let record = proposed["record"].as_array().map_or(0, Vec::len);
    say(&format!(
        "proposed: {} for {}, on a record of {record}: {}",
        text(&proposed["kind"]),
        text(&proposed["shop"]),
        text(&proposed["text"])
    ));
    act("the first was wrong: its measure is lifted, and the proposal is withdrawn · 第一件更正，建议随之撤回");
    let [examiner, _] = t.examiners();
    let since = Instant::now();
    t.judges(&examiner, &first, ("lift", &json!({ "lines": [1], "reason": "decision_corrected" }))).await?;
    t.lifted(&first, since).await?;
    let withdrawn = t.told().await?;
    let fallen = &withdrawn.body["termination"]["fallen"][0];
    say(&format!("{} {}: {}", text(&fallen["reference"]), text(&fallen["why"]), text(&withdrawn.body["termination"]["text"])));
    t.measure(&filed["id"]).await
}

pub(super) async fn invalidated(t: &mut Telling<'_>) -> Told {
    let (filed, _) = t.taken_down().await?;
    let since = Instant::now();
    t.authority(&filed, ("patent_invalidated", "国家知识产权局")).await?;
    t.lifted(&filed, since).await
}

impl Telling<'_> {
    /// Another examiner than the first takes the second look.
    async fn reviewed(&mut self, filed: &Value, determination: &str) -> Told {
        act("another examiner takes a second look · 另一名判定员复核");
        self.explains(filed, "review").await?;
        let [_, second] = self.examiners();
        let path = format!("/v1/admin/complaints/{}", text(&filed["id"]));
        let now = self.calls.get(&path, &second).await?.expect(200)?;
        let asked = now["log"].as_array().into_iter().flatten().rfind(|e| e["type"] == "review_requested").context("the request")?;
        let what = format!("reviews/{}/decision", text(&asked["body"]["review"]));
        let mut form = decision(determination, "design_differs");
        form["text"] = "主视图与俯视图的差异显著，整体视觉效果不同".into();
        let since = Instant::now();
        self.judges(&second, filed, (&what, &form)).await?;
        self.lifted(filed, since).await
    }

    /// Waits until the complaint has come to a state by itself.
    async fn becomes(&self, complaint: &Value, state: &str) -> Told {
        let path = format!("/v1/complaints/{}", text(&complaint["id"]));
        let now = self.calls.until(&path, &self.holder(), |c| c["state"] == state).await?;
        say(&format!("state {}{}", text(&now["state"]), now["why"].as_str().map_or(String::new(), |w| format!(", {w}"))));
        Ok(())
    }
}
