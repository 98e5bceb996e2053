//! The policy lab: what differs between two versions, and what a version would have made of past complaints.
//!
//! A simulation is a job of the agenda. Each turn takes a slice of [`SLICE_ROWS`] past complaints and keeps
//! where it is with what it counted, so that it can be stopped, and goes on where it was after a kill. Within a
//! slice one task reads pages by key and threads evaluate them, with a bounded channel between.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::lists::{PageQuery, cursor_position, cursor_text, rows_asked};
use super::versions::as_seen;
use super::{Caller, Desk, DeskError};
use crate::domain::calendar::{end_of_day, given_day};
use crate::domain::policy::{Facts, Policy, PolicyDiff, Track, diff};
use crate::domain::simulation::{Change, CriterionChange, CriterionCount, Past, Tally, Trial};
use crate::store::{FINISHED, PastFilter, PastRow, RUNNING, SimulationRow, Store, StoreError};

/// Simulations that may go on at the same time.
pub const SIMULATIONS_RUNNING_MAX: i64 = 4;
/// Past complaints of one turn of the agenda: half a second or so, for others wait behind it.
pub const SLICE_ROWS: usize = 20_000;
/// Past complaints read at once.
const PAGE_ROWS: usize = 1_000;
/// Pages that are read before they are evaluated.
const PAGES_WAITING_MAX: usize = 4;
/// Most threads that evaluate.
const THREADS_MAX: usize = 4;

/// What a policy is run over; absent: everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulationForm {
    /// Complaints filed on that day or later.
    #[serde(default, deserialize_with = "given_day")]
    pub filed_from: Option<Date>,
    /// Complaints filed on that day or earlier.
    #[serde(default, deserialize_with = "given_day")]
    pub filed_to: Option<Date>,
    /// Complaints whose triage put them on that track.
    #[serde(default)]
    pub track: Option<Track>,
}

/// A simulation, as far as it is.
#[derive(Clone, Debug, Serialize)]
pub struct SimulationView {
    /// Id.
    pub id: Uuid,
    /// The policy that is tried.
    pub policy_version: i64,
    /// From which day of filing.
    pub filed_from: Option<Date>,
    /// To which.
    pub filed_to: Option<Date>,
    /// Of which track.
    pub track: Option<String>,
    /// `running`, `stopped`, `finished`.
    pub state: String,
    /// Who started it.
    pub started_by: Uuid,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Complaints to look at; null before they were counted.
    pub total: Option<i64>,
    /// Complaints looked at.
    pub done: i64,
}

/// A simulation with what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct SimulationReport {
    /// The simulation.
    #[serde(flatten)]
    pub simulation: SimulationView,
    /// What was counted so far.
    pub counts: SimulationCounts,
    /// By criterion, those of the policy in its order, then those it has no more.
    pub criteria: Vec<CriterionShown>,
    /// Some of those that would go otherwise, chosen by chance.
    pub sample: Vec<SampledShown>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SimulationCounts {
    /// Complaints looked at.
    pub complaints: u64,
    /// Complex when they were triaged.
    pub complex_before: u64,
    /// Complex by the policy that is tried.
    pub complex_now: u64,
    /// 简案 → 繁案
    pub simple_to_complex: u64,
    /// 繁案 → 简案
    pub complex_to_simple: u64,
    /// A takedown could leave without a human then.
    pub automatic_before: u64,
    /// By the policy that is tried.
    pub automatic_now: u64,
    /// It could, and could not any more.
    pub automatic_to_human: u64,
    /// It could not, and could.
    pub human_to_automatic: u64,
}

/// How many meet a criterion.
#[derive(Clone, Debug, Serialize)]
pub struct CriterionShown {
    /// Its code.
    pub code: String,
    /// In Chinese; null: no policy that was looked at has it.
    pub title_zh: Option<String>,
    /// In English.
    pub title_en: Option<String>,
    /// How many.
    #[serde(flatten)]
    pub count: CriterionCount,
}

