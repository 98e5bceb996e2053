//! The clock's own work: takes what is due off the agenda and has the desk do it. Not here: what is to
//! happen then (the desk's verbs), when it is due (the complaint's own log says so; `store::jobs` keeps it).
//!
//! A round is bounded and answers what it did; only [`Agenda::run`] loops and waits. Several processes
//! may work one agenda: a claim is a lease with a fence, and a verb that comes second finds the log
//! moved on and changes nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::job::JobKind;
use crate::store::{FILINGS_SETTLE_SECONDS, JobRow, StoreError};
use crate::workflow::{Desk, DeskError};

/// Seconds a claim holds.
pub const LEASE_SECONDS: i64 = 300;
/// Jobs of one round.
const ROUND_MAX: usize = 32;
/// Seconds between looks when nothing is due.
const LOOK_SECONDS: u64 = 1;
/// Seconds to wait when the database does not answer.
const AWAY_SECONDS: u64 = 2;
/// Seconds until a job that failed is tried again; doubled each time.
const RETRY_SECONDS: i64 = 10;
/// Longest wait of a job that fails, seconds.
const RETRY_SECONDS_MAX: i64 = 3_600;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Jobs done, or found not to be due any more.
    pub done: usize,
    /// Jobs to be gone on with later.
    pub put_off: usize,
    /// Jobs that failed and will be tried again.
    pub failed: usize,
}

/// What became of one job.
pub enum Done {
    /// It is done.
    Done,
    /// It is to be gone on with then, from there.
    Later(Timestamp, Option<String>),
}

/// The agenda.
pub struct Agenda {
    desk: Desk,
}

impl Agenda {
    /// The agenda of a desk.
    pub fn new(desk: Desk) -> Self {
        Agenda { desk }
    }

    /// Works until `stop`.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            // Another process may have put a year.
            if let Err(e) = self.desk.load_calendar().await {
                tracing::warn!(error = %e, "the calendar cannot be read");
            }
            let wait = match self.tick().await {
                Ok(round) if round == Round::default() => LOOK_SECONDS,
                Ok(round) => {
                    tracing::info!(done = round.done, put_off = round.put_off, failed = round.failed, "agenda");
                    continue;
                }
                Err(e) => {
                    tracing::warn!(error = %e, "the agenda cannot be read");
                    AWAY_SECONDS
                }
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(wait)) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One round: does what is due now, at most [`ROUND_MAX`] jobs.
    ///
    /// # Errors
    /// The store's, where the agenda itself cannot be read or written.
    pub async fn tick(&self) -> Result<Round, StoreError> {
        let now = self.desk.clock().now();
        let mut round = Round::default();
        for job in self.desk.store().claim_jobs(now, after(now, LEASE_SECONDS), ROUND_MAX).await? {
            match self.act(&job).await {
                Ok(Done::Done) => {
                    round.done += 1;
                    self.desk.store().finish_job(job).await?;
                }
                Ok(Done::Later(due_at, progress)) => {
                    round.put_off += 1;
                    self.desk.store().put_off_job(JobRow { due_at, progress, attempts: 0, last_error: None, ..job }).await?;
                }
                Err(e) => {
                    round.failed += 1;
                    tracing::warn!(kind = job.kind, subject = job.subject, error = %e, "a job failed");
                    let seconds = RETRY_SECONDS << job.attempts.clamp(0, 10);
                    let due_at = after(now, seconds.min(RETRY_SECONDS_MAX));
                    let attempts = job.attempts.saturating_add(1);
                    self.desk.store().put_off_job(JobRow { due_at, attempts, last_error: Some(e.to_string()), ..job }).await?;
                }
            }
        }
        Ok(round)
    }

