//! Letters to people, on their way by mail: claimed with a lease and a fence, as deliveries are
//! (`outbox`), but many by one statement.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::jobs::{JobDraft, JobRow, ask_for_job};
use super::outbox::count;
use super::rows::{MailRow, PartyRow};
use super::schema::{mails, parties, submissions};
use super::types::{Day, Id, Maybe, Ts};
use super::words::in_words;
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::job::JobKind;

in_words! {
    /// A mail that is due.
    IsDue: Bool = "mails.state = 'due'"
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
    /// What it is about: a statement, a review, or a dispatch.
    pub about: Option<Uuid>,
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
    /// When it is due again; absent: it ended.
    pub again_at: Option<Timestamp>,
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

/// A mail to the operator, about a dispatch.
#[derive(Clone, Debug)]
pub struct OperatorMail {
    /// Id: the same for the same news.
    pub id: Uuid,
    /// What it is about.
    pub kind: &'static str,
    /// The complaint; nil where the dispatch has none.
    pub complaint: Uuid,
    /// The dispatch.
    pub dispatch: Uuid,
    /// The platform.
    pub platform: String,
    /// When it is written.
    pub at: Timestamp,
}

/// The side of the operator, who is no party of a complaint.
pub const OPERATOR_SIDE: &str = "operator";

impl Store {
    /// Puts a mail to the operator; nothing happens where it was put before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_operator_mail(&self, mail: OperatorMail) -> Result<(), StoreError> {
        let row = MailRow {
            id: mail.id,
            complaint_id: mail.complaint,
            party_id: Uuid::nil(),
            template: mail.kind.to_owned(),
            language: "zh".to_owned(),
            reference: mail.platform,
            state: "due".to_owned(),
            due_at: mail.at,
            fence: 0,
            attempts: 0,
            side: OPERATOR_SIDE.to_owned(),
            about: Some(mail.dispatch),
            day: None,
            written_at: mail.at,
        };
        let done = work!(self, $go => {
            go!(execute, diesel::insert_into(mails::table).values(row.clone()).on_conflict_do_nothing())?;
            Ok::<(), Fault>(())
        });
        self.outbox().mails.notify_one();
        done
    }

    /// Claims mails that are due.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn claim_mails(&self, now: Timestamp, lease_until: Timestamp, limit: usize) -> Result<Vec<ClaimedMail>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        type Row = (Id, Id, Id, String, String, String, i64, i32, String, Option<Day>, Option<Id>);
        let (rows, people, words): (Vec<Row>, Vec<PartyRow>, Vec<(Id, Id)>) = work!(self, $go => {
            macro_rules! free {
                () => {
                    IsDue.and(mails::due_at.le(Ts(now))).and(mails::lease_until.is_null().or(mails::lease_until.le(Some(Ts(now)))))
                };
            }
            let due = mails::table
                .filter(free!())
                .order((mails::due_at, mails::id))
                .limit(limit)
                .select(mails::id);
            let due: Vec<Id> = go!(load, due)?;
            // Asked again with the row locked: another worker may have been faster.
            let claim = diesel::update(mails::table.filter(mails::id.eq_any(due)).filter(free!()))
                .set((mails::fence.eq(mails::fence + 1), mails::lease_until.eq(Some(Ts(lease_until)))))
                .returning((mails::id, mails::complaint_id, mails::party_id, mails::template, mails::language, mails::reference, mails::fence, mails::attempts, mails::side, mails::day, mails::about));
            let mine: Vec<Row> = go!(load, claim)?;
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
            about: r.10.map(|id| id.0),
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
    pub async fn record_mails(&self, all: Vec<MailAttempted>, now: Timestamp) -> Result<usize, StoreError> {
        let mut alike = BTreeMap::<_, Vec<Id>>::new();
        for m in &all {
            alike.entry((m.state, m.again_at, m.error.clone(), m.fence)).or_default().push(Id(m.id));
        }
        let serving: BTreeSet<Uuid> = all.iter().filter(|m| m.serves && m.again_at.is_none()).map(|m| m.id).collect();
        work!(self, $go => {
            let mut written = 0;
            for ((state, again_at, error, fence), ids) in &alike {
                let held = mails::table.filter(mails::id.eq_any(ids.clone())).filter(mails::fence.eq(*fence));
                let set = (
                    mails::state.eq(*state),
                    mails::due_at.eq(Ts(again_at.unwrap_or(now))),
                    mails::lease_until.eq(None::<Ts>),
                    mails::attempts.eq(mails::attempts + 1),
                    mails::last_error.eq(error.as_deref()),
                    mails::ended_at.eq(again_at.is_none().then_some(Ts(now))),
                );
                let held: Vec<Id> = go!(load, diesel::update(held).set(set).returning(mails::id))?;
                written += held.len();
                for mail in held.into_iter().filter(|m| serving.contains(&m.0)) {
                    ask_for_job!(go, service_job(mail.0, now))?;
                }
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

    /// The mails of a complaint to its people, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn mails_of(&self, complaint: Uuid) -> Result<Vec<MailKept>, StoreError> {
        look!(self, $go => {
            let query = mails::table
                .filter(mails::complaint_id.eq(Id(complaint)))
                .filter(mails::side.ne(OPERATOR_SIDE))
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
