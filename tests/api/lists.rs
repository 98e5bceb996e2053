//! Lists: each filter finds what it says and nothing else, pages hold together, the queue is by urgency.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::notices::{Deposited, JUICER, LAMP, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

/// All pages, by following the `Link` that each gives.
async fn all_pages(service: &Service, (path, key): (&str, &str)) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), path.to_owned());
    loop {
        let page = service.get(&next, key).await;
        let link = page.header("link");
        let body = page.expect(200);
        all.extend(ids(&body));
        assert_eq!(link.is_empty(), body["next_cursor"].is_null(), "the link and the cursor say the same");
        match link.strip_prefix('<').and_then(|l| l.split_once(">; rel=\"next\"")) {
            Some((address, _)) => next = address.to_owned(),
            None => return all,
        }
    }
}

on_both_databases! {
    async fn each_filter_finds_what_it_says(engine: Engine) {
        let service = Service::start(engine).await;
        let _platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let (account, holder) = service.account("complainant", None).await;
        let (_, other) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        for right in [&LAMP, &JUICER] {
            service.put(&format!("/v1/admin/patents/{}", right.number), &examiner, &register(right)).await.expect(200);
        }
        let lamp = Deposited::of(&service, &holder, &LAMP).await;
        let juicer = Deposited::of(&service, &holder, &JUICER).await;
        let mut simple = notice(&LAMP, &lamp, &["700000000001"]);
        simple["client_reference"] = "我的编号-1".into();
        let simple = service.file(&holder, ("simple", &simple)).await.expect(201);
        // Its asserted item is one the report finds defective, and nobody guaranteed that the next is true.
        let mut complex = notice(&JUICER, &juicer, &["700000000002"]);
        complex["asserted_items"] = json!(["1"]);
        let complex = service.file(&holder, ("complex", &complex)).await.expect(201);
        let mut lacking = notice(&LAMP, &lamp, &["700000000003"]);
        lacking.as_object_mut().unwrap().remove("truth_guarantee");
        let lacking = service.file(&holder, ("lacking", &lacking)).await.expect(201);
        let theirs = Deposited::of(&service, &other, &LAMP).await;
        let foreign = service.file(&other, ("foreign", &notice(&LAMP, &theirs, &["700000000001"]))).await.expect(201);
        let id = |c: &Value| c["id"].as_str().unwrap().to_owned();
        assert_eq!((&simple["track"], &complex["track"], &lacking["state"]), (&"simple".into(), &"complex".into(), &"awaiting_supplement".into()));

        let reference = simple["reference"].as_str().unwrap();
        let typed = format!("{}-{}", &reference[..5].to_lowercase(), &reference[5..]);
        let cases: [(&str, Vec<String>); 10] = [
            ("", vec![id(&lacking), id(&complex), id(&simple)]),
            ("?state=accepted", vec![id(&simple)]),
            ("?state=hearing", vec![id(&complex)]),
            ("?track=complex", vec![id(&complex)]),
            ("?patent_number=ZL%202023%203%200271846.9", vec![id(&lacking), id(&simple)]),
            (&format!("?reference={typed}"), vec![id(&simple)]),
            ("?client_reference=%E6%88%91%E7%9A%84%E7%BC%96%E5%8F%B7-1", vec![id(&simple)]),
            ("?item=alibaba/700000000001", vec![id(&simple)]),
            ("?state=accepted&track=simple&patent_number=202330271846.9", vec![id(&simple)]),
            (&format!("?reference={}", foreign["reference"].as_str().unwrap()), vec![]),
        ];
        for (query, expected) in cases {
            let found = service.get(&format!("/v1/complaints{query}"), &holder).await.expect(200);
            assert_eq!(ids(&found), expected, "{query}");
        }
        let everybody = service.get("/v1/admin/complaints?item=alibaba/700000000001", &examiner).await.expect(200);
        assert_eq!(ids(&everybody), [id(&foreign), id(&simple)]);
        let of_one = service.get(&format!("/v1/admin/complaints?account={account}&track=complex"), &examiner).await.expect(200);
        assert_eq!(ids(&of_one), [id(&complex)]);

        // What waits for a person, the earliest due first; two days for a simple one.
        let queue = service.get("/v1/admin/queue", &examiner).await.expect(200);
        let due: Vec<&str> = queue["items"].as_array().unwrap().iter().map(|i| i["due_on"].as_str().unwrap()).collect();
        assert!(due.is_sorted() && ids(&queue).contains(&id(&complex)) && !ids(&queue).contains(&id(&lacking)), "{queue:#}");
        assert_eq!(ids(&service.get("/v1/admin/queue?track=complex", &examiner).await.expect(200)), [id(&complex)]);
        let soon = service.get(&format!("/v1/admin/queue?due_before={}", due[0]), &examiner).await.expect(200);
        assert_eq!(ids(&soon).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([id(&simple), id(&foreign)]));
        assert_eq!(ids(&service.get("/v1/admin/queue?platform=nobody", &examiner).await.expect(200)), [""; 0]);
        let counts = service.get("/v1/admin/queue/counts", &examiner).await.expect(200);
        assert_eq!(counts["total"], 3, "{counts:#}");
    }

    /// Pages of two over seven give each once, in one order, while others file.
    async fn pages_hold_together(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        for n in 0..7 {
            let item = format!("71000000000{n}");
            service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await.expect(201);
        }
        let whole = ids(&service.get("/v1/complaints", &holder).await.expect(200));
        assert_eq!(whole.len(), 7);
        let first = service.get("/v1/complaints?limit=2&state=accepted", &holder).await;
        service.file(&holder, ("later", &notice(&LAMP, &files, &["720000000001"]))).await.expect(201);
        let link = first.header("link");
        assert!(link.contains("limit=2") && link.contains("state=accepted"), "the filter goes on: {link}");
        let rest = all_pages(&service, (link.trim_start_matches('<').split('>').next().unwrap(), &holder)).await;
        assert_eq!([ids(&first.expect(200)), rest].concat(), whole, "what was filed meanwhile moves nothing");
        let queue = all_pages(&service, ("/v1/admin/queue?limit=3", &examiner)).await;
        assert_eq!((queue.len(), queue.iter().collect::<BTreeSet<_>>().len()), (8, 8));
        let all = all_pages(&service, ("/v1/admin/complaints?limit=3", &examiner)).await;
        assert_eq!(all.len(), 8);
    }
}
