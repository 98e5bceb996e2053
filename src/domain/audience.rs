//! Who may see what: the one table of the fields that go out about a complaint. What a platform is sent is
//! sifted by it; the contract's schemas are held to it, and every body that goes out to the schemas.
//!
//! A field that is not here goes to nobody. Rules: product, "What a platform is sent … Never in it"; Law:
//! Personal Information Protection Law 6 (no more than the purpose needs).
//!
//! Not here: what is written to people in words (mails, the notice to forward): see their modules; of writs, the
//! facts they are written from are.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Value;

use super::writ::WritKind;

/// Who is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The house: who judges. Administrators and auditors see the same without the people.
    Examiner,
    /// The platform on which the listing is.
    Platform,
    /// The seller.
    Respondent,
    /// Whoever filed.
    Complainant,
    /// Everybody.
    Public,
}

impl Audience {
    /// All audiences.
    pub const ALL: [Audience; 5] = [Audience::Examiner, Audience::Platform, Audience::Respondent, Audience::Complainant, Audience::Public];
}

/// A field of the bodies that go out.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its path: `listings[].item_id`; with `…` at its end, all below it (for examiners only).
    pub path: &'static str,
    /// Who may see it.
    pub seen_by: &'static [Audience],
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident; $($path:literal $($who:ident)+;)*) => {
        $(#[$doc])*
        pub const $name: &[Field] = &[$(Field { path: $path, seen_by: &[$(Audience::$who),+] },)*];
    };
}

