DROP INDEX complaints_filed;
