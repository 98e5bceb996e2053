//! From a transition to the messages it makes: one per platform and kind, at most
//! [`LINES_PER_DISPATCH_MAX`] listings each. Schema and examples: `api-spec`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::notice_copy::{Copies, notice_copies};
use super::{DELIVER_HOURS_MAX, DispatchDraft, DispatchKind, DraftLine, LINES_PER_DISPATCH_MAX, proposals};
use crate::domain::audience::{Audience, sifted};
use crate::domain::complaint::{
    AuthorityDocument, Complaint, Determination, Effect, Event, LineDecided, Listing, Measure, MeasureKind, Stage, State, Transition,
};
use crate::domain::notice::{Capacity, Comparison};
use crate::domain::report::ItemVerdict;
use crate::domain::statement::FORWARDING_TEXT;

/// A centre's opinion binds nobody, and says so.
pub const ADVISORY_TEXT: &str =
    "本意见系咨询意见，不是行政裁决、行政处罚或司法裁判，不具有强制执行力；是否采取及采取何种必要措施，由电子商务平台经营者依法自行决定";

/// What goes with a ruling that names the platform or was served on it.
const BINDING_TEXT: &str = "本通知所附法律文书对贵平台具有约束力，请依法执行；文书信息见 binding_document。";
/// What a lift does not touch.
pub const SCOPE_TEXT: &str = "本决定仅终止本投诉所请求的措施，不影响平台基于其他理由采取的措施。";
/// Reason of a lift that follows from a withdrawal.
const WITHDRAWN: &str = "notice_withdrawn";

/// Who issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// Name of the centre or authority.
    pub name: String,
    /// `aid_centre` or `patent_authority`.
    pub kind: String,
    /// Where a platform can ask.
    pub contact: String,
}

/// One listing's words that are not in the log.
#[derive(Clone, Debug, Default)]
pub struct LineContext {
    /// Address as filed.
    pub url: Option<String>,
    /// When it was captured.
    pub captured_at: Option<Timestamp>,
    /// SHA-256 of the snapshot.
    pub snapshot_sha256: Option<String>,
}

/// One accused product's words.
#[derive(Clone, Debug)]
pub struct ProductContext {
    /// Name.
    pub name: String,
    /// Comparison.
    pub comparison: Comparison,
}

/// What a dispatch says beyond the log. Nothing here may be personal data that a platform must not see.
#[derive(Clone, Debug)]
pub struct DispatchContext {
    /// Issuer.
    pub issuer: Issuer,
    /// False for demos and trials.
    pub livemode: bool,
    /// Base of the links, without a trailing slash.
    pub public_url: String,
    /// Name of the complainant.
    pub complainant_name: String,
    /// Capacity.
    pub capacity: Capacity,
    /// Where the complainant can be reached through the service.
    pub relay_contact: String,
    /// Title of the patent, by register or report.
    pub patent_title: Option<String>,
    /// Last day of the term.
    pub last_day_of_term: Option<Date>,
    /// Register status and its day.
    pub patent_status: Option<(String, Date)>,
    /// Form of the report.
    pub report_form: Option<String>,
    /// Day it was completed.
    pub report_completed_on: Option<Date>,
    /// Verdicts on the asserted items.
    pub verdicts: Vec<ItemVerdict>,
    /// Authenticity level that counts.
    pub authenticity: Option<String>,
    /// By line number - 1.
    pub lines: Vec<LineContext>,
    /// By product number.
    pub products: Vec<ProductContext>,
}

/// The drafts that follow from `transition`, given the complaint `before` it.
pub fn derive(transition: &Transition, before: &Complaint, context: &DispatchContext) -> Vec<DispatchDraft> {
    let mut drafts = Vec::new();
    for (stored, event) in transition.numbered() {
        for (kind, named) in sent_for(event, Some(before).filter(|_| !transition.is_new()), transition.after()) {
            drafts.extend(parts(&Whole {
                complaint: transition.after(),
                before,
                seq: stored.seq,
                at: stored.at,
                event,
                kind,
                named,
                context,
            }));
        }
    }
    drafts
}

