-- An answer is kept without what its complaint's examination says, and where that goes.
ALTER TABLE idempotency ADD COLUMN complaint_id uuid;
ALTER TABLE idempotency ADD COLUMN seq integer;
ALTER TABLE idempotency ADD COLUMN cut_at integer;
