//! Time and ids as arguments: [`Clock`] and [`Ids`], the real ones and fakes for tests.
//!
//! Nothing else in the program may ask the system for either; `.clippy.toml` says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Where the program gets the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands still until a test moves it; microseconds since 1970 UTC.
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// A fake clock at `at`.
    pub fn fake(at: Timestamp) -> Self {
        Clock::Fake(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The time now, in whole microseconds: both databases keep no more.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks")]
            Clock::System => whole_microseconds(Timestamp::now().as_microsecond()),
            Clock::Fake(at) => whole_microseconds(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fake clock forward; the system's clock cannot be moved.
    pub fn advance(&self, seconds: i64) {
        if let Clock::Fake(at) = self {
            at.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }
}

fn whole_microseconds(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Where the program gets ids from: uuid version 7, so that they sort by time.
#[derive(Clone, Debug)]
pub enum Ids {
    /// Random ids.
    Random,
    /// Counting ids, so that a test's output is the same every time.
    Counting(Arc<AtomicU64>),
}

impl Ids {
    /// Counting ids that start at 1.
    pub fn counting() -> Self {
        Ids::Counting(Arc::new(AtomicU64::new(1)))
    }

    /// The next id.
    pub fn next(&self) -> Uuid {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks")]
            Ids::Random => Uuid::now_v7(),
            Ids::Counting(n) => Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | u128::from(n.fetch_add(1, Ordering::SeqCst))),
        }
    }
}
