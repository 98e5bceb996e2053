//! Checking a notice: every problem at once, each with a JSON Pointer. What passes is a [`Notice`];
//! nothing else makes one.

use super::listing::ParseStatus;
use super::notice::{
    ACCUSED_PRODUCTS_MAX, ASSERTED_ITEMS_MAX, COMPARISON_ROWS_MAX, Comparison, Complainant, DOCUMENTS_MAX, DocumentStated, LISTINGS_MAX,
    ListingStated, NAME_CHARS_MAX, NoticeCase, NoticeForm, NoticeProblem, PatentStated, Person, TEXT_CHARS_MAX,
};
use super::patent::{PatentKind, PatentNumber};

mod listings;
mod right;

pub use listings::ListingParsed;
pub use right::check_right;

/// A notice that may be filed.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The case, without people.
    pub case: NoticeCase,
    /// The complainant.
    pub complainant: Complainant,
    /// The agent.
    pub agent: Option<Person>,
    /// The patent number, parsed.
    pub number: PatentNumber,
    /// Asserted items, normalised and without doubles.
    pub asserted_items: Vec<String>,
    /// Listings, in order of filing.
    pub listings: Vec<ListingParsed>,
}

/// Collects problems.
struct Found(Vec<NoticeProblem>);

impl Found {
    fn add(&mut self, pointer: impl Into<String>, code: &str, message: (impl Into<String>, impl Into<String>)) {
        self.0.push(NoticeProblem { pointer: pointer.into(), code: code.into(), message: message.0.into(), message_zh: message.1.into() });
    }

    fn missing(&mut self, pointer: &str) {
        self.add(pointer, "field.missing", ("is needed where no right is named", "未引用已登记权利时必须填写"));
    }

    fn length(&mut self, pointer: &str, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        if text.trim().is_empty() {
            self.add(pointer, "field.empty", ("must not be empty", "不能为空"));
        } else if chars > chars_max {
            self.add(
                pointer,
                "field.too_long",
                (format!("{chars} characters, at most {chars_max}"), format!("{chars} 个字符，最多 {chars_max} 个")),
            );
        } else if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(pointer, "field.control_character", ("holds a control character", "含有控制字符"));
        }
    }

    fn length_if(&mut self, pointer: &str, text: Option<&String>, chars_max: usize) {
        if let Some(text) = text {
            self.length(pointer, text, chars_max);
        }
    }

    fn count(&mut self, pointer: &str, n: usize, (min, max): (usize, usize)) {
        if n < min {
            self.add(pointer, "list.too_short", (format!("{n}, at least {min}"), format!("{n} 项，至少 {min} 项")));
        }
        if n > max {
            self.add(pointer, "list.too_long", (format!("{n}, at most {max}"), format!("{n} 项，最多 {max} 项")));
        }
    }
}

/// Checks a form.
///
/// # Errors
/// Every problem found, in the order of the form.
pub fn check_notice(form: NoticeForm) -> Result<Notice, Vec<NoticeProblem>> {
    let mut found = Found(Vec::new());
    let number = match &form.patent {
        Some(stated) => patent(stated, &mut found),
        None => {
            found.missing("/patent");
            None
        }
    };
    if form.capacity.is_none() {
        found.missing("/capacity");
    }
    let asserted_items = asserted(&form, &mut found);
    people(&form, &mut found);
    found.length_if("/client_reference", form.client_reference.as_ref(), NAME_CHARS_MAX);
    found.length_if("/relisting_of", form.relisting_of.as_ref(), NAME_CHARS_MAX);
    if let Some(reference) = &form.relisting_of
        && super::reference::parse_reference(reference).is_none()
    {
        found.add("/relisting_of", "reference.malformed", ("not a reference", "不是有效的编号"));
    }
    documents(&form.documents, &mut found);
    products(&form, number.as_ref(), &mut found);
    let listings = listings::parse_all(&form, &mut found);
    match number.zip(form.split()) {
        Some((number, (case, complainant, agent))) if found.0.is_empty() => {
            Ok(Notice { case, complainant, agent, number, asserted_items, listings })
        }
        _ => Err(found.0),
    }
}

fn patent(stated: &PatentStated, found: &mut Found) -> Option<PatentNumber> {
    found.length_if("/patent/title", stated.title.as_ref(), NAME_CHARS_MAX);
    found.length_if("/patent/holder", stated.holder.as_ref(), NAME_CHARS_MAX);
    match PatentNumber::parse(&stated.number) {
        Err(e) => {
            found.add("/patent/number", &format!("patent.{}", e.word()), (e.to_string(), format!("专利号有误：{e}")));
            None
        }
        Ok(number) if !number.kind().accepted_here() => {
            found.add(
                "/patent/number",
                "patent.kind_not_accepted",
                ("only utility-model and design patents are handled here", "本系统只受理实用新型和外观设计专利"),
            );
            None
        }
        Ok(number) => Some(number),
    }
}

