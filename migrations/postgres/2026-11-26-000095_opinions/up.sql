-- How consultations were answered, for oversight: apart from what was decided, and in nobody's figures.
ALTER TABLE outcomes ADD COLUMN consulted boolean NOT NULL DEFAULT false;
CREATE INDEX outcomes_opinions ON outcomes (decided_at) WHERE consulted;
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', now(), 0, 0 WHERE EXISTS (SELECT 1 FROM complaints WHERE referred_by IS NOT NULL)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
