DROP TABLE invitations;
ALTER TABLE accounts DROP COLUMN suspended_why;
ALTER TABLE accounts DROP COLUMN suspended_at;
DROP TABLE house_log_tip;
DROP TABLE house_log;
