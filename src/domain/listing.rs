//! Addresses of listings, read to site and item: by host at a dot boundary, then by path, then by the
//! exact name in the query. Nothing is fetched: a short link stays unresolved, visibly.

use url::Url;

/// A site whose addresses are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// 淘宝
    Taobao,
    /// 天猫
    Tmall,
    /// 1688
    Alibaba1688,
    /// 京东
    Jd,
    /// 拼多多
    Pinduoduo,
    /// 抖音
    Douyin,
}

const SITES: [Site; 6] = [Site::Taobao, Site::Tmall, Site::Alibaba1688, Site::Jd, Site::Pinduoduo, Site::Douyin];

impl Site {
    /// The site's code.
    pub fn code(self) -> &'static str {
        match self {
            Site::Taobao => "taobao",
            Site::Tmall => "tmall",
            Site::Alibaba1688 => "1688",
            Site::Jd => "jd",
            Site::Pinduoduo => "pinduoduo",
            Site::Douyin => "douyin",
        }
    }

    /// The id space of its operator: Taobao and Tmall number their items together.
    pub fn id_space(self) -> &'static str {
        match self {
            Site::Taobao | Site::Tmall => "alibaba",
            other => other.code(),
        }
    }

    /// The site with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        SITES.into_iter().find(|s| s.code() == code)
    }

    fn of_host(host: &str) -> Option<Self> {
        let under = |suffix: &str| host == suffix || host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
        let hosts: [(&[&str], Site); 6] = [
            (&["taobao.com"], Site::Taobao),
            (&["tmall.com", "tmall.hk"], Site::Tmall),
            (&["1688.com"], Site::Alibaba1688),
            (&["jd.com", "jd.hk", "3.cn"], Site::Jd),
            (&["yangkeduo.com", "pinduoduo.com"], Site::Pinduoduo),
            (&["jinritemai.com", "douyin.com"], Site::Douyin),
        ];
        hosts.into_iter().find(|(suffixes, _)| suffixes.iter().any(|s| under(s))).map(|(_, site)| site)
    }
}

/// Hosts of short links that do not say which site they lead to.
const SHORT_WITHOUT_SITE: &[&str] = &["m.tb.cn", "e.tb.cn", "tb.cn"];
/// Hosts of short and advertising links of a known site.
const SHORT_WITH_SITE: &[&str] =
    &["s.click.taobao.com", "uland.taobao.com", "click.simba.taobao.com", "qr.1688.com", "dj.1688.com", "u.jd.com", "3.cn", "v.douyin.com"];
/// Digits of an item id.
const ITEM_DIGITS: std::ops::RangeInclusive<usize> = 6..=20;
/// Characters of a text beyond which no address is looked for in it.
const TEXT_CHARS_MAX: usize = 4_096;

/// What became of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseStatus {
    /// Site and item are known.
    Resolved,
    /// It may lead to an item; which one cannot be said without following it.
    Unresolved,
    /// A known site, but no item's address.
    NotAnItem,
    /// A site that is not known.
    UnknownPlatform,
    /// No address.
    Invalid,
}

impl ParseStatus {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ParseStatus::Resolved => "resolved",
            ParseStatus::Unresolved => "unresolved",
            ParseStatus::NotAnItem => "not_an_item",
            ParseStatus::UnknownPlatform => "unknown_platform",
            ParseStatus::Invalid => "invalid",
        }
    }
}

/// An address, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRef {
    /// Site, where the address says it.
    pub site: Option<Site>,
    /// Item id, digits without leading zeros: always a string, it may exceed every number type.
    pub item_id: Option<String>,
    /// What became of it.
    pub status: ParseStatus,
}

impl ListingRef {
    /// Reads an address, also without a scheme and also in the middle of a shared text.
    pub fn parse(text: &str) -> Self {
        let bare = |site, status| ListingRef { site, item_id: None, status };
        if text.chars().count() > TEXT_CHARS_MAX {
            return bare(None, ParseStatus::Invalid);
        }
        let Some(url) = find_url(text) else {
            let status = if is_passcode(text) { ParseStatus::Unresolved } else { ParseStatus::Invalid };
            return bare(None, status);
        };
        if url.scheme() == "pinduoduo" {
            return read_item(Site::Pinduoduo, &url);
        }
        let Some(host) = url.host_str().map(|h| h.trim_end_matches('.').to_ascii_lowercase()) else {
            return bare(None, ParseStatus::Invalid);
        };
        if SHORT_WITHOUT_SITE.contains(&host.as_str()) {
            return bare(None, ParseStatus::Unresolved);
        }
        match Site::of_host(&host) {
            None if host.contains('.') => bare(None, ParseStatus::UnknownPlatform),
            None => bare(None, ParseStatus::Invalid),
            Some(site) if SHORT_WITH_SITE.contains(&host.as_str()) => bare(Some(site), short_status(&url)),
            Some(site) => read_item(site, &url),
        }
    }
}

fn short_status(url: &Url) -> ParseStatus {
    if url.path().len() > 1 || url.query().is_some() { ParseStatus::Unresolved } else { ParseStatus::NotAnItem }
}

