-- A complaint that came back more than once keeps every reason until somebody looks at it: what is kept of those that
-- wait is written anew from their logs, and with it whether how they ended is final, or was overturned.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT k.kind, 'all', 0, 0, 0 FROM (SELECT 'queue_marks' AS kind UNION ALL SELECT 'outcomes') k
WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
