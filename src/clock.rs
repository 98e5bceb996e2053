//! Time and ids as arguments: [`Clock`] and [`Ids`], the real ones and fakes for tests.
//!
//! Nothing else in the program may ask the system for either; `.clippy.toml` says so.
//!
//! The story tests move the time of the running program: with the feature `test-clock`, which only the
//! package's own dev-dependency switches on, a file named by [`TEST_CLOCK`] says by how many
//! microseconds the system's clock is moved. A program built for use has neither the code nor the name.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Environment variable that names the file by which tests move the time.
#[cfg(feature = "test-clock")]
pub const TEST_CLOCK: &str = "TEST_CLOCK_FILE";

/// Where the program gets the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// The system's clock, moved by the microseconds a file says.
    #[cfg(feature = "test-clock")]
    Moved(Arc<std::path::PathBuf>),
    /// The system's clock, moved ahead by a demonstration; microseconds.
    Ahead(Arc<AtomicI64>),
    /// A clock that stands still until a test moves it; microseconds since 1970 UTC.
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// The clock of this process.
    pub fn of_process() -> Self {
        #[cfg(feature = "test-clock")]
        if let Some(file) = std::env::var_os(TEST_CLOCK) {
            return Clock::Moved(Arc::new(file.into()));
        }
        Clock::System
    }

    /// The time of the machine, whatever a test or a demonstration moved.
    pub fn machine() -> Timestamp {
        Clock::System.now()
    }

    /// A fake clock at `at`.
    pub fn fake(at: Timestamp) -> Self {
        Clock::Fake(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The time now, in whole microseconds: both databases keep no more.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => whole_microseconds(system_microseconds()),
            #[cfg(feature = "test-clock")]
            Clock::Moved(file) => {
                let by = std::fs::read_to_string(file.as_path()).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(0);
                whole_microseconds(system_microseconds().saturating_add(by))
            }
            Clock::Ahead(by) => whole_microseconds(system_microseconds().saturating_add(by.load(Ordering::SeqCst))),
            Clock::Fake(at) => whole_microseconds(at.load(Ordering::SeqCst)),
        }
    }

    /// The system's clock, to be moved ahead.
    pub fn ahead() -> Self {
        Clock::Ahead(Arc::default())
    }

    /// Moves a fake clock or a demonstration's forward; the system's clock cannot be moved.
    pub fn advance(&self, seconds: i64) {
        if let Clock::Fake(at) | Clock::Ahead(at) = self {
            at.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks")]
fn system_microseconds() -> i64 {
    Timestamp::now().as_microsecond()
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
