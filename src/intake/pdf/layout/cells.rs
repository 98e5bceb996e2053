//! Cells by ruling lines: a glyph lies in the cell of the nearest rule on each of its four sides.
//! Rules come as strokes, rectangles and thin filled strips, many to a line; all are the same here.

use std::collections::BTreeMap;

use super::{Row, Rule, Sheet, rows};

/// How far a rule may end short of the glyph it bounds, points.
const RULE_SHORT: f64 = 2.5;

/// One cell with text.
#[derive(Clone, Debug)]
pub struct Cell {
    /// 1-based page.
    pub page: u32,
    /// Left, top, right, bottom in points.
    pub edges: [f64; 4],
    /// The rows within, from the top.
    pub rows: Vec<Row>,
}

impl Cell {
    /// The whole text; rows are joined without a break.
    pub fn text(&self) -> String {
        super::squeeze(&self.rows.iter().map(Row::text).collect::<Vec<_>>().concat())
    }
}

/// Cells of a sheet in reading order, and the glyphs that lie in none.
pub fn cells(sheet: &Sheet) -> (Vec<Cell>, Vec<usize>) {
    let across: Vec<&Rule> = sheet.rules.iter().filter(|r| r.horizontal).collect();
    let down: Vec<&Rule> = sheet.rules.iter().filter(|r| !r.horizontal).collect();
    let mut found: BTreeMap<[i64; 4], ([f64; 4], Vec<usize>)> = BTreeMap::new();
    let mut free = Vec::new();
    for (index, glyph) in sheet.glyphs.iter().enumerate() {
        let (cx, cy) = glyph.centre();
        let edges = nearest(&down, cx, cy).zip(nearest(&across, cy, cx));
        let Some(((left, right), (top, bottom))) = edges else {
            free.push(index);
            continue;
        };
        let key = [top, left, bottom, right].map(rounded);
        found.entry(key).or_insert_with(|| ([left, top, right, bottom], Vec::new())).1.push(index);
    }
    let mut out = Vec::new();
    for (edges, members) in found.into_values() {
        let rows = rows(sheet, &members);
        if !rows.is_empty() {
            out.push(Cell { page: sheet.page, edges, rows });
        }
    }
    (out, free)
}

/// The nearest rules below and above `at` that pass the point's other coordinate.
fn nearest(rules: &[&Rule], at: f64, other: f64) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for rule in rules {
        if other < rule.from - RULE_SHORT || other > rule.to + RULE_SHORT {
            continue;
        }
        if rule.at <= at {
            low = low.max(rule.at);
        } else {
            high = high.min(rule.at);
        }
    }
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// Rules of neighbouring cells differ by fractions of a point.
#[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
fn rounded(v: f64) -> i64 {
    (v / 3.0).round() as i64
}
