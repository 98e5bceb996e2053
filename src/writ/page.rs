//! From what a writ says to pages of A4: lines broken by the Unicode rules, glyphs of one embedded font, PDF/A.
//! The same paper is the same bytes. A character the font lacks shows as a blank mark (〓) and is named at the
//! end; it can still be searched for and copied.
//!
//! Not here: what a writ says (`words`).

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use icu_segmenter::LineSegmenter;
use jiff::civil::Date;
use krilla::color::rgb;
use krilla::configure::{Archival, Configuration, ConfigurationBuilder};
use krilla::geom::{Path, PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Paint, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Noto Serif, Simplified Chinese, cut down to GBK; how it was made and its licence stand beside it.
static FONT: &[u8] = include_bytes!("font/NotoSerifSC-GBK.otf");

/// What stands for a character the font lacks.
const BLANK: char = '〓';

// Points. Law: GB/T 9704 5.1, 5.2 (A4; 37 mm above, 28 mm left, a text of 156 mm by 225 mm).
const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 79.4;
const TOP: f32 = 104.9;
const WIDTH: f32 = 442.2;
const BOTTOM: f32 = 742.7;
/// A round official seal is 42 mm wide.
const SEAL: f32 = 119.0;
/// A line is spread over its whole width unless that takes more than this much of the size for each gap.
const SPREAD_MAX: f32 = 0.35;

/// A colour by its red, green and blue.
type Colour = (u8, u8, u8);
const RED: Colour = (190, 20, 20);
const BLACK: Colour = (0, 0, 0);
const GREY: Colour = (120, 120, 120);

/// Why a paper could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document cannot be typeset: {0}")]
pub struct TypesetError(String);

/// What stands on the pages, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Who issues it; also the head of the first page.
    pub issuer: String,
    /// Title of the file.
    pub title: String,
    /// Number (文号); also at the foot of every page.
    pub number: String,
    /// The day it was issued.
    pub issued_on: Date,
    /// The rest.
    pub blocks: Vec<Block>,
}

/// A part of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A warning above all.
    Warning(String),
    /// The issuer, as the red head.
    Head(String),
    /// The title of the writ.
    Title(String),
    /// In the middle of a line.
    Centred(String),
    /// To whom.
    Addressee(String),
    /// A paragraph in Chinese.
    Chinese(String),
    /// A paragraph in English.
    English(String),
    /// Issuer and day to the right, with the place of the seal.
    Seal {
        /// Who seals.
        issuer: String,
        /// The day in words.
        day: String,
        /// What stands in the place.
        place: String,
    },
    /// The translation begins: on a new page.
    Translation(String),
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Block::Seal { issuer, day, place } => write!(f, "{place} {issuer} {day}"),
            other => f.write_str(other.text()),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Middle,
    Spread,
}

#[derive(Clone, Copy)]
struct Style {
    size: f32,
    leading: f32,
    before: f32,
    indent_em: f32,
    align: Align,
    colour: Colour,
    bold: bool,
}

const CHINESE: Style = Style { size: 14.0, leading: 25.0, before: 0.0, indent_em: 2.0, align: Align::Spread, colour: BLACK, bold: false };
const PLAIN: Style = Style { indent_em: 0.0, align: Align::Left, ..CHINESE };
const SMALL: Style = Style { size: 9.0, leading: 14.0, colour: GREY, align: Align::Middle, ..PLAIN };

impl Block {
    fn text(&self) -> &str {
        match self {
            Block::Warning(t) | Block::Head(t) | Block::Title(t) | Block::Centred(t) | Block::Addressee(t) => t,
            Block::Chinese(t) | Block::English(t) | Block::Translation(t) => t,
            Block::Seal { issuer, .. } => issuer,
        }
    }

    fn style(&self) -> Style {
        match self {
            Block::Warning(_) => Style { colour: RED, ..SMALL },
            Block::Head(_) => Style { size: 25.0, leading: 36.0, align: Align::Middle, colour: RED, bold: true, ..PLAIN },
            Block::Title(_) => Style { size: 21.0, leading: 32.0, before: 26.0, align: Align::Middle, bold: true, ..PLAIN },
            Block::Centred(_) => Style { before: 2.0, align: Align::Middle, ..PLAIN },
            Block::Addressee(_) => Style { before: 14.0, ..PLAIN },
            Block::Chinese(_) => CHINESE,
            Block::English(_) => Style { size: 10.5, leading: 16.0, before: 5.0, ..PLAIN },
            Block::Seal { .. } => Style { before: 24.0, ..PLAIN },
            Block::Translation(_) => Style { size: 10.5, leading: 18.0, colour: GREY, ..PLAIN },
        }
    }
}

/// A line with its glyphs placed.
struct Line {
    text: String,
    glyphs: Vec<KrillaGlyph>,
    width_em: f32,
}

/// What is drawn on a page.
enum Mark {
    Line { line: Line, at: (f32, f32), style: Style },
    Rule(f32),
    Seal(f32, f32),
}