/// A code shared instead of a link: `￥DuG1bLdlVPN￥`.
fn is_passcode(text: &str) -> bool {
    let mut parts = text.split(['￥', '¥']).skip(1);
    parts.next().is_some_and(|code| code.len() >= 8 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The first address in a text; a host without scheme counts if it is the first word.
fn find_url(text: &str) -> Option<Url> {
    let text = text.trim();
    let starts = ["http://", "https://", "pinduoduo://"];
    let lower = text.to_ascii_lowercase();
    let start = starts.iter().filter_map(|s| lower.find(s)).min();
    let ends = |c: char| c.is_whitespace() || (!c.is_ascii() && !c.is_alphanumeric()) || is_han(c) || matches!(c, '"' | '<' | '>');
    let from = &text[start.unwrap_or(0)..];
    let word = from.split(ends).next()?;
    let url = match start {
        Some(_) => Url::parse(word).ok()?,
        None => {
            let host = word.split(['/', '?', '#']).next()?;
            let dotted = host.contains('.') && !host.starts_with('.') && host.bytes().any(|b| b.is_ascii_alphabetic());
            if !dotted || host.contains(['@', ':']) {
                return None;
            }
            Url::parse(&format!("https://{word}")).ok()?
        }
    };
    let web = matches!(url.scheme(), "http" | "https");
    (!web || url.host_str().is_some_and(|h| h.contains('.'))).then_some(url)
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn read_item(site: Site, url: &Url) -> ListingRef {
    let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let last = segments.iter().rev().find(|s| !s.is_empty()).copied().unwrap_or("");
    let found = match site {
        Site::Taobao | Site::Tmall => taobao(url, &segments, last),
        Site::Alibaba1688 => alibaba_1688(url, &segments, last),
        Site::Jd => jd(url, &segments, last),
        Site::Pinduoduo => pinduoduo(url, &segments, last),
        Site::Douyin => douyin(url, last),
    };
    let (item_id, status) = match found {
        Item::Is(id) => match normal_id(&id) {
            Some(id) => (Some(id), ParseStatus::Resolved),
            None => (None, ParseStatus::NotAnItem),
        },
        Item::Unresolved => (None, ParseStatus::Unresolved),
        Item::None => (None, ParseStatus::NotAnItem),
    };
    ListingRef { site: Some(site), item_id, status }
}

/// The id of an item as its site writes it, in the one way in which it is kept; none where it is no id there.
pub fn item_id_of(site: &str, text: &str) -> Option<String> {
    let text = text.trim();
    match Site::from_code(site) {
        Some(_) => normal_id(text),
        None => is_item_id(text).then(|| text.to_owned()),
    }
}

/// Whether a text may be the id of an item on whatever site.
pub fn is_item_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The id space of a site's operator; a site that is not known is its own.
pub fn id_space_of(site: &str) -> String {
    Site::from_code(site).map_or_else(|| site.to_owned(), |s| s.id_space().to_owned())
}

/// What an address says of the item.
enum Item {
    Is(String),
    Unresolved,
    None,
}

fn normal_id(id: &str) -> Option<String> {
    let id = id.trim_start_matches('0');
    (ITEM_DIGITS.contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_owned())
}

/// The value of exactly this name in the query; two values that differ leave the item open.
fn query(url: &Url, name: &str) -> Item {
    let mut values: Vec<String> = url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).collect();
    values.dedup();
    match (values.pop(), values.is_empty()) {
        (Some(value), true) => Item::Is(value),
        (Some(_), false) => Item::Unresolved,
        (None, _) => Item::None,
    }
}

/// `123.html` → `123`, if all of it before the ending is digits.
fn before_ending<'a>(segment: &'a str, endings: &[&str]) -> Option<&'a str> {
    let stem = endings.iter().find_map(|e| segment.strip_suffix(e))?;
    (!stem.is_empty() && stem.bytes().all(|b| b.is_ascii_digit())).then_some(stem)
}

fn taobao(url: &Url, segments: &[&str], last: &str) -> Item {
    if let ["item", id] = segments
        && let Some(id) = before_ending(id, &[".htm", ".html"])
    {
        return Item::Is(id.to_owned());
    }
    if let Some(id) = last.strip_prefix('i').and_then(|s| before_ending(s, &[".htm", ".html"])) {
        return Item::Is(id.to_owned());
    }
    let item_page = matches!(last, "item.htm" | "item.html" | "detail.htm" | "detail.html" | "item_detail.htm");
    if item_page { query(url, "id") } else { Item::None }
}

fn alibaba_1688(url: &Url, segments: &[&str], last: &str) -> Item {
    if let [.., "offer" | "pic", _] = segments {
        return before_ending(last, &[".html", ".htm"]).map_or(Item::None, |id| Item::Is(id.to_owned()));
    }
    query(url, "offerId")
}

fn jd(url: &Url, segments: &[&str], last: &str) -> Item {
    let is = |id: &str| Item::Is(id.to_owned());
    match segments {
        [_] | ["product", _] => before_ending(last, &[".html"]).map_or(Item::None, is),
        ["ware", "view.action"] => query(url, "wareId"),
        ["detail", id] => id.split('_').next().map_or(Item::None, is),
        ["item", "view"] => query(url, "sku"),
        _ => Item::None,
    }
}

