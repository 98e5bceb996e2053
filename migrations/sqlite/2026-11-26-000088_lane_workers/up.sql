-- How many deliveries of a lane each worker holds: what others may begin is what these leave. Counted here, and not
-- over the deliveries, so that a claim changes nothing that an index has.
CREATE TABLE lane_workers (
    endpoint_id BLOB NOT NULL,
    worker BLOB NOT NULL,
    held INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, worker),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
) STRICT, WITHOUT ROWID;
DROP INDEX deliveries_under_way;
