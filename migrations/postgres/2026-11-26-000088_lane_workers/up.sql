-- How many deliveries of a lane each worker holds: what others may begin is what these leave. Counted here, and not
-- over the deliveries, so that a claim changes nothing that an index has.
CREATE TABLE lane_workers (
    endpoint_id uuid NOT NULL,
    worker uuid NOT NULL,
    held integer NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (endpoint_id, worker),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
);
DROP INDEX deliveries_under_way;
-- Room on each page for rows to be claimed where they are.
ALTER TABLE deliveries SET (fillfactor = 60);
