//! The flat facts of a complaint, from the notice, the ten checks, the register and our own records.
//! A fact nobody supplied is left out: unknown, never a default. What the complainant says against
//! its own interest counts; what it says in its own favour proves nothing and is left out.

use jiff::civil::Date;

use super::complaint::{DocumentFiled, ListingFiled, PlatformLine};
use super::conduct::FlagCounts;
use super::examine::Examined;
use super::notice::{Comparison, Correspondence, DesignKind, DocumentKind, Likeness, NoticeCase};
use super::patent::PatentKind;
use super::platform_rule::{RULE_NOT_MET, RULE_UNKNOWN, RuleResult, RuleSeen};
use super::policy::{FactValue, Facts};
use super::register::RegisterEntry;
use super::report::{ReportFacts, Verdict};
use super::right::authority_until;

/// What the facts are taken from.
pub struct FactsFrom<'a> {
    /// The notice.
    pub notice: &'a NoticeCase,
    /// Kind of the patent, by its number.
    pub kind: PatentKind,
    /// Documents filed.
    pub documents: &'a [DocumentFiled],
    /// The listings.
    pub listings: &'a [ListingFiled],
    /// The report's facts, where one was filed.
    pub report: Option<&'a ReportFacts>,
    /// The ten checks, where a report was filed.
    pub examined: Option<&'a Examined>,
    /// Authenticity level that counts: `A` to `D`, `broken`.
    pub authenticity: Option<&'a str>,
    /// The register entry.
    pub register: Option<&'a RegisterEntry>,
    /// What the right that the complaint names proves; nothing where it names none.
    pub right: RightFacts,
    /// Today in Shanghai.
    pub today: Date,
    /// Whether every listing is an item that a human found infringing and that still stands.
    pub relisting_determined: Option<bool>,
    /// Whether a seller answered to the merits, with evidence.
    pub seller_answered: bool,
    /// Flags of conduct that their party could answer.
    pub flags: FlagCounts,
    /// What platforms' records say against it.
    pub platform: &'a [PlatformLine],
    /// What became of the rules of its platforms.
    pub rules: &'a [RuleSeen],
}

/// What examiners found of a right; absent: nobody looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RightFacts {
    /// Who the complainant is.
    pub identity: Option<bool>,
    /// That it may complain by this patent.
    pub standing: Option<bool>,
    /// The patent documents.
    pub documents: Option<bool>,
}

/// The flat facts.
pub fn flat_facts(x: &FactsFrom) -> Facts {
    let mut f = Facts::new();
    report_facts(x, &mut f);
    patent_facts(x, &mut f);
    comparison_facts(x.notice, &mut f);
    complaint_facts(x, &mut f);
    f
}

fn word(value: impl serde::Serialize) -> FactValue {
    // Only unit variants are given here; they serialise as strings.
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(s)) => FactValue::Word(s),
        _ => FactValue::Word(String::new()),
    }
}

fn report_facts(x: &FactsFrom, f: &mut Facts) {
    if let Some(report) = x.report {
        f.insert("report.readable".into(), report.is_read().into());
    }
    if let Some(examined) = x.examined {
        f.insert("report.overall".into(), word(examined.overall));
        for finding in &examined.findings {
            if let FactValue::Word(name) = word(finding.check) {
                f.insert(name, word(finding.result));
            }
        }
        let count = |v: Verdict| examined.asserted.iter().filter(|i| i.verdict == v).count();
        f.insert("report.asserted_defective".into(), count(Verdict::Defective).into());
        f.insert("report.asserted_unknown".into(), count(Verdict::Unknown).into());
        f.insert("report.asserted_not_searched".into(), count(Verdict::NotSearched).into());
    }
    if let Some(level) = x.authenticity {
        f.insert("report.authenticity_level".into(), level.into());
    }
}

fn patent_facts(x: &FactsFrom, f: &mut Facts) {
    f.insert("patent.kind".into(), word(x.kind));
    if let Some(entry) = x.register {
        f.insert("patent.register_status".into(), word(entry.status));
        if let Some(pending) = entry.invalidation_pending {
            f.insert("patent.invalidation_pending".into(), pending.into());
        }
    }
    let said = &x.notice.proceedings;
    let against_itself = [
        ("patent.invalidation_pending", said.invalidation_pending),
        ("dispute.ownership", said.ownership_dispute),
        ("dispute.suit", said.suit_pending),
    ];
    for (name, value) in against_itself {
        if value == Some(true) {
            f.insert(name.into(), true.into());
        }
    }
    let maintained = x.documents.iter().any(|d| d.kind == DocumentKind::MaintainingDecision);
    f.insert("patent.maintained".into(), maintained.into());
    let found = [("identity.proven", x.right.identity), ("standing.proven", x.right.standing), ("documents.verified", x.right.documents)];
    for (name, value) in found {
        if let Some(value) = value {
            f.insert(name.into(), value.into());
        }
    }
    let acts_by = x.documents.iter().any(|d| matches!(d.kind, DocumentKind::PowerOfAttorney | DocumentKind::Licence));
    if acts_by {
        let dated: Vec<_> = x.documents.iter().map(|d| (d.kind, d.until)).collect();
        let until = authority_until(x.notice.capacity, x.notice.has_agent, &dated);
        f.insert("authority.expired".into(), until.is_some_and(|until| until < x.today).into());
    }
    if let Some(determined) = x.relisting_determined {
        f.insert("relisting.determined".into(), determined.into());
    }
}

