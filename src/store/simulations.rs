//! Runs of a policy over past complaints. Whoever goes on with one writes its progress and its result
//! together, and only onto what it began from: a run that was stopped, or taken over, is not overwritten.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::ask_for_job;
use super::schema::simulations;
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{JobDraft, JobRow, Store, StoreError};
use crate::domain::job::JobKind;

/// Word of a run that goes on.
pub const RUNNING: &str = "running";
/// Word of a run that was stopped.
pub const STOPPED: &str = "stopped";
/// Word of a run that came to its end.
pub const FINISHED: &str = "finished";

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = simulations, treat_none_as_default_value = false)]
pub struct SimulationRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The policy that is tried.
    pub policy_version: i64,
    /// Complaints filed on that day or later.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub filed_from: Option<Date>,
    /// Complaints filed on that day or earlier.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub filed_to: Option<Date>,
    /// Word of the track they were put on.
    pub track: Option<String>,
    /// [`RUNNING`], [`STOPPED`], [`FINISHED`].
    pub state: String,
    /// Who started it.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub started_by: Uuid,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub started_at: Timestamp,
    /// When it ended or was stopped.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub ended_at: Option<Timestamp>,
    /// Complaints to look at, once counted.
    pub total: Option<i64>,
    /// Complaints looked at.
    pub done: i64,
    /// The last of them: when it was filed.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub after_filed_at: Option<Timestamp>,
    /// The last of them.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub after_id: Option<Uuid>,
    /// What was counted so far, JSON.
    pub result: String,
}

impl Store {
    /// Puts a run and asks for its job; false where `running_max` go on already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_simulation(&self, row: SimulationRow, running_max: i64) -> Result<bool, StoreError> {
        let job = JobDraft { kind: JobKind::Simulation, subject: row.id.to_string(), due_at: row.started_at };
        work!(self, $go => {
            let running: i64 = go!(first, simulations::table.filter(simulations::state.eq("running")).select(diesel::dsl::count_star()))?;
            if running >= running_max {
                Ok::<_, Fault>(false)
            } else {
                go!(execute, diesel::insert_into(simulations::table).values(row.clone()))?;
                ask_for_job!(go, JobRow::from(job.clone()))?;
                Ok(true)
            }
        })
    }

    /// A run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn simulation(&self, id: Uuid) -> Result<SimulationRow, StoreError> {
        look!(self, $go => {
            let row: SimulationRow = go!(first, simulations::table.find(Id(id)).select(SimulationRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// Runs of a policy, the newest first, before that one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn simulations(&self, version: i64, before: Option<Uuid>, limit: usize) -> Result<Vec<SimulationRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut query = simulations::table
                .filter(simulations::policy_version.eq(version))
                .order(simulations::id.desc())
                .limit(limit)
                .select(SimulationRow::as_select())
                .into_boxed::<Db>();
            if let Some(id) = before {
                query = query.filter(simulations::id.lt(Id(id)));
            }
            let rows: Vec<SimulationRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Writes how far a run is, if it still goes on and is as far as `done_before`; false where not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn advance_simulation(&self, row: SimulationRow, done_before: i64) -> Result<bool, StoreError> {
        work!(self, $go => {
            let same = simulations::table
                .filter(simulations::id.eq(Id(row.id)))
                .filter(simulations::state.eq(RUNNING))
                .filter(simulations::done.eq(done_before));
            let set = (
                simulations::state.eq(&row.state),
                simulations::ended_at.eq(row.ended_at.map(Ts)),
                simulations::total.eq(row.total),
                simulations::done.eq(row.done),
                simulations::after_filed_at.eq(row.after_filed_at.map(Ts)),
                simulations::after_id.eq(row.after_id.map(Id)),
                simulations::result.eq(&row.result),
            );
            Ok::<_, Fault>(go!(execute, diesel::update(same).set(set))? == 1)
        })
    }

    /// Stops a run; false where it does not go on any more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn stop_simulation(&self, id: Uuid, at: Timestamp) -> Result<bool, StoreError> {
        work!(self, $go => {
            let running = simulations::table.filter(simulations::id.eq(Id(id))).filter(simulations::state.eq(RUNNING));
            let set = (simulations::state.eq(STOPPED), simulations::ended_at.eq(Some(Ts(at))));
            Ok::<_, Fault>(go!(execute, diesel::update(running).set(set))? == 1)
        })
    }
}
