//! The desk: one function per verb. A verb loads, asks the domain, and commits one transition; it
//! can change complaints and send nothing. Called by `web`, `agenda` and the command line.
//!
//! The actor is an argument of every verb. Request bodies are the `…Form` types beside their verb;
//! what is answered is in [`views`].

mod accounts;
mod act;
mod authenticity;
mod authority;
mod automation;
mod bulk;
mod calendar;
mod case_file;
mod consultations;
mod contest;
mod decide;
mod desk_rules;
mod endpoints;
mod erase;
mod expire;
mod feed;
mod file;
mod files;
mod flags;
mod hearing;
mod lab;
mod lists;
mod mails;
mod notes;
mod oversight;
mod pictures;
mod platform_rules;
mod platform_says;
mod platforms;
mod policies;
mod prepare;
mod proceedings;
mod publication;
mod queue;
mod recent;
mod reexamine;
mod referral;
mod register;
mod register_import;
mod relisting;
mod repetition;
mod report_check;
mod report_pages;
mod reports;
mod resolve;
mod review;
mod rights;
mod seller;
mod silence;
mod staff;
mod supplement;
mod undelivered;
mod versions;
pub mod views;
mod withdraw;
mod writs;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use accounts::{AccountForm, AccountView, KeyCache, KeyCreated};
pub use authenticity::AuthenticityForm;
pub use authority::AuthorityForm;
pub use automation::{AutomationView, SwitchForm};
pub use bulk::{BulkForm, BulkView};
pub use calendar::CalendarView;
pub use case_file::CaseFile;
pub use consultations::{ConsultationFiling, ConsultationView};
pub use contest::{ArrivalForm, CheckForm, ForwardingForm, StatementShown, StatementToForward};
pub use decide::{DecisionForm, Judged, LIFT_REASONS, LiftForm, LineDecisionForm, Touched, TrackForm};
pub use desk_rules::DeskRule;
pub use endpoints::{
    AttemptPage, AttemptView, EndpointForm, EndpointView, LimitsForm, LoggedAttempt, PauseForm, Redeliveries, RedeliveriesForm,
    ResumptionForm, RotationForm, WebhookKeyView,
};
pub use erase::{Erased, ErasureForm, ErasureView};
pub use feed::{DayDigest, DispatchView};
pub use file::{Answer, Filing, IdempotencyKey};
pub use files::StoredFile;
pub use flags::{ConductShown, FlagAnswerForm, FlagForm, FlagView, FlagWithdrawalForm, OwnConduct};
pub use hearing::{AnswerExtensionForm, NotificationForm, SupplementRequestForm, SuspensionForm};
pub use lab::{SLICE_ROWS, SimulationForm, Slice};
pub use lists::{ComplaintPage, ComplaintQuery, PageQuery};
pub use mails::BounceForm;
pub use notes::{NoteForm, NoteView, ReminderForm, ReminderView};
pub use oversight::{Decided as DecidedWork, Load, Oversight, OversightQuery, QueueLoad, Work};
pub use pictures::{PageQuoted, Picture, SideBySide};
pub use platform_rules::{PlatformRuleView, RuleSeenView};
pub use platforms::PlatformForm;
pub use policies::{ActivationForm, PolicyView};
pub use proceedings::{ExtensionForm, ProceedingsForm, StatusForm};
pub use publication::{PublicDecisionPage, PublicDecisionQuery, PublicFormat, PublicStatistics, PublicStatisticsQuery, PublicationView};
pub use queue::{AssignmentForm, ClaimView, QueueView};
pub use reexamine::{ReconsiderationForm, Told};
pub use referral::{ReferralForm, ReferralOutcomeForm, ReferralView};
pub use register::RegisterView;
pub use relisting::{RelistingForm, RelistingView};
pub use report_check::{ReportCheckForm, ReportCheckView};
pub use report_pages::ReportReadingForm;
pub use reports::{REVOCATION_REASONS, RevocationForm};
pub use resolve::{ResolutionResult, ResolutionsForm};
pub use review::{RecusalForm, ReviewDecisionForm, ReviewForm};
pub use rights::{RightQuery, RightView, VerificationForm};
pub use seller::{AccessForm, AccessView, AnswerForm, SellerView, StatementForm};
pub use staff::{AcceptanceForm, HouseQuery, KeyRotationForm, SuspendForm};
pub use supplement::SupplementForm;
pub use withdraw::{WITHDRAWAL_REASONS, WithdrawalForm};
pub use writs::WritView;

