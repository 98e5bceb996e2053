//! The writing thread of SQLite: takes what waits, writes it in one transaction, answers.

use std::sync::mpsc::{Receiver, TryRecvError};

use diesel::SqliteConnection;

use super::plan::Plan;
use super::steps::{Outcomes, write_batch};
use super::{BATCH_MAX, Waiting, split};
use crate::store::error::Fault;
use crate::store::sqlite::{Job, transaction};

/// Works until the last sender is gone.
pub(in crate::store) fn run(conn: &mut SqliteConnection, jobs: &Receiver<Job>) {
    let mut kept: Vec<Waiting> = Vec::new();
    let mut alone = None;
    loop {
        if kept.is_empty() && alone.is_none() {
            match jobs.recv() {
                Ok(Job::Commit(w)) => kept.push(*w),
                Ok(Job::Work(task)) => alone = Some(task),
                Err(_) => return,
            }
        }
        while alone.is_none() && kept.len() < BATCH_MAX {
            match jobs.try_recv() {
                Ok(Job::Commit(w)) => kept.push(*w),
                Ok(Job::Work(task)) => alone = Some(task),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        let (batch, rest) = split(std::mem::take(&mut kept));
        kept = rest;
        write(conn, batch);
        // Work goes after the commits that came before it.
        if kept.is_empty()
            && let Some(task) = alone.take()
        {
            task(conn);
        }
    }
}

fn write(conn: &mut SqliteConnection, batch: Vec<Waiting>) {
    if batch.is_empty() {
        return;
    }
    let plans: Vec<&Plan> = batch.iter().map(|w| &w.plan).collect();
    match once(conn, &plans) {
        Ok(outcomes) => {
            for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                waiting.answer(outcome);
            }
        }
        Err(fault) if batch.len() == 1 => {
            let why = crate::store::StoreError::from(fault);
            for waiting in batch {
                waiting.answer(Err(why.clone().into()));
            }
        }
        Err(_) => {
            for waiting in batch {
                write(conn, vec![waiting]);
            }
        }
    }
}

fn once(conn: &mut SqliteConnection, plans: &[&Plan]) -> Result<Outcomes, Fault> {
    transaction(conn, |c| {
        macro_rules! go {
            (together, $($q:expr),+) => {
                (|| diesel::QueryResult::Ok(($(diesel::RunQueryDsl::load($q, c)?,)+)))()
            };
            ($m:ident, $q:expr) => {
                diesel::RunQueryDsl::$m($q, c)
            };
        }
        macro_rules! insert {
            ($live:expr, $writs:expr) => {
                super::insert::into_sqlite(c, ($live, $writs))
            };
        }
        write_batch!(go, insert, plans)
    })
}
