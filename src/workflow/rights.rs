//! Rights: deposited once by complainant or agent, verified once by examiners, part by part, and then named
//! by complaints, which take from them what they need and need not say it again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::file::unknown_file;
use super::lists::{cursor_position, cursor_text, rows_asked};
use super::reports::filed_report;
use super::versions::as_seen;
use super::{Caller, Desk, DeskError, NamedFiles, RETRIES_MAX, Role};
use crate::domain::audience::Audience;
use crate::domain::complaint::FactSource;
use crate::domain::examine::AuthenticityLevel;
use crate::domain::facts::RightFacts;
use crate::domain::notice::{Capacity, DocumentStated, NoticeProblem, Person, ServiceAddress, TEXT_CHARS_MAX};
use crate::domain::notice_check::check_right;
use crate::domain::patent::PatentNumber;
use crate::domain::register::RegisterEntry;
use crate::domain::right::{
    Part, PartResult, REFUSAL_REASONS, RightCase, RightForm, RightPeople, RightState, Verification, audience, authority_until, last, state,
};
use crate::store::{GrantRow, RightFilter, RightRow, StoreError, StoredRight, VerificationPut, VerificationRow};
use crate::vault::SealedRecord;

/// What an examiner found of a part of a right.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationForm {
    /// The part.
    pub part: Part,
    /// What was found.
    pub result: PartResult,
    /// What it rests on; no personal data.
    pub evidence: String,
    /// Codes of [`REFUSAL_REASONS`]; at least one with `refused`, none else.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// Query of a list of rights.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightQuery {
    /// State.
    pub state: Option<String>,
    /// Patent number, any spelling.
    pub patent_number: Option<String>,
    /// Rows.
    pub limit: Option<usize>,
    /// Cursor.
    pub cursor: Option<String>,
}

/// A document of a right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RightDocument {
    /// What it is, by SHA-256, with its dates.
    #[serde(flatten)]
    pub document: DocumentStated,
    /// Who may see it.
    pub audience: &'static [Audience],
}

/// Where a part of a right stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartView {
    /// What was found last.
    pub result: PartResult,
    /// Why it was refused.
    pub reasons: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// A right as its depositor sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RightView {
    /// Id, by which complaints name it.
    pub id: Uuid,
    /// Where it stands.
    pub state: RightState,
    /// Patent number.
    pub patent_number: String,
    /// Capacity.
    pub capacity: Capacity,
    /// Whether an agent files.
    pub has_agent: bool,
    /// The documents, by SHA-256.
    pub documents: Vec<RightDocument>,
    /// SHA-256 of the report.
    pub report_sha256: Option<String>,
    /// Authenticity level of the report that counts for every complaint.
    pub report_level: Option<AuthenticityLevel>,
    /// Last day on which power of attorney or licence let somebody act; null: no such document is needed, or none ends.
    pub authority_until: Option<Date>,
    /// The parts that were looked at.
    pub parts: BTreeMap<Part, PartView>,
    /// When it was deposited.
    pub deposited_at: Timestamp,
}

/// A right as an examiner sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RightAdminView {
    /// What the depositor sees.
    #[serde(flatten)]
    pub right: RightView,
    /// The account.
    pub account: Uuid,
    /// Who complains; null where it was erased, and for who does not judge.
    pub complainant: Option<Person>,
    /// The agent.
    pub agent: Option<Person>,
    /// The patent as stated.
    pub patent: crate::domain::notice::PatentStated,
    /// Every finding, oldest first.
    pub verifications: Vec<Verification>,
}

impl RightAdminView {
    /// How often somebody wrote down what was found of it.
    pub fn version(&self) -> i64 {
        version_of(self.verifications.len())
    }
}

fn version_of(findings: usize) -> i64 {
    i64::try_from(findings).unwrap_or(i64::MAX)
}

/// A page of rights.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RightPage {
    /// The rows, newest first.
    pub items: Vec<RightItem>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

/// A row of a list of rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightItem {
    /// Id.
    pub id: Uuid,
    /// Where it stands.
    pub state: String,
    /// Patent number.
    pub patent_number: String,
    /// When it was deposited.
    pub deposited_at: Timestamp,
}

/// A right with its case read.
pub(super) struct OpenRight {
    pub(super) stored: StoredRight,
    pub(super) case: RightCase,
}

fn case_of(row: &RightRow) -> Result<RightCase, DeskError> {
    serde_json::from_str(&row.body)
        .map_err(|e| DeskError::Store(StoreError::Corrupt { table: "rights", id: row.id.to_string(), why: e.to_string() }))
}

