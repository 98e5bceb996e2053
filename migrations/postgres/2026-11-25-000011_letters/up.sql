-- Letters: to which side, about which statement or review, the day that matters, and what came of it.
ALTER TABLE mails ADD COLUMN side text NOT NULL DEFAULT 'complainant';
ALTER TABLE mails ADD COLUMN about uuid;
ALTER TABLE mails ADD COLUMN day text COLLATE "C";
ALTER TABLE mails ADD COLUMN written_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE mails ADD COLUMN ended_at timestamptz;
