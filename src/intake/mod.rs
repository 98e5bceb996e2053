//! Bytes from strangers, read into domain values. Bad content is never an error here: it is a
//! finding. Knows no database and no HTTP.

pub mod case_file;
pub mod ocr;
pub mod pdf;
pub mod reader;
pub mod register_file;
pub mod report;
pub mod signature;
pub mod storage;
pub mod upload;

/// Version of the reader: raised when the same bytes may give other facts.
pub const READER_VERSION: u32 = 5;
