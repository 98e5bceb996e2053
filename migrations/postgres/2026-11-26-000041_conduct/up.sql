-- The factors of malice an examiner saw, with what the flagged party answered, sealed.
CREATE TABLE conduct_flags (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    account_id uuid NOT NULL,
    against text COLLATE "C" NOT NULL,
    complainant_key text COLLATE "C",
    factor text COLLATE "C" NOT NULL,
    note text NOT NULL,
    evidence text NOT NULL,
    raised_by uuid NOT NULL,
    raised_on text COLLATE "C" NOT NULL,
    answer_by text COLLATE "C" NOT NULL,
    answered_on text COLLATE "C",
    answer bytea,
    answer_key bytea,
    withdrawn_on text COLLATE "C",
    withdrawn_why text,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
);
CREATE INDEX conduct_flags_account ON conduct_flags (account_id);
CREATE INDEX conduct_flags_complainant ON conduct_flags (complainant_key) WHERE complainant_key IS NOT NULL;

-- Who complains, by keyed digest, whatever account it files through: erased with the person.
ALTER TABLE parties ADD COLUMN person_key text COLLATE "C";
ALTER TABLE outcomes ADD COLUMN complainant_key text COLLATE "C";
CREATE INDEX outcomes_complainant ON outcomes (complainant_key, final_from) WHERE complainant_key IS NOT NULL;
-- Whether infringement was found and stands.
ALTER TABLE outcomes ADD COLUMN upheld boolean NOT NULL DEFAULT false;
CREATE INDEX listings_upheld ON listings (platform, shop) WHERE determination = 'infringing';

INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', now(), 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
