//! Writs on paper: from the facts an audience may see to words in Chinese, which govern, and English, and from
//! words to a PDF. The same facts are the same bytes.
//!
//! Not here: which writs there are (`domain::writ`), who may see what of them (`domain::audience`), where the facts
//! come from and where the bytes stay (`workflow`).

mod page;
mod words;

pub use page::{Block, Paper, TypesetError, typeset};
pub use words::{WordsError, paper};
