//! The statement on its way: checked, forwarded, arrived. Proceedings and extensions are
//! [`super::proceedings`]', what runs out in silence is [`super::expire`]'s.
//!
//! Law: E-Commerce Law 43(2); E-Signature Law 11; 民事诉讼法司法解释 135.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::{Beside, dated};
use super::prepare::sha256_hex;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, RETRIES_MAX, Role, StoredFile, Touched};
use crate::domain::calendar::shanghai_date;
use crate::domain::complaint::{
    Actor, ArrivedBy, Contest, Event, FollowUp, Forwarder, Ground, Listing, Missing, ServiceFailure, Stage, StatementArrived,
    StatementChecked, StatementForwarded, StatementOutcome, StatementReceived, StatementServiceFailed, WAITING_DAYS,
};
use crate::domain::statement::{FORWARDING_TEXT, SellerWords};
use crate::store::MailKept;
use crate::vault::SealedRecord;

/// How far a contest came, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContestView {
    /// Id of the statement.
    pub statement: Uuid,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// When it came.
    pub received_on: Date,
    /// `received`, `deficient`, `no_effect`, `checked`, `forwarded`, `waiting`, `kept`.
    pub stage: &'static str,
    /// When it arrived at the complainant.
    pub arrived_on: Option<Date>,
    /// Last day of the waiting period.
    pub ends_on: Option<Date>,
    /// What the complainant is to tell next, while proceedings keep the measure.
    pub follow_up: Option<FollowUp>,
}

impl ContestView {
    /// Of a listing, where there is one.
    pub(super) fn of(l: &Listing) -> Option<Self> {
        let Contest { statement, grounds, received_on, stage } = l.contest.as_ref()?;
        let (arrived_on, ends_on, follow_up) = match stage {
            Stage::Waiting { arrived_on, ends_on, .. } => (Some(*arrived_on), Some(*ends_on), None),
            Stage::Kept { follow, .. } => (None, None, Some(*follow)),
            _ => (None, None, None),
        };
        let (statement, grounds, received_on, stage) = (*statement, grounds.clone(), *received_on, stage.word());
        Some(ContestView { statement, grounds, received_on, stage, arrived_on, ends_on, follow_up })
    }
}

/// A statement as the complainant sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementShown {
    /// Id.
    pub statement: Uuid,
    /// The listings it is against now.
    pub lines: Vec<u32>,
    /// How far it came.
    pub contest: ContestView,
    /// Name of the seller; null where it was erased.
    pub seller: Option<String>,
    /// Its words; null where they were erased.
    pub text: Option<String>,
    /// Its evidence, by SHA-256.
    pub evidence: Vec<String>,
    /// What the law has the complainant told.
    pub notice_zh: &'static str,
}

/// A statement as the platform that forwards it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementToForward {
    /// Id.
    pub statement: Uuid,
    /// Reference of the complaint.
    pub complaint: String,
    /// The listings it is against.
    pub lines: Vec<u32>,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// When it came.
    pub received_on: Date,
    /// Name of the seller; null where it was erased.
    pub seller: Option<String>,
    /// Its words; null where they were erased.
    pub text: Option<String>,
    /// Its evidence, by SHA-256.
    pub evidence: Vec<String>,
    /// What the law has the complainant told with it.
    pub notice_zh: &'static str,
}

/// The check of a statement by an examiner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckForm {
    /// Result.
    pub outcome: StatementOutcome,
    /// What is missing, where something is.
    #[serde(default)]
    pub missing: Vec<Missing>,
}

/// A platform forwarded a statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardingForm {
    /// When, Asia/Shanghai.
    pub forwarded_on: Date,
    /// When it arrived, where the platform knows.
    #[serde(default)]
    pub arrived_on: Option<Date>,
}

/// The service of a statement, recorded by an examiner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalForm {
    /// The day, Asia/Shanghai.
    pub arrived_on: Date,
    /// How: `service_address` or `recorded_service`.
    pub how: ArrivedBy,
    /// Evidence: a file of the examiner's.
    pub evidence: String,
}

impl Desk {
    /// The event of forwarding: what the law has the notifier told, and the statement's words.
    pub(super) fn forwarded(&self, (statement, lines): (Uuid, Vec<u32>), by: Forwarder, (text, on): (&str, Date)) -> StatementForwarded {
        let text_sha256 = sha256_hex(format!("{FORWARDING_TEXT}\n{text}").as_bytes());
        StatementForwarded { statement, lines, by, forwarded_on: on, text_sha256 }
    }

