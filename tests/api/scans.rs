//! Reports that are pictures: without the engine nothing is concluded; with it facts are guesses that say so;
//! an examiner reads the pages, once for every complaint with the file.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::notices::{CUP, Deposited, LAMP, notice, register};
use crate::support::ocr::{engine_is_here, png_size};
use crate::support::service::PROGRAM;
use crate::support::{Engine, Service, fixture, on_both_databases};

fn finding<'a>(view: &'a Value, check: &str) -> &'a Value {
    let all = view["findings"].as_array().unwrap();
    all.iter().find(|f| f["check"] == check).unwrap_or_else(|| panic!("{check} in {view:#}"))
}

/// A scan of the cup's report, filed; the service, keys of the holder and of two examiners, the answer.
async fn filed(engine: Engine, ocr: &str) -> (Service, [String; 3], Value) {
    let service = Service::start_with(engine, &[("ocr", ocr)]).await;
    let (_, holder) = service.account("complainant", None).await;
    let (_, first) = service.account("examiner", None).await;
    let (_, second) = service.account("examiner", None).await;
    service.put(&format!("/v1/admin/patents/{}", CUP.number), &first, &register(&CUP)).await.expect(200);
    let files = Deposited::of(&service, &holder, &CUP).await;
    let filed = service.file(&holder, ("scan-1", &notice(&CUP, &files, &["700000000001"]))).await.expect(201);
    (service, [holder, first, second], filed)
}