/// The kinds of messages that follow from an event, and the listings of each; `before`: none where the
/// complaint is new.
fn sent_for(event: &Event, before: Option<&Complaint>, after: &Complaint) -> Vec<(DispatchKind, Vec<u32>)> {
    let was_asked = |line: &u32| before.and_then(|b| b.listing(*line)).is_some_and(|l| l.measure == Measure::Requested);
    let is_asked = |line: &u32| after.listing(*line).is_some_and(|l| l.measure == Measure::Requested);
    let lifted = |line: &u32| was_asked(line) && !is_asked(line);
    // Asked for the first time, or another measure than before, or with a proposal beside it.
    let asked_anew = |line: &LineDecided| {
        let kind = |c: Option<&Complaint>| c.and_then(|c| c.listing(line.line)).map(|l| l.measure_kind);
        let other = kind(before) != kind(Some(after)) || !line.repetition.is_empty();
        is_asked(&line.line) && (!was_asked(&line.line) || other)
    };
    match event {
        Event::Accepted => {
            let asked = after.listings.iter().filter(|l| l.is_to_be_resolved()).map(|l| l.filed.line).collect();
            vec![(DispatchKind::ResolveRequested, asked)]
        }
        // What could not be told of an item that was not known.
        Event::ListingsResolved(_) => {
            let asked = event.lines().into_iter().filter(|l| was_asked(l) && is_asked(l)).collect();
            let heard = match before.map(|b| &b.state) {
                Some(State::Hearing { .. }) => event.lines(),
                _ => Vec::new(),
            };
            vec![(DispatchKind::Takedown, asked), (DispatchKind::Hearing, heard)]
        }
        Event::Decided(d) => {
            let down = d.lines.iter().filter(|l| asked_anew(l)).map(|l| l.line).collect();
            let up = d.lines.iter().map(|l| l.line).filter(lifted).collect();
            vec![(DispatchKind::Takedown, down), (DispatchKind::Lift, up)]
        }
        Event::ReviewDecided(r) => {
            let down = r.lines.iter().filter(|l| asked_anew(l)).map(|l| l.line).collect();
            let up = r.lines.iter().map(|l| l.line).filter(lifted).collect();
            vec![(DispatchKind::Takedown, down), (DispatchKind::Lift, up)]
        }
        Event::DeletionAsked(_) => vec![(DispatchKind::Takedown, event.lines())],
        Event::AuthorityActed(a) => {
            let of = |effect: Effect| a.lines.iter().filter(|l| l.effect == effect).map(|l| l.line).collect();
            vec![(DispatchKind::Takedown, of(Effect::Takedown)), (DispatchKind::Lift, of(Effect::Lift))]
        }
        Event::LiftDecided(l) => vec![(DispatchKind::Lift, l.lines.clone())],
        Event::WaitingPeriodEnded(w) => vec![(DispatchKind::Lift, w.lines.clone())],
        Event::Withdrawn(w) => vec![(DispatchKind::Lift, w.lines.iter().copied().filter(lifted).collect())],
        Event::ListingSupplementPeriodEnded(w) => vec![(DispatchKind::Lift, w.lines.iter().copied().filter(lifted).collect())],
        Event::HearingOpened(h) => vec![(DispatchKind::Hearing, h.lines.clone())],
        Event::StatementChecked(s) => {
            // Forwarded by this centre in the same step, it is not the platform's to forward.
            let waits = |line: &u32| {
                let contest = after.listing(*line).and_then(|l| l.contest.as_ref());
                contest.is_some_and(|c| c.statement == s.statement && c.stage == Stage::Checked)
            };
            vec![(DispatchKind::StatementToForward, s.lines.iter().copied().filter(waits).collect())]
        }
        Event::ProceedingsProven(p) => vec![(DispatchKind::MeasureKept, p.lines.clone())],
        Event::WaitingPeriodExtended(x) => vec![(DispatchKind::MeasureKept, x.lines.clone())],
        Event::TerminationWithdrawn(w) => vec![(DispatchKind::TerminationWithdrawn, w.lines.clone())],
        _ => Vec::new(),
    }
}

struct Whole<'a> {
    complaint: &'a Complaint,
    before: &'a Complaint,
    seq: u32,
    at: Timestamp,
    event: &'a Event,
    kind: DispatchKind,
    named: Vec<u32>,
    context: &'a DispatchContext,
}

/// The messages of one event and kind: one for each platform, in parts.
fn parts(w: &Whole) -> Vec<DispatchDraft> {
    let mut drafts = Vec::new();
    let mut by_platform: BTreeMap<&str, Vec<&Listing>> = BTreeMap::new();
    for line in &w.named {
        if let Some(listing) = w.complaint.listing(*line)
            && let Some(platform) = &listing.filed.platform
            && listing.filed.item_key().is_none() == (w.kind == DispatchKind::ResolveRequested)
        {
            by_platform.entry(platform).or_default().push(listing);
        }
    }
    for (platform, mut listings) in by_platform {
        if w.kind == DispatchKind::Takedown {
            // One message asks for one measure, and is bound by one ruling or by none.
            listings.sort_by_key(|l| asked_by(l));
        }
        let alike = |a: &&Listing, b: &&Listing| w.kind != DispatchKind::Takedown || asked_by(a) == asked_by(b);
        let parts: Vec<&[&Listing]> = listings.chunk_by(alike).flat_map(|same| same.chunks(LINES_PER_DISPATCH_MAX)).collect();
        for (i, part) in parts.iter().enumerate() {
            drafts.push(draft(&Part {
                complaint: w.complaint,
                before: w.before,
                seq: w.seq,
                at: w.at,
                event: w.event,
                kind: w.kind,
                platform,
                part: i + 1,
                parts: parts.len(),
                listings: part,
                context: w.context,
            }));
        }
    }
    drafts
}