struct Face {
    font: Font,
    outlines: FontRef<'static>,
    breaks: icu_segmenter::LineSegmenterBorrowed<'static>,
    blank: u32,
}

// Parsed once: the font is some megabytes.
static FACE: LazyLock<Option<Face>> = LazyLock::new(|| {
    let outlines = FontRef::new(FONT).ok()?;
    let blank = outlines.charmap().map(BLANK)?.to_u32();
    let breaks = LineSegmenter::new_for_non_complex_scripts(Default::default());
    Some(Face { font: Font::new(FONT.into(), 0)?, outlines, breaks, blank })
});

impl Face {
    /// The glyphs of a text at their natural places; characters that draw nothing are left out.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let (map, metrics) = (self.outlines.charmap(), self.outlines.glyph_metrics(Size::unscaled(), LocationRef::default()));
        let glyph = |(at, c): (usize, char)| {
            let id = map.map(c).map_or(self.blank, |g| g.to_u32());
            let advance = metrics.advance_width(skrifa::GlyphId::new(id)).unwrap_or(0.0) / self.font.units_per_em();
            KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// The characters of a text that the font lacks.
    fn lacking<'a>(&self, text: &'a str) -> impl Iterator<Item = char> + use<'a, '_> {
        let map = self.outlines.charmap();
        text.chars().filter(move |c| !c.is_control() && map.map(*c).is_none())
    }

    /// A text broken into lines of `width_em`, the first shorter by `indent_em`.
    fn lines(&self, text: &str, (width_em, indent_em): (f32, f32)) -> Vec<Line> {
        let glyphs = self.glyphs(text);
        let width =
            |range: Range<usize>| -> f32 { glyphs.iter().filter(|g| range.contains(&g.text_range.start)).map(|g| g.x_advance).sum() };
        let (mut ranges, mut begun, mut fits) = (Vec::new(), 0, 0);
        let mut ends: Vec<usize> = self.breaks.segment_str(text).filter(|end| *end > 0).collect();
        ends.reverse();
        while let Some(end) = ends.pop() {
            let room = if ranges.is_empty() { width_em - indent_em } else { width_em };
            if width(begun..begun + text[begun..end].trim_end().len()) <= room {
                fits = end;
            } else if fits > begun {
                ranges.push(begun..fits);
                begun = fits;
                ends.push(end);
            } else {
                // One piece longer than the line: as much of it as there is room for.
                let mut used = 0.0;
                let inside = glyphs.iter().filter(|g| (begun..end).contains(&g.text_range.start));
                let over = inside.skip_while(|g| {
                    used += g.x_advance;
                    used <= room || g.text_range.start == begun
                });
                let cut = over.map(|g| g.text_range.start).next().unwrap_or(end);
                ranges.push(begun..cut);
                (begun, fits) = (cut, cut);
                if cut < end {
                    ends.push(end);
                }
            }
        }
        if begun < text.len() {
            ranges.push(begun..text.len());
        }
        ranges.into_iter().map(|r| self.line(text[r].trim_end())).collect()
    }

    fn line(&self, text: &str) -> Line {
        let glyphs = self.glyphs(text);
        Line { text: text.to_owned(), width_em: glyphs.iter().map(|g| g.x_advance).sum(), glyphs }
    }
}

/// The paper as a PDF.
///
/// # Errors
/// [`TypesetError`] where the font cannot be read or the PDF would not be PDF/A.
pub fn typeset(paper: &Paper) -> Result<Vec<u8>, TypesetError> {
    let face = FACE.as_ref().ok_or_else(|| TypesetError("the font cannot be read".into()))?;
    let pages = Setting { face, pages: Vec::new(), y: BOTTOM }.set(paper);
    let configuration: Configuration =
        ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish().map_err(|e| TypesetError(format!("{e:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..Default::default() });
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| TypesetError("a page without size".into()))?;
    let count = pages.len();
    for (n, marks) in pages.into_iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(face, &mut surface, mark);
        }
        let foot = face.line(&format!("— {} / {count} —　{}", n + 1, paper.number));
        let at = (LEFT + (WIDTH - foot.width_em * SMALL.size) / 2.0, PAGE.1 - 56.0);
        draw(face, &mut surface, Mark::Line { line: foot, at, style: SMALL });
        surface.finish();
        page.finish();
    }
    document.set_metadata(metadata(paper));
    document.finish().map_err(|e| TypesetError(format!("{e:?}")))
}

fn metadata(paper: &Paper) -> Metadata {
    let (year, month, day) = (paper.issued_on.year(), paper.issued_on.month(), paper.issued_on.day());
    let date = DateTime::new(u16::try_from(year).unwrap_or_default())
        .month(month.unsigned_abs())
        .day(day.unsigned_abs())
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(8)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("{} {}", paper.title, paper.number))
        .authors(vec![paper.issuer.clone()])
        .language("zh-CN".into())
        .creation_date(date)
        .document_id(paper.number.clone())
}

