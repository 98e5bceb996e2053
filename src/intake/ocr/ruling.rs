//! The ruling lines of a scanned form and the cells between them. An engine reads a cell far better when it
//! is shown nothing else; measured figures stand in [`super`]. Runs in the reading child.

use super::bitmap::{Area, Grey};

/// Shortest level line, pixels at 300 dpi: longer than any stroke of a title.
const LEVEL_LONG_MIN: usize = 150;
/// Shortest upright line: a row of a table.
const UPRIGHT_LONG_MIN: usize = 55;
/// Thickest line.
const THICK_MAX: usize = 14;
/// Longest hole in a line.
const HOLE_MAX: usize = 3;
/// How far lines may miss each other where they should meet.
const MISS_MAX: usize = 12;
/// Cells are looked for on a mesh of this many pixels.
const MESH: usize = 4;
/// Smallest cell, pixels.
const CELL_MIN: (usize, usize) = (50, 36);
/// Part of its rectangle that a cell fills at least.
const CELL_FILLS_MIN: f64 = 0.8;
/// Most lines of a page that are looked at.
const LINES_MAX: usize = 600;
/// Most cells of a page.
const CELLS_MAX: usize = 300;

/// Lines and cells of one page.
#[derive(Debug, Default)]
pub struct Ruling {
    /// Level lines.
    pub level: Vec<Area>,
    /// Upright lines.
    pub upright: Vec<Area>,
    /// Cells: areas closed by lines, smaller before larger.
    pub cells: Vec<Area>,
}

/// Finds lines and cells.
pub fn ruling(page: &Grey, ink: &[bool]) -> Ruling {
    let level = lines(ink, (page.width, page.height), LEVEL_LONG_MIN);
    let mut on_side = vec![false; ink.len()];
    for y in 0..page.height {
        for x in 0..page.width {
            on_side[x * page.height + y] = ink[y * page.width + x];
        }
    }
    let upright: Vec<Area> = lines(&on_side, (page.height, page.width), UPRIGHT_LONG_MIN)
        .into_iter()
        .map(|a| Area { x: a.y, y: a.x, w: a.h, h: a.w })
        .filter(|line| level.iter().filter(|other| meet(line, other)).count() >= 2)
        .collect();
    let cells = cells((page.width, page.height), level.iter().chain(&upright));
    Ruling { level, upright, cells }
}

/// Whether an upright line reaches a level one.
fn meet(upright: &Area, level: &Area) -> bool {
    let x = upright.x + upright.w / 2;
    x + MISS_MAX >= level.x
        && x <= level.right() + MISS_MAX
        && upright.y <= level.bottom() + MISS_MAX
        && upright.bottom() + MISS_MAX >= level.y
}

/// Long runs of ink along the rows, those of neighbouring rows taken together.
fn lines(ink: &[bool], (width, height): (usize, usize), long_min: usize) -> Vec<Area> {
    let mut open: Vec<Area> = Vec::new();
    let mut done: Vec<Area> = Vec::new();
    for y in 0..height {
        for (from, to) in runs(&ink[y * width..(y + 1) * width], long_min) {
            let near = |a: &&mut Area| a.bottom() + 1 >= y && from <= a.right() + 10 && a.x <= to + 10;
            if let Some(line) = open.iter_mut().find(near) {
                let (left, right) = (line.x.min(from), line.right().max(to));
                *line = Area { x: left, y: line.y, w: right - left, h: y + 1 - line.y };
            } else if open.len() + done.len() < LINES_MAX {
                open.push(Area { x: from, y, w: to - from, h: 1 });
            }
        }
        let (still, ended): (Vec<Area>, Vec<Area>) = open.into_iter().partition(|a| a.bottom() + 1 >= y);
        done.extend(ended);
        open = still;
    }
    done.extend(open);
    done.retain(|a| a.h <= THICK_MAX);
    done
}

/// Runs of ink in a row that are long enough: first pixel, and the one after the last.
fn runs(row: &[bool], long_min: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut run: Option<(usize, usize)> = None;
    for (x, _) in row.iter().enumerate().filter(|(_, inked)| **inked) {
        run = match run {
            Some((from, to)) if x <= to + HOLE_MAX => Some((from, x + 1)),
            before => {
                found.extend(before);
                Some((x, x + 1))
            }
        };
    }
    found.extend(run);
    found.retain(|(from, to)| to - from >= long_min);
    found
}

