//! What every verb that judges a complaint needs: the report read, the ten checks, the flat facts, the
//! triage, and the words a dispatch carries. No commit here.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::platform_rules::rules_seen;
use super::recent::PolicyInForce;
use super::rights::right_facts;
use super::{Desk, DeskError};
use crate::domain::automation::MayAutomate;
use crate::domain::calendar::Due;
use crate::domain::complaint::{
    CheckResult, Complaint, DocumentFiled, Examined, FactSource, ListingFiled, PlatformLine, Transition, Triaged, decision_due,
};
use crate::domain::conduct::FlagCounts;
use crate::domain::dispatch::{DispatchContext, DispatchDraft, LineContext, ProductContext, derive};
use crate::domain::examine::{self, AuthenticityLevel, Claimed, Examination, SuppliedBy};
use crate::domain::facts::{FactsFrom, flat_facts};
use crate::domain::notice::NoticeCase;
use crate::domain::patent::{PatentKind, PatentNumber, last_day_of_term};
use crate::domain::platform_rule::{FiledOn, LookedAt, RuleSeen};
use crate::domain::policy::{CriterionReport, Facts, Triage, triage};
use crate::domain::register::RegisterEntry;
use crate::domain::report::{ItemVerdict, Readability, ReportFacts, TextVersion};
use crate::domain::report_relation::{OnRecord, OtherReport, on_record};
use crate::intake::reader::READER_VERSION;
use crate::store::{GrantRow, PlatformRuleRow, ReadingRow, Relisted, StoreError, StoredRight};

/// A report whose facts are known.
#[derive(Clone, Debug)]
pub(super) struct KnownReport {
    pub(super) sha256: String,
    pub(super) facts: Arc<ReportFacts>,
    /// Whether what was read is kept already.
    pub(super) kept: bool,
}

impl KnownReport {
    /// The row to keep, where there is none yet.
    pub(super) fn unkept(&self, now: Timestamp) -> Result<Option<ReadingRow>, StoreError> {
        let row = || ReadingRow::of(&self.sha256, READER_VERSION, (&self.facts, now));
        (!self.kept).then(row).transpose()
    }
}

/// What an assessment looks at.
pub(super) struct AssessInput<'a> {
    pub(super) case: &'a NoticeCase,
    pub(super) number: &'a PatentNumber,
    pub(super) asserted_items: &'a [String],
    pub(super) documents: &'a [DocumentFiled],
    pub(super) listings: &'a [ListingFiled],
    pub(super) report: Option<&'a KnownReport>,
    pub(super) grants: &'a [GrantRow],
    /// Other reports on the patent.
    pub(super) others: &'a [OtherReport],
    pub(super) register: Option<&'a RegisterEntry>,
    pub(super) right: Option<&'a StoredRight>,
    pub(super) relisted: Option<&'a Relisted>,
    pub(super) policy: &'a PolicyInForce,
    /// The complaint, for grants that hold for one complaint only.
    pub(super) complaint: Option<Uuid>,
    /// Whether a seller answered to the merits.
    pub(super) answered: bool,
    /// Flags of conduct that count.
    pub(super) flags: FlagCounts,
    /// What platforms' records say against it.
    pub(super) platform: &'a [PlatformLine],
    /// What platforms ask of the report.
    pub(super) rules: &'a [PlatformRuleRow],
    pub(super) today: Date,
}

/// What was found.
pub(super) struct Assessment {
    pub(super) kind: PatentKind,
    pub(super) report: Option<Arc<ReportFacts>>,
    pub(super) examined: Option<examine::Examined>,
    pub(super) authenticity: Option<String>,
    pub(super) register: Option<RegisterEntry>,
    pub(super) facts: Facts,
    pub(super) sources: BTreeMap<String, FactSource>,
    pub(super) triage: Triage,
    /// What became of the rules of its platforms.
    pub(super) rules: Vec<RuleSeen>,
    pub(super) policy_version: i64,
    /// The last switch of automation seen.
    pub(super) switches: i64,
    pub(super) proof: Option<MayAutomate>,
    /// Whether the active policy hears the seller before anything is decided against it.
    pub(super) hear_first: bool,
    pub(super) last_day_of_term: Option<Date>,
    pub(super) term_ended_on: Option<Date>,
}

