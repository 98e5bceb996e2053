//! How far the clock of this process is from the database's.
//!
//! # Why
//! Workers agree by leases and due times, each by its own clock. A lease is a hint and the fence is the safety; but a
//! worker whose clock is wrong sends late, or takes what another still has in hand.

use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};

use super::postgres::give_back;
use super::types::{Ts, TsSql};
use super::words::in_words;
use super::{Store, StoreError};

/// Most seconds a process may be from the database's clock and call itself ready.
pub const SKEW_SECONDS_MAX: i64 = 5;

in_words! {
    /// The time at the database.
    DatabaseNow: TsSql = "now()"
}

impl Store {
    /// How far the clock `here` is ahead of the database's, or, negative, behind it: at least so far, because the answer
    /// takes its time. Nothing on SQLite, which has no other clock.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn clock_ahead(&self, here: fn() -> Timestamp) -> Result<SignedDuration, StoreError> {
        let Store::Postgres(pg) = self else { return Ok(SignedDuration::ZERO) };
        let asked = async {
            let mut conn = pg.connection().await?;
            let before = here();
            let there: Result<Ts, _> = diesel::select(DatabaseNow).get_result(&mut *conn).await;
            let there = give_back(conn, there.map_err(Into::into))?;
            Ok(ahead((before, here()), there.0))
        };
        Ok(pg.within_deadline(asked).await?)
    }
}

/// How far this clock is ahead at least, that showed two times before and after another showed one.
fn ahead((before, after): (Timestamp, Timestamp), there: Timestamp) -> SignedDuration {
    match () {
        () if there < before => before.duration_since(there),
        () if there > after => after.duration_since(there),
        () => SignedDuration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_no_skew() {
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
        for (there, seconds) in [(0, 0), (2, 0), (3, 0), (-7, 7), (10, -7)] {
            assert_eq!(ahead((at(0), at(3)), at(there)).as_secs(), seconds, "{there}");
        }
    }
}
