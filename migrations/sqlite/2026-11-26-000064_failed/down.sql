DROP INDEX deliveries_failed;
CREATE INDEX deliveries_undelivered ON deliveries (endpoint_id, updated_at) WHERE state = 'undelivered';
