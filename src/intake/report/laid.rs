//! A sheet laid out once: its cells, its rows as labels and texts, its lines.

use super::super::pdf::layout::{Cell, Row, Sheet, cells, rows};
use super::columns::{Slot, bands};
use super::pieces::{RowPieces, bare, cut, join_halves, label_in};

/// Edges of neighbouring cells differ by no more, points.
const NEAR: f64 = 4.0;

/// One sheet as the fields are looked for on it.
pub(super) struct Laid<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) cells: Vec<Cell>,
    pub(super) pieces: Vec<RowPieces>,
    /// The labelled part as columns and bands.
    pub(super) bands: Vec<Vec<Slot>>,
    /// The rows as text without blanks, from the top.
    pub(super) lines: Vec<String>,
}

impl<'a> Laid<'a> {
    pub(super) fn new(sheet: &'a Sheet) -> Self {
        let all: Vec<usize> = (0..sheet.glyphs.len()).collect();
        let rows: Vec<Row> = rows(sheet, &all);
        let mut pieces: Vec<RowPieces> = rows.iter().map(cut).collect();
        join_halves(&mut pieces);
        Laid {
            sheet,
            cells: cells(sheet).0,
            bands: bands(sheet, &rows, &pieces),
            pieces,
            lines: rows.iter().map(|r| bare(&r.text())).collect(),
        }
    }

    /// The cell to the right, of the same height.
    pub(super) fn beside(&self, i: usize) -> Option<&Cell> {
        let [_, top, right, bottom] = self.cells[i].edges;
        self.cells.iter().find(|other| {
            let [left, other_top, _, other_bottom] = other.edges;
            (left - right).abs() < NEAR && (other_top - top).abs() < NEAR && (other_bottom - bottom).abs() < NEAR
        })
    }

    /// The cell below, of the same width.
    pub(super) fn below(&self, i: usize) -> Option<&Cell> {
        let [left, _, right, bottom] = self.cells[i].edges;
        self.cells.iter().find(|other| {
            let [other_left, top, other_right, _] = other.edges;
            (other_left - left).abs() < NEAR && (other_right - right).abs() < NEAR && (top - bottom).abs() < NEAR
        })
    }

    /// Whether a label's cell heads a column: what is beside it is a label too, or nothing.
    pub(super) fn heads_column(&self, i: usize) -> bool {
        self.beside(i).is_none_or(|cell| label_in(&cell.text()).is_some_and(|(_, rest)| rest.is_empty()))
    }
}