/// A complaint that would go otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct SampledShown {
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// The policy it was triaged with.
    pub policy_version: i64,
    /// What would become otherwise.
    pub changes: Vec<Change>,
    /// The criteria that make it so, with the values seen.
    pub criteria: Vec<CriterionChange>,
}

/// A page of simulations.
#[derive(Clone, Debug, Serialize)]
pub struct SimulationPage {
    /// The newest first.
    pub items: Vec<SimulationView>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// What differs between two versions.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyDiffView {
    /// The earlier one.
    pub from: i64,
    /// The later one.
    pub to: i64,
    /// What differs.
    #[serde(flatten)]
    pub diff: PolicyDiff,
}

impl SimulationView {
    /// Its version: it runs, it is over. How far it is is none.
    pub fn version(&self) -> i64 {
        if self.ended_at.is_none() { 1 } else { 2 }
    }
}

impl From<SimulationRow> for SimulationView {
    fn from(r: SimulationRow) -> Self {
        SimulationView {
            id: r.id,
            policy_version: r.policy_version,
            filed_from: r.filed_from,
            filed_to: r.filed_to,
            track: r.track,
            state: r.state,
            started_by: r.started_by,
            started_at: r.started_at,
            ended_at: r.ended_at,
            total: r.total,
            done: r.done,
        }
    }
}

