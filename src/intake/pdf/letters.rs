//! Whether a glyph is the letter that the file says it is. What a machine reads and what a person sees are
//! two things in a PDF: the font draws a shape, and a map beside it says which character that is. Called by
//! [`super::canvas`].
//!
//! An honest program never says that one glyph is several Chinese characters, never names a character
//! against the font's own table, and never gives one shape two names. Only the letters of a verdict are
//! held to this ([`WORDS`]): other shapes are shared by several characters in good fonts too. Where a font
//! has no table and each shape one name, nothing in the file can prove the map; that is one more reason why
//! a report that nobody signed and nobody compared is not proven to be genuine.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use hayro_interpret::font::{Glyph, GlyphRun, OutlineFontData, OutlineGlyph, Type3Glyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask};
use kurbo::{Affine, BezPath, PathEl, Shape};
use skrifa::{FontRef, MetadataProvider};

use super::layout::fold;

/// The letters that verdicts are made of, each with its code in GBK, the other code a font may be written by.
const WORDS: &[(char, u32)] = &[
    ('未', 0xceb4),
    ('发', 0xb7a2),
    ('现', 0xcfd6),
    ('存', 0xb4e6),
    ('在', 0xd4da),
    ('不', 0xb2bb),
    ('符', 0xb7fb),
    ('合', 0xbacf),
    ('授', 0xcada),
    ('予', 0xd3e8),
    ('专', 0xd7a8),
    ('利', 0xc0fb),
    ('权', 0xc8a8),
    ('条', 0xccf5),
    ('件', 0xbcfe),
    ('的', 0xb5c4),
    ('缺', 0xc8b1),
    ('陷', 0xcfdd),
    ('全', 0xc8ab),
    ('部', 0xb2bf),
    ('要', 0xd2aa),
    ('求', 0xc7f3),
    ('外', 0xcde2),
    ('观', 0xb9db),
    ('设', 0xc9e8),
    ('计', 0xbcc6),
    ('其', 0xc6e4),
    ('余', 0xd3e0),
    ('无', 0xcede),
    ('除', 0xb3fd),
    ('检', 0xbcec),
    ('索', 0xcbf7),
];
/// Each of them is at least so wide and so high, in units of 1000 to the em.
const WORD_SIDE_MIN: f64 = 350.0;

/// What a glyph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// What it is said to be, as far as the file shows.
    AsSaid,
    /// Nothing is drawn.
    Blank,
    /// Something else than it is said to be.
    Another,
}

/// Fonts that a viewer brings along, by the place of their bytes: what they draw says nothing.
#[derive(Clone, Default)]
pub struct Brought(Arc<Mutex<HashSet<usize>>>);

impl Brought {
    /// Remembers one.
    pub fn note(&self, font: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(font.as_ptr().addr());
    }

    fn holds(&self, font: &[u8]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&font.as_ptr().addr())
    }
}

/// A glyph of a font that is in the file.
#[derive(Clone, Copy)]
struct Drawn {
    blank: bool,
    small: bool,
    /// Of its outline.
    digest: u64,
    /// The letter that the font's own table has for it.
    own: Option<char>,
}

/// The letters of one file.
#[derive(Default)]
pub struct Letters {
    brought: Brought,
    shapes: HashMap<u128, Drawn, RandomState>,
    /// Glyphs of the letters of a verdict, by each font's own table.
    tables: HashMap<u128, HashMap<u32, char>>,
    /// The letter that each shape was first said to be.
    said: HashMap<u64, char, RandomState>,
}

impl Letters {
    /// None met yet.
    pub fn new(brought: Brought) -> Self {
        Letters { brought, ..Letters::default() }
    }

