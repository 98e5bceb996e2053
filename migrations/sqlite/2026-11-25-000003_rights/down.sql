DROP TABLE right_files;
DROP TABLE right_verifications;
DROP TABLE rights;
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
