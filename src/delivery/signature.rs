//! Standard Webhooks signatures over `id.timestamp.body`: `v1` (HMAC-SHA256, a secret shared with the
//! receiver) and `v1a` (ed25519, whose public key anybody may have: a platform can prove to a third party
//! who ordered a takedown).
//!
//! Not here: keeping secrets (the store encrypts them) and verifying (the receiver's side). The
//! webhook attempt signs with this; registering an endpoint and rotating its secret generate here.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// What a secret's text starts with.
pub const SECRET_PREFIX: &str = "whsec_";

/// The shortest secret the specification allows, in bytes.
pub const SECRET_BYTES_MIN: usize = 24;

/// The longest secret the specification allows, in bytes.
pub const SECRET_BYTES_MAX: usize = 64;

const SECRET_BYTES_GENERATED: usize = 32;

/// A key shared with one receiver; printing it with `{:?}` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// What a message is signed with: the current ones first, those of a rotation beside them.
#[derive(Clone, Default)]
pub struct SigningKeys {
    /// Of `v1`.
    pub secrets: Vec<SigningSecret>,
    /// Of `v1a`.
    pub pairs: Vec<SigningKey>,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefused {
    /// It does not start with `whsec_`.
    #[error("a signing secret starts with whsec_")]
    Prefix,
    /// What follows is not base64.
    #[error("a signing secret is whsec_ and base64")]
    Base64,
    /// Its length is outside the specification.
    #[error("a signing secret is 24 to 64 bytes")]
    Length,
}

impl SigningSecret {
    /// Makes a new secret of 32 random bytes.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut key = vec![0_u8; SECRET_BYTES_GENERATED];
        getrandom::fill(&mut key)?;
        Ok(SigningSecret(key))
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// The first rule the text breaks; the error never contains the text.
    pub fn parse(text: &str) -> Result<Self, SecretRefused> {
        let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(SecretRefused::Prefix)?;
        let key = STANDARD.decode(encoded).map_err(|_| SecretRefused::Base64)?;
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&key.len()) {
            return Err(SecretRefused::Length);
        }
        Ok(SigningSecret(key))
    }

    /// The text that is shown to the receiver once; `parse` reads it back.
    pub fn reveal(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

/// The three headers of one signed message: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
///
/// `at` is the time of the attempt and is sent in whole seconds. The last header has one `v1,…` for
/// each secret and one `v1a,…` for each key pair, in their order, separated by spaces, so that a rotation
/// loses no message.
pub fn headers(id: &str, at: Timestamp, keys: &SigningKeys, body: &[u8]) -> [(&'static str, String); 3] {
    let head = format!("{id}.{}.", at.as_second());
    let shared = keys.secrets.iter().map(|secret| format!("v1,{}", STANDARD.encode(mac(secret, head.as_bytes(), body))));
    let whole = if keys.pairs.is_empty() { Vec::new() } else { [head.as_bytes(), body].concat() };
    let public = keys.pairs.iter().map(|pair| format!("v1a,{}", STANDARD.encode(pair.sign(&whole).to_bytes())));
    let signatures: Vec<String> = shared.chain(public).collect();
    [("webhook-id", id.to_owned()), ("webhook-timestamp", at.as_second().to_string()), ("webhook-signature", signatures.join(" "))]
}

fn mac(secret: &SigningSecret, head: &[u8], body: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).expect("any length");
    mac.update(head);
    mac.update(body);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use standardwebhooks::Webhook;

    use super::*;

    const VECTOR_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn sign(secrets: &[SigningSecret], id: &str, at: Timestamp, body: &[u8]) -> String {
        let [_, _, (_, signatures)] = headers(id, at, &SigningKeys { secrets: secrets.to_vec(), pairs: Vec::new() }, body);
        signatures
    }

    #[test]
    fn the_published_vectors_come_out() {
        for (secret, id, timestamp, body, signature) in [
            (
                VECTOR_SECRET,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ] {
            let secrets = [SigningSecret::parse(secret).unwrap()];
            assert_eq!(sign(&secrets, id, at(timestamp), body.as_bytes()), signature);
        }
    }

    /// The vector by which implementations of `v1a` know each other: a seed, its public half, a message.
    #[test]
    fn the_published_vector_of_key_pairs_comes_out() {
        let pair = STANDARD.decode("6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==").unwrap();
        let key = SigningKey::from_bytes(pair[..32].try_into().unwrap());
        assert_eq!(crate::vault::webhook_public_key(&key), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        let keys = SigningKeys { secrets: vec![SigningSecret::parse(VECTOR_SECRET).unwrap()], pairs: vec![key] };
        let [_, _, (_, sent)] = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at(1_614_265_330), &keys, br#"{"test": 2432232314}"#);
        let v1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let v1a = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
        assert_eq!(sent, format!("{v1} {v1a}"));
    }

    #[test]
    fn a_rotation_signs_with_both_secrets() {
        let old = SigningSecret::generate().unwrap();
        let new = SigningSecret::generate().unwrap();
        assert_ne!(old, new);
        let both = [new.clone(), old.clone()];
        let sent = headers("m1", at(1_700_000_000), &SigningKeys { secrets: both.to_vec(), pairs: Vec::new() }, b"{}");
        assert_eq!(sent[0], ("webhook-id", "m1".to_owned()));
        assert_eq!(sent[1], ("webhook-timestamp", "1700000000".to_owned()));
        let alone = |secret| sign(&[secret], "m1", at(1_700_000_000), b"{}");
        assert_eq!(sent[2], ("webhook-signature", format!("{} {}", alone(new), alone(old))));
    }

    #[test]
    fn one_changed_byte_changes_the_signature() {
        let secrets = [SigningSecret::parse(VECTOR_SECRET).unwrap()];
        let signed = sign(&secrets, "m1", at(10), b"{\"a\":1}");
        assert_ne!(signed, sign(&secrets, "m1", at(10), b"{\"a\":2}"));
        assert_ne!(signed, sign(&secrets, "m2", at(10), b"{\"a\":1}"));
        assert_ne!(signed, sign(&secrets, "m1", at(11), b"{\"a\":1}"));
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let of_bytes = |n: usize| format!("{SECRET_PREFIX}{}", STANDARD.encode(vec![1_u8; n]));
        for (text, refused) in [
            ("", SecretRefused::Prefix),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretRefused::Prefix),
            ("whsec_%%%", SecretRefused::Base64),
            ("whsec_", SecretRefused::Length),
            (&of_bytes(23), SecretRefused::Length),
            (&of_bytes(65), SecretRefused::Length),
        ] {
            assert_eq!(SigningSecret::parse(text), Err(refused), "{text}");
        }
        assert!(SigningSecret::parse(&of_bytes(24)).is_ok());
        assert!(SigningSecret::parse(&of_bytes(64)).is_ok());
    }

    #[test]
    fn printing_a_secret_shows_nothing() {
        let secret = SigningSecret::parse(VECTOR_SECRET).unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
        assert_eq!(secret.reveal(), VECTOR_SECRET);
    }

    proptest! {
        #[test]
        fn another_implementation_signs_the_same(
            key in proptest::collection::vec(any::<u8>(), 24..=64),
            id in "[a-zA-Z0-9_.-]{1,40}", seconds in 0_i64..4_000_000_000, body in ".{0,200}",
        ) {
            let secret = SigningSecret(key);
            let theirs = Webhook::new(&secret.reveal()).unwrap();
            let expected = theirs.sign(&id, seconds, body.as_bytes()).unwrap();
            prop_assert_eq!(sign(&[secret], &id, at(seconds), body.as_bytes()), expected);
        }
    }
}
