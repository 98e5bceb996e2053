//! The outbox: deliveries and their attempts, mails. What was sent is in `dispatches`.
//!
//! A delivery is claimed with a lease and a fence. Whoever writes an attempt down must still hold the
//! fence: a worker that was away too long finds its number used and changes nothing.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, JobRow, ask_for_job};
use super::rows::PartyRow;
use super::schema::{attempts, deliveries, dispatches, endpoints, mails, parties, submissions};
use super::types::{Day, Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::job::JobKind;

/// A dispatch on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct DeliveryRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The dispatch.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub dispatch_id: Uuid,
    /// The endpoint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub endpoint_id: Uuid,
    /// `due`, `paused`, `delivered`, `given_up`.
    pub state: String,
    /// Not tried before.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub due_at: Timestamp,
    /// Attempts made.
    pub attempts: i32,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// The delivery.
    #[serde(skip)]
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub delivery_id: Uuid,
    /// Number, from 1.
    #[serde(rename = "number")]
    pub n: i32,
    /// When it began.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// HTTP status, where there was an answer.
    #[serde(rename = "status")]
    pub http_status: Option<i32>,
    /// `delivered`, or the class of the failure.
    #[serde(rename = "outcome")]
    pub class: String,
    /// How long it took, milliseconds.
    #[serde(rename = "duration_ms")]
    pub elapsed_ms: i32,
    /// The beginning of the answer, or what went wrong.
    pub reply: Option<String>,
}

/// A delivery in the hands of a worker.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// Id.
    pub id: Uuid,
    /// The number that must still stand when the attempt is written down.
    pub fence: i64,
    /// Attempts made before.
    pub attempts: u32,
    /// The dispatch: `webhook-id`.
    pub dispatch: Uuid,
    /// The endpoint.
    pub endpoint: Uuid,
    /// Its address.
    pub url: String,
    /// Its secrets, sealed.
    pub secrets: Vec<u8>,
    /// What is sent.
    pub body: String,
    /// It is given up then.
    pub deliver_until: Timestamp,
}

/// What came of a claimed delivery.
#[derive(Clone, Debug)]
pub struct DeliveryAttempted {
    /// The attempt.
    pub attempt: AttemptRow,
    /// The fence of the claim.
    pub fence: i64,
    /// `due`, `delivered`, `given_up`, `paused`.
    pub state: &'static str,
    /// When it is due again.
    pub due_at: Timestamp,
    /// The endpoint, where it is to be paused, and why.
    pub pause: Option<(Uuid, String)>,
}

/// A mail in the hands of a worker.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    /// Id.
    pub id: Uuid,
    /// The complaint.
    pub complaint: Uuid,
    /// The person it goes to; none where they were erased.
    pub party: Option<PartyRow>,
    /// To which side.
    pub side: String,
    /// The day that matters in it.
    pub day: Option<Date>,
    /// What was submitted and the letter is about, sealed; none where it is about nothing, or was erased.
    pub submitted: Option<PartyRow>,
    /// What it is about: a kind of letter.
    pub template: String,
    /// Language.
    pub language: String,
    /// Reference of the complaint.
    pub reference: String,
    /// The number that must still stand.
    pub fence: i64,
    /// Attempts made before.
    pub attempts: u32,
}

/// What came of a claimed mail.
#[derive(Clone, Debug)]
pub struct MailAttempted {
    /// The mail.
    pub id: Uuid,
    /// The fence of the claim.
    pub fence: i64,
    /// `due`, `sent`, `filed` (in a folder; nobody was sent anything), `given_up`.
    pub state: &'static str,
    /// When it is due again, or when it ended.
    pub due_at: Timestamp,
    /// What went wrong.
    pub error: Option<String>,
    /// Whether the mail serves a statement: then the desk is to hear of its end.
    pub serves: bool,
}

/// A mail as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct MailKept {
    /// Id; with the sender's domain its `Message-ID`.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// To whom.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub party_id: Uuid,
    /// What it is about.
    pub template: String,
    /// Language.
    pub language: String,
    /// `due`, `sent`, `filed`, `given_up`, `bounced`.
    pub state: String,
    /// Attempts made.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// To which side.
    pub side: String,
    /// The statement or review it is about.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub about: Option<Uuid>,
    /// When it was written.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub written_at: Timestamp,
    /// When it was handed over, or given up.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub ended_at: Option<Timestamp>,
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

