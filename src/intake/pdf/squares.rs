//! Tick boxes that are drawn and not written: a small stroked square, ticked if something is drawn in it.
//! They become characters, so that whoever reads the text sees the same form as a person. Called by
//! [`super::canvas`].

use kurbo::{BezPath, PathEl, Point, Rect, Shape};

use super::{Glyph, Rule};

/// Sides of a tick box, points.
const SIDE: std::ops::RangeInclusive<f64> = 5.0..=18.0;
/// Largest tick, points.
const MARK_MAX: f64 = 24.0;
/// How far off a square its sides may be, as a part of the side.
const SKEW_MAX: f64 = 0.25;
/// A tick lies within the box by so much of its side; the sides themselves do not.
const INSET: f64 = 0.12;
/// Most squares and ticks remembered of a page.
const KEPT_MAX: usize = 500;

/// The boxes and ticks of one page.
#[derive(Default)]
pub struct Squares {
    /// Each with the number of characters that were drawn before it.
    boxes: Vec<(Rect, usize)>,
    marks: Vec<Rect>,
}

impl Squares {
    /// Whether a stroked path is a tick box; then it is remembered.
    pub fn take_box(&mut self, path: &BezPath, drawn_before: usize) -> bool {
        let bounds = path.bounding_box();
        let (w, h) = (bounds.width(), bounds.height());
        let square = SIDE.contains(&w) && SIDE.contains(&h) && (w - h).abs() <= w.max(h) * SKEW_MAX;
        if !square || !is_frame(path, bounds) {
            return false;
        }
        if self.boxes.len() < KEPT_MAX {
            self.boxes.push((bounds, drawn_before));
        }
        true
    }

    /// Takes the boxes whose four sides were stroked one by one out of the rules of a page.
    pub fn take_sides(&mut self, rules: &mut Vec<Rule>, drawn: usize) {
        const NEAR: f64 = 1.0;
        let near = |a: f64, b: f64| (a - b).abs() <= NEAR;
        let short: Vec<Rule> = rules.iter().filter(|r| SIDE.contains(&(r.to - r.from))).copied().collect();
        let (across, down): (Vec<Rule>, Vec<Rule>) = short.into_iter().partition(|r| r.horizontal);
        if across.len() > KEPT_MAX || down.len() > KEPT_MAX {
            return;
        }
        for top in &across {
            let side = top.to - top.from;
            let bottom = |r: &&Rule| near(r.from, top.from) && near(r.to, top.to) && r.at > top.at && near(r.at - top.at, side);
            let Some(bottom) = across.iter().find(bottom) else { continue };
            let stands = |x: f64| down.iter().any(|r| near(r.at, x) && near(r.from, top.at) && near(r.to, bottom.at));
            if stands(top.from) && stands(top.to) && self.boxes.len() < KEPT_MAX {
                self.boxes.push((Rect::new(top.from, top.at, top.to, bottom.at), drawn));
            }
        }
        let boxes = &self.boxes;
        rules.retain(|r| {
            let (from, to) = if r.horizontal { ((r.from, r.at), (r.to, r.at)) } else { ((r.at, r.from), (r.at, r.to)) };
            !boxes.iter().any(|(b, _)| b.inflate(NEAR, NEAR).contains(from) && b.inflate(NEAR, NEAR).contains(to))
        });
    }

    /// Remembers something small that may be a tick.
    pub fn note_mark(&mut self, path: &BezPath) {
        let bounds = path.bounding_box();
        let fits = bounds.width() <= MARK_MAX && bounds.height() <= MARK_MAX && bounds.width() + bounds.height() > 2.0;
        if fits && self.marks.len() < KEPT_MAX {
            self.marks.push(bounds);
        }
    }

    /// The boxes as characters, each with the number of characters that were drawn before it. One that
    /// holds a character already is that character's frame.
    pub fn written(&self, glyphs: impl Fn(Rect) -> bool) -> Vec<(usize, Glyph)> {
        let mut out = Vec::new();
        for (bounds, before) in &self.boxes {
            if glyphs(*bounds) || out.iter().any(|(_, g): &(usize, Glyph)| bounds.contains(g.centre())) {
                continue;
            }
            let ticked = self.marks.iter().any(|m| bounds.inflate(-bounds.width() * INSET, -bounds.height() * INSET).contains(m.center()));
            let ch = if ticked { '☑' } else { '□' };
            let (size, light) = (bounds.height(), false);
            out.push((*before, Glyph { ch, x: bounds.x0, y: bounds.y1 - size * 0.15, size, vertical: false, light }));
        }
        out
    }
}

/// Whether a path is nothing but the outline of its bounds.
fn is_frame(path: &BezPath, bounds: Rect) -> bool {
    const NEAR: f64 = 0.8;
    let corner = |p: Point| {
        let on_x = (p.x - bounds.x0).abs() < NEAR || (p.x - bounds.x1).abs() < NEAR;
        on_x && ((p.y - bounds.y0).abs() < NEAR || (p.y - bounds.y1).abs() < NEAR)
    };
    let mut corners = 0;
    let mut closed = false;
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) | PathEl::LineTo(p) if corner(p) => corners += 1,
            PathEl::ClosePath => closed = true,
            _ => return false,
        }
    }
    // Without the closing stroke the outline comes back to its first corner.
    (corners == 4 && closed) || corners == 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: (f64, f64), to: (f64, f64)) -> BezPath {
        let mut path = BezPath::new();
        path.move_to(from);
        path.line_to(to);
        path
    }

    #[test]
    fn a_square_with_a_stroke_in_it_is_ticked() {
        let mut squares = Squares::default();
        assert!(squares.take_box(&Rect::new(30.0, 100.0, 40.0, 110.0).to_path(0.1), 3));
        assert!(squares.take_box(&Rect::new(30.0, 130.0, 40.0, 140.0).to_path(0.1), 9));
        assert!(!squares.take_box(&Rect::new(30.0, 130.0, 90.0, 140.0).to_path(0.1), 9));
        assert!(!squares.take_box(&line((0.0, 0.0), (10.0, 10.0)), 9));
        squares.note_mark(&line((32.0, 105.0), (39.0, 101.0)));
        let written: Vec<(usize, char)> = squares.written(|_| false).into_iter().map(|(n, g)| (n, g.ch)).collect();
        assert_eq!(written, [(3, '☑'), (9, '□')]);
        assert!(squares.written(|_| true).is_empty());
    }

    #[test]
    fn four_strokes_are_a_square_and_no_rules() {
        let rule = |horizontal, at, from, to| Rule { horizontal, at, from, to };
        let mut rules = vec![
            rule(true, 20.0, 59.0, 68.0),
            rule(false, 68.0, 20.0, 29.0),
            rule(true, 29.0, 59.0, 68.0),
            rule(true, 40.0, 50.0, 500.0),
            rule(false, 59.0, 20.0, 29.0),
        ];
        let mut squares = Squares::default();
        squares.take_sides(&mut rules, 7);
        assert_eq!(rules, [rule(true, 40.0, 50.0, 500.0)]);
        assert_eq!(squares.written(|_| false)[0].1.ch, '□');
    }
}
