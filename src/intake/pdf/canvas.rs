//! Where the PDF engine draws one page: keeps glyphs and ruling lines, notes what is hidden.
//! Made by [`super::engine`]; images are measured and never decoded.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask};
use hayro_syntax::object::{Dict, Name};
use kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};

use super::altered::{Covered, strike_out};
use super::layout::fold;
use super::letters::{Letter, Letters};
use super::squares::Squares;
use super::visibility::{GLYPH_SIZE_MIN, Paintwork, Tint, is_light};
use super::{Glyph, Page, Rule};

/// Thickest filled strip that is a ruling line and not an area, points.
const RULE_THICK_MAX: f64 = 3.0;
/// Thinnest stroke that hides a letter below it, points.
const BROAD_MIN: f64 = 4.0;
/// Longest path that is looked at for broad strokes, elements.
const BROAD_ELEMENTS_MAX: usize = 64;
/// Shortest ruling line, points.
const RULE_LONG_MIN: f64 = 6.0;
/// Most ruling lines kept of one page.
const RULES_MAX: usize = 20_000;
/// How far off an axis a line or text direction may be (tangent).
const SKEW_MAX: f64 = 0.03;
/// Most hidden or turned characters kept of one page.
const UNSEEN_CHARS_MAX: usize = 20_000;
/// Engine glyphs are per 1000 units of the em.
const UNITS_PER_EM: f64 = 1000.0;

/// Mesh in which glyphs are remembered to find repeats, points.
const PLACE_STEP_POINTS: f64 = 4.0;

/// How a glyph is turned on the page, in quarter turns; `None` is anything else, mirrored too.
type Turn = Option<u8>;

/// Where a character was drawn within one mesh.
type Places = Vec<(f64, f64)>;

struct Drawn {
    glyph: Glyph,
    turn: Turn,
    hidden: bool,
}

/// One page being drawn.
pub struct Canvas<'l> {
    letters: &'l mut Letters,
    frame: Rect,
    room: usize,
    drawn: Vec<Drawn>,
    places: HashMap<(char, i64, i64), Places, RandomState>,
    rules: Vec<Rule>,
    squares: Squares,
    covered: Covered,
    altered: usize,
    paint: Paintwork,
    clips: Vec<Rect>,
    groups: Vec<f32>,
    image_share: f64,
    paths: usize,
    undecodable: usize,
    layered: bool,
    full: bool,
}

impl<'l> Canvas<'l> {
    /// An empty page of this size with room for so many glyphs.
    pub fn new(frame: Rect, room: usize, letters: &'l mut Letters) -> Self {
        Canvas {
            letters,
            frame,
            room,
            drawn: Vec::new(),
            places: HashMap::default(),
            rules: Vec::new(),
            squares: Squares::default(),
            covered: Covered::default(),
            altered: 0,
            paint: Paintwork::default(),
            clips: Vec::new(),
            groups: Vec::new(),
            image_share: 0.0,
            paths: 0,
            undecodable: 0,
            layered: false,
            full: false,
        }
    }

    /// Whether the page held more glyphs than there was room for.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The page, turned so that most of its text reads upright.
    pub fn finish(mut self, number: u32) -> Page {
        self.write_squares();
        let mut count = [0_usize; 4];
        for d in &self.drawn {
            if let (Some(turn), false) = (d.turn, d.hidden) {
                count[usize::from(turn)] += 1;
            }
        }
        let main = (0..4_u8).max_by_key(|t| (count[usize::from(*t)], 3 - t)).unwrap_or(0);
        let (width, height) = (self.frame.width(), self.frame.height());
        let mut page = Page {
            number,
            shape: if main % 2 == 0 { (width, height) } else { (height, width) },
            undecodable: self.undecodable,
            layered: self.layered,
            altered: self.altered,
            image_share: self.image_share,
            paths: self.paths,
            ..Page::default()
        };
        for d in self.drawn {
            if d.hidden {
                push_capped(&mut page.hidden, d.glyph.ch);
            } else if d.turn == Some(main) {
                page.glyphs.push(turned_glyph(d.glyph, main, self.frame));
            } else {
                push_capped(&mut page.turned, d.glyph.ch);
            }
        }
        page.rules = self.rules.iter().map(|r| turned_rule(*r, main, self.frame)).collect();
        strike_out(&mut page);
        page
    }

