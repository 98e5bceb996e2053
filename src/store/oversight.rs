//! What oversight is read from: the open queue, and what was decided in a period by track, platform and examiner;
//! complaints and consultations apart. Rows that commits keep; no log is read.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::commit::ROWS_PER_INSERT_MAX;
use super::error::Fault;
use super::schema::{complaints, desk_claims, listings, outcomes};
use super::types::{Day, Id, IdSql, Maybe, Ts, TsSql};
use super::work::look;
use super::{Store, StoreError};

/// A complaint that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct OpenRow {
    /// The complaint.
    #[diesel(deserialize_as = Id)]
    pub id: Uuid,
    /// Word of the track.
    pub track: Option<String>,
    /// The day its next step is due.
    #[diesel(deserialize_as = Maybe<Day>)]
    pub due_on: Option<Date>,
    /// When it was filed.
    #[diesel(deserialize_as = Ts)]
    pub filed_at: Timestamp,
}

/// What was decided: one or the other, never together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Complaints.
    Complaints,
    /// Consultations, by an opinion.
    Consultations,
}

impl Answered {
    /// As an index says it.
    fn words(self) -> &'static str {
        match self {
            Answered::Complaints => "NOT outcomes.consulted",
            Answered::Consultations => "outcomes.consulted",
        }
    }
}

/// By what decided complaints are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// By nothing.
    All,
    /// The track.
    Track,
    /// The platform; a complaint on two counts for both.
    Platform,
    /// The examiner who decided first.
    Examiner,
}

impl GroupBy {
    /// All groups.
    pub const ALL: [GroupBy; 4] = [GroupBy::All, GroupBy::Track, GroupBy::Platform, GroupBy::Examiner];
}

/// Percentiles of the time a step takes, of a hundred.
pub const PERCENTILES: [u64; 2] = [50, 95];

/// A step whose time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// From filing to acceptance.
    Acceptance,
    /// In which the sellers were heard.
    Hearing,
    /// From filing to decision.
    Decision,
}

impl Step {
    /// All steps.
    pub const ALL: [Step; 3] = [Step::Acceptance, Step::Hearing, Step::Decision];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Step::Acceptance => "acceptance",
            Step::Hearing => "hearing",
            Step::Decision => "decision",
        }
    }
}

/// Decided complaints of one sort within a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkRow {
    /// Of the group: a track, a platform, an examiner's id.
    pub key: Option<String>,
    /// Decided without a human.
    pub automatic: bool,
    /// A determination was overturned.
    pub overturned: bool,
    /// Decided after the day it was due.
    pub late: Option<bool>,
    /// How many.
    pub count: i64,
    /// Of each step: how many took it, and seconds in all.
    pub steps: [(i64, i64); 3],
}

type Sums = (i64, i64, Option<i64>, i64, Option<i64>, i64, Option<i64>);
type Sorted<K> = (K, bool, bool, Option<bool>, Sums);

fn work_row((key, automatic, overturned, late, s): Sorted<Option<String>>) -> WorkRow {
    let steps = [(s.1, s.2.unwrap_or(0)), (s.3, s.4.unwrap_or(0)), (s.5, s.6.unwrap_or(0))];
    WorkRow { key, automatic, overturned, late, count: s.0, steps }
}

/// Of decided complaints: how many, and of each step how many took it and how long in all.
macro_rules! sums {
    () => {{
        use diesel::dsl::sql;
        use diesel::sql_types::{BigInt, Nullable};
        (
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("COUNT(outcomes.seconds_to_acceptance)"),
            sql::<Nullable<BigInt>>("CAST(SUM(outcomes.seconds_to_acceptance) AS BIGINT)"),
            sql::<BigInt>("COUNT(outcomes.seconds_of_hearing)"),
            sql::<Nullable<BigInt>>("CAST(SUM(outcomes.seconds_of_hearing) AS BIGINT)"),
            sql::<BigInt>("COUNT(outcomes.seconds)"),
            sql::<Nullable<BigInt>>("CAST(SUM(outcomes.seconds) AS BIGINT)"),
        )
    }};
}