/// Which measure is asked for a listing, and the document that asks, if one does.
fn asked_by(l: &Listing) -> (MeasureKind, Option<&str>) {
    (l.measure_kind, l.rests_on.as_ref().map(|d| d.sha256.as_str()))
}

struct Part<'a> {
    complaint: &'a Complaint,
    before: &'a Complaint,
    seq: u32,
    at: Timestamp,
    event: &'a Event,
    kind: DispatchKind,
    platform: &'a str,
    part: usize,
    parts: usize,
    listings: &'a [&'a Listing],
    context: &'a DispatchContext,
}

fn draft(p: &Part) -> DispatchDraft {
    let name = format!("{}/{}/{}/{}", p.seq, p.platform, p.kind.word(), p.part);
    let id = Uuid::new_v5(&p.complaint.id, name.as_bytes());
    let group = Uuid::new_v5(&p.complaint.id, format!("{}/{}/{}", p.seq, p.platform, p.kind.word()).as_bytes());
    let deliver_until = p.at.checked_add(Span::new().hours(DELIVER_HOURS_MAX)).unwrap_or(p.at);
    let lines = p.listings.iter().map(|l| DraftLine { line: l.filed.line, item_key: l.filed.item_key().unwrap_or_default() }).collect();
    DispatchDraft {
        id,
        platform: p.platform.to_owned(),
        kind: p.kind,
        complaint: p.complaint.id,
        seq: p.seq,
        part: u32::try_from(p.part).unwrap_or(u32::MAX),
        issued_at: p.at,
        deliver_until,
        lines,
        body: sifted(Audience::Platform, body(p, id, group, deliver_until)),
    }
}

fn body(p: &Part, id: Uuid, group: Uuid, deliver_until: Timestamp) -> Value {
    let c = p.context;
    let copies = notice_copies(p.complaint, p.listings, c);
    let link = format!("{}/v1/platform/dispatches/{id}", c.public_url);
    let mut body = json!({
        "type": p.kind.word(),
        "id": id,
        "livemode": c.livemode,
        "issued_at": p.at,
        "issuer": c.issuer,
        "complaint": { "id": p.complaint.id, "reference": p.complaint.filed.reference },
        "group_id": group,
        "part": p.part,
        "parts": p.parts,
        "binds_recipient": false,
        "advisory_text": ADVISORY_TEXT,
        "complainant": {
            "name": c.complainant_name,
            "capacity": c.capacity,
            "relay_contact": c.relay_contact,
        },
        "patent": {
            "number": p.complaint.filed.patent_number,
            "kind": p.complaint.triaged.as_ref().and_then(|t| t.facts.get("patent.kind")),
            "title": c.patent_title,
            "asserted_items": p.complaint.filed.asserted_items,
            "text_version": p.complaint.text_version,
            "last_day_of_term": c.last_day_of_term,
            "status": c.patent_status.as_ref().map(|(s, _)| s),
            "status_as_of": c.patent_status.as_ref().map(|(_, d)| d),
        },
        "listings": p.listings.iter().enumerate().map(|(i, l)| listing(i + 1, l, c)).collect::<Vec<_>>(),
        "deliver_until": deliver_until,
        "links": { "dispatch": link, "acknowledgements": format!("{link}/acknowledgements") },
    });
    if let Some(document) = ruling(p).filter(|d| d.binds(Some(p.platform))) {
        body["binds_recipient"] = true.into();
        body["binding_document"] = binding_document(document);
        body["advisory_text"] = BINDING_TEXT.into();
    }
    match p.kind {
        DispatchKind::Takedown => {
            body["notice_to_forward"] = forward(&copies, p.at);
            body["report"] = report(c);
            body["determination"] = determination(p);
            body["measure"] = measure(p);
            if let Some(rule) = platform_rule(p) {
                body["platform_rule"] = rule;
            }
        }
        DispatchKind::Hearing => {
            body["notice_to_forward"] = forward(&copies, p.at);
            body["report"] = report(c);
            body["hearing"] = hearing(p);
        }
        DispatchKind::StatementToForward => {
            body["statement"] = statement(p);
            if let Event::StatementChecked(s) = p.event {
                body["links"]["statement"] = format!("{}/v1/platform/statements/{}", c.public_url, s.statement).into();
            }
        }
        DispatchKind::MeasureKept => body["kept"] = kept(p.event),
        DispatchKind::TerminationWithdrawn => body["termination"] = proposals::withdrawn(p.event, p.listings),
        DispatchKind::ResolveRequested => {
            body["links"]["resolutions"] = format!("{link}/resolutions").into();
            // No more than it takes to say where a link leads.
            if let Some(fields) = body.as_object_mut() {
                fields.retain(|field, _| !matches!(field.as_str(), "complainant" | "patent"));
            }
            for listing in body["listings"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                listing.retain(|field, _| matches!(field.as_str(), "n" | "line" | "site" | "url"));
            }
        }
        DispatchKind::Lift | DispatchKind::Test => {
            body["lift"] = lift(p);
        }
    }
    if !p.kind.changes_items() && p.kind != DispatchKind::Test {
        // Nothing of ours on the items changes.
        for listing in body["listings"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            for field in ["item_version", "measures_in_force", "basis"] {
                listing.remove(field);
            }
        }
    }
    body
}

