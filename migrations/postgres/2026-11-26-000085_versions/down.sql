DROP INDEX policies_activation;
ALTER TABLE policies DROP COLUMN activation;
ALTER TABLE endpoints DROP COLUMN version;
ALTER TABLE accounts DROP COLUMN version;
