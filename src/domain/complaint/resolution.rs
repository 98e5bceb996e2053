//! What a platform says of links that do not tell their item: the body of `listings_resolved`. The fact is the
//! platform's; nobody follows such a link.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A platform said where links lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingsResolved {
    /// The platform that says so.
    pub platform: String,
    /// The message by which it was asked.
    pub dispatch: Uuid,
    /// What it says, by listing.
    pub lines: Vec<LineResolved>,
}

/// Where the link of one listing leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineResolved {
    /// The listing.
    pub line: u32,
    /// What it is.
    #[serde(flatten)]
    pub resolution: Resolution,
}

/// What a link was found to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Resolution {
    /// It leads to this item.
    Resolved {
        /// Site code.
        site: String,
        /// The operator's id space.
        id_space: String,
        /// Item id.
        item_id: String,
        /// SKU.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sku: Option<String>,
    },
    /// It leads to something else.
    NotAnItem,
    /// It leads nowhere any more.
    Gone,
}

impl Resolution {
    /// The word used in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Resolution::Resolved { .. } => "resolved",
            Resolution::NotAnItem => "not_an_item",
            Resolution::Gone => "gone",
        }
    }
}

impl super::Listing {
    /// Whether its platform is still to be asked where its link leads.
    pub fn is_to_be_resolved(&self) -> bool {
        let open = self.determination != super::Determination::Withdrawn;
        open && self.filed.platform.is_some() && self.filed.item_id.is_none() && self.resolution.is_none()
    }

    /// The listing once its platform said what its link is.
    ///
    /// # Errors
    /// [`super::ListingRefused`] where its item is known, or it was withdrawn.
    pub(super) fn resolved(&mut self, resolution: &Resolution) -> Result<(), super::ListingRefused> {
        if self.determination == super::Determination::Withdrawn {
            return Err(super::ListingRefused::Withdrawn);
        }
        if self.filed.item_id.is_some() {
            return Err(super::ListingRefused::ItemKnown);
        }
        if let Resolution::Resolved { site, id_space, item_id, sku } = resolution {
            self.filed.site = Some(site.clone());
            self.filed.id_space = Some(id_space.clone());
            self.filed.item_id = Some(item_id.clone());
            self.filed.sku = sku.clone().or(self.filed.sku.take());
        }
        self.resolution = Some(resolution.clone());
        Ok(())
    }
}
