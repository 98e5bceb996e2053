//! The checks of the report as a document and of the patent it is about, one function each.

use jiff::civil::{Date, date};

use super::CheckResult::{Fail, Pass, Unknown};
use super::finding::{CORRECTED, EXTRACT, LOOK, OTHER_FILE, Words, finding};
use super::{Check, Examination, Finding, SuppliedBy};
use crate::domain::patent::{PatentKind, PatentNumber, last_day_of_term};
use crate::domain::register::RegisterStatus;
use crate::domain::report::{Form, ReadBy, Readability, ReadingFlag, Seen};
use crate::domain::report_relation::OnRecord;

/// Utility models filed before this day have a search report (检索报告), not an evaluation report.
const EVALUATION_REPORTS_FROM: Date = date(2009, 10, 1);

pub(super) fn kind(x: &Examination) -> Finding {
    let law = "专利法 66(2); 专利法实施细则 62";
    let make = |r, words| finding(Check::Kind, r, words, law);
    if x.facts.flags.contains(&ReadingFlag::Simulated) {
        return make((Fail, "report.simulated"), ("it says of itself that it is a simulated report", "该文件自称为模拟件，非国家机关出具"))
            .cure(OTHER_FILE);
    }
    if x.facts.flags.contains(&ReadingFlag::HiddenText) {
        return make(
            (Unknown, "report.hidden_text"),
            (
                "it holds text that a person cannot see and that speaks of its facts or verdicts",
                "文件含有肉眼不可见的、涉及著录项目或者结论的文字",
            ),
        )
        .cure(OTHER_FILE);
    }
    if x.facts.flags.contains(&ReadingFlag::AlteredText) {
        return make(
            (Unknown, "report.altered_text"),
            (
                "text in it was struck out or written over, or its letters are not those that the file says they are",
                "文件中的文字被划去或者覆盖改写，或者所显示的文字与文件所载字符不一致",
            ),
        )
        .cure(OTHER_FILE);
    }
    let Some(form) = &x.facts.form else {
        if x.facts.readability != Readability::Text {
            return make((Unknown, "report.unreadable"), unreadable(&x.facts.readability)).by(SuppliedBy::Nobody).cure(LOOK);
        }
        return make((Unknown, "report.form_unread"), ("the form of the document could not be read", "无法读取文件的表格类型"))
            .by(SuppliedBy::Nobody)
            .cure(OTHER_FILE);
    };
    let about = x.notice.map(|n| n.number).or(x.facts.patent_number.as_ref().map(|n| n.value.as_str()));
    let number_kind = about.and_then(|n| PatentNumber::parse(n).ok()).map(|n| n.kind());
    let shown = Seen { value: form.value.code(), page: form.page, quote: form.quote.clone(), read: form.read };
    if form.value == Form::SearchReport {
        return make((Fail, "report.search_report"), (
                "a search report (检索报告) is not an evaluation report; it was made for utility models filed before 2009-10-01, whose term of ten years is over",
                "检索报告不是专利权评价报告；检索报告只针对2009年10月1日以前申请的实用新型作出，其十年期限已经届满",
            ))
            .at(&shown)
            .wanted("220701 / 230701");
    }
    let right = match number_kind {
        Some(PatentKind::Design) => Some(Form::DesignEvaluation),
        Some(PatentKind::UtilityModel | PatentKind::PctUtilityModel) => Some(Form::UtilityModelEvaluation),
        Some(PatentKind::Invention | PatentKind::PctInvention) | None => None,
    };
    match right {
        Some(right) if right != form.value => {
            make((Fail, "report.wrong_kind"), ("the form is for another kind of patent", "报告的表格类型与专利类型不符"))
                .at(&shown)
                .wanted(right.code())
        }
        _ if x.facts.filed_on.as_ref().is_some_and(|d| d.value < EVALUATION_REPORTS_FROM) => make(
            (Fail, "report.filed_too_early"),
            ("for patents filed before 2009-10-01 there are no evaluation reports", "2009年10月1日以前申请的专利不出具评价报告"),
        )
        .at(&shown),
        _ => {
            make((Pass, "report.evaluation_report"), ("an evaluation report of the right form", "表格类型正确的专利权评价报告")).at(&shown)
        }
    }
}

