-- The seller's side: access its platform made for exactly its listings, and what it submitted.
CREATE TABLE seller_access (
    id BLOB NOT NULL,
    dispatch_id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    platform TEXT NOT NULL,
    lines TEXT NOT NULL,
    identified INTEGER NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT seller_access_hash_key UNIQUE (hash),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id)
) STRICT;
CREATE INDEX seller_access_complaint ON seller_access (complaint_id);

CREATE TABLE submissions (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    access_id BLOB,
    party_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX submissions_complaint ON submissions (complaint_id);

-- Who forwards a seller's statement: the platform itself, or this centre in its name.
ALTER TABLE platforms ADD COLUMN forwarding TEXT NOT NULL DEFAULT 'platform';