fn comparison_facts(notice: &NoticeCase, f: &mut Facts) {
    let mut hardest: Option<DesignKind> = None;
    let mut class: Option<Likeness> = None;
    for product in &notice.accused_products {
        match &product.comparison {
            Comparison::UtilityModel { features } => {
                let any = |c: Correspondence| features.iter().any(|x| x.correspondence == c);
                raise(f, "comparison.equivalents", any(Correspondence::Equivalent));
                raise(f, "comparison.absent", any(Correspondence::Absent));
            }
            Comparison::Design { design_kind, views, product_class, .. } => {
                raise(f, "comparison.different", views.iter().any(|v| v.result == Likeness::Different));
                let hard = |k: DesignKind| matches!(k, DesignKind::Partial | DesignKind::Gui);
                if hardest.is_none_or(|k| !hard(k)) {
                    hardest = Some(*design_kind);
                }
                class = Some(match (class, product_class) {
                    (Some(Likeness::Different), _) | (_, Likeness::Different) => Likeness::Different,
                    (Some(Likeness::Similar), _) | (_, Likeness::Similar) => Likeness::Similar,
                    _ => Likeness::Same,
                });
            }
        }
    }
    if let Some(kind) = hardest {
        f.insert("design.kind".into(), word(kind));
    }
    if let Some(class) = class {
        f.insert("product.class".into(), word(class));
    }
}

fn raise(f: &mut Facts, name: &str, value: bool) {
    let before = f.get(name) == Some(&FactValue::Bool(true));
    f.insert(name.into(), (before || value).into());
}

fn complaint_facts(x: &FactsFrom, f: &mut Facts) {
    f.insert("complaint.accused_products".into(), x.notice.accused_products.len().into());
    f.insert("complaint.listings".into(), x.listings.len().into());
    f.insert("complaint.capacity".into(), word(x.notice.capacity));
    let unresolved = x.listings.iter().filter(|l| l.item_id.is_none()).count();
    f.insert("complaint.unresolved_listings".into(), unresolved.into());
    let unconnected = x.listings.iter().filter(|l| l.platform.is_none()).count();
    f.insert("complaint.unconnected_listings".into(), unconnected.into());
    let shops: Option<std::collections::BTreeSet<(&str, &str)>> =
        x.listings.iter().map(|l| Some((l.site.as_deref().unwrap_or(""), l.shop.as_deref()?))).collect();
    if let Some(shops) = shops {
        f.insert("complaint.sellers".into(), shops.len().into());
    }
    f.insert("complainant.malice_flags".into(), x.flags.complainant.into());
    f.insert("agency.malice_flags".into(), x.flags.agency.into());
    // What no platform says is unknown.
    let said = [
        ("platform.listed_before_filing", x.platform.iter().any(PlatformLine::says_listed_before)),
        ("platform.sold_before_filing", x.platform.iter().any(|l| l.sold_before.is_some())),
        ("platform.licensed_on_file", x.platform.iter().any(|l| l.licensed)),
    ];
    for (name, _) in said.into_iter().filter(|(_, so)| *so) {
        f.insert(name.into(), true.into());
    }
    // Where no platform of its listings has a rule there is nothing to be met.
    if !x.rules.is_empty() {
        let on = |l: &ListingFiled, r: &RuleSeen| l.platform.as_deref() == Some(&r.platform);
        let count = |result: RuleResult| x.listings.iter().filter(|l| x.rules.iter().any(|r| r.result == result && on(l, r))).count();
        f.insert(RULE_NOT_MET.into(), count(RuleResult::NotMet).into());
        f.insert(RULE_UNKNOWN.into(), count(RuleResult::Unknown).into());
    }
    // Silence says nothing: a seller that was not asked yet did not answer either.
    let answered_there = x.notice.consultation.as_ref().is_some_and(|c| !c.seller_documents.is_empty());
    if x.seller_answered || answered_there {
        f.insert("seller.substantial_answer".into(), true.into());
    }
}
