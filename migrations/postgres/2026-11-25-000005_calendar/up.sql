-- Holidays of a year as announced, put by an administrator; every version is kept.
CREATE TABLE calendars (
    year integer NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (year, version)
);
