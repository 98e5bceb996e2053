//! The seller's side: access made by platforms, and what sellers submitted (their words lie sealed in
//! `parties`).

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{seller_access, submissions};
use super::types::{Id, Maybe, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// Access of a seller to exactly its listings of one complaint. The token itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = seller_access, treat_none_as_default_value = false)]
pub struct SellerAccessRow {
    /// Id.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The dispatch it was made for.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub dispatch_id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// The platform that made it.
    pub platform: String,
    /// Line numbers, JSON.
    pub lines: String,
    /// Whether the platform confirmed that it gives this to its verified operator.
    pub identified: bool,
    /// Keyed hash of the token, 32 bytes.
    pub hash: Vec<u8>,
    /// When it was made.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
    /// When it ends.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[diesel(serialize_as = Maybe<Ts>, deserialize_as = Maybe<Ts>)]
    pub revoked_at: Option<Timestamp>,
}

impl SellerAccessRow {
    /// The listings, by line number.
    pub fn lines(&self) -> Vec<u32> {
        serde_json::from_str(&self.lines).unwrap_or_default()
    }
}

/// Something that was submitted beside the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = submissions, treat_none_as_default_value = false)]
pub struct SubmissionRow {
    /// Id: of the statement, the answer, the review.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The complaint.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub complaint_id: Uuid,
    /// `statement`, `answer`, `review`.
    pub kind: String,
    /// The access it came by.
    #[diesel(serialize_as = Maybe<Id>, deserialize_as = Maybe<Id>)]
    pub access_id: Option<Uuid>,
    /// Where its words lie sealed.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub party_id: Uuid,
    /// When it came.
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub created_at: Timestamp,
}

impl Store {
    /// Puts an access.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown dispatch.
    pub async fn put_seller_access(&self, row: SellerAccessRow) -> Result<(), StoreError> {
        work!(self, $go => {
            go!(execute, diesel::insert_into(seller_access::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// The access a token opens at `now`, by the token's hash.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn seller_access_by_hash(&self, hash: &[u8], now: Timestamp) -> Result<Option<SellerAccessRow>, StoreError> {
        let hash = hash.to_vec();
        look!(self, $go => {
            let query = seller_access::table
                .filter(seller_access::hash.eq(&hash))
                .filter(seller_access::revoked_at.is_null())
                .filter(seller_access::expires_at.gt(Ts(now)))
                .select(SellerAccessRow::as_select());
            let row: Option<SellerAccessRow> = go!(first, query).optional()?;
            Ok::<_, Fault>(row)
        })
    }

    /// Access by id, also ended or revoked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn seller_access(&self, id: Uuid) -> Result<SellerAccessRow, StoreError> {
        look!(self, $go => {
            let row: SellerAccessRow = go!(first, seller_access::table.find(Id(id)).select(SellerAccessRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// Revokes an access of a platform.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that is not the platform's, or is revoked.
    pub async fn revoke_seller_access(&self, id: Uuid, platform: &str, at: Timestamp) -> Result<(), StoreError> {
        let platform = platform.to_owned();
        work!(self, $go => {
            let mine = seller_access::table
                .filter(seller_access::id.eq(Id(id)))
                .filter(seller_access::platform.eq(&platform))
                .filter(seller_access::revoked_at.is_null());
            match go!(execute, diesel::update(mine).set(seller_access::revoked_at.eq(Some(Ts(at)))))? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        })
    }

    /// A submission.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn submission(&self, id: Uuid) -> Result<SubmissionRow, StoreError> {
        look!(self, $go => {
            let row: SubmissionRow = go!(first, submissions::table.find(Id(id)).select(SubmissionRow::as_select()))?;
            Ok::<_, Fault>(row)
        })
    }

    /// The submissions of a complaint, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]
    pub async fn submissions_of(&self, complaint: Uuid) -> Result<Vec<SubmissionRow>, StoreError> {
        look!(self, $go => {
            let query = submissions::table
                .filter(submissions::complaint_id.eq(Id(complaint)))
                .order((submissions::created_at, submissions::id))
                .select(SubmissionRow::as_select());
            let rows: Vec<SubmissionRow> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })
    }
}
