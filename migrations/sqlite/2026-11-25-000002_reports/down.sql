DROP INDEX files_sha256;
DROP TABLE report_revocations;
DROP TABLE reports;
