//! The statement on its way: checked, forwarded, arrived; proceedings that keep the measure; the waiting
//! period extended. What runs out in silence is [`super::expire`]'s.
//!
//! Law: E-Commerce Law 43(2); 法释〔2020〕9号 3; E-Signature Law 11.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::decide::check_text;
use super::prepare::sha256_hex;
use super::seller::SealedWords;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, Role, StoredFile};
use crate::domain::calendar::Unit;
use crate::domain::complaint::{
    ArrivedBy, ClockName, Contest, DOCKET_WORKING_DAYS, Deadline, Event, FollowUp, FollowUpKind, Forwarder, Ground, Listing, Missing,
    Proceedings, ProceedingsFollowed, ProceedingsProof, ProceedingsProven, STATUS_DAYS, Stage, StatementArrived, StatementChecked,
    StatementForwarded, StatementOutcome, WAITING_DAYS, WaitingPeriodExtended, extended,
};
use crate::domain::notice::NAME_CHARS_MAX;
use crate::domain::statement::FORWARDING_TEXT;
use crate::vault::SealedRecord;

/// Why a waiting period may be extended. Law: 法释〔2020〕9号 3: 公证、认证手续等.
pub const EXTENSION_REASONS: &[&str] = &["notarisation", "authentication", "other"];

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
    /// What the law has the complainant told.
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

/// Proof of a suit or of a complaint to an authority.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProceedingsForm {
    /// The statement it answers; absent: the only one.
    #[serde(default)]
    pub statement: Option<Uuid>,
    /// What proceedings.
    pub kind: Proceedings,
    /// What proves them.
    pub proof: ProceedingsProof,
    /// The court or authority.
    pub authority: String,
    /// Docket number.
    #[serde(default)]
    pub number: Option<String>,
    /// The proof: a file of the caller's.
    pub file: String,
}

/// How proceedings stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusForm {
    /// The statement; absent: the only one.
    #[serde(default)]
    pub statement: Option<Uuid>,
    /// Docket number, where it was owed.
    #[serde(default)]
    pub number: Option<String>,
    /// A document.
    #[serde(default)]
    pub file: Option<String>,
}

