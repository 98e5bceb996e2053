//! The program, running: started on a free port with a folder and a database of its own, spoken to
//! over HTTP, killed when the test ends.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::database::new_database;
use super::{Engine, contract};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_fasttrack");

/// A running service.
pub struct Service {
    child: Option<Child>,
    env: HashMap<String, String>,
    pub url: String,
    pub database_url: String,
    pub folder: tempfile::TempDir,
    http: reqwest::Client,
    /// What it writes goes to a file, at this level; else only warnings, to the test's own output.
    talkative: Option<String>,
    /// The data folder is a disk of its own with so many mebibytes.
    small_disk_mib: Option<u32>,
    /// The first administrator's key.
    pub admin: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
}

impl Answer {
    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        let media_type = self.header("content-type");
        let body = self.expect(status);
        assert_eq!(media_type, "application/problem+json");
        assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{body:#}");
        body["code"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned()
    }
}

/// A client without limits of its own.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(240)).build().unwrap()
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Service {
    /// Starts one with the settings of a test.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// Starts one with further settings, named without prefix in lower case; and `rust_log`, to keep what it writes.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let mut service = Self::prepared(engine, settings);
        let made = service.command().args(["keys", "--role", "admin", "--name", "test"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        service.take_admin(&made.stdout);
        service.spawn().await;
        // Before a sale decisions take two examiners: no story must depend on the day it is told.
        let rule = json!({ "sellers_max": 5, "sales": [] });
        service.put("/v1/admin/four-eyes", &service.admin, &rule).await.expect(200);
        service
    }

    /// Starts one whose files and embedded database lie on a disk of so many mebibytes.
    pub async fn start_on_small_disk(mib: u32) -> Self {
        let mut service = Self::prepared(Engine::Sqlite, &[]);
        let data = service.data_folder();
        std::fs::create_dir(&data).unwrap();
        service.database_url = format!("sqlite:{}", data.join("test.sqlite").display());
        service.env.insert("database_url".into(), service.database_url.clone());
        service.small_disk_mib = Some(mib);
        service.spawn().await;
        let made = std::fs::read(service.folder.path().join("key.json")).unwrap();
        service.take_admin(&made);
        service
    }

    /// A second process on the same database and files.
    pub async fn beside(&self) -> Self {
        self.beside_with(&[]).await
    }

    /// The same with other settings.
    pub async fn beside_with(&self, settings: &[(&str, &str)]) -> Self {
        let mut env = self.env.clone();
        env.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let mut other = Service {
            child: None,
            env,
            url: String::new(),
            database_url: self.database_url.clone(),
            folder: tempfile::tempdir().unwrap(),
            http: http(),
            talkative: None,
            small_disk_mib: None,
            admin: self.admin.clone(),
        };
        other.spawn().await;
        other
    }

    fn prepared(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = new_database(engine, folder.path());
        let mut env = HashMap::from([
            ("database_url".to_owned(), database_url.clone()),
            ("data_folder".to_owned(), folder.path().join("data").display().to_string()),
            ("egress_allow_networks".to_owned(), "127.0.0.0/8".to_owned()),
            ("egress_allow_http".to_owned(), "true".to_owned()),
            ("issuer_name".to_owned(), "测试市知识产权保护中心".to_owned()),
        ]);
        env.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let talkative = env.remove("rust_log");
        let (child, url, admin, small_disk_mib) = (None, String::new(), String::new(), None);
        Service { child, env, url, database_url, folder, http: http(), talkative, small_disk_mib, admin }
    }

    fn take_admin(&mut self, made: &[u8]) {
        let made: Value = serde_json::from_slice(made).unwrap();
        self.admin = made["key"].as_str().unwrap().to_owned();
    }

    /// The program in a namespace of its own, its data folder on a small disk; the first key is made there too.
    fn serve_on_small_disk(&self, mib: u32) -> Command {
        let script = "mount -t tmpfs -o size=\"$1\"m tmpfs \"$2\" && \"$0\" keys --role admin --name test > \"$3\" && exec \"$0\" serve";
        let inner = self.command();
        let mut command = Command::new("unshare");
        command.env_clear().envs(inner.get_envs().filter_map(|(n, v)| Some((n, v?))));
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, PROGRAM, &mib.to_string()]);
        command.arg(self.data_folder()).arg(self.folder.path().join("key.json")).stdin(Stdio::null());
        command
    }

