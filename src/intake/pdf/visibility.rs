//! Which glyphs of a page a person can see: paint against what lies below, later covers, clips,
//! size, page box. Called by [`super::canvas`].

use kurbo::Rect;

/// Glyphs under this height in points cannot be read by a person.
pub const GLYPH_SIZE_MIN: f64 = 2.0;
/// Least difference in one colour channel (0 to 1) that an eye makes out.
const CONTRAST_MIN: f32 = 0.08;
/// Opacity under which paint does not show.
const OPACITY_SEEN: f32 = 0.1;
/// Opacity from which paint hides what is below.
const OPACITY_COVERS: f32 = 0.9;
/// Most painted areas remembered of one page as backgrounds.
const AREAS_MAX: usize = 5_000;
/// Mean channel from which paint counts as light.
const LIGHT: f32 = 0.55;

/// Colour with alpha, or nothing where it is a pattern or a picture.
pub type Tint = Option<[f32; 4]>;

/// A rectangle that was painted over.
struct Area {
    rect: Rect,
    tint: Tint,
}

/// The paint on one page so far.
#[derive(Default)]
pub struct Paintwork {
    areas: Vec<Area>,
}

impl Paintwork {
    /// Remembers a painted rectangle; says whether it hides what lies below.
    pub fn paint(&mut self, rect: Rect, tint: Tint, opacity: f32) -> bool {
        let alpha = opacity * tint.map_or(1.0, |t| t[3]);
        if alpha < OPACITY_COVERS {
            return false;
        }
        if self.areas.len() < AREAS_MAX {
            self.areas.push(Area { rect, tint });
        }
        true
    }

    /// Whether ink of this colour shows at a point.
    pub fn shows(&self, at: (f64, f64), ink: Tint, opacity: f32) -> bool {
        let Some(ink) = ink else {
            return opacity >= OPACITY_SEEN;
        };
        if ink[3] * opacity < OPACITY_SEEN {
            return false;
        }
        let below = self.areas.iter().rev().find(|area| area.rect.contains(at)).map_or(Some([1.0; 4]), |area| area.tint);
        below.is_none_or(|ground| (0..3).any(|i| (ink[i] - ground[i]).abs() >= CONTRAST_MIN))
    }
}

/// Whether a colour is a watermark's.
pub fn is_light(ink: Tint, opacity: f32) -> bool {
    ink.is_some_and(|c| {
        let alpha = c[3] * opacity;
        let mean = (c[0] + c[1] + c[2]) / 3.0;
        1.0 - alpha * (1.0 - mean) > LIGHT
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_on_white_does_not_show_and_white_on_black_does() {
        let mut paint = Paintwork::default();
        let white = Some([1.0, 1.0, 1.0, 1.0]);
        assert!(!paint.shows((5.0, 5.0), white, 1.0));
        assert!(paint.paint(Rect::new(0.0, 0.0, 10.0, 10.0), Some([0.0, 0.0, 0.0, 1.0]), 1.0));
        assert!(paint.shows((5.0, 5.0), white, 1.0));
        assert!(!paint.shows((5.0, 5.0), Some([0.0, 0.0, 0.0, 1.0]), 1.0));
        assert!(!paint.shows((50.0, 5.0), Some([0.0, 0.0, 0.0, 1.0]), 0.01));
    }
}
