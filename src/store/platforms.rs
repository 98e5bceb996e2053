//! Platforms and their endpoints.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::endpoints::WebhookKeyRow;
use super::error::Fault;
use super::schema::{endpoints, lanes, platforms, webhook_keys};
use super::types::{Id, Ts};
use super::work::{look, work};
use super::{Store, StoreError};

/// A platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Codes of the sites it operates.
    pub sites: Vec<String>,
    /// Who forwards sellers' statements: `platform` or `centre_as_agent`.
    pub forwarding: String,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRow {
    /// Id.
    pub id: Uuid,
    /// Platform.
    pub platform: String,
    /// Address.
    pub url: String,
    /// Kinds of dispatches it gets; empty: all.
    pub event_types: Vec<String>,
    /// Its secrets, sealed by the caller.
    pub secrets: Vec<u8>,
    /// `active` or `paused`.
    pub status: String,
    /// Why it is paused.
    pub paused_why: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Attempts a second it takes, where it has a limit of its own.
    pub per_second_max: Option<i32>,
    /// Attempts at once it takes, where it has a limit of its own.
    pub at_once_max: Option<i32>,
    /// How often it was paused, resumed, limited or given a secret, from 1.
    pub version: i64,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = platforms)]
struct PlatformSql {
    code: String,
    name: String,
    sites: String,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    created_at: Timestamp,
    forwarding: String,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = endpoints, treat_none_as_default_value = false)]
struct EndpointSql {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    id: Uuid,
    platform: String,
    url: String,
    event_types: String,
    secrets: Vec<u8>,
    status: String,
    paused_why: Option<String>,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    created_at: Timestamp,
    per_second_max: Option<i32>,
    at_once_max: Option<i32>,
    version: i64,
}

pub(super) fn list_text(list: &[String]) -> String {
    serde_json::Value::from(list.to_vec()).to_string()
}

fn list_of(table: &'static str, id: impl ToString, text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt(table, id, e))
}

impl EndpointSql {
    fn row(self) -> Result<EndpointRow, StoreError> {
        Ok(EndpointRow {
            event_types: list_of("endpoints", self.id, &self.event_types)?,
            id: self.id,
            platform: self.platform,
            url: self.url,
            secrets: self.secrets,
            status: self.status,
            paused_why: self.paused_why,
            created_at: self.created_at,
            per_second_max: self.per_second_max,
            at_once_max: self.at_once_max,
            version: self.version,
        })
    }
}

impl Store {
    /// All platforms, by code.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn platforms(&self) -> Result<Vec<PlatformRow>, StoreError> {
        let rows: Vec<PlatformSql> = look!(self, $go => {
            let rows: Vec<PlatformSql> = go!(load, platforms::table.order(platforms::code).select(PlatformSql::as_select()))?;
            Ok::<_, Fault>(rows)
        })?;
        let of = |r: PlatformSql| {
            let sites = list_of("platforms", &r.code, &r.sites)?;
            Ok(PlatformRow { code: r.code, name: r.name, sites, created_at: r.created_at, forwarding: r.forwarding })
        };
        rows.into_iter().map(of).collect()
    }

    /// Puts a new platform.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`]
    pub async fn put_platform(&self, row: PlatformRow) -> Result<(), StoreError> {
        let row = PlatformSql {
            sites: list_text(&row.sites),
            code: row.code,
            name: row.name,
            created_at: row.created_at,
            forwarding: row.forwarding,
        };
        work!(self, $go => {
            go!(execute, diesel::insert_into(platforms::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// Endpoints of a platform, oldest first; there are few.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]
    pub async fn endpoints(&self, platform: &str) -> Result<Vec<EndpointRow>, StoreError> {
        let platform = platform.to_owned();
        let rows: Vec<EndpointSql> = look!(self, $go => {
            let query = endpoints::table.filter(endpoints::platform.eq(&platform)).order(endpoints::id).select(EndpointSql::as_select());
            let rows: Vec<EndpointSql> = go!(load, query)?;
            Ok::<_, Fault>(rows)
        })?;
        rows.into_iter().map(EndpointSql::row).collect()
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn endpoint(&self, id: Uuid) -> Result<EndpointRow, StoreError> {
        let row: EndpointSql = look!(self, $go => {
            let row: EndpointSql = go!(first, endpoints::table.find(Id(id)).select(EndpointSql::as_select()))?;
            Ok::<_, Fault>(row)
        })?;
        row.row()
    }

    /// Puts a new endpoint, its lane and its first key pair.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown platform.
    pub async fn put_endpoint(&self, row: EndpointRow, key: WebhookKeyRow) -> Result<(), StoreError> {
        let row = EndpointSql {
            event_types: list_text(&row.event_types),
            id: row.id,
            platform: row.platform,
            url: row.url,
            secrets: row.secrets,
            status: row.status,
            paused_why: row.paused_why,
            created_at: row.created_at,
            per_second_max: row.per_second_max,
            at_once_max: row.at_once_max,
            version: row.version,
        };
        let began = Ts(row.created_at);
        work!(self, $go => {
            go!(execute, diesel::insert_into(endpoints::table).values(row.clone()))?;
            let lane = (
                lanes::endpoint_id.eq(Id(row.id)),
                lanes::claimed_at.eq(began),
                lanes::spent_until.eq(began),
                lanes::failures.eq(0),
                lanes::opened.eq(0),
            );
            go!(execute, diesel::insert_into(lanes::table).values(lane))?;
            go!(execute, diesel::insert_into(webhook_keys::table).values(key.clone()))?;
            Ok::<(), Fault>(())
        })
    }
}
