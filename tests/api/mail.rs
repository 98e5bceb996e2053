//! Letters as people get them: handed over by SMTP to a relay on this machine, refused, put off, returned,
//! or written to files where there is no relay.

use serde_json::{Value, json};

use crate::support::mailbox::Mailbox;
use crate::support::notices::{LAMP, PERSONAL};
use crate::support::{Cast, Engine, on_both_databases};

/// Where the holder is served, and where the seller can be written to.
const SERVED: &str = PERSONAL[4];
const SHOP: &str = "shop@seller.example";

async fn cast(engine: Engine, mailbox: &Mailbox) -> Cast {
    Cast::with(engine, ("2026-11-02 09:00:00", "centre_as_agent"), &[("smtp_url", mailbox.url.as_str())]).await
}

fn mails<'a>(shown: &'a Value, kind: &str) -> Vec<&'a Value> {
    shown["mails"].as_array().unwrap().iter().filter(|m| m["kind"] == kind).collect()
}

on_both_databases! {
    /// Both sides are written to at every step. The statement this centre forwards is served by the letter:
    /// taken by the mail system, it has arrived, and the waiting period runs to its end in silence.
    async fn a_statement_served_by_mail(engine: Engine) {
        let mailbox = Mailbox::start().await;
        let cast = cast(engine, &mailbox).await;
        let (id, takedown) = cast.taken_down("100000000001").await;
        let accepted = mailbox.wait_for(SERVED, "已受理").await;
        let reference = cast.shown(&id).await["reference"].as_str().unwrap().to_owned();
        assert_eq!(accepted.header("Subject"), format!("投诉 {reference}：已受理"));
        mailbox.wait_for(SERVED, "已作出判定").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);

        let forwarded = mailbox.wait_for(SERVED, "转送不存在侵权行为的声明").await;
        let (text, html) = (forwarded.part("text/plain"), forwarded.part("text/html").replace("&#x2f;", "/"));
        for part in [&text, &html] {
            assert!(part.contains("自本声明到达您之日起十五日内") && part.contains(&format!("/v1/complaints/{id}")), "{part}");
            // What is served is the statement itself.
            assert!(part.contains("义乌市某百货店") && part.contains("我方产品在申请日前已公开销售"), "{part}");
            assert!(!part.contains("92330782MA2BBBBB2Y"), "{part}");
        }
        assert!(html.contains("<html lang=\"zh\">"), "{html}");
        let path = format!("/v1/complaints/{id}");
        let waiting = |c: &Value| c["listings"][0]["contest"]["stage"] == "waiting";
        let shown = cast.service.until((&path, &cast.holder), waiting).await;
        assert_eq!(shown["listings"][0]["contest"]["arrived_on"], "2026-11-02");
        let arrived = mailbox.wait_for(SERVED, "等待期已开始").await;
        assert!(arrived.part("text/plain").contains("2026-11-17 24时"));
        mailbox.wait_for(SHOP, "声明已到达权利人").await;

        cast.service.set_shanghai_time("2026-11-18 00:00:00");
        mailbox.wait_for(SERVED, "等待期届满，措施终止").await;
        mailbox.wait_for(SHOP, "等待期届满，措施终止").await;
        assert_eq!(cast.platform.wait_for(2).await[1].body["lift"]["reason"], "waiting_period_ended");

        // Every mail is one that the complaint shows, and its subject names nobody.
        let admin = cast.service.get(&format!("/v1/admin/complaints/{id}"), &cast.examiner).await.expect(200);
        let shown = cast.shown(&id).await;
        assert!(shown["mails"].as_array().unwrap().iter().all(|m| m["side"] == "complainant"), "{shown:#}");
        let known: Vec<&str> = admin["mails"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
        for mail in mailbox.to(SERVED).iter().chain(&mailbox.to(SHOP)) {
            let message_id = mail.header("Message-ID");
            let local = message_id.trim_start_matches('<').split('@').next().unwrap();
            assert!(known.contains(&local), "{message_id}");
            let subject = mail.header("Subject");
            assert!(PERSONAL.iter().chain(&["义乌市某百货店"]).all(|p| !subject.contains(p)) && !subject.contains(LAMP.holder), "{subject}");
        }
        cast.ends_sound().await;
    }

    /// An address that is refused: the complaint says so without repeating it, an examiner looks into it, and
    /// what the examiner served begins the waiting period.
    async fn a_refused_address(engine: Engine) {
        let mailbox = Mailbox::start().await;
        mailbox.refuse(SERVED);
        let cast = cast(engine, &mailbox).await;
        let (id, takedown) = cast.taken_down("100000000002").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        let answer = cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let path = format!("/v1/complaints/{id}");
        let gave_up = |c: &Value| mails(c, "statement_forwarded").first().is_some_and(|m| m["state"] == "given_up");
        let shown = cast.service.until((&path, &cast.holder), gave_up).await;
        let error = mails(&shown, "statement_forwarded")[0]["error"].as_str().unwrap();
        assert!(error.contains("is unknown here") && !error.contains(SERVED), "{error}");
        let admin = format!("/v1/admin/complaints/{id}");
        let failed = |c: &Value| c["log"].as_array().unwrap().iter().any(|e| e["type"] == "statement_service_failed");
        let shown = cast.service.until((&admin, &cast.examiner), failed).await;
        assert_eq!(shown["listings"][0]["contest"]["stage"], "forwarded", "it has not arrived: {shown:#}");
        let queue = cast.service.get("/v1/admin/queue", &cast.examiner).await.expect(200);
        assert!(queue["items"].as_array().unwrap().iter().any(|i| i["id"] == id.as_str()), "an examiner sees to it: {queue:#}");
        let file = cast.file(&cast.examiner, "courier's receipt").await;
        let served = json!({ "arrived_on": "2026-11-02", "how": "recorded_service", "evidence": file });
        let path = format!("{admin}/statements/{}/arrival", answer["statement"].as_str().unwrap());
        let shown = cast.service.post(&path, &cast.examiner, &served).await.expect(201);
        assert_eq!(shown["listings"][0]["contest"]["ends_on"], "2026-11-17");
        cast.ends_sound().await;
    }

    /// A mail that was taken and came back served nothing: the waiting period it began is undone.
    async fn a_mail_that_came_back(engine: Engine) {
        let mailbox = Mailbox::start().await;
        let cast = cast(engine, &mailbox).await;
        let (id, takedown) = cast.taken_down("100000000003").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);
        let path = format!("/v1/complaints/{id}");
        let shown = cast.service.until((&path, &cast.holder), |c| c["listings"][0]["contest"]["stage"] == "waiting").await;
        let bounce = format!("/v1/admin/mails/{}/bounce", mails(&shown, "statement_forwarded")[0]["id"].as_str().unwrap());
        let why = json!({ "why": "550 mailbox does not exist" });
        assert_eq!(cast.service.post(&bounce, &cast.examiner, &json!({ "why": SERVED })).await.problem(422), "mail.bounce_why");
        assert_eq!(cast.service.post(&bounce, &cast.examiner, &why).await.status, 204);
        assert_eq!(cast.service.post(&bounce, &cast.examiner, &why).await.problem(404), "not_found", "once");
        let shown = cast.service.until((&path, &cast.holder), |c| c["listings"][0]["contest"]["stage"] == "forwarded").await;
        assert_eq!(mails(&shown, "statement_forwarded")[0]["state"], "bounced");
        assert_eq!(cast.deadline(&id, "waiting_period").await["state"], "ended");
        cast.service.days_pass(40);
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(cast.platform.messages().len(), 1, "nothing is lifted by a mail that nobody got");
        cast.ends_sound().await;
    }

    /// A relay that is busy gets the same mail again, under the same Message-ID.
    async fn a_busy_relay(engine: Engine) {
        let mailbox = Mailbox::start().await;
        mailbox.be_busy(1);
        let cast = cast(engine, &mailbox).await;
        let filed = cast.files(&LAMP, &["100000000004"]).await;
        let path = format!("/v1/complaints/{}", filed["id"].as_str().unwrap());
        let put_off = |c: &Value| mails(c, "accepted").first().is_some_and(|m| m["attempts"].as_i64() >= Some(1));
        cast.service.until((&path, &cast.holder), put_off).await;
        cast.service.days_pass(1);
        let taken = mailbox.wait_for(SERVED, "已受理").await;
        assert_eq!(mailbox.put_off(), [taken.header("Message-ID")]);
        let sent = |c: &Value| mails(c, "accepted")[0]["state"] == "sent";
        let shown = cast.service.until((&path, &cast.holder), sent).await;
        assert_eq!(mails(&shown, "accepted")[0]["attempts"], 2);
        cast.ends_sound().await;
    }

    /// Without a relay mails are files; nobody was sent anything, so nothing has arrived. In English, the
    /// Chinese words stand below.
    async fn without_a_relay(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "centre_as_agent").await;
        let filed = cast.files_as(&LAMP, &["100000000005"], |form| form["language"] = "en".into()).await;
        let path = format!("/v1/complaints/{}", filed["id"].as_str().unwrap());
        let shown = cast.service.until((&path, &cast.holder), |c| mails(c, "accepted").first().is_some_and(|m| m["state"] == "filed")).await;
        let id = mails(&shown, "accepted")[0]["id"].as_str().unwrap();
        let file = cast.service.data_folder().join("mails").join(format!("{id}.eml"));
        let mail = crate::support::mailbox::Taken { to: SERVED.into(), raw: std::fs::read_to_string(file).unwrap() };
        assert_eq!(mail.header("To"), SERVED);
        assert!(mail.header("Subject").ends_with(": accepted"));
        let text = mail.part("text/plain");
        assert!(text.contains("Your complaint was accepted") && text.contains("以中文为准") && text.contains("您的投诉已受理"), "{text}");
        cast.ends_sound().await;
    }
}
