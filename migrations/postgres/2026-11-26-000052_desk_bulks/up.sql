-- Decisions made over a view of the queue: what was previewed, and what became of each complaint.
CREATE TABLE desk_bulks (
    id uuid NOT NULL,
    examiner uuid NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (id)
);
CREATE TABLE desk_bulk_items (
    bulk_id uuid NOT NULL,
    n integer NOT NULL,
    complaint_id uuid NOT NULL,
    reference text NOT NULL,
    version integer NOT NULL,
    lines text NOT NULL,
    will text NOT NULL,
    rules text NOT NULL,
    why text,
    outcome text,
    at timestamptz,
    PRIMARY KEY (bulk_id, n),
    FOREIGN KEY (bulk_id) REFERENCES desk_bulks(id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
);
