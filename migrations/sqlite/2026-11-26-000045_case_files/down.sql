DROP TABLE case_files;
