-- All complaints, the newest first: the list of the house has no account to begin with.
CREATE INDEX complaints_filed ON complaints (filed_at, id);