on_both_databases! {
    /// Without the engine: unreadable, complex, no error. An examiner can still read the pages.
    async fn a_scan_without_the_engine_is_unread_until_an_examiner_reads_it(engine: Engine) {
        let (mut service, [holder, examiner, _], filed) = filed(engine, "none").await;
        assert_eq!((&filed["state"], &filed["track"], &filed["overall"]), (&"hearing".into(), &"complex".into(), &"unverified".into()), "{filed:#}");
        let kind = finding(&filed, "report.kind");
        assert_eq!((&kind["code"], &kind["result"]), (&"report.unreadable".into(), &"unknown".into()));
        assert!(kind["cure"].as_str().unwrap().contains("examiner"), "{kind:#}");
        assert_eq!(filed["verdicts"][0]["verdict"], "unknown");
        let id = filed["id"].as_str().unwrap();

        let page = |n: &str| format!("/v1/admin/complaints/{id}/report-pages/{n}");
        let image = service.get(&page("1"), &examiner).await;
        assert_eq!((image.status, image.header("content-type").as_str()), (200, "image/png"));
        // A4 at 150 dots an inch.
        let (width, height) = png_size(&image.bytes).expect("a PNG");
        assert!((1238..=1242).contains(&width) && (1752..=1756).contains(&height), "{width} × {height}");
        for none in ["0", "3", "x", "4294967296"] {
            assert_eq!(service.get(&page(none), &examiner).await.problem(404), "not_found", "page {none}");
        }

        let path = format!("/v1/admin/complaints/{id}/report-reading");
        let wrong = json!({
            "patent_number": { "value": "202330562917.1", "page": 1 }, "title": { "value": " ", "page": 1 },
            "verdicts": [
                { "item": "1", "verdict": "no_defect_found", "page": 9 }, { "item": "设计1", "verdict": "defective", "page": 1 },
                { "item": "eleven", "verdict": "unknown", "page": 1 },
            ],
        });
        let refused = service.post_if(&path, &examiner, (&filed["version"], &wrong)).await.expect(422);
        let codes: Vec<&str> = refused["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(
            codes,
            ["reading.no_such_page", "reading.item_twice", "item.malformed", "reading.verdict_unknown", "patent.check_digit", "field.length"]
        );
        let empty = service.post_if(&path, &examiner, (&filed["version"], &json!({}))).await.expect(422);
        assert_eq!(empty["problems"][0]["code"], "reading.empty");
        let files = Deposited::of(&service, &holder, &CUP).await;
        let twin = service.file(&holder, ("scan-twin", &notice(&CUP, &files, &["700000000003"]))).await.expect(201);
        assert_eq!(finding(&twin, "report.verdict")["result"], "unknown");

        let whole = json!({
            "form": { "value": "230701", "page": 1 }, "patent_number": { "value": "ZL202330562917.0", "page": 1 },
            "title": { "value": CUP.title, "page": 1 }, "holder": { "value": CUP.holder, "page": 1 },
            "filed_on": { "value": CUP.filed_on, "page": 1 }, "granted_on": { "value": CUP.granted_on, "page": 1 },
            "completed_on": { "value": "2026-09-03", "page": 1 },
            "text_version": { "value": { "version": "granted" }, "page": 1 },
            "verdicts": [{ "item": "all", "verdict": "no_defect_found", "page": 1 }],
        });
        let read = service.post_if(&path, &examiner, (&filed["version"], &whole)).await.expect(201);
        let open: Vec<&str> = read["findings"].as_array().unwrap().iter()
            .filter(|f| f["result"] != "pass").map(|f| f["check"].as_str().unwrap()).collect();
        assert_eq!(open, ["report.authenticity"], "{read:#}");
        assert_eq!(finding(&read, "report.verdict")["supplied_by"], "examiner");
        // From complex to simple only by a named examiner.
        assert_eq!(read["track"], "complex");
        // Another complaint with the file, filed before, hears of it too.
        let twin = format!("/v1/admin/complaints/{}", twin["id"].as_str().unwrap());
        let heard = service.until((&twin, &examiner), |c| finding(c, "report.verdict")["result"] == "pass").await;
        assert_eq!((&heard["track"], &heard["reopened"]), (&"complex".into(), &Value::Null), "{heard:#}");
        let stale = service.post_if(&path, &examiner, (&filed["version"], &whole)).await;
        assert_eq!(stale.problem(412), "complaint.changed");

        // The reading holds for the file: the next complaint with it is simple.
        let files = Deposited::of(&service, &holder, &CUP).await;
        let again = service.file(&holder, ("scan-2", &notice(&CUP, &files, &["700000000002"]))).await.expect(201);
        assert_eq!((&again["track"], &finding(&again, "report.verdict")["result"]), (&"simple".into(), &"pass".into()), "{again:#}");
        assert!(service.terminate(), "a graceful end");
        let audit = service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }

    /// With the engine: facts with confidence and page, the verdict proposed; confirmed, decided, remembered.
    async fn what_ocr_reads_is_a_guess_until_an_examiner_confirms_it(engine: Engine) {
        if !engine_is_here() {
            return;
        }
        let (mut service, [holder, examiner, second], before) = filed(engine, "none").await;
        assert_eq!(finding(&before, "report.kind")["code"], "report.unreadable");
        // An engine that is switched on later reads what was only a scan before.
        service.restart_with(&[("ocr", "tesseract")]).await;
        let files = Deposited::of(&service, &holder, &CUP).await;
        let filed = service.file(&holder, ("scan-ocr", &notice(&CUP, &files, &["700000000009"]))).await.expect(201);
        let id = filed["id"].as_str().unwrap();
        assert_eq!(filed["track"], "complex");
        let number = finding(&filed, "patent.number");
        assert_eq!((&number["result"], &number["page"]), (&"pass".into(), &1.into()), "{filed:#}");
        assert!(number["confidence"].as_u64().is_some_and(|c| c <= 100), "{number:#}");
        let verdict = finding(&filed, "report.verdict");
        assert_eq!((&verdict["result"], &verdict["code"]), (&"unknown".into(), &"report.verdict_by_ocr".into()));
        assert!(verdict["cure"].as_str().unwrap().contains("examiner"), "{verdict:#}");
        let proposed = &filed["verdicts"][0];
        assert_eq!((&proposed["verdict"], &proposed["proposed"]), (&"unknown".into(), &"no_defect_found".into()), "{proposed:#}");
        assert!(filed["findings"].as_array().unwrap().iter().all(|f| f["result"] != "fail"), "{filed:#}");

        let shown = service.get(&format!("/v1/admin/complaints/{id}"), &examiner).await.expect(200);
        let report = &shown["report"];
        let read_pages = &report["readability"]["read_pages"];
        // The engine stands back behind everything else: on a machine that is busy the second page may not be begun in time.
        assert!(*read_pages == json!([1, 2]) || *read_pages == json!([1]), "{report:#}");
        assert_eq!(report["readability"]["state"], "ocr");
        for fact in ["form", "patent_number", "filed_on", "granted_on", "completed_on"] {
            assert_eq!(report[fact]["read"]["by"], "ocr", "{fact}: {report:#}");
        }

        let confirmation = json!({
            "form": { "value": "230701", "page": 1 }, "title": { "value": CUP.title, "page": 1 }, "holder": { "value": CUP.holder, "page": 1 },
            "completed_on": { "value": "2026-09-03", "page": 1 }, "text_version": { "value": { "version": "granted" }, "page": 1 },
            "verdicts": [{ "item": "all", "verdict": "no_defect_found", "page": 1 }],
        });
        let path = format!("/v1/admin/complaints/{id}/report-reading");
        let read = service.post_if(&path, &examiner, (&shown["version"], &confirmation)).await.expect(201);
        let open: Vec<&str> = read["findings"].as_array().unwrap().iter()
            .filter(|f| f["result"] != "pass").map(|f| f["check"].as_str().unwrap()).collect();
        assert_eq!(open, ["report.authenticity"], "{read:#}");
        let event = read["log"].as_array().unwrap().iter().find(|e| e["type"] == "report_read").expect("the event");
        assert_eq!(event["body"]["verdicts"][0]["verdict"], "no_defect_found");
        assert!(!event.to_string().contains(CUP.holder), "a name stands in the log");

        for key in [&examiner, &second] {
            let grant = json!({ "level": "B", "evidence": "副本 2026-11-20" });
            service.post(&format!("/v1/admin/complaints/{id}/authenticity"), key, &grant).await.expect(201);
        }
        let now = service.get(&format!("/v1/admin/complaints/{id}"), &examiner).await.expect(200);
        assert_eq!(now["overall"], "usable", "{now:#}");
        // This one waits for its seller's answer; the next with the same file needs one click.
        assert_eq!(now["state"], "hearing");
        let files = Deposited::of(&service, &holder, &CUP).await;
        let next = service.file(&holder, ("scan-next", &notice(&CUP, &files, &["700000000010"]))).await.expect(201);
        assert_eq!((&next["track"], &next["overall"]), (&"simple".into(), &"usable".into()), "{next:#}");
        let path = format!("/v1/admin/complaints/{}/decision", next["id"].as_str().unwrap());
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        let decided = service.post_if(&path, &examiner, (&next["version"], &decision)).await.expect(201);
        assert_eq!(decided["state"], "decided");
        assert!(service.terminate(), "a graceful end");
        let audit = service.command().arg("audit").output().unwrap();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}

/// What an examiner reads never stands against text of the file.
#[test]
fn text_of_the_file_is_not_overruled() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let filed = service.file(&holder, ("text", &notice(&LAMP, &files, &["700000000003"]))).await.expect(201);
        let id = filed["id"].as_str().unwrap();
        let reading = json!({
            "granted_on": { "value": "2023-11-15", "page": 1 },
            "verdicts": [{ "item": "all", "verdict": "defective", "page": 1 }],
        });
        let path = format!("/v1/admin/complaints/{id}/report-reading");
        let refused = service.post_if(&path, &examiner, (&filed["version"], &reading)).await.expect(422);
        let problems: Vec<(&str, &str)> =
            refused["problems"].as_array().unwrap().iter().map(|p| (p["pointer"].as_str().unwrap(), p["code"].as_str().unwrap())).collect();
        assert_eq!(problems, [("/granted_on", "reading.text_differs"), ("/verdicts", "reading.text_differs")]);
    });
}

