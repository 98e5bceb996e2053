//! Filing: from a notice to findings, track and reasons, in one commit. Also the dry run, which is the
//! same without the commit.
//!
//! - [`checked`]: what came, and whether it can be filed.
//! - [`settled`]: what follows at once.

mod checked;
mod settled;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::consultations::consultation_view;
use super::flags::Complains;
use super::prepare::{Assessment, KnownReport, Wording};
use super::reports::{filed_report, others};
use super::views::{ComplaintView, EXAMINATION_PLACE, filed_outline};
use super::{Caller, Desk, DeskError, NamedFiles, replay};
use crate::domain::complaint::{Complaint, DocumentFiled, Filed, PartyRef};
use crate::domain::consultation::{Consultation, FILED_BY_API, PLATFORM_REFERRAL};
use crate::domain::job::JobKind;
use crate::domain::notice::{DocumentKind, NoticeCase, NoticeForm, NoticeProblem};
use crate::domain::reference::reference;
use crate::domain::search::folded;
use crate::fail_points::fails_at;
use crate::intake::upload::Arriving;
use crate::store::{AnswerRow, Commit, CommitError, FilingAsk, FilingContext, JobDraft, Outline, PartyRow, ReliedOn};
use checked::{Checked, Rows, item_key, relisted};

pub(super) use checked::unknown_file;
pub(super) use settled::Settling;

/// Days within which the end of a term, a power of attorney or a licence is put on the agenda by the filing itself.
const FILED_AHEAD_DAYS: i64 = 92;
/// Times a filing starts over when the register, the policy or a listing changed under it.
const FILING_TRIES_MAX: u32 = 3;

/// The idempotency key of a request: the same key and fingerprint give the first answer again.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// The client's key.
    pub key: String,
    /// Route it was used on.
    pub route: &'static str,
    /// SHA-256 of route, parsed JSON and the files' hashes in order.
    pub fingerprint: [u8; 32],
}

/// One filing.
#[derive(Clone, Debug)]
pub struct Filing {
    /// The notice.
    pub form: NoticeForm,
    /// Files that came with it, by part name; they are registered with the complaint.
    pub files: NamedFiles,
    /// Those of them that are not on the disk yet: the commit waits for them.
    pub arriving: Vec<Arriving>,
    /// Its idempotency key; without one (dry run) nothing is stored.
    pub key: Option<IdempotencyKey>,
    /// What a platform says that refers it for an opinion.
    pub(super) referred: Option<Referred>,
}

/// What a platform says beside the notice it refers.
#[derive(Clone, Debug)]
pub(super) struct Referred {
    pub(super) consultation: Consultation,
    pub(super) explanation: String,
    /// Names of the files of what the seller says, with their JSON Pointers.
    pub(super) own_files: Vec<(String, String)>,
    /// What is wrong with it.
    pub(super) problems: Vec<NoticeProblem>,
}

impl Filing {
    /// One of a complainant's.
    pub fn of_complainant((form, key): (NoticeForm, Option<IdempotencyKey>), (files, arriving): (NamedFiles, Vec<Arriving>)) -> Self {
        Filing { form, files, arriving, key, referred: None }
    }
}

/// An answer as it is sent, and kept for a repeated key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// The complaint and its version; a repeated answer says them in its body only.
    pub of: Option<(Uuid, u32)>,
    /// Whether it was given before.
    pub replayed: bool,
}

/// The answer to a dry run: what filing would answer, without id and reference.
#[derive(serde::Serialize)]
struct DryRun {
    dry_run: bool,
    #[serde(flatten)]
    would: ComplaintView,
}

