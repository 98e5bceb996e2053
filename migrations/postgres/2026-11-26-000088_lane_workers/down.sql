ALTER TABLE deliveries RESET (fillfactor);
CREATE INDEX deliveries_under_way ON deliveries (endpoint_id, lease_until) WHERE state = 'due' AND lease_until IS NOT NULL;
DROP TABLE lane_workers;