/// Areas that lines close off, found by flooding a mesh whose walls the lines are.
fn cells<'a>((width, height): (usize, usize), walls: impl Iterator<Item = &'a Area>) -> Vec<Area> {
    let (w, h) = (width.div_ceil(MESH), height.div_ceil(MESH));
    let mut taken = vec![false; w * h];
    for wall in walls {
        // Lengthened, so that corners close.
        let grown = if wall.w >= wall.h { (MISS_MAX, 0) } else { (0, MISS_MAX) };
        let (x0, y0) = (wall.x.saturating_sub(grown.0) / MESH, wall.y.saturating_sub(grown.1) / MESH);
        let (x1, y1) = ((wall.right() + grown.0).div_ceil(MESH).min(w), (wall.bottom() + grown.1).div_ceil(MESH).min(h));
        for y in y0..y1 {
            taken[y * w + x0.min(x1)..y * w + x1].fill(true);
        }
    }
    let mut found = Vec::new();
    for start in 0..taken.len() {
        if taken[start] {
            continue;
        }
        let (area, meshes) = flood(&mut taken, (w, h), start);
        let at_edge = area.x == 0 || area.y == 0 || area.right() >= w || area.bottom() >= h;
        let fills = meshes as f64 >= (area.w * area.h) as f64 * CELL_FILLS_MIN;
        let area = Area { x: area.x * MESH, y: area.y * MESH, w: area.w * MESH, h: area.h * MESH };
        if !at_edge && fills && area.w >= CELL_MIN.0 && area.h >= CELL_MIN.1 && found.len() < CELLS_MAX {
            found.push(area);
        }
    }
    found.sort_by_key(|a| a.w * a.h);
    found
}

/// Takes everything that can be reached from `start`: its bounds, and how many meshes it is.
fn flood(taken: &mut [bool], (w, h): (usize, usize), start: usize) -> (Area, usize) {
    let (mut x0, mut y0, mut x1, mut y1) = (start % w, start / w, start % w, start / w);
    let mut waiting = vec![start];
    taken[start] = true;
    let mut count = 0;
    while let Some(at) = waiting.pop() {
        count += 1;
        let (x, y) = (at % w, at / w);
        (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y));
        let beside = [(x > 0).then(|| at - 1), (x + 1 < w).then(|| at + 1), (y > 0).then(|| at - w), (y + 1 < h).then(|| at + w)];
        for next in beside.into_iter().flatten() {
            if !taken[next] {
                taken[next] = true;
                waiting.push(next);
            }
        }
    }
    (Area { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 }, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_gives_its_lines_and_cells_and_a_stroke_gives_none() {
        let mut page = Grey::plain(1000, 800, 255);
        for y in [100, 180, 260] {
            page.fill(Area { x: 100, y, w: 603, h: 3 }, 0);
        }
        for x in [100, 300, 700] {
            page.fill(Area { x, y: 100, w: 3, h: 163 }, 0);
        }
        // A character's strokes and a seal.
        page.fill(Area { x: 400, y: 400, w: 60, h: 4 }, 0);
        page.fill(Area { x: 430, y: 380, w: 4, h: 70 }, 0);
        page.fill(Area { x: 600, y: 500, w: 200, h: 200 }, 0);
        let found = ruling(&page, &page.ink(128));
        assert_eq!((found.level.len(), found.upright.len()), (3, 3));
        assert_eq!(found.cells.len(), 4);
        let first = found.cells[0];
        assert!(first.x >= 100 && first.right() <= 304 && first.h >= 70, "{first:?}");
    }

    #[test]
    fn a_hole_in_a_line_does_not_open_a_cell() {
        let mut page = Grey::plain(600, 400, 255);
        for y in [100, 200] {
            page.fill(Area { x: 100, y, w: 300, h: 3 }, 0);
        }
        for x in [100, 397] {
            page.fill(Area { x, y: 100, w: 3, h: 103 }, 0);
        }
        page.fill(Area { x: 250, y: 100, w: 2, h: 3 }, 255);
        assert_eq!(ruling(&page, &page.ink(128)).cells.len(), 1);
    }
}
