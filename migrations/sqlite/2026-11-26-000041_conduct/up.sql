-- The factors of malice an examiner saw, with what the flagged party answered, sealed.
CREATE TABLE conduct_flags (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    against TEXT NOT NULL,
    complainant_key TEXT,
    factor TEXT NOT NULL,
    note TEXT NOT NULL,
    evidence TEXT NOT NULL,
    raised_by BLOB NOT NULL,
    raised_on TEXT NOT NULL,
    answer_by TEXT NOT NULL,
    answered_on TEXT,
    answer BLOB,
    answer_key BLOB,
    withdrawn_on TEXT,
    withdrawn_why TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX conduct_flags_account ON conduct_flags (account_id);
CREATE INDEX conduct_flags_complainant ON conduct_flags (complainant_key) WHERE complainant_key IS NOT NULL;

-- Who complains, by keyed digest, whatever account it files through: erased with the person.
ALTER TABLE parties ADD COLUMN person_key TEXT;
ALTER TABLE outcomes ADD COLUMN complainant_key TEXT;
CREATE INDEX outcomes_complainant ON outcomes (complainant_key, final_from) WHERE complainant_key IS NOT NULL;
-- Whether infringement was found and stands.
ALTER TABLE outcomes ADD COLUMN upheld INTEGER NOT NULL DEFAULT 0;
CREATE INDEX listings_upheld ON listings (platform, shop) WHERE determination = 'infringing';

INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', 0, 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
