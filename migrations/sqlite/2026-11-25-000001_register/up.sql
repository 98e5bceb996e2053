-- How far an import of the register has come, by the file's SHA-256.
CREATE TABLE register_imports (
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    offset_bytes INTEGER NOT NULL,
    line_number INTEGER NOT NULL,
    put INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (sha256)
) STRICT;

-- Rows of an import that were refused, and why.
CREATE TABLE register_import_errors (
    sha256 TEXT NOT NULL,
    line_number INTEGER NOT NULL,
    number TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (sha256, line_number)
) STRICT;

-- Why a complaint is with the examiners again, in codes.
ALTER TABLE complaints ADD COLUMN reopened TEXT;