impl Desk {
    /// Files a complaint, or, without a key, shows what filing it would give.
    ///
    /// # Errors
    /// [`DeskError::Notice`] with every problem; [`DeskError::AllDuplicates`]; the store's.
    pub async fn file_complaint(&self, caller: &Caller, filing: Filing) -> Result<Answer, DeskError> {
        fails_at("filing.accepted");
        let key = filing.key.clone();
        let checked = self.check(caller, filing).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.file_once(caller, &checked, key.as_ref()).await {
                Err(DeskError::Store(e)) if e.is_stale() && tries < FILING_TRIES_MAX => self.recent.forget(),
                other => return other,
            }
        }
    }

    async fn file_once(&self, caller: &Caller, checked: &Checked, key: Option<&IdempotencyKey>) -> Result<Answer, DeskError> {
        let (now, today) = self.now();
        let number = checked.number.to_string();
        let context = self.store.filing_context(self.ask(caller, checked, key)).await?;
        if let (Some(stored), Some(key)) = (&context.answered, key) {
            return replay(stored.clone(), key);
        }
        let relisting_of = relisted(checked, caller, &context)?;
        let Rows { listings, kept, left_out } = self.rows(checked, &context).await?;
        if listings.is_empty() {
            return Err(DeskError::AllDuplicates(left_out));
        }
        let case = checked.case_of(&kept);
        let report = self.known_report(caller, case.report.as_deref(), &context).await?;
        let (policy, rules) = (self.active_policy().await?, self.rules_in_force().await?);
        let documents = documents(&case);
        let assessment = self.assess(&super::prepare::AssessInput {
            case: &case,
            number: &checked.number,
            asserted_items: &checked.asserted_items,
            documents: &documents,
            listings: &listings,
            report: report.as_ref(),
            grants: &context.grants,
            others: &others(&context.reports, case.report.as_deref(), today),
            register: context.register.as_ref().map(|(_, e)| &**e),
            right: context.right.as_ref(),
            relisted: relisting_of.and(context.relisting.as_ref()),
            policy: &policy,
            complaint: None,
            answered: false,
            flags: self.flags_that_count(caller.account, Complains::Person(&checked.complainant.person)).await?,
            platform: &[],
            rules: &rules,
            today,
        });
        let id = self.ids.next();
        let (people, complainant, agent) = self.people(id, checked, now)?;
        let case_body = serde_json::to_string(&case).unwrap_or_default();
        let filed = Filed {
            account: caller.account,
            reference: reference(reference_bits(id)?),
            client_reference: case.client_reference.clone(),
            filed_via: checked.consultation.as_ref().map_or(FILED_BY_API, |_| PLATFORM_REFERRAL).into(),
            language: case.language,
            patent_number: number.clone(),
            asserted_items: checked.asserted_items.clone(),
            capacity: case.capacity,
            complainant,
            agent,
            alleged_act_on: case.alleged_act_on,
            report_sha256: case.report.clone(),
            notice_sha256: super::prepare::sha256_hex(case_body.as_bytes()),
            documents,
            listings,
            relisting_of,
            right: case.right,
            consultation: checked.consultation.clone(),
        };
        let transition = Complaint::file(id, &caller.actor(), now, filed);
        let register_version = context.register.as_ref().map(|(v, _)| *v);
        let transition =
            self.settle(transition, now, &Settling { case: &case, assessment: &assessment, register_version, decision_left: None }).await?;
        let urls: Vec<Option<String>> = case.listings().map(|(_, l)| l.url.clone()).collect();
        let kept = assessment.kept();
        let examination = kept.body();
        let after = transition.after();
        let (view, asked) = match &checked.consultation {
            None => (filed_outline(after, &kept.findings, (&urls, left_out)), None),
            Some(asked) => (filed_outline(after, &[], (&urls, Vec::new())), Some(consultation_view(after, asked, (&[], left_out)))),
        };
        let Some(key) = key else {
            if let Some(report) = &report {
                self.keep_reading(report).await?;
            }
            let dry = DryRun { dry_run: true, would: ComplaintView { id: None, reference: None, ..view } };
            return Ok(Answer { status: 200, body: outline(&dry).with(&examination), of: None, replayed: false });
        };
        let status = 201;
        let of = Some((id, transition.after().seq));
        let outline = asked.map_or_else(|| outline(&view), |asked| outline(&asked));
        let answer = Answer { status, body: outline.with(&examination), of, replayed: false };
        let dispatches = self.dispatches(
            &transition,
            transition.after(),
            &Wording { case: &case, complainant: &checked.complainant.person.name, assessment: &assessment },
        );
        let commit = Commit {
            parties: people,
            notice: Some(case_body),
            urls,
            examination: Some(examination),
            files: checked.file_ids.clone(),
            uploaded: checked.uploaded.clone(),
            reading: report.as_ref().map(|r| r.unkept(now)).transpose()?.flatten(),
            dispatches,
            report: report
                .as_ref()
                .filter(|_| !context.report_known)
                .map(|r| filed_report(&r.sha256, &r.facts, (&number, caller.account, now))),
            jobs: proven_at_filing(report.as_ref(), (&assessment, &context), now),
            ends_at: soon(super::reexamine::next_end(&transition, &[], assessment.last_day_of_term), now),
            idempotency: Some(AnswerRow {
                account: caller.account,
                key: key.key.clone(),
                route: key.route.to_owned(),
                fingerprint: key.fingerprint,
                status,
                answer: outline,
                at: now,
            }),
            relied_on: vec![
                ReliedOn::Register { number, version: register_version },
                ReliedOn::Policy { version: policy.version, switches: policy.switches },
            ],
            ..Commit::of(transition, self.writ_issuer())
        };
        for file in &checked.arriving {
            file.clone().await?;
        }
        match self.store.commit(commit).await {
            Ok(_) => Ok(answer),
            Err(CommitError::Answered(stored)) => replay(stored, key),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }

    fn ask(&self, caller: &Caller, checked: &Checked, key: Option<&IdempotencyKey>) -> FilingAsk {
        FilingAsk {
            account: caller.account,
            idempotency_key: key.map(|k| k.key.clone()),
            patent_number: checked.number.to_string(),
            report_sha256: checked.case.report.clone(),
            reader_version: crate::intake::reader::READER_VERSION,
            right: checked.case.right,
            item_keys: checked.listings.iter().filter_map(item_key).collect(),
            relisting_of: checked.case.relisting_of.as_deref().and_then(crate::domain::reference::parse_reference),
        }
    }

    /// Seals the people of the notice, one record each.
    fn people(&self, complaint: Uuid, checked: &Checked, now: Timestamp) -> Result<(Vec<PartyRow>, PartyRef, Option<PartyRef>), DeskError> {
        let mut rows = Vec::new();
        let mut keep = |role: &str, (json, name): (String, &str), record: crate::vault::SealedRecord, id: Uuid| {
            let names = self.vault.name_keys(&folded(name));
            rows.push(PartyRow {
                id,
                complaint_id: complaint,
                role: role.to_owned(),
                sealed: record.sealed,
                key: record.key,
                created_at: now,
                person_key: (role == "complainant").then(|| self.person_key(&checked.complainant.person)),
                name_key: names.as_ref().map(|n| n.key.clone()),
                name_rest: names.map(|n| n.rest),
                queue_on: None,
            });
            PartyRef { party: id, digest: self.vault.person_digest(complaint, &json) }
        };
        let id = self.ids.next();
        let json = serde_json::to_string(&checked.complainant).unwrap_or_default();
        let complainant = keep("complainant", (json, &checked.complainant.person.name), self.vault.seal(id, &checked.complainant)?, id);
        let agent = match &checked.agent {
            None => None,
            Some(agent) => {
                let id = self.ids.next();
                let json = serde_json::to_string(agent).unwrap_or_default();
                Some(keep("agent", (json, &agent.name), self.vault.seal(id, agent)?, id))
            }
        };
        Ok((rows, complainant, agent))
    }
}