impl Desk {
    /// What differs from one version to another.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn policy_diff(&self, from: i64, to: i64) -> Result<PolicyDiffView, DeskError> {
        let (before, after) = (self.policy(from).await?.policy, self.policy(to).await?.policy);
        Ok(PolicyDiffView { from, to, diff: diff(&before, &after) })
    }

    /// Starts to run a version over past complaints; the agenda does it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]; [`DeskError::Rule`] for days that are none, or where too many go on already.
    pub async fn simulate(&self, caller: &Caller, version: i64, form: SimulationForm) -> Result<SimulationView, DeskError> {
        self.policy(version).await?;
        if matches!((form.filed_from, form.filed_to), (Some(from), Some(to)) if from > to) {
            return Err(DeskError::rule("simulation.period", "the first day comes after the last"));
        }
        let row = SimulationRow {
            id: self.ids.next(),
            policy_version: version,
            filed_from: form.filed_from,
            filed_to: form.filed_to,
            track: form.track.map(|t| t.word().to_owned()),
            state: RUNNING.to_owned(),
            started_by: caller.account,
            started_at: self.clock.now(),
            ended_at: None,
            total: None,
            done: 0,
            after_filed_at: None,
            after_id: None,
            result: kept(&Tally::default()),
        };
        if !self.store.put_simulation(row.clone(), SIMULATIONS_RUNNING_MAX).await? {
            return Err(DeskError::rule("simulation.too_many", format!("{SIMULATIONS_RUNNING_MAX} simulations go on already")));
        }
        Ok(row.into())
    }

    /// Stops a simulation; what it counted stays.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]; [`DeskError::Rule`] for one that is over.
    pub async fn stop_simulation(&self, (id, seen): (Uuid, i64)) -> Result<SimulationReport, DeskError> {
        let before = SimulationView::from(self.store.simulation(id).await?);
        as_seen(seen, before.version())?;
        if before.ended_at.is_some() {
            return Err(DeskError::rule("simulation.over", "the simulation is over"));
        }
        let done = self.store.stop_simulation(id, self.clock.now()).await?;
        let report = self.simulation(id).await?;
        if done { Ok(report) } else { Err(DeskError::Moved { now: report.simulation.version() }) }
    }

    /// The simulations of a version, the newest first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]; [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn simulations(&self, version: i64, q: PageQuery) -> Result<SimulationPage, DeskError> {
        let limit = rows_asked(q.limit)?;
        let before: Option<Uuid> = cursor_position(q.cursor.as_deref())?;
        self.policy(version).await?;
        let mut rows = self.store.simulations(version, before, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&r.id));
        Ok(SimulationPage { items: rows.into_iter().map(Into::into).collect(), next_cursor })
    }

    /// A simulation with what came of it so far.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn simulation(&self, id: Uuid) -> Result<SimulationReport, DeskError> {
        let row = self.store.simulation(id).await?;
        let tally = tally_of(&row)?;
        let trial = self.trial(row.policy_version).await?;
        let changed = |change: Change| tally.changes.get(&change).copied().unwrap_or(0);
        let counts = SimulationCounts {
            complaints: tally.complaints,
            complex_before: tally.complex_before,
            complex_now: tally.complex_now,
            simple_to_complex: changed(Change::SimpleToComplex),
            complex_to_simple: changed(Change::ComplexToSimple),
            automatic_before: tally.automatic_before,
            automatic_now: tally.automatic_now,
            automatic_to_human: changed(Change::AutomaticToHuman),
            human_to_automatic: changed(Change::HumanToAutomatic),
        };
        let sampled: Vec<_> = tally.sample.into_values().flatten().collect();
        let references: HashMap<Uuid, String> =
            self.store.references(sampled.iter().map(|s| s.complaint).collect()).await?.into_iter().collect();
        let sample = sampled.into_iter().filter_map(|s| {
            let reference = references.get(&s.complaint)?.clone();
            let (changes, criteria) = (s.changes, s.criteria);
            Some(SampledShown { complaint: s.complaint, reference, policy_version: s.policy_version, changes, criteria })
        });
        let sample = sample.collect();
        Ok(SimulationReport { counts, criteria: criteria_shown(&trial, tally.criteria), sample, simulation: row.into() })
    }

    /// Takes the next slice of a simulation; answers whether there is more to do.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]; the store's.
    pub async fn go_on_simulating(&self, id: Uuid) -> Result<bool, DeskError> {
        let row = self.store.simulation(id).await?;
        if row.state != RUNNING {
            return Ok(false);
        }
        let trial = Arc::new(self.trial(row.policy_version).await?);
        let filter = past_filter(&row);
        let total = match row.total {
            Some(total) => total,
            None => self.store.past_triages_count(&filter).await?,
        };
        let mut tally = tally_of(&row)?;
        let slice = Slice { filter, after: row.after_filed_at.zip(row.after_id), rows_max: SLICE_ROWS, threads: threads() };
        let evaluated = slice.evaluate(&self.store, trial).await?;
        tally.merge(evaluated.tally);
        let over = evaluated.rows < SLICE_ROWS;
        let last = evaluated.last;
        let next = SimulationRow {
            state: if over { FINISHED } else { RUNNING }.to_owned(),
            ended_at: over.then(|| self.clock.now()),
            total: Some(total),
            done: row.done + i64::try_from(evaluated.rows).unwrap_or(0),
            after_filed_at: last.map(|(at, _)| at).or(row.after_filed_at),
            after_id: last.map(|(_, id)| id).or(row.after_id),
            result: kept(&tally),
            ..row.clone()
        };
        let written = self.store.advance_simulation(next, row.done).await?;
        Ok(written && !over)
    }

    async fn trial(&self, version: i64) -> Result<Trial, DeskError> {
        let past: BTreeMap<i64, Policy> = self.all_policies().await?.into_iter().map(|p| (p.version, p.policy)).collect();
        let policy = past.get(&version).cloned().ok_or(DeskError::NotFound)?;
        Ok(Trial { policy, past })
    }
}

fn kept(tally: &Tally) -> String {
    // String keys only: it cannot fail.
    serde_json::to_string(tally).unwrap_or_default()
}

fn tally_of(row: &SimulationRow) -> Result<Tally, StoreError> {
    serde_json::from_str(&row.result).map_err(|e| StoreError::Corrupt { table: "simulations", id: row.id.to_string(), why: e.to_string() })
}

fn past_filter(row: &SimulationRow) -> PastFilter {
    PastFilter {
        from: row.filed_from.and_then(|day| day.yesterday().ok()).map(end_of_day),
        before: row.filed_to.map(end_of_day),
        track: row.track.clone(),
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX)
}