/// What `report check` says of a file, and how long it took, in seconds.
fn checked(path: &std::path::Path, ocr: &str) -> (Value, u64) {
    let begun = std::time::Instant::now();
    let done = Command::new(PROGRAM).args(["report", "check", "--json"]).arg(path).env("FASTTRACK_OCR", ocr).output().unwrap();
    (serde_json::from_slice(&done.stdout).unwrap(), begun.elapsed().as_secs())
}

/// Text that somebody laid over the picture, invisibly or in the colour of its paper, is not what the page
/// shows: neither without the engine nor with it.
#[test]
fn a_lying_layer_over_a_scan_is_not_read() {
    for file in ["scanned-with-lying-layer", "scanned-under-paper-coloured-text"] {
        let path = fixture(&format!("reports/{file}.pdf"));
        let (without, _) = checked(path.as_ref(), "none");
        assert_eq!((&without["facts"]["readability"]["state"], &without["verdicts"]), (&"scanned".into(), &json!([])), "{file}");
        if !engine_is_here() {
            continue;
        }
        let (with, _) = checked(path.as_ref(), "tesseract");
        assert_eq!(with["facts"]["readability"]["state"], "ocr", "{file}");
        // The layer calls every claim good; the picture calls 1 to 3 defective.
        let of = |item: &str| with["verdicts"].as_array().unwrap().iter().find(|v| v["item"] == item).unwrap().clone();
        assert_eq!((&of("1")["verdict"], &of("1")["proposed"]), (&"unknown".into(), &"defective".into()), "{file}: {with:#}");
        assert_eq!(of("4")["proposed"], "no_defect_found", "{file}");
    }
}

