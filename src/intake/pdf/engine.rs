//! Runs the PDF engine over each page and hands back [`Page`]s. The drawing itself is met in
//! [`super::canvas`].

use std::sync::Arc;

use hayro_interpret::font::FontQuery;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, RenderContent, interpret_page};
use hayro_syntax::{LoadPdfError, Pdf};
use kurbo::{Affine, Rect};

use super::canvas::Canvas;
use super::letters::{Brought, Letters};
use super::{Document, GLYPHS_MAX, PAGES_MAX, Refused};
use crate::domain::signature::SignatureSeen;
use crate::intake::signature::{self, TrustAnchors};

/// See [`super::open`].
pub fn open(bytes: Vec<u8>, anchors: &TrustAnchors) -> Result<Document, Refused> {
    if !super::has_header(&bytes) {
        return Err(Refused::NotPdf);
    }
    let mut pdf = load(bytes)?;
    let signature = signature::seen(&pdf, anchors);
    if let SignatureSeen::Appended { signed_bytes, .. } = &signature {
        // What was appended is nobody's word: it is not read.
        let signed = usize::try_from(*signed_bytes).ok().and_then(|n| pdf.data().as_ref().get(..n)).ok_or(Refused::Broken)?;
        pdf = load(signed.to_vec())?;
    }
    if pdf.pages().len() > PAGES_MAX {
        return Err(Refused::Resources);
    }
    let (settings, brought) = settings();
    let cache = InterpreterCache::new();
    let mut letters = Letters::new(brought);
    let mut pages = Vec::new();
    let mut glyphs = 0;
    for (index, page) in pdf.pages().iter().enumerate() {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let upright = Affine::new(page.initial_transform(true).as_coeffs());
        let frame = Rect::new(0.0, 0.0, width, height);
        let mut context = Context::new(upright, frame, &cache, pdf.xref(), settings.clone());
        let mut canvas = Canvas::new(frame, GLYPHS_MAX - glyphs, &mut letters);
        interpret_page(page, &mut context, &mut canvas);
        if canvas.is_full() {
            return Err(Refused::Resources);
        }
        let number = u32::try_from(index + 1).map_err(|_| Refused::Resources)?;
        let page = canvas.finish(number);
        glyphs += page.glyphs.len();
        pages.push(page);
    }
    Ok(Document { pages, signature })
}

/// The engine's settings, and the fonts it brings along for those that are not in the file.
fn settings() -> (InterpreterSettings, Brought) {
    let brought = Brought::default();
    let usual = InterpreterSettings::default();
    let (resolve, seen) = (usual.font_resolver.clone(), brought.clone());
    let font_resolver = Arc::new(move |query: &FontQuery| {
        let found = resolve(query);
        if let Some((data, _)) = &found {
            seen.note((**data).as_ref());
        }
        found
    });
    (InterpreterSettings { render_content: RenderContent::all(), font_resolver, ..usual }, brought)
}

fn load(bytes: Vec<u8>) -> Result<Pdf, Refused> {
    Pdf::new(bytes).map_err(|why| match why {
        LoadPdfError::Decryption(_) => Refused::Encrypted,
        LoadPdfError::Invalid => Refused::Broken,
    })
}
