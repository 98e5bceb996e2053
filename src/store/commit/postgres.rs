//! The writer of PostgreSQL: one task on the queue. While a batch is written and flushed the next one
//! gathers; two writers would halve the batches, and each waits for a flush of its own.

use tokio::sync::mpsc;

use super::plan::Plan;
use super::steps::{Outcomes, write_batch};
use super::{BATCH_MAX, Conn, Waiting, split};
use crate::store::error::{Fault, StoreError};
use crate::store::postgres::{Postgres, Tries, begin, finish, give_back};

/// Starts the writer; it ends when the last handle to the store is dropped.
pub(in crate::store) fn start(postgres: &Postgres, jobs: mpsc::Receiver<Waiting>) {
    tokio::spawn(run(postgres.for_writer(), jobs));
}

async fn run(postgres: crate::store::postgres::Writer, mut jobs: mpsc::Receiver<Waiting>) {
    loop {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        if jobs.recv_many(&mut batch, BATCH_MAX).await == 0 {
            return;
        }
        while !batch.is_empty() {
            let (now, rest) = split(batch);
            write(&postgres, now).await;
            batch = rest;
        }
    }
}

async fn write(postgres: &crate::store::postgres::Writer, batch: Vec<Waiting>) {
    let plans: Vec<&Plan> = batch.iter().map(|w| &w.plan).collect();
    match tried(postgres, &plans).await {
        Ok(outcomes) => {
            for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                waiting.answer(outcome);
            }
        }
        // The database is away: each alone would only wait as long again.
        Err(fault) if batch.len() == 1 || fault.is_away() => {
            let why = StoreError::from(fault);
            for waiting in batch {
                waiting.answer(Err(why.clone().into()));
            }
        }
        Err(_) => {
            for waiting in batch {
                let outcome = match tried(postgres, &[&waiting.plan]).await {
                    Ok(mut outcomes) => outcomes.pop().unwrap_or(Err(super::ended().into())),
                    Err(fault) => Err(StoreError::from(fault).into()),
                };
                waiting.answer(outcome);
            }
        }
    }
}

async fn tried(postgres: &crate::store::postgres::Writer, plans: &[&Plan]) -> Result<Outcomes, Fault> {
    let mut tries = Tries::default();
    loop {
        let done = postgres
            .within_deadline(async {
                let mut conn = postgres.connection().await?;
                let done = once(&mut conn, plans).await;
                give_back(conn, done)
            })
            .await;
        match done {
            Err(fault) if fault.rolled_back() && tries.again().await => {}
            other => return other,
        }
    }
}

async fn once(c: &mut Conn, plans: &[&Plan]) -> Result<Outcomes, Fault> {
    begin(c).await?;
    let done = batch(c, plans).await;
    finish(c, done).await
}

async fn batch(c: &mut Conn, plans: &[&Plan]) -> Result<Outcomes, Fault> {
    macro_rules! go {
        (together, $($q:expr),+) => {{
            let c = &*c;
            tokio::try_join!($(async { diesel_async::RunQueryDsl::load($q, &mut &*c).await }),+)
        }};
        ($m:ident, $q:expr) => {
            diesel_async::RunQueryDsl::$m($q, c).await
        };
    }
    macro_rules! insert {
        ($live:expr, $writs:expr) => {
            super::insert::into_postgres(c, ($live, $writs)).await
        };
    }
    write_batch!(go, insert, plans)
}
