DROP TABLE right_files;
DROP TABLE right_verifications;
DROP TABLE rights;
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
