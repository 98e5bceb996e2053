//! The notice (通知): what a complainant states at filing, as it arrives ([`NoticeForm`]) and the
//! problems that keep it from being filed at all. What is merely missing and can be supplied later
//! is the formal check's business ([`super::formal`]).
//!
//! Law: E-Commerce Law 42; 法发〔2020〕32号 Art. 5 (contents of a notice).

mod documents;
mod people;
mod products;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use documents::{DocumentKind, DocumentStated, LicenceKind};
pub use people::{Capacity, Complainant, IdKind, Person, PersonKind, ServiceAddress, TruthGuarantee};
pub use products::{AccusedProduct, Comparison, Correspondence, DesignKind, FeatureCompared, Likeness, ListingStated, ViewCompared};

use super::consultation::ConsultationStated;

/// Most accused products in one complaint.
pub const ACCUSED_PRODUCTS_MAX: usize = 50;
/// Most listings in one complaint, over all accused products.
pub const LISTINGS_MAX: usize = 5_000;
/// Most documents named in one notice.
pub const DOCUMENTS_MAX: usize = 64;
/// Longest free text of a notice, in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest name or short field, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Most rows of one comparison.
pub const COMPARISON_ROWS_MAX: usize = 200;
/// Most claims or designs asserted.
pub const ASSERTED_ITEMS_MAX: usize = 200;

/// A notice as it arrives. A file is named by the id of an earlier upload, or, in a multipart
/// filing, by the name of its part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeForm {
    /// The complainant's own reference, searchable; at most [`NAME_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Language of messages to the complainant.
    #[serde(default)]
    pub language: Language,
    /// A right that was deposited: patent, complainant, agent, capacity, documents and report are taken from
    /// it and are not said again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Uuid>,
    /// The patent, as the complainant states it; needed where no right is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patent: Option<PatentStated>,
    /// Claims or designs asserted ("1", "2").
    pub asserted_items: Vec<String>,
    /// The complainant; needed where no right is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant: Option<Person>,
    /// In what capacity the complainant acts; needed where no right is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// The agent that files, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Person>,
    /// Confirmed service address (送达地址确认).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_address: Option<ServiceAddress>,
    /// Written guarantee that the notice is true (通知真实性的书面保证).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth_guarantee: Option<TruthGuarantee>,
    /// Day of the act complained of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alleged_act_on: Option<Date>,
    /// The accused products with their listings.
    pub accused_products: Vec<AccusedProduct>,
    /// The evaluation report, by file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// All other documents.
    #[serde(default)]
    pub documents: Vec<DocumentStated>,
    /// Reference of an earlier complaint whose listing was put up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relisting_of: Option<String>,
    /// What the complainant says of proceedings; absent means not said.
    #[serde(default)]
    pub proceedings: ProceedingsStated,
}

/// Language of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Language::Zh => "zh",
            Language::En => "en",
        }
    }
}

/// The patent as stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatentStated {
    /// Patent number, any usual spelling.
    pub number: String,
    /// Title of the utility model or product of the design.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Patentee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Filing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<Date>,
    /// Priority date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_on: Option<Date>,
    /// Date of the grant announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_on: Option<Date>,
}

/// What the complainant says of proceedings about the patent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProceedingsStated {
    /// An invalidation request was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidation_pending: Option<bool>,
    /// Somebody else claims the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership_dispute: Option<bool>,
    /// A suit or an administrative case on the same facts is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suit_pending: Option<bool>,
}

/// One problem that keeps a notice from being filed: where, a stable code, a sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeProblem {
    /// JSON Pointer into the notice.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// In English.
    pub message: String,
    /// In Chinese.
    pub message_zh: String,
}

/// A notice without the people in it: what is kept in clear beside the log. Files are named by
/// SHA-256 here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeCase {
    /// The complainant's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// The right it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Uuid>,
    /// Language of messages.
    pub language: Language,
    /// The patent as stated.
    pub patent: PatentStated,
    /// Claims or designs asserted.
    pub asserted_items: Vec<String>,
    /// Kind of the complainant.
    pub complainant_kind: PersonKind,
    /// Country of the complainant, where said; for statistics only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant_country: Option<String>,
    /// Capacity.
    pub capacity: Capacity,
    /// Whether an agent files.
    pub has_agent: bool,
    /// Whether a service address was confirmed.
    pub service_address_confirmed: bool,
    /// Day the truth guarantee was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth_guaranteed_on: Option<Date>,
    /// Day of the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alleged_act_on: Option<Date>,
    /// Accused products.
    pub accused_products: Vec<AccusedProduct>,
    /// SHA-256 of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Documents, by SHA-256.
    pub documents: Vec<DocumentStated>,
    /// Reference of the earlier complaint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relisting_of: Option<String>,
    /// Proceedings as stated.
    pub proceedings: ProceedingsStated,
    /// What a platform says that refers it for an opinion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<ConsultationStated>,
}

impl NoticeForm {
    /// Parts the case from the people; none while something needed is absent.
    pub fn split(self) -> Option<(NoticeCase, Complainant, Option<Person>)> {
        let person = self.complainant?;
        let case = NoticeCase {
            client_reference: self.client_reference,
            right: self.right,
            language: self.language,
            patent: self.patent?,
            asserted_items: self.asserted_items,
            complainant_kind: person.kind,
            complainant_country: person.country.clone(),
            capacity: self.capacity?,
            has_agent: self.agent.is_some(),
            service_address_confirmed: self.service_address.as_ref().is_some_and(|a| a.confirmed),
            truth_guaranteed_on: self.truth_guarantee.as_ref().filter(|t| t.accepted).map(|t| t.signed_on),
            alleged_act_on: self.alleged_act_on,
            accused_products: self.accused_products,
            report: self.report,
            documents: self.documents,
            relisting_of: self.relisting_of,
            proceedings: self.proceedings,
            consultation: None,
        };
        let complainant = Complainant { person, service_address: self.service_address, truth_guarantee: self.truth_guarantee };
        Some((case, complainant, self.agent))
    }
}

impl NoticeCase {
    /// The listings with their product, in order: the `n`-th is line `n` of the complaint.
    pub fn listings(&self) -> impl Iterator<Item = (&AccusedProduct, &ListingStated)> {
        self.accused_products.iter().flat_map(|p| p.listings.iter().map(move |l| (p, l)))
    }
}
