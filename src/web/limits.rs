//! How many complaints an account may file an hour.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::Problem;
use crate::workflow::Caller;

/// Accounts of one limit are counted together in one table.
type Table = Arc<DefaultKeyedRateLimiter<Uuid>>;

/// The counts.
pub struct Limits {
    default_per_hour: u32,
    tables: Mutex<HashMap<u32, Table>>,
    clock: DefaultClock,
}

impl Limits {
    /// Counts for accounts that may file `default_per_hour`, unless they have a limit of their own.
    pub fn new(default_per_hour: u32) -> Self {
        Limits { default_per_hour, tables: Mutex::default(), clock: DefaultClock::default() }
    }

    /// Takes `filings` from what the account has left.
    ///
    /// # Errors
    /// 429 with the seconds after which there is enough again.
    pub fn take(&self, caller: &Caller, filings: usize) -> Result<(), Problem> {
        let per_hour = caller.filings_per_hour_max.unwrap_or(self.default_per_hour);
        let limited = |seconds| {
            Err(Problem::new(429, "rate.limited", format!("this account may file {per_hour} complaints an hour")).retry_after(seconds))
        };
        let (Some(quota), Some(n)) = (NonZeroU32::new(per_hour), u32::try_from(filings).ok().and_then(NonZeroU32::new)) else {
            return if filings == 0 { Ok(()) } else { limited(3_600) };
        };
        let table = {
            let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            tables.entry(per_hour).or_insert_with(|| Arc::new(RateLimiter::keyed(Quota::per_hour(quota)))).clone()
        };
        match table.check_key_n(&caller.account, n) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => limited(until.wait_time_from(self.clock.now()).as_secs() + 1),
            Err(_) => limited(3_600),
        }
    }
}
