//! What a change outside a complaint does to it: whether it hears of it at all, and which measures no
//! asserted item carries any more. Pure; `workflow::reexamine` records what follows.

use jiff::civil::Date;

use super::calendar::end_of_day;
use super::complaint::{Basis, Complaint, Determination, Measure, ReopenedWhy, State};
use super::examine::normal_item;
use super::notice::{Comparison, DocumentKind, NoticeCase};
use super::right::authority_ends;

/// Whether a complaint comes back to the examiners for this reason.
///
/// A complaint under way does, and one with a measure of ours; one that lost its measures only where
/// they might come back. A report's reason concerns the complaints with that report.
pub fn hears_of(c: &Complaint, why: &ReopenedWhy) -> bool {
    let open = match c.state {
        State::Closed { .. } => return why.concerns_delivery() && c.listings.iter().any(|l| l.measure == Measure::LiftRequested),
        State::Decided => false,
        State::Filed | State::AwaitingSupplement { .. } | State::Accepted | State::Hearing { .. } | State::Suspended { .. } => true,
    };
    let has = |m: Measure| c.listings.iter().any(|l| l.determination == Determination::Infringing && l.measure == m);
    match why {
        ReopenedWhy::Register { changes, .. } => {
            let back = changes.iter().any(|change| change.gives_back());
            open || has(Measure::Requested) || (back && has(Measure::LiftRequested))
        }
        // Whatever it said, the platform does not know it; nor does anybody else, unless a person sees to it.
        ReopenedWhy::Undelivered { .. } | ReopenedWhy::Unacknowledged { .. } | ReopenedWhy::NotDone { .. } => true,
        // Where we ask for nothing, it may be up.
        ReopenedWhy::Relisted { line, .. } => c.listing(*line).is_some_and(|l| l.measure == Measure::Requested),
        // At once, also where our measure is over: what it says concerns whether there should have been one.
        ReopenedWhy::PlatformSays { .. } => open || c.listings.iter().any(|l| l.determination == Determination::Infringing),
        ReopenedWhy::ReportRevoked { report_sha256, .. }
        | ReopenedWhy::ReportSuperseded { report_sha256, .. }
        | ReopenedWhy::ReportConflict { report_sha256, .. } => {
            let with_it = c.filed.report_sha256.as_deref() == Some(report_sha256.as_str());
            with_it && (open || has(Measure::Requested))
        }
        ReopenedWhy::TermEnded { .. } => open || has(Measure::Requested),
        // What an agent did stays done; a measure stands on the right of whoever complains.
        ReopenedWhy::AuthorityEnded { document, .. } => open || (*document == DocumentKind::Licence && has(Measure::Requested)),
    }
}

/// What a complaint rests on that ends on a day known before, by that day: the term of the patent, the power
/// of attorney, the licence. What was over when it was filed was seen then; what it does not hear of is left out.
pub fn known_ends(c: &Complaint, last_day_of_term: Option<Date>) -> Vec<(Date, ReopenedWhy)> {
    let dated: Vec<_> = c.documents.iter().map(|d| (d.kind, d.until)).collect();
    let authority = authority_ends(c.filed.capacity, c.filed.agent.is_some(), &dated);
    let term = last_day_of_term.map(|last_day| (last_day, ReopenedWhy::TermEnded { last_day }));
    let of_authority = |(document, last_day)| (last_day, ReopenedWhy::AuthorityEnded { document, last_day });
    let mut ends: Vec<_> = term.into_iter().chain(authority.into_iter().map(of_authority)).collect();
    ends.retain(|(day, why)| end_of_day(*day) > c.filed_at && hears_of(c, why));
    ends.sort_by_key(|(day, _)| *day);
    ends
}

/// The listings whose measure no asserted item carries any more, where `is_gone` says so of items. What a
/// court or an authority ordered is not lifted by us.
///
/// Law: Patent Law 47(1), and 47(2) for what was executed on a judgment or adjudication.
pub fn lines_to_lift(c: &Complaint, case: &NoticeCase, is_gone: impl Fn(&[String]) -> bool) -> Vec<u32> {
    let ours = |basis: Option<Basis>| !matches!(basis, Some(Basis::AdministrativeAdjudication | Basis::CourtRuling));
    c.listings
        .iter()
        .filter(|l| l.measure == Measure::Requested && l.rests_on.is_none() && ours(l.basis))
        .filter(|l| is_gone(&items_of_product(case, &c.filed.asserted_items, l.filed.product)))
        .map(|l| l.filed.line)
        .collect()
}

/// The asserted items that a product is compared with; all of them where its comparison names none.
fn items_of_product(case: &NoticeCase, asserted: &[String], product: u32) -> Vec<String> {
    let comparison = case.accused_products.get(product as usize).map(|p| &p.comparison);
    let named: Option<Vec<String>> = match comparison {
        Some(Comparison::UtilityModel { features }) => features.iter().map(|f| normal_item(&f.item)).collect(),
        Some(Comparison::Design { views, .. }) => views.iter().map(|v| normal_item(v.item.as_deref()?)).collect(),
        None => None,
    };
    let carrying: Vec<String> = asserted.iter().filter(|i| named.as_ref().is_some_and(|n| n.contains(i))).cloned().collect();
    if carrying.is_empty() { asserted.to_vec() } else { carrying }
}
