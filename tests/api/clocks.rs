//! What happens by itself when a period runs out: every clock by a story, with the program's time moved.

use serde_json::json;

use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::{Engine, Service, on_both_databases};

on_both_databases! {
    /// A supplement that does not come in time closes the complaint at 24:00 of the last day, not before;
    /// the listing is free for a new complaint.
    async fn a_supplement_that_does_not_come(engine: Engine) {
        let service = Service::start(engine).await;
        service.set_shanghai_time("2026-03-06 10:00:00");
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["100000000001"]);
        form.as_object_mut().unwrap().remove("truth_guarantee");
        let filed = service.file(&holder, ("c-1", &form)).await.expect(201);
        assert_eq!((&filed["state"], &filed["due_on"]), (&"awaiting_supplement".into(), &"2026-03-13".into()), "{filed:#}");
        let path = format!("/v1/complaints/{}", filed["id"].as_str().unwrap());

        service.set_shanghai_time("2026-03-13 23:59:40");
        let answer = service.file(&holder, ("c-2", &form)).await;
        assert_eq!(answer.problem(409), "listing.duplicate", "it is live to the last second");
        service.set_shanghai_time("2026-03-14 00:00:00");
        let closed = service.until((&path, &holder), |c| c["state"] == "closed").await;
        assert_eq!(closed["why"], "supplement_missing", "{closed:#}");
        let late = json!({ "truth_guarantee": { "accepted": true, "signed_by": "王某", "signed_on": "2026-03-14" } });
        assert_eq!(service.post(&format!("{path}/supplement"), &holder, &late).await.problem(409), "complaint.not_possible");
        service.file(&holder, ("c-3", &form)).await.expect(201);
    }

    /// Time that jumps back makes nothing happen early or twice, time that jumps ahead makes it happen once;
    /// the log stays sound.
    async fn time_that_jumps(engine: Engine) {
        let mut service = Service::start(engine).await;
        service.set_shanghai_time("2026-03-06 10:00:00");
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["100000000001"]);
        form["documents"].as_array_mut().unwrap().pop();
        let filed = service.file(&holder, ("j-1", &form)).await.expect(201);
        let path = format!("/v1/complaints/{}", filed["id"].as_str().unwrap());
        service.days_pass(-40);
        assert_eq!(service.today().to_string(), "2026-01-25");
        let again = service.file(&holder, ("j-2", &notice(&LAMP, &files, &["100000000002"]))).await.expect(201);
        assert!(again["id"].is_string());
        assert_eq!(service.get(&path, &holder).await.expect(200)["state"], "awaiting_supplement");
        service.days_pass(400);
        service.until((&path, &holder), |c| c["state"] == "closed").await;
        service.days_pass(-400);
        let log = service.get(&format!("{path}/log"), &holder).await.expect(200);
        let ends = log["items"].as_array().unwrap().iter().filter(|e| e["type"] == "supplement_period_ended").count();
        assert_eq!(ends, 1);
        assert!(service.terminate());
        let audit = service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}