fields! {
    /// Every field that goes out about a complaint.
    FIELDS;
    // What most of them see.
    "id" Examiner Platform Complainant;
    "listings[].basis" Examiner Platform Respondent Complainant;
    "listings[].item_id" Examiner Platform Respondent Complainant;
    "listings[].line" Examiner Platform Respondent Complainant;
    "listings[].shop" Examiner Platform Complainant;
    "listings[].site" Examiner Platform Respondent Complainant;
    "listings[].url" Examiner Platform Complainant;
    // Of a complaint: its complainant and the house.
    "asserted_items[]" Examiner Platform Respondent Complainant;
    "client_reference" Examiner Platform Complainant;
    "criteria[].code" Examiner Complainant;
    "criteria[].law" Examiner Complainant;
    "criteria[].met" Examiner Complainant;
    "criteria[].saw.*" Examiner Complainant;
    "criteria[].title_en" Examiner Complainant;
    "criteria[].title_zh" Examiner Complainant;
    "criteria[].would_be_simple_if[]" Examiner Complainant;
    "dispatches[].answered.*[]" Examiner Complainant;
    "dispatches[].id" Examiner Complainant;
    "dispatches[].issued_at" Examiner Complainant;
    "dispatches[].kind" Examiner Complainant;
    "dispatches[].lines[]" Examiner Complainant;
    "dispatches[].platform" Examiner Complainant;
    "due_on" Examiner Platform Complainant;
    "filed_at" Examiner Platform Complainant;
    "findings[].check" Examiner Complainant;
    "findings[].code" Examiner Complainant;
    "findings[].confidence" Examiner Complainant;
    "findings[].cure" Examiner Complainant;
    "findings[].cure_zh" Examiner Complainant;
    "findings[].expected" Examiner Complainant;
    "findings[].law" Examiner Complainant;
    "findings[].message" Examiner Complainant;
    "findings[].message_zh" Examiner Complainant;
    "findings[].page" Examiner Complainant;
    "findings[].quote" Examiner Complainant;
    "findings[].result" Examiner Complainant;
    "findings[].seen" Examiner Complainant;
    "findings[].supplied_by" Examiner Complainant;
    "findings[].warning" Examiner Complainant;
    "listings[].by" Examiner Respondent Complainant;
    "listings[].determination" Examiner Platform Respondent Complainant;
    "listings[].measure" Examiner Respondent Complainant;
    "listings[].measure_kind" Examiner Respondent Complainant;
    "listings[].platform" Examiner Complainant;
    "listings[].platform_rule" Examiner Complainant;
    "listings[].product" Examiner Platform Complainant;
    "listings[].sku" Examiner Platform Complainant;
    "listings[].status" Examiner Complainant;
    "missing[].code" Examiner Complainant;
    "missing[].cure" Examiner Complainant;
    "missing[].cure_zh" Examiner Complainant;
    "missing[].law" Examiner Complainant;
    "missing[].message" Examiner Complainant;
    "missing[].message_zh" Examiner Complainant;
    "overall" Examiner Platform Complainant;
    "patent_number" Examiner Platform Respondent Complainant;
    "platform_rules[].check" Examiner Complainant;
    "platform_rules[].code" Examiner Complainant;
    "platform_rules[].cure" Examiner Complainant;
    "platform_rules[].cure_zh" Examiner Complainant;
    "platform_rules[].expected" Examiner Complainant;
    "platform_rules[].expected_zh" Examiner Complainant;
    "platform_rules[].message" Examiner Complainant;
    "platform_rules[].message_zh" Examiner Complainant;
    "platform_rules[].platform" Examiner Complainant;
    "platform_rules[].report.patents_filed_from" Examiner Complainant;
    "platform_rules[].report.required" Examiner Complainant;
    "platform_rules[].result" Examiner Complainant;
    "platform_rules[].seen" Examiner Complainant;
    "platform_rules[].supplied_by" Examiner Complainant;
    "platform_rules[].version" Examiner Complainant;
    "provisional" Examiner Platform Complainant;
    "reference" Examiner Platform Respondent Complainant;
    "referrals[].body" Examiner Complainant;
    "referrals[].case_file_sha256" Examiner Complainant;
    "referrals[].ended_on" Examiner Complainant;
    "referrals[].id" Examiner Complainant;
    "referrals[].outcome" Examiner Complainant;
    "referrals[].referred_on" Examiner Complainant;
    "referrals[].to" Examiner Complainant;
    "reopened.also[]…" Examiner Complainant;
    "reopened.calendar_version" Examiner Complainant;
    "reopened.due_on" Examiner Complainant;
    "reopened.why.attempts" Examiner Complainant;
    "reopened.why.by" Examiner Complainant;
    "reopened.why.changes[]" Examiner Complainant;
    "reopened.why.dispatch" Examiner Complainant;
    "reopened.why.document" Examiner Complainant;
    "reopened.why.endpoint" Examiner Complainant;
    "reopened.why.item_id" Examiner Complainant;
    "reopened.why.kind" Examiner Complainant;
    "reopened.why.last_day" Examiner Complainant;
    "reopened.why.line" Examiner Complainant;
    "reopened.why.lines[].first_listed_on" Examiner Complainant;
    "reopened.why.lines[].licensed" Examiner Complainant;
    "reopened.why.lines[].line" Examiner Complainant;
    "reopened.why.lines[].listed_before" Examiner Complainant;
    "reopened.why.lines[].reason" Examiner Complainant;
    "reopened.why.lines[].sold_before" Examiner Complainant;
    "reopened.why.lines[].step" Examiner Complainant;
    "reopened.why.platform" Examiner Complainant;
    "reopened.why.reason" Examiner Complainant;
    "reopened.why.report_sha256" Examiner Complainant;
    "reopened.why.shop" Examiner Complainant;
    "reopened.why.site" Examiner Complainant;
    "reopened.why.unanswered[]" Examiner Complainant;
    "reopened.why.version" Examiner Complainant;
    "reopened.why.with" Examiner Complainant;
    "rows_left_out[].code" Examiner Platform Complainant;
    "rows_left_out[].earlier" Examiner Platform Complainant;
    "rows_left_out[].pointer" Examiner Platform Complainant;
    "state" Examiner Platform Respondent Complainant;
    "track" Examiner Respondent Complainant;
    "verdicts[].item" Examiner Respondent Complainant;
    "verdicts[].page" Examiner Respondent Complainant;
    "verdicts[].proposed" Examiner Respondent Complainant;
    "verdicts[].quote" Examiner Respondent Complainant;
    "verdicts[].read.by" Examiner Respondent Complainant;
    "verdicts[].read.confidence" Examiner Respondent Complainant;
    "verdicts[].verdict" Examiner Respondent Complainant;
    "version" Examiner Platform Complainant;
    "why" Examiner Complainant;
    // Of a report: the house and platforms.
    "report.verdicts[].item" Examiner Platform;
    "report.verdicts[].verdict" Examiner Platform;
    // Of a dispatch: platforms.
    "advisory_text" Platform;
    "binds_recipient" Platform;
    "complainant.capacity" Platform;
    "complainant.name" Platform;
    "complainant.relay_contact" Platform;
    "complaint.id" Platform;
    "complaint.reference" Platform;
    "deliver_until" Platform;
    "determination.by" Platform;
    "determination.comparison[].accused_product" Platform;
    "determination.comparison[].comparison.design_kind" Platform;
    "determination.comparison[].comparison.features[].accused" Platform;
    "determination.comparison[].comparison.features[].correspondence" Platform;
    "determination.comparison[].comparison.features[].feature" Platform;
    "determination.comparison[].comparison.features[].item" Platform;
    "determination.comparison[].comparison.kind" Platform;
    "determination.comparison[].comparison.product_class" Platform;
    "determination.comparison[].comparison.views[].item" Platform;
    "determination.comparison[].comparison.views[].note" Platform;
    "determination.comparison[].comparison.views[].result" Platform;
    "determination.comparison[].comparison.views[].view" Platform;
    "determination.reasons[]" Platform;
    "determination.result" Platform;
    "determination.text" Platform;
    "group_id" Platform;
    "issued_at" Platform;
    "issuer.contact" Platform;
    "issuer.kind" Platform;
    "issuer.name" Platform;
    "lift.by" Platform;
    "lift.proposals_ended[].kind" Platform;
    "lift.proposals_ended[].shop" Platform;
    "lift.proposals_ended[].site" Platform;
    "lift.proposals_ended[].text" Platform;
    "lift.reason" Platform;
    "lift.scope_text" Platform;
    "lift.text" Platform;
    "links.acknowledgements" Platform;
    "links.dispatch" Platform;
    "links.resolutions" Platform;
    "listings[].accused_product" Platform;
    "listings[].captured_at" Platform;
    "listings[].id_space" Platform;
    "listings[].item_version" Platform;
    "listings[].measures_in_force[]" Platform;
    "listings[].n" Platform;
    "listings[].skus[]" Platform;
    "listings[].snapshot_sha256" Platform;
    "livemode" Platform;
    "measure.ends_on" Platform;
    "measure.kind" Platform;
    "measure.proposed[].kind" Platform;
    "measure.proposed[].record[].complaint" Platform;
    "measure.proposed[].record[].ended_on" Platform;
    "measure.proposed[].record[].final_from" Platform;
    "measure.proposed[].record[].patent_number" Platform;
    "measure.proposed[].record[].reference" Platform;
    "measure.proposed[].shop" Platform;
    "measure.proposed[].site" Platform;
    "measure.proposed[].text" Platform;
    "notice_to_forward.platform.sha256" Platform;
    "notice_to_forward.platform.text" Platform;
    "notice_to_forward.respondents[].lines[]" Platform;
    "notice_to_forward.respondents[].sha256" Platform;
    "notice_to_forward.respondents[].shop" Platform;
    "notice_to_forward.respondents[].text" Platform;
    "notice_to_forward.served_on_platform_at" Platform;
    "part" Platform;
    "parts" Platform;
    "patent.asserted_items[]" Platform;
    "patent.kind" Platform;
    "patent.last_day_of_term" Platform;
    "patent.number" Platform;
    "patent.status" Platform;
    "patent.status_as_of" Platform;
    "patent.text_version.number" Platform;
    "patent.text_version.version" Platform;
    "patent.title" Platform;
    "platform_rule.check" Platform;
    "platform_rule.code" Platform;
    "platform_rule.report.patents_filed_from" Platform;
    "platform_rule.report.required" Platform;
    "platform_rule.result" Platform;
    "platform_rule.version" Platform;
    "report.authenticity_level" Platform;
    "report.completed_on" Platform;
    "report.form" Platform;
    "type" Platform;
    // Of what a platform referred for an opinion, beside what it shares with complaints: that platform.
    "hard_because[]" Platform;
    "listings[].reasons[]" Platform;
    "opinions[].issued_at" Platform;
    "opinions[].lines[]" Platform;
    "opinions[].text" Platform;
    "question" Platform;
    // Both sides: contests, hearings, rulings, and what a seller is told.
    "answer_by" Respondent;
    "binding_document.authority" Platform;
    "binding_document.issued_on" Platform;
    "binding_document.kind" Platform;
    "binding_document.number" Platform;
    "binding_document.sha256" Platform;
    "comparisons[].design_kind" Respondent;
    "comparisons[].features[].accused" Respondent;
    "comparisons[].features[].correspondence" Respondent;
    "comparisons[].features[].feature" Respondent;
    "comparisons[].features[].item" Respondent;
    "comparisons[].kind" Respondent;
    "comparisons[].product_class" Respondent;
    "comparisons[].views[].item" Respondent;
    "comparisons[].views[].note" Respondent;
    "comparisons[].views[].result" Respondent;
    "comparisons[].views[].view" Respondent;
    "complainant" Respondent;
    "hearing.answer_by" Platform;
    "hearing.provisional" Platform;
    "hearing.text" Platform;
    "kept.authority" Platform;
    "kept.ends_on" Platform;
    "kept.number" Platform;
    "kept.on" Platform;
    "kept.proceedings" Platform;
    "kept.why" Platform;
    "links.statement" Platform;
    "listings[].awaited.due_on" Examiner Complainant;
    "listings[].awaited.missing[].code" Examiner Complainant;
    "listings[].awaited.missing[].cure" Examiner Complainant;
    "listings[].awaited.missing[].cure_zh" Examiner Complainant;
    "listings[].awaited.missing[].law" Examiner Complainant;
    "listings[].awaited.missing[].message" Examiner Complainant;
    "listings[].awaited.missing[].message_zh" Examiner Complainant;
    "listings[].contest.arrived_on" Examiner Respondent Complainant;
    "listings[].contest.ends_on" Examiner Respondent Complainant;
    "listings[].contest.follow_up.by" Examiner Respondent Complainant;
    "listings[].contest.follow_up.what" Examiner Respondent Complainant;
    "listings[].contest.grounds[]" Examiner Respondent Complainant;
    "listings[].contest.received_on" Examiner Respondent Complainant;
    "listings[].contest.stage" Examiner Respondent Complainant;
    "listings[].contest.statement" Examiner Respondent Complainant;
    "listings[].missing[].code" Respondent;
    "listings[].missing[].cure" Respondent;
    "listings[].missing[].cure_zh" Respondent;
    "listings[].missing[].law" Respondent;
    "listings[].missing[].message" Respondent;
    "listings[].missing[].message_zh" Respondent;
    "listings[].reopened" Examiner Complainant;
    "listings[].rests_on" Examiner Complainant;
    "listings[].termination_proposed" Examiner Respondent Complainant;
    "listings[].termination_withdrawn_on" Examiner Respondent Complainant;
    "mails[].attempts" Examiner Complainant;
    "mails[].ended_at" Examiner Complainant;
    "mails[].error" Examiner Complainant;
    "mails[].id" Examiner Complainant;
    "mails[].kind" Examiner Complainant;
    "mails[].language" Examiner Complainant;
    "mails[].side" Examiner Complainant;
    "mails[].state" Examiner Complainant;
    "mails[].written_at" Examiner Complainant;
    "termination.fallen[].complaint" Platform;
    "termination.fallen[].patent_number" Platform;
    "termination.fallen[].reference" Platform;
    "termination.fallen[].why" Platform;
    "termination.shop" Platform;
    "termination.site" Platform;
    "termination.text" Platform;
    "termination.withdrawn_on" Platform;
    "statement.grounds[]" Platform;
    "statement.id" Platform;
    "statement.received_on" Platform;
    "statement.text" Platform;
    // Conduct: the party it is about, and the house; nobody else.
    "conduct…" Examiner;
    "consultation…" Examiner;
    "figures.complaints" Complainant;
    "figures.upheld.count" Complainant;
    "figures.upheld.rate" Complainant;
    "figures.upheld.low" Complainant;
    "figures.upheld.high" Complainant;
    "figures.reversed.count" Complainant;
    "figures.reversed.rate" Complainant;
    "figures.reversed.low" Complainant;
    "figures.reversed.high" Complainant;
    "figures.withdrawn.count" Complainant;
    "figures.withdrawn.rate" Complainant;
    "figures.withdrawn.low" Complainant;
    "figures.withdrawn.high" Complainant;
    "flags[].id" Complainant;
    "flags[].against" Complainant;
    "flags[].factor" Complainant;
    "flags[].law" Complainant;
    "flags[].text" Complainant;
    "flags[].complaints[]" Complainant;
    "flags[].raised_on" Complainant;
    "flags[].answer_by" Complainant;
    "flags[].answered_on" Complainant;
    "flags[].answer" Complainant;
    "flags[].usable" Complainant;
    "flags[].withdrawn_on" Complainant;
    "flags[].withdrawn_why" Complainant;
    // Everybody: what is final, and figures.
    "as_of" Public;
    "count_shown_min" Public;
    "items[].asserted_items[]" Public;
    "items[].decided_on" Public;
    "items[].ending" Public;
    "items[].final_from" Public;
    "items[].lines[].basis" Public;
    "items[].lines[].by" Public;
    "items[].lines[].determination" Public;
    "items[].lines[].listings" Public;
    "items[].lines[].measure" Public;
    "items[].lines[].platform" Public;
    "items[].lines[].reasons[]" Public;
    "items[].overall" Public;
    "items[].overturned" Public;
    "items[].patent_number" Public;
    "items[].reference" Public;
    "items[].track" Public;
    "next_cursor" Public;
    "rule.decided_from" Public;
    "rule.endings[]" Public;
    "rule.statistics" Public;
    "tracks[].track" Public;
    "tracks[].complaints" Public;
    "tracks[].infringing" Public;
    "tracks[].not_infringing" Public;
    "tracks[].undetermined" Public;
    "tracks[].withdrawn" Public;
    "tracks[].not_accepted" Public;
    "tracks[].supplement_missing" Public;
    "tracks[].automatic_share" Public;
    "tracks[].reversal_rate" Public;
    "tracks[].clerical_failure_rate" Public;
    "tracks[].substantive_failure_rate" Public;
    "tracks[].hours_median" Public;
    "tracks[].hours_p95" Public;
    "year" Public;
    // The house alone.
    "account" Examiner;
    "agent…" Examiner;
    "authenticity[]…" Examiner;
    "claim…" Examiner;
    "complainant.person…" Examiner;
    "complainant.service_address…" Examiner;
    "complainant.truth_guarantee…" Examiner;
    "deadlines[]…" Examiner;
    "facts…" Examiner;
    "log[]…" Examiner;
    "notes[]…" Examiner;
    "notice…" Examiner;
    "others[]…" Examiner;
    "pages_quoted[]…" Examiner;
    "policy_version" Examiner;
    "proposed…" Examiner;
    "reminders[]…" Examiner;
    "report.completed_on…" Examiner;
    "report.corrected" Examiner;
    "report.filed_on…" Examiner;
    "report.flags[]" Examiner;
    "report.form…" Examiner;
    "report.granted_on…" Examiner;
    "report.holder…" Examiner;
    "report.kind" Examiner;
    "report.pages" Examiner;
    "report.patent_number…" Examiner;
    "report.priority_on…" Examiner;
    "report.readability…" Examiner;
    "report.report_examiner…" Examiner;
    "report.requester…" Examiner;
    "report.signature…" Examiner;
    "report.text_version…" Examiner;
    "report.title…" Examiner;
    "report.verdicts[].page" Examiner;
    "report.verdicts[].proposed" Examiner;
    "report.verdicts[].quote" Examiner;
    "report.verdicts[].read…" Examiner;
    "report_sha256" Examiner;
    "right" Examiner;
    "side_by_side[]…" Examiner;
    "sources…" Examiner;
}

