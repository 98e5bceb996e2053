//! A platform says that what we asked it to take down is up again, under the same item id or another: the complaint
//! comes back to an examiner, and its complainant sees why. Nothing is taken down on the platform's word.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reexamine::was_told;
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{Measure, ReopenedWhy, State};
use crate::domain::dispatch::DispatchKind;
use crate::domain::listing::item_id_of;
use crate::domain::notice::NAME_CHARS_MAX;

/// What is up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelistingForm {
    /// The takedown that asked for the item.
    pub dispatch: Uuid,
    /// Number of the listing in it.
    pub n: u32,
    /// The item that is up now; the same or another.
    pub item_id: String,
    /// Its site, where it is another one of the platform's.
    #[serde(default)]
    pub site: Option<String>,
    /// Its shop, where it is another.
    #[serde(default)]
    pub shop: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelistingView {
    /// The complaint it belongs to.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// The listing that was taken down.
    pub line: u32,
    /// `recorded`; `known`: told before; `no_measure`: nothing is asked of that listing any more.
    pub result: &'static str,
}

impl Desk {
    /// Brings a complaint before an examiner because what was taken down is up again.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another platform's dispatch; [`DeskError::Rule`] for what is no takedown, no
    /// listing of it, no site of the platform or no item.
    pub async fn report_relisting(&self, caller: &Caller, form: RelistingForm) -> Result<RelistingView, DeskError> {
        let row = self.platform_dispatch(caller, form.dispatch).await?;
        let took_down = row.kind == DispatchKind::Takedown.word();
        let Some(complaint) = row.complaint_id.filter(|_| took_down) else {
            return Err(DeskError::rule("relisting.no_takedown", "the dispatch asked for no takedown"));
        };
        let line = row.lines.iter().find(|l| l.n == form.n).map(|l| l.line);
        let line = line.ok_or_else(|| DeskError::rule("relisting.no_such_listing", "the dispatch has no such listing"))?;
        if form.shop.as_ref().is_some_and(|s| s.trim().is_empty() || s.chars().count() > NAME_CHARS_MAX) {
            return Err(DeskError::rule("relisting.shop", format!("1 to {NAME_CHARS_MAX} characters are expected")));
        }
        let loaded = self.load(complaint).await?;
        let listing = loaded.complaint.listing(line).ok_or(DeskError::NotFound)?;
        let sites = self.sites_of(&row.platform).await?;
        let site = form.site.as_ref().or(listing.filed.site.as_ref()).filter(|s| sites.contains(s));
        let site = site.ok_or_else(|| DeskError::rule("relisting.site", "a site of this platform is expected"))?.clone();
        let item_id = item_id_of(&site, &form.item_id);
        let item_id = item_id.ok_or_else(|| DeskError::rule("relisting.item_id", "an item id of that site is expected"))?;
        let stands = listing.measure == Measure::Requested && !matches!(loaded.complaint.state, State::Closed { .. });
        let why = ReopenedWhy::Relisted { platform: row.platform, dispatch: row.id, line, site, item_id, shop: form.shop };
        let result = match (stands, was_told(&loaded.log, &why)) {
            (_, true) => "known",
            (false, false) => "no_measure",
            (true, false) => {
                self.tell(&[complaint], |_| Some(why.clone())).await?;
                "recorded"
            }
        };
        Ok(RelistingView { complaint, reference: loaded.complaint.filed.reference.clone(), line, result })
    }
}