/// Blocks on their way to pages.
struct Setting<'a> {
    face: &'a Face,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Setting<'_> {
    fn set(mut self, paper: &Paper) -> Vec<Vec<Mark>> {
        for block in &paper.blocks {
            self.block(block);
        }
        let all = paper.blocks.iter().map(Block::text).chain([paper.number.as_str()]);
        let lacking: BTreeSet<char> = all.flat_map(|t| self.face.lacking(t)).collect();
        if !lacking.is_empty() {
            let named: Vec<String> = lacking.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            let named = named.join(", ");
            self.block(&Block::English(format!("注：文中“{BLANK}”为字库未收字符 (characters the font lacks): {named}")));
        }
        self.pages
    }

    fn block(&mut self, block: &Block) {
        if matches!(block, Block::Translation(_)) {
            self.y = BOTTOM;
        }
        let style = block.style();
        if let Block::Seal { issuer, day, place } = block {
            return self.seal((issuer, day, place), style);
        }
        let (width_em, indent) = (WIDTH / style.size, style.indent_em * style.size);
        let lines = self.face.lines(block.text(), (width_em, style.indent_em));
        let last = lines.len().saturating_sub(1);
        for (i, mut line) in lines.into_iter().enumerate() {
            self.room(style.leading, if i == 0 { style.before } else { 0.0 });
            let inset = if i == 0 { indent } else { 0.0 };
            if style.align == Align::Spread && i < last {
                spread(&mut line, (WIDTH - inset) / style.size);
            }
            let x = match style.align {
                Align::Middle => LEFT + (WIDTH - line.width_em * style.size) / 2.0,
                Align::Left | Align::Spread => LEFT + inset,
            };
            self.put(Mark::Line { line, at: (x, self.y), style });
        }
        if matches!(block, Block::Head(_)) {
            self.y += 14.0;
            self.put(Mark::Rule(self.y));
        }
    }

    fn seal(&mut self, (issuer, day, place): (&str, &str, &str), style: Style) {
        self.room(SEAL, style.before);
        let (top, right) = (self.y - SEAL, LEFT + WIDTH - 2.0 * style.size);
        let issuer = self.face.line(issuer);
        let middle = right - (issuer.width_em * style.size).clamp(SEAL, WIDTH - 4.0 * style.size) / 2.0;
        self.put(Mark::Seal(middle, top + SEAL / 2.0));
        let lines = [(issuer, 0.52, style), (self.face.line(day), 0.74, style), (self.face.line(place), 0.24, SMALL)];
        for (line, down, style) in lines {
            let at = (middle - line.width_em * style.size / 2.0, top + SEAL * down);
            self.put(Mark::Line { line, at, style });
        }
    }

    /// Moves down by `height` and, on a page already begun, by `before`; on to the next page where there is no room.
    fn room(&mut self, height: f32, before: f32) {
        if self.y + before + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP + height;
        } else {
            self.y += before + height;
        }
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

/// Spreads a line over the width; the last gap stays, so that nothing stands outside.
fn spread(line: &mut Line, width_em: f32) {
    let gaps = line.glyphs.len().saturating_sub(1);
    let each = (width_em - line.width_em) / gaps.max(1) as f32;
    if (0.0..SPREAD_MAX).contains(&each) {
        line.glyphs.iter_mut().take(gaps).for_each(|g| g.x_advance += each);
        line.width_em = width_em;
    }
}

fn draw(face: &Face, surface: &mut Surface, mark: Mark) {
    match mark {
        Mark::Line { line, at: (x, y), style } => {
            surface.set_fill(Some(Fill { paint: paint(style.colour), ..Fill::default() }));
            let stroke = Stroke { paint: paint(style.colour), width: style.size / 45.0, ..Stroke::default() };
            surface.set_stroke(style.bold.then_some(stroke));
            surface.draw_glyphs(Point::from_xy(x, y), &line.glyphs, face.font.clone(), &line.text, style.size, false);
        }
        Mark::Rule(y) => {
            let mut path = PathBuilder::new();
            path.move_to(LEFT, y);
            path.line_to(LEFT + WIDTH, y);
            stroked(surface, path.finish(), Stroke { paint: paint(RED), width: 1.6, ..Stroke::default() });
        }
        Mark::Seal(x, y) => {
            let dash = Some(StrokeDash { array: vec![4.0, 4.0], offset: 0.0 });
            let half = NormalizedF32::new(0.7).unwrap_or(NormalizedF32::ONE);
            stroked(surface, circle(x, y, SEAL / 2.0), Stroke { paint: paint(GREY), width: 0.6, dash, opacity: half, ..Stroke::default() });
        }
    }
}

fn paint((red, green, blue): Colour) -> Paint {
    rgb::Color::new(red, green, blue).into()
}

fn stroked(surface: &mut Surface, path: Option<Path>, stroke: Stroke) {
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn circle(x: f32, y: f32, r: f32) -> Option<Path> {
    // How far the handles of a quarter lie, for four curves to make a circle.
    let k = 0.552_285 * r;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    path.close();
    path.finish()
}
