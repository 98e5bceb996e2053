-- Every report that was filed, by its SHA-256. What it says is in report_readings, its levels are in report_grants.
CREATE TABLE reports (
    sha256 TEXT NOT NULL,
    patent_number TEXT NOT NULL,
    account_id BLOB NOT NULL,
    filed_at INTEGER NOT NULL,
    PRIMARY KEY (sha256)
) STRICT;
CREATE INDEX reports_patent ON reports (patent_number, filed_at);

-- Reports of which a person recorded that they are false.
CREATE TABLE report_revocations (
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    document_sha256 TEXT NOT NULL,
    note TEXT NOT NULL,
    examiner BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (sha256)
) STRICT;
CREATE INDEX files_sha256 ON files (sha256);
