//! Platforms and their endpoints.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::error::Fault;
use super::schema::{deliveries, endpoints, platforms};
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
}

fn list_text(list: &[String]) -> String {
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

    /// Endpoints of a platform, oldest first.
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

    /// Puts a new endpoint.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown platform.
    pub async fn put_endpoint(&self, row: EndpointRow) -> Result<(), StoreError> {
        let row = EndpointSql {
            event_types: list_text(&row.event_types),
            id: row.id,
            platform: row.platform,
            url: row.url,
            secrets: row.secrets,
            status: row.status,
            paused_why: row.paused_why,
            created_at: row.created_at,
        };
        work!(self, $go => {
            go!(execute, diesel::insert_into(endpoints::table).values(row.clone()))?;
            Ok::<(), Fault>(())
        })
    }

    /// Replaces the sealed secrets of an endpoint.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn set_endpoint_secrets(&self, id: Uuid, secrets: Vec<u8>) -> Result<(), StoreError> {
        work!(self, $go => {
            let set = diesel::update(endpoints::table.find(Id(id))).set(endpoints::secrets.eq(&secrets));
            match go!(execute, set)? {
                0 => Err(Fault::Store(StoreError::NotFound)),
                _ => Ok(()),
            }
        })
    }

    /// Pauses or resumes an endpoint and, with it, what waits for it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub async fn set_endpoint_status(&self, id: Uuid, status: &'static str, why: Option<String>) -> Result<(), StoreError> {
        let (from, to) = if status == "active" { ("paused", "due") } else { ("due", "paused") };
        let done = work!(self, $go => {
            let set = diesel::update(endpoints::table.find(Id(id))).set((endpoints::status.eq(status), endpoints::paused_why.eq(&why)));
            if go!(execute, set)? == 0 {
                return_not_found()?;
            }
            let waiting = deliveries::table.filter(deliveries::endpoint_id.eq(Id(id))).filter(deliveries::state.eq(from));
            go!(execute, diesel::update(waiting).set(deliveries::state.eq(to)))?;
            Ok::<(), Fault>(())
        });
        self.outbox().deliveries.notify_one();
        done
    }
}

fn return_not_found() -> Result<(), Fault> {
    Err(Fault::Store(StoreError::NotFound))
}
