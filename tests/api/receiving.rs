//! What a platform's engineers build their receiver with: the catalogue of events, the samples that verify, and
//! `fasttrack listen`.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fasttrack::clock::Clock;
use fasttrack::delivery::signature::{SigningKeys, SigningSecret, headers};
use fasttrack::domain::dispatch::DispatchKind;
use fasttrack::vault::{Vault, webhook_public_key};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::platform::Platform;
use crate::support::service::{PROGRAM, free_port};
use crate::support::{Engine, Service};

/// Every type that can be sent is in the catalogue, and each schema stands by itself: it takes the examples, and
/// what was really pushed.
#[test]
fn the_catalogue_holds_by_itself() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        service.post(&format!("/v1/platform/endpoints/{}/test", platform.endpoint), &platform.key, &json!({})).await.expect(201);
        let pushed = platform.wait_for(1).await.remove(0);
        let catalogue = service.get("/v1/event-types", "").await.expect(200);
        let items = catalogue["items"].as_array().unwrap();
        for item in items {
            let kind = item["type"].as_str().unwrap();
            assert!(DispatchKind::from_word(kind).is_some(), "{kind}");
            let schema = jsonschema::options().should_validate_formats(true).build(&item["schema"]).unwrap();
            let takes = |body: &Value| schema.iter_errors(body).map(|e| e.to_string()).collect::<Vec<_>>();
            for example in item["samples"].as_array().unwrap() {
                assert_eq!(takes(example), Vec::<String>::new(), "{kind}");
                assert_eq!(example["type"], kind);
                let mut spoiled = example.clone();
                spoiled["unheard_of"] = true.into();
                assert!(!takes(&spoiled).is_empty(), "{kind} takes anything");
            }
            if kind == "test" {
                assert_eq!(takes(&pushed.body), Vec::<String>::new());
            }
        }
        let kinds = [
            "takedown.decided",
            "lift.decided",
            "hearing.opened",
            "statement.to_forward",
            "measure.kept",
            "termination.withdrawn",
            "listing.resolve_requested",
            "test",
        ];
        for kind in kinds {
            assert!(items.iter().any(|i| i["type"] == kind), "{kind} is not in the catalogue");
        }
    });
}

