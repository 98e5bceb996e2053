//! Keys: everything that follows from `FASTTRACK_MASTER_KEY`. Hashes API keys, seals personal data
//! with a key per record that can be destroyed, seals endpoint secrets, signs the log's seals.
//!
//! Pure: no I/O. The workflow seals before it stores; the courier opens at the last moment.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::search::beginnings_of_name;

/// Bytes of the master key.
pub const MASTER_KEY_BYTES: usize = 32;
/// Random bytes of an API key (256 bits; at least 128 are asked for).
const API_KEY_BYTES: usize = 32;
/// Prefix of an API key, so that scanners find leaked ones.
const API_KEY_PREFIX: &str = "ftk_";
/// Prefix of a seller's token.
pub const SELLER_TOKEN_PREFIX: &str = "fts_";
/// Prefix of the token of an invitation.
const INVITATION_TOKEN_PREFIX: &str = "fti_";
const NONCE_BYTES: usize = 24;
/// Bytes of a short digest of a name's beginning: enough to tell names apart that begin alike.
pub const NAME_DIGEST_BYTES: usize = 5;

/// Why something could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The master key is not 32 bytes of base64.
    #[error("the master key must be 32 bytes in base64")]
    MasterKey,
    /// Wrong key, changed bytes, or the record's key was destroyed.
    #[error("sealed bytes cannot be opened")]
    Sealed,
    /// The system gave no random bytes.
    #[error("no random bytes")]
    Random,
}

/// A record sealed under its own key; destroying `key` makes `sealed` unreadable for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// Nonce and ciphertext of the record.
    pub sealed: Vec<u8>,
    /// Nonce and ciphertext of the record's key.
    pub key: Vec<u8>,
}

/// How a name begins, in keyed digests: one of its first characters, whole, by which it is found; and one short one
/// for each further character, by which what was found is told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKeys {
    /// Of the first [`NAME_CHARS_MIN`](crate::domain::search::NAME_CHARS_MIN) characters, hexadecimal.
    pub key: String,
    /// [`NAME_DIGEST_BYTES`] for each further beginning.
    pub rest: Vec<u8>,
}

/// The derived keys.
#[derive(Clone)]
pub struct Vault {
    pepper: [u8; 32],
    wrapping: [u8; 32],
    webhooks: [u8; 32],
    signing: SigningKey,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a master key in base64.
    ///
    /// # Errors
    /// [`VaultError::MasterKey`]
    pub fn new(master_key: &str) -> Result<Self, VaultError> {
        let master = STANDARD.decode(master_key.trim()).map_err(|_| VaultError::MasterKey)?;
        if master.len() != MASTER_KEY_BYTES {
            return Err(VaultError::MasterKey);
        }
        let derive = |purpose: &str| -> Result<[u8; 32], VaultError> {
            let mut key = [0u8; 32];
            Hkdf::<Sha256>::new(None, &master).expand(purpose.as_bytes(), &mut key).map_err(|_| VaultError::MasterKey)?;
            Ok(key)
        };
        Ok(Vault {
            pepper: derive("fasttrack pepper 1")?,
            wrapping: derive("fasttrack wrapping 1")?,
            webhooks: derive("fasttrack webhooks 1")?,
            signing: SigningKey::from_bytes(&derive("fasttrack seal 1")?),
        })
    }

    /// A new master key, in base64.
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn new_master_key() -> Result<String, VaultError> {
        Ok(STANDARD.encode(random::<MASTER_KEY_BYTES>()?))
    }

