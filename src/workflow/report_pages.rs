//! The pages of a report as an examiner sees them, and what the examiner reads there: it stands where the
//! machine read nothing or only guessed, and holds for every complaint with the same file (why:
//! `domain::page_reading`). The ten checks and the triage follow at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError, Judged};
use crate::domain::complaint::{Actor, Event, State};
use crate::domain::examine::normal_item;
use crate::domain::job::JobKind;
use crate::domain::notice::NoticeProblem;
use crate::domain::page_reading::{PageReading, ReportRead};
use crate::domain::patent::PatentNumber;
use crate::domain::report::{ReportFacts, Verdict};
use crate::store::{Commit, CommitError, JobDraft, PageReadingRow};

/// Most verdicts of one reading.
pub const VERDICTS_MAX: usize = 500;
/// Longest title or name, characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// What an examiner read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportReadingForm(pub PageReading);

impl Desk {
    /// One page (1-based) of a complaint's report, as PNG.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] without a report or such a page; [`DeskError::Rule`] where it cannot be drawn.
    pub async fn report_page(&self, id: Uuid, page: u32) -> Result<bytes::Bytes, DeskError> {
        let loaded = self.load(id).await?;
        let sha256 = loaded.complaint.filed.report_sha256.as_ref().ok_or(DeskError::NotFound)?;
        let pages = loaded.reading.as_ref().map_or(0, |facts| facts.pages);
        if page == 0 || (pages > 0 && page > pages) {
            return Err(DeskError::NotFound);
        }
        let bytes = self.uploads.read(sha256).await?;
        self.page_drawn((sha256, &bytes), page).await
    }

