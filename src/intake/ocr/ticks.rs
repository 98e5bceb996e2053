//! Tick boxes of a scanned form, by their shape. An engine takes them for characters (图, 国, 口), and
//! which option is ticked is what the form says. A box with something in it stays with the engine: by
//! shape it cannot be told from 国. Runs in the reading child.

use serde::{Deserialize, Serialize};

use super::bitmap::{Area, Grey};

/// Side of a box, pixels at 300 dpi.
const SIDE: std::ops::RangeInclusive<usize> = 20..=70;
/// Part of a full box that is ink.
const FULL_MIN: f64 = 0.92;
/// Part of each side of an empty box that is ink.
const SIDE_INKED_MIN: f64 = 0.9;
/// Thickest frame, part of the side.
const FRAME_SHARE_MAX: f64 = 0.18;
/// Part of what an empty box encloses that may be ink.
const SPECKS_MAX: f64 = 0.02;
/// Most ticks of a page.
const TICKS_MAX: usize = 200;

/// A tick box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Where.
    pub area: Area,
    /// Filled: the option is chosen. Otherwise empty.
    pub full: bool,
}

/// The tick boxes of a page.
pub fn ticks(page: &Grey, ink: &[bool]) -> Vec<Tick> {
    let mut seen = vec![false; ink.len()];
    let mut found = Vec::new();
    for start in 0..ink.len() {
        if !ink[start] || seen[start] {
            continue;
        }
        let Some(area) = bounds(ink, &mut seen, (page.width, start)) else { continue };
        let square = area.w * 10 <= area.h * 12 && area.h * 10 <= area.w * 12;
        if square && SIDE.contains(&area.w) && SIDE.contains(&area.h) && found.len() < TICKS_MAX {
            found.extend(shape(ink, page.width, area));
        }
    }
    found
}

/// Follows connected ink; its bounds, or nothing where it is larger than a box.
fn bounds(ink: &[bool], seen: &mut [bool], (width, start): (usize, usize)) -> Option<Area> {
    let height = ink.len() / width;
    let (mut x0, mut y0, mut x1, mut y1) = (start % width, start / width, start % width, start / width);
    let mut waiting = vec![start];
    seen[start] = true;
    while let Some(at) = waiting.pop() {
        let (x, y) = (at % width, at / width);
        (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y));
        let beside =
            [(x > 0).then(|| at - 1), (x + 1 < width).then(|| at + 1), (y > 0).then(|| at - width), (y + 1 < height).then(|| at + width)];
        for next in beside.into_iter().flatten() {
            if ink[next] && !seen[next] {
                seen[next] = true;
                waiting.push(next);
            }
        }
    }
    let area = Area { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 };
    (area.w <= *SIDE.end() && area.h <= *SIDE.end()).then_some(area)
}

fn shape(ink: &[bool], width: usize, area: Area) -> Option<Tick> {
    if inked(ink, width, area) >= FULL_MIN {
        return Some(Tick { area, full: true });
    }
    let frame = ((area.w.min(area.h) as f64 * FRAME_SHARE_MAX) as usize).max(2);
    let sides = [
        // Each side: ink in any of the frame's rows, over the whole length.
        covered(area.w, |i| (0..frame).any(|j| ink[(area.y + j) * width + area.x + i])),
        covered(area.w, |i| (0..frame).any(|j| ink[(area.bottom() - 1 - j) * width + area.x + i])),
        covered(area.h, |i| (0..frame).any(|j| ink[(area.y + i) * width + area.x + j])),
        covered(area.h, |i| (0..frame).any(|j| ink[(area.y + i) * width + area.right() - 1 - j])),
    ];
    let inside = Area { x: area.x + frame, y: area.y + frame, w: area.w - 2 * frame, h: area.h - 2 * frame };
    let empty = sides.iter().all(|s| *s >= SIDE_INKED_MIN) && inked(ink, width, inside) <= SPECKS_MAX;
    empty.then_some(Tick { area, full: false })
}

fn inked(ink: &[bool], width: usize, area: Area) -> f64 {
    let rows = (area.y..area.bottom()).map(|y| &ink[y * width + area.x..y * width + area.right()]);
    let count = rows.flatten().filter(|i| **i).count();
    count as f64 / (area.w * area.h).max(1) as f64
}

fn covered(length: usize, inked: impl Fn(usize) -> bool) -> f64 {
    (0..length).filter(|i| inked(*i)).count() as f64 / length.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(page: &mut Grey, x: usize, y: usize) {
        page.fill(Area { x, y, w: 40, h: 40 }, 0);
        page.fill(Area { x: x + 3, y: y + 3, w: 34, h: 34 }, 255);
    }

    #[test]
    fn full_and_empty_boxes_are_told_and_a_character_in_a_frame_is_left_alone() {
        let mut page = Grey::plain(400, 200, 255);
        page.fill(Area { x: 20, y: 20, w: 38, h: 38 }, 0);
        frame(&mut page, 100, 20);
        frame(&mut page, 200, 20);
        // 国 and ☒ alike: strokes inside.
        page.fill(Area { x: 210, y: 38, w: 20, h: 4 }, 0);
        page.fill(Area { x: 300, y: 20, w: 60, h: 10 }, 0);
        let found: Vec<(usize, bool)> = ticks(&page, &page.ink(128)).iter().map(|t| (t.area.x, t.full)).collect();
        assert_eq!(found, [(20, true), (100, false)]);
    }
}
