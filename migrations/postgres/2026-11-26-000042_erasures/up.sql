-- Who was erased from which complaint, by whom and why; never who it was.
CREATE TABLE erasures (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    who text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    erased_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
);
CREATE INDEX erasures_complaint ON erasures (complaint_id);