    /// Takes down what an examiner read on the pages, examines and triages again.
    ///
    /// # Errors
    /// [`DeskError::Notice`] with every problem of the form, [`DeskError::Rule`] without a report,
    /// [`DeskError::Changed`], [`DeskError::Refused`].
    pub async fn read_report_pages(&self, caller: &Caller, at: &Judged, form: ReportReadingForm) -> Result<u32, DeskError> {
        let loaded = self.load(at.complaint).await?;
        if loaded.complaint.seq != at.seen {
            return Err(DeskError::Changed { now: loaded.complaint.seq });
        }
        let (Some(sha256), Some(facts)) = (loaded.complaint.filed.report_sha256.clone(), loaded.reading.clone()) else {
            return Err(DeskError::rule("reading.no_report", "the complaint has no report"));
        };
        let reading = normal(form.0);
        let mut problems = problems(&reading, facts.pages);
        problems.extend(facts.contradicted_by(&reading).into_iter().map(|name| {
            let pointer = format!("/{}", name.split(' ').next().unwrap_or_default());
            problem(pointer, "reading.text_differs", (&format!("the file has text that says otherwise: {name}"), "文件中的文字与此不一致"))
        }));
        if !problems.is_empty() {
            return Err(DeskError::Notice(problems));
        }
        let (now, today) = self.now();
        let event = Event::ReportRead(ReportRead {
            report_sha256: sha256.clone(),
            examiner: caller.account,
            verdicts: reading.verdicts.clone(),
            facts: reading.fact_names().into_iter().map(str::to_owned).collect(),
        });
        let row = PageReadingRow {
            id: self.ids.next(),
            sha256: sha256.clone(),
            examiner: caller.account,
            complaint_id: at.complaint,
            reading: serde_json::to_string(&reading).unwrap_or_default(),
            at: now,
        };
        let mut transition = loaded.complaint.record(&caller.actor(), now, event)?;
        let mut read = loaded.clone();
        read.reading = Some(Arc::new(ReportFacts::clone(&facts).with_readings(&[reading])));
        let assessment = self.reassess(&read).await?;
        let service = Actor::System("examination");
        let register_version = loaded.register.as_ref().map(|(v, _)| *v);
        if let Some(examined) = assessment.examined_event(Some(&sha256), register_version) {
            transition = transition.and(&service, now, Event::Examined(examined))?;
        }
        if matches!(transition.after().state, State::Accepted | State::Hearing { .. }) {
            let due = self.decision_due(&assessment, today);
            transition = transition.and(&service, now, Event::Triaged(assessment.triaged_event(&due)))?;
            transition = self.open_hearing(transition, now, assessment.hear_first)?;
            transition = self.decide_automatically(transition, now, assessment.proof.as_ref()).await?;
        }
        let version = transition.after().seq;
        let examination = Some(assessment.kept().body());
        let jobs = vec![JobDraft { kind: JobKind::ReportKnownBetter, subject: sha256, due_at: now }];
        let commit = Commit { page_reading: Some(row), examination, jobs, ..self.commit_of(transition, &read).await? };
        match self.store.commit(commit).await {
            Ok(_) | Err(CommitError::Answered(_)) => Ok(version),
            Err(CommitError::Store(e)) if e.is_stale() => Err(DeskError::Changed { now: self.load(at.complaint).await?.complaint.seq }),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }
}

/// Items in their normal form, however they were written.
fn normal(mut reading: PageReading) -> PageReading {
    for verdict in &mut reading.verdicts {
        if let Some(item) = normal_item(&verdict.item) {
            verdict.item = item;
        }
    }
    reading
}

fn problem(pointer: String, code: &str, (message, message_zh): (&str, &str)) -> NoticeProblem {
    NoticeProblem { pointer, code: code.to_owned(), message: message.to_owned(), message_zh: message_zh.to_owned() }
}

/// Everything wrong with a reading of a file with so many pages (0: not known).
fn problems(reading: &PageReading, pages: u32) -> Vec<NoticeProblem> {
    let mut found = Vec::new();
    if reading.verdicts.is_empty() && reading.fact_names().is_empty() {
        found.push(problem(String::new(), "reading.empty", ("say what was read", "请填写所读到的内容")));
    }
    if reading.verdicts.len() > VERDICTS_MAX {
        found.push(problem("/verdicts".into(), "list.too_long", ("at most 500 verdicts", "至多500项")));
    }
    for (pointer, page) in reading.pages() {
        if page == 0 || (pages > 0 && page > pages) {
            found.push(problem(format!("{pointer}/page"), "reading.no_such_page", ("the report has no such page", "报告没有该页")));
        }
    }
    let mut items = std::collections::BTreeSet::new();
    for (i, verdict) in reading.verdicts.iter().enumerate() {
        let pointer = format!("/verdicts/{i}/item");
        if verdict.item != "all" && normal_item(&verdict.item).is_none() {
            found.push(problem(pointer, "item.malformed", ("not the number of a claim or design", "不是权利要求或者设计的编号")));
        } else if !items.insert(&verdict.item) {
            found.push(problem(pointer, "reading.item_twice", ("an item is named twice", "同一项目出现两次")));
        }
        if verdict.verdict == Verdict::Unknown {
            let words = ("leave out what cannot be read", "无法读出的项目请勿填写");
            found.push(problem(format!("/verdicts/{i}/verdict"), "reading.verdict_unknown", words));
        }
    }
    if let Some(Err(e)) = reading.patent_number.as_ref().map(|n| PatentNumber::parse(&n.value)) {
        let words = (&*format!("the patent number is wrong: {e}"), &*format!("专利号有误：{e}"));
        found.push(problem("/patent_number/value".into(), &format!("patent.{}", e.word()), words));
    }
    for (name, text) in [("title", &reading.title), ("holder", &reading.holder)] {
        let Some(text) = text else { continue };
        if text.value.trim().is_empty() || text.value.chars().count() > TEXT_CHARS_MAX {
            found.push(problem(format!("/{name}/value"), "field.length", ("1 to 200 characters", "1至200个字符")));
        }
    }
    found
}
