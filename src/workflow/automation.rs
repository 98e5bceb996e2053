//! Watching automation: what leaves without a human, how often people take it back, and the switch: it goes off by
//! itself or by a lead's hand, and on by a lead's hand only.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::check_text;
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError, Role};
use crate::domain::automation_watch::{AUTOMATIC_BASES, Record, SwitchOff, WATCHED_DAYS, allows};
use crate::domain::complaint::Basis;
use crate::domain::conduct::Rate;
use crate::domain::house_letter::{HouseLetter, HouseLetterKind};
use crate::domain::house_log::{HouseDraft, HouseEvent};
use crate::domain::policy::{Policy, default_policy};
use crate::store::{DecidedCount, HouseMailRow, SwitchPut, SwitchRow};
use crate::vault::SealedRecord;

/// A switch by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchForm {
    /// Why.
    pub why: String,
}

/// Automation as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationView {
    /// The policy that is active.
    pub policy_version: i64,
    /// When it switches itself off, by that policy.
    pub switch_off: SwitchOff,
    /// Days that are looked back.
    pub days: i64,
    /// Complaints decided in them.
    pub decided: u64,
    /// Of those, without a human.
    pub automatic: u64,
    /// Their share, with its interval.
    pub automatic_share: Rate,
    /// By what a decision rests on.
    pub bases: Vec<BasisView>,
}

/// Automation on one basis.
#[derive(Clone, Debug, Serialize)]
pub struct BasisView {
    /// Word of the basis.
    pub basis: &'static str,
    /// Whether the active policy lets something leave on it.
    pub by_policy: bool,
    /// Whether it does: by the policy, and not switched off.
    pub on: bool,
    /// How it was switched last; null: never.
    pub switched: Option<SwitchView>,
    /// What counts for the switch: since it was switched on last, within the days looked back.
    pub record: RecordView,
    /// The same by the policy that decided.
    pub versions: Vec<VersionRecord>,
}

/// The last switch.
#[derive(Clone, Debug, Serialize)]
pub struct SwitchView {
    /// Whether on or off.
    pub on: bool,
    /// When.
    pub at: Timestamp,
    /// Who; null: it switched itself off.
    pub by: Option<Uuid>,
    /// Why, in words of who did.
    pub why: Option<String>,
    /// The policy that was active.
    pub policy_version: Option<i64>,
    /// Decisions it rests on, where it switched itself off.
    pub decided: Option<i64>,
    /// Of those, taken back.
    pub reversed: Option<i64>,
}

/// Decisions and how many were taken back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordView {
    /// Complaints decided.
    pub decided: u64,
    /// Taken back, with the interval of its share.
    pub reversed: Rate,
}

/// The record of one policy.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct VersionRecord {
    /// Its version; null: decided before any was known.
    pub policy_version: Option<i64>,
    /// Its record.
    #[serde(flatten)]
    pub record: RecordView,
}

impl From<Record> for RecordView {
    fn from(r: Record) -> Self {
        RecordView { decided: r.decided, reversed: r.rate() }
    }
}

impl From<SwitchRow> for SwitchView {
    fn from(r: SwitchRow) -> Self {
        SwitchView {
            on: r.switched_on,
            at: r.at,
            by: r.account_id,
            why: r.why,
            policy_version: r.policy_version,
            decided: r.decided,
            reversed: r.reversed,
        }
    }
}

/// What of one basis counts for the switch.
struct Watched {
    basis: Basis,
    switched: Option<SwitchRow>,
    counts: Vec<DecidedCount>,
}

impl Watched {
    fn is_off(&self) -> bool {
        self.switched.as_ref().is_some_and(|s| !s.switched_on)
    }

    fn record(&self, which: impl Fn(Option<i64>) -> bool) -> Record {
        let own = self.counts.iter().filter(|c| which(c.policy_version)).map(|c| {
            let n = u64::try_from(c.count).unwrap_or(0);
            Record { decided: n, reversed: if c.overturned { n } else { 0 } }
        });
        own.fold(Record::default(), Record::and)
    }

