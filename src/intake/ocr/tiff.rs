//! Pictures as the pages of one TIFF file, so that one run of the engine reads them all: baseline TIFF 6.0,
//! grey, not compressed. Only written, never read.

use super::bitmap::Grey;

/// Resolution that is written, dots an inch.
pub const DPI: u32 = 300;
/// Entries of a directory.
const ENTRIES: u16 = 11;
/// Bytes of a directory: count, entries, offset of the next.
const DIRECTORY_BYTES: u32 = 2 + ENTRIES as u32 * 12 + 4;
/// Bytes of a fraction.
const FRACTION_BYTES: u32 = 8;

/// One file of all pictures; `None` where they are too large for the format.
pub fn tiff(pages: &[Grey]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.extend(b"II*\0");
    out.extend(8_u32.to_le_bytes());
    for (n, page) in pages.iter().enumerate() {
        let at = u32::try_from(out.len()).ok()?;
        let (width, height) = (u32::try_from(page.width).ok()?, u32::try_from(page.height).ok()?);
        let bytes = u32::try_from(page.pixels.len()).ok()?;
        let fraction = at + DIRECTORY_BYTES;
        let pixels = fraction + FRACTION_BYTES;
        // Directories begin at even places.
        let next = pixels.checked_add(bytes)?.checked_add(1)? & !1;
        let entries: [(u16, u16, u32); ENTRIES as usize] = [
            (256, 4, width),
            (257, 4, height),
            (258, 3, 8),        // bits a pixel
            (259, 3, 1),        // not compressed
            (262, 3, 1),        // 0 is black
            (273, 4, pixels),   // the one strip
            (277, 3, 1),        // one value a pixel
            (278, 4, height),   // rows a strip
            (279, 4, bytes),    // bytes a strip
            (282, 5, fraction), // dots an inch, across
            (283, 5, fraction), // and down
        ];
        out.extend(ENTRIES.to_le_bytes());
        for (tag, kind, value) in entries {
            out.extend(tag.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        let last = n + 1 == pages.len();
        out.extend(if last { 0 } else { next }.to_le_bytes());
        out.extend(DPI.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(&page.pixels);
        out.resize(usize::try_from(next).ok()?, 0);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_follow_each_other_and_end() {
        let file = tiff(&[Grey::plain(3, 3, 7), Grey::plain(2, 1, 9)]).unwrap();
        let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let first = word(4);
        let second = word(first + 2 + usize::from(ENTRIES) * 12);
        assert_eq!((file[first], file[second], second % 2), (11, 11, 0));
        assert_eq!(word(second + 2 + usize::from(ENTRIES) * 12), 0);
        let strip = word(second + 2 + 5 * 12 + 8);
        assert_eq!(file[strip..strip + 2], [9, 9]);
    }
}
