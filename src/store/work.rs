//! One text per statement, two databases: [`work`] expands a unit of work for each arm of the store.
//!
//! `work!(self, $go => { … })` runs the block in one transaction, `look!(self, $go => { … })` outside
//! of one. In the block `go!(method, query)` runs a Diesel query and yields Diesel's `QueryResult`;
//! `go!(together, query, …)` loads several, and under `work!` `go!(each, queries)` executes several: PostgreSQL is
//! sent all before the first is answered.
//! `Db` names the backend and the block itself yields `Result<_, Fault>`. The block must own or copy what it uses, and on
//! PostgreSQL it may run again after a failure, so it must not consume it.

macro_rules! work {
    ($store:expr, $d:tt $go:ident => $body:block) => {
        match $store {
            crate::store::Store::Postgres(pg) => {
                let mut tries = crate::store::postgres::Tries::default();
                loop {
                    let done = pg
                        .within_deadline(async {
                            let mut conn = pg.connection().await?;
                            let done: Result<_, crate::store::error::Fault> = {
                                let c = &mut *conn;
                                #[allow(unused_macros)]
                                macro_rules! $go {
                                            (together, $d ($d q:expr),+) => {{
                                                let c = &*c;
                                                tokio::try_join!($d (async { diesel_async::RunQueryDsl::load($d q, &mut &*c).await }),+)
                                            }};
                                            (each, $d qs:expr) => {{
                                                let c = &*c;
                                                let all = $d qs.map(|q| async move { diesel_async::RunQueryDsl::execute(q, &mut &*c).await });
                                                futures_util::future::try_join_all(all).await
                                            }};
                                            ($d m:ident, $d q:expr) => { diesel_async::RunQueryDsl::$d m($d q, c).await };
                                        }
                                #[allow(dead_code)]
                                type Db = diesel::pg::Pg;
                                match crate::store::postgres::begin(c).await {
                                    Ok(()) => {
                                        let done = async { $body }.await;
                                        crate::store::postgres::finish(c, done).await
                                    }
                                    Err(fault) => Err(fault),
                                }
                            };
                            crate::store::postgres::give_back(conn, done)
                        })
                        .await;
                    match done {
                        Err(fault) if fault.rolled_back() && tries.again().await => {}
                        other => break other.map_err(crate::store::StoreError::from),
                    }
                }
            }
            crate::store::Store::Sqlite(sqlite) => {
                sqlite
                    .write(move |c| {
                        crate::store::sqlite::transaction(c, |c| {
                            #[allow(unused_macros)]
                            macro_rules! $go {
                                        (together, $d ($d q:expr),+) => {
                                            (|| diesel::QueryResult::Ok(($d (diesel::RunQueryDsl::load($d q, c)?,)+)))()
                                        };
                                        (each, $d qs:expr) => {
                                            $d qs.map(|q| diesel::RunQueryDsl::execute(q, c)).collect::<diesel::QueryResult<Vec<usize>>>()
                                        };
                                        ($d m:ident, $d q:expr) => { diesel::RunQueryDsl::$d m($d q, c) };
                                    }
                            #[allow(dead_code)]
                            type Db = diesel::sqlite::Sqlite;
                            $body
                        })
                    })
                    .await
            }
        }
    };
}

macro_rules! look {
    ($store:expr, $d:tt $go:ident => $body:block) => {
        match $store {
            crate::store::Store::Postgres(pg) => {
                let mut tries = crate::store::postgres::Tries::default();
                loop {
                    let done = pg
                        .within_deadline(async {
                            let mut conn = pg.connection().await?;
                            let done: Result<_, crate::store::error::Fault> = {
                                let c = &mut *conn;
                                #[allow(unused_macros)]
                                macro_rules! $go {
                                            (together, $d ($d q:expr),+) => {{
                                                let c = &*c;
                                                tokio::try_join!($d (async { diesel_async::RunQueryDsl::load($d q, &mut &*c).await }),+)
                                            }};
                                            ($d m:ident, $d q:expr) => { diesel_async::RunQueryDsl::$d m($d q, c).await };
                                        }
                                #[allow(dead_code)]
                                type Db = diesel::pg::Pg;
                                async { $body }.await
                            };
                            crate::store::postgres::give_back(conn, done)
                        })
                        .await;
                    match done {
                        Err(fault) if (fault.rolled_back() || fault.in_doubt()) && tries.again().await => {}
                        other => break other.map_err(crate::store::StoreError::from),
                    }
                }
            }
            crate::store::Store::Sqlite(sqlite) => {
                sqlite
                    .read(move |c| {
                        #[allow(unused_macros)]
                        macro_rules! $go {
                                    (together, $d ($d q:expr),+) => {
                                        (|| diesel::QueryResult::Ok(($d (diesel::RunQueryDsl::load($d q, c)?,)+)))()
                                    };
                                    ($d m:ident, $d q:expr) => { diesel::RunQueryDsl::$d m($d q, c) };
                                }
                        #[allow(dead_code)]
                        type Db = diesel::sqlite::Sqlite;
                        $body
                    })
                    .await
            }
        }
    };
}

pub(crate) use {look, work};