    async fn act(&self, job: &JobRow) -> Result<Done, DeskError> {
        match JobKind::from_word(&job.kind) {
            Some(JobKind::Deadlines) => {
                let complaint: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                // What comes next stands in the agenda already: the commit put it there.
                let next = self.desk.let_deadlines_pass(complaint).await?;
                Ok(next.map_or(Done::Done, |at| Done::Later(at, None)))
            }
            Some(JobKind::Service) => {
                let mail: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                self.desk.serve_by_mail(mail).await?;
                Ok(Done::Done)
            }
            Some(JobKind::CalendarPut) => match self.desk.move_deadlines(job.progress.as_deref()).await? {
                None => Ok(Done::Done),
                Some(progress) => Ok(Done::Later(self.desk.clock().now(), Some(progress))),
            },
            Some(JobKind::RegisterChanged) => {
                let (number, version) = job.subject.split_once(' ').ok_or(DeskError::NotFound)?;
                let version = version.parse().map_err(|_| DeskError::NotFound)?;
                let pass = Pass::of(job.progress.as_deref());
                let told = self.desk.tell_of_register(number, version, pass.after).await?;
                Ok(pass.next(told.last, self.desk.clock().now()))
            }
            Some(JobKind::ReportRevoked) => {
                let pass = Pass::of(job.progress.as_deref());
                let told = self.desk.tell_of_revocation(&job.subject, pass.after).await?;
                Ok(pass.next(told.last, self.desk.clock().now()))
            }
            Some(JobKind::ReportProven) => {
                let pass = Pass::of(job.progress.as_deref());
                let told = self.desk.tell_of_proof(&job.subject, pass.after).await?;
                Ok(pass.next(told.last, self.desk.clock().now()))
            }
            Some(JobKind::Outcomes) => match self.desk.rewrite_outcomes(job.progress.as_deref()).await? {
                None => Ok(Done::Done),
                Some(progress) => Ok(Done::Later(self.desk.clock().now(), Some(progress))),
            },
            Some(JobKind::ReportKnownBetter) => {
                let pass = Pass::of(job.progress.as_deref());
                let told = self.desk.examine_again_with(&job.subject, pass.after).await?;
                Ok(pass.next(told.last, self.desk.clock().now()))
            }
            Some(JobKind::QueueMarks) => match self.desk.rewrite_marks(job.progress.as_deref()).await? {
                None => Ok(Done::Done),
                Some(progress) => Ok(Done::Later(self.desk.clock().now(), Some(progress))),
            },
            Some(JobKind::BulkDecision) => {
                let bulk: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                let more = self.desk.go_on_with_bulk(bulk).await?;
                Ok(if more { Done::Later(self.desk.clock().now(), None) } else { Done::Done })
            }
            Some(JobKind::PlatformSaid) => {
                let dispatch: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                self.desk.tell_of_platform(dispatch).await?;
                Ok(Done::Done)
            }
            Some(JobKind::AnswersOwed) => {
                let day = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                let more = self.desk.look_for_answers(day, job.progress.as_deref()).await?;
                Ok(more.map_or(Done::Done, |progress| Done::Later(self.desk.clock().now(), Some(progress))))
            }
            Some(JobKind::PlatformSilent) => {
                let dispatch: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                let later = self.desk.tell_of_silence(dispatch).await?;
                Ok(later.map_or(Done::Done, |at| Done::Later(at, None)))
            }
            Some(JobKind::Undelivered) => {
                self.desk.tell_of_undelivered(job.subject.parse().map_err(|_| DeskError::NotFound)?).await?;
                Ok(Done::Done)
            }
            Some(JobKind::EndpointPaused) => {
                self.desk.tell_of_pause(job.subject.parse().map_err(|_| DeskError::NotFound)?).await?;
                Ok(Done::Done)
            }
            Some(JobKind::Simulation) => {
                let id: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                let more = self.desk.go_on_simulating(id).await?;
                Ok(if more { Done::Later(self.desk.clock().now(), None) } else { Done::Done })
            }
            Some(JobKind::AutomationWatch) => {
                self.desk.watch_automation().await?;
                Ok(Done::Done)
            }
            Some(JobKind::TerminationRecords) => {
                let complaint: Uuid = job.subject.parse().map_err(|_| DeskError::NotFound)?;
                let after = job.progress.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
                let told = self.desk.withdraw_fallen(complaint, after).await?;
                Ok(told.last.map_or(Done::Done, |last| Done::Later(self.desk.clock().now(), Some(last.to_string()))))
            }
            // Asked for by a later version of this program, which will do it.
            None => Ok(Done::Later(after(self.desk.clock().now(), RETRY_SECONDS_MAX), job.progress.clone())),
        }
    }
}

/// Where a job over many complaints stands. It goes over them twice, because a complaint may have been on
/// its way in when the job was written; the second pass waits until none can be any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pass {
    again: bool,
    after: Uuid,
}

impl Pass {
    /// `again` before the id of the last complaint, in the second pass.
    fn of(progress: Option<&str>) -> Self {
        let text = progress.unwrap_or_default();
        let (again, id) = text.strip_prefix("again").map_or((false, text), |rest| (true, rest.trim_start()));
        Pass { again, after: id.parse().unwrap_or_default() }
    }

    fn next(self, last: Option<Uuid>, now: Timestamp) -> Done {
        match (last, self.again) {
            (Some(id), false) => Done::Later(now, Some(id.to_string())),
            (Some(id), true) => Done::Later(now, Some(format!("again {id}"))),
            (None, false) => Done::Later(after(now, FILINGS_SETTLE_SECONDS), Some("again".to_owned())),
            (None, true) => Done::Done,
        }
    }
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}
