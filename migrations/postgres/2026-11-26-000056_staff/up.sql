-- What is done to the service itself, refused or not, in a log of its own: append-only and hash-chained.
CREATE TABLE house_log (
    n bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL,
    account_id uuid,
    about bigint,
    status integer,
    body text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (n)
);
CREATE INDEX house_log_account ON house_log (account_id, n) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX house_log_about ON house_log (about) WHERE about IS NOT NULL;
CREATE INDEX house_log_refused ON house_log (about) WHERE status >= 400;
CREATE FUNCTION refuse_change_of_house_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the house log is append-only';
END $$;
CREATE TRIGGER house_log_append_only BEFORE UPDATE OR DELETE ON house_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_house_log();
CREATE TRIGGER house_log_no_truncate BEFORE TRUNCATE ON house_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_house_log();

-- Its end: whoever writes the next entry holds this row until it has.
CREATE TABLE house_log_tip (
    id integer NOT NULL,
    n bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO house_log_tip (id, n, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

-- A suspended account opens nothing until it is reinstated.
ALTER TABLE accounts ADD COLUMN suspended_at timestamptz;
ALTER TABLE accounts ADD COLUMN suspended_why text;

-- An invitation makes the first key of an account, once.
CREATE TABLE invitations (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT invitations_hash_key UNIQUE (hash),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX invitations_account ON invitations (account_id);
