-- Decisions made over a view of the queue: what was previewed, and what became of each complaint.
CREATE TABLE desk_bulks (
    id BLOB NOT NULL,
    examiner BLOB NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE TABLE desk_bulk_items (
    bulk_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    complaint_id BLOB NOT NULL,
    reference TEXT NOT NULL,
    version INTEGER NOT NULL,
    lines TEXT NOT NULL,
    will TEXT NOT NULL,
    rules TEXT NOT NULL,
    why TEXT,
    outcome TEXT,
    at INTEGER,
    PRIMARY KEY (bulk_id, n),
    FOREIGN KEY (bulk_id) REFERENCES desk_bulks(id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
