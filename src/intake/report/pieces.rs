//! Rows cut into labels and what stands between them. A label may be set with wide gaps (`专  利  号`), so
//! neighbouring chunks are put together where they make one.

use super::super::pdf::layout::{Chunk, Row};
use super::{labels, words};
use crate::domain::patent::PatentNumber;

/// Most chunks that make one label.
const LABEL_CHUNKS_MAX: usize = 12;

/// A label, or text that is none.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) size: f64,
    /// The label, in its normal form.
    pub(super) label: Option<&'static str>,
    /// What stands behind the label's colon.
    pub(super) inline: String,
}

/// A row as labels and texts.
#[derive(Debug)]
pub(super) struct RowPieces {
    pub(super) y: f64,
    pub(super) pieces: Vec<Piece>,
}

/// Cuts a row.
pub(super) fn cut(row: &Row) -> RowPieces {
    let mut pieces = Vec::new();
    let mut i = 0;
    while i < row.chunks.len() {
        let (piece, used) = longest_label(&row.chunks[i..]).unwrap_or_else(|| (plain(&row.chunks[i]), 1));
        pieces.push(piece);
        i += used;
    }
    RowPieces { y: row.y, pieces }
}

fn plain(chunk: &Chunk) -> Piece {
    Piece { text: chunk.text.clone(), x0: chunk.x0, x1: chunk.x1, size: chunk.size, label: None, inline: String::new() }
}

fn longest_label(chunks: &[Chunk]) -> Option<(Piece, usize)> {
    (1..=chunks.len().min(LABEL_CHUNKS_MAX)).rev().find_map(|n| {
        let text: String = chunks[..n].iter().map(|c| c.text.as_str()).collect();
        let (name, inline) = label_in(&text)?;
        // Behind the colon only what is in the chunk of the colon: the next may be of another column.
        let needed = n == 1 || inline.is_empty() || chunks[n - 1].text.ends_with(inline) && chunks[n - 1].text != inline;
        let piece = Piece {
            label: Some(name),
            inline: inline.to_owned(),
            x0: chunks[0].x0,
            x1: chunks[n - 1].x1,
            size: chunks[0].size,
            text: text.clone(),
        };
        needed.then_some((piece, n))
    })
}

/// The label that a text is, or begins with before a colon, and what follows the colon.
pub(super) fn label_in(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim_start_matches(['（', '(', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '、', ' ']);
    labels::all().filter_map(|name| Some((name, value_after(text, name)?))).max_by_key(|(name, _)| name.len())
}

fn value_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = strip_spaced(text, name)?.trim_start_matches(' ');
    // Without a colon only what can be nothing else than a value.
    if rest.is_empty() || words::date(rest).is_some() || PatentNumber::parse(rest).is_ok() {
        return Some(rest);
    }
    rest.strip_prefix([':', '：']).map(|v| v.trim_start_matches(' '))
}

/// Longest first line of a label of two lines, characters.
const HALF_LABEL_CHARS_MAX: usize = 12;
/// The lines of a label are at most this far apart, in heights of the letters.
const HALVES_EMS: f64 = 2.3;
/// Ends or middles of the two lines of a label differ by no more, points.
const HALVES_NEAR: f64 = 3.0;

/// Makes labels of two lines whole: where they stand, or on the line between the two, on which the value of
/// such a label stands.
pub(super) fn join_halves(rows: &mut [RowPieces]) {
    for r in 0..rows.len() {
        let mut p = 0;
        while p < rows[r].pieces.len() {
            match second_half(rows, (r, p)) {
                Some((at, q, name)) => {
                    let lower = rows[at].pieces.remove(q);
                    let upper = rows[r].pieces.remove(p);
                    let target = if at == r + 2 { r + 1 } else { r };
                    let (x0, x1) = (upper.x0.min(lower.x0), upper.x1.max(lower.x1));
                    let whole = Piece { text: upper.text + &lower.text, x0, x1, label: Some(name), ..lower };
                    let place = rows[target].pieces.iter().position(|o| o.x0 > x0).unwrap_or(rows[target].pieces.len());
                    rows[target].pieces.insert(place, whole);
                    p += usize::from(target == r);
                }
                None => p += 1,
            }
        }
    }
}

/// Row and piece that make a label together with this one.
fn second_half(rows: &[RowPieces], (r, p): (usize, usize)) -> Option<(usize, usize, &'static str)> {
    let upper = &rows[r].pieces[p];
    if upper.label.is_some() || upper.text.chars().count() > HALF_LABEL_CHARS_MAX {
        return None;
    }
    let below = rows.iter().enumerate().skip(r + 1).take(2).take_while(|(_, row)| row.y - rows[r].y <= upper.size * HALVES_EMS);
    let mut below = below;
    below.find_map(|(at, row)| {
        row.pieces.iter().enumerate().find_map(|(q, lower)| {
            let middle = |o: &Piece| f64::midpoint(o.x0, o.x1);
            let aligned = (upper.x0 - lower.x0).abs() <= HALVES_NEAR || (middle(upper) - middle(lower)).abs() <= HALVES_NEAR;
            let name = (aligned && lower.label.is_none()).then(|| whole_label(upper, lower)).flatten()?;
            Some((at, q, name))
        })
    })
}

fn whole_label(upper: &Piece, lower: &Piece) -> Option<&'static str> {
    label_in(&format!("{}{}", upper.text, lower.text)).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| name)
}

/// The rest of a text after a name whose letters may stand apart (`专 利 号`).
fn strip_spaced<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    for c in name.chars() {
        rest = rest.trim_start_matches(' ').strip_prefix(c)?;
    }
    Some(rest)
}

/// A text without blanks.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