/// A complaint in JSON, without the words of its examination, which are kept once.
fn outline(view: &impl serde::Serialize) -> Outline {
    Outline::without(serde_json::to_vec(view).unwrap_or_default(), EXAMINATION_PLACE)
}

/// Where a report is filed for the first time and is proven already: the other complaints on the patent
/// hear of it.
fn proven_at_filing(report: Option<&KnownReport>, (a, context): (&Assessment, &FilingContext), now: Timestamp) -> Vec<JobDraft> {
    let proven = a.authenticity.as_deref().is_some_and(|l| matches!(l, "A" | "B"));
    let first = proven && !context.report_known && !context.reports.is_empty();
    report.filter(|_| first).map(|r| JobDraft { kind: JobKind::ReportProven, subject: r.sha256.clone(), due_at: now }).into_iter().collect()
}

/// What ends within [`FILED_AHEAD_DAYS`]. Every later act asks again, so that a filing, which is to be fast, does
/// not write down what happens in some years.
fn soon(ends_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    ends_at.filter(|at| at.duration_since(now) <= SignedDuration::from_hours(24 * FILED_AHEAD_DAYS))
}

/// The documents of a case, the report among them.
pub(super) fn documents(case: &NoticeCase) -> Vec<DocumentFiled> {
    let report =
        case.report.iter().map(|sha256| DocumentFiled { kind: DocumentKind::EvaluationReport, sha256: sha256.clone(), until: None });
    let others = case.documents.iter().map(|d| DocumentFiled { kind: d.kind, sha256: d.file.clone(), until: d.until });
    report.chain(others).collect()
}

/// 45 bits for a reference. Counting ids (tests) give counting references; random ids give random ones.
fn reference_bits(id: Uuid) -> Result<u64, DeskError> {
    let bits = id.as_u128();
    let low = u64::try_from(bits & ((1 << 45) - 1)).unwrap_or(0);
    Ok(low)
}

/// The report of a filing, where one is named.
impl Desk {
    pub(super) async fn known_report(
        &self,
        caller: &Caller,
        sha256: Option<&str>,
        context: &FilingContext,
    ) -> Result<Option<KnownReport>, DeskError> {
        match (sha256, self.still_so(context.reading.clone())) {
            (None, _) => Ok(None),
            (Some(sha256), Some(facts)) => Ok(Some(KnownReport { sha256: sha256.to_owned(), facts, kept: true })),
            (Some(sha256), None) => Ok(Some(self.read_anew(caller.account, sha256).await?)),
        }
    }
}
