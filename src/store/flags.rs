//! Flags of conduct, and the counts they and an examiner rest on. All counts are of rows that commits keep.

use diesel::prelude::*;
use jiff::civil::Date;
use uuid::Uuid;

use super::error::Fault;
use super::outcomes::IsComplaint;
use super::schema::{complaints, conduct_flags, listings, outcomes, parties};
use super::types::{Day, Id, Maybe};
use super::work::{look, work};
use super::{Store, StoreError};
use crate::domain::conduct::{FlagTimes, Tally};

/// Most flags of one party that are read.
pub const FLAGS_MAX: i64 = 200;

/// A flag.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conduct_flags, treat_none_as_default_value = false)]
pub struct FlagRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint in which it was raised.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The account that is shown it and may answer.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub account_id: Uuid,
    /// `complainant` or `agency`.
    pub against: String,
    /// The complainant, by keyed digest; absent for an agency, and once it was erased.
    pub complainant_key: Option<String>,
    /// Word of the factor.
    pub factor: String,
    /// In the examiner's words.
    pub note: String,
    /// References of complaints, JSON.
    pub evidence: String,
    /// The examiner.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub raised_by: Uuid,
    /// When it was raised, and with that shown to the party.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub raised_on: Date,
    /// Last day to answer.
    #[diesel(serialize_as = Day, deserialize_as = Day)]
    pub answer_by: Date,
    /// When it was answered.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub answered_on: Option<Date>,
    /// The answer, sealed.
    pub answer: Option<Vec<u8>>,
    /// The key it is sealed with, itself wrapped.
    pub answer_key: Option<Vec<u8>>,
    /// When it was taken back.
    #[diesel(serialize_as = Maybe<Day>, deserialize_as = Maybe<Day>)]
    pub withdrawn_on: Option<Date>,
    /// Why, in the examiner's words.
    pub withdrawn_why: Option<String>,
}

impl FlagRow {
    /// What decides whether a policy may look at it.
    pub fn times(&self) -> FlagTimes {
        FlagTimes { answer_by: self.answer_by, answered_on: self.answered_on, withdrawn_on: self.withdrawn_on }
    }
}

/// Whose complaints are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of an account.
    Account(Uuid),
    /// Of a complainant, by keyed digest, through whatever account.
    Complainant(String),
}

/// A shop with what was upheld against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpheldAgainst {
    /// Code of the platform.
    pub platform: String,
    /// The shop, as complaints name it.
    pub shop: String,
    /// Final complaints in which infringement was found and stands.
    pub complaints: i64,
    /// Those of them on the patent that was asked for.
    pub same_patent: i64,
}

/// Of outcomes, those of `$whose` that are final on `$today`.
macro_rules! outcomes_of {
    ($outcomes:expr, $whose:expr, $today:expr) => {{
        let query = $outcomes.into_boxed::<Db>().filter(IsComplaint).filter(outcomes::final_from.le(Some(Day($today))));
        match $whose {
            Whose::Account(account) => query.filter(outcomes::account_id.eq(Id(*account))),
            Whose::Complainant(key) => query.filter(outcomes::complainant_key.eq(Some(key.clone()))),
        }
    }};
}

