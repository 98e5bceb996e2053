//! The hash chain of a complaint's log: SHA-256(previous ‖ complaint ‖ seq ‖ time in µs ‖ actor ‖
//! type ‖ body bytes), every variable part preceded by its length so that no two logs hash alike.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::StoredEvent;

/// SHA-256.
pub type Hash = [u8; 32];

/// Hash of `event` on top of `previous`.
pub fn chain(previous: &Hash, complaint: Uuid, event: &StoredEvent) -> Hash {
    let mut h = Sha256::new();
    h.update(previous);
    h.update(complaint.as_bytes());
    h.update(event.seq.to_be_bytes());
    h.update(event.at.as_microsecond().to_be_bytes());
    for part in [&event.actor, &event.kind, &event.body] {
        h.update((part.len() as u64).to_be_bytes());
        h.update(part.as_bytes());
    }
    h.finalize().into()
}
