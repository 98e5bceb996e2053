//! A grey picture of a page: what is ink, how far it is turned, turned back. Runs in the reading child.

/// Largest turn that is looked for and undone, degrees.
const SKEW_DEGREES_MAX: f64 = 3.0;
/// Smaller turns are left alone, degrees: a row drifts by a pixel.
const SKEW_DEGREES_MIN: f64 = 0.04;
/// Most points that vote on the turn.
const VOTES_MAX: usize = 60_000;

/// Rows of grey from the top, 0 black.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grey {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub pixels: Vec<u8>,
}

/// A part of a picture: pixels from the left and the top, width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Area {
    /// From the left.
    pub x: usize,
    /// From the top.
    pub y: usize,
    /// Width.
    pub w: usize,
    /// Height.
    pub h: usize,
}

impl Area {
    /// First pixel column to the right of it.
    pub fn right(&self) -> usize {
        self.x + self.w
    }

    /// First row below it.
    pub fn bottom(&self) -> usize {
        self.y + self.h
    }
}

impl Grey {
    /// A picture of one shade.
    pub fn plain(width: usize, height: usize, shade: u8) -> Self {
        Grey { width, height, pixels: vec![shade; width * height] }
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// The shade of the paper: the one most pixels have.
    pub fn paper(&self) -> u8 {
        let counts = self.histogram();
        (0..=255_u8).max_by_key(|v| counts[usize::from(*v)]).unwrap_or(255)
    }

    /// The shade under which a pixel is ink: where the two classes lie farthest apart (Otsu).
    pub fn ink_below(&self) -> u8 {
        let counts = self.histogram();
        let total: f64 = self.pixels.len().max(1) as f64;
        let sum: f64 = counts.iter().enumerate().map(|(v, n)| v as f64 * *n as f64).sum();
        let (mut weight, mut below) = (0.0, 0.0);
        let mut best = (0.0, 128);
        for value in 0..255_u8 {
            let n = counts[usize::from(value)] as f64;
            weight += n;
            below += n * f64::from(value);
            if weight == 0.0 || weight >= total {
                continue;
            }
            let apart = below / weight - (sum - below) / (total - weight);
            let spread = weight * (total - weight) * apart * apart;
            if spread > best.0 {
                best = (spread, value + 1);
            }
        }
        best.1
    }

    fn histogram(&self) -> [usize; 256] {
        let mut counts = [0; 256];
        for p in &self.pixels {
            counts[usize::from(*p)] += 1;
        }
        counts
    }

    /// Ink, row by row.
    pub fn ink(&self, below: u8) -> Vec<bool> {
        self.pixels.iter().map(|p| *p < below).collect()
    }

    /// Fills a part; what lies outside the picture is left out.
    pub fn fill(&mut self, area: Area, shade: u8) {
        let (right, bottom) = (area.right().min(self.width), area.bottom().min(self.height));
        for y in area.y..bottom {
            if area.x < right {
                self.pixels[y * self.width + area.x..y * self.width + right].fill(shade);
            }
        }
    }

    /// A part with a margin of paper around it.
    pub fn cut(&self, area: Area, margin: usize, paper: u8) -> Grey {
        let mut out = Grey::plain(area.w + 2 * margin, area.h + 2 * margin, paper);
        for y in 0..area.h {
            let from = &self.row(area.y + y)[area.x..area.right()];
            let at = (y + margin) * out.width + margin;
            out.pixels[at..at + area.w].copy_from_slice(from);
        }
        out
    }

    /// The picture turned so that its rows of text run level.
    pub fn levelled(self) -> Grey {
        let degrees = self.skew();
        if degrees.abs() < SKEW_DEGREES_MIN { self } else { self.turned(degrees) }
    }

    /// By how many degrees rows of text sink to the right: the turn at which rows of ink are sharpest.
    pub fn skew(&self) -> f64 {
        let below = self.ink_below();
        let ink: usize = self.pixels.iter().filter(|p| **p < below).count();
        let step = ((ink as f64 / VOTES_MAX as f64).ceil() as usize).max(1);
        let inked = self.pixels.iter().enumerate().filter(|(_, p)| **p < below).map(|(i, _)| i);
        let votes: Vec<(f64, f64)> = inked.step_by(step).map(|i| ((i % self.width) as f64, (i / self.width) as f64)).collect();
        let reach = (self.width as f64 * SKEW_DEGREES_MAX.to_radians().tan()) as usize + 2;
        let sharpness = |degrees: f64| -> u64 {
            let slope = degrees.to_radians().tan();
            let mut rows = vec![0_u64; self.height + 2 * reach];
            for (x, y) in &votes {
                let row = (y - x * slope).round() as i64 + reach as i64;
                if let Some(n) = usize::try_from(row).ok().and_then(|r| rows.get_mut(r)) {
                    *n += 1;
                }
            }
            rows.iter().map(|n| n * n).sum()
        };
        let sharpest = |from: f64, to: f64, by: f64| -> f64 {
            let steps = ((to - from) / by).round() as usize;
            let all = (0..=steps).map(|i| from + i as f64 * by);
            all.map(|d| (sharpness(d), d)).max_by(|a, b| a.0.cmp(&b.0).then(b.1.abs().total_cmp(&a.1.abs()))).map_or(0.0, |(_, d)| d)
        };
        let rough = sharpest(-SKEW_DEGREES_MAX, SKEW_DEGREES_MAX, 0.2);
        sharpest(rough - 0.2, rough + 0.2, 0.04)
    }

    /// Turned about its middle, blending four neighbours.
    fn turned(&self, degrees: f64) -> Grey {
        let paper = self.paper();
        let mut out = Grey::plain(self.width, self.height, paper);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (self.width as f64 / 2.0, self.height as f64 / 2.0);
        for y in 0..self.height {
            let dy = y as f64 - cy;
            for x in 0..self.width {
                let dx = x as f64 - cx;
                let (sx, sy) = (cos * dx - sin * dy + cx, sin * dx + cos * dy + cy);
                if sx < 0.0 || sy < 0.0 {
                    continue;
                }
                let (ix, iy) = (sx as usize, sy as usize);
                if ix + 1 >= self.width || iy + 1 >= self.height {
                    continue;
                }
                let (fx, fy) = (sx - ix as f64, sy - iy as f64);
                let at = iy * self.width + ix;
                let [a, b, c, d] = [at, at + 1, at + self.width, at + self.width + 1].map(|i| f64::from(self.pixels[i]));
                let blended = (a * (1.0 - fx) + b * fx) * (1.0 - fy) + (c * (1.0 - fx) + d * fx) * fy;
                out.pixels[y * self.width + x] = blended.round() as u8;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of level dark bars on grey paper.
    fn bars() -> Grey {
        let mut page = Grey::plain(600, 800, 230);
        for n in 0..12 {
            page.fill(Area { x: 80, y: 60 + n * 55, w: 420, h: 12 }, 40);
        }
        page
    }

    #[test]
    fn ink_and_paper_are_told_apart() {
        let page = bars();
        assert_eq!(page.paper(), 230);
        assert!((41..=230).contains(&page.ink_below()));
    }

    #[test]
    fn a_turned_page_is_levelled() {
        let page = bars();
        assert!(page.skew().abs() < SKEW_DEGREES_MIN);
        for degrees in [-1.4, 0.7] {
            let turned = page.turned(-degrees);
            assert!((turned.skew() - degrees).abs() < 0.1, "{degrees}: {}", turned.skew());
            assert!(turned.levelled().skew().abs() < 0.1);
        }
    }

    #[test]
    fn a_cut_has_its_margin() {
        let cut = bars().cut(Area { x: 80, y: 60, w: 10, h: 12 }, 3, 230);
        assert_eq!((cut.width, cut.height, cut.row(2)[5], cut.row(3)[3]), (16, 18, 230, 40));
    }
}
