//! Geometric rows: glyphs on one base line, cut into chunks at wide gaps.

use super::{Glyph, Sheet, squeeze};

/// Base lines closer than this part of the glyph's height are one row.
const ROW_REACH: f64 = 0.42;
/// A gap wider than this many glyph heights starts a new chunk.
const GAP_EMS: f64 = 0.9;

/// Text without a wide gap.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Squeezed text.
    pub text: String,
    /// Left end.
    pub x0: f64,
    /// Right end, estimated.
    pub x1: f64,
    /// Base line.
    pub y: f64,
    /// Height of the first glyph.
    pub size: f64,
}

/// Chunks on one base line, from left to right.
#[derive(Clone, Debug)]
pub struct Row {
    /// 1-based page.
    pub page: u32,
    /// Base line of the first glyph.
    pub y: f64,
    /// The chunks; none is empty.
    pub chunks: Vec<Chunk>,
    /// Indexes into the sheet's glyphs.
    pub members: Vec<usize>,
}

impl Row {
    /// All text of the row, without gaps.
    pub fn text(&self) -> String {
        squeeze(&self.chunks.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(" "))
    }

    /// Left end of the row.
    pub fn x0(&self) -> f64 {
        self.chunks.first().map_or(0.0, |c| c.x0)
    }

    /// Right end of the row.
    pub fn x1(&self) -> f64 {
        self.chunks.last().map_or(0.0, |c| c.x1)
    }

    /// Height of the row's first glyph.
    pub fn size(&self) -> f64 {
        self.chunks.first().map_or(10.0, |c| c.size)
    }
}

/// Rows of the glyphs named by `members`, from the top.
pub fn rows(sheet: &Sheet, members: &[usize]) -> Vec<Row> {
    let glyphs = &sheet.glyphs;
    let mut order: Vec<usize> = members.to_vec();
    order.sort_by(|a, b| glyphs[*a].y.total_cmp(&glyphs[*b].y));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut base = f64::NEG_INFINITY;
    for index in order {
        let glyph = glyphs[index];
        if glyph.y - base > glyph.size * ROW_REACH || rows.is_empty() {
            rows.push(Vec::new());
            base = glyph.y;
        }
        if let Some(row) = rows.last_mut() {
            row.push(index);
        }
    }
    rows.into_iter()
        .filter_map(|mut members| {
            members.sort_by(|a, b| glyphs[*a].x.total_cmp(&glyphs[*b].x).then(a.cmp(b)));
            row(sheet, members)
        })
        .collect()
}

fn row(sheet: &Sheet, members: Vec<usize>) -> Option<Row> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for glyph in members.iter().map(|i| &sheet.glyphs[*i]) {
        if glyph.ch == ' ' {
            continue;
        }
        if chunks.is_empty() || glyph.x - end > glyph.size * GAP_EMS {
            chunks.push(chunk(glyph));
        }
        if let Some(last) = chunks.last_mut() {
            // A narrow gap between Latin letters may be a blank that was not drawn: left out, as
            // comparisons leave out all blanks.
            last.text.push(glyph.ch);
            last.x1 = glyph.x + glyph.width();
        }
        end = glyph.x + glyph.width();
    }
    restore_blanks(sheet, &members, &mut chunks);
    let y = chunks.first()?.y;
    Some(Row { page: sheet.page, y, chunks, members })
}

/// Puts drawn blanks back between Latin words.
fn restore_blanks(sheet: &Sheet, members: &[usize], chunks: &mut [Chunk]) {
    for chunk in chunks {
        let text: String =
            members.iter().map(|i| &sheet.glyphs[*i]).filter(|g| g.x >= chunk.x0 - 0.01 && g.x < chunk.x1).map(|g| g.ch).collect();
        chunk.text = squeeze(&text);
    }
}

fn chunk(first: &Glyph) -> Chunk {
    Chunk { text: String::new(), x0: first.x, x1: first.x, y: first.y, size: first.size }
}