/// Findings and criteria in full, kept beside the log and shown to people.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct KeptExamination {
    /// The ten findings.
    pub findings: Vec<examine::Finding>,
    /// Verdicts on the asserted items.
    pub verdicts: Vec<ItemVerdict>,
    /// Every criterion with what it saw.
    pub criteria: Vec<CriterionReport>,
}

impl KeptExamination {
    /// The pages of the report that it quotes.
    pub(super) fn pages(&self) -> std::collections::BTreeSet<u32> {
        self.findings.iter().filter_map(|f| f.page).chain(self.verdicts.iter().filter_map(|v| v.page)).collect()
    }
}

impl Desk {
    /// Reads a report that is not known yet, and remembers its facts.
    pub(super) async fn read_report(&self, account: Uuid, sha256: &str) -> Result<KnownReport, DeskError> {
        if let Some(facts) = self.still_so(self.store.reading(sha256, READER_VERSION).await?) {
            return Ok(KnownReport { sha256: sha256.to_owned(), facts: Arc::new(facts), kept: true });
        }
        let report = self.read_anew(account, sha256).await?;
        self.keep_reading(&report).await?;
        Ok(report)
    }

    /// Reads a report in the reading child, a scan by OCR where there is an engine. What was read of text is not
    /// kept yet.
    pub(super) async fn read_anew(&self, account: Uuid, sha256: &str) -> Result<KnownReport, DeskError> {
        let bytes = self.uploads.read(sha256).await?;
        let facts = self.reader.read(account, bytes.clone()).await;
        let facts = self.scans.read(account, &bytes, facts).await;
        let report = KnownReport { sha256: sha256.to_owned(), facts: Arc::new(facts), kept: false };
        if report.facts.readability == Readability::Text {
            return Ok(report);
        }
        // With what examiners read on its pages, perhaps by an earlier version's answer.
        self.keep_reading(&report).await?;
        let kept = self.store.reading(sha256, READER_VERSION).await?.map(Arc::new);
        Ok(KnownReport { facts: kept.unwrap_or(report.facts), kept: true, ..report })
    }

    /// Remembers what was read, where it is not yet.
    pub(super) async fn keep_reading(&self, report: &KnownReport) -> Result<(), DeskError> {
        match report.unkept(self.clock.now())? {
            Some(row) => Ok(self.store.put_reading(row).await?),
            None => Ok(()),
        }
    }

    /// A stored reading, unless it would be another today: its signature was checked against other trust
    /// anchors, or it is a scan from before there was an OCR engine.
    pub(super) fn still_so<R: Borrow<ReportFacts>>(&self, reading: Option<R>) -> Option<R> {
        let unread = |facts: &ReportFacts| facts.readability == Readability::Scanned && self.scans.reads();
        reading.filter(|facts| self.reader.would_repeat(facts.borrow()) && !unread(facts.borrow()))
    }