fn findings(stored: &StoredRight) -> Vec<Verification> {
    let one = |v: &VerificationRow| {
        Some(Verification {
            part: Part::from_word(&v.part)?,
            result: if v.result == "verified" { PartResult::Verified } else { PartResult::Refused },
            evidence: v.evidence.clone(),
            reasons: serde_json::from_str(&v.reasons).ok()?,
            examiner: v.examiner,
            at: v.at,
        })
    };
    stored.verifications.iter().filter_map(one).collect()
}

/// What a right proves for a complaint that names it, and who found it when. The standing is proven with the
/// identity of whoever has it, while the register names the holder the examiner saw.
pub(super) fn right_facts(stored: &StoredRight, register: Option<&RegisterEntry>) -> (RightFacts, BTreeMap<String, FactSource>) {
    let all = findings(stored);
    let of = |part| last(&all, part).map(|v| v.result == PartResult::Verified);
    let holder = case_of(&stored.row).ok().and_then(|c| c.patent.holder);
    let registered = register.and_then(|r| r.holder.as_ref());
    let same_holder = holder.as_ref().zip(registered).is_none_or(|(a, b)| a.trim() == b.trim());
    let standing = of(Part::Standing).zip(of(Part::Identity)).map(|(standing, identity)| standing && identity).filter(|_| same_holder);
    let facts = RightFacts { identity: of(Part::Identity), standing, documents: of(Part::Documents) };
    let names = [
        ("identity.proven", Part::Identity, facts.identity),
        ("standing.proven", Part::Standing, facts.standing),
        ("documents.verified", Part::Documents, facts.documents),
    ];
    let source = |part| {
        let v: &Verification = last(&all, part)?;
        Some(FactSource { right: stored.row.id, examiner: v.examiner, on: crate::domain::calendar::shanghai_date(v.at) })
    };
    let sources =
        names.into_iter().filter(|(_, _, value)| value.is_some()).filter_map(|(name, part, _)| Some((name.to_owned(), source(part)?)));
    (facts, sources.collect())
}

impl Desk {
    /// Deposits a right; the same again is the same right.
    ///
    /// # Errors
    /// [`DeskError::Notice`] with every problem.
    pub async fn deposit_right(&self, caller: &Caller, mut form: RightForm) -> Result<RightView, DeskError> {
        let names: Vec<&str> = form.files().into_iter().map(|(_, name)| name).collect();
        let files = self.find_files(caller, &names, NamedFiles::new()).await?;
        let named = form.files().into_iter();
        let missing: Vec<NoticeProblem> =
            named.filter(|(_, name)| !files.contains_key(*name)).map(|(pointer, name)| unknown_file(pointer, name)).collect();
        let number = match check_right(&form) {
            Ok(number) if missing.is_empty() => number.to_string(),
            Ok(_) => return Err(DeskError::Notice(missing)),
            Err(problems) => return Err(DeskError::Notice(problems.into_iter().chain(missing).collect())),
        };
        form.rename_files(|name| files.get(name).map_or_else(|| name.to_owned(), |f| f.sha256.clone()));
        let digest = self.vault.person_digest(caller.account, &serde_json::to_string(&form).unwrap_or_default());
        let (case, people) = form.split();
        let now = self.clock.now();
        let report = match &case.report {
            Some(sha256) => {
                let known = self.read_report(caller.account, sha256).await?;
                Some(filed_report(sha256, &known.facts, (&number, caller.account, now)))
            }
            None => None,
        };
        let id = self.ids.next();
        let record = self.vault.seal(id, &people)?;
        let row = RightRow {
            id,
            account_id: caller.account,
            patent_number: number,
            digest,
            body: serde_json::to_string(&case).unwrap_or_default(),
            sealed: record.sealed,
            key: record.key,
            state: RightState::Deposited.word().to_owned(),
            deposited_at: now,
        };
        let mut used: Vec<Uuid> = files.values().map(|f| f.id).collect();
        used.sort_unstable();
        used.dedup();
        let kept = self.store.put_right(row, used, report).await?;
        self.right_view(&self.open_right(kept.id).await?).await
    }

    pub(super) async fn open_right(&self, id: Uuid) -> Result<OpenRight, DeskError> {
        let stored = self.store.right(id).await?;
        let case = case_of(&stored.row)?;
        Ok(OpenRight { stored, case })
    }

