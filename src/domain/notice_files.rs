//! The files a notice names: by the complainant's names while it is read, by SHA-256 once it is kept.

use super::notice::{NoticeCase, NoticeForm};

impl NoticeForm {
    /// Every file the notice names, with the JSON Pointer of the place.
    pub fn files(&self) -> Vec<(String, &str)> {
        let mut all: Vec<(String, &str)> = Vec::new();
        if let Some(report) = &self.report {
            all.push(("/report".into(), report));
        }
        for (i, d) in self.documents.iter().enumerate() {
            all.push((format!("/documents/{i}/file"), &d.file));
        }
        for (p, product) in self.accused_products.iter().enumerate() {
            for (i, picture) in product.pictures.iter().enumerate() {
                all.push((format!("/accused_products/{p}/pictures/{i}"), picture));
            }
            for (i, l) in product.listings.iter().enumerate() {
                if let Some(snapshot) = &l.snapshot {
                    all.push((format!("/accused_products/{p}/listings/{i}/snapshot"), snapshot));
                }
            }
        }
        all
    }

    /// Replaces every file name by what `to` makes of it.
    pub fn rename_files(&mut self, to: impl Fn(&str) -> String) {
        if let Some(report) = &mut self.report {
            *report = to(report);
        }
        for d in &mut self.documents {
            d.file = to(&d.file);
        }
        for product in &mut self.accused_products {
            for picture in &mut product.pictures {
                *picture = to(picture);
            }
            for snapshot in product.listings.iter_mut().filter_map(|l| l.snapshot.as_mut()) {
                *snapshot = to(snapshot);
            }
        }
    }
}

impl NoticeCase {
    /// Every file the case names, by SHA-256.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let of_products = self.accused_products.iter().flat_map(|p| {
            let snapshots = p.listings.iter().filter_map(|l| l.snapshot.as_deref());
            p.pictures.iter().map(String::as_str).chain(snapshots)
        });
        let documents = self.documents.iter().map(|d| d.file.as_str());
        let of_seller = self.consultation.iter().flat_map(|c| c.seller_documents.iter().map(String::as_str));
        self.report.as_deref().into_iter().chain(documents).chain(of_products).chain(of_seller)
    }
}
