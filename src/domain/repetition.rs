//! Repeated infringement: the record on which a platform may be advised to end its business with a shop (终止交易和服务).
//! It is only ever proposed, with the record, and the platform decides.
//!
//! Law: E-Commerce Law 42(1); 法发〔2020〕32号 3: a platform may end it with who infringes repeatedly and deliberately
//! (多次、故意). Whether it was deliberate is no finding of this service.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Earlier complaints upheld against a shop from which on a termination may be proposed: three with the one at hand, as
/// 多次 is read elsewhere (法释〔2013〕8号 3). Policy.
pub const EARLIER_MIN: usize = 2;
/// Most earlier complaints a record names, the latest first.
pub const RECORD_MAX: usize = 20;

/// What goes with a proposal, in Chinese.
pub const PROPOSAL_TEXT: &str = "record 所列为该店铺此前经人工判定或者由有权机关认定构成侵权、已经终局且未被推翻的投诉。是否属于多次、故意侵权，是否终止交易和服务，由贵平台依法自行决定；本项仅为建议，不具有约束力。";

/// An earlier complaint in which a person or an authority found infringement against the same shop, final and not
/// overturned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its patent.
    pub patent_number: String,
    /// The day it ended, Asia/Shanghai.
    pub ended_on: Date,
    /// The day from which on it was final.
    pub final_from: Date,
}
