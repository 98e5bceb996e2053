-- Rights are deposited with their documents and verified part by part. What stood in the table before was
-- verified without documents and proves nothing for them.
DROP TABLE rights;
CREATE TABLE rights (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    patent_number TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    state TEXT NOT NULL,
    deposited_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT rights_account_digest_key UNIQUE (account_id, digest)
) STRICT;
CREATE INDEX rights_account ON rights (account_id, deposited_at, id);
CREATE INDEX rights_deposited ON rights (deposited_at, id);

CREATE TABLE right_verifications (
    right_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    part TEXT NOT NULL,
    result TEXT NOT NULL,
    evidence TEXT NOT NULL,
    reasons TEXT NOT NULL,
    examiner BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (right_id, n),
    FOREIGN KEY (right_id) REFERENCES rights(id)
) STRICT;

CREATE TABLE right_files (
    right_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    PRIMARY KEY (right_id, file_id),
    FOREIGN KEY (file_id) REFERENCES files(id)
) STRICT;
CREATE INDEX right_files_file ON right_files (file_id);
