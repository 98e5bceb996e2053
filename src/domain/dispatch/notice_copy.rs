//! The notice to forward (转送): one copy for the platform and one for each respondent, which holds
//! that respondent's own listings only. Law: E-Commerce Law 42(2).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::body::DispatchContext;
use crate::domain::complaint::{Complaint, Listing};

/// One copy.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Copy {
    text: String,
    sha256: String,
}

/// A respondent's copy.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RespondentCopy {
    shop: Option<String>,
    lines: Vec<u32>,
    text: String,
    sha256: String,
}

/// All copies.
pub(super) struct Copies {
    pub(super) platform: Copy,
    pub(super) respondents: Vec<RespondentCopy>,
}

/// The copies for the listings of one message. A listing without a shop is a respondent of its own.
pub(super) fn notice_copies(c: &Complaint, listings: &[&Listing], x: &DispatchContext) -> Copies {
    let mut by_shop: BTreeMap<(Option<&str>, u32), Vec<&Listing>> = BTreeMap::new();
    for l in listings {
        let shop = l.filed.shop.as_deref();
        let alone = if shop.is_some() { 0 } else { l.filed.line };
        by_shop.entry((shop, alone)).or_default().push(l);
    }
    let respondents = by_shop
        .into_iter()
        .map(|((shop, _), own)| {
            let copy = copy(c, &own, x);
            RespondentCopy {
                shop: shop.map(str::to_owned),
                lines: own.iter().map(|l| l.filed.line).collect(),
                text: copy.text,
                sha256: copy.sha256,
            }
        })
        .collect();
    Copies { platform: copy(c, listings, x), respondents }
}

fn copy(c: &Complaint, listings: &[&Listing], x: &DispatchContext) -> Copy {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "知识产权侵权通知（{}）", c.filed.reference);
    let _ = writeln!(text, "通知人：{}", x.complainant_name);
    let _ = writeln!(text, "专利号：{}", c.filed.patent_number);
    if let Some(title) = &x.patent_title {
        let _ = writeln!(text, "名称：{title}");
    }
    let _ = writeln!(text, "主张的权利要求或设计：{}", c.filed.asserted_items.join("、"));
    let _ = writeln!(text, "被通知的商品链接：");
    for l in listings {
        let item = l.filed.item_id.as_deref().unwrap_or("");
        let words = x.lines.get(l.filed.line as usize - 1);
        let url = words.and_then(|w| w.url.as_deref()).unwrap_or("");
        let product = x.products.get(l.filed.product as usize).map_or("", |p| p.name.as_str());
        let _ = writeln!(text, "{}. {product} {item} {url}", l.filed.line);
    }
    let _ = writeln!(text, "平台内经营者认为不侵权的，可以依照《电子商务法》第四十三条提交不存在侵权行为的声明。");
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    Copy { text, sha256 }
}
