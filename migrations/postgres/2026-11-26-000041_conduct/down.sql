DROP INDEX listings_upheld;
ALTER TABLE outcomes DROP COLUMN upheld;
DROP INDEX outcomes_complainant;
ALTER TABLE outcomes DROP COLUMN complainant_key;
ALTER TABLE parties DROP COLUMN person_key;
DROP TABLE conduct_flags;
