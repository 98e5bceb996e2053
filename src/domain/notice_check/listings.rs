//! The listings of a notice: addresses parsed to items, one item written two ways seen as one.

use std::collections::BTreeMap;

use super::{Found, LISTINGS_MAX, ListingStated, NAME_CHARS_MAX, NoticeForm, ParseStatus};
use crate::domain::listing::{ListingRef, id_space_of, is_item_id};

/// Longest address, in characters.
const URL_CHARS_MAX: usize = 2_048;

/// One listing, parsed.
#[derive(Clone, Debug)]
pub struct ListingParsed {
    /// JSON Pointer of where it was stated.
    pub pointer: String,
    /// Accused product, from 0.
    pub product: u32,
    /// What was stated.
    pub stated: ListingStated,
    /// Site code; absent where the link does not say.
    pub site: Option<String>,
    /// The operator's id space.
    pub id_space: Option<String>,
    /// Item id; absent for a short link.
    pub item_id: Option<String>,
    /// SKU.
    pub sku: Option<String>,
    /// Pointer of the same item stated earlier in this notice.
    pub repeats: Option<String>,
}

/// Parses every listing of `form`.
pub(super) fn parse_all(form: &NoticeForm, found: &mut Found) -> Vec<ListingParsed> {
    let mut all: Vec<ListingParsed> = Vec::new();
    let mut seen: BTreeMap<(String, String, Option<String>), String> = BTreeMap::new();
    let mut total = 0;
    for (p, product) in form.accused_products.iter().enumerate() {
        let at = format!("/accused_products/{p}/listings");
        found.count(&at, product.listings.len(), (1, LISTINGS_MAX));
        total += product.listings.len();
        for (i, stated) in product.listings.iter().enumerate() {
            let pointer = format!("{at}/{i}");
            if let Some(mut parsed) = parse(stated, (&pointer, p), found) {
                if let (Some(space), Some(item)) = (&parsed.id_space, &parsed.item_id) {
                    let key = (space.clone(), item.clone(), parsed.sku.clone());
                    parsed.repeats = seen.get(&key).cloned();
                    seen.entry(key).or_insert(pointer);
                }
                all.push(parsed);
            }
        }
    }
    if total > LISTINGS_MAX {
        found.add(
            "/accused_products",
            "listing.too_many",
            (format!("{total} listings, at most {LISTINGS_MAX}"), format!("共 {total} 个链接，最多 {LISTINGS_MAX} 个")),
        );
    }
    all
}

fn parse(stated: &ListingStated, (pointer, product): (&str, usize), found: &mut Found) -> Option<ListingParsed> {
    found.length_if(&format!("{pointer}/shop"), stated.shop.as_ref(), NAME_CHARS_MAX);
    found.length_if(&format!("{pointer}/sku"), stated.sku.as_ref(), NAME_CHARS_MAX);
    found.length_if(&format!("{pointer}/url"), stated.url.as_ref(), URL_CHARS_MAX);
    let mut parsed = ListingParsed {
        pointer: pointer.to_owned(),
        product: u32::try_from(product).unwrap_or(u32::MAX),
        stated: stated.clone(),
        site: None,
        id_space: None,
        item_id: None,
        sku: stated.sku.clone(),
        repeats: None,
    };
    match (&stated.url, &stated.site, &stated.item_id) {
        (Some(url), None, None) => by_url(url, pointer, &mut parsed, found)?,
        (_, Some(site), Some(item)) => by_item(site, item, pointer, &mut parsed, found)?,
        _ => {
            found.add(pointer, "listing.incomplete", ("give url, or site and item_id", "请提供链接，或者同时提供平台代码和商品编号"));
            return None;
        }
    }
    Some(parsed)
}

fn by_url(url: &str, pointer: &str, out: &mut ListingParsed, found: &mut Found) -> Option<()> {
    let r = ListingRef::parse(url);
    let mut refuse = |code: &str, message: (&str, &str)| {
        found.add(format!("{pointer}/url"), code, message);
        None
    };
    match r.status {
        ParseStatus::Resolved | ParseStatus::Unresolved => {
            out.site = r.site.map(|s| s.code().to_owned());
            out.id_space = r.site.map(|s| s.id_space().to_owned());
            out.item_id = r.item_id;
            Some(())
        }
        ParseStatus::NotAnItem => refuse("listing.not_an_item", ("the address is not an item's", "该链接不是商品链接")),
        ParseStatus::UnknownPlatform => refuse(
            "listing.unknown_platform",
            ("unknown site; give site and item_id instead", "无法识别的网站，请改为提供平台代码和商品编号"),
        ),
        ParseStatus::Invalid => refuse("listing.invalid_url", ("not an address", "不是有效的链接")),
    }
}

fn by_item(site: &str, item: &str, pointer: &str, out: &mut ListingParsed, found: &mut Found) -> Option<()> {
    let code_ok =
        (2..=32).contains(&site.len()) && site.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if !code_ok {
        found.add(format!("{pointer}/site"), "listing.site_malformed", ("2 to 32 of a-z 0-9 _ -", "应为 2 至 32 位小写字母、数字、_ 或 -"));
        return None;
    }
    if !is_item_id(item) {
        found.add(format!("{pointer}/item_id"), "listing.item_id_malformed", ("1 to 64 letters or digits", "应为 1 至 64 位字母或数字"));
        return None;
    }
    out.site = Some(site.to_owned());
    out.id_space = Some(id_space_of(site));
    out.item_id = Some(item.to_owned());
    Some(())
}
