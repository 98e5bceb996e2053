//! How complaints ended, and which of it is published: rows beside the projection, written in the commit that
//! moves a complaint, so that no list and no figure reads a log.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::rows::int;
use super::schema::{complaints, outcomes, publication_rules, published};
use super::types::{Day, Id, Maybe, Ts};
use super::words::in_words;
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::complaint::Complaint;
use crate::domain::outcome::outcome;
use crate::domain::publication::{PublicationRule, public_decision};

/// How a complaint ended.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = outcomes, treat_none_as_default_value = false)]
pub struct OutcomeRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// Account that filed.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// Word of the ending.
    pub ending: String,
    /// Word of the track.
    pub track: Option<String>,
    /// The day of what last bore on it.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub ended_on: Date,
    /// Whether it was decided without a human.
    pub automatic: bool,
    /// Whether a determination was overturned.
    pub overturned: bool,
    /// Whether infringement was found and stands.
    pub upheld: bool,
    /// Seconds from filing to decision.
    pub seconds: Option<i64>,
    /// The day from which it is final.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub final_from: Option<Date>,
    /// Word of what the first decision rested on.
    pub basis: Option<String>,
    /// The policy that was made by.
    pub policy_version: Option<i64>,
    /// When every listing was decided, the first time.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub decided_at: Option<Timestamp>,
    /// The examiner who decided first.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub examiner: Option<Uuid>,
    /// Whether it was decided after the day it was due.
    pub late: Option<bool>,
    /// Seconds from filing to acceptance.
    pub seconds_to_acceptance: Option<i64>,
    /// Seconds in which the sellers were heard.
    pub seconds_of_hearing: Option<i64>,
    /// Whether it was a consultation.
    pub consulted: bool,
}

in_words! {
    /// Not a consultation: what figures are of, everybody's and of anybody.
    pub(super) IsComplaint: Bool = "NOT outcomes.consulted"
}

/// A decision as everybody may read it, from the day it is final.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = published)]
pub struct PublishedRow {
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// Its reference.
    pub reference: String,
    /// Word of the ending.
    pub ending: String,
    /// The day of what last bore on it.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub decided_on: Date,
    /// The day from which it is final.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub final_from: Date,
    /// JSON.
    pub body: String,
}

/// What is kept of how a complaint ended.
pub type Ended = (OutcomeRow, Option<PublishedRow>);

/// The rows that the log of `c` asks for; none while it goes on.
pub fn expected_outcome(c: &Complaint) -> Option<Ended> {
    let o = outcome(c)?;
    let published = public_decision(c, &o).map(|d| PublishedRow {
        complaint_id: c.id,
        reference: d.reference.clone(),
        ending: d.ending.clone(),
        decided_on: d.decided_on,
        final_from: d.final_from,
        // String keys only: it cannot fail.
        body: serde_json::to_string(&d).unwrap_or_default(),
    });
    let row = OutcomeRow {
        complaint_id: c.id,
        account_id: c.filed.account,
        ending: o.ending.word().to_owned(),
        track: o.track.map(|t| t.word().to_owned()),
        ended_on: o.ended_on,
        automatic: o.automatic,
        overturned: o.overturned,
        upheld: o.upheld,
        seconds: o.seconds_to_decision,
        final_from: o.final_from,
        basis: o.basis.map(|b| b.word().to_owned()),
        policy_version: o.policy_version,
        decided_at: o.decided_at,
        examiner: o.examiner,
        late: o.late,
        seconds_to_acceptance: o.seconds_to_acceptance,
        seconds_of_hearing: o.seconds_of_hearing,
        consulted: o.consulted,
    };
    Some((row, published))
}

/// Puts the rows of one complaint in the place of those it had. Who complains is not in the log: it is taken from
/// the party's row, and gone with it.
macro_rules! put_ended {
    ($go:ident, $ended:expr) => {{
        use crate::store::schema::{outcomes, parties, published};
        let (row, public): &crate::store::outcomes::Ended = $ended;
        let id = crate::store::types::Id(row.complaint_id);
        $go!(execute, diesel::delete(published::table.find(id)))?;
        $go!(execute, diesel::delete(outcomes::table.find(id)))?;
        $go!(execute, diesel::insert_into(outcomes::table).values(row.clone()))?;
        let complainant = parties::table.filter(parties::complaint_id.eq(id)).filter(parties::person_key.is_not_null());
        let key: Option<Option<String>> = $go!(first, complainant.select(parties::person_key)).optional()?;
        // Who complains to a platform is no party here.
        if let Some(key) = key.flatten().filter(|_| !row.consulted) {
            $go!(execute, diesel::update(outcomes::table.find(id)).set(outcomes::complainant_key.eq(Some(key))))?;
        }
        if let Some(public) = public {
            $go!(execute, diesel::insert_into(published::table).values(public.clone()))?;
        }
    }};
}
pub(super) use put_ended;

/// How many complaints of one sort became final in a period.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct OutcomeCount {
    /// Word of the track.
    pub track: Option<String>,
    /// Word of the ending.
    pub ending: String,
    /// Whether it was decided without a human.
    pub automatic: bool,
    /// Whether a determination was overturned.
    pub overturned: bool,
    /// How many.
    pub count: i64,
}

/// Which published decisions a page shows.
#[derive(Clone, Debug)]
pub struct PublishedFilter {
    /// Words of endings.
    pub endings: Vec<String>,
    /// Decided on that day or later.
    pub decided_from: Date,
    /// Final on that day.
    pub today: Date,
}

