//! The two axes of a listing, never mixed: what was determined of it, and what is asked of its platform.

use serde::{Deserialize, Serialize};

/// Determination (判定) of one listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Determination {
    /// Not yet.
    Pending,
    /// 构成侵权 (or, automatic: the notice is verified and asks for measures)
    Infringing,
    /// 不构成侵权
    NotInfringing,
    /// 不能判定
    Undetermined,
    /// The complainant took this listing back.
    Withdrawn,
}

/// Measure asked of the platform for one listing, as the log knows it. What the platform said
/// (`in_force`, `refused`, `lifted`) is laid over it by [`crate::domain::dispatch::effective_measure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Nothing was asked.
    None,
    /// A takedown was asked.
    Requested,
    /// A lift was asked.
    LiftRequested,
}

/// Which measure a takedown asks for. What can be taken back is the default; who asks for more says so.
///
/// Law: E-Commerce Law 42(1); 法发〔2020〕32号 3. That a business is ended with a shop (终止交易和服务) is nothing that is
/// asked: it can be proposed, see [`crate::domain::repetition`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// 屏蔽
    #[default]
    Block,
    /// 断开链接
    Disconnect,
    /// 删除: only of a platform that a ruling binds.
    Delete,
}

impl super::Listing {
    /// Which measure is asked for now; none: no takedown is asked.
    pub fn kind_asked(&self) -> Option<MeasureKind> {
        (self.measure == Measure::Requested).then_some(self.measure_kind)
    }
}

macro_rules! words {
    ($t:ident { $($v:ident => $w:literal),+ $(,)? }) => {
        impl $t {
            /// The word used in JSON and SQL.
            pub fn word(self) -> &'static str {
                match self { $($t::$v => $w),+ }
            }
            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($w => Some($t::$v),)+ _ => None }
            }
        }
    };
}
words!(Determination { Pending => "pending", Infringing => "infringing", NotInfringing => "not_infringing", Undetermined => "undetermined", Withdrawn => "withdrawn" });
words!(MeasureKind { Block => "block", Disconnect => "disconnect", Delete => "delete" });
words!(Measure { None => "none", Requested => "requested", LiftRequested => "lift_requested" });
