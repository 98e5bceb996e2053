-- The public keys by which messages to an endpoint can be verified, also long after.
CREATE TABLE webhook_keys (
    endpoint_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    public_key TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (endpoint_id, number),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
) STRICT;
