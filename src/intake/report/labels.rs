//! The fields of the form: a label and the value that belongs to it, found twice, once by ruled cells
//! and once by rows. A value counts if the readings that find one agree.

use super::super::pdf::layout::{Row, Sheet, cells, rows};
use crate::domain::patent::PatentNumber;

/// A field's label and what its value must look like.
pub(super) struct Label {
    pub(super) names: &'static [&'static str],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    Number,
}

const fn label(names: &'static [&'static str], kind: Kind) -> Label {
    Label { names, kind }
}

pub(super) const PATENT_NUMBER: Label = label(&["专利号"], Kind::Number);
pub(super) const TITLE: Label = label(
    &["实用新型名称", "外观设计产品名称", "使用外观设计的产品名称", "使用该外观设计的产品名称", "外观设计名称", "产品名称", "发明创造名称"],
    Kind::Text,
);
pub(super) const HOLDER: Label = label(&["专利权人", "专利权人姓名或名称"], Kind::Text);
pub(super) const REQUESTER: Label = label(&["请求人", "请求人姓名或名称"], Kind::Text);
pub(super) const FILED_ON: Label = label(&["申请日"], Kind::Date);
pub(super) const PRIORITY_ON: Label = label(&["优先权日"], Kind::Date);
pub(super) const GRANTED_ON: Label = label(&["授权公告日"], Kind::Date);
pub(super) const COMPLETED_ON: Label = label(&["完成日期", "报告作出日期", "作出日期", "报告完成日期", "完成日"], Kind::Date);
pub(super) const EXAMINER: Label = label(&["审查员"], Kind::Text);

/// Labels that end a value which stands before them on the same row.
const ALL: &[&str] = &[
    "专利号",
    "实用新型名称",
    "外观设计产品名称",
    "使用外观设计的产品名称",
    "使用该外观设计的产品名称",
    "外观设计名称",
    "产品名称",
    "专利权人",
    "请求人",
    "请求日",
    "申请日",
    "优先权日",
    "授权公告日",
    "完成日期",
    "报告作出日期",
    "作出日期",
    "审查员",
    "审核员",
    "总页数",
    "盖章",
    "国际外观设计分类号",
    "国际专利分类号",
    "发明创造名称",
    "申请号",
    "授权公告号",
    "引用文件副本",
];

/// A value found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) value: String,
    pub(super) page: u32,
    pub(super) quote: String,
}

/// What was found of a label.
pub(super) struct Found {
    pub(super) field: Option<Field>,
    pub(super) disagree: bool,
}

/// Finds the value of a label.
pub(super) fn find(sheets: &[Sheet], label: &Label) -> Found {
    let by_cell: Vec<Field> = sheets.iter().flat_map(|s| in_cells(s, label)).collect();
    let by_row: Vec<Field> = sheets.iter().flat_map(|s| in_rows(s, label)).collect();
    match (one(&by_cell, label), one(&by_row, label)) {
        (Err(()), _) => Found { field: None, disagree: true },
        // Rows say different things where cells are plain: a value that wraps is cut by rows.
        (Ok(Some(cell)), Err(())) => Found { field: Some(cell), disagree: false },
        (Ok(None), Err(())) => Found { field: None, disagree: true },
        (Ok(Some(cell)), Ok(Some(row))) => {
            let (a, b) = (norm(&cell.value, label), norm(&row.value, label));
            let agree = a == b || (label.kind == Kind::Text && (a.contains(&b) || b.contains(&a)));
            if agree { Found { field: Some(cell), disagree: false } } else { Found { field: None, disagree: true } }
        }
        (Ok(cell), Ok(row)) => Found { field: cell.or(row), disagree: false },
    }
}

/// The one value of a label; `Err` if it has two that differ.
fn one(fields: &[Field], label: &Label) -> Result<Option<Field>, ()> {
    let Some(first) = fields.first() else { return Ok(None) };
    let same = |f: &Field| norm(&f.value, label) == norm(&first.value, label);
    if fields.iter().all(same) { Ok(Some(first.clone())) } else { Err(()) }
}

