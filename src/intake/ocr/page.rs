//! One page made ready for the engine: levelled, its tick boxes and ruling lines taken out, each cell of
//! a table a picture of its own, what is left the last. Runs in the reading child.

use serde::{Deserialize, Serialize};

use super::bitmap::{Area, Grey};
use super::ruling::ruling;
use super::ticks::{Tick, ticks};
use super::tiff;

/// Paper left around a piece, pixels.
const MARGIN: usize = 20;
/// Fewest inked pixels of a piece with text.
const INK_MIN: usize = 24;
/// How much more than a line is painted over, pixels on each side.
const LINE_HALO: usize = 3;
/// The same for a tick box: what is left of its edge would be read as a quotation mark.
const TICK_HALO: usize = 9;

/// What the engine's answer is laid out by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Width and height of the page, points.
    pub shape: (f64, f64),
    /// Pixels a point.
    pub scale: f64,
    /// Level ruling lines.
    pub level: Vec<Area>,
    /// Upright ruling lines.
    pub upright: Vec<Area>,
    /// Tick boxes.
    pub ticks: Vec<Tick>,
    /// The pictures, in their order.
    pub pieces: Vec<Piece>,
}

/// One picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where it lies on the page, its margin not counted.
    pub area: Area,
    /// The cell it was cut from; absent for what lies in no cell.
    pub cell: Option<Area>,
}

impl Piece {
    /// The pixel of the page at a pixel of the picture.
    pub fn on_page(&self, x: usize, y: usize) -> (usize, usize) {
        (self.area.x + x.saturating_sub(MARGIN), self.area.y + y.saturating_sub(MARGIN))
    }
}

impl Plan {
    /// The piece a pixel of the page belongs to: the smallest cell around it, or the rest.
    pub fn piece_at(&self, x: usize, y: usize) -> Option<usize> {
        let around = |p: &Piece| p.cell.is_none_or(|c| (c.x..c.right()).contains(&x) && (c.y..c.bottom()).contains(&y));
        self.pieces.iter().position(around)
    }
}

/// Cuts a page; the pictures come as one file.
pub fn cut(page: Grey, (shape, scale): ((f64, f64), f64)) -> Option<(Plan, Vec<u8>)> {
    let mut page = page.levelled();
    let (paper, below) = (page.paper(), page.ink_below());
    let ruled = ruling(&page, &page.ink(below));
    for line in ruled.level.iter().chain(&ruled.upright) {
        page.fill(grown(*line, LINE_HALO), paper);
    }
    let boxes = ticks(&page, &page.ink(below));
    for tick in &boxes {
        page.fill(grown(tick.area, TICK_HALO), paper);
    }
    let mut plan = Plan { shape, scale, level: ruled.level, upright: ruled.upright, ticks: boxes, pieces: Vec::new() };
    let mut pictures = Vec::new();
    let whole = Area { x: 0, y: 0, w: page.width, h: page.height };
    // A cell that lies in another is cut first and is paper then.
    for cell in ruled.cells.into_iter().map(Some).chain([None]) {
        let within = cell.unwrap_or(whole);
        if let Some(area) = inked(&page, within, below) {
            pictures.push(page.cut(area, MARGIN, paper));
            plan.pieces.push(Piece { area, cell });
        }
        page.fill(within, paper);
    }
    Some((plan, tiff::tiff(&pictures)?))
}

fn grown(area: Area, by: usize) -> Area {
    let (x, y) = (area.x.saturating_sub(by), area.y.saturating_sub(by));
    Area { x, y, w: area.right() + by - x, h: area.bottom() + by - y }
}

/// The part of an area that has ink.
fn inked(page: &Grey, area: Area, below: u8) -> Option<Area> {
    let (right, bottom) = (area.right().min(page.width), area.bottom().min(page.height));
    let (mut x0, mut y0, mut x1, mut y1, mut count) = (right, bottom, area.x, area.y, 0);
    for y in area.y..bottom {
        for (x, _) in page.row(y)[area.x..right].iter().enumerate().filter(|(_, p)| **p < below) {
            let x = area.x + x;
            (x0, y0, x1, y1, count) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y), count + 1);
        }
    }
    (count >= INK_MIN).then(|| Area { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_the_rest_are_pieces_without_lines() {
        let mut page = Grey::plain(1000, 800, 250);
        for y in [100, 200] {
            page.fill(Area { x: 100, y, w: 603, h: 3 }, 0);
        }
        for x in [100, 400, 700] {
            page.fill(Area { x, y: 100, w: 3, h: 103 }, 0);
        }
        page.fill(Area { x: 150, y: 130, w: 100, h: 30 }, 0);
        page.fill(Area { x: 120, y: 500, w: 300, h: 30 }, 0);
        page.fill(Area { x: 120, y: 600, w: 40, h: 40 }, 0);
        let (plan, file) = cut(page, ((240.0, 192.0), 300.0 / 72.0)).unwrap();
        assert_eq!((plan.level.len(), plan.upright.len(), plan.ticks.len()), (2, 3, 1));
        let areas: Vec<Area> = plan.pieces.iter().map(|p| p.area).collect();
        assert_eq!(areas, [Area { x: 150, y: 130, w: 100, h: 30 }, Area { x: 120, y: 500, w: 300, h: 30 }]);
        assert_eq!(plan.pieces[0].on_page(MARGIN + 5, MARGIN), (155, 130));
        assert_eq!((plan.piece_at(160, 150), plan.piece_at(130, 610)), (Some(0), Some(1)));
        assert!(file.len() > 140 * 70 + 340 * 70);
    }
}
