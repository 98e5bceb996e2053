-- Where a proposal to end the business with a shop stands: whom it concerns when a finding against that shop falls.
ALTER TABLE listings ADD COLUMN termination_proposed boolean NOT NULL DEFAULT false;
CREATE INDEX listings_proposed ON listings (platform, shop) WHERE termination_proposed;
-- Those made before: decided with a record, and not lifted since.
UPDATE listings SET termination_proposed = true
WHERE measure = 'requested'
  AND EXISTS (
      SELECT 1 FROM events CROSS JOIN LATERAL jsonb_array_elements(events.body::jsonb -> 'lines') AS decided
      WHERE events.complaint_id = listings.complaint_id
        AND events.kind IN ('decided', 'review_decided')
        AND (decided ->> 'line')::integer = listings.line
        AND decided -> 'repetition' -> 0 IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM dispatches JOIN dispatch_lines ON dispatch_lines.dispatch_id = dispatches.id
            WHERE dispatches.complaint_id = listings.complaint_id AND dispatches.kind = 'lift.decided'
              AND dispatches.seq > events.seq AND dispatch_lines.line = listings.line
        )
  );
-- Their records may have fallen meanwhile.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT DISTINCT 'termination_records', complaint_id::text, now(), 0, 0 FROM listings WHERE termination_proposed;
