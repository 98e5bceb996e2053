//! The fields of the form: a label and the value that belongs to it, found by ruled cells and by rows. A
//! value counts if it is what its label asks for and the readings that find one agree.

use super::super::pdf::layout::{Cell, Row};
use super::laid::Laid;
use super::pieces::{Piece, RowPieces, bare, label_in};
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

pub(super) const PATENT_NUMBER: Label =
    label(&["专利号", "申请号或专利号", "专利号或申请号", "申请号/专利号", "专利申请号或专利号"], Kind::Number);
pub(super) const TITLE: Label = label(
    &[
        "实用新型名称",
        "外观设计产品名称",
        "使用外观设计的产品名称",
        "使用该外观设计的产品名称",
        "外观设计名称",
        "产品名称",
        "发明创造名称",
        "专利名称",
    ],
    Kind::Text,
);
pub(super) const HOLDER: Label = label(&["专利权人", "专利权人姓名或名称", "专利权人姓名或者名称"], Kind::Text);
pub(super) const REQUESTER: Label = label(&["请求人", "请求人姓名或名称", "请求人姓名或者名称"], Kind::Text);
pub(super) const FILED_ON: Label = label(&["申请日", "申请日期"], Kind::Date);
pub(super) const PRIORITY_ON: Label = label(&["优先权日", "优先权日期", "最早优先权日"], Kind::Date);
pub(super) const GRANTED_ON: Label = label(&["授权公告日", "授权公告日期"], Kind::Date);
pub(super) const COMPLETED_ON: Label = label(
    &["完成日期", "报告作出日期", "作出日期", "报告完成日期", "完成日", "报告完成日", "报告作出日", "评价报告完成日期", "评价报告作出日期"],
    Kind::Date,
);
pub(super) const EXAMINER: Label = label(&["审查员"], Kind::Text);

/// Labels whose values are not kept; they end a value that stands before them.
const OTHERS: &[&str] = &[
    "请求日",
    "请求日期",
    "审核员",
    "总页数",
    "盖章",
    "国际外观设计分类号",
    "国际专利分类号",
    "申请号",
    "授权公告号",
    "引用文件副本",
    "分类号",
    "代理机构",
    "专利代理机构",
    "联系人",
    "地址",
    "发文日",
    "收件人",
    "文件名称",
    "评价所针对的文本",
    "检索范围",
    "主题分类",
    "初步结论",
];

/// Every label of the form.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    [&PATENT_NUMBER, &TITLE, &HOLDER, &REQUESTER, &FILED_ON, &PRIORITY_ON, &GRANTED_ON, &COMPLETED_ON, &EXAMINER]
        .into_iter()
        .flat_map(|l| l.names.iter().copied())
        .chain(OTHERS.iter().copied())
}

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

/// Finds the value of a label: by the table's cells or columns, or, where it stands in neither, by rows.
pub(super) fn find(sheets: &[Laid], label: &Label) -> Found {
    let mut by_table: Vec<Option<Field>> = sheets.iter().flat_map(|s| in_cells(s, label)).collect();
    if by_table.is_empty() {
        by_table = sheets.iter().flat_map(|s| in_bands(s, label)).collect();
    }
    let by_row: Vec<Field> = sheets.iter().flat_map(|s| in_rows(s, label)).collect();
    let none = |disagree| Found { field: None, disagree };
    let stated: Vec<Field> = by_table.iter().flatten().cloned().collect();
    match (one(&stated, label), one(&by_row, label)) {
        (Err(()), _) => none(true),
        // The label's cell was found, and it is empty.
        (Ok(None), _) if !by_table.is_empty() => none(false),
        (Ok(None), Err(())) => none(true),
        (Ok(Some(cell)), Ok(Some(row))) => {
            // Rows cut a text that wraps; a date or number they find whole must be the same.
            let agree = label.kind == Kind::Text || !is_sound(&row.value, label) || norm(&cell.value, label) == norm(&row.value, label);
            if agree { Found { field: Some(cell), disagree: false } } else { none(true) }
        }
        // A number that rows cut is no number.
        (Ok(None), Ok(row)) => {
            Found { field: row.filter(|f| label.kind != Kind::Number || is_sound(&f.value, label) || is_long(&f.value)), disagree: false }
        }
        (Ok(cell), _) => Found { field: cell, disagree: false },
    }
}

