//! The record of repeated infringement behind a proposal that a platform end its business with a shop: looked up when it
//! is proposed, and again when a second examiner confirms it. When something it names falls, the proposal is withdrawn by
//! itself.
//!
//! The last is called by `agenda`, for each commit after which a finding may count no more, and for each that proposes:
//! whichever of two such commits is the later, its job sees both. Doing it twice withdraws nothing twice.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::act::Beside;
use super::decide::LineDecisionForm;
use super::reexamine::{REEXAMINED_ROUND_MAX, Told};
use super::{Desk, DeskError, RETRIES_MAX};
use crate::domain::complaint::{Actor, Complaint, Event, LineDecided, Listing, Refused, TerminationWithdrawn};
use crate::domain::repetition::{EARLIER_MIN, Earlier, Fallen, fell};
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

    /// Withdraws the proposals against the shops of a complaint that name what does not count any more: one round over those
    /// after the complaint `after`.
    ///
    /// # Errors
    /// The store's; the round may be made again.
    pub async fn withdraw_fallen(&self, complaint: Uuid, after: Uuid) -> Result<Told, DeskError> {
        let limit = i64::try_from(REEXAMINED_ROUND_MAX).unwrap_or(i64::MAX);
        let ids = self.store.terminations_proposed(complaint, after, limit).await?;
        for id in &ids {
            let mut tries = 0;
            loop {
                tries += 1;
                match self.withdraw_without_record(*id).await {
                    Err(DeskError::Store(e)) if e.is_stale() && tries < RETRIES_MAX => {}
                    other => break other?,
                }
            }
        }
        Ok(Told::after(&ids))
    }

    async fn withdraw_without_record(&self, id: Uuid) -> Result<(), DeskError> {
        let loaded = self.load(id).await?;
        let (_, withdrawn_on) = self.now();
        let mut by_shop: BTreeMap<ShopNamed, Vec<&Listing>> = BTreeMap::new();
        for listing in loaded.complaint.listings.iter().filter(|l| !l.repetition.is_empty()) {
            by_shop.entry(shop_of(&loaded.complaint, listing.filed.line)?).or_default().push(listing);
        }
        let mut events = Vec::new();
        for (shop, listings) in by_shop {
            let record: BTreeMap<Uuid, &Earlier> = listings.iter().flat_map(|l| &l.repetition).map(|e| (e.complaint, e)).collect();
            let fallen = self.fallen(&shop, record).await?;
            if !fallen.is_empty() {
                let lines = listings.iter().map(|l| l.filed.line).collect();
                let event = Event::TerminationWithdrawn(TerminationWithdrawn { lines, fallen, withdrawn_on });
                events.push((Actor::System("agenda"), event));
            }
        }
        self.record_all(&loaded, events, Beside::default()).await.map(drop)
    }

    /// Of a record against a shop, what does not count any more.
    async fn fallen(&self, shop: &ShopNamed, record: BTreeMap<Uuid, &Earlier>) -> Result<Vec<Fallen>, DeskError> {
        let standing = self.store.standing_infringements(shop, record.keys().copied().collect()).await?;
        let mut fallen = Vec::new();
        for (complaint, named) in record.into_iter().filter(|(id, _)| !standing.contains(id)) {
            let earlier = self.load(complaint).await?.complaint;
            let of_shop = |l: &Listing| shop_of(&earlier, l.filed.line).is_ok_and(|s| s == *shop);
            // It may stand again by now.
            if let Some(why) = fell(&earlier, of_shop) {
                fallen.push(Fallen { complaint, reference: named.reference.clone(), patent_number: named.patent_number.clone(), why });
            }
        }
        Ok(fallen)
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
