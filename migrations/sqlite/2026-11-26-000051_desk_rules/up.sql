-- What leads maintain for the desk, every version: which effects take two examiners, the codes of reasons.
CREATE TABLE desk_rules (
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT;
