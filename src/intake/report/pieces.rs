//! Rows cut into labels and what stands between them. A label may be set with wide gaps (`专  利  号`), so
//! neighbouring chunks are put together where they make one.

use super::super::pdf::layout::{Chunk, Row};
use super::labels;

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
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix([':', '：']).map(|v| v.trim_start_matches(' '))
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