fn asserted(form: &NoticeForm, found: &mut Found) -> Vec<String> {
    found.count("/asserted_items", form.asserted_items.len(), (1, ASSERTED_ITEMS_MAX));
    let mut items = Vec::new();
    for (i, raw) in form.asserted_items.iter().enumerate() {
        match super::examine::normal_item(raw) {
            Some(item) if !items.contains(&item) => items.push(item),
            Some(_) => {}
            None => found.add(
                format!("/asserted_items/{i}"),
                "item.malformed",
                ("not the number of a claim or design", "不是权利要求或者设计的编号"),
            ),
        }
    }
    items
}

fn people(form: &NoticeForm, found: &mut Found) {
    match &form.complainant {
        Some(complainant) => person("/complainant", complainant, found),
        None => found.missing("/complainant"),
    }
    if let Some(agent) = &form.agent {
        person("/agent", agent, found);
    }
    if let Some(address) = &form.service_address {
        email("/service_address/email", &address.email, found);
    }
    if let Some(guarantee) = &form.truth_guarantee {
        found.length("/truth_guarantee/signed_by", &guarantee.signed_by, NAME_CHARS_MAX);
    }
}

fn person(at: &str, p: &Person, found: &mut Found) {
    found.length(&format!("{at}/name"), &p.name, NAME_CHARS_MAX);
    found.length(&format!("{at}/id_number"), &p.id_number, NAME_CHARS_MAX);
    found.length_if(&format!("{at}/phone"), p.phone.as_ref(), NAME_CHARS_MAX);
    found.length_if(&format!("{at}/address"), p.address.as_ref(), NAME_CHARS_MAX);
    email(&format!("{at}/email"), &p.email, found);
    if let Some(country) = &p.country
        && !(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
    {
        found.add(format!("{at}/country"), "country.malformed", ("two capital letters are expected", "应为两位大写国家代码"));
    }
}

fn email(at: &str, text: &str, found: &mut Found) {
    if !is_mail_address(text) {
        found.add(at, "email.malformed", ("not a mail address", "不是有效的电子邮箱"));
    }
}

/// Whether mail may be sent there: a bare address, and nothing that a mail program reads otherwise.
pub fn is_mail_address(text: &str) -> bool {
    text.len() <= NAME_CHARS_MAX
        && text
            .split_once('@')
            .is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';'))
}

/// The documents of a notice or a right; those of a notice may come later.
fn documents(all: &[DocumentStated], found: &mut Found) {
    found.count("/documents", all.len(), (0, DOCUMENTS_MAX));
    for (i, d) in all.iter().enumerate() {
        found.length_if(&format!("/documents/{i}/scope"), d.scope.as_ref(), TEXT_CHARS_MAX);
        found.length_if(&format!("/documents/{i}/territory"), d.territory.as_ref(), NAME_CHARS_MAX);
    }
}

fn products(form: &NoticeForm, number: Option<&PatentNumber>, found: &mut Found) {
    found.count("/accused_products", form.accused_products.len(), (1, ACCUSED_PRODUCTS_MAX));
    for (i, product) in form.accused_products.iter().enumerate() {
        let at = format!("/accused_products/{i}");
        found.length(&format!("{at}/name"), &product.name, NAME_CHARS_MAX);
        found.count(&format!("{at}/pictures"), product.pictures.len(), (0, DOCUMENTS_MAX));
        comparison(&format!("{at}/comparison"), &product.comparison, number, found);
    }
}

fn comparison(at: &str, c: &Comparison, number: Option<&PatentNumber>, found: &mut Found) {
    let design_patent = number.map(|n| n.kind() == PatentKind::Design);
    match c {
        Comparison::UtilityModel { features } => {
            if design_patent == Some(true) {
                found.add(format!("{at}/kind"), "comparison.wrong_kind", ("a design is compared view by view", "外观设计应当逐视图比对"));
            }
            found.count(&format!("{at}/features"), features.len(), (1, COMPARISON_ROWS_MAX));
            for (i, f) in features.iter().enumerate() {
                found.length(&format!("{at}/features/{i}/feature"), &f.feature, TEXT_CHARS_MAX);
                found.length(&format!("{at}/features/{i}/accused"), &f.accused, TEXT_CHARS_MAX);
            }
        }
        Comparison::Design { views, picture_source, .. } => {
            if design_patent == Some(false) {
                found.add(
                    format!("{at}/kind"),
                    "comparison.wrong_kind",
                    ("a utility model is compared feature by feature", "实用新型应当逐特征比对"),
                );
            }
            found.count(&format!("{at}/views"), views.len(), (1, COMPARISON_ROWS_MAX));
            found.length_if(&format!("{at}/picture_source"), picture_source.as_ref(), TEXT_CHARS_MAX);
            for (i, v) in views.iter().enumerate() {
                found.length(&format!("{at}/views/{i}/view"), &v.view, NAME_CHARS_MAX);
                found.length_if(&format!("{at}/views/{i}/note"), v.note.as_ref(), TEXT_CHARS_MAX);
            }
        }
    }
}