    fn write_squares(&mut self) {
        self.squares.take_sides(&mut self.rules, self.drawn.len());
        let filled = |bounds: Rect| self.drawn.iter().any(|d| !d.hidden && bounds.contains(d.glyph.centre()));
        let mut written = self.squares.written(filled);
        written.reverse();
        for (before, glyph) in written {
            let at = before.min(self.drawn.len());
            let turn = self.drawn.get(at).or(self.drawn.last()).map_or(Some(0), |d| d.turn);
            self.drawn.insert(at, Drawn { glyph, turn, hidden: false });
        }
    }

    fn opacity(&self) -> f32 {
        self.groups.iter().product()
    }

    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.frame)
    }

    /// The same character almost at the same place is one character: fake bold, fill and stroke.
    fn is_repeat(&mut self, glyph: &Glyph) -> bool {
        let near = (glyph.size * 0.15).min(PLACE_STEP_POINTS);
        // Only the meshes that such a place can lie in: mostly one or two each way.
        for i in mesh(glyph.x - near)..=mesh(glyph.x + near) {
            for j in mesh(glyph.y - near)..=mesh(glyph.y + near) {
                let twin = self
                    .places
                    .get(&(glyph.ch, i, j))
                    .is_some_and(|at| at.iter().any(|p| (p.0 - glyph.x).abs() < near && (p.1 - glyph.y).abs() < near));
                if twin {
                    return true;
                }
            }
        }
        self.places.entry(place_key(glyph)).or_default().push((glyph.x, glyph.y));
        false
    }

    fn add(&mut self, ch: char, place: Affine, look: &Look) {
        let [a, b, c, d, x, y] = place.as_coeffs();
        let size = (a * d - b * c).abs().sqrt() * UNITS_PER_EM;
        let glyph = Glyph { ch, x, y, size, vertical: look.vertical, light: is_light(look.ink, look.opacity) };
        if !(x.is_finite() && y.is_finite() && size.is_finite()) {
            return;
        }
        let reach = size * 0.35;
        let length = a.hypot(b).max(f64::MIN_POSITIVE);
        let up = c.hypot(d).max(f64::MIN_POSITIVE);
        let middle = (x + a / length * reach + c / up * reach, y + b / length * reach + d / up * reach);
        let inside = self.frame.contains(middle) && self.clip().inflate(1.0, 1.0).contains(middle);
        let hidden = look.invisible || size < GLYPH_SIZE_MIN || !inside || !self.paint.shows(middle, look.ink, look.opacity);
        if !hidden && self.is_repeat(&glyph) {
            return;
        }
        if self.drawn.len() >= self.room {
            self.full = true;
            return;
        }
        if ch == char::REPLACEMENT_CHARACTER && !hidden {
            self.undecodable += 1;
        }
        let altered = !hidden && (look.another || self.covered.is_written_over(&glyph));
        self.altered += usize::from(altered);
        // What is not what it seems is no letter.
        let ch = if altered { char::REPLACEMENT_CHARACTER } else { ch };
        self.drawn.push(Drawn { glyph: Glyph { ch, ..glyph }, turn: turn_of([a, b, c, d]), hidden });
    }

    fn cover(&mut self, rect: Rect, tint: Tint, opacity: f32) {
        let rect = rect.intersect(self.clip());
        if rect.area() <= 0.0 || !self.paint.paint(rect, tint, opacity) {
            return;
        }
        for d in &mut self.drawn {
            if !d.hidden && rect.contains(d.glyph.centre()) {
                d.hidden = true;
                self.covered.note(d.glyph);
                // What is written over it later is no repeat of it.
                self.places.remove(&place_key(&d.glyph));
            }
        }
    }

    /// A broad straight line hides what lies below as an area does.
    fn cover_by_stroke(&mut self, path: &BezPath, (width, tint): (f64, Tint)) {
        if width < BROAD_MIN || path.elements().len() > BROAD_ELEMENTS_MAX {
            return;
        }
        let half = width / 2.0;
        let mut last = Point::ZERO;
        for element in path.elements() {
            if let PathEl::LineTo(p) = *element {
                let straight = (p.x - last.x).abs() < 1.0 || (p.y - last.y).abs() < 1.0;
                if straight {
                    self.cover(Rect::from_points(last, p).inflate(half, half), tint, self.opacity());
                }
            }
            if let PathEl::MoveTo(p) | PathEl::LineTo(p) = *element {
                last = p;
            }
        }
    }

    fn add_rule(&mut self, from: Point, to: Point) {
        let (dx, dy) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        if self.rules.len() >= RULES_MAX || !(dx + dy).is_finite() {
            return;
        }
        if dx >= RULE_LONG_MIN && dy <= dx * SKEW_MAX {
            let at = f64::midpoint(from.y, to.y);
            self.rules.push(Rule { horizontal: true, at, from: from.x.min(to.x), to: from.x.max(to.x) });
        } else if dy >= RULE_LONG_MIN && dx <= dy * SKEW_MAX {
            let at = f64::midpoint(from.x, to.x);
            self.rules.push(Rule { horizontal: false, at, from: from.y.min(to.y), to: from.y.max(to.y) });
        }
    }

    fn stroke(&mut self, path: &BezPath) {
        let (mut start, mut last) = (Point::ZERO, Point::ZERO);
        for element in path.elements() {
            match *element {
                PathEl::MoveTo(p) => {
                    start = p;
                    last = p;
                }
                PathEl::LineTo(p) => {
                    self.add_rule(last, p);
                    last = p;
                }
                PathEl::QuadTo(_, p) | PathEl::CurveTo(_, _, p) => last = p,
                PathEl::ClosePath => {
                    self.add_rule(last, start);
                    last = start;
                }
            }
        }
    }

    /// A thin filled strip is a rule, a filled rectangle covers what is below it.
    fn fill(&mut self, path: &BezPath, tint: Tint) {
        let opacity = self.opacity();
        for part in subpaths(path) {
            let b = part.bounding_box();
            if b.height() <= RULE_THICK_MAX && b.width() > b.height() {
                self.add_rule(Point::new(b.x0, b.center().y), Point::new(b.x1, b.center().y));
            } else if b.width() <= RULE_THICK_MAX && b.height() > b.width() {
                self.add_rule(Point::new(b.center().x, b.y0), Point::new(b.center().x, b.y1));
            } else {
                if !is_white(tint) {
                    self.squares.note_mark(&part);
                }
                if part.area().abs() >= b.area() * 0.99 {
                    self.cover(b, tint, opacity);
                }
            }
        }
    }
}

