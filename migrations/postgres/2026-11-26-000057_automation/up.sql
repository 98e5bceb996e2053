-- Automation as it was switched off and on again, by itself or by a person; the last row of a basis holds.
CREATE TABLE automation_switches (
    n bigint NOT NULL,
    at timestamptz NOT NULL,
    basis text COLLATE "C" NOT NULL,
    switched_on boolean NOT NULL,
    account_id uuid,
    why text,
    policy_version bigint,
    decided bigint,
    reversed bigint,
    PRIMARY KEY (n)
);
CREATE INDEX automation_switches_basis ON automation_switches (basis, n);

-- What the first decision of a complaint rested on, by which policy, and when all of it was decided.
ALTER TABLE outcomes ADD COLUMN basis text COLLATE "C";
ALTER TABLE outcomes ADD COLUMN policy_version bigint;
ALTER TABLE outcomes ADD COLUMN decided_at timestamptz;
CREATE INDEX outcomes_decided ON outcomes (decided_at) WHERE decided_at IS NOT NULL;
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', now(), 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;

-- Where people of the house are written to, sealed.
CREATE TABLE account_mails (
    account_id uuid NOT NULL,
    sealed bytea NOT NULL,
    key bytea NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES accounts(id)
);

-- Mails to them; address and words are sealed until it ended, and then gone.
CREATE TABLE house_mails (
    id uuid NOT NULL,
    template text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    key bytea NOT NULL,
    state text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    written_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX house_mails_due ON house_mails (due_at) WHERE state = 'due';
