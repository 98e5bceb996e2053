-- The policy lab reads past complaints by the day they were filed: a row for each, which says where in its log
-- the facts of its last triage stand. The facts themselves are not kept twice.
CREATE TABLE triage_facts (
    filed_at timestamptz NOT NULL,
    complaint_id uuid NOT NULL,
    seq integer NOT NULL,
    policy_version bigint NOT NULL,
    track text COLLATE "C" NOT NULL,
    PRIMARY KEY (filed_at, complaint_id)
);

INSERT INTO triage_facts (filed_at, complaint_id, seq, policy_version, track)
SELECT c.filed_at, e.complaint_id, e.seq, (e.body::json->>'policy_version')::bigint, e.body::json->>'track'
FROM events e JOIN complaints c ON c.id = e.complaint_id
WHERE e.kind = 'triaged'
  AND e.seq = (SELECT max(l.seq) FROM events l WHERE l.complaint_id = e.complaint_id AND l.kind = 'triaged');

-- A run of a policy over past complaints: what was asked, how far it is, and what came of it so far.
CREATE TABLE simulations (
    id uuid NOT NULL,
    policy_version bigint NOT NULL,
    filed_from text COLLATE "C",
    filed_to text COLLATE "C",
    track text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    started_by uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    total bigint,
    done bigint NOT NULL,
    after_filed_at timestamptz,
    after_id uuid,
    result text NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX simulations_policy ON simulations (policy_version, id);
CREATE INDEX simulations_running ON simulations (id) WHERE state = 'running';
