//! The test message of a platform's engineer: about nothing, signed, numbered, retried and logged as any other.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DELIVER_HOURS_MAX, DispatchDraft, DispatchKind, Issuer};

/// Its text.
pub const TEST_TEXT: &str = "本消息仅供联调测试，不涉及任何投诉。 This is a test message and concerns no complaint.";

/// The body of a test message to an endpoint.
pub fn test_body((id, endpoint, issued_at): (Uuid, Uuid, Timestamp), issuer: &Issuer, livemode: bool) -> Value {
    json!({
        "type": DispatchKind::Test.word(),
        "id": id,
        "livemode": livemode,
        "issued_at": issued_at,
        "issuer": issuer,
        "endpoint": endpoint,
        "text": TEST_TEXT,
        "deliver_until": deliver_until(issued_at),
    })
}

/// A test message to be issued.
pub fn test_draft((id, issued_at): (Uuid, Timestamp), platform: String, body: Value) -> DispatchDraft {
    DispatchDraft {
        id,
        platform,
        kind: DispatchKind::Test,
        complaint: Uuid::nil(),
        seq: 0,
        part: 1,
        issued_at,
        deliver_until: deliver_until(issued_at),
        lines: Vec::new(),
        body,
    }
}

fn deliver_until(issued_at: Timestamp) -> Timestamp {
    issued_at.checked_add(SignedDuration::from_hours(DELIVER_HOURS_MAX)).unwrap_or(issued_at)
}