fn unreadable(why: &Readability) -> Words<'static> {
    match why {
        Readability::Unreadable { .. } => ("the file could not be read", "无法读取该文件"),
        Readability::Text | Readability::Scanned | Readability::Ocr { .. } => {
            ("the pages are pictures without text: nothing was concluded from them", "报告页面为图像，没有可读取的文字，未据此得出任何结论")
        }
    }
}

pub(super) fn number(x: &Examination) -> Finding {
    let law = "ZC 0006-2003";
    let make = |r, words| finding(Check::Number, r, words, law);
    let Some(printed) = &x.facts.patent_number else {
        return make((Unknown, "patent.number_unread"), ("the report's patent number could not be read", "无法读取报告的专利号"))
            .by(SuppliedBy::Nobody)
            .cure(OTHER_FILE);
    };
    match PatentNumber::parse(&printed.value) {
        Err(e) => {
            let words = (&*format!("the report's patent number is wrong: {e}"), &*format!("报告的专利号有误：{e}"));
            make((Fail, &format!("patent.{}", e.word())), words).at(printed)
        }
        Ok(n) if !n.kind().accepted_here() => {
            make((Fail, "patent.kind_not_accepted"), ("not the number of a utility model or design", "不是实用新型或者外观设计的专利号"))
                .at(printed)
        }
        Ok(n) if n.is_expired_by_definition() => make(
            (Fail, "patent.number_expired"),
            ("a number of this form was given until 2003: the patent has expired", "该号码形式用至2003年，专利权已届满"),
        )
        .at(printed),
        Ok(_) => {
            make((Pass, "patent.number_right"), ("form, type and check digit are right", "专利号的格式、类型和校验位正确")).at(printed)
        }
    }
}

pub(super) fn identity(x: &Examination) -> Finding {
    let law = "法发〔2020〕32号 5";
    let make = |r, words| finding(Check::Identity, r, words, law);
    let Some(notice) = x.notice else {
        return make((Unknown, "report.not_compared"), ("no notice was given to compare with", "未提供投诉通知，无法比对"))
            .by(SuppliedBy::Nobody);
    };
    let Some(printed) = &x.facts.patent_number else {
        return make((Unknown, "patent.number_unread"), ("the report's patent number could not be read", "无法读取报告的专利号"))
            .by(SuppliedBy::Nobody)
            .cure(OTHER_FILE);
    };
    let same = PatentNumber::parse(&printed.value).ok().zip(PatentNumber::parse(notice.number).ok()).is_some_and(|(a, b)| a == b);
    if !same {
        return make((Fail, "report.other_patent"), ("the report is about another patent", "报告针对的是另一专利"))
            .at(printed)
            .wanted(notice.number);
    }
    let facts = x.facts;
    let register = x.register;
    let dates = [
        (&facts.filed_on, [notice.filed_on, register.and_then(|r| r.filed_on)]),
        (&facts.granted_on, [notice.granted_on, register.and_then(|r| r.granted_on)]),
    ];
    for (seen, stated) in dates {
        for stated in stated.into_iter().flatten() {
            match seen {
                Some(seen) if seen.value != stated => {
                    return make((Fail, "report.date_differs"), ("a date of the report differs", "报告所载日期与通知或者登记簿不一致"))
                        .at(seen)
                        .wanted(stated);
                }
                Some(_) => {}
                None => {
                    return make((Unknown, "report.date_unread"), ("a date to compare with could not be read", "无法读取用于比对的日期"))
                        .wanted(stated)
                        .cure(EXTRACT);
                }
            }
        }
    }
    let registered = x.fresh_register().and_then(|r| r.holder.as_deref());
    if let Some((stated, registered)) = notice.holder.zip(registered).filter(|(stated, registered)| bare(stated) != bare(registered)) {
        let words = ("the register names another patentee than the notice", "登记簿所载专利权人与通知不一致");
        return make((Unknown, "register.holder_differs"), words).saw(registered).wanted(stated).by(SuppliedBy::Register).cure(EXTRACT);
    }
    let names = [
        (&facts.holder, notice.holder, register.and_then(|r| r.holder.as_deref())),
        (&facts.title, notice.title, register.and_then(|r| r.title.as_deref())),
    ];
    for (seen, stated, registered) in names {
        // A register that has the name as the notice has it cures a difference: the patent was assigned.
        let cured = stated.is_none() || (registered.is_some() && registered.map(bare) == stated.map(bare));
        let expected = if cured && stated.is_some() { None } else { stated.or(registered) };
        let Some(expected) = expected else { continue };
        match seen {
            Some(seen) if bare(&seen.value) == bare(expected) => {}
            Some(seen) => {
                return make(
                    (Unknown, "report.name_differs"),
                    ("holder or title differs from the report", "权利人或者专利名称与报告不一致"),
                )
                .at(seen)
                .wanted(expected)
                .cure(EXTRACT);
            }
            None => {
                return make(
                    (Unknown, "report.name_unread"),
                    ("holder or title of the report could not be read", "无法读取报告的权利人或者名称"),
                )
                .wanted(expected)
                .cure(EXTRACT);
            }
        }
    }
    make((Pass, "report.same_patent"), ("the report is about the patent of the notice", "报告针对的就是通知所涉专利"))
        .at(printed)
        .wanted(notice.number)
}

