//! The patent register as far as an examiner or an import supplied it: the only source, beside an
//! official document, that can prove a patent in force. Written by `PUT /v1/admin/patents/{number}`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::report::TextVersion;

/// Age in days above which a register entry proves nothing any more (`register_age_days_max`).
pub const REGISTER_AGE_DAYS_MAX: i32 = 30;

/// Legal status, after the words of the patent office's query system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterStatus {
    /// 专利权维持
    InForce,
    /// 等年费滞纳金: annual fee overdue, within the six-month grace period. Law: Implementing Rules 115.
    FeeGrace,
    /// 未缴年费专利权终止，等恢复
    LapsedRestorable,
    /// 未缴年费终止失效
    Lapsed,
    /// 届满终止失效
    Expired,
    /// 无效宣告失效: all claims or designs
    Invalidated,
    /// 放弃专利权 (by the holder, or for a twin invention)
    Abandoned,
    /// 等待颁证公告: not granted yet
    NotGranted,
}

impl RegisterStatus {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            RegisterStatus::InForce => "in_force",
            RegisterStatus::FeeGrace => "fee_grace",
            RegisterStatus::LapsedRestorable => "lapsed_restorable",
            RegisterStatus::Lapsed => "lapsed",
            RegisterStatus::Expired => "expired",
            RegisterStatus::Invalidated => "invalidated",
            RegisterStatus::Abandoned => "abandoned",
            RegisterStatus::NotGranted => "not_granted",
        }
    }
}

/// One entry of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterEntry {
    /// Legal status.
    pub status: RegisterStatus,
    /// Patentee, as the register prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Title or product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Filing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<Date>,
    /// Date of the grant announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_on: Option<Date>,
    /// The text now in force; unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<TextVersion>,
    /// Claims or designs in force ("1", "2"); unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_in_force: Option<Vec<String>>,
    /// The day the register was looked at.
    pub as_of: Date,
    /// Where it was looked up (a document, a query system), as the examiner names it.
    pub source: String,
    /// An invalidation request is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidation_pending: Option<bool>,
}
