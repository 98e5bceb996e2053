//! The formal check of a non-infringement statement, before it is forwarded: is everything there that it
//! must have? And what is forwarded, word for word.
//!
//! Law: E-Commerce Law 43(1); Civil Code 1196(1); 法发〔2020〕32号 7.

use serde::{Deserialize, Serialize};

use super::complaint::{Ground, LEGITIMATE_SOURCE_ONLY, Missing, StatementOutcome};
use super::notice::{IdKind, Language, TruthGuarantee};

/// What E-Commerce Law 43(2) has the notifier told with a statement that is forwarded.
pub const FORWARDING_TEXT: &str = "根据《电子商务法》第四十三条，现将平台内经营者提交的不存在侵权行为的声明转送给您。您可以向有关主管部门投诉或者向人民法院起诉。自本声明到达您之日起十五日内，未收到您已经投诉或者起诉的通知的，所采取的措施将及时终止。";

/// Who the seller says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SellerIdentity {
    /// Name.
    pub name: String,
    /// Kind of its document.
    pub id_kind: IdKind,
    /// Number of its document.
    pub id_number: String,
    /// Mail address.
    pub email: String,
    /// The language it is written to in.
    #[serde(default)]
    pub language: Language,
}

/// What a seller said, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerWords {
    /// Who it says it is.
    pub seller: Option<SellerIdentity>,
    /// In words.
    pub text: String,
    /// The guarantee of truth, for a statement.
    pub truth_guarantee: Option<TruthGuarantee>,
}

/// What the check looks at.
#[derive(Clone, Copy, Debug)]
pub struct StatementParts<'a> {
    /// Whether the seller said who it is: name and number of a document.
    pub identity: bool,
    /// What it puts forward.
    pub grounds: &'a [Ground],
    /// Whether it says so in words.
    pub text: bool,
    /// Pieces of evidence.
    pub evidence: usize,
    /// Whether its truth was guaranteed in writing.
    pub truth_guarantee: bool,
}

/// Checks the form: the outcome, and everything that is missing.
pub fn check_statement(x: &StatementParts) -> (StatementOutcome, Vec<Missing>) {
    let mut missing = Vec::new();
    let mut need = |ok: bool, m: fn() -> Missing| {
        if !ok {
            missing.push(m());
        }
    };
    need(x.identity, identity);
    need(!x.grounds.is_empty() && x.text, grounds);
    need(x.evidence > 0, evidence);
    need(x.truth_guarantee, truth_guarantee);
    let outcome = if !missing.is_empty() {
        StatementOutcome::Deficient
    } else if x.grounds.iter().all(|g| *g == Ground::LegitimateSource) {
        StatementOutcome::NoEffect
    } else {
        StatementOutcome::Whole
    };
    (outcome, missing)
}

/// What the seller is answered, in Chinese and English.
pub fn answer_to_seller(outcome: StatementOutcome) -> (&'static str, &'static str) {
    match outcome {
        StatementOutcome::Whole => ("声明形式完备，将转送权利人", "the statement is complete in form and goes to the complainant"),
        StatementOutcome::Deficient => ("声明不完备，请补充后重新提交", "something is missing; supply it in a new statement"),
        StatementOutcome::NoEffect => (LEGITIMATE_SOURCE_ONLY, "legitimate source alone does not end the measure; it is recorded"),
    }
}

fn identity() -> Missing {
    Missing::of(
        "statement.identity",
        ("the seller's true identity is missing", "缺少平台内经营者的真实身份信息"),
        ("name and number of an identity document", "补充名称（姓名）和证件号码"),
        "民法典 1196；法发〔2020〕32号 7",
    )
}

fn grounds() -> Missing {
    Missing::of(
        "statement.grounds",
        ("it does not say why there is no infringement", "未说明不存在侵权行为的理由"),
        ("name a ground and explain it", "写明理由及说明"),
        "法发〔2020〕32号 7",
    )
}

fn evidence() -> Missing {
    Missing::of(
        "statement.evidence",
        ("prima facie evidence is missing", "缺少不存在侵权行为的初步证据"),
        ("supply evidence", "补交初步证据"),
        "电子商务法 43(1)",
    )
}

fn truth_guarantee() -> Missing {
    Missing::of(
        "statement.truth_guarantee",
        ("the written guarantee of truth is missing", "缺少声明真实性的书面保证"),
        ("guarantee it in writing", "补交书面保证"),
        "法发〔2020〕32号 7",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(grounds: &[Ground]) -> StatementParts<'_> {
        StatementParts { identity: true, grounds, text: true, evidence: 1, truth_guarantee: true }
    }

    #[test]
    fn each_part_is_asked_for_by_name() {
        assert_eq!(check_statement(&whole(&[Ground::PriorArt])), (StatementOutcome::Whole, vec![]));
        let (outcome, missing) =
            check_statement(&StatementParts { identity: false, grounds: &[], text: false, evidence: 0, truth_guarantee: false });
        let codes: Vec<&str> = missing.iter().map(|m| m.code.as_str()).collect();
        assert_eq!(outcome, StatementOutcome::Deficient);
        assert_eq!(codes, ["statement.identity", "statement.grounds", "statement.evidence", "statement.truth_guarantee"]);
    }

    #[test]
    fn legitimate_source_alone_has_no_effect() {
        assert_eq!(check_statement(&whole(&[Ground::LegitimateSource])).0, StatementOutcome::NoEffect);
        assert_eq!(check_statement(&whole(&[Ground::LegitimateSource, Ground::PriorUse])).0, StatementOutcome::Whole);
        assert_eq!(answer_to_seller(StatementOutcome::NoEffect).0, "仅主张合法来源不产生终止措施的效果");
    }
}
