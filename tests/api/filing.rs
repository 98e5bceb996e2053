//! Filing: all problems at once, the same key twice, duplicates, dry runs, batches, what is missing.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, SHELF, notice, register};
use crate::support::{Engine, Service, on_both_databases};

fn pointers(body: &Value) -> Vec<(String, String)> {
    let text = |p: &Value, f: &str| p[f].as_str().unwrap().to_owned();
    body["problems"].as_array().unwrap().iter().map(|p| (text(p, "pointer"), text(p, "code"))).collect()
}

on_both_databases! {
    /// Everything wrong with a notice is said at once, and nothing is stored.
    async fn all_problems_come_at_once(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut wrong = notice(&LAMP, &files, &["637790875524"]);
        wrong["patent"]["number"] = "ZL202330271846.8".into();
        wrong["complainant"]["email"] = "nobody".into();
        wrong["asserted_items"] = json!([]);
        wrong["accused_products"][0]["listings"] = json!([
            { "url": "https://www.taobao.com/list/product/shoes.htm" },
            { "url": "https://example.com/item/1" },
            { "site": "taobao" },
        ]);
        wrong["report"] = "no-such-file".into();
        let answer = service.file(&holder, ("bad-1", &wrong)).await.expect(422);
        let found = pointers(&answer);
        for expected in [
            ("/patent/number", "patent.check_digit"),
            ("/asserted_items", "list.too_short"),
            ("/complainant/email", "email.malformed"),
            ("/accused_products/0/listings/0/url", "listing.not_an_item"),
            ("/accused_products/0/listings/1/url", "listing.unknown_platform"),
            ("/accused_products/0/listings/2", "listing.incomplete"),
            ("/report", "file.not_found"),
        ] {
            assert!(found.iter().any(|(p, c)| (p.as_str(), c.as_str()) == expected), "{expected:?} in {found:?}");
        }
        assert!(answer["problems"][0]["message"].as_str().unwrap().contains('9'), "the right digit is named: {answer:#}");
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"], json!([]));
        let right = service.file(&holder, ("bad-1", &notice(&LAMP, &files, &["637790875524"]))).await;
        assert_eq!(right.status, 201, "a key is used up by a success only");
    }

    /// The same key and notice give the first answer, byte for byte; another notice is refused.
    async fn a_key_is_answered_once(engine: Engine) {
        let mut service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, other) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let form = notice(&LAMP, &files, &["637790875524"]);
        let first = service.file(&holder, ("key-1", &form)).await;
        assert_eq!(first.status, 201);
        service.kill();
        service.spawn().await;
        let again = service.file(&holder, ("key-1", &form)).await;
        assert_eq!((again.status, &again.bytes), (201, &first.bytes));
        assert_eq!(again.header("idempotency-replayed"), "true");
        let changed = notice(&LAMP, &files, &["637790875599"]);
        assert_eq!(service.file(&holder, ("key-1", &changed)).await.problem(422), "idempotency.key_reused");
        let theirs = Deposited::of(&service, &other, &LAMP).await;
        let same_key = service.file(&other, ("key-1", &notice(&LAMP, &theirs, &["637790875524"]))).await;
        assert_eq!(same_key.status, 201, "keys are an account's own");
        let missing = service.post("/v1/complaints", &holder, &form).await;
        assert_eq!(missing.problem(400), "idempotency.key_missing");
    }

    /// Many at once under one key: one complaint, one answer.
    async fn a_key_raced_gives_one_complaint(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let form = notice(&LAMP, &files, &["637790875524"]);
        let all = futures_util::future::join_all((0..16).map(|_| service.file(&holder, ("raced", &form)))).await;
        assert!(all.iter().all(|a| a.status == 201 && a.bytes == all[0].bytes), "{:?}", all.iter().map(|a| a.status).collect::<Vec<_>>());
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    /// One item written two ways is one item, in a notice and over two complaints.
    async fn duplicates_are_left_out_and_the_rest_goes_on(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["637790875524"]);
        let more = json!({ "url": "https://h5.m.taobao.com/awp/core/detail.htm?id=637790875524" });
        form["accused_products"][0]["listings"].as_array_mut().unwrap().push(more);
        let first = service.file(&holder, ("d-1", &form)).await.expect(201);
        assert_eq!(first["listings"].as_array().unwrap().len(), 1);
        assert_eq!(first["rows_left_out"][0]["code"], "listing.repeated", "{first:#}");
        let second = notice(&LAMP, &files, &["637790875524", "100000000001"]);
        let second = service.file(&holder, ("d-2", &second)).await.expect(201);
        assert_eq!(second["rows_left_out"][0]["code"], "listing.duplicate", "{second:#}");
        assert_eq!(second["rows_left_out"][0]["earlier"], first["reference"], "{second:#}");
        assert_eq!(second["listings"][0]["item_id"], "100000000001");
        let third = service.file(&holder, ("d-3", &notice(&LAMP, &files, &["637790875524"]))).await;
        assert_eq!(third.problem(409), "listing.duplicate");
        let id = first["id"].as_str().unwrap();
        service.post(&format!("/v1/complaints/{id}/withdrawal"), &holder, &json!({ "reason": "other" })).await.expect(201);
        service.file(&holder, ("d-4", &notice(&LAMP, &files, &["637790875524"]))).await.expect(201);
    }

    /// A dry run answers what filing would, and keeps nothing.
    async fn a_dry_run_keeps_nothing(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &register(&LAMP)).await.expect(200);
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let form = notice(&LAMP, &files, &["637790875524"]);
        let dry = service.post("/v1/complaints?dry_run=true", &holder, &form).await.expect(200);
        assert_eq!((&dry["track"], &dry["dry_run"]), (&"simple".into(), &true.into()), "{dry:#}");
        assert!(dry.get("id").is_none() && dry.get("reference").is_none());
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"], json!([]));
        service.file(&holder, ("wet", &form)).await.expect(201);
    }

    /// Each row of a batch answers for itself, and again the same under the same key.
    async fn a_bad_row_never_sinks_the_batch(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let lamp = Deposited::of(&service, &holder, &LAMP).await;
        let shelf = Deposited::of(&service, &holder, &SHELF).await;
        let mut unknown_field = notice(&LAMP, &lamp, &["100000000002"]);
        unknown_field["surprise"] = 1.into();
        let batch = json!({ "complaints": [
            notice(&LAMP, &lamp, &["100000000001"]), unknown_field, "no notice at all", notice(&SHELF, &shelf, &["100000000001"]),
        ] });
        let send = || service.send(service.request("POST", "/v1/complaint-batches", &holder).header("idempotency-key", "batch-1").json(&batch));
        let answer = send().await.expect(200);
        let statuses: Vec<u64> = answer["rows"].as_array().unwrap().iter().map(|r| r["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 422, 201], "{answer:#}");
        assert_eq!(answer["rows"][1]["problem"]["problems"][0]["code"], "field.unknown");
        let again = send().await.expect(200);
        assert_eq!(answer["rows"][0], again["rows"][0]);
        assert_eq!(answer["rows"][3], again["rows"][3]);
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
    }

    /// What is missing is asked for, not punished; supplied, the complaint goes on under its first date.
    async fn what_is_missing_is_asked_for(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["637790875524"]);
        form.as_object_mut().unwrap().remove("truth_guarantee");
        form.as_object_mut().unwrap().remove("report");
        let filed = service.file(&holder, ("s-1", &form)).await.expect(201);
        assert_eq!(filed["state"], "awaiting_supplement");
        let missing: Vec<&str> = filed["missing"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap()).collect();
        assert_eq!(missing, ["notice.truth_guarantee", "document.evaluation_report"]);
        let id = filed["id"].as_str().unwrap();
        let part = json!({ "truth_guarantee": { "accepted": true, "signed_by": "王某", "signed_on": "2026-11-02" } });
        let still = service.post(&format!("/v1/complaints/{id}/supplement"), &holder, &part).await.expect(201);
        assert_eq!(still["state"], "awaiting_supplement");
        let rest = json!({ "report": files.report });
        let done = service.post(&format!("/v1/complaints/{id}/supplement"), &holder, &rest).await.expect(201);
        assert_eq!((&done["state"], &done["filed_at"]), (&"accepted".into(), &filed["filed_at"]), "{done:#}");
        let late = service.post(&format!("/v1/complaints/{id}/supplement"), &holder, &rest).await;
        assert_eq!(late.problem(409), "complaint.not_possible");
    }

    /// What belongs to somebody else is not there.
    async fn what_is_others_is_not_found(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, other) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let filed = service.file(&holder, ("own", &notice(&LAMP, &files, &["637790875524"]))).await.expect(201);
        for path in ["", "/log"] {
            for name in ["id", "reference"] {
                let path = format!("/v1/complaints/{}{path}", filed[name].as_str().unwrap());
                service.get(&path, &holder).await.expect(200);
                assert_eq!(service.get(&path, &other).await.problem(404), "not_found");
            }
        }
        assert_eq!(service.get(&format!("/v1/files/{}", files.report), &other).await.problem(404), "not_found");
        let stolen = service.file(&other, ("stolen", &notice(&LAMP, &files, &["637790875524"]))).await;
        assert_eq!(stolen.problem(422), "notice.invalid");
    }
}
