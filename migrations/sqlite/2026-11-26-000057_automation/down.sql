DROP TABLE house_mails;
DROP TABLE account_mails;
DROP INDEX outcomes_decided;
ALTER TABLE outcomes DROP COLUMN decided_at;
ALTER TABLE outcomes DROP COLUMN policy_version;
ALTER TABLE outcomes DROP COLUMN basis;
DROP TABLE automation_switches;
