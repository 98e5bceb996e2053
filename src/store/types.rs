//! SQL types of our own, so that one row struct serves both databases: ids, times and days.
//!
//! Rust's orphan rule forbids giving SQLite Diesel's own `Uuid` and `Timestamptz`. Rows hold plain
//! [`Uuid`], [`Timestamp`] and [`Date`] and are turned into [`Id`], [`Ts`] and [`Day`] on their way to
//! the database and back. Used by `schema`, the rows and their statements.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, SqlType, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

/// An id: `uuid`, or 16 bytes in SQLite, where version 7 sorts by time as well.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct IdSql;

/// A time: `timestamptz`, or microseconds since 1970 UTC in SQLite, which sort rightly.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct TsSql;

/// A legal day (Asia/Shanghai) as ISO text in both, so that no session's time zone can move it.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 25, array_oid = 1009), sqlite_type(name = "Text"))]
pub struct DaySql;

impl diesel::sql_types::SqlOrd for TsSql {}
impl diesel::sql_types::SqlOrd for DaySql {}
impl diesel::sql_types::SqlOrd for IdSql {}

/// An id on its way to or from the database.
#[derive(Clone, Copy, Debug, AsExpression, FromSqlRow)]
#[diesel(sql_type = IdSql)]
pub struct Id(pub(super) Uuid);

/// A time on its way.
#[derive(Clone, Copy, Debug, AsExpression, FromSqlRow)]
#[diesel(sql_type = TsSql)]
pub struct Ts(pub(super) Timestamp);

/// A day on its way.
#[derive(Clone, Copy, Debug, AsExpression, FromSqlRow)]
#[diesel(sql_type = DaySql)]
pub struct Day(pub(super) Date);

/// One of them that may be absent. `Option` itself cannot be given the conversions.
#[derive(Clone, Copy, Debug)]
pub struct Maybe<T>(Option<T>);

macro_rules! plain {
    ($own:ident, $sql:ty, $plain:ty) => {
        impl From<$plain> for $own {
            fn from(plain: $plain) -> Self {
                $own(plain)
            }
        }
        impl From<$own> for $plain {
            fn from(own: $own) -> Self {
                own.0
            }
        }
        impl From<Option<$plain>> for Maybe<$own> {
            fn from(plain: Option<$plain>) -> Self {
                Maybe(plain.map($own))
            }
        }
        impl From<Maybe<$own>> for Option<$plain> {
            fn from(maybe: Maybe<$own>) -> Self {
                maybe.0.map(|own| own.0)
            }
        }
        impl AsExpression<Nullable<$sql>> for Maybe<$own> {
            type Expression = Bound<Nullable<$sql>, Option<$own>>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self.0)
            }
        }
        impl<DB: Backend> Queryable<Nullable<$sql>, DB> for Maybe<$own>
        where
            Option<$own>: FromSql<Nullable<$sql>, DB>,
        {
            type Row = Option<$own>;
            fn build(row: Option<$own>) -> deserialize::Result<Self> {
                Ok(Maybe(row))
            }
        }
    };
}
plain!(Id, IdSql, Uuid);
plain!(Ts, TsSql, Timestamp);
plain!(Day, DaySql, Date);

impl ToSql<IdSql, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<diesel::sql_types::Uuid, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<IdSql, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(value).map(Id)
    }
}

impl ToSql<IdSql, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.0.as_bytes()[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<IdSql, Sqlite> for Id {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Id(Uuid::from_slice(&bytes)?))
    }
}

/// Microseconds between 1970 and 2000, where PostgreSQL counts from.
const PG_EPOCH_US: i64 = 946_684_800_000_000;

/// The first time PostgreSQL knows, in its 4714 BC, by its own count. Whoever asks for what was before an earlier one gets
/// the same answer: nothing was.
const PG_FIRST_US: i64 = -211_813_488_000_000_000;

impl ToSql<TsSql, Pg> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let us = (self.0.as_microsecond() - PG_EPOCH_US).max(PG_FIRST_US);
        <i64 as ToSql<BigInt, Pg>>::to_sql(&us, &mut out.reborrow())
    }
}

impl FromSql<TsSql, Pg> for Ts {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let at = <diesel::pg::data_types::PgTimestamp as FromSql<Timestamptz, Pg>>::from_sql(value)?;
        Ok(Ts(Timestamp::from_microsecond(at.0.saturating_add(PG_EPOCH_US))?))
    }
}

impl ToSql<TsSql, Sqlite> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_microsecond());
        Ok(IsNull::No)
    }
}

impl FromSql<TsSql, Sqlite> for Ts {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Ts(Timestamp::from_microsecond(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)?))
    }
}

impl ToSql<DaySql, Pg> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <String as ToSql<Text, Pg>>::to_sql(&self.0.to_string(), &mut out.reborrow())
    }
}

impl FromSql<DaySql, Pg> for Day {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Day(<String as FromSql<Text, Pg>>::from_sql(value)?.parse()?))
    }
}

impl ToSql<DaySql, Sqlite> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<DaySql, Sqlite> for Day {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Day(<String as FromSql<Text, Sqlite>>::from_sql(value)?.parse()?))
    }
}
