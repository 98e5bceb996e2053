-- SQLite keeps texts as they are; PostgreSQL is told how to compress them.
SELECT 1;
