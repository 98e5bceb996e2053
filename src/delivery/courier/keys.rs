//! What signs at a lane, opened once for many messages: to open a secret and to make a key pair costs as much as to
//! sign with them.

use std::sync::OnceLock;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use uuid::Uuid;

use crate::delivery::signature::{SigningKeys, SigningSecret};
use crate::domain::secrets::{EndpointSecrets, SecretInForce};
use crate::vault::Vault;

/// The secrets of an endpoint as they were claimed, and what they are when they are opened.
#[derive(Default)]
pub(super) struct LaneKeys {
    sealed: Vec<u8>,
    /// Newest first.
    opened: OnceLock<Vec<(SecretInForce, Option<SigningSecret>, SigningKey)>>,
}

impl LaneKeys {
    pub(super) fn sealed(sealed: Vec<u8>) -> Self {
        LaneKeys { sealed, opened: OnceLock::new() }
    }

    pub(super) fn is_of(&self, sealed: &[u8]) -> bool {
        self.sealed == sealed
    }

    /// What signs now. Secrets that cannot be opened give none, and nothing is sent unsigned.
    pub(super) fn at(&self, at: Timestamp, (vault, endpoint): (&Vault, Uuid)) -> SigningKeys {
        let opened = self.opened.get_or_init(|| {
            let plain = vault.open_secret(endpoint, &self.sealed).ok();
            let secrets = plain.and_then(|p| EndpointSecrets::parse(&p)).map(|s| s.all).unwrap_or_default();
            let made = |s: &SecretInForce| (SigningSecret::parse(&s.secret).ok(), vault.webhook_key(endpoint, s.key));
            let ready = |s: SecretInForce| {
                let (secret, pair) = made(&s);
                (s, secret, pair)
            };
            secrets.into_iter().map(ready).collect()
        });
        let mut keys = SigningKeys::default();
        for (_, secret, pair) in opened.iter().filter(|(s, ..)| s.signs(at)) {
            keys.secrets.extend(secret.clone());
            keys.pairs.push(pair.clone());
        }
        keys
    }
}
