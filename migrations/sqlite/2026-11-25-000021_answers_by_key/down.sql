CREATE TABLE answers (
    account_id BLOB NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT;
INSERT INTO answers SELECT account_id, key, route, fingerprint, status, answer, created_at FROM idempotency;
DROP TABLE idempotency;
ALTER TABLE answers RENAME TO idempotency;
CREATE INDEX idempotency_created ON idempotency (created_at);