fields! {
    /// Every fact that a writ may be written from. A respondent's copy names the complainant's patent and its own
    /// listings, and nobody.
    WRIT_FIELDS;
    "addressee" Examiner Platform Complainant;
    "advisory_text" Examiner Platform Respondent Complainant;
    "asserted_items[]" Examiner Platform Respondent Complainant;
    "closed_why" Examiner Complainant;
    "complainant" Examiner Complainant;
    "consulted" Examiner Platform Complainant;
    "due_on" Examiner Complainant;
    "filed_on" Examiner Platform Respondent Complainant;
    "forwarding_text" Examiner Respondent Complainant;
    "issued_on" Examiner Platform Respondent Complainant;
    "issuer" Examiner Platform Respondent Complainant;
    "lift.reason" Examiner Respondent Complainant;
    "lift.scope_text" Examiner Respondent Complainant;
    "listings[].determination" Examiner Platform Respondent Complainant;
    "listings[].item" Examiner Platform Respondent Complainant;
    "listings[].line" Examiner Platform Respondent Complainant;
    "listings[].measure_kind" Examiner Platform Respondent Complainant;
    "listings[].reasons[]" Examiner Platform Respondent Complainant;
    "listings[].site" Examiner Platform Respondent Complainant;
    "listings[].takedown" Examiner Platform Respondent Complainant;
    "listings[].termination_proposed" Examiner Platform Respondent Complainant;
    "livemode" Examiner Platform Respondent Complainant;
    "missing[].cure" Examiner Complainant;
    "missing[].cure_zh" Examiner Complainant;
    "missing[].law" Examiner Complainant;
    "missing[].message" Examiner Complainant;
    "missing[].message_zh" Examiner Complainant;
    "number" Examiner Platform Respondent Complainant;
    "patent.kind" Examiner Platform Respondent Complainant;
    "patent.number" Examiner Platform Respondent Complainant;
    "patent.title" Examiner Platform Respondent Complainant;
    "reference" Examiner Platform Respondent Complainant;
    "referral.body" Examiner Respondent Complainant;
    "referral.case_file_sha256" Examiner Respondent Complainant;
    "referral.reason" Examiner Respondent Complainant;
    "referral.to" Examiner Respondent Complainant;
    "reviewed" Examiner Respondent Complainant;
    "statement.grounds[]" Examiner Respondent Complainant;
    "statement.received_on" Examiner Respondent Complainant;
    "statement.seller" Examiner Complainant;
    "statement.text" Examiner Complainant;
    "text" Examiner Platform Respondent Complainant;
    "track" Examiner Complainant;
}

