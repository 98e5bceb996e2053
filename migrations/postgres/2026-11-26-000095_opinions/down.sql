DROP INDEX outcomes_opinions;
DELETE FROM outcomes WHERE consulted;
ALTER TABLE outcomes DROP COLUMN consulted;
