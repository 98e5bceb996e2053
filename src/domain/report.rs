//! Facts of a patent evaluation report (专利权评价报告): what the document says, with the place
//! where it says so. What follows from the facts is `examine`; how they are read is `intake::report`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::patent::PatentKind;
use super::signature::SignatureSeen;

/// Longest quote kept with a fact, in characters.
pub const QUOTE_CHARS_MAX: usize = 300;

/// How a fact came off its page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ReadBy {
    /// It is text in the file.
    #[default]
    Text,
    /// A machine guessed it from a picture of the page.
    Ocr {
        /// The engine's confidence in the least certain word, 0 to 100.
        confidence: u8,
    },
    /// An examiner read it from a picture of the page.
    Examiner,
}

impl ReadBy {
    /// Whether it is text in the file; left out of JSON then.
    pub fn is_text(&self) -> bool {
        *self == ReadBy::Text
    }

    /// Whether it is a guess, which proves nothing by itself.
    pub fn is_guess(self) -> bool {
        matches!(self, ReadBy::Ocr { .. })
    }

    /// The confidence of OCR.
    pub fn confidence(self) -> Option<u8> {
        match self {
            ReadBy::Ocr { confidence } => Some(confidence),
            ReadBy::Text | ReadBy::Examiner => None,
        }
    }
}

/// One fact read from a page: the value, the page (1-based) and the words it was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen<T> {
    /// The value, parsed.
    pub value: T,
    /// 1-based page number.
    pub page: u32,
    /// The words on the page, at most [`QUOTE_CHARS_MAX`] characters; empty where an examiner read it.
    pub quote: String,
    /// How it was read.
    #[serde(default, skip_serializing_if = "ReadBy::is_text")]
    pub read: ReadBy,
}

impl<T> Seen<T> {
    /// A fact read from text.
    pub fn new(value: T, page: u32, quote: impl Into<String>) -> Self {
        Seen { value, page, quote: quote.into(), read: ReadBy::Text }
    }
}

/// The official form a document was made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Evaluation report, utility model.
    #[serde(rename = "220701")]
    UtilityModelEvaluation,
    /// Evaluation report, design.
    #[serde(rename = "230701")]
    DesignEvaluation,
    /// The old search report (检索报告), only for utility models filed before 2009-10-01.
    #[serde(rename = "220702")]
    SearchReport,
}

impl Form {
    /// The code printed on the form.
    pub fn code(self) -> &'static str {
        match self {
            Form::UtilityModelEvaluation => "220701",
            Form::DesignEvaluation => "230701",
            Form::SearchReport => "220702",
        }
    }

    /// Kind of patent the form is for.
    pub fn patent_kind(self) -> PatentKind {
        match self {
            Form::DesignEvaluation => PatentKind::Design,
            Form::UtilityModelEvaluation | Form::SearchReport => PatentKind::UtilityModel,
        }
    }
}

/// Which text of the patent the report evaluated (评价所针对的文本).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "version", rename_all = "snake_case")]
pub enum TextVersion {
    /// The text published with the grant announcement (与授权公告一并公布的专利文件).
    Granted,
    /// The text maintained by an invalidation decision in force, by its number.
    Decision {
        /// Number of the decision, digits only.
        number: String,
    },
}

/// What the report says of one claim or design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 未发现存在不符合授予专利权条件的缺陷
    NoDefectFound,
    /// 不符合授予专利权条件
    Defective,
    /// The claim or design was not searched: neither good nor bad.
    NotSearched,
    /// Not readable, ambiguous, or two places disagree.
    Unknown,
}

