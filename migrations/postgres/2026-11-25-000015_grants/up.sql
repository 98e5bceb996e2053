-- Each grant for a file has a number, from 1: two people who grant at once take the same number, and the
-- second of them looks again and sees the first.
ALTER TABLE report_grants ADD COLUMN n integer NOT NULL DEFAULT 0;
UPDATE report_grants SET n = (
    SELECT count(*) FROM report_grants earlier WHERE earlier.sha256 = report_grants.sha256 AND earlier.id <= report_grants.id
);
CREATE UNIQUE INDEX report_grants_sha256_n_key ON report_grants (sha256, n);
DROP INDEX report_grants_sha256;
