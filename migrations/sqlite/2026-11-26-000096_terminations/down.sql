DELETE FROM jobs WHERE kind = 'termination_records';
DROP INDEX listings_proposed;
ALTER TABLE listings DROP COLUMN termination_proposed;