impl Store {
    /// Complaints that wait for a person.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn open_queue(&self) -> Result<Vec<OpenRow>, StoreError> {
        look!(self, $go => {
            let query = complaints::table
                .filter(complaints::queue_on.is_not_null())
                .order((complaints::queue_on, complaints::id))
                .select((complaints::id, complaints::track, complaints::due_on, complaints::filed_at));
            let rows: Vec<OpenRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The platforms that complaints are on, each once; none: one without an account.
    ///
    /// # Why
    /// By their ids, and not by a join with the open ones: a planner without fresh statistics reads every listing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn platforms_of(&self, complaints: Vec<Uuid>) -> Result<Vec<(Uuid, Option<String>)>, StoreError> {
        let rows: Vec<(Id, Option<String>)> = look!(self, $go => {
            let mut all = Vec::new();
            for part in complaints.chunks(ROWS_PER_INSERT_MAX) {
                let ids: Vec<Id> = part.iter().copied().map(Id).collect();
                let query = listings::table.filter(listings::complaint_id.eq_any(ids)).select((listings::complaint_id, listings::platform)).distinct();
                let rows: Vec<(Id, Option<String>)> = go!(load, query)?;
                all.extend(rows);
            }
            Ok::<_, Fault>(all)
        })?;
        Ok(rows.into_iter().map(|(id, platform)| (id.0, platform)).collect())
    }

    /// Who has complaints in hand now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claims_held(&self, now: Timestamp) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        look!(self, $go => {
            let query = desk_claims::table
                .filter(desk_claims::lease_until.gt(Ts(now)))
                .select((desk_claims::complaint_id, desk_claims::examiner));
            let rows: Vec<(Id, Id)> = go!(load, query)?;
            Ok::<_, Fault>(rows.into_iter().map(|(complaint, examiner)| (complaint.0, examiner.0)).collect::<Vec<_>>())
        })
    }

    /// What was decided from one moment to another, by group.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn work_decided(
        &self,
        (from, to): (Timestamp, Timestamp),
        (what, by): (Answered, GroupBy),
    ) -> Result<Vec<WorkRow>, StoreError> {
        let rows: Vec<Sorted<Option<String>>> = look!(self, $go => {
            let of = || diesel::dsl::sql::<diesel::sql_types::Bool>(what.words()).nullable();
            let in_period = || of().and(outcomes::decided_at.ge(Some(Ts(from)))).and(outcomes::decided_at.lt(Some(Ts(to))));
            let rows: Vec<Sorted<Option<String>>> = match by {
                // The sums of the tracks are those of all.
                GroupBy::Track | GroupBy::All => {
                    let sort = (outcomes::track, outcomes::automatic, outcomes::overturned, outcomes::late);
                    let query = outcomes::table.filter(in_period()).group_by(sort);
                    go!(load, query.select((outcomes::track, outcomes::automatic, outcomes::overturned, outcomes::late, sums!())))?
                }
                GroupBy::Examiner => {
                    let sort = (outcomes::examiner, outcomes::automatic, outcomes::overturned, outcomes::late);
                    let query = outcomes::table.filter(in_period()).filter(outcomes::examiner.is_not_null()).group_by(sort);
                    let query = query.select((outcomes::examiner, outcomes::automatic, outcomes::overturned, outcomes::late, sums!()));
                    let rows: Vec<Sorted<Option<Id>>> = go!(load, query)?;
                    rows.into_iter().map(|(id, a, o, l, s)| (id.map(|id| id.0.to_string()), a, o, l, s)).collect()
                }
                GroupBy::Platform => {
                    // A complaint counts once for each platform it is on: by its first listing there.
                    let earlier = diesel::alias!(listings as earlier);
                    let neither = earlier.field(listings::platform).is_null().and(listings::platform.is_null());
                    let same_platform = earlier.field(listings::platform).eq(listings::platform).or(neither);
                    let same = earlier
                        .filter(earlier.field(listings::complaint_id).eq(listings::complaint_id))
                        .filter(same_platform)
                        .filter(earlier.field(listings::line).lt(listings::line));
                    let sort = (listings::platform, outcomes::automatic, outcomes::overturned, outcomes::late);
                    let query = outcomes::table
                        .inner_join(listings::table.on(listings::complaint_id.eq(outcomes::complaint_id)))
                        .filter(in_period())
                        .filter(diesel::dsl::not(diesel::dsl::exists(same)))
                        .group_by(sort)
                        .select((listings::platform, outcomes::automatic, outcomes::overturned, outcomes::late, sums!()));
                    go!(load, query)?
                }
            };
            Ok::<_, Fault>(rows)
        })?;
        Ok(rows.into_iter().map(work_row).collect())
    }

    /// Of the complaints that were decided in a period and took a step: seconds at the percentiles, by group.
    ///
    /// # Why
    /// Counted by the database in one go, however many groups there are: what it sends is two rows a group.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn step_times(
        &self,
        (from, to): (Timestamp, Timestamp),
        (what, by, step): (Answered, GroupBy, Step),
    ) -> Result<Vec<StepTimeRow>, StoreError> {
        let text = step_times_text(what, (by, step));
        look!(self, $go => {
            let query = diesel::sql_query(&text).bind::<TsSql, _>(Ts(from)).bind::<TsSql, _>(Ts(to));
            let rows: Vec<StepTimeRow> = match by {
                GroupBy::Examiner => {
                    let rows: Vec<OfExaminer> = go!(load, query)?;
                    rows.into_iter().map(|r| StepTimeRow { key: Some(r.of_group.0.to_string()), at: r.at }).collect()
                }
                _ => {
                    let rows: Vec<OfText> = go!(load, query)?;
                    rows.into_iter().map(|r| StepTimeRow { key: r.of_group, at: r.at }).collect()
                }
            };
            Ok::<_, Fault>(rows)
        })
    }
}