/// A statement that is to be forwarded: what it is; who states it and in which words is behind the link.
fn statement(p: &Part) -> Value {
    let contest = p.listings.first().and_then(|l| l.contest.as_ref());
    json!({
        "id": contest.map(|c| c.statement),
        "grounds": contest.map(|c| &c.grounds),
        "received_on": contest.map(|c| c.received_on),
        "text": FORWARDING_TEXT,
    })
}

/// Why a measure stays for now.
fn kept(event: &Event) -> Value {
    match event {
        Event::ProceedingsProven(x) => json!({
            "why": "proceedings_proven", "proceedings": x.kind, "authority": x.authority, "number": x.number, "on": x.proven_on,
            "ends_on": null,
        }),
        Event::WaitingPeriodExtended(x) => json!({
            "why": "waiting_period_extended", "proceedings": null, "authority": null, "number": null, "on": null, "ends_on": x.ends_on,
        }),
        _ => Value::Null,
    }
}

/// The document a message rests on: of the act it follows from, or of the measure it asks for.
fn ruling<'a>(p: &'a Part) -> Option<&'a AuthorityDocument> {
    match p.event {
        Event::AuthorityActed(a) => Some(&a.document),
        _ if p.kind == DispatchKind::Takedown => p.listings.first()?.rests_on.as_deref(),
        _ => None,
    }
}

/// What is asked, and what is proposed beside it.
fn measure(p: &Part) -> Value {
    let kind = p.listings.first().map(|l| l.measure_kind).unwrap_or_default();
    let mut asked = json!({ "kind": kind, "ends_on": p.context.last_day_of_term });
    let proposed = proposals::proposed(p.event, p.listings);
    if !proposed.is_empty() {
        asked["proposed"] = proposed.into();
    }
    asked
}

/// The document that binds a platform: it names it or was served on it.
fn binding_document(d: &AuthorityDocument) -> Value {
    json!({ "kind": d.kind, "number": d.number, "authority": d.authority, "issued_on": d.issued_on, "sha256": d.sha256 })
}

fn report(c: &DispatchContext) -> Value {
    json!({
        "form": c.report_form,
        "completed_on": c.report_completed_on,
        "verdicts": c.verdicts.iter().map(|v| json!({"item": v.item, "verdict": v.verdict})).collect::<Vec<_>>(),
        "authenticity_level": c.authenticity,
    })
}

/// The hearing that was opened; for a listing whose item became known later, as it stands then.
fn hearing(p: &Part) -> Value {
    let opened = match p.event {
        Event::HearingOpened(h) => Some((h, h.answer_by)),
        _ => p.complaint.hearing.as_ref().map(|h| {
            let now = if let State::Hearing { answer_by } = &p.complaint.state { *answer_by } else { h.opened.answer_by };
            (&h.opened, now)
        }),
    };
    let Some((h, answer_by)) = opened else { return Value::Null };
    json!({
        "answer_by": answer_by,
        "provisional": h.provisional,
        "text": "请将本通知及附件转送平台内经营者，并告知其可以在答辩期限内提交答辩意见和证据；逾期不答辩不影响案件审理。",
    })
}

