-- The steps of a complaint that ended, for oversight: who decided first, whether in time, how long each step took.
ALTER TABLE outcomes ADD COLUMN examiner BLOB;
ALTER TABLE outcomes ADD COLUMN late INTEGER;
ALTER TABLE outcomes ADD COLUMN seconds_to_acceptance INTEGER;
ALTER TABLE outcomes ADD COLUMN seconds_of_hearing INTEGER;
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', 0, 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
