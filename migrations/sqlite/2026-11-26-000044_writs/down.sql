DROP TABLE writ_bytes;
DROP TABLE writ_copies;
DROP TABLE writs;
DROP TABLE writ_numbers;
