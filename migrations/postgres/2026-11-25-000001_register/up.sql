-- How far an import of the register has come, by the file's SHA-256.
CREATE TABLE register_imports (
    sha256 text COLLATE "C" NOT NULL,
    file_name text NOT NULL,
    offset_bytes bigint NOT NULL,
    line_number bigint NOT NULL,
    put bigint NOT NULL,
    unchanged bigint NOT NULL,
    refused bigint NOT NULL,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (sha256)
);

-- Rows of an import that were refused, and why.
CREATE TABLE register_import_errors (
    sha256 text COLLATE "C" NOT NULL,
    line_number bigint NOT NULL,
    number text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (sha256, line_number)
);

-- Why a complaint is with the examiners again, in codes.
ALTER TABLE complaints ADD COLUMN reopened text;
