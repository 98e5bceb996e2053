//! Proceedings that keep a measure, how they stand, and the waiting period extended.
//!
//! Law: E-Commerce Law 43(2); 法释〔2020〕9号 3.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::contest::{lines_of, stage_of};
use super::decide::check_text;
use super::views::Loaded;
use super::{Caller, Desk, DeskError};
use crate::domain::calendar::Unit;
use crate::domain::complaint::{
    ClockName, DOCKET_WORKING_DAYS, Deadline, Event, FollowUp, FollowUpKind, Listing, Proceedings, ProceedingsFollowed, ProceedingsProof,
    ProceedingsProven, STATUS_DAYS, Stage, WaitingPeriodExtended, extended,
};
use crate::domain::notice::NAME_CHARS_MAX;

/// Why a waiting period may be extended. Law: 法释〔2020〕9号 3: 公证、认证手续等.
pub const EXTENSION_REASONS: &[&str] = &["notarisation", "authentication", "other"];

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
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= NAME_CHARS_MAX
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
