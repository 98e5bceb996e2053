//! A page as pixels: what an examiner looks at, and what the engine is shown. Runs in the reading child,
//! which limits memory and time; here the number of pixels is limited.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::bitmap::Grey;
use super::tiff;

/// Resolution of a page image, dots an inch.
pub const IMAGE_DPI: f64 = 150.0;
/// Most pixels of a page image.
pub const IMAGE_PIXELS_MAX: f64 = 4_000_000.0;
/// Most pixels of a page the engine is shown: A4 at 300 dpi is 8.7 million.
pub const OCR_PIXELS_MAX: f64 = 9_000_000.0;
/// Points an inch.
const POINTS: f64 = 72.0;
/// Smallest and largest side of a page that is drawn, points.
const SIDE_POINTS: std::ops::RangeInclusive<f64> = 20.0..=14_400.0;

/// A page, its shape in points and the pixels a point it was drawn with.
type Drawn = (Pixmap, (f64, f64), f64);

/// A page as PNG.
pub fn png(bytes: Vec<u8>, page: usize) -> Option<Vec<u8>> {
    let (pixels, ..) = draw(bytes, page, (IMAGE_DPI, IMAGE_PIXELS_MAX))?;
    pixels.into_png().ok()
}

/// A page in grey, its shape in points and pixels a point.
pub fn grey(bytes: Vec<u8>, page: usize) -> Option<(Grey, (f64, f64), f64)> {
    let (pixels, shape, scale) = draw(bytes, page, (f64::from(tiff::DPI), OCR_PIXELS_MAX))?;
    let (width, height) = (usize::from(pixels.width()), usize::from(pixels.height()));
    // Seals are red and lie over words: in the red part of the light they are paper.
    let pixels = pixels.data().iter().map(|p| p.r).collect();
    Some((Grey { width, height, pixels }, shape, scale))
}

fn draw(bytes: Vec<u8>, page: usize, (dpi, pixels_max): (f64, f64)) -> Option<Drawn> {
    let pdf = Pdf::new(bytes).ok()?;
    let page = pdf.pages().get(page)?;
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    if !SIDE_POINTS.contains(&width) || !SIDE_POINTS.contains(&height) {
        return None;
    }
    let scale = (dpi / POINTS).min((pixels_max / (width * height)).sqrt());
    let settings = PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE };
    let interpreter = InterpreterSettings::default();
    let pixels = render(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &settings);
    Some((pixels, (width, height), scale))
}
