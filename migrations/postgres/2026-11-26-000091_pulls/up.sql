-- When a platform first got a dispatch that it pulled: its time to answer may begin then.
CREATE TABLE dispatch_pulls (
    dispatch_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (dispatch_id),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id)
);
-- Whether a platform is late was looked at where a dispatch had arrived or was answered; now it is for all, day by
-- day as they are issued. Those issued before are asked for here.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'platform_silent', id::text, '1970-01-01T00:00:00Z', 0, 0
FROM dispatches
WHERE kind IN ('takedown.decided', 'lift.decided')
  AND NOT EXISTS (SELECT 1 FROM acks WHERE acks.dispatch_id = dispatches.id)
  AND NOT EXISTS (
      SELECT 1 FROM deliveries JOIN attempts ON attempts.delivery_id = deliveries.id
      WHERE deliveries.dispatch_id = dispatches.id AND attempts.class = 'delivered'
  )
ON CONFLICT (kind, subject) DO NOTHING;
