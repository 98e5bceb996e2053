-- The steps of a complaint that ended, for oversight: who decided first, whether in time, how long each step took.
ALTER TABLE outcomes ADD COLUMN examiner uuid;
ALTER TABLE outcomes ADD COLUMN late boolean;
ALTER TABLE outcomes ADD COLUMN seconds_to_acceptance bigint;
ALTER TABLE outcomes ADD COLUMN seconds_of_hearing bigint;
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', now(), 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