    /// Changes a setting for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// The program with this service's settings.
    pub fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("RUST_LOG", self.talkative.as_deref().unwrap_or(crate::SERVICE_LOG));
        for (name, value) in &self.env {
            // Those in upper case are others' that the program reads.
            let own = name.chars().any(char::is_lowercase);
            command.env(if own { format!("FASTTRACK_{}", name.to_uppercase()) } else { name.clone() }, value);
        }
        if crate::TIME_MOVES {
            command.env(fasttrack::clock::TEST_CLOCK, self.clock_file());
            command.env(fasttrack::fail_points::FAIL_POINTS, self.orders_file());
        }
        command.stdin(Stdio::null());
        command
    }

    fn clock_file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    fn orders_file(&self) -> PathBuf {
        self.folder.path().join("orders")
    }

    /// Orders that a point of the program lets so many passes through and then acts: `kill`, `fail:N`.
    pub fn order(&self, (point, passes, act): (&str, u64, &str)) {
        static SERIAL: AtomicU64 = AtomicU64::new(1);
        let new = self.folder.path().join("orders.new");
        std::fs::write(&new, format!("{} {point} {passes} {act}", SERIAL.fetch_add(1, Ordering::SeqCst))).unwrap();
        std::fs::rename(&new, self.orders_file()).unwrap();
    }

    /// Whether the last order was carried out; if not it is taken back.
    pub fn order_met(&self) -> bool {
        std::fs::remove_file(self.orders_file()).is_err()
    }

    fn moved_by_us(&self) -> i64 {
        std::fs::read_to_string(self.clock_file()).map_or(0, |t| t.trim().parse().unwrap())
    }

    /// The time in the program.
    pub fn now(&self) -> jiff::Timestamp {
        let us = fasttrack::clock::Clock::System.now().as_microsecond() + self.moved_by_us();
        jiff::Timestamp::from_microsecond(us).unwrap()
    }

    /// The day in Shanghai in the program.
    pub fn today(&self) -> jiff::civil::Date {
        fasttrack::domain::calendar::shanghai_date(self.now())
    }

    /// Moves the time in the program, also back; it goes on from there.
    pub fn set_time(&self, to: jiff::Timestamp) {
        let by = to.as_microsecond() - fasttrack::clock::Clock::System.now().as_microsecond();
        let new = self.folder.path().join("clock.new");
        std::fs::write(&new, by.to_string()).unwrap();
        std::fs::rename(&new, self.clock_file()).unwrap();
    }

    /// Moves the time in the program to a time of day in Shanghai: `2026-09-20 23:59:50`.
    pub fn set_shanghai_time(&self, to: &str) {
        let time: jiff::civil::DateTime = to.parse().unwrap();
        self.set_time(jiff::tz::offset(8).to_timestamp(time).unwrap());
    }

    /// Days pass in the program.
    pub fn days_pass(&self, days: i64) {
        self.set_time(self.now() + jiff::SignedDuration::from_hours(24 * days));
    }

    /// Waits until what `path` answers is as `is` says: for what the program does by itself.
    pub async fn until(&self, (path, key): (&str, &str), is: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.get(path, key).await.expect(200);
            if is(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "it did not come to pass: {answer:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts the process and waits until it is ready.
    pub async fn spawn(&mut self) {
        let port = free_port();
        self.url = format!("http://127.0.0.1:{port}");
        self.env.insert("listen".into(), format!("127.0.0.1:{port}"));
        self.env.insert("public_url".into(), self.url.clone());
        let mut command = match self.small_disk_mib {
            Some(mib) => self.serve_on_small_disk(mib),
            None => {
                let mut command = self.command();
                command.arg("serve");
                command
            }
        };
        if self.talkative.is_some() {
            let file = std::fs::File::create(self.written_path()).unwrap();
            command.stdout(file.try_clone().unwrap()).stderr(file);
        }
        self.child = Some(command.spawn().unwrap());
        let begun = Instant::now();
        loop {
            if let Ok(r) = self.http.get(format!("{}/readyz", self.url)).send().await
                && r.status() == 200
            {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "the service did not become ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Kills the process as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends the process and starts it again with further settings.
    pub async fn restart_with(&mut self, settings: &[(&str, &str)]) {
        assert!(self.terminate(), "a graceful end");
        self.env.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        self.spawn().await;
    }

    /// Sends the process a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Asks the process to end, and waits for it.
    pub fn terminate(&mut self) -> bool {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        let (Some(mut child), Some(pid)) = (self.child.take(), pid) else { return false };
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        child.wait().unwrap().success()
    }

    /// A request.
    pub fn request(&self, method: &str, path: &str, key: &str) -> reqwest::RequestBuilder {
        let method: reqwest::Method = method.parse().unwrap();
        let request = self.http.request(method, format!("{}{path}", self.url));
        if key.is_empty() { request } else { request.bearer_auth(key) }
    }

    /// Sends a request, and holds what comes back to the contract.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let (method, url) = (request.method().to_string(), request.url().clone());
        let media_type = request.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let body = request.body().and_then(reqwest::Body::as_bytes).filter(|_| media_type == "application/json").map(<[u8]>::to_vec);
        let answer = answer(self.http.execute(request).await.unwrap()).await;
        contract::hold(&contract::Exchange {
            method: &method,
            target: &url[url::Position::BeforePath..],
            request_type: &media_type,
            request: body.as_deref(),
            status: answer.status,
            headers: &answer.headers,
            answer: &answer.bytes,
        });
        answer
    }

    pub async fn get(&self, path: &str, key: &str) -> Answer {
        self.send(self.request("GET", path, key)).await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.change(("POST", path), key, body).await
    }

    pub async fn put(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.change(("PUT", path), key, body).await
    }

    pub async fn delete(&self, path: &str, key: &str) -> Answer {
        self.change(("DELETE", path), key, &Value::Null).await
    }

    /// As a client writes that looked before: where the contract asks for it, with the tag of what is there.
    async fn change(&self, (method, path): (&str, &str), key: &str, body: &Value) -> Answer {
        let request = self.request(method, path, key);
        let request = if method == "DELETE" { request } else { request.json(body) };
        if !contract::asks_for_a_tag(method, path) {
            return self.send(request).await;
        }
        loop {
            let tag = self.tag((method, path), key).await;
            let answer = self.send(request.try_clone().unwrap().header("if-match", tag)).await;
            // What the service does by itself may come between; whoever judges looks again.
            if answer.body["code"] != "complaint.changed" {
                return answer;
            }
        }
    }

    /// The tag of what a write is about; that of nothing, where nothing is shown.
    pub async fn tag(&self, (method, path): (&str, &str), key: &str) -> String {
        let segments: Vec<&str> = path.split('/').collect();
        let reminder = segments.iter().position(|s| *s == "reminders").filter(|_| method == "DELETE");
        let read = match segments[..] {
            [.., "assignment" | "claim"] => [&segments[..5], &["claim"]].concat(),
            ["", "v1", "admin", "automation", ..] => segments[..4].to_vec(),
            _ => segments[..segments.len().min(5)].to_vec(),
        };
        let there = self.get(&read.join("/"), key).await;
        if let Some(at) = reminder {
            let of = |r: &&Value| r["id"] == segments[at + 1];
            let version = there.body["reminders"].as_array().and_then(|all| all.iter().find(of)).map_or(0.into(), |r| r["version"].clone());
            return format!("\"v{version}\"");
        }
        let tag = there.header("etag");
        if tag.is_empty() { "\"v0\"".to_owned() } else { tag }
    }

    /// Posts under a condition: the version a person judged.
    pub async fn post_if(&self, path: &str, key: &str, (version, body): (&Value, &Value)) -> Answer {
        self.send(self.request("POST", path, key).header("if-match", format!("\"v{version}\"")).json(body)).await
    }

    /// Files a notice under an idempotency key.
    pub async fn file(&self, key: &str, (idempotency_key, notice): (&str, &Value)) -> Answer {
        self.send(self.request("POST", "/v1/complaints", key).header("idempotency-key", idempotency_key).json(notice)).await
    }

    /// Makes an account of a role; answers its id and key.
    pub async fn account(&self, role: &str, platform: Option<&str>) -> (String, String) {
        let mut form = json!({ "role": role, "name": format!("a {role}") });
        if let Some(code) = platform {
            form["platform"] = code.into();
        }
        let account = self.post("/v1/admin/accounts", &self.admin, &form).await.expect(201);
        let id = account["id"].as_str().unwrap().to_owned();
        let key = self.post(&format!("/v1/admin/accounts/{id}/keys"), &self.admin, &json!({})).await.expect(201);
        (id, key["key"].as_str().unwrap().to_owned())
    }

    /// Deposits a file; answers its id.
    pub async fn deposit(&self, key: &str, path: &Path) -> String {
        let bytes = std::fs::read(path).unwrap();
        self.deposit_bytes(key, bytes).await
    }

    pub async fn deposit_bytes(&self, key: &str, bytes: Vec<u8>) -> String {
        let request = self.request("POST", "/v1/files", key).header("content-type", "application/octet-stream").body(bytes);
        let file = self.send(request).await.expect(201);
        file["id"].as_str().unwrap().to_owned()
    }

    fn written_path(&self) -> PathBuf {
        self.folder.path().join("written.log")
    }

    /// What a talkative process wrote since it was spawned.
    pub fn written(&self) -> String {
        std::fs::read_to_string(self.written_path()).unwrap()
    }

    pub fn data_folder(&self) -> PathBuf {
        PathBuf::from(&self.env["data_folder"])
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A response, read whole.
async fn answer(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status, headers, bytes, body }
}
