//! Checking a right that is deposited: every problem at once, as with a notice.

use super::{Found, documents, email, patent, person};
use crate::domain::notice::{DocumentKind, NoticeProblem};
use crate::domain::patent::PatentNumber;
use crate::domain::right::RightForm;

/// Checks a form; answers its patent number.
///
/// # Errors
/// Every problem found.
pub fn check_right(form: &RightForm) -> Result<PatentNumber, Vec<NoticeProblem>> {
    let mut found = Found(Vec::new());
    let number = patent(&form.patent, &mut found);
    person("/complainant", &form.complainant, &mut found);
    if let Some(agent) = &form.agent {
        person("/agent", agent, &mut found);
    }
    if let Some(address) = &form.service_address {
        email("/service_address/email", &address.email, &mut found);
    }
    documents(&form.documents, &mut found);
    for (i, d) in form.documents.iter().enumerate() {
        if d.kind == DocumentKind::EvaluationReport {
            let words = ("the report is named by `report`", "评价报告应当在 report 中指明");
            found.add(format!("/documents/{i}/kind"), "document.report_elsewhere", words);
        }
        if d.from.zip(d.until).is_some_and(|(from, until)| until < from) {
            found.add(format!("/documents/{i}/until"), "document.period", ("ends before it begins", "截止日早于起始日"));
        }
    }
    match number {
        Some(number) if found.0.is_empty() => Ok(number),
        _ => Err(found.0),
    }
}
