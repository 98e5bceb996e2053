//! The notice (通知): what a complainant states at filing, as it arrives ([`NoticeForm`]) and the
//! problems that keep it from being filed at all. What is merely missing and can be supplied later
//! is the formal check's business ([`super::formal`]).
//!
//! Law: E-Commerce Law 42; 法发〔2020〕32号 Art. 5 (contents of a notice).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

/// A natural person or an organisation. Kept encrypted, never in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Person or organisation.
    pub kind: PersonKind,
    /// Real name. Law: Civil Code 1195 (真实身份信息).
    pub name: String,
    /// Kind of the identity document.
    pub id_kind: IdKind,
    /// Its number.
    pub id_number: String,
    /// Two-letter country code; absent means not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where it can be reached.
    pub email: String,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Kind of person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// 自然人
    NaturalPerson,
    /// 法人、非法人组织
    Organisation,
}

/// Kind of identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// 统一社会信用代码
    Uscc,
    /// 居民身份证
    IdCard,
    /// Passport.
    Passport,
    /// Any other.
    Other,
}

/// In what capacity the complainant acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// 专利权人
    Patentee,
    /// 共有人: consent of the others is asked for.
    CoOwner,
    /// 独占被许可人
    ExclusiveLicensee,
    /// 排他被许可人
    SoleLicensee,
    /// 普通被许可人: only with written authorisation.
    OrdinaryLicensee,
}

/// Confirmed service address: entry into that system is arrival, read or not.
/// Law: E-Signature Law 11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAddress {
    /// Mail address that is served.
    pub email: String,
    /// The complainant confirms that mail there is service.
    pub confirmed: bool,
}

/// Written guarantee of truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TruthGuarantee {
    /// Must be true.
    pub accepted: bool,
    /// Who gave it.
    pub signed_by: String,
    /// When.
    pub signed_on: Date,
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

/// One accused product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccusedProduct {
    /// Name of the product.
    pub name: String,
    /// Comparison with the patent.
    pub comparison: Comparison,
    /// Pictures, by file.
    #[serde(default)]
    pub pictures: Vec<String>,
    /// Where it is offered.
    pub listings: Vec<ListingStated>,
}

/// Comparison of the product with the patent. Law: 法发〔2020〕32号 Art. 5.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Comparison {
    /// Feature by feature.
    UtilityModel {
        /// The features of the asserted claims.
        features: Vec<FeatureCompared>,
    },
    /// View by view.
    Design {
        /// What sort of design it is.
        design_kind: DesignKind,
        /// The views compared.
        views: Vec<ViewCompared>,
        /// Use and kind of the product against the patent's. Law: 法释〔2009〕21号 8-9.
        product_class: Likeness,
        /// Where the pictures of the accused product come from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        picture_source: Option<String>,
    },
}

/// One feature of a claim and where the product has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureCompared {
    /// Claim number.
    pub item: String,
    /// The feature in the words of the claim.
    pub feature: String,
    /// What the product has there.
    pub accused: String,
    /// How they correspond.
    pub correspondence: Correspondence,
}

/// How a feature corresponds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correspondence {
    /// 相同
    Literal,
    /// 等同
    Equivalent,
    /// The product lacks it.
    Absent,
}

/// Sorts of design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesignKind {
    /// One design.
    Single,
    /// 相似外观设计
    Similar,
    /// 成套产品
    Set,
    /// 组件产品
    Assembled,
    /// 变化状态产品
    VariableState,
    /// 局部外观设计
    Partial,
    /// 图形用户界面
    Gui,
}

/// Same, similar or different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// 相同
    Same,
    /// 近似
    Similar,
    /// 不同
    Different,
}

/// One view compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewCompared {
    /// Design number, where the patent has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Name of the view (主视图 …).
    pub view: String,
    /// Result.
    pub result: Likeness,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One listing as stated: by address, or by platform and item id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingStated {
    /// Address of the listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Site code, where no address is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Item id, a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// SKU; absent means the whole item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The shop, by the platform's id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// When the listing was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// Snapshot of the listing, by file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

/// One document as stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentStated {
    /// What it is.
    pub kind: DocumentKind,
    /// By file.
    pub file: String,
    /// Date of the document (a register extract's, a licence's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<Date>,
    /// First day it covers (power of attorney, licence).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// When it was captured: scanned, photographed, fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// What a power of attorney covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whether a power of attorney may be passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_delegation: Option<bool>,
    /// Kind of a licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_kind: Option<LicenceKind>,
    /// Territory of a licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
}

/// Kinds of licence. Law: 法释〔2020〕19号 (technology contracts) 25.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceKind {
    /// 独占实施许可
    Exclusive,
    /// 排他实施许可
    Sole,
    /// 普通实施许可
    Ordinary,
}

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The claims or pictures that were granted.
    GrantPublication,
    /// 专利证书
    PatentCertificate,
    /// 专利登记簿副本
    RegisterExtract,
    /// Receipt of an annual fee.
    AnnualFeeReceipt,
    /// Identity of the complainant.
    Identity,
    /// 授权委托书
    PowerOfAttorney,
    /// 许可合同
    Licence,
    /// Consent of the other owners.
    CoownerConsent,
    /// 专利权评价报告
    EvaluationReport,
    /// Invalidation decision that maintains the patent.
    MaintainingDecision,
    /// 判决
    Judgment,
    /// 行政裁决
    Adjudication,
    /// Comparison as a document.
    Comparison,
    /// Snapshot of a listing.
    ListingSnapshot,
    /// Test purchase.
    TestPurchase,
    /// 公证书
    NotarialDeed,
    /// 可信时间戳
    TimestampCertificate,
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

/// The people of a notice: kept encrypted, one record each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complainant {
    /// The person.
    pub person: Person,
    /// Where it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_address: Option<ServiceAddress>,
    /// Who guaranteed the truth of the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth_guarantee: Option<TruthGuarantee>,
}

impl Complainant {
    /// The mail address that is served: the confirmed service address, or else the person's own.
    pub fn address_for_service(&self) -> &str {
        match &self.service_address {
            Some(address) if address.confirmed => &address.email,
            _ => &self.person.email,
        }
    }
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
