//! A PDF as a person sees it: glyphs with their places, ruling lines, and what was hidden.
//!
//! One small interface, [`open`], stands between the PDF engine and the rest; only [`engine`] and
//! `intake::signature` know its types. Nothing here knows what a report is, and nothing here limits
//! memory or time: it runs in the reading child (`intake::reader`), which does.

mod altered;
mod canvas;
mod engine;
pub mod layout;
mod letters;
mod squares;
mod visibility;

use super::signature::TrustAnchors;
use crate::domain::signature::SignatureSeen;

/// Most pages that are read; a report has 2 to 40.
pub const PAGES_MAX: usize = 300;
/// Most glyphs that are kept of one file.
pub const GLYPHS_MAX: usize = 400_000;

/// How far into the file the header may stand; mail gateways put text before it.
const HEADER_WITHIN_BYTES: usize = 1024;

/// What was read of one file.
#[derive(Debug)]
pub struct Document {
    /// Pages in their order.
    pub pages: Vec<Page>,
    /// What its digital signatures show.
    pub signature: SignatureSeen,
}

/// Why a file gives no [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No PDF header.
    NotPdf,
    /// A header, but no page that can be read.
    Broken,
    /// Needs a password, or an encryption this version does not know.
    Encrypted,
    /// More pages or glyphs than the limits.
    Resources,
}

impl Refused {
    /// The stable code, as in `Readability::Unreadable`.
    pub fn word(self) -> &'static str {
        match self {
            Refused::NotPdf => "not_pdf",
            Refused::Broken => "broken",
            Refused::Encrypted => "encrypted",
            Refused::Resources => "resources",
        }
    }
}

/// One page, upright as shown: x to the right, y downwards, in points.
#[derive(Debug, Default)]
pub struct Page {
    /// 1-based.
    pub number: u32,
    /// Width and height as shown, points.
    pub shape: (f64, f64),
    /// Visible glyphs in content-stream order.
    pub glyphs: Vec<Glyph>,
    /// Ruling lines.
    pub rules: Vec<Rule>,
    /// Text that is in the file and cannot be seen, in content-stream order.
    pub hidden: String,
    /// Text turned off the text direction: watermarks, round seals.
    pub turned: String,
    /// Visible glyphs without a Unicode value; they stand in `glyphs` as U+FFFD.
    pub undecodable: usize,
    /// Part of the page that images cover, 0 to 1; where they overlap it counts twice.
    pub image_share: f64,
    /// Has layers that may be off and are not heeded: what is visible is not known.
    pub layered: bool,
    /// Letters that are not what the file says they are, are struck out, or written over others; they stand in
    /// `glyphs` as U+FFFD.
    pub altered: usize,
    /// Painted paths: a page of many and no glyph has its text drawn as outlines.
    pub paths: usize,
}

/// One visible character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The character, with full-width letters and digits and the radicals folded.
    pub ch: char,
    /// Left end of the base line.
    pub x: f64,
    /// The base line.
    pub y: f64,
    /// Height of the font, points.
    pub size: f64,
    /// Set in vertical writing.
    pub vertical: bool,
    /// Painted light, as watermarks are.
    pub light: bool,
}

impl Glyph {
    /// Estimated width: the engine gives none. Latin letters and digits are taken as half an em.
    pub fn width(&self) -> f64 {
        if self.ch.is_ascii() { self.size * 0.5 } else { self.size }
    }

    /// Middle of the glyph.
    pub fn centre(&self) -> (f64, f64) {
        (self.x + self.width() / 2.0, self.y - self.size * 0.35)
    }
}

/// A straight ruling line along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Along x; otherwise along y.
    pub horizontal: bool,
    /// The y of a horizontal rule, the x of a vertical one.
    pub at: f64,
    /// Lower end along the other axis.
    pub from: f64,
    /// Upper end along the other axis.
    pub to: f64,
}

/// Whether the bytes can be a PDF at all.
pub fn has_header(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(HEADER_WITHIN_BYTES)].windows(5).any(|w| w == b"%PDF-")
}

/// Reads a whole file.
///
/// # Errors
/// [`Refused`] if there is no page to read, or more of them than the limits.
pub fn open(bytes: Vec<u8>, anchors: &TrustAnchors) -> Result<Document, Refused> {
    engine::open(bytes, anchors)
}
