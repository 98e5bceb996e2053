-- What a platform asks of the evaluation report before it acts, every version, and who put it.
CREATE TABLE platform_rules (
    platform text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    put_by uuid NOT NULL,
    put_by_role text NOT NULL,
    put_at timestamptz NOT NULL,
    PRIMARY KEY (platform, version),
    FOREIGN KEY (platform) REFERENCES platforms(code)
);
