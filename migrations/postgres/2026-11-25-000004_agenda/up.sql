-- What the service does by itself when its time comes. One row a thing to do, by kind and subject.
CREATE TABLE jobs (
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    progress text,
    last_error text,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_due ON jobs (due_at);
