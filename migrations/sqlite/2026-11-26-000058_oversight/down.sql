ALTER TABLE outcomes DROP COLUMN seconds_of_hearing;
ALTER TABLE outcomes DROP COLUMN seconds_to_acceptance;
ALTER TABLE outcomes DROP COLUMN late;
ALTER TABLE outcomes DROP COLUMN examiner;
