//! From running text to sentences: boxes, quotations and other people's words are told apart here, so that
//! what is left is the report's own.

use super::super::super::pdf::layout::{Flow, HARD_BREAK, SOFT_BREAK};
use super::super::words::{bracketed, tick};
use super::grammar::speaks_of_grant;
use super::numbers::{any, at, places};

/// Longest text between quotation marks, characters.
const QUOTED_CHARS_MAX: usize = 300;

/// One sentence, or one clause of it that ends with a semicolon.
#[derive(Debug)]
pub(super) struct Sentence {
    /// Its characters, without blanks, breaks and its box.
    pub(super) chars: Vec<char>,
    /// Before which characters the layout shows an end of a paragraph.
    pub(super) breaks: Vec<usize>,
    /// 1-based page on which it begins.
    pub(super) page: u32,
    /// Whether it stands under the heading of the conclusion.
    pub(super) in_conclusion: bool,
    /// Whether it tells what somebody else said.
    pub(super) is_others: bool,
    /// Whether a ticked box stands before it.
    pub(super) ticked: bool,
}

impl Sentence {
    /// The text.
    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Whether it explains words or says what would be, not what is.
    pub(super) fn is_general(&self) -> bool {
        const WORDS: &[&str] = &["是指", "所称", "如果", "若", "应当", "可以", "可能", "是否", "说明：", "注："];
        let text = self.text();
        WORDS.iter().any(|w| text.contains(w))
    }
}

/// Headings under which the conclusion stands.
const CONCLUSION_HEADS: &[&str] = &["初步结论", "评价结论", "结论"];
/// What begins after the conclusion.
const CONCLUSION_ENDS: &[&str] = &[
    "审查员",
    "审核员",
    "完成日期",
    "报告完成日期",
    "报告作出日期",
    "作出日期",
    "盖章",
    "专利权评价意见",
    "专利权评价报告",
    "表格",
    "说明",
    "注",
];
/// Who else speaks in a report.
const OTHERS: &[&str] = &[
    "请求人",
    "专利权人",
    "侵权人",
    "当事人",
    "利害关系人",
    "申请人",
    "被告",
    "原告",
    "对方",
    "他人",
    "原评价报告",
    "原报告",
    "更正前",
    "在先报告",
    "在先评价",
    "审查决定",
    "无效决定",
];
/// Other patents and cases, whose number stands behind their name.
const OTHER_CASES: &[&str] = &["同族专利", "同族申请", "关联专利", "其他专利", "另一专利", "另案"];
/// How they speak.
const SPEAKS: &[&str] = &[
    "认为",
    "主张",
    "称",
    "陈述",
    "指出",
    "提出",
    "表示",
    "声明",
    "意见",
    "请求书",
    "辩称",
    "强调",
    "质疑",
    "结论",
    "认定",
    "宣告",
    "曾",
    "所述",
];
/// How soon after their name, characters.
const SPEAKS_WITHIN: usize = 14;
/// How soon after a number and the name of a report (`CN211234567U的专利权评价报告的`).
const SPEAKS_WITHIN_OF_CASE: usize = 26;
/// How a line begins that is not the rest of the line before.
const LINE_STARTS: &[&str] = &[
    "检索范围",
    "评价所针对",
    "初步结论",
    "评价结论",
    "五、",
    "E.",
    "E初步",
    "A.",
    "B.",
    "C.",
    "D.",
    "全部权利要求",
    "权利要求",
    "第",
    "下列权利要求",
    "未检索",
    "全部外观设计",
    "设计",
    "套件",
    "该外观设计",
    "本外观设计",
    "本专利",
    "与授权公告",
    "由生效",
    "综上",
    "说明：",
    "注：",
];
/// Lines that are the form's own, whoever spoke before.
const FORM_LINES: &[&str] = &["检索范围", "评价所针对", "初步结论", "评价结论", "五、", "E.", "E初步", "A.", "B.", "C.", "D."];