impl Verdict {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::NoDefectFound => "no_defect_found",
            Verdict::Defective => "defective",
            Verdict::NotSearched => "not_searched",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The verdict on one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemVerdict {
    /// Number of the claim or design ("1"), or "all" where the report does not count them.
    pub item: String,
    /// The worst that any line of the report says of it.
    pub verdict: Verdict,
    /// 1-based page of the deciding words.
    pub page: Option<u32>,
    /// The deciding words.
    pub quote: Option<String>,
    /// How it was read.
    #[serde(default, skip_serializing_if = "ReadBy::is_text")]
    pub read: ReadBy,
    /// What OCR read. It is no verdict until an examiner has looked at the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Verdict>,
}

impl ItemVerdict {
    /// A verdict without a place.
    pub fn new(item: impl Into<String>, verdict: Verdict) -> Self {
        ItemVerdict { item: item.into(), verdict, page: None, quote: None, read: ReadBy::Text, proposed: None }
    }
}

/// How the document could be read at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Readability {
    /// Text with positions was read.
    Text,
    /// Pages are pictures: a scan, and no OCR engine is configured. Nothing is concluded from it.
    Scanned,
    /// Pages are pictures, and an OCR engine read them. Its facts carry their confidence; a verdict is
    /// only proposed.
    Ocr {
        /// The engine with its version.
        engine: String,
        /// Pages that were read, 1-based, in order.
        read_pages: Vec<u32>,
    },
    /// Not readable: not a PDF, broken, encrypted with a password, too many resources.
    Unreadable {
        /// Stable code: `not_pdf`, `broken`, `encrypted`, `resources`, `reader_fault`, `empty`.
        why: String,
    },
}

/// Something about the file that a person should look at; it makes the facts it touches unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingFlag {
    /// Text that a person cannot see holds a label or a conclusion.
    HiddenText,
    /// Two readings of the layout gave different values for a label.
    ReadingsDisagree,
    /// A simulated report (模拟件) or one that says it was not issued by an authority.
    Simulated,
    /// The conclusion and the detail lines contradict each other.
    ConclusionContradicted,
    /// Text was struck out or written over, or the file says of its letters that they are others.
    AlteredText,
    /// Some glyphs have no Unicode value.
    UndecodableText,
}

/// Everything one file says. Absent facts are `None`: unknown, never a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFacts {
    /// How the file could be read.
    pub readability: Readability,
    /// Number of pages, 0 where unknown.
    pub pages: u32,
    /// Form of the document, by its title or printed form code.
    pub form: Option<Seen<Form>>,
    /// Kind of patent the form is for.
    pub kind: Option<PatentKind>,
    /// The report's own patent number, as printed (not a cited document's).
    pub patent_number: Option<Seen<String>>,
    /// Title of the utility model, or the product of the design.
    pub title: Option<Seen<String>>,
    /// Patentee (专利权人).
    pub holder: Option<Seen<String>>,
    /// Requester of the report (请求人).
    pub requester: Option<Seen<String>>,
    /// Filing date (申请日).
    pub filed_on: Option<Seen<Date>>,
    /// Priority date (优先权日).
    pub priority_on: Option<Seen<Date>>,
    /// Date of the grant announcement (授权公告日).
    pub granted_on: Option<Seen<Date>>,
    /// Date the report was completed (完成日期, 报告作出日期).
    pub completed_on: Option<Seen<Date>>,
    /// The text that was evaluated.
    pub text_version: Option<Seen<TextVersion>>,
    /// Examiner of the patent office (审查员).
    pub report_examiner: Option<Seen<String>>,
    /// The corrected report that this one is (更正): it replaces the original.
    pub corrected: bool,
    /// Verdicts, in the order of the items.
    pub verdicts: Vec<ItemVerdict>,
    /// What a person should look at, sorted, without doubles.
    pub flags: Vec<ReadingFlag>,
    /// What its digital signatures show. Where bytes were appended, every other fact is of the signed revision.
    pub signature: SignatureSeen,
}

impl ReportFacts {
    /// Facts of a file nothing could be read from.
    pub fn nothing_read(readability: Readability) -> Self {
        ReportFacts {
            readability,
            pages: 0,
            form: None,
            kind: None,
            patent_number: None,
            title: None,
            holder: None,
            requester: None,
            filed_on: None,
            priority_on: None,
            granted_on: None,
            completed_on: None,
            text_version: None,
            report_examiner: None,
            corrected: false,
            verdicts: Vec::new(),
            flags: Vec::new(),
            signature: SignatureSeen::Unknown,
        }
    }
}
