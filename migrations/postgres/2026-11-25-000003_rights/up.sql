-- Rights are deposited with their documents and verified part by part. What stood in the table before was
-- verified without documents and proves nothing for them.
DROP TABLE rights;
CREATE TABLE rights (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    patent_number text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    body text NOT NULL,
    sealed bytea NOT NULL,
    key bytea NOT NULL,
    state text NOT NULL,
    deposited_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT rights_account_digest_key UNIQUE (account_id, digest)
);
CREATE INDEX rights_account ON rights (account_id, deposited_at, id);
CREATE INDEX rights_deposited ON rights (deposited_at, id);

CREATE TABLE right_verifications (
    right_id uuid NOT NULL,
    n integer NOT NULL,
    part text NOT NULL,
    result text NOT NULL,
    evidence text NOT NULL,
    reasons text NOT NULL,
    examiner uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (right_id, n),
    FOREIGN KEY (right_id) REFERENCES rights(id)
);

CREATE TABLE right_files (
    right_id uuid NOT NULL,
    file_id uuid NOT NULL,
    PRIMARY KEY (right_id, file_id),
    FOREIGN KEY (file_id) REFERENCES files(id)
);
CREATE INDEX right_files_file ON right_files (file_id);
