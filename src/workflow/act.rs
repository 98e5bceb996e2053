//! What verbs that record something have in common: load, record one or several events in one transition,
//! commit; and either try again on what changed meanwhile, or refuse what was judged on an older version.

use uuid::Uuid;

use super::decide::Judged;
use super::views::Loaded;
use super::{Desk, DeskError, RETRIES_MAX};
use crate::domain::complaint::{Actor, Dated, Event, StoredEvent, Transition};
use crate::store::{Commit, CommitError, PartyRow, StoreError, SubmissionRow};

/// What is stored beside the events.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) parties: Vec<PartyRow>,
    pub(super) files: Vec<Uuid>,
    pub(super) submissions: Vec<SubmissionRow>,
    pub(super) examination: Option<String>,
}

impl Desk {
    /// Does `act` again where the complaint changed under it.
    pub(super) async fn again<T>(&self, act: impl AsyncFn() -> Result<T, DeskError>) -> Result<T, DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match act().await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return other,
            }
        }
    }

    /// Records events in one transition, with the dispatches and mails that follow; answers the version.
    pub(super) async fn record_all(&self, loaded: &Loaded, events: Vec<(Actor, Event)>, beside: Beside) -> Result<u32, DeskError> {
        let (now, _) = self.now();
        let mut transition: Option<Transition> = None;
        for (actor, event) in events {
            transition = Some(match transition {
                None => loaded.complaint.record(&actor, now, event)?,
                Some(t) => t.and(&actor, now, event)?,
            });
        }
        match transition {
            None => Ok(loaded.complaint.seq),
            Some(transition) => self.record(loaded, transition, beside).await,
        }
    }

    /// Stores a transition, with the dispatches and mails that follow; answers the version.
    pub(super) async fn record(&self, loaded: &Loaded, transition: Transition, beside: Beside) -> Result<u32, DeskError> {
        let version = transition.after().seq;
        let commit = self.commit_of(transition, loaded).await?;
        let Beside { parties, files, submissions, examination } = beside;
        let commit = Commit { parties, files, submissions, examination, ..commit };
        match self.store.commit(commit).await {
            Ok(_) | Err(CommitError::Answered(_)) => Ok(version),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }

    /// As [`Desk::record_all`], for an act of judgement: refused where the complaint is not at the version
    /// that was judged.
    pub(super) async fn judge_all(
        &self,
        at: &Judged,
        make: impl AsyncFn(&Loaded) -> Result<Vec<(Actor, Event)>, DeskError>,
    ) -> Result<u32, DeskError> {
        self.judge_beside(at, Beside::default(), make).await
    }

    /// The same, with what is stored beside the events.
    pub(super) async fn judge_beside(
        &self,
        at: &Judged,
        beside: Beside,
        make: impl AsyncFn(&Loaded) -> Result<Vec<(Actor, Event)>, DeskError>,
    ) -> Result<u32, DeskError> {
        let loaded = self.load(at.complaint).await?;
        if loaded.complaint.seq != at.seen {
            return Err(DeskError::Changed { now: loaded.complaint.seq });
        }
        let events = make(&loaded).await?;
        match self.record_all(&loaded, events, beside).await {
            Err(DeskError::Store(e)) if e.is_stale() => Err(DeskError::Changed { now: self.load(at.complaint).await?.complaint.seq }),
            other => other,
        }
    }
}

/// The log as events with their times.
pub(super) fn dated(id: Uuid, log: &[StoredEvent]) -> Result<Vec<Dated>, DeskError> {
    let read = |e: &StoredEvent| {
        let event = serde_json::from_str(&e.body).map_err(|why| {
            DeskError::Store(StoreError::Corrupt { table: "events", id: format!("{id} {}", e.seq), why: why.to_string() })
        })?;
        Ok((e.at, event))
    };
    log.iter().map(read).collect()
}
