//! A consultation (判定咨询请求): a platform sends a hard complaint of its own, and the answer is an opinion
//! (判定咨询意见) for each listing. Nothing is asked of the platform by it: what follows is the platform's own decision.
//!
//! It is a complaint like every other — same log, checks, triage, queue, clocks, decisions, documents — that came
//! `platform_referral` and carries [`Consultation`]; what may not happen to it is in [`Complaint::may_be_consulted`].
//! Not to be confused with a referral (转介) of ours to somebody else: `complaint::Referred`.
//!
//! # Why
//! What a notice must have was for the platform to check when it took it, so nothing is missing here and nobody is asked
//! to supplement; who complains and whether it may is what nobody has shown, and stays unknown. The seller was heard by
//! the platform, which sends what it said: no hearing is opened. Nobody who is no party here is written to, and how it
//! ended is not ours to publish or to count for or against anybody.
//!
//! Law: 四川省专利行政执法办案规范 145, 146 (a platform refers a complaint of 重大社会影响 or 难以判定; where facts are clear
//! the centre answers within two working days, and the platform then decides); E-Commerce Law 42, 45.

use serde::{Deserialize, Serialize};

use super::complaint::{Complaint, Determination, Effect, Event, LineDecided, ListingRefused, Refused};
use super::notice::{NoticeForm, NoticeProblem, TEXT_CHARS_MAX};

/// How a complaint came in that a complainant filed itself.
pub const FILED_BY_API: &str = "api";
/// How a complaint came in that a platform referred; also why it waits in the queue.
pub const PLATFORM_REFERRAL: &str = "platform_referral";
/// Most files of what the seller says.
pub const SELLER_DOCUMENTS_MAX: usize = 32;

/// What a platform asks of the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// The platform.
    pub platform: String,
    /// What it asks.
    pub question: Question,
    /// Why it does not decide by itself.
    pub hard_because: Vec<HardBecause>,
}

/// What is asked, of each listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Whether it infringes.
    Infringement,
    /// Whether it infringes in spite of what its seller says.
    SellerDefence,
}

/// Why a platform finds it hard. Law: 四川省专利行政执法办案规范 145.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HardBecause {
    /// 重大社会影响
    MajorSocialImpact,
    /// 难以判定
    HardToDetermine,
}

/// What a platform sends: the notice it received, and why it asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsultationForm {
    /// The notice as the platform received it; `client_reference` is the platform's own of that complaint.
    pub notice: NoticeForm,
    /// What it asks.
    pub question: Question,
    /// Why it does not decide by itself.
    pub hard_because: Vec<HardBecause>,
    /// The same in words, at most [`TEXT_CHARS_MAX`] characters.
    pub explanation: String,
    /// What the seller told the platform, by file.
    #[serde(default)]
    pub seller_documents: Vec<String>,
}

/// Of what a platform sent, what is kept with the notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultationStated {
    /// Why it asks, in words.
    pub explanation: String,
    /// What the seller told the platform, by SHA-256.
    pub seller_documents: Vec<String>,
}

impl ConsultationForm {
    /// Every file it names beside those of the notice, with the JSON Pointer of the place.
    pub fn own_files(&self) -> impl Iterator<Item = (String, &str)> {
        self.seller_documents.iter().enumerate().map(|(i, f)| (format!("/seller_documents/{i}"), f.as_str()))
    }

