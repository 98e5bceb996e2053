//! From the engine's words to a page of positioned glyphs, read by the same layout as text; and how sure
//! the engine was of any words of it.

use super::page::Plan;
use crate::intake::pdf::layout::fold;
use crate::intake::pdf::{Glyph, Page, Rule};

/// Most characters that are kept of one page.
const CHARS_MAX: usize = 20_000;
/// A line this many times as high as the usual one has a size of its own.
const OWN_SIZE_TIMES: f64 = 1.35;
/// Where a character's base line lies below its middle, part of its height.
const BASE_BELOW_MIDDLE: f64 = 0.35;

/// What the engine reads out of the edge of a tick box, before the words behind it.
const EDGES: [char; 6] = ['“', '”', '‘', '’', '"', '\''];

/// The least step from one character to the next, part of their height.
const ADVANCE_MIN: f64 = 0.25;

/// A word as the engine gives it, pixels of its picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Number of the picture, from 0.
    pub piece: usize,
    /// Number of the line in it; words of one line have one number.
    pub line: usize,
    /// From the left.
    pub x: usize,
    /// Width.
    pub w: usize,
    /// Top and height of its line.
    pub row: (usize, usize),
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Text.
    pub text: String,
}

/// A page read by OCR.
#[derive(Debug, Default)]
pub struct Read {
    /// As the layout wants it.
    pub page: Page,
    /// Text of each piece without blanks, with the confidence in each character.
    pieces: Vec<Vec<(char, u8)>>,
}

/// Something on the page: a word, or a tick box beside words.
struct Token<'a> {
    text: &'a str,
    /// None: told by its shape.
    confidence: Option<u8>,
    piece: usize,
    line: usize,
    /// Place in the line: words have odd numbers in the engine's order, whose boxes overlap.
    place: usize,
    /// Pixels of the page.
    x: usize,
    w: usize,
    row: (usize, usize),
}

/// Lays words out.
pub fn lay(plan: &Plan, words: &[Word], number: u32) -> Read {
    let mut tokens: Vec<Token<'_>> = words.iter().enumerate().filter_map(|(i, w)| of_word(plan, (i, w))).collect();
    let boxes: Vec<Token<'_>> = (0..plan.ticks.len()).filter_map(|i| of_tick(plan, &tokens, i)).collect();
    tokens.extend(boxes);
    tokens.sort_by_key(|t| (block(plan, t), t.piece, t.line, t.place));
    let points = |pixels: usize| pixels as f64 / plan.scale.max(f64::MIN_POSITIVE);
    let mut heights: Vec<usize> = words.iter().map(|w| w.row.1).collect();
    heights.sort_unstable();
    let usual = points(heights.get(heights.len() / 2).copied().unwrap_or(0));
    let mut page = Page { number, shape: plan.shape, ..Page::default() };
    let mut pieces: Vec<Vec<(char, u8)>> = vec![Vec::new(); plan.pieces.len()];
    let (mut last, mut free_from) = ((usize::MAX, usize::MAX), 0.0_f64);
    let mut behind_box = false;
    for token in &tokens {
        if last != (token.piece, token.line) {
            (last, free_from, behind_box) = ((token.piece, token.line), 0.0, false);
        }
        let text = if behind_box { token.text.trim_start_matches(EDGES) } else { token.text };
        behind_box = token.confidence.is_none() || (behind_box && text.is_empty());
        let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        if page.glyphs.len() + chars.len() > CHARS_MAX {
            break;
        }
        let height = points(token.row.1);
        let size = if height > usual * OWN_SIZE_TIMES { height } else { usual };
        let base = points(token.row.0) + height / 2.0 + size * BASE_BELOW_MIDDLE;
        let step = points(token.w) / chars.len().max(1) as f64;
        for (n, ch) in chars.iter().enumerate() {
            for ch in fold(chinese(*ch)) {
                let x = free_from.max(points(token.x) + step * n as f64);
                free_from = x + size * ADVANCE_MIN;
                page.glyphs.push(Glyph { ch, x, y: base, size, vertical: false, light: false });
                if let (Some(piece), Some(confidence)) = (pieces.get_mut(token.piece), token.confidence) {
                    piece.push((ch, confidence));
                }
            }
        }
    }
    let rule =
        |horizontal: bool, at: usize, (from, to): (usize, usize)| Rule { horizontal, at: points(at), from: points(from), to: points(to) };
    page.rules.extend(plan.level.iter().map(|a| rule(true, a.y + a.h / 2, (a.x, a.right()))));
    page.rules.extend(plan.upright.iter().map(|a| rule(false, a.x + a.w / 2, (a.y, a.bottom()))));
    Read { page, pieces }
}

