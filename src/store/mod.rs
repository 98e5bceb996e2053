//! What is kept, in SQLite or PostgreSQL: one meaning, two databases, chosen by the URL.
//!
//! [`Store::commit`] is the only way to change a complaint. Not here: rules (the domain), HTTP, files.
//! Diesel's types and errors stop at this module's edge.

mod accounts;
mod acks;
mod answers;
mod automation;
mod bulks;
mod calendars;
mod case_files;
mod claims;
mod columns;
mod commit;
mod complaints;
mod desk_rules;
mod dispatches;
mod endpoints;
mod erasures;
mod error;
mod files;
mod filing;
mod flags;
mod gather;
mod house_log;
mod house_mails;
mod jobs;
mod lock;
mod mails;
mod marks;
mod notes;
mod outbox;
mod outcomes;
mod oversight;
mod platform_rules;
mod platforms;
mod postgres;
mod projection;
mod queue;
mod receipts;
mod register;
mod register_put;
mod repetition;
mod reports;
mod rights;
mod rows;
mod schema;
mod sellers;
mod simulations;
mod skew;
mod sqlite;
mod triages;
mod types;
mod upkeep;
mod words;
mod work;
mod writs;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::Notify;

pub use accounts::{AccountRow, InvitationPut, InvitationRow, KeyRow};
pub use acks::AckRow;
pub use answers::{AnswerRow, Outline, StoredAnswer};
pub use automation::{DecidedCount, SwitchPut, SwitchRow};
pub use bulks::{BulkItemRow, BulkRow};
pub use calendars::CalendarRow;
pub use case_files::CaseFileRow;
pub use claims::{ClaimRow, TakenFrom};
pub use commit::{Commit, CommitError, Committed, Issued, ReliedOn};
pub use complaints::{ComplaintFilter, StoredComplaint};
pub use dispatches::{DispatchLine, DispatchRow, FeedSum};
pub use endpoints::{LaneRow, WebhookKeyRow};
pub use erasures::ErasureRow;
pub use error::StoreError;
pub use files::{FileRow, ReadingRow};
pub use filing::{FilingAsk, FilingContext, LiveListing, Relisted};
pub use flags::{FLAGS_MAX, FlagRow, UpheldAgainst, Whose};
pub use house_log::{HouseFilter, HouseRow};
pub use house_mails::{AccountMailRow, HouseMailRow};
pub use jobs::{JobDraft, JobRow};
pub use lock::{Lock, lock_data_folder};
pub use mails::{ClaimedMail, MailAttempted, MailKept, OPERATOR_SIDE, OperatorMail};
pub use marks::{MarkRow, expected_marks};
pub use notes::{NoteRow, ReminderRow};
pub use outbox::{
    AttemptRow, Becomes, Claimed, ClaimedDelivery, ClaimedLane, DeliveryAttempted, DeliveryClaim, DeliveryRow, Exchange, Exchanged,
    GivenBack, HeldHere, LANES_PER_CLAIM_MAX, REDELIVERIES_MAX,
};
pub use outcomes::{Ended, OutcomeCount, OutcomeRow, PublishedFilter, PublishedRow, expected_outcome};
pub use oversight::{Answered, GroupBy, OpenRow, PERCENTILES, Step, StepAt, StepTimeRow, WorkRow};
pub use platform_rules::PlatformRuleRow;
pub use platforms::{EndpointRow, PlatformRow};
pub use projection::expected_projection;
pub use queue::{MATCHES_MAX, NameSought, Place, QueueFilter, QueueRow, TextSought};
pub use receipts::{FeedPart, Receipt};
pub use register::PolicyRow;
pub use register_put::{FILINGS_SETTLE_SECONDS, ImportBatch, ImportErrorRow, Putting, REGISTER_ROWS_MAX, RegisterImportRow, RegisterPut};
pub use repetition::ShopNamed;
pub use reports::{KnownReportRow, REPORTS_COMPARED_MAX, ReportRow, RevocationRow};
pub use rights::{RightFilter, RightRow, StoredRight, VerificationPut, VerificationRow};
pub use rows::{ComplaintRow, GrantRow, ListingRow, PageReadingRow, PartyRow};
pub use sellers::{SellerAccessRow, SubmissionRow};
pub use simulations::{FINISHED, RUNNING, STOPPED, SimulationRow};
pub use skew::SKEW_SECONDS_MAX;
pub use triages::{PastFilter, PastRow, TriageRow, expected_triage};
pub use upkeep::{Projected, SealRow, Sealable};
pub use writs::{WritBytesRow, WritCopyRow, WritRow};