impl Store {
    /// The deliveries of a dispatch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn deliveries_of(&self, dispatch: Uuid) -> Result<Vec<DeliveryRow>, StoreError> {
        look!(self, $go => {
            let query = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).order(deliveries::id).select(DeliveryRow::as_select());
            let rows: Vec<DeliveryRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The attempts of all deliveries of a dispatch, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn attempts_of(&self, dispatch: Uuid) -> Result<Vec<AttemptRow>, StoreError> {
        look!(self, $go => {
            let of_dispatch = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).select(deliveries::id);
            let query = attempts::table
                .filter(attempts::delivery_id.eq_any(of_dispatch))
                .order((attempts::delivery_id, attempts::n))
                .select(AttemptRow::as_select());
            let rows: Vec<AttemptRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Claims deliveries that are due, the longest due first, leaving out `busy` endpoints; each for one worker.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_deliveries(
        &self,
        (now, lease_until): (Timestamp, Timestamp),
        busy: Vec<Uuid>,
        limit: usize,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        type Row = (Id, i64, i32, Id, Id, String, Vec<u8>, String, Ts);
        let rows: Vec<Row> = work!(self, $go => {
            let free = deliveries::lease_until.is_null().or(deliveries::lease_until.le(Some(Ts(now))));
            let query = deliveries::table
                .inner_join(dispatches::table.on(dispatches::id.eq(deliveries::dispatch_id)))
                .inner_join(endpoints::table.on(endpoints::id.eq(deliveries::endpoint_id)))
                .filter(deliveries::state.eq("due"))
                .filter(deliveries::due_at.le(Ts(now)))
                .filter(deliveries::endpoint_id.ne_all(busy.iter().copied().map(Id).collect::<Vec<_>>()))
                .filter(free)
                .order((deliveries::due_at, dispatches::feed_seq))
                .limit(limit)
                .select((
                    deliveries::id,
                    deliveries::fence,
                    deliveries::attempts,
                    dispatches::id,
                    endpoints::id,
                    endpoints::url,
                    endpoints::secrets,
                    dispatches::body,
                    dispatches::deliver_until,
                ));
            let rows: Vec<Row> = go!(load, query)?;
            let mut mine = Vec::new();
            for mut row in rows {
                let still = deliveries::table.filter(deliveries::id.eq(row.0)).filter(deliveries::fence.eq(row.1));
                let set = (deliveries::fence.eq(row.1 + 1), deliveries::lease_until.eq(Some(Ts(lease_until))), deliveries::updated_at.eq(Ts(now)));
                if go!(execute, diesel::update(still).set(set))? == 1 {
                    row.1 += 1;
                    mine.push(row);
                }
            }
            Ok::<_, Fault>(mine)
        })?;
        let claimed = |r: Row| ClaimedDelivery {
            id: r.0.0,
            fence: r.1,
            attempts: count(r.2),
            dispatch: r.3.0,
            endpoint: r.4.0,
            url: r.5,
            secrets: r.6,
            body: r.7,
            deliver_until: r.8.0,
        };
        Ok(rows.into_iter().map(claimed).collect())
    }

    /// Writes an attempt down; false when the claim was lost and nothing was changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_attempt(&self, done: DeliveryAttempted) -> Result<bool, StoreError> {
        work!(self, $go => {
            let a = &done.attempt;
            let held = deliveries::table.filter(deliveries::id.eq(Id(a.delivery_id))).filter(deliveries::fence.eq(done.fence));
            let set = (
                deliveries::state.eq(done.state),
                deliveries::due_at.eq(Ts(done.due_at)),
                deliveries::lease_until.eq(None::<Ts>),
                deliveries::attempts.eq(a.n),
                deliveries::last_class.eq(Some(&a.class)),
                deliveries::updated_at.eq(Ts(a.at)),
            );
            let held = go!(execute, diesel::update(held).set(set))? == 1;
            if held {
                go!(execute, diesel::insert_into(attempts::table).values(a.clone()))?;
                if let Some((endpoint, why)) = &done.pause {
                    let set = (endpoints::status.eq("paused"), endpoints::paused_why.eq(Some(why)));
                    go!(execute, diesel::update(endpoints::table.find(Id(*endpoint))).set(set))?;
                    let waiting = deliveries::table.filter(deliveries::endpoint_id.eq(Id(*endpoint))).filter(deliveries::state.eq("due"));
                    go!(execute, diesel::update(waiting).set(deliveries::state.eq("paused")))?;
                }
            }
            Ok::<_, Fault>(held)
        })
    }

    /// Makes every delivery of a dispatch due again, whatever became of it. An attempt under way loses its claim:
    /// what it has to say of itself would undo this.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the dispatch has no delivery.
    pub async fn redeliver(&self, dispatch: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let done = work!(self, $go => {
            let all = deliveries::table.filter(deliveries::dispatch_id.eq(Id(dispatch))).filter(deliveries::state.ne("paused"));
            let set = (
                deliveries::state.eq("due"),
                deliveries::due_at.eq(Ts(now)),
                deliveries::fence.eq(deliveries::fence + 1),
                deliveries::lease_until.eq(None::<Ts>),
                deliveries::updated_at.eq(Ts(now)),
            );
            match go!(execute, diesel::update(all).set(set))? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        });
        self.outbox().deliveries.notify_one();
        done
    }

    /// When the next delivery or mail is due; none when nothing waits.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        look!(self, $go => {
            let delivery: Option<Ts> = go!(first, deliveries::table.filter(deliveries::state.eq("due")).order(deliveries::due_at).select(deliveries::due_at)).optional()?;
            let mail: Option<Ts> = go!(first, mails::table.filter(mails::state.eq("due")).order(mails::due_at).select(mails::due_at)).optional()?;
            Ok::<_, Fault>(delivery.into_iter().chain(mail).map(|due| due.0).min())
        })
    }

    /// Claims mails that are due.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_mails(&self, now: Timestamp, lease_until: Timestamp, limit: usize) -> Result<Vec<ClaimedMail>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        type Row = (Id, Id, Id, String, String, String, i64, i32, String, Option<Day>, Option<Id>);
        let (rows, people, words): (Vec<Row>, Vec<PartyRow>, Vec<(Id, Id)>) = work!(self, $go => {
            let free = mails::lease_until.is_null().or(mails::lease_until.le(Some(Ts(now))));
            let query = mails::table
                .filter(mails::state.eq("due"))
                .filter(mails::due_at.le(Ts(now)))
                .filter(free)
                .order((mails::due_at, mails::id))
                .limit(limit)
                .select((mails::id, mails::complaint_id, mails::party_id, mails::template, mails::language, mails::reference, mails::fence, mails::attempts, mails::side, mails::day, mails::about));
            let rows: Vec<Row> = go!(load, query)?;
            let mut mine = Vec::new();
            for mut row in rows {
                let still = mails::table.filter(mails::id.eq(row.0)).filter(mails::fence.eq(row.6));
                let set = (mails::fence.eq(row.6 + 1), mails::lease_until.eq(Some(Ts(lease_until))));
                if go!(execute, diesel::update(still).set(set))? == 1 {
                    row.6 += 1;
                    mine.push(row);
                }
            }
            let about: Vec<Id> = mine.iter().filter_map(|r| r.10).collect();
            let words = submissions::table.filter(submissions::id.eq_any(about)).select((submissions::id, submissions::party_id));
            let words: Vec<(Id, Id)> = go!(load, words)?;
            let ids: Vec<Id> = mine.iter().map(|r| r.2).chain(words.iter().map(|w| w.1)).collect();
            let people: Vec<PartyRow> = go!(load, parties::table.filter(parties::id.eq_any(ids)).select(PartyRow::as_select()))?;
            Ok::<_, Fault>((mine, people, words))
        })?;
        let person = |id: Uuid| people.iter().find(|p| p.id == id).cloned();
        let submitted = |about: Id| words.iter().find(|w| w.0.0 == about.0).and_then(|w| person(w.1.0));
        let claimed = |r: Row| ClaimedMail {
            id: r.0.0,
            complaint: r.1.0,
            party: person(r.2.0),
            submitted: r.10.and_then(submitted),
            side: r.8,
            day: r.9.map(|d| d.0),
            template: r.3,
            language: r.4,
            reference: r.5,
            fence: r.6,
            attempts: count(r.7),
        };
        Ok(rows.into_iter().map(claimed).collect())
    }

    /// Writes down what came of mails, in one go; a mail whose claim was lost is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn record_mails(&self, all: Vec<MailAttempted>) -> Result<usize, StoreError> {
        work!(self, $go => {
            let mut written = 0;
            for done in &all {
                let ended = (done.state != "due").then_some(Ts(done.due_at));
                let held = mails::table.filter(mails::id.eq(Id(done.id))).filter(mails::fence.eq(done.fence));
                let set = (
                    mails::state.eq(done.state),
                    mails::due_at.eq(Ts(done.due_at)),
                    mails::lease_until.eq(None::<Ts>),
                    mails::attempts.eq(mails::attempts + 1),
                    mails::last_error.eq(&done.error),
                    mails::ended_at.eq(ended),
                );
                let held = go!(execute, diesel::update(held).set(set))?;
                if held == 1 && done.serves && ended.is_some() {
                    ask_for_job!(go, service_job(done.id, done.due_at))?;
                }
                written += held;
            }
            Ok::<_, Fault>(written)
        })
    }

    /// Writes down that a mail that was taken came back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a mail that was not sent.
    pub async fn bounce_mail(&self, mail: Uuid, why: String, (at, serves): (Timestamp, bool)) -> Result<(), StoreError> {
        work!(self, $go => {
            let sent = mails::table.filter(mails::id.eq(Id(mail))).filter(mails::state.eq("sent"));
            let set = (mails::state.eq("bounced"), mails::last_error.eq(Some(&why)));
            if go!(execute, diesel::update(sent).set(set))? == 0 {
                return Err(Fault::Store(StoreError::NotFound));
            }
            if serves {
                ask_for_job!(go, service_job(mail, at))?;
            }
            Ok(())
        })
    }

    /// The mails of a complaint, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn mails_of(&self, complaint: Uuid) -> Result<Vec<MailKept>, StoreError> {
        look!(self, $go => {
            let query = mails::table
                .filter(mails::complaint_id.eq(Id(complaint)))
                .order((mails::written_at, mails::id))
                .select(MailKept::as_select());
            let rows: Vec<MailKept> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// A mail.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn mail(&self, id: Uuid) -> Result<MailKept, StoreError> {
        look!(self, $go => {
            let row: MailKept = go!(first, mails::table.find(Id(id)).select(MailKept::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }
}

/// What came of serving a statement by mail is the desk's business.
fn service_job(mail: Uuid, due_at: Timestamp) -> JobRow {
    JobDraft { kind: JobKind::Service, subject: mail.to_string(), due_at }.into()
}
