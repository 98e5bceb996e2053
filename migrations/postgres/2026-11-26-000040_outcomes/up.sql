-- How complaints ended, for statistics and conduct: one row for each that is over, of its log alone.
CREATE TABLE outcomes (
    complaint_id uuid NOT NULL,
    account_id uuid NOT NULL,
    ending text COLLATE "C" NOT NULL,
    track text COLLATE "C",
    ended_on text COLLATE "C" NOT NULL,
    automatic boolean NOT NULL,
    overturned boolean NOT NULL,
    seconds bigint,
    final_from text COLLATE "C",
    PRIMARY KEY (complaint_id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
);
CREATE INDEX outcomes_final ON outcomes (final_from);
CREATE INDEX outcomes_account ON outcomes (account_id, final_from);

-- Decisions that are final or will be, as everybody may read them.
CREATE TABLE published (
    complaint_id uuid NOT NULL,
    reference text COLLATE "C" NOT NULL,
    ending text COLLATE "C" NOT NULL,
    decided_on text COLLATE "C" NOT NULL,
    final_from text COLLATE "C" NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (complaint_id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
);
CREATE INDEX published_page ON published (final_from, reference);

-- Which of them are published, every version.
CREATE TABLE publication_rules (
    version bigint NOT NULL,
    body text NOT NULL,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (version)
);

-- Complaints from before this table get their rows from the agenda.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', now(), 0, 0 WHERE EXISTS (SELECT 1 FROM complaints);
