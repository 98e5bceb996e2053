ALTER TABLE complaints DROP COLUMN reopened;
DROP TABLE register_import_errors;
DROP TABLE register_imports;