    fn arrived(&self, (statement, lines): (Uuid, Vec<u32>), how: ArrivedBy, (on, evidence): (Date, Option<&StoredFile>)) -> Event {
        let due = self.calendar().add_calendar_days(on, WAITING_DAYS);
        Event::StatementArrived(StatementArrived {
            statement,
            lines,
            how,
            arrived_on: on,
            ends_on: due.due,
            evidence_sha256: evidence.map(|f| f.sha256.clone()),
            provisional: due.provisional,
            calendar_version: due.calendar_version,
        })
    }

    async fn words_of(&self, loaded: &Loaded, statement: Uuid) -> Result<Option<SellerWords>, DeskError> {
        let submission = self.store.submission(statement).await?;
        let parties = self.store.parties(loaded.complaint.id).await?;
        let Some(row) = parties.into_iter().find(|p| p.id == submission.party_id) else { return Ok(None) };
        Ok(Some(self.vault.open(row.id, &SealedRecord { sealed: row.sealed, key: row.key })?))
    }

    /// The statements against the caller's complaint that reached it or are on their way.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn statements(&self, caller: &Caller, id: Uuid) -> Result<Vec<StatementShown>, DeskError> {
        let loaded = self.load_own(caller, id).await?;
        let mut shown: Vec<StatementShown> = Vec::new();
        for l in &loaded.complaint.listings {
            let reached = l.contest.as_ref().is_some_and(|c| reached_complainant(&c.stage));
            let Some(contest) = ContestView::of(l).filter(|_| reached) else { continue };
            if let Some(known) = shown.iter_mut().find(|s| s.statement == contest.statement) {
                known.lines.push(l.filed.line);
                continue;
            }
            let words = self.words_of(&loaded, contest.statement).await?;
            let evidence = said(&loaded, contest.statement)?.evidence;
            shown.push(StatementShown {
                statement: contest.statement,
                lines: vec![l.filed.line],
                contest,
                seller: words.as_ref().and_then(|w| w.seller.as_ref()).map(|s| s.name.clone()),
                text: words.map(|w| w.text),
                evidence,
                notice_zh: FORWARDING_TEXT,
            });
        }
        Ok(shown)
    }

    /// What came of the mail that carried a statement: taken by the mail system, it has arrived at the
    /// confirmed service address that day; else an examiner sees to its service. Called by the agenda.
    ///
    /// # Errors
    /// The store's.
    pub async fn serve_by_mail(&self, mail: Uuid) -> Result<(), DeskError> {
        let mail = self.store.mail(mail).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.serve_once(&mail).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return other,
            }
        }
    }

    async fn serve_once(&self, mail: &MailKept) -> Result<(), DeskError> {
        let (Some(statement), Some(ended_at)) = (mail.about, mail.ended_at) else { return Ok(()) };
        let loaded = self.load(mail.complaint_id).await?;
        if mail.party_id != loaded.complaint.filed.complainant.party {
            // An agent's copy: only the complainant's own address is one for service.
            return Ok(());
        }
        let person = self.complainant(&loaded.complaint).await?;
        let confirmed = person.and_then(|p| p.service_address).is_some_and(|a| a.confirmed);
        let failed = match mail.state.as_str() {
            "sent" if confirmed => None,
            "sent" | "filed" if !confirmed => Some(ServiceFailure::AddressNotConfirmed),
            "filed" => Some(ServiceFailure::NotSent),
            "bounced" => Some(ServiceFailure::Bounced),
            _ => Some(ServiceFailure::Refused),
        };
        let lines = loaded.complaint.lines_where(|l| match (stage_of(l, statement), failed) {
            (Some(Stage::Forwarded { failed: false, .. }), _) => true,
            (Some(Stage::Waiting { how: ArrivedBy::ServiceAddress, extended: false, .. }), Some(_)) => true,
            // It arrived by other means, or everything is over.
            _ => false,
        });
        if lines.is_empty() {
            return Ok(());
        }
        let event = match failed {
            None => self.arrived((statement, lines), ArrivedBy::ServiceAddress, (shanghai_date(ended_at), None)),
            Some(why) => Event::StatementServiceFailed(StatementServiceFailed { statement, lines, why }),
        };
        self.record_all(&loaded, vec![(Actor::System("mail"), event)], Beside::default()).await.map(drop)
    }

    /// A statement of a seller on the caller's platform, which is to forward it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another platform's.
    pub async fn statement_for_platform(&self, caller: &Caller, statement: Uuid) -> Result<StatementToForward, DeskError> {
        let loaded = self.load_for_platform(caller, statement).await?;
        let words = self.words_of(&loaded, statement).await?;
        let said = said(&loaded, statement)?;
        Ok(StatementToForward {
            statement,
            complaint: loaded.complaint.filed.reference.clone(),
            lines: said.lines,
            grounds: said.grounds,
            received_on: said.received_on,
            seller: words.as_ref().and_then(|w| w.seller.as_ref()).map(|s| s.name.clone()),
            text: words.map(|w| w.text),
            evidence: said.evidence,
            notice_zh: FORWARDING_TEXT,
        })
    }

    /// The bytes of a piece of evidence of a statement, for its platform.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn evidence_for_platform(&self, caller: &Caller, statement: Uuid, sha256: &str) -> Result<bytes::Bytes, DeskError> {
        let loaded = self.load_for_platform(caller, statement).await?;
        self.evidence_of(&loaded, statement, sha256).await
    }

    /// The bytes of a piece of evidence of a statement that was forwarded, for the complainant.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn evidence_for_complainant(
        &self,
        caller: &Caller,
        (id, statement): (Uuid, Uuid),
        sha256: &str,
    ) -> Result<bytes::Bytes, DeskError> {
        let loaded = self.load_own(caller, id).await?;
        let reached = |l: &Listing| stage_of(l, statement).is_some_and(reached_complainant);
        if loaded.complaint.lines_where(reached).is_empty() {
            return Err(DeskError::NotFound);
        }
        self.evidence_of(&loaded, statement, sha256).await
    }

    async fn evidence_of(&self, loaded: &Loaded, statement: Uuid, sha256: &str) -> Result<bytes::Bytes, DeskError> {
        match said(loaded, statement)?.evidence.iter().find(|e| *e == sha256) {
            Some(known) => Ok(self.uploads.read(known).await?),
            None => Err(DeskError::NotFound),
        }
    }

    async fn load_for_platform(&self, caller: &Caller, statement: Uuid) -> Result<Loaded, DeskError> {
        let submission = self.store.submission(statement).await?;
        let access = self.store.seller_access(submission.access_id.ok_or(DeskError::NotFound)?).await?;
        if caller.platform.as_deref() != Some(access.platform.as_str()) {
            return Err(DeskError::NotFound);
        }
        self.load(submission.complaint_id).await
    }

    /// An examiner checks the form of a statement, and who states it.
    ///
    /// # Errors
    /// [`DeskError::Refused`], [`DeskError::Rule`], [`DeskError::NotFound`].
    pub async fn check_statement(&self, caller: &Caller, (at, statement): (&Touched, Uuid), form: CheckForm) -> Result<u32, DeskError> {
        let id = at.complaint;
        if (form.outcome == StatementOutcome::Deficient) == form.missing.is_empty() {
            return Err(DeskError::rule("statement.missing", "say what is missing where something is, and only then"));
        }
        let mandated = self.forwards_for(statement).await?;
        self.again(async || {
            let loaded = self.load(id).await?;
            at.stands(&loaded.complaint)?;
            let (_, today) = self.now();
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Received))?;
            let (outcome, missing) = (form.outcome, form.missing.clone());
            let checked = StatementChecked { statement, lines: lines.clone(), outcome, missing, examiner: Some(caller.account) };
            let mut events = vec![(caller.actor(), Event::StatementChecked(checked))];
            if outcome == StatementOutcome::Whole && mandated {
                let words = self.words_of(&loaded, statement).await?.map(|w| w.text).unwrap_or_default();
                let forwarded = self.forwarded((statement, lines), Forwarder::CentreAsAgent, (&words, today));
                events.push((Actor::System("statement"), Event::StatementForwarded(forwarded)));
            }
            self.record_all(&loaded, events, Beside::default()).await
        })
        .await
    }

    async fn forwards_for(&self, statement: Uuid) -> Result<bool, DeskError> {
        let Some(access) = self.store.submission(statement).await?.access_id else { return Ok(true) };
        let platform = self.store.seller_access(access).await?.platform;
        Ok(self.all_platforms().await?.into_iter().any(|p| p.code == platform && p.forwarding == "centre_as_agent"))
    }

    /// The platform forwarded a statement itself, and may know when it arrived.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a statement of another platform's seller.
    pub async fn record_forwarding(&self, caller: &Caller, statement: Uuid, form: ForwardingForm) -> Result<u32, DeskError> {
        let complaint = self.load_for_platform(caller, statement).await?.complaint.id;
        let (_, today) = self.now();
        if form.forwarded_on > today || form.arrived_on.is_some_and(|a| a > today || a < form.forwarded_on) {
            return Err(DeskError::rule("statement.days", "forwarded on or before arrived, and neither in the future"));
        }
        self.again(async || {
            let loaded = self.load(complaint).await?;
            let words = self.words_of(&loaded, statement).await?.map(|w| w.text).unwrap_or_default();
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Checked | Stage::Forwarded { .. }))?;
            let on_the_way = loaded.complaint.lines_where(|l| stage_of(l, statement).is_some_and(|s| matches!(s, Stage::Forwarded { .. })));
            let mut events = Vec::new();
            if on_the_way.is_empty() {
                let forwarded = self.forwarded((statement, lines.clone()), Forwarder::Platform, (&words, form.forwarded_on));
                events.push((caller.actor(), Event::StatementForwarded(forwarded)));
            }
            if let Some(on) = form.arrived_on {
                events.push((caller.actor(), self.arrived((statement, lines), ArrivedBy::RecordedService, (on, None))));
            }
            self.record_all(&loaded, events, Beside::default()).await
        })
        .await
    }

    /// The complainant acknowledges that a statement arrived: today.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Refused`].
    pub async fn acknowledge_statement(&self, caller: &Caller, (id, statement): (Uuid, Uuid)) -> Result<u32, DeskError> {
        self.again(async || {
            let loaded = self.load_own(caller, id).await?;
            let (_, today) = self.now();
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Forwarded { .. }))?;
            let event = self.arrived((statement, lines), ArrivedBy::Receipt, (today, None));
            self.record_all(&loaded, vec![(caller.actor(), event)], Beside::default()).await
        })
        .await
    }

    /// An examiner records how and when a statement was served.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`].
    pub async fn record_arrival(&self, caller: &Caller, (at, statement): (&Touched, Uuid), form: ArrivalForm) -> Result<u32, DeskError> {
        let id = at.complaint;
        let (_, today) = self.now();
        if form.arrived_on > today {
            return Err(DeskError::rule("statement.days", "it cannot have arrived in the future"));
        }
        if form.how == ArrivedBy::Receipt {
            return Err(DeskError::rule("statement.receipt", "a receipt is the complainant's own"));
        }
        let file = self.own_file(caller, &form.evidence).await?;
        self.again(async || {
            let loaded = self.load(id).await?;
            at.stands(&loaded.complaint)?;
            if form.how == ArrivedBy::ServiceAddress && !loaded.case.service_address_confirmed {
                return Err(DeskError::rule("statement.service_address", "no service address was confirmed"));
            }
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Forwarded { .. }))?;
            let event = self.arrived((statement, lines), form.how, (form.arrived_on, Some(&file)));
            let beside = Beside { files: vec![file.id], ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }

    /// The statement a route names, of a complaint the caller may touch.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn statement_id(&self, caller: &Caller, text: &str) -> Result<Uuid, DeskError> {
        let id: Uuid = text.parse().map_err(|_| DeskError::NotFound)?;
        let row = self.store.submission(id).await?;
        let staff = matches!(caller.role, Role::Examiner | Role::Lead);
        if row.kind == "statement" && (staff || caller.role != Role::Seller) { Ok(id) } else { Err(DeskError::NotFound) }
    }
}