    /// Ten checks, facts, triage.
    pub(super) fn assess(&self, x: &AssessInput) -> Assessment {
        let granted = x.report.and_then(|r| level_granted(x.grants, &r.sha256, x.complaint));
        let on_record = x.report.map_or(OnRecord::Nothing, |r| {
            let level = AuthenticityLevel::counting(granted, AuthenticityLevel::shown_by(&r.facts.signature, x.today));
            on_record(&r.facts, level.is_some_and(AuthenticityLevel::is_proof), x.others)
        });
        let examined = x.report.map(|r| {
            examine::examine(&Examination {
                facts: &r.facts,
                notice: Some(Claimed {
                    number: &x.case.patent.number,
                    title: x.case.patent.title.as_deref(),
                    holder: x.case.patent.holder.as_deref(),
                    filed_on: x.case.patent.filed_on,
                    granted_on: x.case.patent.granted_on,
                    asserted_items: x.asserted_items,
                    alleged_act_on: x.case.alleged_act_on,
                }),
                register: x.register,
                granted,
                on_record: &on_record,
                today: x.today,
            })
        });
        // A guess ends no term, and tells nobody that it will.
        let printed = x.report.and_then(|r| r.facts.filed_on.as_ref()).filter(|seen| !seen.read.is_guess()).map(|seen| seen.value);
        let registered = x.register.and_then(|r| r.filed_on);
        let shown = registered.map(|on| (on, SuppliedBy::Register)).or(printed.map(|on| (on, SuppliedBy::Report)));
        let findings = examined.as_ref().map(|e| e.findings.as_slice());
        let filed_on = FiledOn { shown, said: x.case.patent.filed_on };
        let rules = rules_seen(x.rules, x.listings, &LookedAt { findings, filed_on });
        let level = examined.as_ref().and_then(|e| e.authenticity).map(|l| l.word().to_owned());
        let (proven_by_right, sources) = x.right.map_or_else(Default::default, |r| right_facts(r, x.register));
        let facts = flat_facts(&FactsFrom {
            notice: x.case,
            kind: x.number.kind(),
            documents: x.documents,
            listings: x.listings,
            report: x.report.map(|r| &*r.facts),
            examined: examined.as_ref(),
            authenticity: level.as_deref(),
            register: x.register,
            right: proven_by_right,
            today: x.today,
            relisting_determined: x.relisted.map(|r| {
                let stands = |l: &ListingFiled| l.item_key().is_some_and(|k| r.standing_items.contains(&k));
                x.listings.iter().all(stands)
            }),
            seller_answered: x.answered,
            flags: x.flags,
            platform: x.platform,
            rules: &rules,
        });
        let triage = triage(&x.policy.policy, &facts);
        let proof = MayAutomate::prove(&x.policy.policy, &triage, &facts);
        let last_day = shown.map(|(d, _)| last_day_of_term(x.number.kind(), d));
        let by_number = x.number.is_expired_by_definition();
        Assessment {
            kind: x.number.kind(),
            report: x.report.map(|r| r.facts.clone()),
            examined,
            authenticity: level,
            register: x.register.cloned(),
            facts,
            sources,
            triage,
            rules,
            policy_version: x.policy.version,
            switches: x.policy.switches,
            proof,
            hear_first: x.policy.policy.hear_first,
            last_day_of_term: last_day,
            term_ended_on: match last_day {
                Some(day) if day < x.today => Some(day),
                None if by_number => Some(x.number.latest_possible_end()),
                _ => None,
            },
        }
    }

    /// When the decision is due.
    pub(super) fn decision_due(&self, a: &Assessment, today: Date) -> Due {
        decision_due(&self.calendar(), a.triage.track, a.kind, today)
    }

