//! A complaint as its complainant sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::ReopenedView;
use crate::domain::complaint::{Basis, Complaint, Determination, Event, ListingFiled, MeasureKind, Missing, State, StoredEvent};
use crate::domain::dispatch::{AckStep, DispatchKind, EffectiveMeasure, effective_measure};
use crate::domain::examine::Finding;
use crate::domain::platform_rule::RuleResult;
use crate::domain::policy::{CriterionReport, Track};
use crate::domain::report::ItemVerdict;
use crate::store::MailKept;
use crate::workflow::contest::ContestView;
use crate::workflow::prepare::KeptExamination;
use crate::workflow::{ReferralView, RuleSeenView};

/// A listing that was not filed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowLeftOut {
    /// JSON Pointer into the notice.
    pub pointer: String,
    /// `listing.duplicate` or `listing.repeated`.
    pub code: String,
    /// Reference of the earlier complaint, or pointer of the earlier row.
    pub earlier: String,
}

impl RowLeftOut {
    /// In a live complaint already.
    pub(crate) fn duplicate(pointer: &str, reference: &str) -> Self {
        RowLeftOut { pointer: pointer.to_owned(), code: "listing.duplicate".into(), earlier: reference.to_owned() }
    }

    /// The same item twice in one notice.
    pub(crate) fn repeated(pointer: &str, earlier: &str) -> Self {
        RowLeftOut { pointer: pointer.to_owned(), code: "listing.repeated".into(), earlier: earlier.to_owned() }
    }
}

/// Which listing of a complaint it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingNamed {
    /// Line number, from 1.
    pub line: u32,
    /// Accused product, from 0.
    pub product: u32,
    /// Site code.
    pub site: Option<String>,
    /// Item id.
    pub item_id: Option<String>,
    /// SKU.
    pub sku: Option<String>,
    /// Shop.
    pub shop: Option<String>,
}

impl ListingNamed {
    pub(in crate::workflow) fn of(filed: &ListingFiled) -> Self {
        ListingNamed {
            line: filed.line,
            product: filed.product,
            site: filed.site.clone(),
            item_id: filed.item_id.clone(),
            sku: filed.sku.clone(),
            shop: filed.shop.clone(),
        }
    }
}

/// One listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingView {
    /// The listing.
    #[serde(flatten)]
    pub named: ListingNamed,
    /// Address as filed.
    pub url: Option<String>,
    /// Code of the platform account.
    pub platform: Option<String>,
    /// `accepted`, `unresolved`, `not_an_item`, `gone`, `platform_not_connected`.
    pub status: &'static str,
    /// First axis.
    pub determination: Determination,
    /// Second axis, the platform's answers laid over it.
    pub measure: EffectiveMeasure,
    /// Which measure is asked for; absent: none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_kind: Option<MeasureKind>,
    /// Whether the end of the platform's business with its shop was proposed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub termination_proposed: bool,
    /// The day that proposal was withdrawn because its record fell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination_withdrawn_on: Option<Date>,
    /// On what the decision rests.
    pub basis: Option<Basis>,
    /// `human`, `automatic`, or null.
    pub by: Option<&'static str>,
    /// The statement against the measure, and how far it came.
    pub contest: Option<ContestView>,
    /// What is missing for this listing.
    pub awaited: Option<AwaitedView>,
    /// The ruling the measure rests on: who issued it, and its number.
    pub rests_on: Option<String>,
    /// Whether an examiner looks at it again.
    pub reopened: bool,
    /// What became of its platform's own rule; absent: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_rule: Option<RuleResult>,
}