/// A name without blanks and with one kind of brackets.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            c => c,
        })
        .collect()
}

pub(super) fn dates(x: &Examination) -> Finding {
    let law = "专利法实施细则 62, 63";
    let make = |r, words| finding(Check::Dates, r, words, law);
    let granted = x.facts.granted_on.as_ref().map(|d| d.value).or_else(|| x.fresh_register().and_then(|r| r.granted_on));
    let (Some(completed), Some(granted)) = (&x.facts.completed_on, granted) else {
        return make(
            (Unknown, "report.dates_unread"),
            ("the date of completion or of grant could not be read", "无法读取报告完成日期或者授权公告日"),
        )
        .by(SuppliedBy::Nobody)
        .cure(OTHER_FILE);
    };
    if completed.value > x.today {
        return make((Fail, "report.in_the_future"), ("completed in the future", "报告完成日期晚于今日"))
            .at(completed)
            .wanted(format!("≤ {}", x.today));
    }
    if completed.value < granted {
        return make((Fail, "report.before_grant"), ("completed before the grant was announced", "报告完成日期早于授权公告日"))
            .at(completed)
            .wanted(format!("≥ {granted}"));
    }
    match &x.facts.filed_on {
        Some(filed) if filed.value >= granted => {
            make((Fail, "report.granted_before_filing"), ("granted before it was filed", "授权公告日早于申请日"))
                .at(filed)
                .wanted(format!("< {granted}"))
        }
        _ => make(
            (Pass, "report.dates_possible"),
            (
                "completed after the grant and not in the future; there is no maximum age",
                "完成日期在授权公告之后且不晚于今日；报告没有有效期",
            ),
        )
        .at(completed)
        .wanted(format!("{granted} … {}", x.today)),
    }
}

pub(super) fn superseded(x: &Examination) -> Finding {
    let law = "专利审查指南 第五部分第十章 6; 专利法实施细则 63";
    let make = |r, words| finding(Check::Superseded, r, words, law).by(SuppliedBy::Records);
    let proof = ("have that file compared with a copy obtained from the patent office", "将该文件与国家知识产权局出具的副本核对");
    match x.on_record {
        OnRecord::Superseded { by } => {
            make((Fail, "report.superseded"), ("a corrected report replaced it", "已被更正后的报告取代")).saw(by).cure(CORRECTED)
        }
        OnRecord::CorrectionUnproven { by } => make(
            (Unknown, "report.correction_unproven"),
            ("a file on record says it is a correction of it, and is not proven", "本系统记录中有自称更正后的报告，尚未核实"),
        )
        .saw(by)
        .cure(proof),
        OnRecord::Conflict { with, field } => make(
            (Unknown, "report.conflict"),
            (
                "another file on record says otherwise, and a patent has one report only",
                "本系统记录中另一文件的内容与之不一致，而一项专利只作出一份报告",
            ),
        )
        .saw(format!("{with}: {field}"))
        .cure(proof),
        OnRecord::Nothing => make((Pass, "report.not_superseded"), ("no corrected report is on record", "本系统记录中没有更正后的报告")),
    }
}