use error::Fault;
use postgres::Postgres;
use sqlite::Sqlite;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A database. Cheap to clone.
#[derive(Clone)]
pub enum Store {
    /// PostgreSQL 14 or later.
    Postgres(Postgres),
    /// SQLite, one process.
    Sqlite(Sqlite),
}

/// Woken when something was put in the outbox by this process. Bells of their own: where no mail is sent,
/// filings, which all write one, need not wake anybody. And one for each feed that is waited for.
#[derive(Default)]
pub struct Outbox {
    /// A delivery.
    pub deliveries: Notify,
    /// A mail.
    pub mails: Notify,
    /// A mail to somebody of the house.
    pub house_mails: Notify,
    feeds: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Outbox {
    /// The bell of a platform's feed: every one who waits hears it.
    pub fn feed(&self, platform: &str) -> Arc<Notify> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.entry(platform.to_owned()).or_default().clone()
    }

    /// Something was issued to a platform.
    fn issued(&self, platform: &str) {
        self.deliveries.notify_one();
        let waited_for = self.feeds.lock().unwrap_or_else(PoisonError::into_inner).get(platform).cloned();
        if let Some(bell) = waited_for {
            bell.notify_waiters();
        }
    }
}

/// Questions that are answered together.
#[derive(Clone, Default)]
struct Rounds {
    contexts: gather::Gather<FilingAsk, FilingContext>,
    files: gather::Gather<files::FilesAsk, Vec<FileRow>>,
}

impl Store {
    /// Opens `postgres://…` with at most `connections_max` connections, or `sqlite:PATH`.
    /// PostgreSQL is not contacted yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for another URL, or a file that cannot be opened.
    pub fn open(url: &str, connections_max: usize) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Ok(Store::Sqlite(Sqlite::open(Path::new(path))?))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Store::Postgres(Postgres::open(url, connections_max)?))
        } else {
            Err(StoreError::Unavailable { why: "the URL begins with neither sqlite: nor postgres://".to_owned() })
        }
    }

    /// Brings the tables up to this version; several processes may do it at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let failed = |why: String| StoreError::Unavailable { why };
        match self {
            Store::Sqlite(sqlite) => {
                sqlite
                    .write(|c| match c.run_pending_migrations(SQLITE_MIGRATIONS) {
                        Ok(_) => Ok(()),
                        Err(e) => Err(StoreError::Unavailable { why: e.to_string() }.into()),
                    })
                    .await
            }
            Store::Postgres(pg) => {
                let conn = pg.connection_for_migrating().await?;
                let migrated = tokio::task::spawn_blocking(move || {
                    AsyncMigrationHarness::new(conn).run_pending_migrations(POSTGRES_MIGRATIONS).map(|_| ()).map_err(|e| e.to_string())
                });
                migrated.await.map_err(|e| failed(e.to_string()))?.map_err(failed)
            }
        }
    }

    /// Whether the database answers and has the tables of this version.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        use diesel::prelude::*;
        work::look!(self, $go => {
            let _: Vec<i64> = go!(load, schema::seals::table.select(schema::seals::n).limit(1))?;
            Ok::<(), Fault>(())
        })
    }

    /// The questions that filings ask.
    fn rounds(&self) -> &Rounds {
        match self {
            Store::Postgres(pg) => &pg.rounds,
            Store::Sqlite(sqlite) => &sqlite.rounds,
        }
    }

    /// What was put in the outbox by this process.
    pub fn outbox(&self) -> &Outbox {
        match self {
            Store::Postgres(pg) => &pg.outbox,
            Store::Sqlite(sqlite) => &sqlite.outbox,
        }
    }
}
