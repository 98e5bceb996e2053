//! Secrets of an endpoint: the newest signs for good, older ones beside it until their overlap ends.

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

    /// The secrets that sign at `now`, newest first.
    pub fn signing(&self, now: Timestamp) -> Vec<&str> {
        self.all.iter().filter(|s| s.until.is_none_or(|until| until > now)).map(|s| s.secret.as_str()).collect()
    }
}