use crate::clock::{Clock, Ids};
use crate::domain::calendar::{Calendar, shanghai_date};
use crate::domain::complaint::{Actor, Refused};
use crate::domain::dispatch::Issuer;
use crate::domain::notice::NoticeProblem;
use crate::domain::policy::PolicyProblem;
use crate::intake::ocr::scans::Scans;
use crate::intake::reader::Reader;
use crate::intake::upload::{UploadError, Uploads};
use crate::store::{Store, StoreError, StoredAnswer};
use crate::vault::{Vault, VaultError};
use crate::writ::{TypesetError, WordsError};

/// Times a verb that is not an act of judgement reloads and tries again when the complaint changed.
pub const RETRIES_MAX: u32 = 5;

/// Roles of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Rights holder.
    Complainant,
    /// Agent of rights holders.
    Agent,
    /// E-commerce platform.
    Platform,
    /// Examiner (判定员).
    Examiner,
    /// Lead examiner.
    Lead,
    /// Administrator.
    Admin,
    /// Reads all, changes nothing.
    Auditor,
    /// A seller, by the access its platform made for exactly its listings; never an account.
    Seller,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 8] =
        [Role::Complainant, Role::Agent, Role::Platform, Role::Examiner, Role::Lead, Role::Admin, Role::Auditor, Role::Seller];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Role::Complainant => "complainant",
            Role::Agent => "agent",
            Role::Platform => "platform",
            Role::Examiner => "examiner",
            Role::Lead => "lead",
            Role::Admin => "admin",
            Role::Auditor => "auditor",
            Role::Seller => "seller",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// Who calls: an authenticated account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: Uuid,
    /// Its role.
    pub role: Role,
    /// The platform it speaks for, for the role `platform`.
    pub platform: Option<String>,
    /// Filings allowed an hour; the default where absent.
    pub filings_per_hour_max: Option<u32>,
    /// What it may touch, for the role `seller`.
    pub seller: Option<seller::SellerSide>,
}

impl Caller {
    /// As an actor of the log.
    pub fn actor(&self) -> Actor {
        Actor::Account { role: self.role.word(), id: self.account }
    }
}

/// What the desk is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who issues dispatches.
    pub issuer: Issuer,
    /// What the numbers of documents begin with.
    pub issuer_code: String,
    /// False for demos and trials.
    pub livemode: bool,
    /// Base of links, without a trailing slash.
    pub public_url: String,
    /// Mail address through which a complainant can be reached.
    pub relay_contact: String,
    /// How an extension of the waiting period is counted.
    pub extension_cap: crate::domain::complaint::ExtensionCap,
    /// Networks an endpoint may lie in although they are private, and whether http is allowed.
    pub egress: crate::domain::egress::EgressRules,
    /// What endpoints take that have no limits of their own.
    pub lane_limits: crate::domain::lane::LaneLimits,
    /// Whether there is somebody to be told by mail of what does not arrive.
    pub tells_operator: bool,
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) vault: Vault,
    pub(crate) reader: Arc<Reader>,
    pub(crate) scans: Arc<Scans>,
    pub(crate) uploads: Uploads,
    calendar: Arc<std::sync::RwLock<Arc<Calendar>>>,
    calendar_at_start: Arc<Calendar>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) recent: Arc<recent::Recent>,
    drawn: Arc<pictures::Drawn>,
}

