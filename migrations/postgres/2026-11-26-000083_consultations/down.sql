DROP INDEX complaints_referred_by;
ALTER TABLE complaints DROP COLUMN referred_by;