/// Whether an audience may see a writ of this kind; of it, what [`WRIT_FIELDS`] says.
pub fn may_see(audience: Audience, kind: WritKind) -> bool {
    match kind {
        // A platform's own: the opinion it asked for.
        WritKind::Opinion => audience != Audience::Public,
        WritKind::Forwarding | WritKind::MeasuresEnded | WritKind::Referral => {
            matches!(audience, Audience::Examiner | Audience::Complainant | Audience::Respondent)
        }
        WritKind::Acceptance | WritKind::Supplement | WritKind::NonAcceptance | WritKind::Closing => {
            matches!(audience, Audience::Examiner | Audience::Complainant)
        }
    }
}

/// Every path of a table that an audience may be sent, and the paths that lead there.
fn paths_to(table: &'static [Field], audience: Audience) -> HashSet<&'static str> {
    let mut all = HashSet::new();
    for field in table.iter().filter(|f| f.seen_by.contains(&audience)) {
        all.insert(field.path);
        let ends = field.path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(i, _)| i);
        all.extend(ends.map(|end| &field.path[..end]));
        all.extend(field.path.match_indices("[]").map(|(i, _)| &field.path[..i + 2]));
    }
    all
}

static PATHS: LazyLock<Vec<HashSet<&str>>> = LazyLock::new(|| Audience::ALL.map(|a| paths_to(FIELDS, a)).into());

/// What `audience` is sent, without what the table does not give it.
pub fn sifted(audience: Audience, mut body: Value) -> Value {
    let at = Audience::ALL.iter().position(|a| *a == audience);
    let Some(allowed) = at.and_then(|at| PATHS.get(at)) else { return Value::Null };
    sift(&mut body, &mut String::new(), allowed);
    body
}

/// The facts of a writ, without what the table does not give `audience`.
pub fn sifted_for_writ(mut facts: Value, audience: Audience) -> Value {
    sift(&mut facts, &mut String::new(), &paths_to(WRIT_FIELDS, audience));
    facts
}

fn sift(value: &mut Value, path: &mut String, allowed: &HashSet<&str>) {
    let here = path.len();
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            if here > 0 {
                path.push('.');
            }
            path.push_str(name);
            let kept = allowed.contains(path.as_str());
            if kept {
                sift(value, path, allowed);
            }
            path.truncate(here);
            kept
        }),
        Value::Array(all) => {
            path.push_str("[]");
            all.iter_mut().for_each(|v| sift(v, path, allowed));
            path.truncate(here);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
