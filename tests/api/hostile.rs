//! Wrong, huge, slow and malicious requests: a clear problem with a stable code, and nothing half-stored.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::notices::{Deposited, JUICER, LAMP, deposit_right, notice};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, fixture, on_both_databases};

pub const BOUNDARY: &str = "fasttrack-test-boundary";

/// A multipart body of these parts: name, media type, bytes.
pub fn multipart(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, media_type, bytes) in parts {
        let file = if *media_type == "application/json" { String::new() } else { format!("; filename=\"{name}.pdf\"") };
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\ncontent-type: {media_type}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Files by multipart, under an idempotency key.
pub async fn post_multipart(service: &Service, key: &str, (once, body): (&str, Vec<u8>)) -> crate::support::service::Answer {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = service.request("POST", "/v1/complaints", key).header("content-type", media_type).header("idempotency-key", once);
    service.send(request.body(body)).await
}

/// A notice whose files are parts of the same request.
fn notice_of_parts() -> Value {
    let names =
        Deposited { report: "report".into(), grant: "grant".into(), certificate: "certificate".into(), identity: "identity".into() };
    notice(&JUICER, &names, &["100000000001"])
}

on_both_databases! {
    /// What cannot be brought to the disk is not answered as filed; the same request succeeds once it can.
    async fn a_file_that_cannot_be_kept_files_nothing(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let form = notice_of_parts().to_string();
        let report = std::fs::read(fixture(JUICER.report)).unwrap();
        let parts: Vec<(&str, &str, &[u8])> = vec![
            ("notice", "application/json", form.as_bytes()),
            ("report", "application/pdf", &report),
            ("grant", "application/pdf", b"%PDF-1.4 grant"),
            ("certificate", "application/pdf", b"%PDF-1.4 certificate"),
            ("identity", "application/pdf", b"%PDF-1.4 identity"),
        ];
        // Where files lie is no folder.
        let place = service.data_folder().join("files/sha256");
        std::fs::write(&place, "").unwrap();
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = service.request("POST", "/v1/complaints", &holder).header("content-type", media_type);
        // Not by way of the contract: it promises no error of ours.
        let refused = request.header("idempotency-key", "kept-1").body(multipart(&parts)).send().await.unwrap();
        assert_eq!(refused.status(), 500);
        assert_eq!(service.get("/v1/complaints", &holder).await.expect(200)["items"], json!([]));
        std::fs::remove_file(&place).unwrap();
        post_multipart(&service, &holder, ("kept-1", multipart(&parts))).await.expect(201);
    }

    /// A notice and its files in one request; the same request again is the same filing.
    async fn multipart_is_one_filing(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let form = notice_of_parts().to_string();
        let report = std::fs::read(fixture(JUICER.report)).unwrap();
        let parts: Vec<(&str, &str, &[u8])> = vec![
            ("notice", "application/json", form.as_bytes()),
            ("report", "application/pdf", &report),
            ("grant", "application/pdf", b"%PDF-1.4 grant"),
            ("certificate", "application/pdf", b"%PDF-1.4 certificate"),
            ("identity", "application/pdf", b"%PDF-1.4 identity"),
        ];
        let filed = post_multipart(&service, &holder, ("m-1", multipart(&parts))).await;
        let first = filed.bytes.clone();
        let filed = filed.expect(201);
        assert_eq!((&filed["state"], &filed["verdicts"][0]["verdict"]), (&"hearing".into(), &"no_defect_found".into()), "{filed:#}");
        let again = post_multipart(&service, &holder, ("m-1", multipart(&parts))).await;
        assert_eq!((again.status, again.bytes), (201, first));
        let mut other = parts.clone();
        other[2].2 = b"%PDF-1.4 another grant";
        assert_eq!(post_multipart(&service, &holder, ("m-1", multipart(&other))).await.problem(422), "idempotency.key_reused");

        let mut extra = parts.clone();
        extra.push(("surprise", "application/pdf", b"%PDF-1.4"));
        let answer = post_multipart(&service, &holder, ("m-2", multipart(&extra))).await.expect(422);
        assert_eq!(answer["problems"][0]["code"], "multipart.part_unnamed");
        let twice: Vec<_> = parts.iter().chain(&parts[1..2]).copied().collect();
        assert_eq!(post_multipart(&service, &holder, ("m-3", multipart(&twice))).await.problem(422), "multipart.part_twice");
        assert_eq!(post_multipart(&service, &holder, ("m-4", multipart(&parts[1..]))).await.problem(422), "multipart.part_missing");
        let mut cut = multipart(&parts);
        cut.truncate(cut.len() / 2);
        assert_eq!(post_multipart(&service, &holder, ("m-5", cut)).await.problem(400), "multipart.malformed");
        let list = service.get("/v1/complaints", &holder).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }
}

async fn started() -> (Service, String) {
    let service = Service::start(Engine::Sqlite).await;
    let (_, holder) = service.account("complainant", None).await;
    (service, holder)
}

#[test]
fn what_cannot_be_read_is_named() {
    crate::support::run(async {
        let (service, holder) = started().await;
        let raw = async |media_type: &str, body: Vec<u8>| {
            let request =
                service.request("POST", "/v1/complaints", &holder).header("content-type", media_type).header("idempotency-key", "h-1");
            service.send(request.body(body)).await
        };
        assert_eq!(raw("application/json", b"{\"patent\": ".to_vec()).await.problem(400), "json.malformed");
        assert_eq!(raw("application/json", b"\xff\xfe".to_vec()).await.problem(400), "json.malformed");
        assert_eq!(raw("application/json", vec![b'['; 200_000]).await.status, 422, "deep nesting");
        assert_eq!(raw("text/plain", b"{}".to_vec()).await.problem(415), "media_type.unsupported");
        assert_eq!(raw("application/json", vec![b' '; 9 * 1024 * 1024]).await.problem(413), "body.too_large");
        let answer = raw("application/json", b"{\"patent\": {\"numbr\": 1}}".to_vec()).await.expect(422);
        assert_eq!(
            (&answer["problems"][0]["pointer"], &answer["problems"][0]["code"]),
            (&"/patent/numbr".into(), &"field.unknown".into()),
            "{answer:#}"
        );
        let number = service.post("/v1/report-checks", &holder, &json!({ "report": 5 })).await.expect(422);
        assert_eq!((&number["problems"][0]["pointer"], &number["problems"][0]["code"]), (&"/report".into(), &"field.type".into()));
        assert_eq!(service.get("/v1/complaints?limit=0", &holder).await.problem(422), "list.limit");
        assert_eq!(service.get("/v1/complaints?surprise=1", &holder).await.problem(400), "query.invalid");
        assert_eq!(service.get("/v1/complaints?cursor=AAAA", &holder).await.problem(422), "list.cursor");
        assert_eq!(service.get("/v1/nothing", &holder).await.problem(404), "not_found");
        assert_eq!(service.delete("/v1/complaints", &holder).await.problem(405), "method.not_allowed");
        assert_eq!(service.get("/docs/..%2f..%2fCargo.toml", "").await.problem(404), "not_found");
        for key in ["", &"k".repeat(129), "with space"] {
            let request = service.request("POST", "/v1/complaints", &holder).header("idempotency-key", key).json(&json!({}));
            assert_eq!(service.send(request).await.problem(400), "idempotency.key_malformed", "{key:?}");
        }
    });
}

#[test]
fn a_file_too_large_or_too_many_files_are_refused() {
    crate::support::run(async {
        let (service, holder) = started().await;
        let mut large = b"%PDF-1.7 ".to_vec();
        large.resize(50 * 1024 * 1024 + 1, b'x');
        let request = service.request("POST", "/v1/files", &holder).header("content-type", "application/pdf").body(large);
        assert_eq!(service.send(request).await.problem(413), "file.too_large");
        let empty = service.request("POST", "/v1/files", &holder).header("content-type", "application/pdf").body(Vec::new());
        assert_eq!(service.send(empty).await.problem(422), "file.empty");
        let names: Vec<String> = (0..65).map(|n| format!("f{n}")).collect();
        let form = notice_of_parts().to_string();
        let mut parts: Vec<(&str, &str, &[u8])> = vec![("notice", "application/json", form.as_bytes())];
        parts.extend(names.iter().map(|n| (n.as_str(), "application/pdf", b"%PDF-1.4".as_slice())));
        assert_eq!(post_multipart(&service, &holder, ("many", multipart(&parts))).await.problem(413), "file.too_many");
    });
}

/// Sends the beginning of a request and then nothing; answers what comes back.
async fn stalled(address: &str, (path, headers, beginning): (&str, &str, &[u8])) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: 9000000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(beginning).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(std::time::Duration::from_secs(60), stream.read(&mut answer)).await.expect("an answer").unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[test]
fn a_body_that_stalls_is_ended() {
    crate::support::run(async {
        let (service, holder) = started().await;
        let address = service.url.trim_start_matches("http://").to_owned();
        let key = format!("authorization: Bearer {holder}\r\nidempotency-key: slow\r\n");
        let json = format!("{key}content-type: application/json\r\n");
        let form = format!("{key}content-type: multipart/form-data; boundary={BOUNDARY}\r\n");
        let file = format!("{key}content-type: application/pdf\r\n");
        // A file of two mebibytes is on the disk already when the rest does not come.
        let mut part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"report\"; filename=\"r.pdf\"\r\n\r\n").into_bytes();
        part.extend(vec![b'x'; 2 * 1024 * 1024]);
        let (a, b, c) = tokio::join!(
            stalled(&address, ("/v1/complaints", &json, b"{\"patent\"")),
            stalled(&address, ("/v1/complaints", &form, &part)),
            stalled(&address, ("/v1/files", &file, &part)),
        );
        for answer in [a, b, c] {
            assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request.too_slow"), "{answer}");
        }
        service.get("/v1/complaints", &holder).await.expect(200);
        let begun = std::time::Instant::now();
        while walk(&service.data_folder()).iter().any(|p| p.to_string_lossy().contains("incoming/") && !p.ends_with("probe")) {
            assert!(begun.elapsed() < std::time::Duration::from_secs(20), "half a file was left: {:?}", walk(&service.data_folder()));
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|e| if e.path().is_dir() { walk(&e.path()) } else { vec![e.path()] }).collect()
}

#[test]
fn an_account_files_no_more_than_its_limit() {
    crate::support::run(async {
        let service = Service::start_with(Engine::Sqlite, &[("filings_per_hour_max", "2")]).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, other) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        for n in 0..2 {
            let item = format!("10000000000{n}");
            service.file(&holder, (&item, &notice(&LAMP, &files, &[&item]))).await.expect(201);
        }
        let third = service.file(&holder, ("third", &notice(&LAMP, &files, &["100000000009"]))).await;
        assert!(third.header("retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(third.problem(429), "rate.limited");
        let theirs = Deposited::of(&service, &other, &LAMP).await;
        service.file(&other, ("own", &notice(&LAMP, &theirs, &["100000000009"]))).await.expect(201);
    });
}

#[test]
fn an_endpoint_may_not_lead_inwards() {
    crate::support::run(async {
        let service = Service::start_with(Engine::Sqlite, &[("egress_allow_networks", ""), ("egress_allow_http", "false")]).await;
        let form = json!({ "code": "ali", "name": "x", "sites": ["taobao"] });
        service.post("/v1/admin/platforms", &service.admin, &form).await.expect(201);
        for url in [
            "http://hooks.example.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/x",
            "https://0x7f000001/x",
            "https://2130706433/x",
            "https://user:secret@hooks.example.com/x",
            "ftp://hooks.example.com/x",
            "file:///etc/passwd",
            "not a url",
        ] {
            let answer = service.post("/v1/admin/platforms/ali/endpoints", &service.admin, &json!({ "url": url })).await;
            assert_eq!(answer.problem(422), "endpoint.url_refused", "{url}");
        }
        service
            .post("/v1/admin/platforms/ali/endpoints", &service.admin, &json!({ "url": "https://hooks.example.com/x" }))
            .await
            .expect(201);
    });
}

/// A proxy would resolve names and connect where the rules allow nothing: what the environment says of one is not heard.
#[test]
fn messages_pass_by_a_proxy_of_the_environment() {
    crate::support::run(async {
        let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        proxy.set_nonblocking(true).unwrap();
        let url = format!("http://{}", proxy.local_addr().unwrap());
        let settings = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, url.as_str()));
        let service = Service::start_with(Engine::Sqlite, &settings).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        service.post(&format!("/v1/platform/endpoints/{}/test", platform.endpoint), &platform.key, &json!({})).await.expect(201);
        assert!(platform.wait_for(1).await[0].signed);
        assert_eq!(proxy.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody came");
    });
}

#[test]
fn wrong_settings_stop_the_start_and_are_named() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let done = service.command().env("FASTTRACK_LISTEN", "nowhere").env("FASTTRACK_LISSEN", "x").arg("serve").output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains("FASTTRACK_LISTEN") && said.contains("FASTTRACK_LISSEN"), "{said}");
        let second = service.command().arg("serve").output().unwrap();
        assert!(!second.status.success(), "two processes on one data folder: {}", String::from_utf8_lossy(&second.stderr));
    });
}