    /// The dispatches that follow from a transition.
    pub(super) fn dispatches(&self, t: &Transition, before: &Complaint, w: &Wording) -> Vec<DispatchDraft> {
        let report = w.assessment.report.as_deref();
        let register = w.assessment.register.as_ref();
        let context = DispatchContext {
            issuer: self.settings.issuer.clone(),
            livemode: self.settings.livemode,
            public_url: self.settings.public_url.clone(),
            complainant_name: w.complainant.to_owned(),
            capacity: w.case.capacity,
            relay_contact: self.settings.relay_contact.clone(),
            patent_title: register.and_then(|r| r.title.clone()).or_else(|| report.and_then(|r| r.title.as_ref().map(|t| t.value.clone()))),
            last_day_of_term: w.assessment.last_day_of_term,
            patent_status: register.map(|r| (r.status.word().to_owned(), r.as_of)),
            report_form: report.and_then(|r| r.form.as_ref().map(|f| f.value.code().to_owned())),
            report_completed_on: report.and_then(|r| r.completed_on.as_ref().map(|d| d.value)),
            verdicts: w.assessment.examined.as_ref().map(|e| e.asserted.clone()).unwrap_or_default(),
            authenticity: w.assessment.authenticity.clone(),
            lines: w
                .case
                .listings()
                .map(|(_, l)| LineContext { url: l.url.clone(), captured_at: l.captured_at, snapshot_sha256: l.snapshot.clone() })
                .collect(),
            products: w
                .case
                .accused_products
                .iter()
                .map(|p| ProductContext { name: p.name.clone(), comparison: p.comparison.clone() })
                .collect(),
        };
        derive(t, before, &context)
    }
}

/// Words a dispatch carries beyond the log.
pub(super) struct Wording<'a> {
    pub(super) case: &'a NoticeCase,
    pub(super) complainant: &'a str,
    pub(super) assessment: &'a Assessment,
}

impl Assessment {
    /// The event that records the ten checks; none where no report was filed.
    pub(super) fn examined_event(&self, report_sha256: Option<&str>, register_version: Option<i64>) -> Option<Examined> {
        let examined = self.examined.as_ref()?;
        Some(Examined {
            report_sha256: report_sha256.map(str::to_owned),
            reader_version: READER_VERSION,
            overall: examined.overall.word().to_owned(),
            checks: examined
                .findings
                .iter()
                .map(|f| CheckResult { check: f.check.word().to_owned(), result: f.result.word().to_owned(), code: f.code.to_string() })
                .collect(),
            register_version,
            authenticity: self.authenticity.clone(),
            text_version: self.text_version(),
        })
    }

    fn text_version(&self) -> Option<TextVersion> {
        self.report.as_ref()?.text_version.as_ref().map(|t| t.value.clone())
    }

    /// The event that puts the complaint on its track.
    pub(super) fn triaged_event(&self, due: &Due) -> Triaged {
        Triaged {
            track: self.triage.track,
            policy_version: self.policy_version,
            facts: self.facts.clone(),
            sources: self.sources.clone(),
            met: self.triage.met(),
            platform_rules: self.rules.clone(),
            due_on: due.due,
            provisional: due.provisional,
            calendar_version: due.calendar_version.clone(),
        }
    }

    /// Findings and criteria in full.
    pub(super) fn kept(&self) -> KeptExamination {
        KeptExamination {
            findings: self.examined.as_ref().map(|e| e.findings.clone()).unwrap_or_default(),
            verdicts: self.examined.as_ref().map(|e| e.asserted.clone()).unwrap_or_default(),
            criteria: self.triage.criteria.clone(),
        }
    }
}

impl KeptExamination {
    /// As it is kept.
    pub(super) fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The authenticity level that people granted a file: `revoked` and `broken` before all; B for every complaint with the
/// file, C and D for the complaint they were granted in. Level A is nobody's to grant: it is what the
/// file's signature shows under the trust anchors of today.
pub(super) fn level_granted(grants: &[GrantRow], sha256: &str, complaint: Option<Uuid>) -> Option<AuthenticityLevel> {
    let holds = |g: &&GrantRow| {
        let everywhere = matches!(g.level.as_str(), "B" | "broken" | "revoked");
        g.sha256 == sha256 && g.counts && (everywhere || (complaint.is_some() && g.complaint_id == complaint))
    };
    let levels: Vec<&str> = grants.iter().filter(holds).map(|g| g.level.as_str()).collect();
    let best = ["revoked", "broken", "B", "C", "D"].into_iter().find(|l| levels.contains(l));
    best.and_then(AuthenticityLevel::from_word)
}

/// SHA-256, hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