fn criteria_shown(trial: &Trial, mut counts: BTreeMap<String, CriterionCount>) -> Vec<CriterionShown> {
    let mut shown: Vec<CriterionShown> = Vec::new();
    let mut show = |code: &str, titles: Option<(&str, &str)>, count| {
        let (zh, en) = titles.unzip();
        shown.push(CriterionShown { code: code.to_owned(), title_zh: zh.map(str::to_owned), title_en: en.map(str::to_owned), count });
    };
    for c in &trial.policy.criteria {
        show(&c.code, Some((&c.title_zh, &c.title_en)), counts.remove(&c.code).unwrap_or_default());
    }
    for (code, count) in counts {
        let known = trial.past.values().rev().flat_map(|p| &p.criteria).find(|c| c.code == code);
        show(&code, known.map(|c| (c.title_zh.as_str(), c.title_en.as_str())), count);
    }
    shown
}

/// Past complaints that are looked at in one go.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Which.
    pub filter: PastFilter,
    /// After this one.
    pub after: Option<(Timestamp, Uuid)>,
    /// At most so many.
    pub rows_max: usize,
    /// Threads that evaluate.
    pub threads: usize,
}

/// What came of a slice.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    /// What was counted.
    pub tally: Tally,
    /// How many were looked at.
    pub rows: usize,
    /// The last of them.
    pub last: Option<(Timestamp, Uuid)>,
}

/// What a triage left in the log, of which only this is looked at.
#[derive(Deserialize)]
struct TriagedBody {
    track: Track,
    policy_version: i64,
    facts: Facts,
    met: Vec<String>,
}

impl Slice {
    /// Reads and evaluates.
    ///
    /// # Errors
    /// The store's; [`StoreError::Corrupt`] for a triage that cannot be read.
    pub async fn evaluate(self, store: &Store, trial: Arc<Trial>) -> Result<Evaluated, StoreError> {
        let (pages, waiting) = mpsc::channel::<Vec<PastRow>>(PAGES_WAITING_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        let threads: Vec<_> = (0..self.threads.max(1))
            .map(|_| {
                let (waiting, trial) = (waiting.clone(), trial.clone());
                tokio::task::spawn_blocking(move || evaluate_pages(&waiting, &trial))
            })
            .collect();
        // The channel ends with its readers, where all of them failed.
        drop(waiting);
        let read = self.read(store, pages).await;
        let mut evaluated = Evaluated::default();
        for thread in threads {
            let tally = thread.await.map_err(|e| StoreError::Unavailable { why: e.to_string() })??;
            evaluated.tally.merge(tally);
        }
        (evaluated.rows, evaluated.last) = read?;
        Ok(evaluated)
    }

    async fn read(&self, store: &Store, pages: mpsc::Sender<Vec<PastRow>>) -> Result<(usize, Option<(Timestamp, Uuid)>), StoreError> {
        let (mut rows, mut last) = (0, None);
        while rows < self.rows_max {
            let asked = PAGE_ROWS.min(self.rows_max - rows);
            let page = store.past_triages(&self.filter, last.or(self.after), asked).await?;
            let found = page.len();
            last = page.last().map(|r| (r.filed_at, r.complaint_id)).or(last);
            rows += found;
            if pages.send(page).await.is_err() || found < asked {
                break;
            }
        }
        Ok((rows, last))
    }
}

fn evaluate_pages(waiting: &Mutex<mpsc::Receiver<Vec<PastRow>>>, trial: &Trial) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    loop {
        // Held while one waits: the next page is for whoever is free first.
        let page = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(page) = page else { return Ok(tally) };
        for row in page {
            let corrupt =
                |e: serde_json::Error| StoreError::Corrupt { table: "events", id: row.complaint_id.to_string(), why: e.to_string() };
            let body: TriagedBody = serde_json::from_str(&row.body).map_err(corrupt)?;
            let TriagedBody { track, policy_version, facts, met } = body;
            tally.add(trial, &Past { complaint: row.complaint_id, policy_version, track, met, facts });
        }
    }
}
