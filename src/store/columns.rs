//! Inserts whose text is the same for any number of rows, so that they are prepared once a connection.
//!
//! PostgreSQL: `INSERT … SELECT … FROM UNNEST(…)`, an array a column. SQLite: a row at a time; there is nobody
//! to send to.
//!
//! # Why
//! A multi-row `INSERT` of the builder has another text for every number of rows and is planned anew
//! each time.

use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::types::{Day, DaySql, Id, IdSql, Ts, TsSql};

/// A value of a row as an element of an array.
pub(in crate::store) trait Element {
    /// The SQL type of the value.
    type One;
    /// The SQL type of the array.
    type Array;
    /// What is bound.
    type Bound<'a>
    where
        Self: 'a;
    /// What is bound for this value.
    fn bound(&self) -> Self::Bound<'_>;
}

macro_rules! elements {
    ($($plain:ty as $sql:ty, $bound:ty, |$v:ident| $take:expr;)+) => {$(
        impl Element for $plain {
            type One = $sql;
            type Array = Array<$sql>;
            type Bound<'a> = $bound;
            fn bound(&self) -> Self::Bound<'_> {
                let $v = self;
                $take
            }
        }
        impl Element for Option<$plain> {
            type One = Nullable<$sql>;
            type Array = Array<Nullable<$sql>>;
            type Bound<'a> = Option<$bound>;
            fn bound(&self) -> Self::Bound<'_> {
                self.as_ref().map(|$v| $take)
            }
        }
    )+};
}
elements! {
    Uuid as IdSql, Id, |v| Id(*v);
    Timestamp as TsSql, Ts, |v| Ts(*v);
    Date as DaySql, Day, |v| Day(*v);
    String as Text, &'a str, |v| v.as_str();
    Vec<u8> as Binary, &'a [u8], |v| v.as_slice();
    i32 as Integer, i32, |v| *v;
    i64 as BigInt, i64, |v| *v;
    bool as Bool, bool, |v| *v;
}

/// How many rows one of these statements takes.
pub(in crate::store) trait RowsAtOnce {
    /// The most.
    const ROWS: usize;
}

impl RowsAtOnce for Pg {
    const ROWS: usize = usize::MAX;
}

impl RowsAtOnce for Sqlite {
    const ROWS: usize = 1;
}

/// Rows turned into columns, and the statement that inserts them: on PostgreSQL all of them, on SQLite the one
/// that they are. After the table stands what follows the values.
macro_rules! columns {
    ($columns:ident of $row:ty, into $table:literal $conflict:literal: $first:ident $first_type:ty $(, $column:ident $t:ty)*) => {
        pub(in crate::store) struct $columns<'a> {
            $first: Vec<<$first_type as Element>::Bound<'a>>,
            $($column: Vec<<$t as Element>::Bound<'a>>,)*
        }

        impl<'a> $columns<'a> {
            /// None of no rows.
            pub(in crate::store) fn of(rows: impl Iterator<Item = &'a $row>) -> Option<Self> {
                let mut columns = $columns { $first: Vec::new(), $($column: Vec::new(),)* };
                for row in rows {
                    columns.$first.push(row.$first.bound());
                    $(columns.$column.push(row.$column.bound());)*
                }
                (!columns.$first.is_empty()).then_some(columns)
            }
        }

        impl QueryId for $columns<'_> {
            type QueryId = $columns<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<Conn> diesel::RunQueryDsl<Conn> for $columns<'_> {}

        impl QueryFragment<Pg> for $columns<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql(concat!("INSERT INTO ", $table, " (", stringify!($first) $(, ", ", stringify!($column))*, ") SELECT * FROM UNNEST("));
                out.push_bind_param::<<$first_type as Element>::Array, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<<$t as Element>::Array, _>(&self.$column)?;
                )*
                out.push_sql(concat!(") ", $conflict));
                Ok(())
            }
        }

        impl QueryFragment<Sqlite> for $columns<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                let [one] = self.$first.as_slice() else { return Err(Error::QueryBuilderError("a row at a time".into())) };
                out.push_sql(concat!("INSERT INTO ", $table, " (", stringify!($first) $(, ", ", stringify!($column))*, ") VALUES ("));
                out.push_bind_param::<<$first_type as Element>::One, _>(one)?;
                $(
                    out.push_sql(", ");
                    if let Some(one) = self.$column.first() {
                        out.push_bind_param::<<$t as Element>::One, _>(one)?;
                    }
                )*
                out.push_sql(concat!(") ", $conflict));
                Ok(())
            }
        }
    };
}

pub(in crate::store) use columns;
