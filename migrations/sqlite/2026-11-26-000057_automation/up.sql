-- Automation as it was switched off and on again, by itself or by a person; the last row of a basis holds.
CREATE TABLE automation_switches (
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    basis TEXT NOT NULL,
    switched_on INTEGER NOT NULL,
    account_id BLOB,
    why TEXT,
    policy_version INTEGER,
    decided INTEGER,
    reversed INTEGER,
    PRIMARY KEY (n)
) STRICT;
CREATE INDEX automation_switches_basis ON automation_switches (basis, n);

-- What the first decision of a complaint rested on, by which policy, and when all of it was decided.
ALTER TABLE outcomes ADD COLUMN basis TEXT;
ALTER TABLE outcomes ADD COLUMN policy_version INTEGER;
ALTER TABLE outcomes ADD COLUMN decided_at INTEGER;
CREATE INDEX outcomes_decided ON outcomes (decided_at) WHERE decided_at IS NOT NULL;
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', 0, 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;

-- Where people of the house are written to, sealed.
CREATE TABLE account_mails (
    account_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT;

-- Mails to them; address and words are sealed until it ended, and then gone.
CREATE TABLE house_mails (
    id BLOB NOT NULL,
    template TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    written_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX house_mails_due ON house_mails (due_at) WHERE state = 'due';
