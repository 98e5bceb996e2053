//! What can go wrong in the store, in words of ours: Diesel's errors stop here. No text of an error
//! ever holds the contents of a row.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such row.
    #[error("not found")]
    NotFound,
    /// What the caller relied on has changed since: `complaint`, `register`, `policy`.
    #[error("{what} has changed")]
    Stale {
        /// What changed.
        what: &'static str,
    },
    /// There is one already: `listing`, `reference`, or the name of a table.
    #[error("{what} exists already")]
    Duplicate {
        /// What there is already.
        what: &'static str,
    },
    /// A row that this program cannot have written.
    #[error("{table} {id} is corrupt: {why}")]
    Corrupt {
        /// Its table.
        table: &'static str,
        /// Its key.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// The database does not answer, or answers with an error that nobody caused; try again later.
    #[error("the database is unavailable: {why}")]
    Unavailable {
        /// What it said, without row contents.
        why: String,
    },
    /// The disk of the database is full.
    #[error("the database's disk is full")]
    Full,
    /// Too many writes wait already; try again later.
    #[error("too many writes are waiting")]
    Busy,
}

impl StoreError {
    /// Whether what the caller relied on has changed, so that it should look again.
    pub fn is_stale(&self) -> bool {
        matches!(self, StoreError::Stale { .. } | StoreError::Duplicate { what: "listing" | "reference" })
    }

    /// A broken row of `table`.
    pub(crate) fn corrupt(table: &'static str, id: impl ToString, why: impl ToString) -> Self {
        StoreError::Corrupt { table, id: id.to_string(), why: why.to_string() }
    }
}

/// An error inside a unit of work, before it is known whether it may run again.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Diesel's.
    Query(Error),
    /// Ours: the unit of work says no.
    Store(StoreError),
    /// No connection was to be had, so nothing was begun.
    NoConnection(String),
    /// The deadline passed; whether it was committed is unknown.
    Deadline,
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        Fault::Query(e)
    }
}

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        Fault::Store(e)
    }
}

impl Fault {
    /// Whether the unit of work was certainly rolled back by no fault of its own.
    pub(crate) fn rolled_back(&self) -> bool {
        match self {
            Fault::NoConnection(_) => true,
            Fault::Query(e) => {
                matches!(e, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _))
                    || self.demoted()
                    || message(e).is_some_and(|m| m.contains("deadlock detected"))
            }
            Fault::Store(_) | Fault::Deadline => false,
        }
    }

    /// Whether the connection broke or the deadline passed: a read may run again, a write only if
    /// its keys make that harmless.
    pub(crate) fn in_doubt(&self) -> bool {
        match self {
            Fault::Deadline => true,
            Fault::Query(Error::DatabaseError(kind, _)) => {
                matches!(kind, DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection)
            }
            Fault::Query(e) => matches!(e, Error::BrokenTransactionManager),
            Fault::Store(_) | Fault::NoConnection(_) => false,
        }
    }

    /// Whether the database is away, so that trying at once is in vain.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self, Fault::NoConnection(_)) || self.in_doubt()
    }

    /// Whether the connection sits on a server that is read-only now, and must be thrown away.
    pub(crate) fn demoted(&self) -> bool {
        matches!(self, Fault::Query(Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _)))
    }
}

fn message(e: &Error) -> Option<&str> {
    match e {
        Error::DatabaseError(_, info) => Some(info.message()),
        _ => None,
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(e) => e,
            Fault::NoConnection(why) => StoreError::Unavailable { why },
            Fault::Deadline => StoreError::Unavailable { why: "it did not answer in time".to_owned() },
            Fault::Query(Error::NotFound) => StoreError::NotFound,
            Fault::Query(Error::DatabaseError(kind, info)) => of_database(&kind, info.as_ref()),
            Fault::Query(Error::DeserializationError(e)) => StoreError::corrupt("row", "unknown", e),
            Fault::Query(e) => StoreError::Unavailable { why: e.to_string() },
        }
    }
}

fn of_database(kind: &DatabaseErrorKind, info: &(dyn DatabaseErrorInformation + Send + Sync)) -> StoreError {
    match kind {
        DatabaseErrorKind::UniqueViolation => of_unique(info.constraint_name(), info.message()),
        DatabaseErrorKind::ForeignKeyViolation => StoreError::NotFound,
        _ if is_full(info.message()) => StoreError::Full,
        _ => StoreError::Unavailable { why: info.message().to_owned() },
    }
}

/// PostgreSQL names the constraint; SQLite only says which columns, in its message.
fn of_unique(constraint: Option<&str>, message: &str) -> StoreError {
    let hit =
        |constraint_name: &str, columns: &str| constraint == Some(constraint_name) || (constraint.is_none() && message.contains(columns));
    if hit("events_pkey", "events.complaint_id") || hit("complaints_pkey", "complaints.id") {
        StoreError::Stale { what: "complaint" }
    } else if hit("patents_pkey", "patents.number") || hit("patent_versions_pkey", "patent_versions.number") {
        StoreError::Stale { what: "register" }
    } else if hit("report_grants_sha256_n_key", "report_grants.n") {
        StoreError::Stale { what: "grants" }
    } else if hit("listings_live_key", "listings.live_key") || hit("listings_live_key", "listings_live_key") {
        StoreError::Duplicate { what: "listing" }
    } else if hit("complaints_reference_key", "complaints.reference") {
        StoreError::Duplicate { what: "reference" }
    } else {
        StoreError::Duplicate { what: "row" }
    }
}

fn is_full(message: &str) -> bool {
    message.contains("database or disk is full") || message.contains("No space left on device")
}
