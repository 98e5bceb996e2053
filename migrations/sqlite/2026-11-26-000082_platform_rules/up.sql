-- What a platform asks of the evaluation report before it acts, every version, and who put it.
CREATE TABLE platform_rules (
    platform TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    put_by BLOB NOT NULL,
    put_by_role TEXT NOT NULL,
    put_at INTEGER NOT NULL,
    PRIMARY KEY (platform, version),
    FOREIGN KEY (platform) REFERENCES platforms(code)
) STRICT;