/// Whether a value's own check passes.
fn is_sound(value: &str, label: &Label) -> bool {
    match label.kind {
        Kind::Date => super::words::date(value).is_some(),
        Kind::Number => PatentNumber::parse(value).is_ok(),
        Kind::Text => true,
    }
}

/// Whether a number has as many digits as a patent's, so that nothing of it was cut off.
fn is_long(value: &str) -> bool {
    value.bytes().filter(|b| b.is_ascii_digit() || matches!(b, b'X' | b'x')).count() >= 13
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

/// A value that can be one of this label's: not another label, a date where a date is asked for.
fn fits(value: &str, label: &Label) -> bool {
    let value = bare(value);
    let text = value.trim_matches([':', '：']);
    let other_label = |name: &str| name == text || (name.chars().count() >= 3 && text.contains(name));
    // A wrapped label of the next column has run into it, or its own next line is missing.
    let mixed = ["专利权", "公告日", "优先权"].iter().any(|w| text.contains(w)) || text.ends_with(['；', ';', '、', '（', '(']);
    if mixed || text.contains(char::REPLACEMENT_CHARACTER) || text.is_empty() || text.chars().count() > 200 || all().any(other_label) {
        return false;
    }
    match label.kind {
        Kind::Date => super::words::date(text).is_some(),
        Kind::Number => text.bytes().filter(u8::is_ascii_digit).count() >= 6,
        Kind::Text => !is_dash(text),
    }
}

/// What stands in an empty cell.
fn is_dash(text: &str) -> bool {
    text.chars().all(|c| "无-—–/\\_ ".contains(c))
}

fn is_label(text: &str) -> bool {
    label_in(text).is_some_and(|(_, rest)| rest.is_empty())
}

/// Lines of a cell whose first are a label and whose others are its value.
fn headed(lines: &[String]) -> Option<(&'static str, String)> {
    (1..lines.len()).find_map(|n| {
        let head = lines[..n].concat();
        let (name, rest) = label_in(&head)?;
        rest.is_empty().then(|| (name, lines[n..].concat()))
    })
}

/// In ruled cells: behind the label in its own cell, in the cell to the right, in the cell below. None for a
/// label without a value.
fn in_cells(sheet: &Laid, label: &Label) -> Vec<Option<Field>> {
    let mut found = Vec::new();
    for (i, cell) in sheet.cells.iter().enumerate() {
        let text = cell.text();
        let Some((name, inline)) =
            label_in(&text).map(|(n, v)| (n, v.to_owned())).or_else(|| headed(&cell.rows.iter().map(Row::text).collect::<Vec<_>>()))
        else {
            continue;
        };
        if !label.names.contains(&name) {
            continue;
        }
        let (value, quote) = if inline.is_empty() {
            let within = sheet.beside(i).filter(|c| !is_label(&c.text())).or_else(|| {
                let below = sheet.below(i).filter(|c| !is_label(&c.text()))?;
                sheet.heads_column(i).then_some(below)
            });
            let value = within.map(Cell::text).unwrap_or_default();
            let quote = format!("{text} {value}");
            (value, quote)
        } else {
            (inline, text.clone())
        };
        found.push(field(sheet, value, (quote, label)));
    }
    found
}

fn field(sheet: &Laid, value: String, (quote, label): (String, &Label)) -> Option<Field> {
    let value = value.trim_matches([':', '：', ' ']).to_owned();
    fits(&value, label).then_some(Field { value, page: sheet.sheet.page, quote })
}

/// In columns without ruling lines: in the next column, or under the label in its own.
fn in_bands(sheet: &Laid, label: &Label) -> Vec<Option<Field>> {
    let mut found = Vec::new();
    for band in &sheet.bands {
        for (i, slot) in band.iter().enumerate() {
            let text = slot.text();
            let Some((name, inline)) = label_in(&text).map(|(n, v)| (n, v.to_owned())).or_else(|| headed(&slot.lines)) else { continue };
            if !label.names.contains(&name) {
                continue;
            }
            let beside = band.get(i + 1).map(super::columns::Slot::text).filter(|t| !is_label(t));
            match (inline.is_empty(), beside) {
                // A band may hold more than one pair; then it says nothing.
                (false, _) => found.extend(field(sheet, inline, (text, label)).filter(|f| is_sound(&f.value, label)).map(Some)),
                // So may a column, where a long text hides where the next begins: rows know.
                (true, Some(value)) if label.kind != Kind::Text && !is_dash(&value) && !is_sound(&value, label) => {}
                (true, Some(value)) => found.push(field(sheet, value.clone(), (format!("{text} {value}"), label))),
                // Its value may stand in the next band: rows know.
                (true, None) => {}
            }
        }
    }
    found
}

/// By rows: behind the label, to its right up to the next label, or below it.
fn in_rows(sheet: &Laid, label: &Label) -> Vec<Field> {
    let mut found = Vec::new();
    for (r, row) in sheet.pieces.iter().enumerate() {
        for (p, piece) in row.pieces.iter().enumerate() {
            if !piece.label.is_some_and(|name| label.names.contains(&name)) {
                continue;
            }
            let value = if piece.inline.is_empty() {
                to_the_right(&sheet.pieces, (r, p)).or_else(|| below(&sheet.pieces, (r, p)))
            } else {
                Some(piece.inline.clone() + &goes_on_below(sheet, (r, p)))
            };
            let quote = |value: &str| format!("{} {value}", piece.text);
            found.extend(value.map(|v| without_next_label(&v)).and_then(|v| field(sheet, v.clone(), (quote(&v), label))));
        }
    }
    found
}

/// A value up to the next label and its colon: two pairs on a line with a narrow gap between them.
fn without_next_label(value: &str) -> String {
    let cut = all().filter_map(|name| [':', '：'].iter().filter_map(|c| value.find(&format!("{name}{c}"))).min()).min();
    value[..cut.unwrap_or(value.len())].trim_end().to_owned()
}

/// A line that ends so near to the next text or to the edge of the page's text may go on below, in heights
/// of the letters.
const FULL_LINE_EMS: f64 = 2.5;

/// The next lines of a cell that holds label and value, where the first is full.
fn goes_on_below(sheet: &Laid, (r, p): (usize, usize)) -> String {
    let rows = &sheet.pieces;
    let label = &rows[r].pieces[p];
    let edge = rows.iter().flat_map(|row| &row.pieces).map(|o| o.x1).fold(0.0, f64::max);
    let right = rows[r].pieces.get(p + 1).map_or(edge, |next| next.x0);
    let (mut out, mut from, mut end) = (String::new(), rows[r].y, label.x1);
    for row in &rows[r + 1..] {
        let Some(piece) = row.pieces.iter().find(|o| (o.x0 - label.x0).abs() <= label.size * 0.3) else { break };
        let full = right - end <= label.size * FULL_LINE_EMS;
        if !full || piece.label.is_some() || row.y - from > label.size * LINE_EMS || piece.x1 > right {
            break;
        }
        out += &piece.text;
        (from, end) = (row.y, piece.x1);
    }
    out
}

/// Lines of one value are at most this far apart, in heights of the letters.
const LINE_EMS: f64 = 1.9;
/// A label in the middle of a value of two lines is so far from each.
const HALF_LINE_EMS: f64 = 1.0;
/// Left ends so near to each other are one column, in heights of the letters.
const COLUMN_EMS: f64 = 1.5;

/// Pieces between a label and the next one on its row, and the lines above and below that go on with them.
fn to_the_right(rows: &[RowPieces], (r, p): (usize, usize)) -> Option<String> {
    let label = &rows[r].pieces[p];
    let right = rows[r].pieces[p + 1..].iter().find(|o| o.label.is_some()).map_or(f64::INFINITY, |o| o.x0);
    let within = |row: &RowPieces| -> Vec<Piece> {
        let fits = |o: &&Piece| o.label.is_none() && o.x0 >= label.x1 - label.size * 0.2 && o.x0 < right - label.size * 0.5;
        row.pieces.iter().filter(fits).cloned().collect()
    };
    let own = within(&rows[r]);
    // Beside nothing only the two halves of a value go on that the label stands in the middle of.
    let reach = if own.is_empty() { HALF_LINE_EMS } else { LINE_EMS };
    let goes_on = |from: f64, row: &RowPieces| -> Option<Vec<Piece>> {
        let labelled = row.pieces.iter().any(|o| o.label.is_some() && (o.x0 - label.x0).abs() < label.size * COLUMN_EMS);
        let pieces = within(row);
        let left = own.first().map(|o| o.x0);
        let aligned = pieces.first().is_some_and(|o| left.is_none_or(|x| (o.x0 - x).abs() < label.size * COLUMN_EMS));
        ((row.y - from).abs() <= label.size * reach && !labelled && aligned).then_some(pieces)
    };
    let (mut above, mut after) = (Vec::new(), Vec::new());
    let mut from = rows[r].y;
    for row in rows[..r].iter().rev() {
        let Some(pieces) = goes_on(from, row) else { break };
        // A line above belongs to this label only if it is nearer to it than to the label before.
        let before = rows[..r]
            .iter()
            .rev()
            .find(|o| o.pieces.iter().any(|o| o.label.is_some() && (o.x0 - label.x0).abs() < label.size * COLUMN_EMS));
        if before.is_some_and(|b| row.y - b.y <= rows[r].y - row.y) {
            break;
        }
        from = row.y;
        above.splice(0..0, pieces);
    }
    from = rows[r].y;
    for (n, row) in rows.iter().enumerate().skip(r + 1) {
        let Some(pieces) = goes_on(from, row) else { break };
        let next =
            rows[n..].iter().find(|o| o.pieces.iter().any(|o| o.label.is_some() && (o.x0 - label.x0).abs() < label.size * COLUMN_EMS));
        if !above.is_empty() && next.is_some_and(|next| next.y - row.y < row.y - rows[r].y) {
            break;
        }
        from = row.y;
        after.extend(pieces);
    }
    if own.is_empty() && (above.is_empty() || after.is_empty()) {
        return None;
    }
    let all: Vec<String> = above.into_iter().chain(own).chain(after).map(|o| o.text).collect();
    (!all.is_empty()).then(|| all.concat())
}

/// The lines under a label that has nothing to its right, down to the next label.
fn below(rows: &[RowPieces], (r, p): (usize, usize)) -> Option<String> {
    const FIRST_LINE_EMS: f64 = 3.0;
    let label = &rows[r].pieces[p];
    let right = rows[r].pieces[p + 1..].first().map_or(f64::INFINITY, |o| o.x0);
    let mut from = rows[r].y;
    let mut reach = FIRST_LINE_EMS;
    let mut value = String::new();
    for row in &rows[r + 1..] {
        if row.y - from > label.size * reach || row.pieces.iter().any(|o| o.label.is_some()) {
            break;
        }
        let pieces: Vec<&Piece> =
            row.pieces.iter().filter(|o| o.x0 >= label.x0 - label.size * COLUMN_EMS && o.x0 < right - label.size * 0.5).collect();
        if pieces.first().is_none_or(|o| (o.x0 - label.x0).abs() > label.size * COLUMN_EMS) {
            // The line of another column, or the end of this one.
            if value.is_empty() || pieces.is_empty() {
                continue;
            }
            break;
        }
        value.extend(pieces.iter().map(|o| o.text.as_str()));
        (from, reach) = (row.y, LINE_EMS);
    }
    (!value.is_empty()).then_some(value)
}
