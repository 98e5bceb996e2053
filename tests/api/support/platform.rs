//! A platform as it should be: an HTTP receiver that checks the signature with a library that is not
//! ours, answers what the test says, and remembers what came.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Service, contract};

/// What came.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    /// By the secret, as a library that is not ours sees it.
    pub signed: bool,
    /// The same, whatever time it is there.
    pub signed_then: bool,
    /// By a published key of the endpoint.
    pub proven: bool,
    pub body: Value,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct State {
    secret: Option<String>,
    public_keys: Vec<[u8; 32]>,
    received: Vec<Received>,
    /// Statuses of the next answers; then 200.
    answers: Vec<u16>,
    /// Bodies of the next answers; then a sentence.
    says: Vec<String>,
    /// How long it thinks before it answers the next message.
    thinks: Option<Duration>,
    /// How long it thinks before it answers any, once so many came.
    always_thinks: Option<(usize, Duration)>,
    under_way: usize,
    most_at_once: usize,
}

/// A platform with an account, an endpoint and a receiver.
pub struct Platform {
    pub key: String,
    pub endpoint: String,
    url: String,
    state: Arc<Mutex<State>>,
    server: actix_web::dev::ServerHandle,
}

async fn receive(state: web::Data<Arc<Mutex<State>>>, req: HttpRequest, bytes: web::Bytes) -> HttpResponse {
    let (status, says, thinks) = noted(&mut state.lock().unwrap(), &req, &bytes);
    if let Some(time) = thinks {
        tokio::time::sleep(time).await;
    }
    state.lock().unwrap().under_way -= 1;
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).body(says)
}

