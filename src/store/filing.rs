//! What filings need to know before they are judged, read for all that ask at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diesel::prelude::*;
use uuid::Uuid;

use super::answers::{AnswerKeys, Answers, StoredAnswer, answer_rows, answers_of};
use super::error::Fault;
use super::files::facts_of;
use super::projection::live_key_of;
use super::register::entry_of;
use super::reports::{KnownReportRow, reports_on};
use super::rights::{RightRow, StoredRight, VerificationRow};
use super::rows::{GrantRow, IdempotencyRow, int};
use super::schema::{
    complaints, listings, patents, report_grants, report_page_readings, report_readings, reports, right_verifications, rights,
};
use super::types::Id;
use super::work::look;
use super::{Store, StoreError};
use crate::domain::complaint::{Determination, Measure};
use crate::domain::register::RegisterEntry;
use crate::domain::report::ReportFacts;

/// Most values of one list in a query: SQLite takes 32,766 in all.
pub(super) const VALUES_MAX: usize = 1_000;

/// What a filing asks for.
#[derive(Clone, Debug)]
pub struct FilingAsk {
    /// Account that files.
    pub account: Uuid,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
    /// Patent number, canonical.
    pub patent_number: String,
    /// The report, by its SHA-256.
    pub report_sha256: Option<String>,
    /// Version of the reader: the same in every ask of a process.
    pub reader_version: u32,
    /// The right it names.
    pub right: Option<Uuid>,
    /// Items of the listings: `id_space/item_id[/sku]`.
    pub item_keys: Vec<String>,
    /// Reference of the complaint that is repeated.
    pub relisting_of: Option<String>,
}

/// What a filing is judged by, beyond its notice.
#[derive(Clone, Debug, Default)]
pub struct FilingContext {
    /// The answer given to the same key before.
    pub answered: Option<StoredAnswer>,
    /// The register's entry and its version.
    pub register: Option<(i64, Arc<RegisterEntry>)>,
    /// What was read from the report.
    pub reading: Option<Arc<ReportFacts>>,
    /// Levels granted to the report.
    pub grants: Vec<GrantRow>,
    /// Reports on the patent, where there are others than the one that is filed.
    pub reports: Vec<KnownReportRow>,
    /// Whether the report that is filed was filed before.
    pub report_known: bool,
    /// The right that is named.
    pub right: Option<StoredRight>,
    /// Items that are in a live complaint of this account about this patent.
    pub live: Vec<LiveListing>,
    /// The complaint that is repeated.
    pub relisting: Option<Relisted>,
}

/// An item in a live complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveListing {
    /// `id_space/item_id[/sku]`.
    pub item_key: String,
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
}

/// A complaint that a re-listing names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relisted {
    /// The complaint.
    pub complaint: Uuid,
    /// Its account.
    pub account: Uuid,
    /// Its patent.
    pub patent_number: String,
    /// Items a person found infringing, whose measure was not lifted since.
    pub standing_items: Vec<String>,
}

/// The keys of a round of asks, each once.
struct Wanted {
    keys: AnswerKeys,
    rights: Vec<Uuid>,
    numbers: Vec<String>,
    reports: Vec<String>,
    /// By patent, the reports that are filed on it.
    filed_on: BTreeMap<String, BTreeSet<String>>,
    reader_version: i32,
    live_keys: Vec<String>,
    relistings: Vec<String>,
}

/// What a round found, by those keys.
#[derive(Default)]
struct Found {
    answers: Answers,
    /// A row that cannot be understood is the trouble of those who asked for it.
    registers: BTreeMap<String, (i64, Result<Arc<RegisterEntry>, StoreError>)>,
    readings: BTreeMap<String, Result<Arc<ReportFacts>, StoreError>>,
    grants: Vec<GrantRow>,
    /// How many there are on a patent, and one of them.
    counted: BTreeMap<String, (i64, Option<String>)>,
    reports: BTreeMap<String, Vec<KnownReportRow>>,
    rights: BTreeMap<Uuid, StoredRight>,
    live: BTreeMap<String, (Uuid, String)>,
    relistings: BTreeMap<String, Relisted>,
}

impl Store {
    /// All that a filing is judged by.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`]
    pub async fn filing_context(&self, ask: FilingAsk) -> Result<FilingContext, StoreError> {
        self.rounds().contexts.ask(self, ask, contexts).await
    }
}

fn once<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<T>>().into_iter().collect()
}

fn live_keys(ask: &FilingAsk) -> impl Iterator<Item = (String, &String)> {
    ask.item_keys.iter().map(|k| (live_key_of(ask.account, &ask.patent_number, k), k))
}

