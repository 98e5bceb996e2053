-- What examiners read on the pages of a report; it holds for the file.
CREATE TABLE report_page_readings (
    id uuid NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    examiner uuid NOT NULL,
    complaint_id uuid NOT NULL,
    reading text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX report_page_readings_sha256 ON report_page_readings (sha256);
