//! The checks of what the report says of each claim or design: of which text, whether it was searched, and what came of it.

use super::CheckResult::{Fail, Pass, Unknown};
use super::finding::{EXTRACT, LOOK, OTHER_FILE, finding};
use super::{Check, Examination, Finding, SuppliedBy};
use crate::domain::report::{ItemVerdict, Seen, TextVersion, Verdict};

pub(super) fn text(x: &Examination) -> Finding {
    let law = "专利法 47; 专利审查指南 第五部分第十章";
    let make = |r, words| finding(Check::Text, r, words, law);
    let Some(evaluated) = &x.facts.text_version else {
        return make((Unknown, "report.text_unread"), ("which text was evaluated could not be read", "无法读取评价所针对的文本"))
            .by(SuppliedBy::Nobody)
            .cure(OTHER_FILE);
    };
    let shown = Seen { value: text_words(&evaluated.value), page: evaluated.page, quote: evaluated.quote.clone(), read: evaluated.read };
    let missing = |code, words| make((Unknown, code), words).at(&shown).cure(EXTRACT);
    let Some(register) = x.fresh_register() else {
        let (code, words) = match x.register {
            None => ("register.missing", ("which text is in force is not known here", "尚无登记簿信息，不知现行有效文本")),
            Some(_) => ("register.too_old", ("the register was looked up more than 30 days ago", "登记簿信息已超过30日")),
        };
        return missing(code, words);
    };
    let Some(in_force) = &register.text_version else {
        return missing(
            "register.text_missing",
            ("the register entry does not say which text is in force", "登记簿信息未载明现行有效文本"),
        );
    };
    let gone = x.notice.and_then(|n| {
        let items = register.items_in_force.as_ref()?;
        n.asserted_items.iter().find(|i| !items.contains(i))
    });
    if let Some(item) = gone {
        let words = (&*format!("item {item} is no longer in force"), &*format!("第{item}项已不再有效"));
        return make((Fail, "report.item_not_in_force"), words).saw(item).by(SuppliedBy::Register);
    }
    if *in_force == evaluated.value {
        make((Pass, "report.text_in_force"), ("the text evaluated is the text in force", "评价所针对的文本即现行有效文本"))
            .at(&shown)
            .wanted(text_words(in_force))
    } else {
        make(
            (Unknown, "report.text_amended"),
            ("the text was amended since: the old verdicts do not speak of it", "文本其后已修改，原结论不再适用"),
        )
        .at(&shown)
        .wanted(text_words(in_force))
    }
}

/// Whether the text in force is known to be another than the one that was evaluated.
pub(super) fn amended_since(x: &Examination) -> bool {
    let evaluated = x.facts.text_version.as_ref().map(|t| &t.value);
    let in_force = x.register.and_then(|r| r.text_version.as_ref());
    evaluated.zip(in_force).is_some_and(|(evaluated, in_force)| evaluated != in_force)
}

fn text_words(text: &TextVersion) -> String {
    match text {
        TextVersion::Granted => "granted".into(),
        TextVersion::Decision { number } => format!("decision {number}"),
    }
}

fn items_with(asserted: &[ItemVerdict], verdict: Verdict) -> Option<String> {
    let items: Vec<&str> = asserted.iter().filter(|i| i.verdict == verdict).map(|i| i.item.as_str()).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

fn place(mut f: Finding, asserted: &[ItemVerdict], verdict: Verdict) -> Finding {
    if let Some(v) = asserted.iter().find(|i| i.verdict == verdict) {
        f.page = v.page;
        f.quote.clone_from(&v.quote);
        f = f.read(v.read);
    }
    f
}

pub(super) fn coverage(asserted: &[ItemVerdict]) -> Finding {
    let law = "专利审查指南 第五部分第十章 3";
    let make = |r, words| finding(Check::Coverage, r, words, law);
    if let Some(items) = items_with(asserted, Verdict::NotSearched) {
        let f = make((Fail, "report.not_searched"), ("asserted items were not searched", "所主张的项目未经检索")).saw(items);
        return place(f, asserted, Verdict::NotSearched);
    }
    match items_with(asserted, Verdict::Unknown) {
        _ if asserted.is_empty() => make((Unknown, "report.items_unread"), ("no item could be read", "无法读取所评价的项目"))
            .by(SuppliedBy::Nobody)
            .cure(OTHER_FILE),
        Some(items) => {
            make((Unknown, "report.items_unread"), ("whether these items were searched could not be read", "无法读取这些项目是否经过检索"))
                .saw(items)
                .cure(OTHER_FILE)
        }
        None => make((Pass, "report.searched"), ("every asserted item was searched", "所主张的项目均经检索")),
    }
}

pub(super) fn verdict(asserted: &[ItemVerdict]) -> Finding {
    let law = "专利法 22, 23, 66(2)";
    let make = |r, words| finding(Check::Verdict, r, words, law);
    if let Some(items) = items_with(asserted, Verdict::Defective) {
        let f = make((Fail, "report.defective"), ("the report finds asserted items defective", "报告认为所主张的项目不符合授予专利权条件"))
            .saw(items);
        return place(f, asserted, Verdict::Defective);
    }
    let open: Vec<String> = [Verdict::Unknown, Verdict::NotSearched].into_iter().filter_map(|v| items_with(asserted, v)).collect();
    let proposed: Vec<String> = asserted.iter().filter_map(|i| Some(format!("{}: {}", i.item, i.proposed?.word()))).collect();
    if !proposed.is_empty() && asserted.iter().any(|i| i.verdict == Verdict::Unknown) {
        let words = ("only OCR read a verdict on these items; an examiner has to look", "对这些项目的结论仅由文字识别读出，须由判定员核实");
        let f = make((Unknown, "report.verdict_by_ocr"), words).saw(proposed.join(", ")).cure(LOOK);
        return place(f, asserted, Verdict::Unknown);
    }
    if asserted.is_empty() || !open.is_empty() {
        return make((Unknown, "report.verdict_unread"), ("no verdict on these items could be read", "无法读取对这些项目的结论"))
            .saw(open.join(", "))
            .cure(OTHER_FILE);
    }
    let f =
        make((Pass, "report.no_defect_found"), ("no defect was found in any asserted item", "所主张的项目均未发现不符合授权条件的缺陷"));
    place(f, asserted, Verdict::NoDefectFound)
}
