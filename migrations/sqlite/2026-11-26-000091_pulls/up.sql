-- When a platform first got a dispatch that it pulled: its time to answer may begin then.
CREATE TABLE dispatch_pulls (
    dispatch_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (dispatch_id),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id)
) STRICT;
-- Whether a platform is late was looked at where a dispatch had arrived or was answered; now it is for all, day by
-- day as they are issued. Those issued before are asked for here.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'platform_silent',
       lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' || substr(hex(id), 17, 4) || '-'
             || substr(hex(id), 21)),
       0, 0, 0
FROM dispatches
WHERE kind IN ('takedown.decided', 'lift.decided')
  AND NOT EXISTS (SELECT 1 FROM acks WHERE acks.dispatch_id = dispatches.id)
  AND NOT EXISTS (
      SELECT 1 FROM deliveries JOIN attempts ON attempts.delivery_id = deliveries.id
      WHERE deliveries.dispatch_id = dispatches.id AND attempts.class = 'delivered'
  )
ON CONFLICT (kind, subject) DO NOTHING;
