//! From glyphs to text, three ways: cells by ruling lines, geometric rows, content-stream order.
//!
//! A form has no dependable order: some producers write cell by cell, some all labels and then all
//! values. So no way is trusted alone; `intake::report` compares them. Knows no label and no law.

mod cells;
mod flow;
mod rows;

use unicode_normalization::UnicodeNormalization;

pub use cells::{Cell, cells};
pub use flow::{Flow, HARD_BREAK, SOFT_BREAK, by_place, by_stream};
pub use rows::{Chunk, Row, rows};

use super::{Glyph, Page, Rule};

/// A watermark is at least this many times as high as the page's usual text.
const WATERMARK_TIMES: f64 = 2.6;

/// The glyphs and rules of one page as the layout sees them: horizontal rows from the top.
pub struct Sheet {
    /// 1-based page number.
    pub page: u32,
    /// Height of the page along the rows.
    pub height: f64,
    /// Glyphs in content-stream order, watermarks left out.
    pub glyphs: Vec<Glyph>,
    /// Ruling lines.
    pub rules: Vec<Rule>,
    /// What was left out as a watermark.
    pub watermark: String,
}

/// Lays a page out in horizontal rows; columns of vertical writing become rows.
pub fn sheet(page: &Page) -> Sheet {
    let (width, height) = page.shape;
    let upright = page.glyphs.iter().filter(|g| g.vertical).count() * 2 > page.glyphs.len();
    let usual = usual_size(&page.glyphs);
    let (mut glyphs, mut watermark) = (Vec::new(), String::new());
    for glyph in &page.glyphs {
        if glyph.light && glyph.size > usual * WATERMARK_TIMES {
            watermark.push(glyph.ch);
        } else {
            glyphs.push(if upright { along_column(*glyph, width) } else { *glyph });
        }
    }
    let rules = page.rules.iter().map(|r| if upright { rule_along_column(*r, width) } else { *r }).collect();
    Sheet { page: page.number, height: if upright { width } else { height }, glyphs, rules, watermark }
}

fn along_column(glyph: Glyph, width: f64) -> Glyph {
    let (cx, _) = glyph.centre();
    Glyph { x: glyph.y - glyph.size, y: width - cx + glyph.size * 0.35, ..glyph }
}

fn rule_along_column(rule: Rule, width: f64) -> Rule {
    if rule.horizontal {
        Rule { horizontal: false, at: rule.at, from: width - rule.to, to: width - rule.from }
    } else {
        Rule { horizontal: true, at: width - rule.at, from: rule.from, to: rule.to }
    }
}

/// The median height of the glyphs.
pub fn usual_size(glyphs: &[Glyph]) -> f64 {
    let mut sizes: Vec<f64> = glyphs.iter().map(|g| g.size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(10.0)
}

/// Folds one character to the one that is compared: full-width letters and digits, compatibility
/// ideographs and radicals, the box marks of symbol fonts. Chinese punctuation stays as printed.
pub fn fold(ch: char) -> impl Iterator<Item = char> {
    let (kept, several) = folded(ch);
    kept.into_iter().chain(several)
}

/// Mostly it is one; only then nothing is allocated, for each glyph of a file comes through here.
fn folded(ch: char) -> (Option<char>, Vec<char>) {
    let kept = match ch {
        '\u{21}'..='\u{7e}' | '\u{4e00}'..='\u{9fff}' => ch,
        // Kept as printed: a title's brackets are compared with the register's.
        '（' | '）' | '：' | '；' | '，' | '！' | '？' => ch,
        '\u{f0fe}' | '\u{f052}' => '☑',
        '\u{f0a8}' | '\u{f06f}' | '\u{f0a3}' | '❏' | '❑' | '❐' | '❒' | '▢' | '◻' | '◽' => '□',
        '\u{f0fc}' => '✓',
        '\u{f06e}' | '◼' | '◾' => '■',
        '⺠' => '民',
        '⼾' => '户',
        '⻅' => '见',
        '⻉' => '贝',
        '⻋' => '车',
        '⻓' => '长',
        '⻔' => '门',
        '⻘' => '青',
        '⻚' => '页',
        '⻛' => '风',
        '⻜' => '飞',
        '⻢' => '马',
        '⻥' => '鱼',
        '⻨' => '麦',
        '⻩' => '黄',
        '⻬' => '齐',
        '⻮' => '齿',
        '⻰' => '龙',
        '⻳' => '龟',
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' => return (None, Vec::new()),
        other if other.is_control() => return (None, Vec::new()),
        other if other.is_whitespace() => ' ',
        other => return (None, std::iter::once(other).nfkc().collect()),
    };
    (Some(kept), Vec::new())
}

/// Leaves out white space, except one blank between two Latin letters or digits.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for ch in text.chars() {
        if ch.is_whitespace() {
            gap = true;
            continue;
        }
        let latin = |c: char| c.is_ascii_alphanumeric();
        if gap && latin(ch) && out.chars().next_back().is_some_and(latin) {
            out.push(' ');
        }
        gap = false;
        out.push(ch);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_brackets_and_unifies_digits_and_radicals() {
        let folded: String = "ＺＬ２０２０（⽤⻚）：①\u{f0fe}".chars().flat_map(fold).collect();
        assert_eq!(folded, "ZL2020（用页）：1☑");
    }

    #[test]
    fn squeezing_keeps_latin_words_apart() {
        assert_eq!(squeeze("专 利 号 "), "专利号");
        assert_eq!(squeeze("USB  Type-C 充电 器"), "USB Type-C充电器");
    }
}
