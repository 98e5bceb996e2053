//! What keeps the store honest: reading it back for `audit`, sealing the logs, copying it away.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::rows::{ComplaintRow, ListingRow, hash_of, int};
use super::schema::{complaints, listings, seals};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// The projection of a complaint, as it is stored.
#[derive(Clone, Debug)]
pub struct Projected {
    /// The complaint.
    pub complaint: ComplaintRow,
    /// Its listings, by line.
    pub listings: Vec<ListingRow>,
}

/// A log that grew since it was sealed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealable {
    /// The complaint.
    pub complaint: Uuid,
    /// Number of its last event.
    pub seq: u32,
    /// Hash of its last event.
    pub hash: [u8; 32],
}

/// A seal.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = seals)]
pub struct SealRow {
    /// Number, from 1, without gaps.
    pub n: i64,
    /// When.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub at: Timestamp,
    /// What is sealed, JSON.
    pub body: String,
    /// Hash over the seal before and the body.
    pub hash: Vec<u8>,
    /// Signature of the hash.
    pub signature: Vec<u8>,
}

impl Store {
    /// Ids of complaints in their order, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn complaint_ids(&self, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        look!(self, $go => {
            let query = complaints::table.filter(complaints::id.gt(Id(after))).order(complaints::id).limit(limit).select(complaints::id);
            let ids: Vec<Id> = go!(load, query)?;
            Ok::<_, Fault>(ids.into_iter().map(|id| id.0).collect::<Vec<_>>())
        })
    }

    /// The projection of a complaint.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn projected(&self, id: Uuid) -> Result<Projected, StoreError> {
        look!(self, $go => {
            let complaint: ComplaintRow = go!(first, complaints::table.find(Id(id)).select(ComplaintRow::as_select()))?;
            let query = listings::table.filter(listings::complaint_id.eq(Id(id))).order(listings::line).select(ListingRow::as_select());
            let listings: Vec<ListingRow> = go!(load, query)?;
            Ok::<_, Fault>(Projected { complaint, listings })
        })
    }

    /// Logs that grew since they were sealed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn unsealed(&self, limit: i64) -> Result<Vec<Sealable>, StoreError> {
        let rows: Vec<(Id, i32, Vec<u8>)> = look!(self, $go => {
            let query = complaints::table
                .filter(complaints::last_seq.gt(complaints::sealed_seq))
                .order(complaints::id)
                .limit(limit)
                .select((complaints::id, complaints::last_seq, complaints::last_hash));
            let rows: Vec<(Id, i32, Vec<u8>)> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        let of = |(Id(complaint), seq, hash): (Id, i32, Vec<u8>)| {
            let hash = hash_of("complaints", &complaint.to_string(), &hash)?;
            Ok(Sealable { complaint, seq: u32::try_from(seq).unwrap_or(0), hash })
        };
        rows.into_iter().map(of).collect()
    }

    /// The seals after number `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn seals(&self, after: i64, limit: i64) -> Result<Vec<SealRow>, StoreError> {
        look!(self, $go => {
            let rows: Vec<SealRow> = go!(load, seals::table.filter(seals::n.gt(after)).order(seals::n).limit(limit).select(SealRow::as_select()))?;
            Ok::<_, Fault>(rows)
        })
    }

    /// The last seal.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn last_seal(&self) -> Result<Option<SealRow>, StoreError> {
        look!(self, $go => {
            let row: Option<SealRow> = go!(first, seals::table.order(seals::n.desc()).select(SealRow::as_select())).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Puts a seal over these logs.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where another process put that number first.
    pub async fn put_seal(&self, row: SealRow, sealed: Vec<Sealable>) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(seals::table).values(row.clone()))?;
            for s in &sealed {
                go!(execute, diesel::update(complaints::table.find(Id(s.complaint))).set(complaints::sealed_seq.eq(int(s.seq))))?;
            }
            Ok::<(), Fault>(())
        })
    }

    /// Copies a SQLite database, whole and consistent, to a file that must not exist yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for PostgreSQL, whose own tools do this, and for a file that cannot be written.
    pub async fn copy_to(&self, path: &std::path::Path) -> Result<(), StoreError> {
        let Store::Sqlite(sqlite) = self else {
            return Err(StoreError::Unavailable { why: "PostgreSQL is backed up with pg_dump or pg_basebackup".to_owned() });
        };
        let path = path.to_string_lossy().into_owned();
        sqlite
            .read(move |c| {
                diesel::RunQueryDsl::execute(diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(path), c)?;
                Ok(())
            })
            .await
    }
}