/// Stable code of why a lift leaves.
pub fn lift_reason(event: &Event) -> &str {
    match event {
        Event::LiftDecided(l) => l.reason.as_str(),
        Event::WaitingPeriodEnded(_) => "waiting_period_ended",
        Event::AuthorityActed(a) => a.act.word(),
        Event::ReviewDecided(_) => "decision_changed_on_review",
        Event::Decided(_) => "decision_corrected",
        Event::ListingSupplementPeriodEnded(_) => "deemed_withdrawn",
        _ => WITHDRAWN,
    }
}

fn forward(copies: &Copies, served_at: Timestamp) -> Value {
    json!({
        "served_on_platform_at": served_at,
        "platform": copies.platform,
        "respondents": copies.respondents,
    })
}

/// Why a measure ends. A withdrawal is the complainant's own act: a human's.
fn lift(p: &Part) -> Value {
    let (by, text) = match p.event {
        Event::LiftDecided(l) => (if l.examiner.is_some() { "human" } else { "automatic" }, l.text.as_deref()),
        Event::ReviewDecided(r) => ("human", Some(r.text.as_str())),
        Event::WaitingPeriodEnded(_) | Event::ListingSupplementPeriodEnded(_) => ("automatic", None),
        _ => ("human", None),
    };
    let mut lift = json!({ "reason": lift_reason(p.event), "by": by, "text": text, "scope_text": SCOPE_TEXT });
    let ended = proposals::ended((p.before, p.complaint), p.listings);
    if !ended.is_empty() {
        lift["proposals_ended"] = ended.into();
    }
    lift
}

/// What became of this platform's own rule when the complaint was triaged; none where it had none. No rule of a platform
/// measures a ruling.
fn platform_rule(p: &Part) -> Option<Value> {
    let asked = p.listings.first().filter(|_| !matches!(p.event, Event::AuthorityActed(_) | Event::DeletionAsked(_)));
    let seen = p.complaint.rule_seen(asked?)?;
    Some(json!({ "version": seen.version, "report": seen.report, "result": seen.result, "code": seen.code, "check": seen.check }))
}

/// A comparison without where its pictures come from: that may name a purchase or a person.
pub fn comparison_sent(comparison: &Comparison) -> Value {
    let mut sent = json!(comparison);
    if let Some(fields) = sent.as_object_mut() {
        fields.remove("picture_source");
    }
    sent
}

fn determination(p: &Part) -> Value {
    let lines = match p.event {
        Event::Decided(d) => d.lines.as_slice(),
        Event::DeletionAsked(d) => d.lines.as_slice(),
        Event::ReviewDecided(r) => r.lines.as_slice(),
        _ => &[],
    };
    // Decided before its item was known.
    let before = p.listings.iter().filter(|_| matches!(p.event, Event::ListingsResolved(_))).flat_map(|l| &l.reasons);
    let reasons: BTreeSet<&String> = lines.iter().flat_map(|l| &l.reasons).chain(before).collect();
    let by = if p.listings.iter().all(|l| l.by_human) { "human" } else { "automatic" };
    let text = match p.event {
        Event::Decided(d) => d.text.as_deref(),
        Event::DeletionAsked(d) => d.text.as_deref(),
        Event::ReviewDecided(r) => Some(r.text.as_str()),
        _ => None,
    };
    // An automatic takedown asks for measures on a verified notice and determines nothing.
    // A preservation order takes down and determines nothing either.
    let determined = by == "human" && p.listings.iter().all(|l| l.determination == Determination::Infringing);
    let result = if determined { Determination::Infringing.word() } else { "none_claimed" };
    let products: BTreeSet<u32> = p.listings.iter().map(|l| l.filed.product).collect();
    let comparison: Vec<Value> = products
        .into_iter()
        .filter_map(|i| {
            let product = p.context.products.get(i as usize)?;
            Some(json!({ "accused_product": product.name, "comparison": comparison_sent(&product.comparison) }))
        })
        .collect();
    json!({ "result": result, "by": by, "reasons": reasons, "text": text, "comparison": comparison })
}

fn listing(n: usize, l: &Listing, c: &DispatchContext) -> Value {
    let words = c.lines.get(l.filed.line as usize - 1).cloned().unwrap_or_default();
    json!({
        "n": n,
        "line": l.filed.line,
        "site": l.filed.site,
        "id_space": l.filed.id_space,
        "item_id": l.filed.item_id,
        "skus": l.filed.sku.iter().collect::<Vec<_>>(),
        "shop": l.filed.shop,
        "url": words.url,
        "captured_at": words.captured_at,
        "snapshot_sha256": words.snapshot_sha256,
        "accused_product": c.products.get(l.filed.product as usize).map(|p| p.name.as_str()),
        "basis": l.basis,
        "item_version": null,
        "measures_in_force": [],
    })
}
