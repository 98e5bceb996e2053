-- The policy lab reads past complaints by the day they were filed: a row for each, which says where in its log
-- the facts of its last triage stand. The facts themselves are not kept twice.
CREATE TABLE triage_facts (
    filed_at INTEGER NOT NULL,
    complaint_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    track TEXT NOT NULL,
    PRIMARY KEY (filed_at, complaint_id)
) STRICT, WITHOUT ROWID;

INSERT INTO triage_facts (filed_at, complaint_id, seq, policy_version, track)
SELECT c.filed_at, e.complaint_id, e.seq, json_extract(e.body, '$.policy_version'), json_extract(e.body, '$.track')
FROM events e JOIN complaints c ON c.id = e.complaint_id
WHERE e.kind = 'triaged'
  AND e.seq = (SELECT max(l.seq) FROM events l WHERE l.complaint_id = e.complaint_id AND l.kind = 'triaged');

-- A run of a policy over past complaints: what was asked, how far it is, and what came of it so far.
CREATE TABLE simulations (
    id BLOB NOT NULL,
    policy_version INTEGER NOT NULL,
    filed_from TEXT,
    filed_to TEXT,
    track TEXT,
    state TEXT NOT NULL,
    started_by BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    total INTEGER,
    done INTEGER NOT NULL,
    after_filed_at INTEGER,
    after_id BLOB,
    result TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX simulations_policy ON simulations (policy_version, id);
CREATE INDEX simulations_running ON simulations (id) WHERE state = 'running';