/// The parts a desk is built from.
pub struct DeskParts {
    /// The store.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Ids.
    pub ids: Ids,
    /// Keys.
    pub vault: Vault,
    /// Reader of reports.
    pub reader: Reader,
    /// Draws pages, and reads those that are pictures.
    pub scans: Scans,
    /// Where files are kept.
    pub uploads: Uploads,
    /// Settings.
    pub settings: Settings,
    /// The calendar, under the years that are put later.
    pub calendar: Calendar,
}

impl Desk {
    /// A desk of its parts.
    pub fn new(parts: DeskParts) -> Self {
        Desk {
            store: parts.store,
            clock: parts.clock,
            ids: parts.ids,
            vault: parts.vault,
            reader: Arc::new(parts.reader),
            scans: Arc::new(parts.scans),
            uploads: parts.uploads,
            calendar: Arc::new(std::sync::RwLock::new(Arc::new(parts.calendar.clone()))),
            calendar_at_start: Arc::new(parts.calendar),
            settings: Arc::new(parts.settings),
            recent: Arc::default(),
            drawn: Arc::default(),
        }
    }

    /// The store, for reads.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How far this machine's clock is ahead of the database's, or, negative, behind it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::store::StoreError::Unavailable)
    pub async fn clock_ahead(&self) -> Result<SignedDuration, DeskError> {
        Ok(self.store.clock_ahead(Clock::machine).await?)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where files are kept.
    pub fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// Has the reading children started and warmed; answers when one is ready.
    ///
    /// # Errors
    /// A stable code, if none can be started; readings then say the same.
    pub async fn warm_reader(&self) -> Result<(), &'static str> {
        self.reader.warm().await.map(drop)
    }

    /// Which limits hold in the reading children; none before one was ready.
    pub fn reading_limits(&self) -> Option<crate::intake::reader::Holds> {
        self.reader.holds()
    }

    /// Keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(crate) fn now(&self) -> (Timestamp, Date) {
        let now = self.clock.now();
        (now, shanghai_date(now))
    }
}

/// Why a verb did not happen. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The notice has problems; all of them.
    #[error("{} problems", .0.len())]
    Notice(Vec<NoticeProblem>),
    /// The policy has problems; all of them.
    #[error("{} problems", .0.len())]
    Policy(Vec<PolicyProblem>),
    /// Every listing of the complaint is a duplicate.
    #[error("every listing is in a live complaint already")]
    AllDuplicates(Vec<views::RowLeftOut>),
    /// Not possible in this state.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The complaint changed since it was read.
    #[error("the complaint changed: version {now}")]
    Changed {
        /// Version now.
        now: u32,
    },
    /// Something else is at another version than the one that was seen.
    #[error("it is at version {now} now")]
    Moved {
        /// Version now.
        now: i64,
    },
    /// The same idempotency key came with another body.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A rule of the desk.
    #[error("{message}")]
    Rule {
        /// Stable code.
        code: &'static str,
        /// In English.
        message: String,
    },
    /// No such thing, or not the caller's.
    #[error("not found")]
    NotFound,
    /// The store.
    #[error(transparent)]
    Store(StoreError),
    /// A file could not be kept or read.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// Keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A document could not be put into words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A document could not be typeset.
    #[error(transparent)]
    Typeset(#[from] TypesetError),
}

impl From<StoreError> for DeskError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NotFound => DeskError::NotFound,
            other => DeskError::Store(other),
        }
    }
}

impl DeskError {
    pub(crate) fn rule(code: &'static str, message: impl Into<String>) -> Self {
        DeskError::Rule { code, message: message.into() }
    }
}

/// The stored answer to a repeated key, if the request is the same.
pub(crate) fn replay(stored: StoredAnswer, key: &IdempotencyKey) -> Result<Answer, DeskError> {
    if stored.fingerprint != key.fingerprint || stored.route != key.route {
        return Err(DeskError::KeyReused);
    }
    Ok(Answer { status: stored.status, body: stored.answer, of: None, replayed: true })
}

/// Files named in a request: file id or part name → the stored file.
pub type NamedFiles = BTreeMap<String, StoredFile>;
