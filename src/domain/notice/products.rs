//! What a notice accuses: products, each compared with the patent, and the listings that offer them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