/// A page that is one picture of 60,000 by 60,000 pixels, twelve times over: nothing is read, soon.
#[test]
fn pictures_made_to_waste_memory_are_left_unread() {
    let picture = "/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode\
                   /DecodeParms<</K -1/Columns 60000/Rows 60000>>";
    let kids = "3 0 R ".repeat(12);
    let mut file = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[{kids}]/Count 12>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>endobj\n\
        4 0 obj<</Length 30>>stream\nq 595 0 0 842 0 0 cm /I Do Q   \nendstream endobj\n\
        5 0 obj<<{picture}/Length 4000>>stream\n"
    )
    .into_bytes();
    file.extend([0x26, 0xa1].repeat(2000));
    file.extend(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.pdf");
    std::fs::write(&path, file).unwrap();
    let (without, _) = checked(&path, "none");
    assert_eq!(without["facts"]["readability"]["state"], "scanned", "{without:#}");
    if engine_is_here() {
        let (with, seconds) = checked(&path, "tesseract");
        assert_eq!((&with["facts"]["readability"]["read_pages"], &with["verdicts"]), (&json!([]), &json!([])), "{with:#}");
        let kind = with["findings"].as_array().unwrap().iter().find(|f| f["check"] == "report.kind").unwrap();
        assert_eq!((&kind["code"], &kind["result"]), (&"report.unreadable".into(), &"unknown".into()));
        assert!(seconds < 60, "{seconds} s");
    }
}

/// Without the engine on the machine the service says so and does not start.
#[test]
fn an_engine_that_is_not_there_is_named_at_the_start() {
    let done = Command::new(PROGRAM).args(["report", "check", "none.pdf"]).env("FASTTRACK_OCR", "tesserakt").output().unwrap();
    assert!(!done.status.success());
    assert!(String::from_utf8_lossy(&done.stderr).contains("FASTTRACK_OCR"), "{}", String::from_utf8_lossy(&done.stderr));
}