/// How a run of glyphs is painted.
#[derive(Clone, Copy)]
struct Look {
    ink: Tint,
    opacity: f32,
    invisible: bool,
    vertical: bool,
    /// Another letter than the file says.
    another: bool,
}

#[expect(clippy::cast_possible_truncation, reason = "places are on a page")]
fn mesh(v: f64) -> i64 {
    (v / PLACE_STEP_POINTS).floor() as i64
}

fn place_key(glyph: &Glyph) -> (char, i64, i64) {
    (glyph.ch, mesh(glyph.x), mesh(glyph.y))
}

fn tint_of(paint: &Paint<'_>) -> Tint {
    match paint {
        Paint::Color(colour) => Some(colour.to_rgba().components()),
        Paint::Pattern(_) => None,
    }
}

fn is_white(tint: Tint) -> bool {
    tint.is_some_and(|c| c[..3].iter().all(|v| *v > 0.97))
}

fn subpaths(path: &BezPath) -> Vec<BezPath> {
    let mut parts: Vec<BezPath> = Vec::new();
    for element in path.elements() {
        if matches!(element, PathEl::MoveTo(_)) || parts.is_empty() {
            parts.push(BezPath::new());
            if !matches!(element, PathEl::MoveTo(_)) {
                continue;
            }
        }
        if let Some(part) = parts.last_mut() {
            if part.elements().is_empty() && !matches!(element, PathEl::MoveTo(_)) {
                continue;
            }
            part.push(*element);
        }
    }
    parts
}

fn turn_of([a, b, c, d]: [f64; 4]) -> Turn {
    // On a page with y downwards an unmirrored glyph has a negative determinant.
    if a * d - b * c >= 0.0 {
        return None;
    }
    if b.abs() <= a.abs() * SKEW_MAX {
        Some(if a > 0.0 { 0 } else { 2 })
    } else if a.abs() <= b.abs() * SKEW_MAX {
        Some(if b > 0.0 { 1 } else { 3 })
    } else {
        None
    }
}

fn turned_point(x: f64, y: f64, turn: u8, frame: Rect) -> (f64, f64) {
    match turn {
        1 => (y, frame.width() - x),
        2 => (frame.width() - x, frame.height() - y),
        3 => (frame.height() - y, x),
        _ => (x, y),
    }
}