/// A character and where it stands.
type Placed = (char, u32);

/// The sentences of a text; what stands beside an empty box or is quoted is left out.
pub(super) struct Sentences {
    pub(super) sentences: Vec<Sentence>,
    /// Whether there are boxes.
    pub(super) boxed: bool,
    /// Whether a verdict stands beside an empty box: the conclusion is one of several options.
    pub(super) options: bool,
}

/// Reads a text.
pub(super) fn sentences(flow: &Flow) -> Sentences {
    let marked = with_boxes(flow);
    let boxed = marked.iter().any(|(c, _)| tick(*c).is_some());
    let mut out = Vec::new();
    let (mut headed_on, mut options) = (None, false);
    for period in periods(&marked) {
        let mut others_speak = false;
        for part in parts(&period) {
            let Some(sentence) = sentence(&part) else { continue };
            let (ticked, mut sentence) = sentence;
            let text = sentence.text();
            if CONCLUSION_ENDS.iter().any(|w| text.starts_with(w)) {
                headed_on = None;
            }
            if is_headed(&sentence) {
                headed_on = Some(sentence.page);
            }
            sentence.in_conclusion = headed_on == Some(sentence.page);
            others_speak = (others_speak && !FORM_LINES.iter().any(|w| text.starts_with(w))) || is_others(&sentence.chars);
            sentence.is_others = others_speak;
            sentence.ticked = ticked == Some(true);
            if ticked == Some(false) {
                options |= speaks_of_grant(&sentence.chars);
            } else {
                out.push(sentence);
            }
        }
    }
    Sentences { sentences: out, boxed, options }
}

/// Whether a sentence begins with the heading of the conclusion: words that a colon, a line or a statement
/// follows, not a clause that speaks of conclusions.
fn is_headed(sentence: &Sentence) -> bool {
    let chars = &sentence.chars;
    let numbered = chars.iter().take_while(|c| c.is_ascii() || "一二三四五六七八九十、．".contains(**c)).count();
    let Some(length) = any(chars, numbered, CONCLUSION_HEADS) else { return false };
    let end = numbered + length;
    sentence.breaks.contains(&end) || chars.get(end).is_none_or(|c| matches!(c, '：' | ':')) || any(&chars[end..], 0, LINE_STARTS).is_some()
}

fn is_others(chars: &[char]) -> bool {
    let speaks = |from: usize, within: usize| {
        let near: String = chars[from..chars.len().min(from + within)].iter().collect();
        let near = near.replace("名称", "");
        SPEAKS.iter().any(|how| near.contains(how))
    };
    // The form's own words: 由生效的无效宣告请求审查决定维持有效的专利文件.
    places(chars, OTHERS).any(|(i, length)| speaks(i + length, SPEAKS_WITHIN) && !at(chars, i + length, "维持有效"))
        || places(chars, OTHER_CASES).any(|(i, length)| speaks(i + length, SPEAKS_WITHIN_OF_CASE))
}

/// The characters with every kind of box as one mark, and without quotations.
fn with_boxes(flow: &Flow) -> Vec<Placed> {
    let all: Vec<Placed> = flow.chars.iter().copied().zip(flow.pages.iter().copied()).filter(|(c, _)| *c != ' ').collect();
    let mut out = Vec::with_capacity(all.len());
    let mut i = 0;
    while i < all.len() {
        let next = [0, 1, 2].map(|n| all.get(i + n).map_or('\0', |p| p.0));
        if let Some((mark, length)) = bracketed(&next) {
            out.push((mark, all[i].1));
            i += length;
        } else if let Some(length) = quotation(&all[i..]) {
            i += length;
        } else {
            out.push(all[i]);
            i += 1;
        }
    }
    out
}