/// The engine takes Chinese punctuation for Latin.
fn chinese(ch: char) -> char {
    match ch {
        ',' => '，',
        ':' => '：',
        ';' => '；',
        other => other,
    }
}

fn of_word<'a>(plan: &Plan, (index, word): (usize, &'a Word)) -> Option<Token<'a>> {
    let (x, y) = plan.pieces.get(word.piece)?.on_page(word.x, word.row.0);
    Some(Token {
        text: &word.text,
        confidence: Some(word.confidence),
        piece: word.piece,
        line: word.line,
        place: 2 * index + 1,
        x,
        w: word.w,
        row: (y, word.row.1),
    })
}

/// A tick box, in the line of the words beside it.
fn of_tick<'a>(plan: &Plan, words: &[Token<'_>], index: usize) -> Option<Token<'a>> {
    let tick = plan.ticks.get(index)?;
    let (x, y) = (tick.area.x + tick.area.w / 2, tick.area.y + tick.area.h / 2);
    let piece = plan.piece_at(x, y)?;
    let in_row = |w: &&Token<'_>| w.piece == piece && (w.row.0..w.row.0 + w.row.1).contains(&y);
    let beside = words.iter().filter(in_row).min_by_key(|w| w.x.abs_diff(x));
    let after = words.iter().filter(|w| in_row(w) && w.x > x).map(|w| w.place).min();
    let (line, row) = beside.map_or((usize::MAX - index, (tick.area.y, tick.area.h)), |w| (w.line, w.row));
    let text = if tick.full { "■" } else { "□" };
    let place = after.map_or(usize::MAX, |p| p - 1);
    Some(Token { text, confidence: None, piece, line, place, x: tick.area.x, w: tick.area.w, row })
}

/// Where the block of a token begins: a cell, or a line outside cells.
fn block(plan: &Plan, token: &Token<'_>) -> (usize, usize) {
    match plan.pieces.get(token.piece).and_then(|p| p.cell) {
        Some(cell) => (cell.y, cell.x),
        None => (token.row.0, 0),
    }
}

impl Read {
    /// The least confidence in the characters of any of these texts; the least of the page where none of
    /// them stands in one piece.
    pub fn confidence(&self, texts: &[&str]) -> u8 {
        let wanted = texts.iter().filter_map(|text| {
            let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '■' | '□')).collect();
            self.pieces.iter().find_map(|piece| least_of(piece, &chars))
        });
        wanted.min().unwrap_or_else(|| self.pieces.iter().flatten().map(|(_, c)| *c).min().unwrap_or(0))
    }
}

/// The least confidence where `wanted` stands in a piece.
fn least_of(piece: &[(char, u8)], wanted: &[char]) -> Option<u8> {
    if wanted.is_empty() {
        return None;
    }
    let at = piece.windows(wanted.len()).find(|w| w.iter().map(|(c, _)| c).eq(wanted))?;
    at.iter().map(|(_, c)| *c).min()
}

#[cfg(test)]
mod tests {
    use super::super::bitmap::Area;
    use super::super::page::Piece;
    use super::super::ticks::Tick;
    use super::*;

    fn word(piece: usize, line: usize, (x, y): (usize, usize), text: &str) -> Word {
        Word { piece, line, x, w: 40 * text.chars().count(), row: (y, 40), confidence: 80, text: text.into() }
    }

    #[test]
    fn words_and_boxes_come_in_the_order_they_are_read() {
        let cell = Area { x: 100, y: 600, w: 300, h: 80 };
        let plan = Plan {
            shape: (595.0, 842.0),
            scale: 300.0 / 72.0,
            ticks: vec![Tick { area: Area { x: 105, y: 302, w: 38, h: 38 }, full: true }],
            pieces: vec![
                Piece { area: Area { x: 120, y: 620, w: 200, h: 40 }, cell: Some(cell) },
                Piece { area: Area { x: 100, y: 100, w: 800, h: 300 }, cell: None },
            ],
            ..Plan::default()
        };
        let mut unsure = word(1, 1, (80, 220), "”申请日");
        unsure.confidence = 41;
        let words = [word(0, 0, (20, 20), "盖章"), word(1, 0, (20, 20), "专利权"), unsure];
        let read = lay(&plan, &words, 3);
        let text: String = read.page.glyphs.iter().map(|g| g.ch).collect();
        assert_eq!(text, "专利权■申请日盖章");
        assert_eq!(read.page.number, 3);
        assert_eq!((read.confidence(&["专利权"]), read.confidence(&["■申请日"]), read.confidence(&["无此"])), (80, 41, 41));
    }
}
