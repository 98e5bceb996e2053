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

/// Fewest pixels of a picture that words could stand in.
const PICTURE_PIXELS_MIN: u64 = 10_000;
/// Part of the page from which a picture that lets something through is a page of its own, not a seal.
const PICTURE_SHARE_MIN: f64 = 0.25;

/// A rectangle that was painted over.
struct Area {
    rect: Rect,
    tint: Tint,
    /// A picture in which words may stand: what it shows is not known here.
    picture: bool,
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
            self.areas.push(Area { rect, tint, picture: false });
        }
        true
    }

    /// Remembers a picture of so many pixels that takes this part of the page. Ink over it cannot be told
    /// from ink of the colour of its paper.
    pub fn picture(&mut self, rect: Rect, (pixels, share, solid): (u64, f64, bool)) {
        let has_words = pixels >= PICTURE_PIXELS_MIN && (solid || share >= PICTURE_SHARE_MIN);
        if has_words && rect.area() > 0.0 && self.areas.len() < AREAS_MAX {
            self.areas.push(Area { rect, tint: None, picture: true });
        }
    }

    /// Whether ink of this colour surely shows at a point.
    pub fn shows(&self, at: (f64, f64), ink: Tint, opacity: f32) -> bool {
        let top = self.areas.iter().rev().find(|area| area.rect.contains(at));
        if top.is_some_and(|area| area.picture) {
            return false;
        }
        let Some(ink) = ink else {
            return opacity >= OPACITY_SEEN;
        };
        if ink[3] * opacity < OPACITY_SEEN {
            return false;
        }
        let below = top.map_or(Some([1.0; 4]), |area| area.tint);
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

    #[test]
    fn ink_over_a_picture_is_not_known_to_show_until_something_is_painted_over_the_picture() {
        let black = Some([0.0, 0.0, 0.0, 1.0]);
        let (page, at) = (Rect::new(0.0, 0.0, 100.0, 100.0), (50.0, 50.0));
        let shows = |pixels, share, solid| {
            let mut paint = Paintwork::default();
            paint.picture(page, (pixels, share, solid));
            paint.shows(at, black, 1.0)
        };
        // A scan; a ground of one colour; a seal that lets the paper through; a scan that does.
        assert_eq!(
            [shows(2_000_000, 1.0, true), shows(1, 1.0, true), shows(90_000, 0.02, false), shows(90_000, 1.0, false)],
            [false, true, true, false]
        );
        let mut paint = Paintwork::default();
        paint.picture(page, (2_000_000, 1.0, true));
        assert!(paint.paint(Rect::new(40.0, 40.0, 60.0, 60.0), Some([1.0; 4]), 1.0));
        assert!(paint.shows(at, black, 1.0));
    }
}