/// What is missing for one listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AwaitedView {
    /// Last day to supply it.
    pub due_on: Date,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// One dispatch, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DispatchSummary {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: DispatchKind,
    /// Platform.
    pub platform: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Listings in it.
    pub lines: Vec<u32>,
    /// Steps the platform answered, by listing.
    pub answered: BTreeMap<u32, Vec<AckStep>>,
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComplaintView {
    /// Id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Reference people read out; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The complainant's own reference.
    pub client_reference: Option<String>,
    /// Number of the last event: the complaint's version.
    pub version: u32,
    /// State.
    pub state: &'static str,
    /// Why it is suspended or closed.
    pub why: Option<String>,
    /// Track.
    pub track: Option<Track>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Patent number.
    pub patent_number: String,
    /// Asserted items.
    pub asserted_items: Vec<String>,
    /// Listings.
    pub listings: Vec<ListingView>,
    /// Rows of the notice that were not filed; only in the answer to the filing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows_left_out: Vec<RowLeftOut>,
    /// Overall result of the ten checks.
    pub overall: Option<String>,
    /// The ten findings.
    pub findings: Vec<Finding>,
    /// Verdicts on the asserted items.
    pub verdicts: Vec<ItemVerdict>,
    /// Every criterion with what it saw.
    pub criteria: Vec<CriterionReport>,
    /// What became of the rules of its platforms, as it was triaged; absent where none has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platform_rules: Vec<RuleSeenView>,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Day the next step is due.
    pub due_on: Option<Date>,
    /// Whether that day may move when the next calendar is announced.
    pub provisional: bool,
    /// Why it is with the examiners again; null when it is not.
    pub reopened: Option<ReopenedView>,
    /// Referrals, oldest first; leads to who enforces for the house only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<ReferralView>,
    /// Dispatches.
    pub dispatches: Vec<DispatchSummary>,
    /// Mails, oldest first: to the complainant; for the house, to both sides.
    pub mails: Vec<MailView>,
}

/// A mail and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailView {
    /// Id: the local part of its `Message-ID`.
    pub id: Uuid,
    /// To which side: `complainant`, `seller`.
    pub side: String,
    /// What it is about.
    pub kind: String,
    /// Language.
    pub language: String,
    /// `due`, `sent`, `filed` (no relay: a file), `given_up`, `bounced`.
    pub state: String,
    /// Attempts made.
    pub attempts: i32,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it was handed over, or given up.
    pub ended_at: Option<Timestamp>,
    /// What went wrong last.
    pub error: Option<String>,
}

impl From<MailKept> for MailView {
    fn from(m: MailKept) -> Self {
        MailView {
            id: m.id,
            side: m.side,
            kind: m.template,
            language: m.language,
            state: m.state,
            attempts: m.attempts,
            written_at: m.written_at,
            ended_at: m.ended_at,
            error: m.last_error,
        }
    }
}

/// A row of a list of complaints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComplaintItem {
    /// Id.
    pub id: Uuid,
    /// Reference.
    pub reference: String,
    /// The complainant's own reference.
    pub client_reference: Option<String>,
    /// State.
    pub state: String,
    /// Track.
    pub track: Option<String>,
    /// Patent number.
    pub patent_number: String,
    /// Overall result of the ten checks.
    pub overall: Option<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Day the next step is due.
    pub due_on: Option<Date>,
}

/// One event of the log.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    /// Number.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Who: `examiner:0192…`; the role only for a complainant.
    pub actor: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Listings it names.
    pub lines: Vec<u32>,
    /// The very bytes that were hashed; not for complainants: facts and reasons of the house are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// Hash over the one before and this, hexadecimal.
    pub hash: String,
}

/// Where the members of an examination go in a complaint shown without one.
pub(in crate::workflow) const EXAMINATION_PLACE: &str = r#""findings":[],"verdicts":[],"criteria":[]"#;

/// The answer to a filing, without its examination.
pub(in crate::workflow) fn filed_outline(
    c: &Complaint,
    findings: &[Finding],
    (urls, left_out): (&[Option<String>], Vec<RowLeftOut>),
) -> ComplaintView {
    let mut view = complaint_view(c, KeptExamination::default(), (urls, &[]));
    view.platform_rules = rule_views(c, findings);
    view.rows_left_out = left_out;
    view
}

