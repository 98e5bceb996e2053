ALTER TABLE platforms DROP COLUMN forwarding;
DROP TABLE submissions;
DROP TABLE seller_access;
