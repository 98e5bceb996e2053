-- What failed and did not arrive yet, whether it is still tried or not.
DROP INDEX deliveries_undelivered;
CREATE INDEX deliveries_failed ON deliveries (endpoint_id, updated_at)
    WHERE state = 'undelivered' OR (state = 'due' AND attempts > attempts_before);
