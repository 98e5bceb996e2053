CREATE INDEX report_grants_sha256 ON report_grants (sha256);
DROP INDEX report_grants_sha256_n_key;
ALTER TABLE report_grants DROP COLUMN n;