impl Wanted {
    /// Whether the reports on a patent are looked at: mostly there is the one that is filed, and nothing to compare.
    /// One round may file different reports on a patent.
    fn compares(&self, number: &str, (n, one): (i64, Option<&String>)) -> bool {
        n > 1 || self.filed_on.get(number).is_some_and(|filed| filed.iter().any(|report| Some(report) != one))
    }

    fn of(asks: &[FilingAsk]) -> Self {
        Wanted {
            keys: AnswerKeys::of(asks.iter().filter_map(|a| Some((a.account, a.idempotency_key.clone()?)))),
            rights: once(asks.iter().filter_map(|a| a.right)),
            numbers: once(asks.iter().map(|a| a.patent_number.clone())),
            reports: once(asks.iter().filter_map(|a| a.report_sha256.clone())),
            filed_on: filed_on(asks),
            reader_version: asks.first().map_or(0, |a| int(a.reader_version)),
            live_keys: once(asks.iter().flat_map(live_keys).map(|(live, _)| live)),
            relistings: once(asks.iter().filter_map(|a| a.relisting_of.clone())),
        }
    }
}

fn filed_on(asks: &[FilingAsk]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::<String, BTreeSet<String>>::new();
    for ask in asks {
        all.entry(ask.patent_number.clone()).or_default().extend(ask.report_sha256.clone());
    }
    all
}

/// What a round loads at once: answers, register entries, readings, what examiners read, grants, reports
/// counted by patent, and live listings.
type Rows = (
    Vec<IdempotencyRow>,
    Vec<(String, i64, String)>,
    Vec<(String, String)>,
    Vec<(String, String)>,
    Vec<GrantRow>,
    Vec<(String, i64, Option<String>)>,
    Vec<LiveRow>,
);
/// Key of a live listing, its complaint and that one's reference.
type LiveRow = (Option<String>, Id, String);

/// The query of the live listings with these keys.
macro_rules! live_listings {
    ($keys:expr) => {
        listings::table
            .inner_join(complaints::table.on(complaints::id.eq(listings::complaint_id)))
            .filter(listings::live_key.eq_any($keys.to_vec()))
            .select((listings::live_key, complaints::id, complaints::reference))
    };
}

impl Found {
    fn add_live(&mut self, rows: Vec<LiveRow>) {
        self.live.extend(rows.into_iter().filter_map(|(key, complaint, reference)| Some((key?, (complaint.0, reference)))));
    }

    fn knows(&self, number: &str, sha256: &String) -> bool {
        let only = matches!(self.counted.get(number), Some((1, Some(one))) if one == sha256);
        only || self.reports.get(number).is_some_and(|all| all.iter().any(|k| k.report.sha256 == *sha256))
    }

    fn context(&self, ask: &FilingAsk) -> Result<FilingContext, StoreError> {
        let answer = ask.idempotency_key.as_ref().and_then(|key| self.answers.get(&(ask.account, key.clone())));
        let report = ask.report_sha256.as_ref();
        let live = |(live, item_key): (String, &String)| {
            let (complaint, reference) = self.live.get(&live)?.clone();
            Some(LiveListing { item_key: item_key.clone(), complaint, reference })
        };
        let register = self.registers.get(&ask.patent_number).cloned();
        Ok(FilingContext {
            answered: answer.cloned().transpose()?,
            register: register.map(|(version, entry)| entry.map(|e| (version, e))).transpose()?,
            reading: report.and_then(|r| self.readings.get(r)).cloned().transpose()?,
            grants: self.grants.iter().filter(|g| Some(&g.sha256) == report).cloned().collect(),
            reports: self.reports.get(&ask.patent_number).filter(|_| report.is_some()).cloned().unwrap_or_default(),
            report_known: report.is_some_and(|r| self.knows(&ask.patent_number, r)),
            right: ask.right.and_then(|id| self.rights.get(&id)).cloned(),
            live: live_keys(ask).filter_map(live).collect(),
            relisting: ask.relisting_of.as_ref().and_then(|r| self.relistings.get(r)).cloned(),
        })
    }
}

