//! Reasons of decisions: codes with words, maintained by leads. A code that was ever there stays, because decisions name
//! it; one that is retired is given no more.

use serde::{Deserialize, Serialize};

/// Most codes.
pub const REASONS_MAX: usize = 200;
/// Most characters of a code.
pub const REASON_CODE_CHARS_MAX: usize = 40;
/// Most characters of a title.
pub const REASON_TITLE_CHARS_MAX: usize = 200;

/// The codes that are there when nobody put any, with their meaning.
pub const REASONS: &[(&str, &str, &str)] = &[
    ("same_features", "落入保护范围：全部技术特征相同", "All features of an asserted claim are found"),
    ("same_design", "相同外观设计", "Identical design on the same kind of product"),
    ("similar_design", "近似外观设计：整体视觉效果无实质性差异", "No substantial difference to the design"),
    ("feature_absent", "缺少至少一项技术特征", "A feature of every asserted claim is absent"),
    ("design_differs", "整体视觉效果有实质性差异", "The overall visual effect differs"),
    ("product_class_differs", "产品种类不相同也不相近", "Neither same nor similar kind of product"),
    ("prior_art", "现有技术或者现有设计（专利法第六十七条）", "Prior art or prior design (Patent Law 67)"),
    ("prior_use", "先用权（专利法第七十五条）", "Prior use (Patent Law 75)"),
    ("licensed_or_exhausted", "已获许可或者权利用尽", "Licensed, or the right is exhausted"),
    ("patent_not_in_force", "所主张的专利权未处于有效状态", "The patent is not in force for what is asserted"),
    ("report_negative", "评价报告对所主张的内容为负面结论", "The evaluation report speaks against the asserted items"),
    ("evidence_insufficient", "证据不足", "The evidence does not show it"),
    ("relisting", "该商品此前已被认定侵权", "The item was found infringing before"),
    ("other", "其他，见说明", "See the text"),
];

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// In Chinese.
    pub title_zh: String,
    /// In English.
    pub title_en: String,
    /// Whether it is given no more.
    #[serde(default)]
    pub retired: bool,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonList {
    /// The reasons, in the order in which they are offered.
    pub reasons: Vec<Reason>,
}

impl Default for ReasonList {
    fn default() -> Self {
        let reason = |(code, zh, en): &(&str, &str, &str)| Reason {
            code: (*code).to_owned(),
            title_zh: (*zh).to_owned(),
            title_en: (*en).to_owned(),
            retired: false,
        };
        ReasonList { reasons: REASONS.iter().map(reason).collect() }
    }
}

impl ReasonList {
    /// The codes that may be given.
    pub fn given(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().filter(|r| !r.retired).map(|r| r.code.as_str())
    }

    /// The reason of a code.
    pub fn find(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|r| r.code == code)
    }

    /// What is wrong with putting this list in the place of `before`; none: nothing.
    pub fn wrong_after(&self, before: &ReasonList) -> Option<String> {
        let well_formed = |code: &str| {
            let mut letters = code.bytes();
            letters.next().is_some_and(|b| b.is_ascii_lowercase())
                && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && code.len() <= REASON_CODE_CHARS_MAX
        };
        let titled = |title: &str| !title.trim().is_empty() && title.chars().count() <= REASON_TITLE_CHARS_MAX;
        if self.reasons.len() > REASONS_MAX {
            return Some(format!("at most {REASONS_MAX} reasons"));
        }
        if let Some(r) = self.reasons.iter().find(|r| !well_formed(&r.code) || !titled(&r.title_zh) || !titled(&r.title_en)) {
            return Some(format!("{:?}: a code of small letters, digits and underscores, and a title in both languages", r.code));
        }
        let mut once = std::collections::BTreeSet::new();
        if let Some(r) = self.reasons.iter().find(|r| !once.insert(r.code.as_str())) {
            return Some(format!("{} stands twice", r.code));
        }
        if let Some(r) = before.reasons.iter().find(|r| self.find(&r.code).is_none()) {
            return Some(format!("{} is missing: a code is retired, never taken away", r.code));
        }
        self.given().next().is_none().then(|| "none is left to give".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_retired_and_never_taken_away() {
        let before = ReasonList::default();
        let mut after = before.clone();
        after.reasons[0].retired = true;
        after.reasons.push(Reason {
            code: "mould_marks".into(),
            title_zh: "模具痕迹一致".into(),
            title_en: "The same mould".into(),
            retired: false,
        });
        assert_eq!(after.wrong_after(&before), None);
        assert!(after.given().all(|c| c != "same_features") && after.find("same_features").is_some());
        assert!(before.wrong_after(&after).unwrap().contains("mould_marks"));
        after.reasons[1].code = "Same-Design".into();
        assert!(after.wrong_after(&before).is_some());
    }
}
