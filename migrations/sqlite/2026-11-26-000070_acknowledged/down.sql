ALTER TABLE attempts DROP COLUMN acknowledged;
