-- The first schema. The same tables and columns stand in ../../sqlite; a test compares them.
CREATE TABLE accounts (
    id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    platform text,
    filings_per_hour_max bigint,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE api_keys (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_key UNIQUE (hash),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX api_keys_account ON api_keys (account_id);

CREATE TABLE platforms (
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    sites text NOT NULL,
    feed_seq bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (code)
);

CREATE TABLE endpoints (
    id uuid NOT NULL,
    platform text COLLATE "C" NOT NULL,
    url text NOT NULL,
    event_types text NOT NULL,
    secrets bytea NOT NULL,
    status text NOT NULL,
    paused_why text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (platform) REFERENCES platforms(code)
);
CREATE INDEX endpoints_platform ON endpoints (platform);

CREATE TABLE patents (
    number text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    entry text NOT NULL,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE patent_versions (
    number text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    entry text NOT NULL,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (number, version)
);

CREATE TABLE rights (
    account_id uuid NOT NULL,
    patent_number text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    capacity text NOT NULL,
    evidence text NOT NULL,
    verified_by uuid NOT NULL,
    verified_at timestamptz NOT NULL,
    valid_until text COLLATE "C",
    PRIMARY KEY (account_id, patent_number),
    CONSTRAINT rights_id_key UNIQUE (id)
);

CREATE TABLE policies (
    version bigint NOT NULL,
    body text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    active_from timestamptz,
    PRIMARY KEY (version)
);

CREATE TABLE events (
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (complaint_id, seq)
);

CREATE TABLE complaints (
    id uuid NOT NULL,
    reference text COLLATE "C" NOT NULL,
    account_id uuid NOT NULL,
    client_reference text COLLATE "C",
    state text NOT NULL,
    closed_why text,
    track text,
    patent_number text COLLATE "C" NOT NULL,
    overall text,
    policy_version bigint,
    due_on text COLLATE "C",
    queue_on text COLLATE "C",
    filed_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_seq integer NOT NULL,
    last_hash bytea NOT NULL,
    pending integer NOT NULL,
    sealed_seq integer NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    CONSTRAINT complaints_reference_key UNIQUE (reference)
);
CREATE INDEX complaints_account ON complaints (account_id, filed_at, id);
CREATE INDEX complaints_client_reference ON complaints (client_reference) WHERE client_reference IS NOT NULL;
CREATE INDEX complaints_patent ON complaints (patent_number, filed_at);
CREATE INDEX complaints_queue ON complaints (queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_unsealed ON complaints (id) WHERE last_seq > sealed_seq;

CREATE TABLE listings (
    complaint_id uuid NOT NULL,
    line integer NOT NULL,
    product integer NOT NULL,
    site text,
    id_space text,
    item_id text,
    sku text,
    item_key text COLLATE "C",
    shop text,
    platform text,
    url text,
    determination text NOT NULL,
    measure text NOT NULL,
    by_human boolean NOT NULL,
    live_key text COLLATE "C",
    PRIMARY KEY (complaint_id, line)
);
CREATE INDEX listings_item ON listings (item_key) WHERE item_key IS NOT NULL;
-- One live complaint of one account about one right and one item.
CREATE UNIQUE INDEX listings_live_key ON listings (live_key) WHERE live_key IS NOT NULL;

CREATE TABLE notices (
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (complaint_id, seq)
);

CREATE TABLE parties (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    role text NOT NULL,
    sealed bytea NOT NULL,
    key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX parties_complaint ON parties (complaint_id);

CREATE TABLE examinations (
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (complaint_id, seq)
);

CREATE TABLE files (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    media_type text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT files_account_sha256_key UNIQUE (account_id, sha256)
);

CREATE TABLE complaint_files (
    complaint_id uuid NOT NULL,
    file_id uuid NOT NULL,
    PRIMARY KEY (complaint_id, file_id),
    FOREIGN KEY (file_id) REFERENCES files(id)
);
CREATE INDEX complaint_files_file ON complaint_files (file_id);

CREATE TABLE report_readings (
    sha256 text COLLATE "C" NOT NULL,
    reader_version integer NOT NULL,
    facts text NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (sha256, reader_version)
);

CREATE TABLE report_grants (
    id uuid NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    level text NOT NULL,
    examiner uuid NOT NULL,
    complaint_id uuid,
    evidence text NOT NULL,
    counts boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX report_grants_sha256 ON report_grants (sha256);

CREATE TABLE items (
    platform text COLLATE "C" NOT NULL,
    item_key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    measures_in_force text NOT NULL,
    PRIMARY KEY (platform, item_key)
);

CREATE TABLE dispatches (
    id uuid NOT NULL,
    platform text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    part integer NOT NULL,
    feed_seq bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    deliver_until timestamptz NOT NULL,
    body text NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT dispatches_feed_key UNIQUE (platform, feed_seq),
    FOREIGN KEY (platform) REFERENCES platforms(code)
);
CREATE INDEX dispatches_complaint ON dispatches (complaint_id);

CREATE TABLE dispatch_lines (
    dispatch_id uuid NOT NULL,
    n integer NOT NULL,
    line integer NOT NULL,
    item_key text COLLATE "C" NOT NULL,
    item_version bigint NOT NULL,
    PRIMARY KEY (dispatch_id, n)
);

CREATE TABLE deliveries (
    id uuid NOT NULL,
    dispatch_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    state text NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    last_class text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
);
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at) WHERE state = 'due';
CREATE INDEX deliveries_next ON deliveries (due_at) WHERE state = 'due';
CREATE INDEX deliveries_paused ON deliveries (endpoint_id) WHERE state = 'paused';
CREATE INDEX deliveries_dispatch ON deliveries (dispatch_id);

CREATE TABLE attempts (
    delivery_id uuid NOT NULL,
    n integer NOT NULL,
    at timestamptz NOT NULL,
    http_status integer,
    class text NOT NULL,
    elapsed_ms integer NOT NULL,
    reply text,
    PRIMARY KEY (delivery_id, n)
);

CREATE TABLE acks (
    dispatch_id uuid NOT NULL,
    n integer NOT NULL,
    step text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    measure text,
    note text,
    first_listed_on text COLLATE "C",
    sold_before text,
    PRIMARY KEY (dispatch_id, n, step)
);

CREATE TABLE mails (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    party_id uuid NOT NULL,
    template text NOT NULL,
    language text NOT NULL,
    reference text NOT NULL,
    state text NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    PRIMARY KEY (id)
);
CREATE INDEX mails_due ON mails (due_at) WHERE state = 'due';
CREATE INDEX mails_complaint ON mails (complaint_id);

CREATE TABLE idempotency (
    account_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    route text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE desk_claims (
    complaint_id uuid NOT NULL,
    examiner uuid NOT NULL,
    claimed_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (complaint_id)
);

CREATE TABLE seals (
    n bigint NOT NULL,
    at timestamptz NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (n)
);
-- The log is append-only: whoever has the rights of the service cannot change it either.
CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of a complaint is append-only';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
