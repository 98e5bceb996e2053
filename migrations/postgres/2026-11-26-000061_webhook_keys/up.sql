-- The public keys by which messages to an endpoint can be verified, also long after.
CREATE TABLE webhook_keys (
    endpoint_id uuid NOT NULL,
    number integer NOT NULL,
    public_key text NOT NULL,
    made_at timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (endpoint_id, number),
    FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
);
