//! A report check: a report and, where given, the asserted items; no complaint, no side effect but that
//! the report's facts are remembered.

use serde::{Deserialize, Serialize};

use super::prepare::level_granted;
use super::reports::others;
use super::{Caller, Desk, DeskError, NamedFiles};
use crate::domain::examine::{self, AuthenticityLevel, Claimed, Examination, Finding};
use crate::domain::notice::NoticeProblem;
use crate::domain::patent::PatentNumber;
use crate::domain::report::{ItemVerdict, ReportFacts};
use crate::domain::report_relation::on_record;
use crate::intake::reader::READER_VERSION;

/// What is checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportCheckForm {
    /// The report, by file id or part name.
    pub report: String,
    /// Patent number it should be about.
    #[serde(default)]
    pub patent_number: Option<String>,
    /// Asserted items; absent: all.
    #[serde(default)]
    pub asserted_items: Option<Vec<String>>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportCheckView {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Version of the reader.
    pub reader_version: u32,
    /// Overall result.
    pub overall: examine::Overall,
    /// What the report says.
    pub facts: ReportFacts,
    /// Verdicts on the asserted items.
    pub verdicts: Vec<ItemVerdict>,
    /// The ten findings.
    pub findings: Vec<Finding>,
}

impl Desk {
    /// Checks a report.
    ///
    /// # Errors
    /// [`DeskError::Notice`] with every problem of the form.
    pub async fn check_report(
        &self,
        caller: &Caller,
        form: ReportCheckForm,
        with_request: NamedFiles,
    ) -> Result<ReportCheckView, DeskError> {
        let files = self.find_files(caller, &[form.report.as_str()], with_request).await?;
        let mut problems: Vec<NoticeProblem> = Vec::new();
        if !files.contains_key(&form.report) {
            problems.push(super::file::unknown_file("/report".into(), &form.report));
        }
        let number = form.patent_number.as_deref().map(PatentNumber::parse);
        if let Some(Err(e)) = &number {
            problems.push(NoticeProblem {
                pointer: "/patent_number".into(),
                code: format!("patent.{}", e.word()),
                message: e.to_string(),
                message_zh: format!("专利号有误：{e}"),
            });
        }
        let mut items = Vec::new();
        for (i, raw) in form.asserted_items.iter().flatten().enumerate() {
            match examine::normal_item(raw) {
                Some(item) => items.push(item),
                None => problems.push(NoticeProblem {
                    pointer: format!("/asserted_items/{i}"),
                    code: "item.malformed".into(),
                    message: "not the number of a claim or design".into(),
                    message_zh: "不是权利要求或者设计的编号".into(),
                }),
            }
        }
        let Some(file) = files.get(&form.report).filter(|_| problems.is_empty()) else {
            return Err(DeskError::Notice(problems));
        };
        let report = self.read_report(caller.account, &file.sha256).await?;
        let grants = self.store.grants(&file.sha256).await?;
        let granted = level_granted(&grants, &file.sha256, None);
        let printed = report.facts.patent_number.as_ref().and_then(|n| PatentNumber::parse(&n.value).ok());
        let about = number.and_then(Result::ok).or(printed);
        let register = match &about {
            Some(n) => self.store.register(&n.to_string()).await?,
            None => None,
        };
        if items.is_empty() {
            items = report.facts.verdicts.iter().map(|v| v.item.clone()).collect();
        }
        let all = match &about {
            Some(n) => self.store.reports_on_patent(&n.to_string()).await?,
            None => Vec::new(),
        };
        let (_, today) = self.now();
        let level = AuthenticityLevel::counting(granted, AuthenticityLevel::shown_by(&report.facts.signature, today));
        let proven = level.is_some_and(AuthenticityLevel::is_proof);
        let on_record = on_record(&report.facts, proven, &others(&all, Some(&file.sha256), today));
        let stated = about.as_ref().map(ToString::to_string);
        let examined = examine::examine(&Examination {
            facts: &report.facts,
            notice: form.patent_number.as_ref().and(stated.as_deref()).map(|number| Claimed {
                number,
                title: None,
                holder: None,
                filed_on: None,
                granted_on: None,
                asserted_items: &items,
                alleged_act_on: None,
            }),
            register: register.as_ref().map(|(_, e)| e),
            granted,
            on_record: &on_record,
            today,
        });
        Ok(ReportCheckView {
            sha256: file.sha256.clone(),
            reader_version: READER_VERSION,
            overall: examined.overall,
            facts: std::sync::Arc::unwrap_or_clone(report.facts),
            verdicts: examined.asserted,
            findings: examined.findings,
        })
    }
}
