//! The patent register, as examiners and imports supply it.

use jiff::civil::Date;
use serde::Serialize;

use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError, RETRIES_MAX};
use crate::domain::examine::normal_item;
use crate::domain::notice::NAME_CHARS_MAX;
use crate::domain::patent::PatentNumber;
use crate::domain::register::{RegisterChange, RegisterEntry, changes};
use crate::store::{Putting, RegisterPut};

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
    /// What it changed that complaints on the patent hear of; only where it was put or in the history.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RegisterChange>,
}

pub(super) fn check_entry(text: &str, entry: RegisterEntry, today: Date) -> Result<(String, RegisterEntry), DeskError> {
    let number = number(text)?;
    if !number.kind().accepted_here() {
        return Err(DeskError::rule("patent.kind_not_accepted", "only utility-model and design patents are handled here"));
    }
    if entry.as_of > today {
        return Err(DeskError::rule("register.in_the_future", "as_of lies in the future"));
    }
    if entry.source.trim().is_empty() {
        return Err(DeskError::rule("register.source", "say where the register was looked up"));
    }
    let texts = [Some(&entry.source), entry.holder.as_ref(), entry.title.as_ref()];
    if texts.into_iter().flatten().any(|t| t.chars().count() > NAME_CHARS_MAX) {
        return Err(DeskError::rule("field.too_long", format!("at most {NAME_CHARS_MAX} characters")));
    }
    let items = entry.items_in_force.as_ref().map(|items| items.iter().map(|i| normal_item(i)).collect::<Option<Vec<_>>>());
    match items {
        Some(None) => Err(DeskError::rule("register.items", "items_in_force has something that is no number of a claim or design")),
        Some(items) => Ok((number.to_string(), RegisterEntry { items_in_force: items, ..entry })),
        None => Ok((number.to_string(), entry)),
    }
}

fn number(text: &str) -> Result<PatentNumber, DeskError> {
    PatentNumber::parse(text).map_err(|e| DeskError::rule("patent.number", e.to_string()))
}

impl Desk {
    /// Puts entries of an import that were checked, whatever they are put in the place of.
    pub(super) async fn put_entries(&self, rows: Vec<(String, RegisterEntry)>, putting: Putting) -> Result<Vec<RegisterPut>, DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.store.put_register(rows.clone(), putting.clone()).await {
                Err(e) if e.is_stale() && tries < RETRIES_MAX => {}
                other => return Ok(other?),
            }
        }
    }

    /// Puts a register entry, in the place of the one that was seen.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`]: malformed number, no source, a day in the future, older than what is known.
    pub async fn put_register(&self, caller: &Caller, text: &str, (seen, entry): (i64, RegisterEntry)) -> Result<RegisterView, DeskError> {
        let (now, today) = self.now();
        let canonical = number(text)?.to_string();
        let known = async || Ok(self.store.register(&canonical).await?.map_or(0, |(version, _)| version));
        as_seen(seen, known().await?)?;
        let (number, entry) = check_entry(text, entry, today)?;
        let putting = Putting { by: caller.account, at: now, import: None, seen: Some(seen) };
        let put = self.store.put_register(vec![(number.clone(), entry.clone())], putting).await;
        match first(put, known).await?.pop() {
            Some(RegisterPut::Put { version, changes }) => Ok(RegisterView { number, version, entry, changes }),
            Some(RegisterPut::Unchanged { version }) => Ok(RegisterView { number, version, entry, changes: Vec::new() }),
            Some(RegisterPut::Older { known_as_of }) => {
                Err(DeskError::rule("register.older", format!("the entry that is known is of {known_as_of}")))
            }
            None => Err(DeskError::NotFound),
        }
    }

    /// The entries of a patent, oldest first: its texts, holders and states in time.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn register_versions(&self, text: &str) -> Result<Vec<RegisterView>, DeskError> {
        let number = number(text)?.to_string();
        let rows = self.store.register_versions(&number).await?;
        let mut views: Vec<RegisterView> = Vec::new();
        for (version, _, entry) in rows {
            let changes = changes(views.last().map(|v| &v.entry), &entry);
            views.push(RegisterView { number: number.clone(), version, entry, changes });
        }
        if views.is_empty() { Err(DeskError::NotFound) } else { Ok(views) }
    }

    /// A register entry.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn register(&self, text: &str) -> Result<RegisterView, DeskError> {
        let number = number(text)?.to_string();
        let (version, entry) = self.store.register(&number).await?.ok_or(DeskError::NotFound)?;
        Ok(RegisterView { number, version, entry, changes: Vec::new() })
    }
}
