-- Letters: to which side, about which statement or review, the day that matters, and what came of it.
ALTER TABLE mails ADD COLUMN side TEXT NOT NULL DEFAULT 'complainant';
ALTER TABLE mails ADD COLUMN about BLOB;
ALTER TABLE mails ADD COLUMN day TEXT;
ALTER TABLE mails ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mails ADD COLUMN ended_at INTEGER;
