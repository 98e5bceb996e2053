//! The header of a form without ruling lines: columns by where labels and values begin, bands by the gaps
//! between lines. A label or value that wraps is whole in its column and band.

use super::super::pdf::layout::{Row, Sheet, squeeze};
use super::pieces::RowPieces;

/// Lines further apart than this, in heights of the letters, are of different rows of the table.
const BAND_EMS: f64 = 1.97;
/// Left ends so near to each other are one column, points.
const SAME_COLUMN: f64 = 3.0;
/// A column cuts through no text, but for one that fills its cell to the edge: at most one in so many.
const CUT_TIMES: usize = 3;
/// How often something must begin at a place that is a column.
const BEGINS_MIN: usize = 2;

/// Rows without a label within a table of labels.
const UNLABELLED_MAX: usize = 4;
/// What follows the table.
const HEADINGS: &[&str] = &["评价所针对的文本", "检索范围", "主题分类", "初步结论"];

/// One column of one band: its lines from the top.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    pub(super) lines: Vec<String>,
}

impl Slot {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        squeeze(&self.lines.concat())
    }
}

/// The bands of the parts of a sheet that hold labels, each with its columns from the left.
pub(super) fn bands(sheet: &Sheet, rows: &[Row], pieces: &[RowPieces]) -> Vec<Vec<Slot>> {
    regions(pieces).into_iter().flat_map(|(first, last)| bands_of(sheet, &rows[first..=last], &pieces[first..=last])).collect()
}

/// First and last rows of each table of labels; a heading of the form ends one, and so do rows without any.
fn regions(pieces: &[RowPieces]) -> Vec<(usize, usize)> {
    let is_heading = |r: &RowPieces| r.pieces.iter().any(|p| p.label.is_some_and(|name| HEADINGS.contains(&name)));
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut open = false;
    for (r, row) in pieces.iter().enumerate() {
        if is_heading(row) {
            open = false;
        } else if row.pieces.iter().any(|p| p.label.is_some()) {
            match out.last_mut() {
                Some((_, last)) if open && r - *last <= UNLABELLED_MAX => *last = r,
                _ => out.push((r, r)),
            }
            open = true;
        }
    }
    let is_text = |r: usize| pieces.get(r).is_some_and(|row| !is_heading(row) && row.pieces.iter().all(|p| p.label.is_none()));
    // The first and last values may wrap above and below their labels.
    out.iter()
        .map(|(first, last)| {
            (if *first > 0 && is_text(first - 1) { first - 1 } else { *first }, if is_text(last + 1) { last + 1 } else { *last })
        })
        .collect()
}

fn bands_of(sheet: &Sheet, rows: &[Row], pieces: &[RowPieces]) -> Vec<Vec<Slot>> {
    let starts = columns(pieces);
    let mut out: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let joins = out.last().and_then(|band| band.last()).is_some_and(|before| row.y - before.y <= row.size() * BAND_EMS);
        match out.last_mut() {
            Some(band) if joins => band.push(row),
            _ => out.push(vec![row]),
        }
    }
    out.into_iter().map(|band| slots(sheet, &starts, band.into_iter())).collect()
}

/// Where columns begin: where several rows have something begin and nothing goes across; across the
/// beginning of labels a value that fills its cell to the edge may seem to go.
fn columns(rows: &[RowPieces]) -> Vec<f64> {
    let mut begins: Vec<(f64, bool)> = rows.iter().flat_map(|r| &r.pieces).map(|p| (p.x0, p.label.is_some())).collect();
    begins.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, usize, bool)> = Vec::new();
    for (x, label) in begins {
        match out.last_mut() {
            Some((first, n, labelled)) if x - *first <= SAME_COLUMN => {
                *n += 1;
                *labelled |= label;
            }
            _ => out.push((x, 1, label)),
        }
    }
    let cuts = |x: f64| rows.iter().flat_map(|r| &r.pieces).filter(|p| p.x0 < x - SAME_COLUMN && p.x1 > x + SAME_COLUMN).count();
    let is_column = |(x, n, labelled): &(f64, usize, bool)| *n >= BEGINS_MIN && cuts(*x) * CUT_TIMES <= if *labelled { *n } else { 0 };
    out.iter().filter(|c| is_column(c)).map(|c| c.0).collect()
}

fn slots<'a>(sheet: &Sheet, starts: &[f64], rows: impl Iterator<Item = &'a Row>) -> Vec<Slot> {
    let mut out = vec![Slot::default(); starts.len()];
    for row in rows {
        let mut lines = vec![String::new(); starts.len()];
        for glyph in row.members.iter().map(|i| &sheet.glyphs[*i]) {
            let column = starts.iter().rposition(|x| glyph.x >= x - SAME_COLUMN);
            if let Some(line) = column.and_then(|c| lines.get_mut(c)) {
                line.push(glyph.ch);
            }
        }
        for (slot, line) in out.iter_mut().zip(lines) {
            let line = squeeze(&line);
            if !line.is_empty() {
                slot.lines.push(line);
            }
        }
    }
    out
}