/// Keeps what came; answers the status, the body, and how long it takes.
fn noted(state: &mut State, req: &HttpRequest, bytes: &[u8]) -> (u16, String, Option<Duration>) {
    let id = req.headers().get("webhook-id").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let verified = state.secret.as_deref().map(|secret| {
        let mut headers = http::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            if let Some(value) = req.headers().get(name) {
                headers.insert(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
        }
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        let text = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
        let made = text("webhook-timestamp").parse().ok().and_then(|at| webhook.sign(&id, at, bytes).ok());
        let then = made.is_some_and(|made| text("webhook-signature").split(' ').any(|s| s == made));
        (webhook.verify(bytes, &headers).is_ok(), then)
    });
    let (signed, signed_then) = verified.unwrap_or_default();
    let proven = proven(&state.public_keys, req, bytes);
    let body = serde_json::from_slice(bytes).unwrap_or_default();
    state.received.push(Received { id, signed, signed_then, proven, body, bytes: bytes.to_vec() });
    let status = if state.answers.is_empty() { 200 } else { state.answers.remove(0) };
    state.under_way += 1;
    state.most_at_once = state.most_at_once.max(state.under_way);
    let says = if state.says.is_empty() { format!("the platform says {status}") } else { state.says.remove(0) };
    let always = state.always_thinks.filter(|(after, _)| state.received.len() > *after).map(|(_, time)| time);
    (status, says, state.thinks.take().or(always))
}

/// Whether one of the published keys verifies one of the `v1a` signatures.
fn proven(keys: &[[u8; 32]], req: &HttpRequest, bytes: &[u8]) -> bool {
    let header = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let text = [format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes(), bytes].concat();
    let signatures = header("webhook-signature");
    let signatures: Vec<Vec<u8>> = signatures.split(' ').filter_map(|s| STANDARD.decode(s.strip_prefix("v1a,")?).ok()).collect();
    keys.iter().any(|key| signatures.iter().any(|signature| fasttrack::vault::signed_by(key, &text, signature)))
}

/// The keys that are published for an endpoint, newest first.
pub async fn public_keys(service: &Service, endpoint: &str) -> Vec<[u8; 32]> {
    let published = service.get(&format!("/v1/webhook-keys/{endpoint}"), "").await.expect(200);
    let key = |k: &Value| {
        let text = k["public_key"].as_str().unwrap().strip_prefix("whpk_").unwrap();
        STANDARD.decode(text).unwrap().try_into().unwrap()
    };
    published["keys"].as_array().unwrap().iter().map(key).collect()
}

impl Platform {
    /// Registers platform, account and endpoint at `service`, and starts to listen.
    pub async fn connect(service: &Service, code: &str, sites: &[&str]) -> Self {
        Self::connect_as(service, code, (sites, "platform")).await
    }

    /// The same, with who forwards its sellers' statements: `platform` or `centre_as_agent`.
    pub async fn connect_as(service: &Service, code: &str, (sites, forwarding): (&[&str], &str)) -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        let server = HttpServer::new(move || App::new().app_data(web::Data::new(shared.clone())).default_service(web::to(receive)))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let form = json!({ "code": code, "name": format!("平台 {code}"), "sites": sites, "forwarding": forwarding });
        service.post("/v1/admin/platforms", &service.admin, &form).await.expect(201);
        let (_, key) = service.account("platform", Some(code)).await;
        let made = service.post(&format!("/v1/admin/platforms/{code}/endpoints"), &service.admin, &json!({ "url": url })).await.expect(201);
        state.lock().unwrap().secret = made["secret"].as_str().map(str::to_owned);
        let endpoint = made["id"].as_str().unwrap().to_owned();
        state.lock().unwrap().public_keys = public_keys(service, &endpoint).await;
        Platform { key, endpoint, url, state, server: handle }
    }

    /// The next answers, by status.
    pub fn will_answer(&self, statuses: &[u16]) {
        self.state.lock().unwrap().answers = statuses.to_vec();
    }

    /// The bodies of the next answers.
    pub fn will_say(&self, bodies: &[&str]) {
        self.state.lock().unwrap().says = bodies.iter().map(|b| (*b).to_owned()).collect();
    }

    /// The next answer takes this long.
    pub fn will_think(&self, time: Duration) {
        self.state.lock().unwrap().thinks = Some(time);
    }

    /// Every answer takes this long.
    pub fn always_thinks(&self, time: Duration) {
        self.thinks_after(0, time);
    }

    /// Every answer takes this long once so many messages came.
    pub fn thinks_after(&self, messages: usize, time: Duration) {
        self.state.lock().unwrap().always_thinks = Some((messages, time));
    }

    /// Most messages it had in hand at once so far.
    pub fn most_at_once(&self) -> usize {
        self.state.lock().unwrap().most_at_once
    }

    pub fn set_secret(&self, secret: &str) {
        self.state.lock().unwrap().secret = Some(secret.to_owned());
    }

    pub fn set_public_keys(&self, keys: Vec<[u8; 32]>) {
        self.state.lock().unwrap().public_keys = keys;
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All that came, each held to the contract.
    pub fn received(&self) -> Vec<Received> {
        let received = self.state.lock().unwrap().received.clone();
        received.iter().for_each(|r| contract::hold_webhook(&r.body));
        received
    }

    /// What came, each message once: one that is sent again, as where a lease ended while its answer was on
    /// the way, is the same one, and a platform knows it by its id.
    pub fn messages(&self) -> Vec<Received> {
        let mut known = BTreeSet::new();
        self.received().into_iter().filter(|r| known.insert(r.id.clone())).collect()
    }

    /// Waits until `n` messages came.
    pub async fn wait_for(&self, n: usize) -> Vec<Received> {
        Self::wait(n, || self.messages()).await
    }

    /// Waits until messages came `n` times, the same one again or another.
    pub async fn wait_for_arrivals(&self, n: usize) -> Vec<Received> {
        Self::wait(n, || self.received()).await
    }

    async fn wait(n: usize, came: impl Fn() -> Vec<Received>) -> Vec<Received> {
        let begun = Instant::now();
        loop {
            let received = came();
            if received.len() >= n {
                return received;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{} of {n} messages came", received.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops to listen.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}
