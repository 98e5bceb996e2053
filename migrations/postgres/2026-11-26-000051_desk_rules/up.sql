-- What leads maintain for the desk, every version: which effects take two examiners, the codes of reasons.
CREATE TABLE desk_rules (
    kind text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (kind, version)
);
