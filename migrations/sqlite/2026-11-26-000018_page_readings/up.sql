-- What examiners read on the pages of a report; it holds for the file.
CREATE TABLE report_page_readings (
    id BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    examiner BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    reading TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX report_page_readings_sha256 ON report_page_readings (sha256);
