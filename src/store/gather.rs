//! Questions that many requests ask at once, answered together: one round to the database answers all
//! that wait, as one commit writes all that wait. Used by the reads every filing makes.
//!
//! A question is only asked of the database after it was put, so an answer is never older than that.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use super::{Store, StoreError};

/// Rounds under way at once, of one kind of question.
const ROUNDS_AT_ONCE: usize = 2;
/// Most questions of one round.
const QUESTIONS_MAX: usize = 64;

type Waiting<Q, A> = Vec<(Q, oneshot::Sender<Result<A, StoreError>>)>;

/// Questions of one kind that wait.
pub struct Gather<Q, A> {
    waiting: Arc<Mutex<Waiting<Q, A>>>,
    turns: Arc<Semaphore>,
}

impl<Q, A> Clone for Gather<Q, A> {
    fn clone(&self) -> Self {
        Gather { waiting: self.waiting.clone(), turns: self.turns.clone() }
    }
}

impl<Q, A> Default for Gather<Q, A> {
    fn default() -> Self {
        Gather { waiting: Arc::default(), turns: Arc::new(Semaphore::new(ROUNDS_AT_ONCE)) }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Puts a question and waits for its answer; `answer` answers a round, in the order of the questions,
    /// each for itself.
    pub(super) async fn ask<F>(&self, store: &Store, question: Q, answer: fn(Store, Vec<Q>) -> F) -> Result<A, StoreError>
    where
        F: Future<Output = Result<Vec<Result<A, StoreError>>, StoreError>> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((question, tell));
            waiting.len() == 1
        };
        // Whoever finds nobody waiting sees to it that a round comes; it outlives that request.
        if first {
            tokio::spawn(self.clone().rounds(store.clone(), answer));
        }
        told.await.map_err(|_| StoreError::Unavailable { why: "the round ended early".to_owned() })?
    }

    async fn rounds<F>(self, store: Store, answer: fn(Store, Vec<Q>) -> F)
    where
        F: Future<Output = Result<Vec<Result<A, StoreError>>, StoreError>> + Send + 'static,
    {
        let Ok(_turn) = self.turns.acquire().await else { return };
        loop {
            let (round, more) = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                let some = waiting.len().min(QUESTIONS_MAX);
                (waiting.drain(..some).collect::<Vec<_>>(), !waiting.is_empty())
            };
            if round.is_empty() {
                return;
            }
            let (questions, tells): (Vec<Q>, Vec<_>) = round.into_iter().unzip();
            match answer(store.clone(), questions).await {
                Ok(answers) => {
                    for (tell, found) in tells.into_iter().zip(answers) {
                        // Who went away needs no answer.
                        let _ = tell.send(found);
                    }
                }
                Err(e) => {
                    for tell in tells {
                        let _ = tell.send(Err(e.clone()));
                    }
                }
            }
            if !more {
                return;
            }
        }
    }
}