fn norm(value: &str, label: &Label) -> String {
    match label.kind {
        Kind::Date => super::words::date(value).map(|d| d.to_string()).unwrap_or_default(),
        Kind::Number => PatentNumber::parse(value).map_or_else(|_| bare(value), |n| n.to_string()),
        Kind::Text => bare(value),
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A value that can be one of this label's: not another label, a date where a date is asked for.
fn fits(value: &str, label: &Label) -> bool {
    let value = bare(value);
    let text = value.trim_matches([':', '：']);
    if text.is_empty() || ALL.contains(&text) || text.chars().count() > 200 {
        return false;
    }
    match label.kind {
        Kind::Date => super::words::date(text).is_some(),
        Kind::Number => text.bytes().filter(u8::is_ascii_digit).count() >= 6,
        Kind::Text => !matches!(text, "无" | "-" | "—" | "/" | "——"),
    }
}

/// `label`, or `label：value` (then the value is not empty), out of a text; none if it is neither.
fn split<'a>(text: &'a str, label: &Label) -> Option<&'a str> {
    let text = text.trim_start_matches(['（', '(', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '、', ' ']);
    label.names.iter().find_map(|name| {
        let rest = strip_spaced(text, name)?;
        if rest.is_empty() {
            return Some(rest);
        }
        let value = rest.trim_start_matches(' ');
        value.strip_prefix([':', '：']).map(|v| v.trim_start_matches(' '))
    })
}

/// The rest of a text after a name whose letters may stand apart (`专 利 号`).
fn strip_spaced<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    for c in name.chars() {
        rest = rest.trim_start_matches(' ').strip_prefix(c)?;
    }
    Some(rest)
}

fn in_cells(sheet: &Sheet, label: &Label) -> Vec<Field> {
    const NEAR: f64 = 4.0;
    let (boxes, _) = cells(sheet);
    let mut found = Vec::new();
    for (i, cell) in boxes.iter().enumerate() {
        let text = cell.text();
        let Some(inline) = split(&text, label) else { continue };
        if !inline.is_empty() {
            if fits(inline, label) {
                found.push(Field { value: inline.to_owned(), page: sheet.page, quote: text.clone() });
            }
            continue;
        }
        let [_, top, right, bottom] = cell.edges;
        // The cell to the right, of the same height.
        let beside = boxes.iter().enumerate().find(|(j, other)| {
            let [left, other_top, _, other_bottom] = other.edges;
            *j != i && (left - right).abs() < NEAR && (other_top - top).abs() < NEAR && (other_bottom - bottom).abs() < NEAR
        });
        if let Some((_, value)) = beside {
            let value = value.text();
            if fits(&value, label) {
                found.push(Field { quote: format!("{text} {value}"), value, page: sheet.page });
            }
        }
    }
    found
}

fn in_rows(sheet: &Sheet, label: &Label) -> Vec<Field> {
    let all: Vec<usize> = (0..sheet.glyphs.len()).collect();
    let mut found = Vec::new();
    for row in rows(sheet, &all) {
        for (i, chunk) in row.chunks.iter().enumerate() {
            let Some(inline) = split(&chunk.text, label) else { continue };
            let value = if inline.is_empty() { until_next_label(&row, i + 1) } else { inline.to_owned() };
            if fits(&value, label) {
                found.push(Field { value, page: sheet.page, quote: row.text() });
            }
        }
    }
    found
}

/// The chunk after a label, and those that follow it closely, up to the next label.
fn until_next_label(row: &Row, from: usize) -> String {
    const CLOSE_EMS: f64 = 2.0;
    let mut value = String::new();
    let mut end = f64::INFINITY;
    for chunk in row.chunks.iter().skip(from) {
        let text = bare(&chunk.text);
        let apart = chunk.x0 - end > chunk.size * CLOSE_EMS;
        if ALL.contains(&text.trim_end_matches([':', '：'])) || apart {
            break;
        }
        value.push_str(&chunk.text);
        end = chunk.x1;
    }
    value
}

/// The rows of a sheet as text without blanks, from the top.
pub(super) fn lines(sheet: &Sheet) -> Vec<String> {
    let all: Vec<usize> = (0..sheet.glyphs.len()).collect();
    rows(sheet, &all).iter().map(|r| bare(&r.text())).collect()
}
