//! The parser of report texts: the bytes as lines of a page, a tab as the next column, a form feed as the next
//! page, a vertical tab as a ruling line. Whatever a page says, a favourable verdict needs the favourable words.

#![no_main]

use fasttrack::domain::report::Verdict;
use fasttrack::domain::signature::SignatureSeen;
use fasttrack::intake::pdf::{Document, Glyph, Page, Rule};
use fasttrack::intake::report::facts;
use libfuzzer_sys::fuzz_target;

const SIZE: f64 = 10.0;
const LEFT: f64 = 50.0;
const COLUMN: f64 = 120.0;
const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;

fn page(text: &str, number: u32) -> Page {
    let mut page = Page { number, shape: (WIDTH, HEIGHT), ..Page::default() };
    let (mut x, mut y) = (LEFT, 60.0);
    for ch in text.chars() {
        match ch {
            '\n' => (x, y) = (LEFT, y + SIZE * 1.5),
            '\t' => x = LEFT + ((x - LEFT) / COLUMN).floor() * COLUMN + COLUMN,
            '\u{b}' => page.rules.push(Rule { horizontal: true, at: y + 4.0, from: LEFT - 5.0, to: WIDTH - LEFT }),
            '\r' => page.rules.push(Rule { horizontal: false, at: x - 4.0, from: 40.0, to: HEIGHT - 40.0 }),
            _ => {
                let glyph = Glyph { ch, x, y, size: SIZE, vertical: false, light: false };
                x += glyph.width();
                page.glyphs.push(glyph);
            }
        }
    }
    page
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let pages: Vec<Page> = (1..).zip(text.split('\u{c}')).map(|(number, text)| page(text, number)).collect();
    let found = facts(&Document { pages, signature: SignatureSeen::Unknown });
    let favourable = found.verdicts.iter().any(|v| v.verdict == Verdict::NoDefectFound);
    assert!(!favourable || text.contains('未') && text.contains('缺'), "{text}\n{:?}", found.verdicts);
});