    /// The people of a right; none where they were erased.
    pub(super) fn people_of(&self, row: &RightRow) -> Result<Option<RightPeople>, DeskError> {
        if row.key.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.vault.open(row.id, &SealedRecord { sealed: row.sealed.clone(), key: row.key.clone() })?))
    }

    /// A right of the caller's own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's.
    pub async fn show_right(&self, caller: &Caller, id: Uuid) -> Result<RightView, DeskError> {
        let right = self.open_right(id).await?;
        if right.stored.row.account_id != caller.account {
            return Err(DeskError::NotFound);
        }
        self.right_view(&right).await
    }

    /// Rights, newest first; of one account or of all.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a query that is none.
    pub async fn rights(&self, account: Option<Uuid>, query: RightQuery) -> Result<RightPage, DeskError> {
        if query.state.as_deref().is_some_and(|s| RightState::from_word(s).is_none()) {
            return Err(DeskError::rule("list.state", "state is deposited, verified or refused"));
        }
        let number = query.patent_number.as_deref().map(PatentNumber::parse).transpose();
        let number = number.map_err(|e| DeskError::rule("patent.number", e.to_string()))?.map(|n| n.to_string());
        let limit = rows_asked(query.limit)?;
        let after: Option<(Timestamp, Uuid)> = cursor_position(query.cursor.as_deref())?;
        let filter = RightFilter { account, state: query.state, patent_number: number };
        let mut rows = self.store.rights_page(filter, after, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&(r.deposited_at, r.id)));
        let item = |r: RightRow| RightItem { id: r.id, state: r.state, patent_number: r.patent_number, deposited_at: r.deposited_at };
        Ok(RightPage { items: rows.into_iter().map(item).collect(), next_cursor })
    }

    /// A right as the house sees it; who is behind it only to those who judge.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn show_right_to_house(&self, caller: &Caller, id: Uuid) -> Result<RightAdminView, DeskError> {
        let right = self.open_right(id).await?;
        let people = match caller.role {
            Role::Examiner | Role::Lead => self.people_of(&right.stored.row)?,
            _ => None,
        };
        let (complainant, agent) = people.map_or((None, None), |p| (Some(p.complainant), p.agent));
        Ok(RightAdminView {
            right: self.right_view(&right).await?,
            account: right.stored.row.account_id,
            complainant,
            agent,
            verifications: findings(&right.stored),
            patent: right.case.patent,
        })
    }

    /// The bytes of a document of a right.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where it has no such document.
    pub async fn right_document(&self, id: Uuid, sha256: &str) -> Result<bytes::Bytes, DeskError> {
        let right = self.open_right(id).await?;
        let mut all = right.case.documents.iter().map(|d| d.file.as_str()).chain(right.case.report.as_deref());
        if all.any(|f| f == sha256) { Ok(self.uploads.read(sha256).await?) } else { Err(DeskError::NotFound) }
    }

    /// Records what an examiner found of a part of a right.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`]: no evidence, reasons that do not fit, no report, or the same person
    /// twice for the report.
    pub async fn verify_right(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: VerificationForm,
    ) -> Result<RightAdminView, DeskError> {
        as_seen(seen, version_of(self.store.right(id).await?.verifications.len()))?;
        check(&form)?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.verify_once(caller, (id, seen), &form).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                other => {
                    other?;
                    return self.show_right_to_house(caller, id).await;
                }
            }
        }
    }

    async fn verify_once(&self, caller: &Caller, (id, seen): (Uuid, i64), form: &VerificationForm) -> Result<(), DeskError> {
        let right = self.open_right(id).await?;
        // Another level of its report, granted meanwhile, is no finding: it is looked at again, and this stands.
        as_seen(seen, version_of(right.stored.verifications.len()))?;
        let at = self.clock.now();
        let mut all = findings(&right.stored);
        all.push(Verification {
            part: form.part,
            result: form.result,
            evidence: form.evidence.clone(),
            reasons: form.reasons.clone(),
            examiner: caller.account,
            at,
        });
        let grant = match (form.part, form.result) {
            (Part::Report, PartResult::Verified) => Some(self.compared(caller, (&right.case, &form.evidence), at).await?),
            _ => None,
        };
        let proven = grant.as_ref().filter(|g| g.counts);
        let jobs = proven.map(|g| super::authenticity::jobs_of_proof(&g.sha256, at)).unwrap_or_default();
        let row = VerificationRow {
            right_id: id,
            n: i32::try_from(all.len()).unwrap_or(i32::MAX),
            part: form.part.word().to_owned(),
            result: if form.result == PartResult::Verified { "verified" } else { "refused" }.to_owned(),
            evidence: form.evidence.clone(),
            reasons: serde_json::to_string(&form.reasons).unwrap_or_default(),
            examiner: caller.account,
            at,
        };
        Ok(self.store.put_verification(VerificationPut { row, state: state(&all).word().to_owned(), grant, jobs }).await?)
    }

    /// Level B for the report of a right, by the rule it has in a complaint: it counts once a second person
    /// has granted it too.
    async fn compared(&self, caller: &Caller, (case, evidence): (&RightCase, &str), at: Timestamp) -> Result<GrantRow, DeskError> {
        let sha256 = case.report.clone().ok_or_else(|| DeskError::rule("verification.no_report", "the right has no report"))?;
        let earlier = self.store.grants(&sha256).await?;
        let counts = super::authenticity::second_person(&earlier, caller.account)?;
        Ok(GrantRow {
            id: self.ids.next(),
            sha256,
            level: "B".to_owned(),
            examiner: caller.account,
            complaint_id: None,
            evidence: evidence.to_owned(),
            counts,
            at,
            n: super::authenticity::next_number(&earlier),
        })
    }

    async fn right_view(&self, right: &OpenRight) -> Result<RightView, DeskError> {
        let OpenRight { stored, case } = right;
        let all = findings(stored);
        let level = match &case.report {
            Some(sha256) => self.report(sha256).await?.level,
            None => None,
        };
        let part = |p: Part| {
            let v = last(&all, p)?;
            Some((p, PartView { result: v.result, reasons: v.reasons.clone(), at: v.at }))
        };
        let dated: Vec<_> = case.documents.iter().map(|d| (d.kind, d.until)).collect();
        Ok(RightView {
            id: stored.row.id,
            state: state(&all),
            patent_number: stored.row.patent_number.clone(),
            capacity: case.capacity,
            has_agent: case.has_agent,
            documents: case.documents.iter().map(|d| RightDocument { document: d.clone(), audience: audience(d.kind) }).collect(),
            report_sha256: case.report.clone(),
            report_level: level,
            authority_until: authority_until(case.capacity, case.has_agent, &dated),
            parts: Part::ALL.into_iter().filter_map(part).collect(),
            deposited_at: stored.row.deposited_at,
        })
    }
}

