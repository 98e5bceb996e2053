//! What a notice attaches.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
