-- How complaints ended, for statistics and conduct: one row for each that is over, of its log alone.
CREATE TABLE outcomes (
    complaint_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    ending TEXT NOT NULL,
    track TEXT,
    ended_on TEXT NOT NULL,
    automatic INTEGER NOT NULL,
    overturned INTEGER NOT NULL,
    seconds INTEGER,
    final_from TEXT,
    PRIMARY KEY (complaint_id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX outcomes_final ON outcomes (final_from);
CREATE INDEX outcomes_account ON outcomes (account_id, final_from);

-- Decisions that are final or will be, as everybody may read them.
CREATE TABLE published (
    complaint_id BLOB NOT NULL,
    reference TEXT NOT NULL,
    ending TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    final_from TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (complaint_id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX published_page ON published (final_from, reference);

-- Which of them are published, every version.
CREATE TABLE publication_rules (
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (version)
) STRICT;

-- Complaints from before this table get their rows from the agenda.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'outcomes', 'all', 0, 0, 0 WHERE EXISTS (SELECT 1 FROM complaints);
