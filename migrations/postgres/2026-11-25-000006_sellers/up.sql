-- The seller's side: access its platform made for exactly its listings, and what it submitted.
CREATE TABLE seller_access (
    id uuid NOT NULL,
    dispatch_id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    platform text COLLATE "C" NOT NULL,
    lines text NOT NULL,
    identified boolean NOT NULL,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT seller_access_hash_key UNIQUE (hash),
    FOREIGN KEY (dispatch_id) REFERENCES dispatches(id)
);
CREATE INDEX seller_access_complaint ON seller_access (complaint_id);

CREATE TABLE submissions (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    kind text NOT NULL,
    access_id uuid,
    party_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX submissions_complaint ON submissions (complaint_id);

-- Who forwards a seller's statement: the platform itself, or this centre in its name.
ALTER TABLE platforms ADD COLUMN forwarding text NOT NULL DEFAULT 'platform';
