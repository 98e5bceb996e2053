//! Reports that are pictures: rendered and cut by the reading child, read by an engine of its own process,
//! laid out and read by the same rules as text. Optional (`FASTTRACK_OCR`).
//!
//! What comes out is a guess, and says so: each fact carries the engine's confidence, a patent number counts
//! only with its check digit, and a verdict is only *proposed* (`ItemVerdict::proposed`) until an examiner
//! has looked at the page. A text layer that somebody laid invisibly over the picture is not looked at:
//! the engine reads what the examiner will see.
//!
//! - [`picture`], [`bitmap`], [`ruling`], [`ticks`], [`page`], [`tiff`]: pixels, in the child.
//! - [`scans`]: the child; [`tesseract`]: the engine; [`exchange`]: how either is asked.
//! - [`words`], [`facts`]: from words to facts.

mod bitmap;
mod exchange;
mod facts;
mod page;
mod picture;
mod ruling;
pub mod scans;
pub mod tesseract;
mod ticks;
mod tiff;
mod words;

/// Most pages of one report that are read; what an evaluation report concludes stands on the first.
pub const PAGES_MAX: usize = 12;
