//! Running text of a whole file, in two orders: by place (cells, then rows) and by content stream.
//! Sentences run over rows and pages, so rows are joined; where a paragraph or a cell ends stands
//! [`SOFT_BREAK`] or [`HARD_BREAK`]. Running heads and page numbers are left out.

use std::collections::{HashMap, HashSet};

use super::{Cell, Row, Sheet, cells, rows, squeeze};

/// Ends a paragraph, as far as the geometry shows.
pub const SOFT_BREAK: char = '\n';
/// Ends a cell, or a chunk far from the next.
pub const HARD_BREAK: char = '\u{1e}';
/// Part of the page's height at top and bottom where running heads stand.
const MARGIN_SHARE: f64 = 0.1;

/// Text with the page of each character.
#[derive(Debug, Default)]
pub struct Flow {
    /// The characters.
    pub chars: Vec<char>,
    /// 1-based page of each character.
    pub pages: Vec<u32>,
}

impl Flow {
    fn push(&mut self, text: &str, page: u32) {
        self.chars.extend(text.chars());
        self.pages.resize(self.chars.len(), page);
    }

    fn end(&mut self, mark: char, page: u32) {
        match self.chars.last_mut() {
            None => {}
            Some(last) if *last == HARD_BREAK || (*last == SOFT_BREAK && mark == SOFT_BREAK) => {}
            Some(last) if *last == SOFT_BREAK => *last = mark,
            Some(_) => {
                self.chars.push(mark);
                self.pages.push(page);
            }
        }
    }
}

/// Text by place: cells from the top, rows outside cells between them.
pub fn by_place(sheets: &[Sheet]) -> Flow {
    let furniture = furniture(sheets);
    let mut flow = Flow::default();
    for (sheet, skip) in sheets.iter().zip(&furniture) {
        let (boxed, free) = cells(sheet);
        let mut blocks: Vec<(f64, f64, Vec<Row>)> = boxed.into_iter().map(|Cell { edges, rows, .. }| (edges[1], edges[0], rows)).collect();
        let free: Vec<usize> = free.into_iter().filter(|i| !skip.contains(i)).collect();
        let cuts: Vec<f64> = blocks.iter().map(|b| b.0).collect();
        for row in rows(sheet, &free) {
            // Free rows with no cell between them are one block.
            match blocks.last_mut() {
                Some((top, left, block)) if *left == f64::NEG_INFINITY && !cuts.iter().any(|c| *c > *top && *c < row.y) => {
                    block.push(row);
                }
                _ => blocks.push((row.y, f64::NEG_INFINITY, vec![row])),
            }
        }
        blocks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (_, left, block) in blocks {
            if left != f64::NEG_INFINITY {
                flow.end(HARD_BREAK, sheet.page);
            }
            push_block(&mut flow, &block);
            if left != f64::NEG_INFINITY {
                flow.end(HARD_BREAK, sheet.page);
            }
        }
    }
    flow
}

/// Writes rows of one block, with a break where a paragraph ends.
fn push_block(flow: &mut Flow, block: &[Row]) {
    let right = block.iter().map(Row::x1).fold(f64::NEG_INFINITY, f64::max);
    let left = block.iter().map(Row::x0).fold(f64::INFINITY, f64::min);
    for (i, row) in block.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|i| block.get(i)) {
            let short = right - before.x1() > row.size() * 1.6;
            let resized = (before.size() - row.size()).abs() > 1.0;
            let indented = row.x0() - left > row.size() * 1.5 && before.x0() - left < row.size();
            let apart = row.y - before.y > row.size() * 2.6;
            if short || resized || indented || apart {
                flow.end(SOFT_BREAK, row.page);
            }
        }
        flow.push(&row.text(), row.page);
    }
}

/// Text in the order in which it was drawn.
pub fn by_stream(sheets: &[Sheet]) -> Flow {
    let furniture = furniture(sheets);
    let mut flow = Flow::default();
    for (sheet, skip) in sheets.iter().zip(&furniture) {
        let right = sheet.glyphs.iter().map(|g| g.x + g.width()).fold(0.0, f64::max);
        let mut last: Option<super::Glyph> = None;
        let mut text = String::new();
        for (i, glyph) in sheet.glyphs.iter().enumerate() {
            if skip.contains(&i) {
                continue;
            }
            if let Some(before) = last {
                let end = before.x + before.width();
                let same_row = (glyph.y - before.y).abs() < before.size * 0.6;
                let mark = if same_row {
                    let jump = glyph.x - end > glyph.size * 3.0 || glyph.x < before.x - glyph.size;
                    jump.then_some(HARD_BREAK)
                } else if glyph.y < before.y || glyph.y - before.y > before.size * 3.0 {
                    Some(HARD_BREAK)
                } else {
                    let short = right - end > glyph.size * 3.0;
                    let resized = (glyph.size - before.size).abs() > 1.0;
                    (short || resized).then_some(SOFT_BREAK)
                };
                if let Some(mark) = mark {
                    flow.push(&squeeze(&text), sheet.page);
                    text.clear();
                    flow.end(mark, sheet.page);
                }
            }
            text.push(glyph.ch);
            if glyph.ch != ' ' {
                last = Some(*glyph);
            }
        }
        flow.push(&squeeze(&text), sheet.page);
    }
    flow
}

/// Glyphs of running heads and page numbers, per sheet.
fn furniture(sheets: &[Sheet]) -> Vec<HashSet<usize>> {
    let margins: Vec<Vec<Row>> = sheets
        .iter()
        .map(|sheet| {
            let edge = sheet.height * MARGIN_SHARE;
            let members: Vec<usize> = (0..sheet.glyphs.len())
                .filter(|i| {
                    let y = sheet.glyphs[*i].y;
                    y < edge || y > sheet.height - edge
                })
                .collect();
            rows(sheet, &members)
        })
        .collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    for page in &margins {
        let texts: HashSet<String> = page.iter().map(|r| without_digits(&r.text())).collect();
        for text in texts {
            *times.entry(text).or_default() += 1;
        }
    }
    margins
        .iter()
        .map(|page| {
            page.iter()
                .filter(|row| {
                    let text = row.text();
                    let again = times.get(&without_digits(&text)).is_some_and(|n| *n > 1);
                    is_page_number(&text) || (again && row.page > 1) || (again && row.y > 400.0)
                })
                .flat_map(|row| row.members.iter().copied())
                .collect()
        })
        .collect()
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn is_page_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "第页共/-—–·,，()（） ".contains(c))
}