    fn versions(&self) -> Vec<Option<i64>> {
        let mut all: Vec<Option<i64>> = self.counts.iter().map(|c| c.policy_version).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Desk {
    /// Automation as it stands, and how often it was switched.
    ///
    /// # Errors
    /// The store's.
    pub async fn automation(&self) -> Result<(i64, AutomationView), DeskError> {
        let (switched, _) = self.store.automation_switches().await?;
        let (version, policy) = self.policy_as_stored().await?;
        let all = self.store.decided_counts(self.watched_since(None)).await?;
        let count = |which: &dyn Fn(&DecidedCount) -> bool| {
            all.iter().filter(|c| which(c)).map(|c| u64::try_from(c.count).unwrap_or(0)).sum::<u64>()
        };
        let total = Record { decided: count(&|_| true), reversed: count(&|c| c.automatic) };
        let bases = self.watched().await?.into_iter().map(|w| BasisView {
            basis: w.basis.word(),
            by_policy: allows(policy.automation, w.basis),
            on: allows(policy.automation, w.basis) && !w.is_off(),
            record: w.record(|_| true).into(),
            versions: w
                .versions()
                .into_iter()
                .map(|v| VersionRecord { policy_version: v, record: w.record(|other| other == v).into() })
                .collect(),
            switched: w.switched.map(Into::into),
        });
        let view = AutomationView {
            policy_version: version,
            switch_off: policy.automation.switch_off,
            days: WATCHED_DAYS,
            decided: total.decided,
            automatic: total.reversed,
            automatic_share: total.rate(),
            bases: bases.collect(),
        };
        Ok((switched, view))
    }

    /// The bases that are switched off, for whoever has to be told loudly.
    ///
    /// # Errors
    /// The store's.
    pub async fn automation_off(&self) -> Result<Vec<SwitchRow>, DeskError> {
        Ok(self.store.automation_switches().await?.1.into_iter().filter(|s| !s.switched_on).collect())
    }

    /// Switches automation off or on by hand.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for what is no basis; [`DeskError::Moved`]; [`DeskError::Rule`] without a reason, or where it stands so.
    pub async fn switch_automation(
        &self,
        caller: &Caller,
        (basis, seen): (&str, i64),
        (on, form): (bool, SwitchForm),
    ) -> Result<(i64, AutomationView), DeskError> {
        let basis = AUTOMATIC_BASES.into_iter().find(|b| b.word() == basis).ok_or(DeskError::NotFound)?;
        as_seen(seen, self.store.automation_switches().await?.0)?;
        check_text(Some(&form.why))?;
        if form.why.trim().is_empty() {
            return Err(DeskError::rule("automation.why", "say why"));
        }
        let (version, _) = self.policy_as_stored().await?;
        let row = SwitchRow {
            n: 0,
            at: self.clock.now(),
            basis: basis.word().to_owned(),
            switched_on: on,
            account_id: Some(caller.account),
            why: Some(form.why),
            policy_version: Some(version),
            decided: None,
            reversed: None,
        };
        let put = SwitchPut { row, seen: Some(seen), entry: None, mails: Vec::new() };
        let done = first(self.store.switch_automation(put).await, async || Ok(self.store.automation_switches().await?.0));
        if !done.await? {
            return Err(DeskError::rule("automation.switched_already", if on { "it is on" } else { "it is off" }));
        }
        self.recent.forget();
        self.automation().await
    }

    /// Looks how much of what was decided without a human was taken back, and switches off what has to be.
    ///
    /// # Errors
    /// The store's.
    pub async fn watch_automation(&self) -> Result<(), DeskError> {
        let (version, policy) = self.policy_as_stored().await?;
        for w in self.watched().await?.into_iter().filter(|w| !w.is_off()) {
            // A policy that just began may go wrong while those before it did well.
            let records = [w.record(|_| true), w.record(|v| v == Some(version))];
            if let Some(record) = records.into_iter().find(|r| policy.automation.switch_off.trips(*r)) {
                self.switch_itself_off(w.basis, (version, record)).await?;
            }
        }
        Ok(())
    }

    async fn switch_itself_off(&self, basis: Basis, (version, record): (i64, Record)) -> Result<(), DeskError> {
        let now = self.clock.now();
        let (basis, decided, reversed) = (basis.word().to_owned(), record.decided, record.reversed);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let row = SwitchRow {
            n: 0,
            at: now,
            basis: basis.clone(),
            switched_on: false,
            account_id: None,
            why: None,
            policy_version: Some(version),
            decided: Some(number(decided)),
            reversed: Some(number(reversed)),
        };
        let words = [("basis", basis.clone()), ("decided", decided.to_string()), ("reversed", reversed.to_string())];
        let mails = self.letters_to_leads(HouseLetterKind::AutomationSwitchedOff, &words).await?;
        let event = HouseEvent::AutomationSwitchedOff { basis: basis.clone(), policy_version: version, decided, reversed };
        let entry = Some(HouseDraft { at: now, account: None, about: None, event });
        if self.store.switch_automation(SwitchPut { row, seen: None, entry, mails }).await? {
            self.recent.forget();
            tracing::error!(basis, decided, reversed, "too much was taken back: automation switched itself off");
        }
        Ok(())
    }

    /// A letter to each lead who can be written to.
    async fn letters_to_leads(&self, kind: HouseLetterKind, words: &[(&str, String)]) -> Result<Vec<HouseMailRow>, DeskError> {
        let mut mails = Vec::new();
        for row in self.store.mails_of_role(Role::Lead.word()).await? {
            let to: String = self.vault.open(row.account_id, &SealedRecord { sealed: row.sealed, key: row.key })?;
            let words = words.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            mails.push(self.house_mail(kind, HouseLetter { to, words })?);
        }
        Ok(mails)
    }

    /// A mail to somebody of the house, sealed.
    pub(super) fn house_mail(&self, kind: HouseLetterKind, letter: HouseLetter) -> Result<HouseMailRow, DeskError> {
        let (id, now) = (self.ids.next(), self.clock.now());
        let SealedRecord { sealed, key } = self.vault.seal(id, &letter)?;
        Ok(HouseMailRow {
            id,
            template: kind.word().to_owned(),
            sealed,
            key,
            state: "due".to_owned(),
            due_at: now,
            lease_until: None,
            fence: 0,
            attempts: 0,
            last_error: None,
            written_at: now,
            ended_at: None,
        })
    }

    /// The active policy as it is written, whatever is switched off.
    async fn policy_as_stored(&self) -> Result<(i64, Policy), DeskError> {
        Ok(self.store.active_policy(self.clock.now()).await?.unwrap_or_else(|| (0, default_policy())))
    }

    /// From when on decisions count: since automation was switched on last, at most [`WATCHED_DAYS`] back.
    fn watched_since(&self, switched: Option<&SwitchRow>) -> Timestamp {
        let now = self.clock.now();
        let begin = now.checked_sub(SignedDuration::from_hours(24 * WATCHED_DAYS)).unwrap_or(now);
        switched.filter(|s| s.switched_on).map_or(begin, |s| s.at.max(begin))
    }

    async fn watched(&self) -> Result<Vec<Watched>, DeskError> {
        let (_, switches) = self.store.automation_switches().await?;
        let mut all = Vec::new();
        for basis in AUTOMATIC_BASES {
            let switched = switches.iter().find(|s| s.basis == basis.word()).cloned();
            let mut counts = self.store.decided_counts(self.watched_since(switched.as_ref())).await?;
            counts.retain(|c| c.automatic && c.basis.as_deref() == Some(basis.word()));
            all.push(Watched { basis, switched, counts });
        }
        Ok(all)
    }
}
