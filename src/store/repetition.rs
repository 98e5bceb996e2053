//! Records of repeated infringement: what was found against a shop and stands, and the proposals to end the business with it
//! that rest on such findings.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{complaints, listings, outcomes};
use super::types::{Day, Id};
use super::words::in_words;
use super::work::look;
use super::{Store, StoreError};
use crate::domain::repetition::{Earlier, RECORD_MAX};

/// A shop, as complaints name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShopNamed {
    /// Code of the platform.
    pub platform: String,
    /// Its site.
    pub site: String,
    /// The shop.
    pub shop: String,
}

in_words! {
    /// Found infringing.
    IsInfringing: Bool = "listings.determination = 'infringing'"
}

in_words! {
    /// With a proposal to end the business with the shop that stands.
    IsProposed: Bool = "listings.termination_proposed"
}

/// Of a query over listings, those of `$shop` that a person or an authority found infringing, and that stands: as
/// `domain::repetition` counts them.
macro_rules! found_against {
    ($query:expr, $shop:expr) => {
        $query
            .filter(IsInfringing)
            .filter(listings::platform.eq(Some($shop.platform.clone())))
            .filter(listings::shop.eq(Some($shop.shop.clone())))
            .filter(listings::site.eq(Some($shop.site.clone())))
            .filter(listings::by_human.eq(true))
            .filter(listings::measure.ne("lift_requested"))
    };
}

impl Store {
    /// The complaints but `except` in which a person or an authority found infringement against a shop, final and standing,
    /// the latest first; at most [`RECORD_MAX`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn earlier_infringements(&self, shop: &ShopNamed, (except, today): (Uuid, Date)) -> Result<Vec<Earlier>, StoreError> {
        let shop = shop.clone();
        let rows: Vec<(Id, String, String, Day, Option<Day>)> = look!(self, $go => {
            let found = listings::table
                .inner_join(outcomes::table.on(outcomes::complaint_id.eq(listings::complaint_id)))
                .inner_join(complaints::table.on(complaints::id.eq(listings::complaint_id)));
            let query = found_against!(found, shop)
                .filter(listings::complaint_id.ne(Id(except)))
                .filter(outcomes::final_from.le(Some(Day(today))))
                .select((listings::complaint_id, complaints::reference, complaints::patent_number, outcomes::ended_on, outcomes::final_from))
                .distinct()
                .order((outcomes::ended_on.desc(), listings::complaint_id.desc()))
                .limit(i64::try_from(RECORD_MAX).unwrap_or(i64::MAX));
            let rows: Vec<(Id, String, String, Day, Option<Day>)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let earlier = |(id, reference, patent_number, ended_on, final_from): (Id, String, String, Day, Option<Day>)| {
            Some(Earlier { complaint: id.0, reference, patent_number, ended_on: ended_on.0, final_from: final_from?.0 })
        };
        Ok(rows.into_iter().filter_map(earlier).collect())
    }

    /// Of these complaints, those in which what was found against a shop stands, final or not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn standing_infringements(&self, shop: &ShopNamed, among: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        let (shop, among) = (shop.clone(), among.into_iter().map(Id).collect::<Vec<_>>());
        look!(self, $go => {
            let named = listings::table.filter(listings::complaint_id.eq_any(among.clone()));
            let query = found_against!(named, shop).select(listings::complaint_id).distinct();
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|id| id.0).collect())
        })
    }

    /// The complaints after `after`, by id, with a proposal that stands against a shop of a complaint, itself included.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn terminations_proposed(&self, complaint: Uuid, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        look!(self, $go => {
            let named = diesel::alias!(listings as named);
            let same_shop = named.field(listings::platform).eq(listings::platform).and(named.field(listings::shop).eq(listings::shop));
            let query = listings::table
                .inner_join(named.on(same_shop))
                .filter(IsProposed)
                .filter(named.field(listings::complaint_id).eq(Id(complaint)))
                .filter(listings::complaint_id.gt(Id(after)))
                .select(listings::complaint_id)
                .distinct()
                .order(listings::complaint_id)
                .limit(limit);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|id| id.0).collect())
        })
    }
}
