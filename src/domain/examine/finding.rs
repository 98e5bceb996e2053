//! How a check says what it found, and how what it lacks can be supplied.

use super::CheckResult::{Fail, Pass, Unknown};
use super::{Check, CheckResult, Finding, OCR_CONFIDENCE_MIN, SuppliedBy};
use crate::domain::report::{ReadBy, Seen};

pub(super) const EXTRACT: (&str, &str) = ("supply a register extract not older than 30 days", "补交 30 日内的专利登记簿副本");
pub(super) const OTHER_FILE: (&str, &str) = ("supply the report as the patent office issued it", "补交国家知识产权局出具的报告原件（PDF）");

pub(super) const LOOK: (&str, &str) = (
    "an examiner reads it on the image of the page; or supply the report as the patent office issued it (PDF)",
    "由判定员对照页面图像核实；或者补交国家知识产权局出具的报告原件（PDF）",
);
pub(super) const CORRECTED: (&str, &str) = ("supply the corrected report", "提交更正后的报告");

pub(super) type Words<'a> = (&'a str, &'a str);

pub(super) fn finding(check: Check, (result, code): (CheckResult, &str), (message, message_zh): Words, law: &str) -> Finding {
    Finding {
        check,
        result,
        code: code.to_owned(),
        seen: None,
        expected: None,
        supplied_by: SuppliedBy::Report,
        page: None,
        quote: None,
        confidence: None,
        law: law.to_owned(),
        message: message.to_owned(),
        message_zh: message_zh.to_owned(),
        cure: None,
        cure_zh: None,
        warning: None,
    }
}

impl Finding {
    pub(super) fn at<T: ToString>(mut self, seen: &Seen<T>) -> Self {
        self.seen = Some(seen.value.to_string());
        self.page = Some(seen.page);
        self.quote = Some(seen.quote.clone());
        self.read(seen.read)
    }

    pub(super) fn read(mut self, read: ReadBy) -> Self {
        self.confidence = read.confidence();
        if read == ReadBy::Examiner {
            self.supplied_by = SuppliedBy::Examiner;
        }
        self
    }

    pub(super) fn saw(mut self, seen: impl ToString) -> Self {
        self.seen = Some(seen.to_string());
        self
    }

    pub(super) fn wanted(mut self, expected: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    pub(super) fn by(mut self, supplied_by: SuppliedBy) -> Self {
        self.supplied_by = supplied_by;
        self
    }

    pub(super) fn cure(mut self, (cure, cure_zh): Words) -> Self {
        self.cure = Some(cure.to_owned());
        self.cure_zh = Some(cure_zh.to_owned());
        self
    }
}

/// What OCR read is a guess: nothing fails by it, and nothing passes by an unsure one.
pub(super) fn by_ocr(mut f: Finding) -> Finding {
    let Some(confidence) = f.confidence else { return f };
    if f.result == Fail || (f.result == Pass && confidence < OCR_CONFIDENCE_MIN) {
        f.result = Unknown;
        f.warning = Some(format!("read by OCR with confidence {confidence}: not counted until an examiner reads it"));
        f.cure(LOOK)
    } else {
        f
    }
}
