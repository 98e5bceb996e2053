-- What came of the acknowledgement in an answer to a webhook, as JSON; null where the answer held none.
ALTER TABLE attempts ADD COLUMN acknowledged text;