/// What the log says was stated.
fn said(loaded: &Loaded, statement: Uuid) -> Result<StatementReceived, DeskError> {
    let received = |(_, event)| match event {
        Event::StatementReceived(s) if s.statement == statement => Some(s),
        _ => None,
    };
    dated(loaded.complaint.id, &loaded.log)?.into_iter().find_map(received).ok_or(DeskError::NotFound)
}

/// Whether a statement at this stage was forwarded, or is on its way.
fn reached_complainant(stage: &Stage) -> bool {
    matches!(stage, Stage::Forwarded { .. } | Stage::Waiting { .. } | Stage::Kept { .. })
}

pub(super) fn stage_of(l: &Listing, statement: Uuid) -> Option<&Stage> {
    l.contest.as_ref().filter(|c| c.statement == statement).map(|c| &c.stage)
}

/// The listings a statement is against, at such a stage.
pub(super) fn lines_of(loaded: &Loaded, statement: Uuid, at: impl Fn(&Stage) -> bool) -> Result<Vec<u32>, DeskError> {
    let lines = loaded.complaint.lines_where(|l| stage_of(l, statement).is_some_and(&at));
    if lines.is_empty() { Err(DeskError::rule("statement.wrong_stage", "the statement is not at the step for this")) } else { Ok(lines) }
}