/// Answers a round of asks.
async fn contexts(store: Store, asks: Vec<FilingAsk>) -> Result<Vec<Result<FilingContext, StoreError>>, StoreError> {
    let wanted = Wanted::of(&asks);
    let found = look!(&store, $go => {
        // A list may be longer than SQLite takes in one query; mostly none is.
        let (first_keys, more_keys) = wanted.live_keys.split_at(wanted.live_keys.len().min(VALUES_MAX));
        let (answers, registers, readings, by_examiners, grants, counted, live): Rows = go!(
            together,
            answer_rows!(wanted.keys),
            patents::table
                .filter(patents::number.eq_any(wanted.numbers.clone()))
                .select((patents::number, patents::version, patents::entry)),
            report_readings::table
                .filter(report_readings::sha256.eq_any(wanted.reports.clone()))
                .filter(report_readings::reader_version.eq(wanted.reader_version))
                .select((report_readings::sha256, report_readings::facts)),
            report_page_readings::table
                .filter(report_page_readings::sha256.eq_any(wanted.reports.clone()))
                .order((report_page_readings::at, report_page_readings::id))
                .select((report_page_readings::sha256, report_page_readings::reading)),
            report_grants::table
                .filter(report_grants::sha256.eq_any(wanted.reports.clone()))
                .order((report_grants::at, report_grants::id))
                .select(GrantRow::as_select()),
            reports::table
                .filter(reports::patent_number.eq_any(wanted.numbers.clone()))
                .group_by(reports::patent_number)
                .select((reports::patent_number, diesel::dsl::count_star(), diesel::dsl::max(reports::sha256))),
            live_listings!(first_keys)
        )?;
        let mut found = Found { answers: answers_of!(go, answers), grants, ..Found::default() };
        for (number, version, text) in registers {
            let entry = entry_of(&number, &text).map(Arc::new);
            found.registers.insert(number, (version, entry));
        }
        for (sha256, text) in readings {
            let own: Vec<String> = by_examiners.iter().filter(|(of, _)| *of == sha256).map(|(_, r)| r.clone()).collect();
            let facts = facts_of(&sha256, (&text, &own)).map(Arc::new);
            found.readings.insert(sha256, facts);
        }
        if !wanted.reports.is_empty() {
            found.counted = counted.into_iter().map(|(number, n, one)| (number, (n, one))).collect();
            let compared = |(number, (n, one)): &(&String, &(i64, Option<String>))| wanted.compares(number, (*n, one.as_ref()));
            let numbers: Vec<String> = found.counted.iter().filter(compared).map(|(number, _)| number.clone()).collect();
            for number in numbers {
                let all = reports_on!(go, &number);
                found.reports.insert(number, all);
            }
        }
        if !wanted.rights.is_empty() {
            let ids: Vec<Id> = wanted.rights.iter().copied().map(Id).collect();
            let rows: Vec<RightRow> = go!(load, rights::table.filter(rights::id.eq_any(ids.clone())).select(RightRow::as_select()))?;
            let query = right_verifications::table
                .filter(right_verifications::right_id.eq_any(ids))
                .order((right_verifications::right_id, right_verifications::n))
                .select(VerificationRow::as_select());
            let all: Vec<VerificationRow> = go!(load, query)?;
            found.rights.extend(rows.into_iter().map(|row| {
                let verifications = all.iter().filter(|v| v.right_id == row.id).cloned().collect();
                (row.id, StoredRight { row, verifications })
            }));
        }
        found.add_live(live);
        for part in more_keys.chunks(VALUES_MAX) {
            let live = go!(load, live_listings!(part))?;
            found.add_live(live);
        }
        for reference in &wanted.relistings {
            let query = complaints::table
                .filter(complaints::reference.eq(reference))
                .select((complaints::id, complaints::account_id, complaints::patent_number));
            let row: Option<(Id, Id, String)> = go!(first, query).optional()?;
            if let Some((Id(complaint), Id(account), patent_number)) = row {
                let query = listings::table
                    .filter(listings::complaint_id.eq(Id(complaint)))
                    .filter(listings::determination.eq(Determination::Infringing.word()))
                    .filter(listings::measure.eq(Measure::Requested.word()))
                    .filter(listings::by_human.eq(true))
                    .select(listings::item_key);
                let items: Vec<Option<String>> = go!(load, query)?;
                let standing_items = items.into_iter().flatten().collect();
                found.relistings.insert(reference.clone(), Relisted { complaint, account, patent_number, standing_items });
            }
        }
        Ok::<_, Fault>(found)
    })?;
    Ok(asks.iter().map(|ask| found.context(ask)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(patent: &str, report: &str) -> FilingAsk {
        FilingAsk {
            account: Uuid::nil(),
            idempotency_key: None,
            patent_number: patent.to_owned(),
            report_sha256: Some(report.to_owned()),
            reader_version: 1,
            right: None,
            item_keys: Vec::new(),
            relisting_of: None,
        }
    }

    /// Who files another report than the one on record is told of that one, whatever others file in the same round.
    #[test]
    fn one_round_hides_no_report() {
        let known = "r1".to_owned();
        let compares = |asks: &[FilingAsk]| Wanted::of(asks).compares("p", (1, Some(&known)));
        assert!(!compares(&[ask("p", "r1")]));
        assert!(compares(&[ask("p", "r2")]) && compares(&[ask("p", "r1"), ask("p", "r2")]) && compares(&[ask("q", "r1"), ask("p", "r2")]));
        assert!(Wanted::of(&[ask("p", "r1")]).compares("p", (2, Some(&known))));
    }
}