fn turned_glyph(glyph: Glyph, turn: u8, frame: Rect) -> Glyph {
    let (x, y) = turned_point(glyph.x, glyph.y, turn, frame);
    Glyph { x, y, ..glyph }
}

fn turned_rule(rule: Rule, turn: u8, frame: Rect) -> Rule {
    if turn == 0 {
        return rule;
    }
    let ends = if rule.horizontal { [(rule.from, rule.at), (rule.to, rule.at)] } else { [(rule.at, rule.from), (rule.at, rule.to)] };
    let (x0, y0) = turned_point(ends[0].0, ends[0].1, turn, frame);
    let (x1, y1) = turned_point(ends[1].0, ends[1].1, turn, frame);
    if rule.horizontal == (turn == 2) {
        Rule { horizontal: true, at: y0, from: x0.min(x1), to: x0.max(x1) }
    } else {
        Rule { horizontal: false, at: x0, from: y0.min(y1), to: y0.max(y1) }
    }
}

fn push_capped(text: &mut String, ch: char) {
    if text.len() < UNSEEN_CHARS_MAX {
        text.push(ch);
    }
}

impl<'a> Device<'a> for Canvas<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.paths += 1;
        let tint = tint_of(&props.paint);
        let placed = props.transform * path;
        if matches!(draw_mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            self.fill(&placed, tint);
        }
        let strokes = matches!(draw_mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..));
        if strokes && !is_white(tint) && !self.squares.take_box(&placed, self.drawn.len()) {
            self.squares.note_mark(&placed);
            self.stroke(&placed);
        }
        if let DrawMode::Stroke(pen) | DrawMode::FillAndStroke(_, pen) = draw_mode {
            let [a, b, c, d, ..] = props.transform.as_coeffs();
            self.cover_by_stroke(&placed, (f64::from(pen.line_width) * (a * d - b * c).abs().sqrt(), tint));
        }
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        let inner = self.clip().intersect(clip_path.path.bounding_box());
        self.clips.push(inner);
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        // Under a mask, or blended, nothing can be said to be seen or to cover.
        let sure = mask.is_none() && blend_mode == BlendMode::Normal;
        let opacity = if mask.is_some() { 0.0 } else { opacity };
        self.groups.push(if sure { opacity } else { opacity.min(0.5) });
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let look = Look {
            ink: tint_of(&props.paint),
            opacity: self.opacity(),
            invisible: matches!(draw_mode, DrawMode::Invisible) || props.soft_mask.is_some(),
            vertical: glyph_run.writing_mode() == WritingMode::Vertical,
            another: false,
        };
        for glyph in glyph_run.glyphs() {
            let place = props.transform * glyph.transform();
            let said = glyph.as_unicode();
            let letter = self.letters.look(glyph, said.as_ref(), &props.paint);
            let look = Look { invisible: look.invisible || letter == Letter::Blank, another: letter == Letter::Another, ..look };
            match said {
                Some(BfString::Char(ch)) => {
                    for ch in fold(ch) {
                        self.add(ch, place, &look);
                    }
                }
                Some(BfString::String(text)) => {
                    for ch in text.chars().flat_map(fold) {
                        self.add(ch, place, &look);
                    }
                }
                None => self.add(char::REPLACEMENT_CHARACTER, place, &look),
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let pixels = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let area = props.transform.transform_rect_bbox(pixels).intersect(self.frame);
        let share = area.area() / self.frame.area().max(1.0);
        self.image_share = (self.image_share + share).min(1.0);
        let [a, b, c, d, ..] = props.transform.as_coeffs();
        let straight = b.abs() + c.abs() < 1e-6 || a.abs() + d.abs() < 1e-6;
        let solid = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dict = raster.stream().dict();
                !["SMask", "SMaskInData", "Mask"].iter().any(|key| dict.contains_key(key))
            }
        };
        if straight && solid && props.soft_mask.is_none() && props.blend_mode == BlendMode::Normal {
            self.cover(area, None, self.opacity());
        }
        let count = u64::from(image.width()) * u64::from(image.height());
        self.paint.picture(area.intersect(self.clip()), (count, share, straight && solid));
    }

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        // The engine heeds layers by reference; a membership may stand in place, and then it shows all.
        let membership = properties.and_then(|p| p.get::<Name<'_>>("Type")).is_some_and(|kind| kind.as_ref() == b"OCMD");
        self.layered |= tag == b"OC" && membership;
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}
