//! The patent register and verified rights, as examiners supply them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError};
use crate::domain::notice::{Capacity, NAME_CHARS_MAX};
use crate::domain::patent::PatentNumber;
use crate::domain::register::RegisterEntry;
use crate::store::RightRow;

/// A register entry with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterView {
    /// Patent number, canonical.
    pub number: String,
    /// Version, from 1.
    pub version: i64,
    /// The entry.
    #[serde(flatten)]
    pub entry: RegisterEntry,
}

/// A right, verified by an examiner: the standing of an account for a patent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightForm {
    /// Capacity that was proven.
    pub capacity: Capacity,
    /// Last day it holds (a licence's, a power of attorney's).
    #[serde(default)]
    pub valid_until: Option<Date>,
    /// What it rests on.
    pub evidence: String,
}

/// A verified right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightView {
    /// The account.
    pub account: Uuid,
    /// Patent number.
    pub number: String,
    /// Capacity.
    pub capacity: String,
    /// Last day.
    pub valid_until: Option<Date>,
    /// What it rests on.
    pub evidence: String,
    /// Who verified it.
    pub verified_by: Uuid,
    /// When.
    pub verified_at: Timestamp,
}

fn number(text: &str) -> Result<PatentNumber, DeskError> {
    PatentNumber::parse(text).map_err(|e| DeskError::rule("patent.number", e.to_string()))
}

impl Desk {
    /// Puts a register entry.
    ///
    /// # Errors
    /// [`DeskError::Rule`]: malformed number, no source, a day in the future.
    pub async fn put_register(&self, caller: &Caller, text: &str, entry: RegisterEntry) -> Result<RegisterView, DeskError> {
        let number = number(text)?.to_string();
        let (now, today) = self.now();
        if entry.as_of > today {
            return Err(DeskError::rule("register.in_the_future", "as_of lies in the future"));
        }
        let texts = [Some(&entry.source), entry.holder.as_ref(), entry.title.as_ref()];
        if texts.into_iter().flatten().any(|t| t.chars().count() > NAME_CHARS_MAX) {
            return Err(DeskError::rule("field.too_long", format!("at most {NAME_CHARS_MAX} characters")));
        }
        if entry.source.trim().is_empty() {
            return Err(DeskError::rule("register.source", "say where the register was looked up"));
        }
        let version = self.store.put_register(&number, &entry, caller.account, now).await?;
        Ok(RegisterView { number, version, entry })
    }

    /// A register entry.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn register(&self, text: &str) -> Result<RegisterView, DeskError> {
        let number = number(text)?.to_string();
        let (version, entry) = self.store.register(&number).await?.ok_or(DeskError::NotFound)?;
        Ok(RegisterView { number, version, entry })
    }

    /// Verifies the standing of an account for a patent.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::NotFound`] for an unknown account.
    pub async fn put_right(&self, caller: &Caller, account: Uuid, (text, form): (&str, RightForm)) -> Result<RightView, DeskError> {
        let number = number(text)?.to_string();
        super::decide::check_text(Some(&form.evidence))?;
        if form.evidence.trim().is_empty() {
            return Err(DeskError::rule("right.evidence", "say what the standing rests on"));
        }
        self.store.account(account).await?;
        let capacity = match serde_json::to_value(form.capacity) {
            Ok(serde_json::Value::String(s)) => s,
            _ => String::new(),
        };
        let row = RightRow {
            id: self.ids.next(),
            account_id: account,
            patent_number: number,
            capacity,
            valid_until: form.valid_until,
            evidence: form.evidence,
            verified_by: caller.account,
            verified_at: self.clock.now(),
        };
        self.store.put_right(row.clone()).await?;
        Ok(view(row))
    }

    /// A verified right.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn right(&self, account: Uuid, text: &str) -> Result<RightView, DeskError> {
        let number = number(text)?.to_string();
        self.store.right(account, &number).await?.map(view).ok_or(DeskError::NotFound)
    }
}

fn view(row: RightRow) -> RightView {
    RightView {
        account: row.account_id,
        number: row.patent_number,
        capacity: row.capacity,
        valid_until: row.valid_until,
        evidence: row.evidence,
        verified_by: row.verified_by,
        verified_at: row.verified_at,
    }
}
