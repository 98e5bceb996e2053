//! The service as it is measured: the release program with a platform, an account and its files, and
//! the filing that the loader repeats with other numbers. Nothing is switched off; the account's limit
//! of filings is raised by its own setting.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::loader::{MARKS, Shot};
use crate::support::notices::{Deposited, LAMP, notice, notice_by, register};
use crate::support::{Engine, Service};

/// Filings an hour the account may make: more than any run makes.
const FILINGS_PER_HOUR_MAX: u32 = 1_000_000_000;
/// Between the parts of a multipart body.
const BOUNDARY: &str = "fasttrack-bench-boundary";

/// A report as nobody has seen it: its bytes end in a comment of its own.
pub fn own_report(report: &[u8], mark: &str) -> Vec<u8> {
    [report, b"\n%", mark.as_bytes(), b"\n"].concat()
}

/// A running service and who files.
pub struct World {
    pub service: Service,
    pub holder: String,
    pub examiners: [String; 2],
    pub files: Deposited,
    /// The complaint filed first: its report is known from then on.
    pub sample: Value,
}

impl World {
    /// Starts the service on an empty database and files the sample.
    pub async fn start(engine: Engine) -> Self {
        let service = Service::start(engine).await;
        let platform = json!({ "code": "ali", "name": "平台", "sites": ["taobao", "tmall"] });
        service.post("/v1/admin/platforms", &service.admin, &platform).await.expect(201);
        let form = json!({ "role": "complainant", "name": LAMP.holder, "filings_per_hour_max": FILINGS_PER_HOUR_MAX });
        let made = service.post("/v1/admin/accounts", &service.admin, &form).await.expect(201);
        let account = made["id"].as_str().unwrap();
        let made = service.post(&format!("/v1/admin/accounts/{account}/keys"), &service.admin, &json!({})).await.expect(201);
        let holder = made["key"].as_str().unwrap().to_owned();
        let examiners = [service.account("examiner", None).await.1, service.account("examiner", None).await.1];
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), &examiners[0], &register(&LAMP)).await.expect(200);
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let items = ["500000000000", "500000000001", "500000000002"];
        let sample = service.file(&holder, (crate::sample::SAMPLE_KEY, &notice(&LAMP, &files, &items))).await.expect(201);
        World { service, holder, examiners, files, sample }
    }

    /// Where the service listens.
    pub fn address(&self) -> String {
        let address: SocketAddr = self.service.url.trim_start_matches("http://").parse().unwrap();
        address.to_string()
    }

    /// A filing: multipart, its notice in a JSON part that names files uploaded before.
    pub fn filing(&self) -> Shot {
        self.with_files_known(&notice(&LAMP, &self.files, &MARKS))
    }

    /// A filing that names a right and, beside it, a report uploaded before.
    pub fn filing_by(&self, right: &str) -> Shot {
        let mut notice = notice_by(right, (&LAMP, &self.files), &MARKS);
        notice["report"] = self.files.report.as_str().into();
        self.with_files_known(&notice)
    }

    /// A filing that brings a report nobody has seen.
    pub fn filing_with_report(&self, report: &[u8]) -> Shot {
        self.with_report(notice(&LAMP, &self.files, &MARKS), report)
    }

    /// A filing that names a right and brings a report nobody has seen.
    pub fn filing_with_report_by(&self, right: &str, report: &[u8]) -> Shot {
        self.with_report(notice_by(right, (&LAMP, &self.files), &MARKS), report)
    }

    fn with_files_known(&self, notice: &Value) -> Shot {
        self.multipart(&[("notice", "application/json", notice.to_string().into_bytes())])
    }

    fn with_report(&self, mut notice: Value, report: &[u8]) -> Shot {
        notice["report"] = "report".into();
        let report = own_report(report, MARKS[0]);
        self.multipart(&[("notice", "application/json", notice.to_string().into_bytes()), ("report", "application/pdf", report)])
    }

    /// An upload of so many bytes.
    pub fn upload(&self, bytes: usize) -> Shot {
        let mut body = vec![b'.'; bytes];
        body[..MARKS[0].len()].copy_from_slice(MARKS[0].as_bytes());
        let authorization = format!("Bearer {}", self.holder);
        Shot::post("/v1/files", &[("authorization", &authorization), ("content-type", "application/octet-stream")], &body)
    }

    fn multipart(&self, parts: &[(&str, &str, Vec<u8>)]) -> Shot {
        let mut body = Vec::new();
        for (name, media_type, bytes) in parts {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\ncontent-type: {media_type}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let authorization = format!("Bearer {}", self.holder);
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let key = format!("bench-{}", MARKS[0]);
        let headers = [("authorization", authorization.as_str()), ("content-type", &content_type), ("idempotency-key", &key)];
        Shot::post("/v1/complaints", &headers, &body)
    }
}
