-- The dispatches of a day, for its digest.
CREATE INDEX dispatches_issued ON dispatches (platform, issued_at);