pub(super) fn in_force(x: &Examination) -> Finding {
    let law = "专利法 40, 42, 44, 47; 专利法实施细则 115";
    let make = |r, words| finding(Check::InForce, r, words, law);
    let printed = x.facts.patent_number.as_ref().map(|n| n.value.as_str());
    let kind = x.notice.map(|n| n.number).or(printed).and_then(|n| PatentNumber::parse(n).ok()).map(|n| n.kind());
    let kind = kind.or(x.facts.kind);
    let filed = x.register.and_then(|r| r.filed_on).or(x.facts.filed_on.as_ref().map(|d| d.value));
    let granted = x.register.and_then(|r| r.granted_on).or(x.facts.granted_on.as_ref().map(|d| d.value));
    let act = x.notice.and_then(|n| n.alleged_act_on);
    if let Some((kind, filed)) = kind.zip(filed) {
        let last = last_day_of_term(kind, filed);
        if x.today > last || act.is_some_and(|act| act > last) {
            let by_report = x.register.and_then(|r| r.filed_on).is_none();
            let read = x.facts.filed_on.as_ref().filter(|_| by_report).map_or(ReadBy::Text, |d| d.read);
            return make((Fail, "patent.expired"), ("the term is over", "专利权期限已届满"))
                .saw(last)
                .wanted(format!("≥ {}", act.unwrap_or(x.today)))
                .read(read);
        }
    }
    if let Some((act, granted)) = act.zip(granted).filter(|(act, granted)| act < granted) {
        let by_report = x.register.and_then(|r| r.granted_on).is_none();
        let read = x.facts.granted_on.as_ref().filter(|_| by_report).map_or(ReadBy::Text, |d| d.read);
        return make((Fail, "patent.act_before_grant"), ("the act lies before the grant", "被诉行为早于授权公告日"))
            .saw(act)
            .wanted(format!("≥ {granted}"))
            .read(read)
            .by(SuppliedBy::Complainant);
    }
    let Some(register) = x.register else {
        return make((Unknown, "register.missing"), ("nobody has looked up the register", "尚无登记簿信息"))
            .by(SuppliedBy::Nobody)
            .cure(EXTRACT);
    };
    let make = |r, words| make(r, words).by(SuppliedBy::Register).saw(register.status.word());
    if x.fresh_register().is_none() {
        return make((Unknown, "register.too_old"), ("the register was looked up more than 30 days ago", "登记簿信息已超过30日"))
            .saw(register.as_of)
            .cure(EXTRACT);
    }
    match register.status {
        RegisterStatus::InForce => make((Pass, "patent.in_force"), ("in force by the register", "登记簿显示专利权维持")),
        RegisterStatus::FeeGrace => {
            let f = make((Pass, "patent.fee_grace"), ("in force; an annual fee is overdue", "专利权维持，年费滞纳期内"));
            let warning = Some("the right ends with effect from the due date if the fee is not paid within the grace period".to_owned());
            Finding { warning, ..f.cure(("pay the fee and supply the receipt", "缴纳年费及滞纳金并提交收据")) }
        }
        RegisterStatus::LapsedRestorable => {
            make((Fail, "patent.lapsed_restorable"), ("lapsed for want of a fee; it can be restored", "因未缴年费终止，等待恢复"))
                .cure(("have the right restored", "办理恢复手续"))
        }
        RegisterStatus::Lapsed => make((Fail, "patent.lapsed"), ("lapsed for want of a fee", "因未缴年费终止失效")),
        RegisterStatus::Expired => make((Fail, "patent.expired"), ("the term is over", "专利权期限届满")),
        RegisterStatus::Invalidated => make((Fail, "patent.invalidated"), ("declared invalid as a whole", "已被宣告全部无效")),
        RegisterStatus::Abandoned => make((Fail, "patent.abandoned"), ("abandoned", "专利权已放弃")),
        RegisterStatus::NotGranted => make((Fail, "patent.not_granted"), ("not granted yet", "尚未授权公告")),
    }
}