on_both_databases! {
    /// The character no database text can hold is refused where it comes in, and what is mistyped finds its name.
    async fn what_no_database_can_hold_is_refused(engine: Engine) {
        let service = Service::start(engine).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let mut form = notice(&LAMP, &files, &["100000000001"]);
        form["client_reference"] = "a\0b".into();
        form["accused_products"][0]["listings"][0]["shop"] = "\0".into();
        let refused = service.file(&holder, ("nul", &form)).await.expect(422);
        let pointers: Vec<&Value> = refused["problems"].as_array().unwrap().iter().map(|p| &p["pointer"]).collect();
        assert_eq!(pointers, ["/accused_products/0/listings/0/shop", "/client_reference"], "{refused:#}");
        let rows = json!({ "complaints": [form, notice(&LAMP, &files, &["100000000001"])] });
        let request = service.request("POST", "/v1/complaint-batches", &holder).header("idempotency-key", "n").json(&rows);
        let answered = service.send(request).await.expect(200);
        assert_eq!((&answered["rows"][0]["status"], &answered["rows"][1]["status"]), (&422.into(), &201.into()), "{answered:#}");
        let account = service.post("/v1/admin/accounts", &service.admin, &json!({ "role": "examiner", "name": "\0" })).await;
        assert_eq!(account.problem(422), "body.invalid");
        // Six characters that only look like it are text.
        let looks = service.post("/v1/admin/accounts", &service.admin, &json!({ "role": "examiner", "name": "\\u0000" })).await.expect(201);
        assert_eq!(looks["name"], "\\u0000");
        for (path, key) in [("/v1/complaints?reference=%00", &holder), ("/v1/complaints?item=a%00", &holder), ("/v1/admin/queue?platform=%00", &examiner)] {
            assert_eq!(service.get(path, key).await.problem(400), "query.invalid", "{path}");
        }
        for (path, key) in [("/v1/complaints/%00", &holder), ("/v1/admin/platforms/%00/endpoints", &service.admin)] {
            assert_eq!(service.get(path, key).await.problem(404), "not_found", "{path}");
        }
        for path in ["/v1/admin/queue?state=acepted", "/v1/admin/complaints?track=simpel", "/v1/admin/queue?track="] {
            assert_eq!(service.get(path, &examiner).await.problem(422), "list.filter", "{path}");
        }
        assert_eq!(service.get("/v1/admin/complaints?surprise=1", &examiner).await.problem(400), "query.invalid");
    }
}

#[test]
fn what_is_longer_than_the_contract_says_is_refused() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let (_, holder) = service.account("complainant", None).await;
        let (_, examiner) = service.account("examiner", None).await;
        let (long, name) = ("长".repeat(4_001), "长".repeat(201));
        let mut entry = crate::support::notices::register(&LAMP);
        entry["source"] = name.as_str().into();
        assert_eq!(service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiner, &entry).await.problem(422), "field.too_long");
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let right = deposit_right(&service, &holder, (&LAMP, &files)).await;
        let found = json!({ "part": "standing", "result": "verified", "evidence": long });
        let path = format!("/v1/admin/rights/{right}/verification");
        assert_eq!(service.post(&path, &examiner, &found).await.problem(422), "verification.evidence");
        let sites: Vec<String> = (0..101).map(|n| format!("site-{n}")).collect();
        for sites in [json!(sites), json!(["taobao", "taobao"]), json!(["Taobao"]), json!([""])] {
            let form = json!({ "code": "ali", "name": "x", "sites": sites });
            assert_eq!(service.post("/v1/admin/platforms", &service.admin, &form).await.problem(422), "platform.sites", "{form}");
        }
    });
}
