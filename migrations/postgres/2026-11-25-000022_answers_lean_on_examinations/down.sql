ALTER TABLE idempotency DROP COLUMN cut_at;
ALTER TABLE idempotency DROP COLUMN seq;
ALTER TABLE idempotency DROP COLUMN complaint_id;
