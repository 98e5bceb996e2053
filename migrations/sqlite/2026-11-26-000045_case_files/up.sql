-- Case files that were handed out: which, of what state of the complaint, to whom.
CREATE TABLE case_files (
    complaint_id BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    made_for BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (complaint_id, sha256)
) STRICT;
