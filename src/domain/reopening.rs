//! What a change outside a complaint does to it: whether it hears of it at all, and which measures no
//! asserted item carries any more. Pure; `workflow::reexamine` records what follows.

use jiff::civil::Date;

use super::complaint::{Basis, Complaint, Determination, Measure, ReopenedWhy, State};
use super::examine::normal_item;
use super::notice::{Comparison, NoticeCase};
use super::register::RegisterEntry;

/// Whether a complaint comes back to the examiners for this reason.
///
/// A complaint under way does, and one with a measure of ours; one that lost its measures only where
/// they might come back. A report's reason concerns the complaints with that report.
pub fn hears_of(c: &Complaint, why: &ReopenedWhy) -> bool {
    let open = match c.state {
        State::Closed { .. } => return false,
        State::Decided => false,
        State::Filed | State::AwaitingSupplement { .. } | State::Accepted | State::Hearing { .. } | State::Suspended { .. } => true,
    };
    let has = |m: Measure| c.listings.iter().any(|l| l.determination == Determination::Infringing && l.measure == m);
    match why {
        ReopenedWhy::Register { changes, .. } => {
            let back = changes.iter().any(|change| change.gives_back());
            open || has(Measure::Requested) || (back && has(Measure::LiftRequested))
        }
        ReopenedWhy::ReportRevoked { report_sha256, .. }
        | ReopenedWhy::ReportSuperseded { report_sha256, .. }
        | ReopenedWhy::ReportConflict { report_sha256, .. } => {
            let with_it = c.filed.report_sha256.as_deref() == Some(report_sha256.as_str());
            with_it && (open || has(Measure::Requested))
        }
    }
}

/// The listings whose measure no asserted item carries any more. What a court or an authority ordered
/// is not lifted by us.
///
/// Law: Patent Law 47(1), and 47(2) for what was executed on a judgment or adjudication.
pub fn lines_to_lift(c: &Complaint, case: &NoticeCase, (register, today): (&RegisterEntry, Date)) -> Vec<u32> {
    let ours = |basis: Option<Basis>| !matches!(basis, Some(Basis::AdministrativeAdjudication | Basis::CourtRuling));
    c.listings
        .iter()
        .filter(|l| l.measure == Measure::Requested && l.rests_on.is_none() && ours(l.basis))
        .filter(|l| register.carries_none_of(&items_of_product(case, &c.filed.asserted_items, l.filed.product), today))
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
