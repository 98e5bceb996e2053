-- The first schema. The same tables and columns stand in ../../postgres; a test compares them.
CREATE TABLE accounts (
    id BLOB NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT,
    filings_per_hour_max INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

CREATE TABLE api_keys (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_key UNIQUE (hash),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT;
CREATE INDEX api_keys_account ON api_keys (account_id);

CREATE TABLE platforms (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    sites TEXT NOT NULL,
    feed_seq INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (code)
) STRICT;

CREATE TABLE endpoints (
    id BLOB NOT NULL,
    platform TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    secrets BLOB NOT NULL,
    status TEXT NOT NULL,
    paused_why TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (platform) REFERENCES platforms(code)
) STRICT;
CREATE INDEX endpoints_platform ON endpoints (platform);

CREATE TABLE patents (
    number TEXT NOT NULL,
    version INTEGER NOT NULL,
    entry TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (number)
) STRICT;

CREATE TABLE patent_versions (
    number TEXT NOT NULL,
    version INTEGER NOT NULL,
    entry TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (number, version)
) STRICT;

CREATE TABLE rights (
    account_id BLOB NOT NULL,
    patent_number TEXT NOT NULL,
    id BLOB NOT NULL,
    capacity TEXT NOT NULL,
    evidence TEXT NOT NULL,
    verified_by BLOB NOT NULL,
    verified_at INTEGER NOT NULL,
    valid_until TEXT,
    PRIMARY KEY (account_id, patent_number),
    CONSTRAINT rights_id_key UNIQUE (id)
) STRICT;

CREATE TABLE policies (
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    active_from INTEGER,
    PRIMARY KEY (version)
) STRICT;

CREATE TABLE events (
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (complaint_id, seq)
) STRICT;

CREATE TABLE complaints (
    id BLOB NOT NULL,
    reference TEXT NOT NULL,
    account_id BLOB NOT NULL,
    client_reference TEXT,
    state TEXT NOT NULL,
    closed_why TEXT,
    track TEXT,
    patent_number TEXT NOT NULL,
    overall TEXT,
    policy_version INTEGER,
    due_on TEXT,
    queue_on TEXT,
    filed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    pending INTEGER NOT NULL,
    sealed_seq INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    CONSTRAINT complaints_reference_key UNIQUE (reference)
) STRICT;
CREATE INDEX complaints_account ON complaints (account_id, filed_at, id);
CREATE INDEX complaints_client_reference ON complaints (client_reference) WHERE client_reference IS NOT NULL;
CREATE INDEX complaints_patent ON complaints (patent_number, filed_at);
CREATE INDEX complaints_queue ON complaints (queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_unsealed ON complaints (id) WHERE last_seq > sealed_seq;

CREATE TABLE listings (
    complaint_id BLOB NOT NULL,
    line INTEGER NOT NULL,
    product INTEGER NOT NULL,
    site TEXT,
    id_space TEXT,
    item_id TEXT,
    sku TEXT,
    item_key TEXT,
    shop TEXT,
    platform TEXT,
    url TEXT,
    determination TEXT NOT NULL,
    measure TEXT NOT NULL,
    by_human INTEGER NOT NULL,
    live_key TEXT,
    PRIMARY KEY (complaint_id, line)
) STRICT;
CREATE INDEX listings_item ON listings (item_key) WHERE item_key IS NOT NULL;
-- One live complaint of one account about one right and one item.
CREATE UNIQUE INDEX listings_live_key ON listings (live_key) WHERE live_key IS NOT NULL;

CREATE TABLE notices (
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (complaint_id, seq)
) STRICT;

CREATE TABLE parties (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    role TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX parties_complaint ON parties (complaint_id);

CREATE TABLE examinations (
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (complaint_id, seq)
) STRICT;

CREATE TABLE files (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT files_account_sha256_key UNIQUE (account_id, sha256)
) STRICT;

CREATE TABLE complaint_files (
    complaint_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    PRIMARY KEY (complaint_id, file_id),
    FOREIGN KEY (file_id) REFERENCES files(id)
) STRICT;
CREATE INDEX complaint_files_file ON complaint_files (file_id);

CREATE TABLE report_readings (
    sha256 TEXT NOT NULL,
    reader_version INTEGER NOT NULL,
    facts TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (sha256, reader_version)
) STRICT;

CREATE TABLE report_grants (
    id BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    level TEXT NOT NULL,
    examiner BLOB NOT NULL,
    complaint_id BLOB,
    evidence TEXT NOT NULL,
    counts INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX report_grants_sha256 ON report_grants (sha256);

CREATE TABLE items (
    platform TEXT NOT NULL,
    item_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    measures_in_force TEXT NOT NULL,
    PRIMARY KEY (platform, item_key)
) STRICT;

CREATE TABLE dispatches (
    id BLOB NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    feed_seq INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    deliver_until INTEGER NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT dispatches_feed_key UNIQUE (platform, feed_seq),
    FOREIGN KEY (platform) REFERENCES platforms(code)
) STRICT;
CREATE INDEX dispatches_complaint ON dispatches (complaint_id);

CREATE TABLE dispatch_lines (
    dispatch_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    line INTEGER NOT NULL,
    item_key TEXT NOT NULL,
    item_version INTEGER NOT NULL,
    PRIMARY KEY (dispatch_id, n)
) STRICT;

CREATE TABLE deliveries (
    id BLOB NOT NULL,
    dispatch_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_class TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at) WHERE state = 'due';
CREATE INDEX deliveries_next ON deliveries (due_at) WHERE state = 'due';
CREATE INDEX deliveries_paused ON deliveries (endpoint_id) WHERE state = 'paused';
CREATE INDEX deliveries_dispatch ON deliveries (dispatch_id);

CREATE TABLE attempts (
    delivery_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    http_status INTEGER,
    class TEXT NOT NULL,
    elapsed_ms INTEGER NOT NULL,
    reply TEXT,
    PRIMARY KEY (delivery_id, n)
) STRICT;

CREATE TABLE acks (
    dispatch_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    step TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    measure TEXT,
    note TEXT,
    first_listed_on TEXT,
    sold_before TEXT,
    PRIMARY KEY (dispatch_id, n, step)
) STRICT;

CREATE TABLE mails (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    party_id BLOB NOT NULL,
    template TEXT NOT NULL,
    language TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX mails_due ON mails (due_at) WHERE state = 'due';
CREATE INDEX mails_complaint ON mails (complaint_id);

CREATE TABLE idempotency (
    account_id BLOB NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE desk_claims (
    complaint_id BLOB NOT NULL,
    examiner BLOB NOT NULL,
    claimed_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (complaint_id)
) STRICT;

CREATE TABLE seals (
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (n)
) STRICT;
-- The log is append-only. SQLite has no TRUNCATE: a DELETE without WHERE fires the same trigger.
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log of a complaint is append-only');
END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log of a complaint is append-only');
END;
