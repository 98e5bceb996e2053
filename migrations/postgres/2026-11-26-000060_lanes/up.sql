-- A lane for each endpoint: what it may be sent now, and how it fares. Two workers agree by it.
CREATE TABLE lanes (
    endpoint_id uuid NOT NULL,
    claimed_at timestamptz NOT NULL,
    spent_until timestamptz NOT NULL,
    failures integer NOT NULL,
    opened integer NOT NULL,
    open_until timestamptz,
    drain_per_second integer,
    PRIMARY KEY (endpoint_id),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
);
INSERT INTO lanes (endpoint_id, claimed_at, spent_until, failures, opened) SELECT id, 'epoch', 'epoch', 0, 0 FROM endpoints;
ALTER TABLE endpoints ADD COLUMN per_second_max integer;
ALTER TABLE endpoints ADD COLUMN at_once_max integer;

ALTER TABLE deliveries ADD COLUMN expires_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE deliveries ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN told_at timestamptz;
-- What was sent with an attempt, to which endpoint, and what was said to it.
ALTER TABLE attempts ADD COLUMN endpoint_id uuid;
ALTER TABLE attempts ADD COLUMN request text;
ALTER TABLE attempts ADD COLUMN detail text;

DROP INDEX deliveries_due;
DROP INDEX deliveries_next;
DROP INDEX deliveries_paused;
-- A paused endpoint is not asked for; what waits for it waits as it is.
UPDATE deliveries SET state = 'due' WHERE state = 'paused';
UPDATE deliveries SET state = 'undelivered' WHERE state = 'given_up';
UPDATE deliveries SET expires_at = (SELECT deliver_until FROM dispatches WHERE dispatches.id = deliveries.dispatch_id);
UPDATE attempts SET detail = reply, reply = NULL, endpoint_id = (SELECT endpoint_id FROM deliveries WHERE deliveries.id = attempts.delivery_id);
CREATE INDEX deliveries_first ON deliveries (endpoint_id, due_at) WHERE state = 'due' AND attempts = 0;
CREATE INDEX deliveries_again ON deliveries (endpoint_id, due_at) WHERE state = 'due' AND attempts > 0;
CREATE INDEX deliveries_under_way ON deliveries (endpoint_id, lease_until) WHERE state = 'due' AND lease_until IS NOT NULL;
CREATE INDEX deliveries_overdue ON deliveries (expires_at) WHERE state = 'due' AND told_at IS NULL;
CREATE INDEX deliveries_undelivered ON deliveries (endpoint_id, updated_at) WHERE state = 'undelivered';
CREATE INDEX attempts_endpoint ON attempts (endpoint_id, at);
