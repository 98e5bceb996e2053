//! Calls of the demonstration: each is made over HTTP and shown with its status and time.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

/// Seconds the service may take to become ready.
const READY_SECONDS: u64 = 20;

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    etag: Option<String>,
}

impl Answer {
    /// The body, if the call went as the story says.
    pub(super) fn expect(self, status: u16) -> anyhow::Result<Value> {
        if self.status != status {
            bail!("{status} was expected: {:#}", self.body);
        }
        Ok(self.body)
    }
}

/// A client that shows what it does.
pub(super) struct Calls {
    http: reqwest::Client,
    url: String,
}

impl Calls {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Calls { http, url: url.to_owned() })
    }

    pub(super) async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let ready = self.http.get(format!("{}/readyz", self.url)).send().await;
            if ready.is_ok_and(|r| r.status() == 200) {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(READY_SECONDS) {
                bail!("the service did not become ready");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn get(&self, path: &str, key: &str) -> anyhow::Result<Answer> {
        self.send("GET", path, self.request("GET", path, key)?).await
    }

    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send("POST", path, self.request("POST", path, key)?.json(body)).await
    }

    /// Puts something in the place of what is there, as it is.
    pub(super) async fn put(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Answer> {
        let tag = self.tag(path, key).await?;
        self.send("PUT", path, self.request("PUT", path, key)?.header("if-match", tag).json(body)).await
    }

    /// Posts an act about what `of` shows, as it is.
    pub(super) async fn act(&self, (of, act): (&str, &str), key: &str, body: &Value) -> anyhow::Result<Answer> {
        let (tag, path) = (self.tag(of, key).await?, format!("{of}/{act}"));
        self.send("POST", &path, self.request("POST", &path, key)?.header("if-match", tag).json(body)).await
    }

    /// The tag of what is there; of nothing, that of nothing.
    async fn tag(&self, path: &str, key: &str) -> anyhow::Result<String> {
        Ok(self.get(path, key).await?.etag.unwrap_or_else(|| "\"v0\"".to_owned()))
    }

    /// Posts on the condition that the complaint is still as it was judged.
    pub(super) async fn post_if(&self, path: &str, key: &str, (version, body): (&Value, &Value)) -> anyhow::Result<Answer> {
        let request = self.request("POST", path, key)?.header("if-match", format!("\"v{version}\"")).json(body);
        self.send("POST", path, request).await
    }

    /// Posts under an idempotency key.
    pub(super) async fn post_once(&self, path: &str, key: &str, (once, body): (&str, &Value)) -> anyhow::Result<Answer> {
        let request = self.request("POST", path, key)?.header("idempotency-key", once).json(body);
        self.send("POST", path, request).await
    }

    /// Waits until what `path` answers is as `is` says: for what the service does by itself.
    pub(super) async fn until(&self, path: &str, key: &str, is: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let begun = Instant::now();
        loop {
            let answer = self.request("GET", path, key)?.send().await?.json().await?;
            if is(&answer) {
                return Ok(answer);
            }
            if begun.elapsed() > Duration::from_secs(READY_SECONDS) {
                bail!("it did not come to pass: {answer:#}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Deposits a file; answers its id.
    pub(super) async fn deposit(&self, key: &str, bytes: &[u8]) -> anyhow::Result<String> {
        self.deposit_at("/v1/files", key, bytes).await
    }

    /// Deposits a file at a path; answers its id.
    pub(super) async fn deposit_at(&self, path: &str, key: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let request = self.request("POST", path, key)?.header("content-type", "application/octet-stream").body(bytes.to_vec());
        let file = self.send("POST", path, request).await?.expect(201)?;
        file["id"].as_str().map(str::to_owned).context("a file has an id")
    }

    fn request(&self, method: &str, path: &str, key: &str) -> anyhow::Result<reqwest::RequestBuilder> {
        Ok(self.http.request(method.parse()?, format!("{}{path}", self.url)).bearer_auth(key))
    }

    async fn send(&self, method: &str, path: &str, request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
        let begun = Instant::now();
        let response = request.send().await?;
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await?;
        println!("    → {method} {path}  {status}  {} ms", begun.elapsed().as_millis());
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default(), etag })
    }
}
