-- Every report that was filed, by its SHA-256. What it says is in report_readings, its levels are in report_grants.
CREATE TABLE reports (
    sha256 text COLLATE "C" NOT NULL,
    patent_number text COLLATE "C" NOT NULL,
    account_id uuid NOT NULL,
    filed_at timestamptz NOT NULL,
    PRIMARY KEY (sha256)
);
CREATE INDEX reports_patent ON reports (patent_number, filed_at);

-- Reports of which a person recorded that they are false.
CREATE TABLE report_revocations (
    sha256 text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    document_sha256 text NOT NULL,
    note text NOT NULL,
    examiner uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (sha256)
);
CREATE INDEX files_sha256 ON files (sha256);
