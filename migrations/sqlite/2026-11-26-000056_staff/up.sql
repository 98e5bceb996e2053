-- What is done to the service itself, refused or not, in a log of its own: append-only and hash-chained.
CREATE TABLE house_log (
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account_id BLOB,
    about INTEGER,
    status INTEGER,
    body TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (n)
) STRICT;
CREATE INDEX house_log_account ON house_log (account_id, n) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX house_log_about ON house_log (about) WHERE about IS NOT NULL;
CREATE INDEX house_log_refused ON house_log (about) WHERE status >= 400;
CREATE TRIGGER house_log_no_update BEFORE UPDATE ON house_log
BEGIN
    SELECT RAISE(ABORT, 'the house log is append-only');
END;
CREATE TRIGGER house_log_no_delete BEFORE DELETE ON house_log
BEGIN
    SELECT RAISE(ABORT, 'the house log is append-only');
END;

-- Its end: whoever writes the next entry holds this row until it has.
CREATE TABLE house_log_tip (
    id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO house_log_tip (id, n, hash) VALUES (1, 0, zeroblob(32));

-- A suspended account opens nothing until it is reinstated.
ALTER TABLE accounts ADD COLUMN suspended_at INTEGER;
ALTER TABLE accounts ADD COLUMN suspended_why TEXT;

-- An invitation makes the first key of an account, once.
CREATE TABLE invitations (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT invitations_hash_key UNIQUE (hash),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT;
CREATE INDEX invitations_account ON invitations (account_id);