fn check(form: &VerificationForm) -> Result<(), DeskError> {
    if form.evidence.trim().is_empty() || form.evidence.chars().count() > TEXT_CHARS_MAX {
        return Err(DeskError::rule("verification.evidence", format!("1 to {TEXT_CHARS_MAX} characters say what it rests on")));
    }
    if let Some(unknown) = form.reasons.iter().find(|r| !REFUSAL_REASONS.iter().any(|(code, _)| code == r)) {
        let codes: Vec<&str> = REFUSAL_REASONS.iter().map(|(c, _)| *c).collect();
        return Err(DeskError::rule("verification.unknown_reason", format!("{unknown} is not one of {}", codes.join(", "))));
    }
    match (form.result, form.reasons.is_empty()) {
        (PartResult::Refused, true) => Err(DeskError::rule("verification.no_reason", "say why it is refused")),
        (PartResult::Verified, false) => Err(DeskError::rule("verification.no_reason", "reasons are for a refusal")),
        _ => Ok(()),
    }
}

/// What a notice takes from the right it names.
pub(super) struct FromRight {
    pub(super) case: RightCase,
    pub(super) complainant: Person,
    pub(super) agent: Option<Person>,
    pub(super) service_address: Option<ServiceAddress>,
    pub(super) file_ids: Vec<Uuid>,
}

impl Desk {
    /// What a notice of the caller takes from a right; none where it is not the caller's, was refused or erased.
    pub(super) async fn taken_from_right(&self, caller: &Caller, id: Uuid) -> Result<Result<FromRight, NoticeProblem>, DeskError> {
        let problem = |code: &str, message: &str, message_zh: &str| NoticeProblem {
            pointer: "/right".into(),
            code: code.into(),
            message: message.into(),
            message_zh: message_zh.into(),
        };
        let not_found = || problem("right.not_found", "no right of yours has this id", "没有找到您登记的该权利");
        let right = match self.open_right(id).await {
            Err(DeskError::NotFound) => return Ok(Err(not_found())),
            other => other?,
        };
        if right.stored.row.account_id != caller.account {
            return Ok(Err(not_found()));
        }
        if state(&findings(&right.stored)) == RightState::Refused {
            let said = (
                "right.refused",
                "a part of the right was refused; deposit it anew with what was missing",
                "该权利材料未通过核验，请补齐后重新登记",
            );
            return Ok(Err(problem(said.0, said.1, said.2)));
        }
        let Some(people) = self.people_of(&right.stored.row)? else { return Ok(Err(not_found())) };
        Ok(Ok(FromRight {
            case: right.case,
            complainant: people.complainant,
            agent: people.agent,
            service_address: people.service_address,
            file_ids: self.store.right_files(id).await?,
        }))
    }
}
