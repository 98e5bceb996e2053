-- What the service does by itself when its time comes. One row a thing to do, by kind and subject.
CREATE TABLE jobs (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    progress TEXT,
    last_error TEXT,
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX jobs_due ON jobs (due_at);
