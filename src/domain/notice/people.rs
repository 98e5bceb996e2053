//! The people of a notice: who complains, in what capacity, where they are served. Kept encrypted, never in the log.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