/// Seconds a step took at one place of the ascending order within a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTimeRow {
    /// Of the group: a track, a platform, an examiner's id.
    pub key: Option<String>,
    /// The place, and what is there.
    pub at: StepAt,
}

/// One place of an ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct StepAt {
    /// How many took the step.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub taken: i64,
    /// The place, from 1.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub place: i64,
    /// Seconds.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub seconds: i64,
}

#[derive(QueryableByName)]
struct OfText {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    of_group: Option<String>,
    #[diesel(embed)]
    at: StepAt,
}

#[derive(QueryableByName)]
struct OfExaminer {
    #[diesel(sql_type = IdSql)]
    of_group: Id,
    #[diesel(embed)]
    at: StepAt,
}

/// The statement of [`Store::step_times`]. Both databases take `$1`.
fn step_times_text(what: Answered, (by, step): (GroupBy, Step)) -> String {
    let seconds = match step {
        Step::Acceptance => "outcomes.seconds_to_acceptance",
        Step::Hearing => "outcomes.seconds_of_hearing",
        Step::Decision => "outcomes.seconds",
    };
    // A complaint counts once for each platform it is on: by its first listing there.
    let first_there = "JOIN listings ON listings.complaint_id = outcomes.complaint_id AND NOT EXISTS ( \
        SELECT 1 FROM listings AS earlier WHERE earlier.complaint_id = listings.complaint_id AND earlier.line < listings.line \
        AND (earlier.platform = listings.platform OR (earlier.platform IS NULL AND listings.platform IS NULL)))";
    let (of, joined, only) = match by {
        GroupBy::All => ("CAST(NULL AS TEXT)", "", ""),
        GroupBy::Track => ("outcomes.track", "", ""),
        GroupBy::Platform => ("listings.platform", first_there, ""),
        GroupBy::Examiner => ("outcomes.examiner", "", "AND outcomes.examiner IS NOT NULL"),
    };
    let what = what.words();
    let wanted: Vec<String> = PERCENTILES.iter().map(|p| format!("(taken * {p} + 99) / 100")).collect();
    format!(
        "SELECT of_group, taken, place, seconds FROM ( \
         SELECT {of} AS of_group, {seconds} AS seconds, ROW_NUMBER() OVER (PARTITION BY {of} ORDER BY {seconds}) AS place, \
         COUNT(*) OVER (PARTITION BY {of}) AS taken FROM outcomes {joined} \
         WHERE {what} AND outcomes.decided_at >= $1 AND outcomes.decided_at < $2 AND {seconds} IS NOT NULL {only}) AS timed \
         WHERE place IN ({})",
        wanted.join(", ")
    )
}
