-- Writs: the documents this centre issues. Each is numbered in the transaction of the event it follows from.
CREATE TABLE writ_numbers (
    kind text NOT NULL,
    year integer NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (kind, year)
);

CREATE TABLE writs (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    n bigint NOT NULL,
    number text NOT NULL,
    lines text NOT NULL,
    about uuid,
    issuer text NOT NULL,
    livemode boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT writs_number_key UNIQUE (kind, year, n)
);
CREATE INDEX writs_complaint ON writs (complaint_id);

-- What was written out of a writ for a reader, and its hash: made once, never changed.
CREATE TABLE writ_copies (
    writ_id uuid NOT NULL,
    copy text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (writ_id, copy),
    FOREIGN KEY (writ_id) REFERENCES writs(id)
);

-- Its bytes, sealed: they name people, and go with them.
CREATE TABLE writ_bytes (
    writ_id uuid NOT NULL,
    copy text NOT NULL,
    party_id uuid,
    other_party_id uuid,
    sealed bytea NOT NULL,
    key bytea NOT NULL,
    PRIMARY KEY (writ_id, copy),
    FOREIGN KEY (writ_id, copy) REFERENCES writ_copies(writ_id, copy),
    FOREIGN KEY (party_id) REFERENCES parties(id) ON DELETE CASCADE,
    FOREIGN KEY (other_party_id) REFERENCES parties(id) ON DELETE CASCADE
);
CREATE INDEX writ_bytes_party ON writ_bytes (party_id);
CREATE INDEX writ_bytes_other_party ON writ_bytes (other_party_id);