/// Runs a sample on a message; none where its language is not here.
fn sample(program: &str, file: &str, (key, head): (&str, &[(&'static str, String); 3]), body: &[u8]) -> Option<bool> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api-spec/samples").join(file);
    let mut command = Command::new(program);
    command.arg(file).arg(key).args(head.iter().map(|(_, value)| value)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        assert!(std::env::var_os("TEST_REQUIRE_SAMPLES").is_none(), "{program} is required");
        eprintln!("SKIPPED: there is no {program}");
        return None;
    };
    child.stdin.take().unwrap().write_all(body).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(said, if output.status.success() { "verified" } else { "WRONG" });
    Some(output.status.success())
}

/// The samples take what is signed, also during a rotation, and nothing else.
#[test]
fn the_samples_verify() {
    let vault = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
    let (old, new) = (SigningSecret::generate().unwrap(), SigningSecret::generate().unwrap());
    let pairs = vec![vault.webhook_key(Uuid::from_u128(1), 2), vault.webhook_key(Uuid::from_u128(1), 1)];
    let public: Vec<String> = pairs.iter().map(webhook_public_key).collect();
    let keys = SigningKeys { secrets: vec![new.clone(), old.clone()], pairs };
    let body = "{\"text\":\"下架\"}".as_bytes();
    let now = Clock::System.now();
    let head = headers("msg_1", now, &keys, body);
    let stale = headers("msg_1", now - jiff::SignedDuration::from_mins(6), &keys, body);
    let stranger = SigningSecret::generate().unwrap().reveal();
    let foreign = webhook_public_key(&vault.webhook_key(Uuid::from_u128(2), 1));
    for (program, file, by_key) in [("python3", "verify.py", false), ("node", "verify.js", true)] {
        let mut good = vec![new.reveal(), old.reveal()];
        let mut bad = vec![stranger.clone()];
        if by_key {
            good.extend(public.clone());
            bad.push(foreign.clone());
        }
        for key in &good {
            let Some(verified) = sample(program, file, (key, &head), body) else { return };
            assert!(verified, "{file} with {key}");
            assert_eq!(sample(program, file, (key, &head), b"{\"text\":\"x\"}"), Some(false), "{file}: another body");
            assert_eq!(sample(program, file, (key, &stale), body), Some(false), "{file}: of long ago");
        }
        for key in &bad {
            assert_eq!(sample(program, file, (key, &head), body), Some(false), "{file}: another's key");
        }
    }
}

/// `fasttrack listen`, until the test ends.
struct Listener {
    child: Child,
    url: String,
}

impl Listener {
    async fn start(args: &[&str]) -> Self {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new(PROGRAM).arg("listen").args(["--address", &address]).args(args).stdout(Stdio::piped()).spawn().unwrap();
        while tokio::net::TcpStream::connect(&address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Listener { child, url: format!("http://{address}/hook") }
    }

    /// The next line that says what to make of a message.
    fn says(&mut self) -> String {
        let lines = BufReader::new(self.child.stdout.as_mut().unwrap()).lines();
        lines.map(Result::unwrap).find(|l| l.contains(": v1 ")).unwrap()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The receiver on an engineer's machine verifies what comes, and answers badly when it is told to.
#[test]
fn listening_verifies_and_answers_badly_on_purpose() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let key = &platform.key;
        // The address must be known before the secret is; another receiver takes its place.
        let port_holder = Listener::start(&[]).await;
        let made = service.post("/v1/platform/endpoints", key, &json!({ "url": port_holder.url })).await.expect(201);
        let url = port_holder.url.clone();
        drop(port_holder);
        let own = format!("/v1/platform/endpoints/{}", made["id"].as_str().unwrap());
        let keys = service.get(&format!("/v1/webhook-keys/{}", made["id"].as_str().unwrap()), "").await.expect(200);
        let address = url.trim_start_matches("http://").trim_end_matches("/hook");
        let known = ["--secret", made["secret"].as_str().unwrap(), "--public-key", keys["keys"][0]["public_key"].as_str().unwrap()];
        let listens = |extra: &[&str]| {
            let child = Command::new(PROGRAM).args(["listen", "--address", address]).args(known).args(extra).stdout(Stdio::piped()).spawn();
            Listener { child: child.unwrap(), url: url.clone() }
        };
        let mut bad = listens(&["--status", "503", "--retry-after", "1"]);
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service.post(&format!("{own}/test"), key, &json!({})).await.expect(201);
        let said = bad.says();
        assert!(said.ends_with("test: v1 verified, v1a verified"), "{said}");
        service.until((&format!("{own}/attempts"), key), |l| l["items"][0]["status"] == 503).await;
        drop(bad);
        let mut good = listens(&[]);
        let said = good.says();
        assert!(said.ends_with("test: v1 verified, v1a verified"), "{said}");
        service.until((&format!("{own}/attempts"), key), |l| l["items"][0]["outcome"] == "delivered").await;
        drop(good);

        let post = |listener: &Listener| {
            let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(1_500)).build().unwrap();
            client.post(&listener.url).header("webhook-id", "msg_1").body("{\"type\":\"forged\"}").send()
        };
        let mut hangs = Listener::start(&["--hang", "--secret", known[1]]).await;
        assert!(post(&hangs).await.unwrap_err().is_timeout());
        let said = hangs.says();
        assert!(said.ends_with("forged: v1 WRONG, v1a not checked, more than 5 minutes off"), "{said}");
        let slow = Listener::start(&["--slow"]).await;
        let answer = post(&slow).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.unwrap_err().is_timeout(), "a byte a second is slower than that");
    });
}