impl Store {
    /// Writes anew how a complaint ended, unless it has moved on since it was read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_outcome(&self, complaint: &Complaint) -> Result<(), StoreError> {
        let Some(ended) = expected_outcome(complaint) else { return Ok(()) };
        let (id, seq) = (complaint.id, int(complaint.seq));
        work!(self, $go => {
            // Writing the row locks it: a commit that moves the complaint comes before or after.
            let as_read = complaints::table.find(Id(id)).filter(complaints::last_seq.eq(seq));
            if go!(execute, diesel::update(as_read).set(complaints::last_seq.eq(seq)))? == 1 {
                put_ended!(go, &ended);
            }
            Ok::<(), Fault>(())
        })
    }

    /// How a complaint ended, as it is stored.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn outcome(&self, complaint: Uuid) -> Result<Option<Ended>, StoreError> {
        look!(self, $go => {
            let row: Option<OutcomeRow> = go!(first, outcomes::table.find(Id(complaint)).select(OutcomeRow::as_select())).optional()?;
            let public: Option<PublishedRow> = go!(first, published::table.find(Id(complaint)).select(PublishedRow::as_select())).optional()?;
            Ok::<_, Fault>(row.map(|row| (row, public)))
        })
    }

    /// Counts of the complaints that became final between two days, both included.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn outcome_counts(&self, (from, to): (Date, Date)) -> Result<Vec<OutcomeCount>, StoreError> {
        look!(self, $go => {
            let sort = (outcomes::track, outcomes::ending, outcomes::automatic, outcomes::overturned);
            let query = outcomes::table
                .filter(IsComplaint)
                .filter(outcomes::final_from.ge(Some(Day(from))))
                .filter(outcomes::final_from.le(Some(Day(to))))
                .group_by(sort)
                .select((outcomes::track, outcomes::ending, outcomes::automatic, outcomes::overturned, diesel::dsl::count_star()));
            let rows: Vec<OutcomeCount> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Seconds from filing to decision of the complaints of a track that became final between two days: the
    /// values at these places of their ascending order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn seconds_at(&self, track: &str, (from, to): (Date, Date), places: Vec<i64>) -> Result<Vec<i64>, StoreError> {
        let track = track.to_owned();
        look!(self, $go => {
            let mut found = Vec::new();
            for place in &places {
                let query = outcomes::table
                    .filter(IsComplaint)
                    .filter(outcomes::final_from.ge(Some(Day(from))))
                    .filter(outcomes::final_from.le(Some(Day(to))))
                    .filter(outcomes::track.eq(Some(track.clone())))
                    .filter(outcomes::seconds.is_not_null())
                    .order(outcomes::seconds)
                    .offset(*place)
                    .select(outcomes::seconds);
                let at: Option<Option<i64>> = go!(first, query).optional()?;
                found.extend(at.flatten());
            }
            Ok::<_, Fault>(found)
        })
    }

    /// Published decisions, those final last first, after `(day, reference)`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn published_page(
        &self,
        filter: PublishedFilter,
        after: Option<(Date, String)>,
        limit: usize,
    ) -> Result<Vec<PublishedRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        look!(self, $go => {
            let mut query = published::table
                .filter(published::ending.eq_any(filter.endings.clone()))
                .filter(published::decided_on.ge(Day(filter.decided_from)))
                .filter(published::final_from.le(Day(filter.today)))
                .order((published::final_from.desc(), published::reference.desc()))
                .limit(limit)
                .select(PublishedRow::as_select())
                .into_boxed::<Db>();
            if let Some((day, reference)) = after.clone() {
                let day = Day(day);
                // The first condition is implied by the second: it is what the index is entered by.
                query = query.filter(published::final_from.le(day));
                query = query.filter(published::final_from.lt(day).or(published::final_from.eq(day).and(published::reference.lt(reference))));
            }
            let rows: Vec<PublishedRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Puts the rule of publication as its next version.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where another put that version first.
    pub async fn put_publication_rule(&self, (last, rule): (i64, &PublicationRule), by: Uuid, at: Timestamp) -> Result<i64, StoreError> {
        let body = serde_json::to_string(rule).map_err(|e| StoreError::corrupt("publication_rules", by, e))?;
        work!(self, $go => {
            let version = last + 1;
            let row = (
                publication_rules::version.eq(version),
                publication_rules::body.eq(&body),
                publication_rules::put_by.eq(Id(by)),
                publication_rules::put_at.eq(Ts(at)),
            );
            go!(execute, diesel::insert_into(publication_rules::table).values(row))?;
            Ok::<_, Fault>(version)
        })
    }

    /// The rule of publication and its version; none was put: version 0.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn publication_rule(&self) -> Result<(i64, PublicationRule), StoreError> {
        let last: Option<(i64, String)> = look!(self, $go => {
            let query = publication_rules::table
                .order(publication_rules::version.desc())
                .select((publication_rules::version, publication_rules::body));
            let last: Option<(i64, String)> = go!(first, query).optional()?;
            Ok::<_, Fault>(last)
        })?;
        let Some((version, body)) = last else { return Ok((0, PublicationRule::default())) };
        let rule = serde_json::from_str(&body).map_err(|e| StoreError::corrupt("publication_rules", version, e))?;
        Ok((version, rule))
    }
}
