//! Secrets of an endpoint: the newest signs for good, older ones beside it until their overlap ends. With each
//! goes the number of a key pair, which the vault makes from the endpoint and the number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretInForce {
    /// `whsec_` and base64.
    pub secret: String,
    /// It signs until then; absent: it is the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Number of the key pair that signs beside it, from 1.
    #[serde(default = "first_key")]
    pub key: u32,
}

impl SecretInForce {
    /// Whether it signs at `now`.
    pub fn signs(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// Secrets from before there were key pairs.
fn first_key() -> u32 {
    1
}

/// All secrets of an endpoint, newest first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSecrets {
    /// The secrets.
    pub all: Vec<SecretInForce>,
}

impl EndpointSecrets {
    /// As bytes, to be sealed.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From opened bytes.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
