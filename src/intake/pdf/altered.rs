//! Text that was struck out or written over: it stands in the file and no longer says what it said. Called
//! by [`super::canvas`].

use std::collections::HashMap;

use super::layout::usual_size;
use super::{Glyph, Page, Rule};

/// A line through words lies between these parts of the letter's height over the base line.
const STRIKE: std::ops::RangeInclusive<f64> = 0.2..=0.58;
/// It goes on to both sides of a letter's middle by so much of its width.
const STRIKE_SHARE: f64 = 0.3;
/// So many letters are struck out together; one alone may be a line that a layout did not leave room for.
const STRUCK_MIN: usize = 2;
/// Most comparisons of a line with a letter on one page.
const LOOKS_MAX: usize = 2_000_000;
/// Mesh in which covered letters are remembered, points.
const STEP_POINTS: f64 = 8.0;
/// Letters of sizes that differ by more are not in each other's place: a watermark below a text.
const SIZE_TIMES_MAX: f64 = 1.6;

/// Letters that were covered after they were written.
#[derive(Default)]
pub struct Covered(HashMap<(i64, i64), Vec<Glyph>>);

impl Covered {
    /// Remembers one.
    pub fn note(&mut self, glyph: Glyph) {
        if is_letter(glyph.ch) {
            self.0.entry(cell(glyph.centre())).or_default().push(glyph);
        }
    }

    /// Whether a letter is written where another one was covered; the same one again changes nothing.
    pub fn is_written_over(&self, glyph: &Glyph) -> bool {
        if self.0.is_empty() || !is_letter(glyph.ch) {
            return false;
        }
        let (x, y) = glyph.centre();
        let (cx, cy) = cell((x, y));
        let cells = (-1..=1).flat_map(|i| (-1..=1).map(move |j| (cx + i, cy + j)));
        let below: Vec<&Glyph> = cells
            .filter_map(|cell| self.0.get(&cell))
            .flatten()
            .filter(|other| {
                let (ox, oy) = other.centre();
                let alike = other.size < glyph.size * SIZE_TIMES_MAX && glyph.size < other.size * SIZE_TIMES_MAX;
                alike && (ox - x).abs() <= glyph.width().max(other.width()) * 0.5 && (oy - y).abs() <= glyph.size * 0.5
            })
            .collect();
        !below.is_empty() && below.iter().all(|other| other.ch != glyph.ch)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places are on a page")]
fn cell((x, y): (f64, f64)) -> (i64, i64) {
    ((x / STEP_POINTS).floor() as i64, (y / STEP_POINTS).floor() as i64)
}

/// Makes letters unreadable that a line goes through, and counts them as altered.
pub fn strike_out(page: &mut Page) {
    let lines: Vec<Rule> = page.rules.iter().filter(|r| r.horizontal).copied().collect();
    // Lines go through a watermark without striking it out.
    let watermark = usual_size(&page.glyphs) * SIZE_TIMES_MAX;
    let is_text = |g: &Glyph| !g.vertical && is_letter(g.ch) && !(g.light && g.size > watermark);
    let mut order: Vec<usize> = (0..page.glyphs.len()).filter(|i| is_text(&page.glyphs[*i])).collect();
    order.sort_by(|a, b| page.glyphs[*a].y.total_cmp(&page.glyphs[*b].y));
    let tallest = order.iter().map(|i| page.glyphs[*i].size).fold(0.0, f64::max);
    let mut looks = 0;
    for line in lines {
        let first = order.partition_point(|i| page.glyphs[*i].y < line.at);
        let near = order[first..].iter().take_while(|i| page.glyphs[**i].y <= line.at + tallest);
        let mut struck = Vec::new();
        for i in near {
            looks += 1;
            if is_struck(&page.glyphs[*i], &line) {
                struck.push(*i);
            }
        }
        if looks > LOOKS_MAX {
            // No honest page is so full of lines.
            page.altered += 1;
            return;
        }
        if struck.len() >= STRUCK_MIN {
            page.altered += struck.len();
            struck.into_iter().for_each(|i| page.glyphs[i].ch = char::REPLACEMENT_CHARACTER);
        }
    }
}

fn is_struck(glyph: &Glyph, line: &Rule) -> bool {
    let (middle, share) = (glyph.x + glyph.width() / 2.0, glyph.width() * STRIKE_SHARE);
    line.from <= middle - share && line.to >= middle + share && STRIKE.contains(&((glyph.y - line.at) / glyph.size))
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == char::REPLACEMENT_CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(ch: char, x: f64, y: f64) -> Glyph {
        Glyph { ch, x, y, size: 10.0, vertical: false, light: false }
    }

    fn page(at: f64, from: f64) -> Page {
        let glyphs = "全部外观".chars().enumerate().map(|(i, c)| glyph(c, 100.0 + 10.0 * i as f64, 200.0)).collect();
        Page { glyphs, rules: vec![Rule { horizontal: true, at, from, to: 300.0 }], ..Page::default() }
    }

    #[test]
    fn a_line_through_words_strikes_them_out_and_one_under_them_does_not() {
        let struck = |mut page: Page| {
            strike_out(&mut page);
            (page.altered, page.glyphs.iter().map(|g| g.ch).collect::<String>())
        };
        assert_eq!(struck(page(196.0, 90.0)), (4, "\u{fffd}\u{fffd}\u{fffd}\u{fffd}".to_owned()));
        assert_eq!(struck(page(196.0, 120.0)), (2, "全部\u{fffd}\u{fffd}".to_owned()));
        for (at, from) in [(201.5, 90.0), (190.0, 90.0), (196.0, 132.0), (196.0, 150.0)] {
            assert_eq!(struck(page(at, from)), (0, "全部外观".to_owned()), "{at} {from}");
        }
    }

    #[test]
    fn another_letter_in_the_place_of_a_covered_one_is_written_over_it() {
        let mut covered = Covered::default();
        covered.note(glyph('不', 100.0, 200.0));
        assert!(covered.is_written_over(&glyph('未', 103.0, 201.0)));
        assert!(!covered.is_written_over(&glyph('不', 100.2, 200.0)), "the page drawn twice");
        assert!(!covered.is_written_over(&glyph('未', 110.0, 200.0)), "beside it");
        assert!(!covered.is_written_over(&Glyph { size: 40.0, ..glyph('未', 95.0, 205.0) }), "a watermark");
    }
}
