//! The receiver's side of a signature, for receivers of our own: the demonstration's and `listen`. Platforms have
//! libraries for it, and `api-spec/samples`.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::vault::signed_by;

/// Seconds a message's time may lie from now.
pub const TOLERANCE_SECONDS: i64 = 300;

/// What a receiver knows: secrets, and public keys.
#[derive(Default)]
pub(super) struct Verifier {
    secrets: Vec<Vec<u8>>,
    keys: Vec<[u8; 32]>,
}

/// The head of a message.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) timestamp: String,
    pub(super) signatures: String,
}

impl Head {
    /// Out of the headers of a request.
    pub(super) fn of(req: &actix_web::HttpRequest) -> Self {
        let header = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        Head { id: header("webhook-id"), timestamp: header("webhook-timestamp"), signatures: header("webhook-signature") }
    }

    /// Whether it was made about now.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.timestamp.parse::<i64>().is_ok_and(|at| (now.as_second() - at).abs() <= TOLERANCE_SECONDS)
    }

    fn signed(&self, body: &[u8]) -> Vec<u8> {
        [format!("{}.{}.", self.id, self.timestamp).as_bytes(), body].concat()
    }

    fn of_scheme(&self, scheme: &str) -> Vec<Vec<u8>> {
        let texts = self.signatures.split(' ').filter_map(|s| s.strip_prefix(scheme)?.strip_prefix(','));
        texts.filter_map(|text| STANDARD.decode(text).ok()).collect()
    }
}

impl Verifier {
    /// Adds a secret: `whsec_…`.
    pub(super) fn add_secret(&mut self, secret: &str) -> anyhow::Result<()> {
        let encoded = secret.strip_prefix("whsec_").context("a secret begins with whsec_")?;
        self.secrets.push(STANDARD.decode(encoded).context("a secret is whsec_ and base64")?);
        Ok(())
    }

    /// Adds a public key: `whpk_…`.
    pub(super) fn add_key(&mut self, key: &str) -> anyhow::Result<()> {
        let encoded = key.strip_prefix("whpk_").context("a public key begins with whpk_")?;
        let bytes = STANDARD.decode(encoded).context("a public key is whpk_ and base64")?;
        self.keys.push(bytes.try_into().ok().context("a public key has 32 bytes")?);
        Ok(())
    }

    /// Whether one of the secrets made a `v1` signature; none where there is no secret to say.
    pub(super) fn by_secret(&self, head: &Head, body: &[u8]) -> Option<bool> {
        if self.secrets.is_empty() {
            return None;
        }
        let (text, signatures) = (head.signed(body), head.of_scheme("v1"));
        let made = |secret: &Vec<u8>, signature: &Vec<u8>| {
            let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(&text));
            mac.is_ok_and(|mac| mac.verify_slice(signature).is_ok())
        };
        Some(self.secrets.iter().any(|secret| signatures.iter().any(|signature| made(secret, signature))))
    }

    /// Whether one of the key pairs made a `v1a` signature; none where there is no key to say.
    pub(super) fn by_key(&self, head: &Head, body: &[u8]) -> Option<bool> {
        if self.keys.is_empty() {
            return None;
        }
        let (text, signatures) = (head.signed(body), head.of_scheme("v1a"));
        Some(self.keys.iter().any(|key| signatures.iter().any(|signature| signed_by(key, &text, signature))))
    }
}