    /// What is wrong with it beside the notice itself.
    pub fn problems(&self) -> Vec<NoticeProblem> {
        let mut found = Vec::new();
        let mut add = |pointer: &str, code: &str, (message, message_zh): (String, &str)| {
            found.push(NoticeProblem { pointer: pointer.into(), code: code.into(), message, message_zh: message_zh.into() });
        };
        let mut once = self.hard_because.clone();
        once.sort_unstable();
        once.dedup();
        if self.hard_because.is_empty() {
            add("/hard_because", "list.too_short", ("0, at least 1".into(), "至少一项"));
        } else if once.len() != self.hard_because.len() {
            add("/hard_because", "list.repeats", ("a reason stands twice".into(), "同一理由重复"));
        }
        let chars = self.explanation.chars().count();
        if self.explanation.trim().is_empty() {
            add("/explanation", "field.empty", ("must not be empty".into(), "不能为空"));
        } else if chars > TEXT_CHARS_MAX {
            add("/explanation", "field.too_long", (format!("{chars} characters, at most {TEXT_CHARS_MAX}"), "字符过多"));
        }
        let files = self.seller_documents.len();
        if files > SELLER_DOCUMENTS_MAX {
            add("/seller_documents", "list.too_long", (format!("{files}, at most {SELLER_DOCUMENTS_MAX}"), "文件过多"));
        }
        if self.question == Question::SellerDefence && files == 0 {
            add(
                "/seller_documents",
                "list.too_short",
                ("what the seller says is asked about, and nothing of it was sent".into(), "未附经营者的陈述"),
            );
        }
        if self.notice.client_reference.is_none() {
            add("/notice/client_reference", "field.missing", ("your own reference of the complaint".into(), "请填写贵平台的投诉编号"));
        }
        if self.notice.right.is_some() {
            add("/notice/right", "field.out_of_place", ("a platform has no rights deposited here".into(), "平台不能引用已登记的权利"));
        }
        if self.notice.relisting_of.is_some() {
            add(
                "/notice/relisting_of",
                "field.out_of_place",
                ("what is up again is told by /v1/platform/relistings".into(), "重新上架请另行报告"),
            );
        }
        found
    }
}

impl Complaint {
    /// Whether it is a consultation, in which this may not happen: no measure is asked or lifted, nobody is heard,
    /// asked to supplement or reviewed here; and what was answered is not taken back, whatever the answer was.
    pub(super) fn may_be_consulted(&self, event: &Event) -> Result<(), Refused> {
        if self.filed.consultation.is_none() {
            return Ok(());
        }
        let opines = |lines: &[LineDecided]| lines.iter().all(|l| !l.takedown);
        let may = match event {
            Event::Decided(d) => d.examiner().is_some() && opines(&d.lines),
            Event::DecisionProposed(p) => p.review.is_none() && opines(&p.lines),
            Event::AuthorityActed(a) => a.lines.iter().all(|l| l.effect != Effect::Takedown),
            Event::Withdrawn(w) => match w.lines.iter().find(|line| self.listing(**line).is_some_and(|l| is_answered(l.determination))) {
                None => true,
                Some(line) => return Err(Refused::Listing { line: *line, event: event.name(), why: ListingRefused::AlreadyDecided }),
            },
            Event::Filed(_)
            | Event::Examined(_)
            | Event::Accepted
            | Event::NotAccepted(_)
            | Event::Triaged(_)
            | Event::TrackChanged(_)
            | Event::AuthenticityGranted(_)
            | Event::ReportRead(_)
            | Event::Suspended(_)
            | Event::Resumed(_)
            | Event::ExaminerRecused(_)
            | Event::DeadlineMoved(_)
            | Event::Reopened(_)
            | Event::Reconsidered(_) => true,
            _ => false,
        };
        if may { Ok(()) } else { Err(Refused::Consultation { event: event.name() }) }
    }

    /// The listings a withdrawal of the whole takes back: all that are left of a complaint, and of a consultation those
    /// that wait for an opinion.
    pub fn left_to_withdraw(&self) -> Vec<u32> {
        let consulted = self.filed.consultation.is_some();
        let left = |d: Determination| d != Determination::Withdrawn && !(consulted && is_answered(d));
        self.listings.iter().filter(|l| left(l.determination)).map(|l| l.filed.line).collect()
    }
}

fn is_answered(determination: Determination) -> bool {
    !matches!(determination, Determination::Pending | Determination::Withdrawn)
}
