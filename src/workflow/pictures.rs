//! What an examiner compares by eye: the pictures that were granted beside those of the accused product, and the pages of
//! documents, drawn when somebody looks and remembered for a while.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;

use super::views::Loaded;
use super::{Desk, DeskError};
use crate::domain::notice::DocumentKind;

/// Bytes of drawn pages that are remembered; the longest drawn go first.
pub const PAGES_KEPT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Pages drawn, by file and number.
#[derive(Default)]
pub(crate) struct Drawn(Mutex<VecDeque<(String, u32, Bytes)>>);

impl Drawn {
    fn get(&self, sha256: &str, page: u32) -> Option<Bytes> {
        let kept = self.0.lock().ok()?;
        kept.iter().find(|(file, n, _)| file == sha256 && *n == page).map(|(.., png)| png.clone())
    }

    fn keep(&self, sha256: &str, page: u32, png: &Bytes) {
        if let Ok(mut kept) = self.0.lock() {
            kept.push_back((sha256.to_owned(), page, png.clone()));
            while kept.iter().map(|(.., png)| png.len()).sum::<usize>() > PAGES_KEPT_BYTES_MAX {
                kept.pop_front();
            }
        }
    }
}

/// A picture as it is shown.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its media type, by its content.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PictureAt {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Address; of a document of several pages the first, `page=2` and so on the others.
    pub href: String,
}

/// The pictures of one accused product beside those that were granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideBySide {
    /// The accused product, from 0, as in the notice, where the comparison is in words.
    pub product: usize,
    /// What was granted.
    pub granted: Vec<PictureAt>,
    /// The product.
    pub accused: Vec<PictureAt>,
    /// Its listings as they were captured.
    pub snapshots: Vec<PictureAt>,
}

/// A page of the report that a finding or a verdict quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageQuoted {
    /// The page, from 1.
    pub page: u32,
    /// Its picture.
    pub href: String,
}

impl Desk {
    /// A document of a complaint as a picture: a page of a PDF, drawn; a photograph as it is.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where the complaint has no such document or it no such page; [`DeskError::Rule`] where it
    /// is no picture.
    pub async fn picture(&self, id: Uuid, (sha256, page): (&str, u32)) -> Result<Picture, DeskError> {
        let bytes = self.document(id, sha256).await?;
        if bytes.starts_with(b"%PDF-") {
            let png = self.page_drawn((sha256, &bytes), page).await?;
            return Ok(Picture { media_type: "image/png", bytes: png });
        }
        match photograph(&bytes) {
            Some(media_type) if page == 1 => Ok(Picture { media_type, bytes }),
            Some(_) => Err(DeskError::NotFound),
            None => Err(DeskError::rule("picture.none", "neither a PDF nor a photograph")),
        }
    }

    /// A page of a PDF, drawn by a child under limits, or remembered.
    pub(super) async fn page_drawn(&self, (sha256, bytes): (&str, &Bytes), page: u32) -> Result<Bytes, DeskError> {
        if let Some(png) = self.drawn.get(sha256, page) {
            return Ok(png);
        }
        let png = self.scans.image(bytes, page).await.map(Bytes::from);
        let png = png.ok_or_else(|| DeskError::rule("report.page_not_drawn", "the page cannot be drawn: broken, or it uses too much"))?;
        self.drawn.keep(sha256, page, &png);
        Ok(png)
    }

    /// The pictures of each accused product beside those that were granted.
    pub(super) fn side_by_side(loaded: &Loaded) -> Vec<SideBySide> {
        let id = loaded.complaint.id;
        let at = |sha256: &str| PictureAt { sha256: sha256.to_owned(), href: format!("/v1/admin/complaints/{id}/pictures/{sha256}") };
        let granted = loaded.complaint.documents.iter().filter(|d| d.kind == DocumentKind::GrantPublication);
        let granted: Vec<PictureAt> = granted.map(|d| at(&d.sha256)).collect();
        let product = |(product, p): (usize, &crate::domain::notice::AccusedProduct)| SideBySide {
            product,
            granted: granted.clone(),
            accused: p.pictures.iter().map(|f| at(f)).collect(),
            snapshots: p.listings.iter().filter_map(|l| l.snapshot.as_deref()).map(at).collect(),
        };
        loaded.case.accused_products.iter().enumerate().map(product).collect()
    }

    /// The pages of the report that its findings and verdicts quote.
    pub(super) fn pages_quoted(loaded: &Loaded) -> Vec<PageQuoted> {
        let pages = loaded.reading.as_ref().map_or(0, |facts| facts.pages);
        let href = |page| PageQuoted { page, href: format!("/v1/admin/complaints/{}/report-pages/{page}", loaded.complaint.id) };
        loaded.examination.pages().into_iter().filter(|page| (1..=pages).contains(page)).map(href).collect()
    }
}

/// The media type of a photograph that browsers show; none: it is something else.
fn photograph(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