    /// What a glyph is that is said to be `said`.
    pub fn look<'a>(&mut self, glyph: &Glyph<'a>, said: Option<&BfString>, ink: &Paint<'a>) -> Letter {
        let letter = match said {
            Some(BfString::Char(c)) => alone(fold(*c)),
            // One glyph, many letters: of a ligature, and never of Chinese characters.
            Some(BfString::String(text)) if text.chars().filter(|c| is_han(*c)).count() > 1 => return Letter::Another,
            Some(BfString::String(text)) => alone(text.chars().flat_map(fold)),
            None => None,
        };
        match glyph {
            Glyph::Outline(outline) => self.look_at_outline(outline, letter),
            Glyph::Type3(drawn) => self.look_at_drawn(drawn, ink),
        }
    }

    fn look_at_outline(&mut self, outline: &OutlineGlyph, letter: Option<char>) -> Letter {
        let key = outline.identifier().cache_key();
        let shape = match self.shapes.get(&key) {
            // Met before. To ask for its font again would read the font's tables for every glyph of a page.
            Some(shape) => *shape,
            None => {
                let Some(font) = outline.font_data() else { return Letter::AsSaid };
                if self.brought.holds((*font.data).as_ref()) {
                    return as_coded(outline, letter);
                }
                *self.shapes.entry(key).or_insert(shape_of(outline, &font, &mut self.tables))
            }
        };
        if shape.blank {
            return Letter::Blank;
        }
        let Some(letter) = letter.filter(|c| is_of_verdicts(*c)) else { return self.unlike_its_own(shape, letter) };
        if is_word(letter) && shape.small || self.said.get(&shape.digest).is_some_and(|other| *other != letter) {
            return Letter::Another;
        }
        self.said.insert(shape.digest, letter);
        self.unlike_its_own(shape, Some(letter))
    }

    fn unlike_its_own(&self, shape: Drawn, letter: Option<char>) -> Letter {
        let denied = shape.own.is_some_and(|own| letter.is_some_and(|letter| letter != own));
        if denied { Letter::Another } else { Letter::AsSaid }
    }

    fn look_at_drawn<'a>(&mut self, drawn: &Type3Glyph<'a>, ink: &Paint<'a>) -> Letter {
        let shape = self.shapes.entry(drawn.cache_key()).or_insert_with(|| {
            let mut probe = Probe::default();
            drawn.interpret(&mut probe, Affine::IDENTITY, Affine::IDENTITY, ink);
            Drawn { blank: !probe.drew, small: false, digest: 0, own: None }
        });
        if shape.blank { Letter::Blank } else { Letter::AsSaid }
    }
}

/// A glyph of a font that is not in the file: nothing is drawn that could be compared; the code itself may be
/// the character.
fn as_coded(outline: &OutlineGlyph, letter: Option<char>) -> Letter {
    let coded = WORDS.iter().find(|(word, gbk)| [u32::from(*word), *gbk].contains(&outline.char_code()));
    let denied = coded.is_some_and(|(word, _)| letter.is_some_and(|letter| is_han(letter) && letter != *word));
    if denied { Letter::Another } else { Letter::AsSaid }
}

/// The only letter of a text of one.
fn alone(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

fn shape_of(outline: &OutlineGlyph, font: &OutlineFontData, tables: &mut HashMap<u128, HashMap<u32, char>>) -> Drawn {
    let path = outline.outline();
    let bounds = path.bounding_box();
    let table = tables.entry(font.cache_key).or_insert_with(|| own_table((*font.data).as_ref()));
    Drawn {
        blank: path.elements().is_empty(),
        small: bounds.width() < WORD_SIDE_MIN || bounds.height() < WORD_SIDE_MIN,
        digest: digest(&path),
        own: table.get(&outline.glyph_id().to_u32()).copied(),
    }
}

/// Which glyphs a font itself has for the letters of a verdict; none where it has no table of characters.
fn own_table(font: &[u8]) -> HashMap<u32, char> {
    let Ok(font) = FontRef::new(font) else { return HashMap::new() };
    let table = font.charmap();
    if table.is_symbol() {
        return HashMap::new();
    }
    WORDS.iter().filter_map(|(word, _)| Some((table.map(*word)?.to_u32(), *word))).filter(|(glyph, _)| *glyph != 0).collect()
}

fn digest(path: &BezPath) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut point = |kind: u8, points: &[kurbo::Point]| {
        kind.hash(&mut hasher);
        for p in points {
            // Rounded: the same outline may have gone through another format.
            #[expect(clippy::cast_possible_truncation, reason = "units of an em")]
            [p.x.round() as i32, p.y.round() as i32].hash(&mut hasher);
        }
    };
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => point(0, &[p]),
            PathEl::LineTo(p) => point(1, &[p]),
            PathEl::QuadTo(a, p) => point(2, &[a, p]),
            PathEl::CurveTo(a, b, p) => point(3, &[a, b, p]),
            PathEl::ClosePath => point(4, &[]),
        }
    }
    hasher.finish()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_word(c: char) -> bool {
    WORDS.iter().any(|(word, _)| *word == c)
}

/// Whether a verdict, a number or a date could be turned round with this letter.
fn is_of_verdicts(c: char) -> bool {
    c.is_ascii_digit() || is_word(c)
}

/// Learns whether anything is drawn at all.
#[derive(Default)]
struct Probe {
    drew: bool,
}

impl<'a> Device<'a> for Probe {
    fn draw_path(&mut self, path: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.drew |= !path.elements().is_empty();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.drew = true;
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.drew = true;
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
