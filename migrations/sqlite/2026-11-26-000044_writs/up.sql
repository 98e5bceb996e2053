-- Writs: the documents this centre issues. Each is numbered in the transaction of the event it follows from.
CREATE TABLE writ_numbers (
    kind TEXT NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (kind, year)
) STRICT;

CREATE TABLE writs (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    year INTEGER NOT NULL,
    n INTEGER NOT NULL,
    number TEXT NOT NULL,
    lines TEXT NOT NULL,
    about BLOB,
    issuer TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT writs_number_key UNIQUE (kind, year, n)
) STRICT;
CREATE INDEX writs_complaint ON writs (complaint_id);

-- What was written out of a writ for a reader, and its hash: made once, never changed.
CREATE TABLE writ_copies (
    writ_id BLOB NOT NULL,
    copy TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (writ_id, copy),
    FOREIGN KEY (writ_id) REFERENCES writs(id)
) STRICT;

-- Its bytes, sealed: they name people, and go with them.
CREATE TABLE writ_bytes (
    writ_id BLOB NOT NULL,
    copy TEXT NOT NULL,
    party_id BLOB,
    other_party_id BLOB,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (writ_id, copy),
    FOREIGN KEY (writ_id, copy) REFERENCES writ_copies(writ_id, copy),
    FOREIGN KEY (party_id) REFERENCES parties(id) ON DELETE CASCADE,
    FOREIGN KEY (other_party_id) REFERENCES parties(id) ON DELETE CASCADE
) STRICT;
CREATE INDEX writ_bytes_party ON writ_bytes (party_id);
CREATE INDEX writ_bytes_other_party ON writ_bytes (other_party_id);
