-- Where a proposal to end the business with a shop stands: whom it concerns when a finding against that shop falls.
ALTER TABLE listings ADD COLUMN termination_proposed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX listings_proposed ON listings (platform, shop) WHERE termination_proposed;
-- Those made before: decided with a record, and not lifted since.
UPDATE listings SET termination_proposed = 1
WHERE measure = 'requested'
  AND EXISTS (
      SELECT 1 FROM events, json_each(events.body, '$.lines') AS decided
      WHERE events.complaint_id = listings.complaint_id
        AND events.kind IN ('decided', 'review_decided')
        AND json_extract(decided.value, '$.line') = listings.line
        AND json_extract(decided.value, '$.repetition[0]') IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM dispatches JOIN dispatch_lines ON dispatch_lines.dispatch_id = dispatches.id
            WHERE dispatches.complaint_id = listings.complaint_id AND dispatches.kind = 'lift.decided'
              AND dispatches.seq > events.seq AND dispatch_lines.line = listings.line
        )
  );
-- Their records may have fallen meanwhile.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT DISTINCT 'termination_records',
       lower(substr(hex(complaint_id), 1, 8) || '-' || substr(hex(complaint_id), 9, 4) || '-' || substr(hex(complaint_id), 13, 4) || '-'
             || substr(hex(complaint_id), 17, 4) || '-' || substr(hex(complaint_id), 21)),
       0, 0, 0
FROM listings WHERE termination_proposed;