/// How long the quotation is that begins here.
fn quotation(rest: &[Placed]) -> Option<usize> {
    let close = match rest.first()?.0 {
        '“' => '”',
        '「' => '」',
        '『' => '』',
        '‘' => '’',
        _ => return None,
    };
    let within = &rest[..rest.len().min(QUOTED_CHARS_MAX)];
    within.iter().position(|(c, _)| *c == close || *c == HARD_BREAK).filter(|end| rest[*end].0 == close).map(|end| end + 1)
}

/// Text up to a full stop, a box or the end of a cell.
fn periods(chars: &[Placed]) -> Vec<Vec<Placed>> {
    let mut out = vec![Vec::new()];
    for placed in chars {
        let boxed = tick(placed.0).is_some();
        if boxed {
            out.push(Vec::new());
        }
        if let Some(last) = out.last_mut() {
            last.push(*placed);
        }
        if matches!(placed.0, '。' | HARD_BREAK) {
            out.push(Vec::new());
        }
    }
    out
}

/// The clauses of a period, each with the box before the period: up to a semicolon, or to a line that the
/// layout shows to be a new one.
fn parts(period: &[Placed]) -> Vec<Vec<Placed>> {
    let mut boxed = period.first().filter(|(c, _)| tick(*c).is_some()).copied();
    let mut out: Vec<Vec<Placed>> = vec![Vec::new()];
    for (i, placed) in period.iter().enumerate() {
        let ends = match placed.0 {
            '；' | ';' => true,
            SOFT_BREAK => begins_line(&period[i + 1..]) && !is_open(&period[..i]),
            _ => heads_conclusion(&period[i..]),
        };
        if ends {
            // A box stands before an option, not before the next part of the form.
            let skip = usize::from(matches!(placed.0, '；' | ';' | SOFT_BREAK));
            boxed = boxed.filter(|_| !begins_with(&period[i + skip..], FORM_LINES));
            out.push(boxed.into_iter().collect());
        }
        if let (Some(last), false) = (out.last_mut(), matches!(placed.0, '；' | ';')) {
            last.push(*placed);
        }
    }
    out
}

/// Whether the heading of the conclusion stands here, in the middle of what the layout shows as one line.
fn heads_conclusion(rest: &[Placed]) -> bool {
    if !rest.first().is_some_and(|(c, _)| matches!(c, '初' | '评')) {
        return false;
    }
    let start: Vec<char> = rest.iter().take(8).map(|p| p.0).collect();
    any(&start, 0, &CONCLUSION_HEADS[..2]).is_some_and(|n| matches!(start.get(n), Some('：' | ':') | Some(&SOFT_BREAK)))
}

fn begins_with(rest: &[Placed], words: &[&str]) -> bool {
    let start: Vec<char> = rest.iter().take(8).map(|p| p.0).collect();
    any(&start, 0, words).is_some()
}

fn begins_line(rest: &[Placed]) -> bool {
    begins_with(rest, LINE_STARTS)
}

/// Whether the text before a break is not over: it ends with a separator of a list.
fn is_open(before: &[Placed]) -> bool {
    before.last().is_some_and(|(c, _)| "、，,和及与至到-–—~～的除".contains(*c))
}

fn sentence(part: &[Placed]) -> Option<(Option<bool>, Sentence)> {
    let page = part.iter().find(|(c, _)| !matches!(*c, SOFT_BREAK | HARD_BREAK)).map(|p| p.1)?;
    let mut sentence = Sentence { chars: Vec::new(), breaks: Vec::new(), page, in_conclusion: false, is_others: false, ticked: false };
    let mut ticked = None;
    for (c, _) in part {
        match *c {
            SOFT_BREAK => sentence.breaks.push(sentence.chars.len()),
            HARD_BREAK | '。' => {}
            c if tick(c).is_some() && sentence.chars.is_empty() => ticked = tick(c),
            c => sentence.chars.push(c),
        }
    }
    (!sentence.chars.is_empty()).then_some((ticked, sentence))
}
