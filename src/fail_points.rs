//! Places where a test lets an operation fail, or the process die as in a power cut.
//!
//! With the feature `fail-points`, which only the package's own dev-dependency switches on, the file
//! named by [`FAIL_POINTS`] holds one order: `SERIAL POINT PASSES ACT`. The point lets so many passes
//! through, then acts: `kill`, or `fail:N` for N passes. The file is gone once the order is carried out,
//! so the test knows. A program built for use has neither the code nor the name.
//!
//! # Why
//! Crate `fail` takes orders from its own process or at its start only. A test that runs the real
//! program gives one after another, each at the moment it chooses, and asks whether it was met.

/// Environment variable that names the file of orders.
#[cfg(feature = "fail-points")]
pub const FAIL_POINTS: &str = "TEST_FAIL_POINTS_FILE";

/// Whether what follows is to fail; or the process ends here.
#[cfg(not(feature = "fail-points"))]
#[inline(always)]
pub(crate) fn fails_at(_point: &'static str) -> bool {
    false
}

#[cfg(feature = "fail-points")]
pub(crate) use tested::fails_at;

#[cfg(feature = "fail-points")]
mod tested {
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// An order under way, and what is left of it.
    struct Order {
        text: String,
        passes: u64,
        failures: u64,
    }

    static UNDER_WAY: Mutex<Option<Order>> = Mutex::new(None);

    fn file() -> Option<&'static Path> {
        static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
        FILE.get_or_init(|| std::env::var_os(super::FAIL_POINTS).map(PathBuf::from)).as_deref()
    }

    /// Whether what follows is to fail; or the process ends here.
    pub(crate) fn fails_at(point: &'static str) -> bool {
        let Some(file) = file() else { return false };
        let Ok(text) = std::fs::read_to_string(file) else { return false };
        let mut words = text.split_whitespace().skip(1);
        if words.next() != Some(point) {
            return false;
        }
        let passes = words.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let failures = words.next().and_then(|act| act.strip_prefix("fail:")?.parse().ok());
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order = match under_way.take() {
            Some(order) if order.text == text => order,
            _ => Order { text, passes, failures: failures.unwrap_or(0) },
        };
        if order.passes > 0 {
            order.passes -= 1;
            *under_way = Some(order);
            return false;
        }
        if failures.is_none() {
            let _ = std::fs::remove_file(file);
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
        let failing = order.failures > 0;
        order.failures = order.failures.saturating_sub(1);
        if order.failures == 0 {
            let _ = std::fs::remove_file(file);
        }
        *under_way = Some(order);
        failing
    }
}