impl Store {
    /// Keeps a flag.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn put_flag(&self, row: FlagRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(conduct_flags::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// A flag.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn flag(&self, id: Uuid) -> Result<FlagRow, StoreError> {
        look!(self, $go => {
            let row: FlagRow = go!(first, conduct_flags::table.find(Id(id)).select(FlagRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// Keeps the answer to a flag; false where it has one already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn answer_flag(&self, id: Uuid, on: Date, (answer, key): (Vec<u8>, Vec<u8>)) -> Result<bool, StoreError> {
        work!(self, $go => {
            let open = conduct_flags::table.find(Id(id)).filter(conduct_flags::answered_on.is_null());
            let set = (
                conduct_flags::answered_on.eq(Some(Day(on))),
                conduct_flags::answer.eq(Some(answer.clone())),
                conduct_flags::answer_key.eq(Some(key.clone())),
            );
            Ok::<_, Fault>(go!(execute, diesel::update(open).set(set))? == 1)
        })
    }

    /// Takes a flag back, `answered` or not; false where that is otherwise, or it was taken back already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn withdraw_flag(&self, (id, answered): (Uuid, bool), on: Date, why: String) -> Result<bool, StoreError> {
        work!(self, $go => {
            let open = conduct_flags::table
                .find(Id(id))
                .filter(conduct_flags::withdrawn_on.is_null())
                .filter(conduct_flags::answered_on.is_not_null().eq(answered));
            let set = (conduct_flags::withdrawn_on.eq(Some(Day(on))), conduct_flags::withdrawn_why.eq(Some(why.clone())));
            Ok::<_, Fault>(go!(execute, diesel::update(open).set(set))? == 1)
        })
    }

    /// The flags an account is shown, and those against a complainant through whatever account, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn flags_of(&self, account: Uuid, complainant: Option<String>) -> Result<Vec<FlagRow>, StoreError> {
        look!(self, $go => {
            let mut query = conduct_flags::table
                .filter(conduct_flags::account_id.eq(Id(account)))
                .order((conduct_flags::raised_on.desc(), conduct_flags::id.desc()))
                .limit(FLAGS_MAX)
                .select(FlagRow::as_select())
                .into_boxed::<Db>();
            if let Some(key) = complainant.clone() {
                query = query.or_filter(conduct_flags::complainant_key.eq(Some(key)));
            }
            let rows: Vec<FlagRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// Every flag that was not taken back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn standing_flags(&self) -> Result<Vec<FlagRow>, StoreError> {
        look!(self, $go => {
            let query = conduct_flags::table.filter(conduct_flags::withdrawn_on.is_null()).select(FlagRow::as_select());
            let rows: Vec<FlagRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The keyed digest of who complains in a complaint; none where it was erased.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn complainant_key(&self, party: Uuid) -> Result<Option<String>, StoreError> {
        look!(self, $go => {
            let key: Option<Option<String>> = go!(first, parties::table.find(Id(party)).select(parties::person_key)).optional()?;
            Ok::<_, Fault>(key.flatten())
        })
    }

    /// The final complaints of somebody, by how they ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn tally(&self, whose: Whose, today: Date) -> Result<Tally, StoreError> {
        let rows: Vec<(String, bool, bool, i64)> = look!(self, $go => {
            let counted = outcomes::table
                .group_by((outcomes::ending, outcomes::upheld, outcomes::overturned))
                .select((outcomes::ending, outcomes::upheld, outcomes::overturned, diesel::dsl::count_star()));
            let query = outcomes_of!(counted, &whose, today);
            let rows: Vec<(String, bool, bool, i64)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let mut tally = Tally::default();
        for (ending, upheld, overturned, count) in rows {
            let count = u64::try_from(count).unwrap_or(0);
            match ending.as_str() {
                "withdrawn" => tally.withdrawn += count,
                "infringing" | "not_infringing" | "undetermined" => {
                    tally.upheld += if upheld { count } else { 0 };
                    tally.reversed += if overturned && !upheld { count } else { 0 };
                }
                // What was never taken up says nothing of what was complained of.
                _ => continue,
            }
            tally.complaints += count;
        }
        Ok(tally)
    }

    /// References of the complaints of somebody in which no infringement was found, or it was overturned, and
    /// which ended between two days; the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn wrong_complaints(&self, whose: Whose, (from, today): (Date, Date), limit: i64) -> Result<Vec<String>, StoreError> {
        look!(self, $go => {
            let decided = outcomes::ending.eq_any(["infringing", "not_infringing"]);
            let wrong = outcomes_of!(outcomes::table.select(outcomes::complaint_id), &whose, today)
                .filter(outcomes::ended_on.ge(Day(from)))
                .filter(decided.and(outcomes::upheld.eq(false)))
                .filter(outcomes::ending.eq("not_infringing").or(outcomes::overturned.eq(true)))
                .order((outcomes::ended_on.desc(), outcomes::complaint_id.desc()))
                .limit(limit);
            let ids: Vec<Id> = go!(load, wrong)?;
            let query = complaints::table.filter(complaints::id.eq_any(ids)).order(complaints::reference).select(complaints::reference);
            let references: Vec<String> = go!(load, query)?;
            Ok::<_, Fault>(references)
        })
    }

    /// What was upheld against these shops: counted anew each time, so that a reversal takes it back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn upheld_against(
        &self,
        shops: Vec<(String, String)>,
        (patent, today): (&str, Date),
    ) -> Result<Vec<UpheldAgainst>, StoreError> {
        let patent = patent.to_owned();
        look!(self, $go => {
            let mut found = Vec::new();
            for (platform, shop) in &shops {
                let counted = |same: bool| {
                    // As the index says it.
                    let mut query = listings::table
                        .inner_join(outcomes::table.on(outcomes::complaint_id.eq(listings::complaint_id)))
                        .inner_join(complaints::table.on(complaints::id.eq(listings::complaint_id)))
                        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("listings.determination = 'infringing'"))
                        .filter(listings::platform.eq(Some(platform.clone())))
                        .filter(listings::shop.eq(Some(shop.clone())))
                        .filter(listings::measure.ne("lift_requested"))
                        .filter(IsComplaint)
                        .filter(outcomes::final_from.le(Some(Day(today))))
                        .select(diesel::dsl::count(listings::complaint_id).aggregate_distinct())
                        .into_boxed::<Db>();
                    if same {
                        query = query.filter(complaints::patent_number.eq(patent.clone()));
                    }
                    query
                };
                let complaints: i64 = go!(first, counted(false))?;
                let same_patent: i64 = if complaints == 0 { 0 } else { go!(first, counted(true))? };
                found.push(UpheldAgainst { platform: platform.clone(), shop: shop.clone(), complaints, same_patent });
            }
            Ok::<_, Fault>(found)
        })
    }
}
