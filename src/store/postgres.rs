//! The PostgreSQL arm: a pool, a deadline around every unit of work, and when to try again.
//! Several hosts in the URL pass through to the driver (`target_session_attrs=read-write`,
//! `load_balance_hosts=random`), so a failover needs nothing here but new connections.

use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use futures_util::FutureExt;

use super::commit::Queue;
use super::error::{Fault, StoreError};
use super::{Outbox, Rounds};
use crate::fail_points::fails_at;

/// How long a unit of work may take, the wait for a connection included.
const DEADLINE_SECONDS: u64 = 5;
/// Key of the advisory lock under which one process migrates at a time.
const MIGRATION_LOCK: i64 = 0x6661_7374_7472_6163;
/// Most further tries of one unit of work.
const TRIES_MAX: u32 = 3;
/// Wait before the first further try; doubled each time.
const BACKOFF_MS: u64 = 50;

/// A pool of connections: all that a writer needs. It holds no way into the queue, so that the queue
/// ends with the last handle to the store.
#[derive(Clone)]
pub(super) struct Writer(Pool<AsyncPgConnection>);

/// A pool of connections and the queue of commits.
#[derive(Clone)]
pub struct Postgres {
    pool: Writer,
    pub(super) url: Arc<str>,
    pub(super) queue: Queue,
    pub(super) outbox: Arc<Outbox>,
    pub(super) rounds: Rounds,
}

impl Postgres {
    pub(super) fn open(url: &str, connections_max: usize) -> Result<Self, StoreError> {
        let mut config = ManagerConfig::default();
        // `Fast` throws closed connections away by itself; `Verified` costs a query a check-out.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|url| connect(url).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let pool =
            Pool::builder(manager).max_size(connections_max.max(1)).build().map_err(|e| StoreError::Unavailable { why: e.to_string() })?;
        let (queue, waiting) = Queue::new();
        let postgres = Postgres { pool: Writer(pool), url: url.into(), queue, outbox: Arc::default(), rounds: Rounds::default() };
        super::commit::postgres::start(&postgres, waiting);
        Ok(postgres)
    }

    pub(super) fn for_writer(&self) -> Writer {
        self.pool.clone()
    }

    pub(super) async fn connection(&self) -> Result<Object<AsyncPgConnection>, Fault> {
        self.pool.connection().await
    }

    pub(super) async fn within_deadline<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        self.pool.within_deadline(work).await
    }

    /// A connection of its own that holds the lock of migrations until it is closed.
    pub(super) async fn connection_for_migrating(&self) -> Result<AsyncPgConnection, StoreError> {
        let unavailable = |why: String| StoreError::Unavailable { why };
        let connecting = AsyncPgConnection::establish(&self.url);
        let limit = Duration::from_secs(DEADLINE_SECONDS);
        let mut conn = tokio::time::timeout(limit, connecting)
            .await
            .map_err(|_| unavailable("it did not answer in time".to_owned()))?
            .map_err(|e| unavailable(e.to_string()))?;
        let lock = diesel::sql_query(format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"));
        diesel_async::RunQueryDsl::execute(lock, &mut conn).await.map_err(|e| StoreError::from(Fault::from(e)))?;
        Ok(conn)
    }
}

/// A connection on which no plan reads a whole table while an index serves: statements are prepared once
/// a connection, perhaps when a table is still empty, and keep that plan as the table grows. A page is cheap
/// wherever it lies, so that rows are read in the order of an index and not fetched and sorted: what is asked for
/// is a page, and a planner thinks that few rows are found. And on which
/// none is compiled or shared among processes: ours are short, and what looks dear to a planner that has no
/// statistics yet takes 60 ms and more to compile, and some to start helpers for.
async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let mut conn = AsyncPgConnection::establish(url).await?;
    conn.batch_execute("SET enable_seqscan = off; SET random_page_cost = 1.1; SET jit = off; SET max_parallel_workers_per_gather = 0")
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

impl Writer {
    pub(super) async fn connection(&self) -> Result<Object<AsyncPgConnection>, Fault> {
        if fails_at("store.connection") {
            return Err(Fault::NoConnection("a test wants it".to_owned()));
        }
        self.0.get().await.map_err(|e| Fault::NoConnection(e.to_string()))
    }

    pub(super) async fn within_deadline<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let limit = Duration::from_secs(DEADLINE_SECONDS);
        tokio::time::timeout(limit, work).await.unwrap_or(Err(Fault::Deadline))
    }
}

type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// Begins a transaction.
pub(super) async fn begin(conn: &mut AsyncPgConnection) -> Result<(), Fault> {
    Ok(Transactions::begin_transaction(conn).await?)
}

/// Commits, or rolls back and keeps the fault that is the reason.
pub(super) async fn finish<T>(conn: &mut AsyncPgConnection, done: Result<T, Fault>) -> Result<T, Fault> {
    match done {
        Ok(_) if fails_at("store.commit") => {
            let _ = Transactions::rollback_transaction(conn).await;
            Err(Fault::Deadline)
        }
        Ok(value) => {
            Transactions::commit_transaction(conn).await?;
            // It is committed, and who asked is not told.
            if fails_at("store.committed") { Err(Fault::Deadline) } else { Ok(value) }
        }
        Err(fault) => {
            // A rollback that fails leaves the connection broken; the pool throws it away.
            let _ = Transactions::rollback_transaction(conn).await;
            Err(fault)
        }
    }
}

/// Gives a connection back to the pool, or throws it away if its server was demoted.
pub(super) fn give_back<T>(conn: Object<AsyncPgConnection>, done: Result<T, Fault>) -> Result<T, Fault> {
    if done.as_ref().is_err_and(Fault::demoted) {
        drop(Object::take(conn));
    }
    done
}

/// Counts the tries of one unit of work and waits between them.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Waits a little; false when it was tried often enough.
    pub(super) async fn again(&mut self) -> bool {
        if self.0 >= TRIES_MAX {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(BACKOFF_MS << self.0)).await;
        self.0 += 1;
        true
    }
}
