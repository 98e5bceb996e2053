DROP TABLE report_page_readings;