    /// A new API key: shown once, stored as [`Vault::api_key_hash`].
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn new_api_key() -> Result<String, VaultError> {
        Ok(format!("{API_KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<API_KEY_BYTES>()?)))
    }

    /// A new token for a seller: shown once, stored as [`Vault::api_key_hash`].
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn new_seller_token() -> Result<String, VaultError> {
        Ok(format!("{SELLER_TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<API_KEY_BYTES>()?)))
    }

    /// A new token of an invitation: shown once, stored as [`Vault::api_key_hash`].
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn new_invitation_token() -> Result<String, VaultError> {
        Ok(format!("{INVITATION_TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<API_KEY_BYTES>()?)))
    }

    /// Keyed hash of an API key.
    pub fn api_key_hash(&self, key: &str) -> [u8; 32] {
        self.mac(b"api key", key.as_bytes())
    }

    /// Keyed digest of a person's particulars, for the log: equal people of one complaint give equal
    /// digests, and nobody without the key can test a guess.
    pub fn person_digest(&self, complaint: Uuid, canonical: &str) -> String {
        let mut text = complaint.as_bytes().to_vec();
        text.extend_from_slice(canonical.as_bytes());
        hex::encode(self.mac(b"person", &text))
    }

    /// Keyed digest of who somebody is, the same in every complaint; kept beside the sealed record and erased
    /// with it, never in the log.
    pub fn identity_digest(&self, canonical: &str) -> String {
        hex::encode(self.mac(b"identity", canonical.as_bytes()))
    }

    /// Keyed digests of how a name, folded for search, begins; none for one too short to be sought. Kept beside the
    /// sealed record and erased with it, never in the log.
    pub fn name_keys(&self, folded: &str) -> Option<NameKeys> {
        let mut beginnings = beginnings_of_name(folded);
        let key = hex::encode(self.mac(b"name", beginnings.next()?.as_bytes()));
        let rest = beginnings.flat_map(|b| self.mac(b"name", b.as_bytes()).into_iter().take(NAME_DIGEST_BYTES)).collect();
        Some(NameKeys { key, rest })
    }

    fn mac(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.pepper) {
            Ok(mac) => mac,
            Err(_) => return Sha256::digest(b"unreachable: HMAC takes keys of any length").into(),
        };
        mac.update(purpose);
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// Seals a record under a key of its own, bound to `id`.
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn seal(&self, id: Uuid, record: &impl Serialize) -> Result<SealedRecord, VaultError> {
        let plain = serde_json::to_vec(record).map_err(|_| VaultError::Sealed)?;
        let key = random::<32>()?;
        Ok(SealedRecord { sealed: encrypt(&key, id.as_bytes(), &plain)?, key: encrypt(&self.wrapping, id.as_bytes(), &key)? })
    }

    /// Opens what [`Vault::seal`] sealed.
    ///
    /// # Errors
    /// [`VaultError::Sealed`]
    pub fn open<T: DeserializeOwned>(&self, id: Uuid, record: &SealedRecord) -> Result<T, VaultError> {
        let key = decrypt(&self.wrapping, id.as_bytes(), &record.key)?;
        let key: [u8; 32] = key.try_into().map_err(|_| VaultError::Sealed)?;
        let plain = decrypt(&key, id.as_bytes(), &record.sealed)?;
        serde_json::from_slice(&plain).map_err(|_| VaultError::Sealed)
    }

    /// Seals the secrets of an endpoint, bound to its id.
    ///
    /// # Errors
    /// [`VaultError::Random`]
    pub fn seal_secret(&self, id: Uuid, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        encrypt(&self.wrapping, id.as_bytes(), plain)
    }

    /// Opens what [`Vault::seal_secret`] sealed.
    ///
    /// # Errors
    /// [`VaultError::Sealed`]
    pub fn open_secret(&self, id: Uuid, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        decrypt(&self.wrapping, id.as_bytes(), sealed)
    }

    /// The key pair (ed25519) by which messages to an endpoint are signed, by its number. Each endpoint has its own:
    /// what one platform was sent proves nothing to another.
    pub fn webhook_key(&self, endpoint: Uuid, number: u32) -> SigningKey {
        let mut seed = [0u8; 32];
        let info = [endpoint.as_bytes().as_slice(), &number.to_be_bytes()];
        // HKDF gives up to 255 blocks of 32 bytes; one is asked for.
        let given = Hkdf::<Sha256>::new(None, &self.webhooks).expand_multi_info(&info, &mut seed);
        debug_assert!(given.is_ok());
        SigningKey::from_bytes(&seed)
    }

    /// Signature (ed25519) over the hash of a seal.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.signing.sign(bytes).to_bytes()
    }

    /// Whether a signature over a seal is this vault's.
    pub fn verify(&self, bytes: &[u8], signature: &[u8]) -> bool {
        signed_by(&self.public_key(), bytes, signature)
    }

    /// The public half of the key that signs.
    pub fn public_key(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }
}

/// The public half of a key pair of webhooks, as Standard Webhooks writes it.
pub fn webhook_public_key(key: &SigningKey) -> String {
    format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))
}

/// Whether a signature (ed25519) over `bytes` is of the holder of a public key.
pub fn signed_by(public: &[u8; 32], bytes: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::from_bytes(public);
    let signature = ed25519_dalek::Signature::from_slice(signature);
    key.is_ok_and(|key| signature.is_ok_and(|s| key.verify_strict(bytes, &s).is_ok()))
}

/// `N` random bytes of the system.
///
/// # Errors
/// [`VaultError::Random`]
pub fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(bytes)
}

fn encrypt(key: &[u8; 32], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = random::<NONCE_BYTES>()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let payload = Payload { msg: plain, aad: bound_to };
    let mut out = nonce.to_vec();
    out.extend(cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Sealed)?);
    Ok(out)
}

fn decrypt(key: &[u8; 32], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_BYTES).ok_or(VaultError::Sealed)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| VaultError::Sealed)?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: bound_to }).map_err(|_| VaultError::Sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_own_key_and_id() {
        let vault = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut sealed = vault.seal(id, &"李四").unwrap();
        assert_eq!(vault.open::<String>(id, &sealed).unwrap(), "李四");
        assert_eq!(vault.open::<String>(other, &sealed), Err(VaultError::Sealed));
        sealed.key.clear();
        assert_eq!(vault.open::<String>(id, &sealed), Err(VaultError::Sealed));
    }

    #[test]
    fn every_endpoint_and_number_has_a_key_pair_of_its_own_that_stays() {
        let master = Vault::new_master_key().unwrap();
        let (vault, again) = (Vault::new(&master).unwrap(), Vault::new(&master).unwrap());
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let public = |vault: &Vault, id, n| webhook_public_key(&vault.webhook_key(id, n));
        assert_eq!(public(&vault, id, 1), public(&again, id, 1));
        assert_ne!(public(&vault, id, 1), public(&vault, id, 2));
        assert_ne!(public(&vault, id, 1), public(&vault, other, 1));
        assert_ne!(vault.webhook_key(id, 1).to_bytes(), [0; 32]);
    }

    #[test]
    fn a_seal_signed_by_another_key_is_not_ours() {
        let a = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
        let b = Vault::new(&Vault::new_master_key().unwrap()).unwrap();
        assert!(a.verify(b"seal", &a.sign(b"seal")));
        assert!(!a.verify(b"seal", &b.sign(b"seal")));
        assert!(!a.verify(b"seam", &a.sign(b"seal")));
    }
}
