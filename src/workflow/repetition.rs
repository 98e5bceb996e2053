//! The record of repeated infringement behind a proposal that a platform end its business with a shop: looked up when it
//! is proposed, and again when a second examiner confirms it.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::decide::LineDecisionForm;
use super::{Desk, DeskError};
use crate::domain::complaint::{Complaint, LineDecided, Refused};
use crate::domain::repetition::{EARLIER_MIN, Earlier};
use crate::store::ShopNamed;

impl Desk {
    /// Puts into each line that proposes a termination its record, as it is now.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a listing that names no shop of a platform, or a shop without repetition;
    /// [`DeskError::Refused`] for no listing of the complaint.
    pub(super) async fn with_records(&self, id: Uuid, forms: &[LineDecisionForm], lines: &mut [LineDecided]) -> Result<(), DeskError> {
        let proposed: Vec<u32> = forms.iter().filter(|f| f.propose_termination).map(|f| f.line).collect();
        if proposed.is_empty() {
            return Ok(());
        }
        let loaded = self.load(id).await?;
        let mut seen: BTreeMap<ShopNamed, Vec<Earlier>> = BTreeMap::new();
        for line in lines.iter_mut().filter(|l| proposed.contains(&l.line)) {
            let shop = shop_of(&loaded.complaint, line.line)?;
            let record = match seen.get(&shop) {
                Some(record) => record.clone(),
                None => seen.entry(shop.clone()).or_insert(self.record_of(&shop, id).await?).clone(),
            };
            if record.len() < EARLIER_MIN {
                let found = format!(
                    "{} earlier complaints were upheld against the shop of listing {}, {EARLIER_MIN} are needed",
                    record.len(),
                    line.line
                );
                return Err(DeskError::rule("termination.no_repetition", found));
            }
            line.repetition = record;
        }
        Ok(())
    }

    /// Whether what was proposed with a record still stands on all of it: none was overturned since.
    ///
    /// # Errors
    /// [`DeskError::Rule`] where some of it does not stand any more.
    pub(super) async fn records_stand(&self, c: &Complaint) -> Result<(), DeskError> {
        for line in c.proposed.iter().flat_map(|p| &p.lines).filter(|l| !l.repetition.is_empty()) {
            let now = self.record_of(&shop_of(c, line.line)?, c.id).await?;
            let stands = |e: &Earlier| now.iter().any(|n| n.complaint == e.complaint);
            if !line.repetition.iter().all(stands) {
                let changed = format!("the record against the shop of listing {} is another by now: propose it again", line.line);
                return Err(DeskError::rule("termination.record_changed", changed));
            }
        }
        Ok(())
    }

    async fn record_of(&self, shop: &ShopNamed, except: Uuid) -> Result<Vec<Earlier>, DeskError> {
        let (_, today) = self.now();
        Ok(self.store.earlier_infringements(shop, (except, today)).await?)
    }
}

fn shop_of(c: &Complaint, line: u32) -> Result<ShopNamed, DeskError> {
    let filed = &c.listing(line).ok_or(Refused::NoSuchListing { line })?.filed;
    match (&filed.platform, &filed.site, &filed.shop) {
        (Some(platform), Some(site), Some(shop)) => Ok(ShopNamed { platform: platform.clone(), site: site.clone(), shop: shop.clone() }),
        _ => Err(DeskError::rule("termination.no_shop", format!("listing {line} names no shop of a platform"))),
    }
}
