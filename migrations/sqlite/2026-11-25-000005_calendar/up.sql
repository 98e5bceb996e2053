-- Holidays of a year as announced, put by an administrator; every version is kept.
CREATE TABLE calendars (
    year INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (year, version)
) STRICT;
