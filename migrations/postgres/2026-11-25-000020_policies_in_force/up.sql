-- Which policy is in force is asked at every filing.
CREATE INDEX policies_active_from ON policies (active_from, version);
