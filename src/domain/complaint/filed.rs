//! What is filed, and what the formal check makes of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::consultation::Consultation;
use crate::domain::notice::{Capacity, DocumentKind, Language};

/// A person, by id in `parties` and keyed digest of what was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRef {
    /// Id in `parties`.
    pub party: Uuid,
    /// Keyed digest, hexadecimal.
    pub digest: String,
}

/// The filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Account that filed.
    pub account: Uuid,
    /// The reference people read out.
    pub reference: String,
    /// The complainant's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// How it came in: `api`, `platform_referral`.
    pub filed_via: String,
    /// Language of messages.
    pub language: Language,
    /// Patent number, canonical.
    pub patent_number: String,
    /// Claims or designs asserted.
    pub asserted_items: Vec<String>,
    /// Capacity of the complainant.
    pub capacity: Capacity,
    /// The complainant.
    pub complainant: PartyRef,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<PartyRef>,
    /// Day of the act complained of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alleged_act_on: Option<Date>,
    /// SHA-256 of the evaluation report, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// SHA-256 of the notice as kept, hexadecimal.
    pub notice_sha256: String,
    /// Documents.
    pub documents: Vec<DocumentFiled>,
    /// Listings, line numbers from 1 without gaps.
    pub listings: Vec<ListingFiled>,
    /// The complaint this one says is about the same item again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relisting_of: Option<Uuid>,
    /// The right it names: patent, people, documents and report were taken from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Uuid>,
    /// What its platform asks, where it was a platform that referred it; absent in what came before that could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Consultation>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFiled {
    /// What it is.
    pub kind: DocumentKind,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Last day it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// One listing as filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingFiled {
    /// Line number, from 1.
    pub line: u32,
    /// Accused product, from 0.
    pub product: u32,
    /// Site code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The operator's id space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_space: Option<String>,
    /// Item id; absent while the link is not resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// SKU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Code of the platform account that serves the site; absent: not connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

impl ListingFiled {
    /// `id_space/item_id[/sku]`, once the item is known: one item written two ways is one key.
    pub fn item_key(&self) -> Option<String> {
        item_key_of(self.id_space.as_deref(), self.item_id.as_deref(), self.sku.as_deref())
    }
}

/// The key of an item: `id_space/item_id[/sku]`; none for a link that does not say.
pub fn item_key_of(id_space: Option<&str>, item_id: Option<&str>, sku: Option<&str>) -> Option<String> {
    let (space, item) = (id_space?, item_id?);
    Some(match sku {
        None => format!("{space}/{item}"),
        Some(sku) => format!("{space}/{item}/{sku}"),
    })
}

/// Something required that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Stable code.
    pub code: String,
    /// What is missing, in English.
    pub message: String,
    /// In Chinese.
    pub message_zh: String,
    /// What cures it, in English.
    pub cure: String,
    /// In Chinese.
    pub cure_zh: String,
    /// Legal source.
    pub law: String,
}

/// A request for a supplement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementRequested {
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Last day.
    pub due_on: Date,
    /// Version of the calendar it was computed with.
    pub calendar_version: String,
}

/// A supplement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplemented {
    /// The documents supplied.
    pub documents: Vec<DocumentFiled>,
    /// The report, where it was supplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// SHA-256 of the notice as now kept.
    pub notice_sha256: String,
}

/// Nothing was supplied in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementPeriodEnded {
    /// The last day there was.
    pub due_on: Date,
}

/// Not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAccepted {
    /// Why, the same shape as what is missing.
    pub reasons: Vec<Missing>,
}
