-- Case files that were handed out: which, of what state of the complaint, to whom.
CREATE TABLE case_files (
    complaint_id uuid NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    last_seq integer NOT NULL,
    made_for uuid NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (complaint_id, sha256)
);