fn pinduoduo(url: &Url, segments: &[&str], last: &str) -> Item {
    match query(url, "goods_id") {
        Item::None => {}
        found => return found,
    }
    let token = matches!(query(url, "ps"), Item::Is(_)) && last.starts_with("goods");
    let short = url.host_str() == Some("p.pinduoduo.com") && segments.len() == 1 && !last.is_empty() && !last.contains('.');
    if token || short { Item::Unresolved } else { Item::None }
}

fn douyin(url: &Url, last: &str) -> Item {
    let shop = url.host_str().is_some_and(|h| h.ends_with("jinritemai.com"));
    let item_page = matches!(last, "item" | "item2" | "detail" | "index.html");
    if shop && item_page { query(url, "id") } else { Item::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<&'static str>, Option<String>, &'static str) {
        let r = ListingRef::parse(text);
        (r.site.map(Site::code), r.item_id, r.status.word())
    }

    #[test]
    fn addresses_people_share_lead_to_the_item() {
        let item = |site, id: &str| (Some(site), Some(id.to_owned()), "resolved");
        for (text, expected) in [
            ("  https://item.taobao.com/item.htm?id=637790875524。", item("taobao", "637790875524")),
            ("【淘宝】https://item.taobao.com/item.htm?id=637790875524 点击链接直接打开", item("taobao", "637790875524")),
            ("看这个https://item.jd.com/100012031548.html，很像", item("jd", "100012031548")),
            ("https://m.intl.taobao.com/detail/detail.html?id=37909638513", item("taobao", "37909638513")),
            ("http://item.ny.taobao.com/item.htm?id=37909638513&sid=1234567", item("taobao", "37909638513")),
            ("https://chaoshi.detail.tmall.com/item.htm?id=656308694954", item("tmall", "656308694954")),
            ("detail.tmall.hk/item.htm?id=656308694954", item("tmall", "656308694954")),
            ("https://detail.1688.com/pic/610494659403.html", item("1688", "610494659403")),
            ("https://npcitem.jd.hk/1965454177.html", item("jd", "1965454177")),
            ("https://mitem.jd.hk/ware/view.action?wareId=1965454177&cachekey=x", item("jd", "1965454177")),
            ("https://wqsitem.jd.com/detail/1965454177_0_0.html", item("jd", "1965454177")),
            ("https://mobile.yangkeduo.com/goods2.html?goods_id=2723075938&page_from=0", item("pinduoduo", "2723075938")),
            ("pinduoduo://com.xunmeng.pinduoduo/duo_coupon_landing.html?goods_id=209337167966&x=1", item("pinduoduo", "209337167966")),
            (
                "https://haohuo.jinritemai.com/ecommerce/trade/detail/index.html?id=3000000000000000001",
                item("douyin", "3000000000000000001"),
            ),
            ("https://item.taobao.com/item.htm?id=0637790875524", item("taobao", "637790875524")),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_item_is_none() {
        for (text, site, status) in [
            ("https://evil-jd.com/item/1.html", None, "unknown_platform"),
            ("https://item.taobao.com@evil.ru/item.htm?id=112233445566", None, "unknown_platform"),
            ("https://www.pandabuy.com/product?url=https%3A%2F%2Fitem.taobao.com%2Fitem.htm%3Fid%3D123456", None, "unknown_platform"),
            ("https://item.taobao.com/item.htm?id=12345", Some("taobao"), "not_an_item"),
            ("https://item.taobao.com/item.htm?sid=637790875524", Some("taobao"), "not_an_item"),
            ("https://shop618c39131y665.1688.com", Some("1688"), "not_an_item"),
            ("https://mobile.yangkeduo.com/mall_page.html?mall_id=123456789", Some("pinduoduo"), "not_an_item"),
            ("https://www.douyin.com/video/7123456789012345678", Some("douyin"), "not_an_item"),
            ("https://item.taobao.com/item.htm?id=637790875524&id=637790875525", Some("taobao"), "unresolved"),
            ("https://e.tb.cn/h.hZH5WmfaS8hKKDC?tk=H0QDVJMVmMe", None, "unresolved"),
            ("https://p.pinduoduo.com/aOjQ2ezL", Some("pinduoduo"), "unresolved"),
            ("复制这段话￥DuG1bLdlVPN￥打开淘宝", None, "unresolved"),
            ("localhost", None, "invalid"),
            ("http://localhost/item.htm?id=637790875524", None, "invalid"),
            ("", None, "invalid"),
            ("not a link", None, "invalid"),
            ("javascript:alert(1)", None, "invalid"),
        ] {
            assert_eq!(read(text), (site, None, status), "{text}");
        }
    }

    #[test]
    fn one_item_written_two_ways_is_one_item() {
        let one = ListingRef::parse("detail.1688.com/offer/100001.html");
        let two = ListingRef::parse("https://detail.m.1688.com/page/index.html?offerId=100001");
        assert_eq!(one, two);
        assert_eq!(Site::Taobao.id_space(), Site::Tmall.id_space());
    }
}