/// A complaint with its examination, addresses and dispatches.
pub fn complaint_view(c: &Complaint, kept: KeptExamination, (urls, dispatches): (&[Option<String>], &[DispatchSummary])) -> ComplaintView {
    ComplaintView {
        id: Some(c.id),
        reference: Some(c.filed.reference.clone()),
        client_reference: c.filed.client_reference.clone(),
        version: c.seq,
        state: c.state.word(),
        why: why(&c.state),
        track: c.track,
        filed_at: c.filed_at,
        patent_number: c.filed.patent_number.clone(),
        asserted_items: c.filed.asserted_items.clone(),
        listings: c
            .listings
            .iter()
            .map(|l| {
                let kind = match l.measure {
                    crate::domain::complaint::Measure::LiftRequested => DispatchKind::Lift,
                    _ => DispatchKind::Takedown,
                };
                let last = dispatches.iter().rev().find(|d| d.kind == kind && d.lines.contains(&l.filed.line));
                let answered = last.and_then(|d| d.answered.get(&l.filed.line)).map_or(&[][..], Vec::as_slice);
                ListingView {
                    named: ListingNamed::of(&l.filed),
                    url: urls.get(l.filed.line as usize - 1).cloned().flatten(),
                    platform: l.filed.platform.clone(),
                    status: match (&l.filed.item_id, &l.filed.platform) {
                        (None, _) => match &l.resolution {
                            Some(said) => said.word(),
                            None => "unresolved",
                        },
                        (Some(_), None) => "platform_not_connected",
                        (Some(_), Some(_)) => "accepted",
                    },
                    determination: l.determination,
                    measure: effective_measure(l.measure, answered),
                    measure_kind: l.kind_asked(),
                    termination_proposed: !l.repetition.is_empty(),
                    termination_withdrawn_on: l.termination_withdrawn_on,
                    basis: l.basis,
                    by: l.basis.map(|_| if l.by_human { "human" } else { "automatic" }),
                    contest: ContestView::of(l),
                    awaited: l.awaited.as_ref().map(|a| AwaitedView { due_on: a.due_on, missing: a.missing.clone() }),
                    rests_on: l.rests_on.as_ref().map(|r| format!("{} {}", r.authority, r.number)),
                    reopened: l.reopened,
                    platform_rule: c.rule_seen(l).map(|r| r.result),
                }
            })
            .collect(),
        rows_left_out: Vec::new(),
        overall: c.examined.as_ref().map(|e| e.overall.clone()),
        platform_rules: rule_views(c, &kept.findings),
        findings: kept.findings,
        verdicts: kept.verdicts,
        criteria: kept.criteria,
        missing: c.missing.clone(),
        due_on: c.due_on(),
        provisional: c.triaged.as_ref().is_some_and(|t| t.provisional),
        reopened: ReopenedView::of(c),
        referrals: c.referrals.iter().map(Into::into).collect(),
        dispatches: dispatches.to_vec(),
        mails: Vec::new(),
    }
}

fn rule_views(c: &Complaint, findings: &[Finding]) -> Vec<RuleSeenView> {
    c.triaged.iter().flat_map(|t| &t.platform_rules).map(|r| RuleSeenView::of(r, findings)).collect()
}

fn why(state: &State) -> Option<String> {
    match state {
        State::Closed { why } => Some(why.word().to_owned()),
        State::Suspended { why } => Some(why.clone()),
        _ => None,
    }
}

/// The log: whole for the house; for a complainant without bodies, and people by role.
pub fn event_views(log: &[StoredEvent], whole: bool) -> Vec<EventView> {
    log.iter()
        .map(|e| {
            let role = e.actor.split_once(':').map_or(e.actor.as_str(), |(role, _)| role);
            EventView {
                seq: e.seq,
                at: e.at,
                actor: if whole { e.actor.clone() } else { role.to_owned() },
                kind: e.kind.clone(),
                lines: serde_json::from_str(&e.body).map(|event: Event| event.lines()).unwrap_or_default(),
                body: if whole { RawValue::from_string(e.body.clone()).ok() } else { None },
                hash: hex::encode(e.hash),
            }
        })
        .collect()
}
