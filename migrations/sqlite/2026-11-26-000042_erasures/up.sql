-- Who was erased from which complaint, by whom and why; never who it was.
CREATE TABLE erasures (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    erased_by BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX erasures_complaint ON erasures (complaint_id);
