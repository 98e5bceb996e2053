-- An answer is kept without what its complaint's examination says, and where that goes.
ALTER TABLE idempotency ADD COLUMN complaint_id BLOB;
ALTER TABLE idempotency ADD COLUMN seq INTEGER;
ALTER TABLE idempotency ADD COLUMN cut_at INTEGER;
