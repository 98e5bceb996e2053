//! Conduct: how often what somebody complains of stands, and the factors of malice (恶意) that an examiner saw.
//! Figures and flags suggest: a criterion of a policy may look at them, an examiner may refer. They list and
//! punish nobody, and go to no platform.
//!
//! # Why
//! The service counts and a person flags: malice is a judgement about a person, and the law asks for a person
//! to make it. What counts is only what the flagged party could answer.
//!
//! Law: E-Commerce Law 42(3); 法发〔2020〕32号 6; Personal Information Protection Law 24.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Calendar days in which the flagged party may answer before a policy may look at a flag; as long as the
/// seller's waiting period. Policy.
pub const FLAG_ANSWER_DAYS: u32 = 15;
/// Wrong complaints within [`REPEATED_WITHIN_DAYS`] from which on repetition is suggested. Policy.
pub const REPEATED_WRONG_MIN: usize = 3;
/// Days in which they are counted. Policy.
pub const REPEATED_WITHIN_DAYS: i32 = 365;
/// Complaints upheld against a shop, on the same patent, from which on a referral is suggested.
/// Law: 法释〔2021〕4号 4 (again after a decision) as a model; the number is policy.
pub const SELLER_REPEAT_MIN: i64 = 2;
/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A factor of malice. Law: 法发〔2020〕32号 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// 伪造、变造权属证明
    FalseProof,
    /// 虚假侵权对比鉴定意见、专家意见
    FalseOpinion,
    /// 明知权利状态不稳定仍发出通知
    KnownUnstable,
    /// 明知通知错误仍不及时撤回或者更正
    NotWithdrawn,
    /// 反复提交错误通知
    RepeatedWrong,
}

impl Factor {
    /// All factors.
    pub const ALL: [Factor; 5] =
        [Factor::FalseProof, Factor::FalseOpinion, Factor::KnownUnstable, Factor::NotWithdrawn, Factor::RepeatedWrong];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Factor::FalseProof => "false_proof",
            Factor::FalseOpinion => "false_opinion",
            Factor::KnownUnstable => "known_unstable",
            Factor::NotWithdrawn => "not_withdrawn",
            Factor::RepeatedWrong => "repeated_wrong",
        }
    }

    /// The factor of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Factor::ALL.into_iter().find(|f| f.word() == word)
    }

    /// In the words of the source.
    pub fn law(self) -> &'static str {
        match self {
            Factor::FalseProof => "法发〔2020〕32号 6：提交伪造、变造的权利证明",
            Factor::FalseOpinion => "法发〔2020〕32号 6：提交虚假侵权对比的鉴定意见、专家意见",
            Factor::KnownUnstable => "法发〔2020〕32号 6：明知权利状态不稳定仍发出通知",
            Factor::NotWithdrawn => "法发〔2020〕32号 6：明知通知错误仍不及时撤回或者更正",
            Factor::RepeatedWrong => "法发〔2020〕32号 6：反复提交错误通知",
        }
    }
}

/// Whom a flag is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The complainant, through whatever account it files.
    Complainant,
    /// The agency that filed.
    Agency,
}

impl Against {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Against::Complainant => "complainant",
            Against::Agency => "agency",
        }
    }
}

/// What of a flag decides whether a policy may look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagTimes {
    /// Last day to answer.
    pub answer_by: Date,
    /// When it was answered.
    pub answered_on: Option<Date>,
    /// When an examiner took it back.
    pub withdrawn_on: Option<Date>,
}

impl FlagTimes {
    /// Whether the flagged party answered or its time to answer is over, and the flag still stands.
    pub fn is_usable(&self, today: Date) -> bool {
        self.withdrawn_on.is_none() && (self.answered_on.is_some() || today > self.answer_by)
    }
}

/// Flags that count for a complaint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlagCounts {
    /// Against its complainant.
    pub complainant: usize,
    /// Against the agency that filed it.
    pub agency: usize,
}

/// Final complaints of somebody, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Decided or withdrawn.
    pub complaints: u64,
    /// Infringement was found, and stands.
    pub upheld: u64,
    /// It was found, and overturned.
    pub reversed: u64,
    /// Withdrawn as a whole.
    pub withdrawn: u64,
}

/// A rate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// Its share; null where there are none to have a share of.
    pub rate: Option<f64>,
    /// Lower end of the 95 % interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The figures of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Complaints they rest on: final, and decided or withdrawn.
    pub complaints: u64,
    /// Infringement found, and standing.
    pub upheld: Rate,
    /// Found, and overturned.
    pub reversed: Rate,
    /// Withdrawn as a whole.
    pub withdrawn: Rate,
}

impl From<Tally> for Figures {
    fn from(t: Tally) -> Self {
        let of = |count| wilson(count, t.complaints);
        Figures { complaints: t.complaints, upheld: of(t.upheld), reversed: of(t.reversed), withdrawn: of(t.withdrawn) }
    }
}

/// A share with its 95 % interval by Wilson's score, which stays true for few cases and for none of many.
pub fn wilson(count: u64, of: u64) -> Rate {
    if of == 0 {
        return Rate { count, rate: None, low: None, high: None };
    }
    let (k, n) = (count as f64, of as f64);
    let middle = (k + Z * Z / 2.0) / (n + Z * Z);
    let half = Z / (n + Z * Z) * (k * (n - k) / n + Z * Z / 4.0).sqrt();
    let rounded = |x: f64| Some((x.clamp(0.0, 1.0) * 1e3).round() / 1e3);
    Rate { count, rate: rounded(k / n), low: rounded(middle - half), high: rounded(middle + half) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Values of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn intervals_are_those_of_the_literature() {
        for (k, n, low, high) in [(81, 263, 0.255, 0.366), (15, 148, 0.062, 0.16), (0, 20, 0.0, 0.161), (1, 29, 0.006, 0.172)] {
            let r = wilson(k, n);
            assert_eq!((r.low, r.high), (Some(low), Some(high)), "{k} of {n}");
        }
        assert_eq!(wilson(0, 0), Rate { count: 0, rate: None, low: None, high: None });
        assert_eq!(wilson(1, 1).low, Some(0.207), "one of one says little");
    }

    #[test]
    fn a_flag_counts_once_it_was_answered_or_could_have_been() {
        let open = FlagTimes { answer_by: date(2026, 11, 17), answered_on: None, withdrawn_on: None };
        assert!(!open.is_usable(date(2026, 11, 17)) && open.is_usable(date(2026, 11, 18)));
        let answered = FlagTimes { answered_on: Some(date(2026, 11, 3)), ..open };
        assert!(answered.is_usable(date(2026, 11, 3)));
        assert!(!FlagTimes { withdrawn_on: Some(date(2026, 11, 20)), ..answered }.is_usable(date(2026, 12, 1)));
    }
}