/// An extension of the waiting period.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionForm {
    /// The statement; absent: the only one.
    #[serde(default)]
    pub statement: Option<Uuid>,
    /// One of [`EXTENSION_REASONS`].
    pub reason: String,
    /// The proof: a file of the caller's.
    pub file: String,
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

    async fn words_of(&self, loaded: &Loaded, statement: Uuid) -> Result<Option<SealedWords>, DeskError> {
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
            let reached =
                l.contest.as_ref().is_some_and(|c| matches!(c.stage, Stage::Forwarded { .. } | Stage::Waiting { .. } | Stage::Kept { .. }));
            let Some(contest) = ContestView::of(l).filter(|_| reached) else { continue };
            if let Some(known) = shown.iter_mut().find(|s| s.statement == contest.statement) {
                known.lines.push(l.filed.line);
                continue;
            }
            let words = self.words_of(&loaded, contest.statement).await?;
            shown.push(StatementShown {
                statement: contest.statement,
                lines: vec![l.filed.line],
                contest,
                seller: words.as_ref().and_then(|w| w.seller.as_ref()).map(|s| s.name.clone()),
                text: words.map(|w| w.text),
                notice_zh: FORWARDING_TEXT,
            });
        }
        Ok(shown)
    }

    /// An examiner checks the form of a statement, and who states it.
    ///
    /// # Errors
    /// [`DeskError::Refused`], [`DeskError::Rule`], [`DeskError::NotFound`].
    pub async fn check_statement(&self, caller: &Caller, (id, statement): (Uuid, Uuid), form: CheckForm) -> Result<u32, DeskError> {
        if (form.outcome == StatementOutcome::Deficient) == form.missing.is_empty() {
            return Err(DeskError::rule("statement.missing", "say what is missing where something is, and only then"));
        }
        let mandated = self.forwards_for(statement).await?;
        self.again(async || {
            let loaded = self.load(id).await?;
            let (_, today) = self.now();
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Received))?;
            let (outcome, missing) = (form.outcome, form.missing.clone());
            let checked = StatementChecked { statement, lines: lines.clone(), outcome, missing, examiner: Some(caller.account) };
            let mut events = vec![(caller.actor(), Event::StatementChecked(checked))];
            if outcome == StatementOutcome::Whole && mandated {
                let words = self.words_of(&loaded, statement).await?.map(|w| w.text).unwrap_or_default();
                let forwarded = self.forwarded((statement, lines), Forwarder::CentreAsAgent, (&words, today));
                events.push((crate::domain::complaint::Actor::System("statement"), Event::StatementForwarded(forwarded)));
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
        let submission = self.store.submission(statement).await?;
        let access = self.store.seller_access(submission.access_id.ok_or(DeskError::NotFound)?).await?;
        if caller.platform.as_deref() != Some(access.platform.as_str()) {
            return Err(DeskError::NotFound);
        }
        let (_, today) = self.now();
        if form.forwarded_on > today || form.arrived_on.is_some_and(|a| a > today || a < form.forwarded_on) {
            return Err(DeskError::rule("statement.days", "forwarded on or before arrived, and neither in the future"));
        }
        self.again(async || {
            let loaded = self.load(submission.complaint_id).await?;
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
    pub async fn record_arrival(&self, caller: &Caller, (id, statement): (Uuid, Uuid), form: ArrivalForm) -> Result<u32, DeskError> {
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

    /// The complainant proves that it sued or complained to the authority: the measure stays.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an incomplete proof, [`DeskError::Refused`].
    pub async fn prove_proceedings(&self, caller: &Caller, id: Uuid, form: ProceedingsForm) -> Result<u32, DeskError> {
        if !is_name(&form.authority) {
            return Err(DeskError::rule("proceedings.authority", format!("1 to {NAME_CHARS_MAX} characters are expected")));
        }
        let number = form.number.as_deref().map(str::trim).filter(|n| !n.is_empty());
        if form.proof == ProceedingsProof::Docket && number.is_none() {
            return Err(DeskError::rule("proceedings.number", "a docket has a number"));
        }
        let issuer = &self.settings.issuer;
        if form.kind == Proceedings::AuthorityComplaint && issuer.kind != "patent_authority" && form.authority.trim() == issuer.name {
            // 法 43(2) 主管部门: a rights-aid centre is none.
            return Err(DeskError::rule("proceedings.not_the_authority", "this centre is not the competent authority"));
        }
        let file = self.own_file(caller, &form.file).await?;
        self.again(async || {
            let loaded = self.load_own(caller, id).await?;
            let (_, today) = self.now();
            let statement = the_statement(&loaded, form.statement)?;
            let open = |s: &Stage| matches!(s, Stage::Received | Stage::Checked | Stage::Forwarded { .. } | Stage::Waiting { .. });
            let event = Event::ProceedingsProven(ProceedingsProven {
                statement,
                lines: lines_of(&loaded, statement, open)?,
                kind: form.kind,
                proof: form.proof,
                authority: form.authority.trim().to_owned(),
                number: number.map(str::to_owned),
                document_sha256: file.sha256.clone(),
                proven_on: today,
                follow: self.next_follow_up(number.is_some(), today),
                calendar_version: self.calendar().version(),
            });
            let beside = Beside { files: vec![file.id], ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }

    fn next_follow_up(&self, number_known: bool, today: Date) -> FollowUp {
        if number_known {
            FollowUp { what: FollowUpKind::Status, by: super::hearing::by(self, today, (STATUS_DAYS, Unit::CalendarDays)) }
        } else {
            FollowUp { what: FollowUpKind::DocketNumber, by: super::hearing::by(self, today, (DOCKET_WORKING_DAYS, Unit::WorkingDays)) }
        }
    }

    /// The complainant tells how its proceedings stand.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`].
    pub async fn follow_proceedings(&self, caller: &Caller, id: Uuid, form: StatusForm) -> Result<u32, DeskError> {
        let number = form.number.as_deref().map(str::trim).filter(|n| !n.is_empty());
        if let Some(number) = number {
            check_text(Some(number))?;
        }
        let file = match &form.file {
            Some(name) => Some(self.own_file(caller, name).await?),
            None => None,
        };
        if number.is_none() && file.is_none() {
            return Err(DeskError::rule("proceedings.nothing_told", "a docket number or a document is expected"));
        }
        self.again(async || {
            let loaded = self.load_own(caller, id).await?;
            let (_, today) = self.now();
            let statement = the_statement(&loaded, form.statement)?;
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Kept { .. }))?;
            let owed = |l: &Listing| matches!(stage_of(l, statement), Some(Stage::Kept { follow, .. }) if follow.what == FollowUpKind::DocketNumber);
            if number.is_none() && !loaded.complaint.lines_where(owed).is_empty() {
                return Err(DeskError::rule("proceedings.number", "the docket number is owed"));
            }
            let event = Event::ProceedingsFollowed(ProceedingsFollowed {
                statement,
                lines,
                number: number.map(str::to_owned),
                document_sha256: file.as_ref().map(|f| f.sha256.clone()),
                follow: self.next_follow_up(true, today),
                calendar_version: self.calendar().version(),
            });
            let beside = Beside { files: file.iter().map(|f| f.id).collect(), ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }

    /// The complainant proves that notarisation and the like take longer: the waiting period is extended, once.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`].
    pub async fn extend_waiting(&self, caller: &Caller, id: Uuid, form: ExtensionForm) -> Result<u32, DeskError> {
        if !EXTENSION_REASONS.contains(&form.reason.as_str()) {
            return Err(DeskError::rule("extension.unknown_reason", format!("one of {} is expected", EXTENSION_REASONS.join(", "))));
        }
        let file = self.own_file(caller, &form.file).await?;
        let cap = self.settings.extension_cap;
        self.again(async || {
            let loaded = self.load_own(caller, id).await?;
            let statement = the_statement(&loaded, form.statement)?;
            let lines = lines_of(&loaded, statement, |s| matches!(s, Stage::Waiting { .. }))?;
            let first = lines.first().and_then(|l| loaded.complaint.listing(*l)).and_then(|l| stage_of(l, statement));
            let Some(Stage::Waiting { arrived_on, .. }) = first else { return Err(DeskError::NotFound) };
            let deadline = Deadline {
                clock: ClockName::WaitingPeriod,
                lines: lines.clone(),
                of: Some(statement),
                periods: extended(*arrived_on, cap),
                stored_due: None,
                ended_on: None,
            };
            let due = deadline.due(&self.calendar()).pop().ok_or(DeskError::NotFound)?;
            let event = Event::WaitingPeriodExtended(WaitingPeriodExtended {
                statement,
                lines,
                reason: form.reason.clone(),
                document_sha256: file.sha256.clone(),
                ends_on: due.due,
                cap,
                provisional: due.provisional,
                calendar_version: due.calendar_version,
            });
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

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= NAME_CHARS_MAX
}

fn stage_of(l: &Listing, statement: Uuid) -> Option<&Stage> {
    l.contest.as_ref().filter(|c| c.statement == statement).map(|c| &c.stage)
}

/// The listings a statement is against, at such a stage.
fn lines_of(loaded: &Loaded, statement: Uuid, at: impl Fn(&Stage) -> bool) -> Result<Vec<u32>, DeskError> {
    let lines = loaded.complaint.lines_where(|l| stage_of(l, statement).is_some_and(&at));
    if lines.is_empty() { Err(DeskError::rule("statement.wrong_stage", "the statement is not at the step for this")) } else { Ok(lines) }
}

/// The statement that is meant: the one named, or the only one.
fn the_statement(loaded: &Loaded, named: Option<Uuid>) -> Result<Uuid, DeskError> {
    let mut all: Vec<Uuid> = loaded.complaint.listings.iter().filter_map(|l| l.contest.as_ref()).map(|c| c.statement).collect();
    all.sort_unstable();
    all.dedup();
    match (named, all.as_slice()) {
        (Some(id), known) if known.contains(&id) => Ok(id),
        (None, [only]) => Ok(*only),
        (None, [_, _, ..]) => Err(DeskError::rule("statement.which", "several statements are under way: name one")),
        _ => Err(DeskError::rule("statement.none", "no such statement is under way")),
    }
}
